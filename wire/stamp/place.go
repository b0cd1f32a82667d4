package stamp

import (
	"strings"

	"chancery/wire/mime"
)

// target is a part that the text goes into, with the boundaries around it.
type target struct {
	part       *mime.Part
	boundaries []string
	isRoot     bool
}

// outcome is what was found in a part.
type outcome uint8

const (
	nothing outcome = iota
	readable
	sealed // signed, encrypted or for machines: stop here
)

// find returns the parts that the text goes into: the first that is read, in
// all its alternatives.
func find(root *mime.Part) []target {
	var list []target
	if root.IsMultipart() {
		look(root, nil, &list)
	} else if isReadable(root) {
		list = append(list, target{part: root, isRoot: true})
	}
	return list
}

// look searches a part that is in a multipart, or is the outermost one.
func look(p *mime.Part, boundaries []string, list *[]target) outcome {
	if p.Disp == "attachment" {
		return nothing
	}
	if !p.IsMultipart() {
		switch {
		case strings.HasSuffix(p.Type, "pkcs7-mime") || p.Type == "application/pgp-encrypted":
			return sealed
		case isReadable(p):
			*list = append(*list, target{part: p, boundaries: boundaries})
			return readable
		}
		return nothing
	}
	boundary := strings.TrimRight(p.Params.Get("boundary"), " \t")
	boundaries = append(boundaries[:len(boundaries):len(boundaries)], boundary)
	switch _, kind := p.Media(); kind {
	case "signed", "encrypted", "report":
		return sealed
	case "digest", "appledouble", "form-data", "parallel":
		return nothing
	case "alternative":
		got := nothing
		for _, k := range p.Parts {
			got = max(got, look(k, boundaries, list))
		}
		return got
	case "related":
		return look(start(p), boundaries, list)
	}
	for i, k := range p.Parts {
		if i > 0 && !k.IsMultipart() && k.Name() != "" {
			continue // a file
		}
		if got := look(k, boundaries, list); got != nothing {
			return got
		}
	}
	return nothing
}

// start is the part of a related set that is shown (RFC 2387 section 3.2).
func start(p *mime.Part) *mime.Part {
	if id := strings.Trim(p.Params.Get("start"), "<> "); id != "" {
		for _, k := range p.Parts {
			if k.ID == id {
				return k
			}
		}
	}
	return p.Parts[0]
}

// isReadable says whether a leaf is text that people see.
func isReadable(p *mime.Part) bool {
	return (p.Type == "text/plain" || p.Type == "text/html") && p.Disp != "attachment" && p.ContentSize() <= MaxPart
}
