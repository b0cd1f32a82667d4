package mailapi

import (
	"io"
	"strconv"
	"strings"

	"chancery/wire/jmap"
	"chancery/wire/mime"
)

// source is a message's bytes.
type source interface {
	io.ReaderAt
	io.Closer
}

// defaultBodyProperties are those of a part when none are named (RFC 8621
// section 4.2).
var defaultBodyProperties = []string{"partId", "blobId", "size", "name", "type", "charset", "disposition", "cid", "language", "location"}

// partStep writes one property of a part.
type partStep struct {
	name  string // with its quotes and colon
	write func(e *email, b []byte, p *mime.Part) ([]byte, error)
}

var partProperties = map[string]func(e *email, b []byte, p *mime.Part) ([]byte, error){
	// "Will be null if and only if the part is of type multipart/*."
	"partId": func(_ *email, b []byte, p *mime.Part) ([]byte, error) {
		if p.IsMultipart() {
			return append(b, "null"...), nil
		}
		return jmap.AppendString(b, partNumber(p)), nil
	},
	"blobId": func(e *email, b []byte, p *mime.Part) ([]byte, error) {
		if p.IsMultipart() {
			return append(b, "null"...), nil
		}
		return jmap.AppendString(b, e.partBlob(p)), nil
	},
	"size": func(_ *email, b []byte, p *mime.Part) ([]byte, error) {
		if p.IsMultipart() {
			return append(b, '0'), nil
		}
		return strconv.AppendInt(b, p.ContentSize(), 10), nil
	},
	"headers": func(e *email, b []byte, p *mime.Part) ([]byte, error) {
		h, err := e.partHeader(p)
		return appendHeaders(b, h), err
	},
	"name": func(_ *email, b []byte, p *mime.Part) ([]byte, error) { return appendText(b, p.Name()), nil },
	"type": func(_ *email, b []byte, p *mime.Part) ([]byte, error) { return jmap.AppendString(b, p.Type), nil },
	"charset": func(_ *email, b []byte, p *mime.Part) ([]byte, error) {
		// "text/*" without a charset is us-ascii (RFC 2045 section 5.2).
		if cs := p.Charset(); cs != "" || !p.IsText() {
			return appendText(b, cs), nil
		}
		return append(b, `"us-ascii"`...), nil
	},
	"disposition": func(_ *email, b []byte, p *mime.Part) ([]byte, error) { return appendText(b, p.Disp), nil },
	"cid":         func(_ *email, b []byte, p *mime.Part) ([]byte, error) { return appendText(b, p.ID), nil },
	"language":    func(_ *email, b []byte, p *mime.Part) ([]byte, error) { return appendIDs(b, p.Lang), nil },
	"location":    func(_ *email, b []byte, p *mime.Part) ([]byte, error) { return appendText(b, p.Loc), nil },
	// subParts is written by appendPart, as it needs to know whether to go down.
	"subParts": nil,
}

// partNumber is the partId: the IMAP section number, "1" for a message that
// is one part.
func partNumber(p *mime.Part) string {
	if p.Number == "" {
		return "1"
	}
	return p.Number
}

// partPlan checks the asked properties of parts.
func partPlan(asked []string) ([]partStep, error) {
	if asked == nil {
		asked = defaultBodyProperties
	}
	steps := make([]partStep, 0, len(asked))
	for _, name := range asked {
		write, ok := partProperties[name]
		if !ok && strings.HasPrefix(name, "header:") {
			h, err := parseHeaderProperty(name)
			if err != nil {
				return nil, err
			}
			ok = true
			write = func(e *email, b []byte, p *mime.Part) ([]byte, error) {
				fields, err := e.partHeader(p)
				return h.of(b, fields), err
			}
		}
		if !ok {
			return nil, jmap.Fail(jmap.InvalidArguments, "there is no body property %q", name)
		}
		steps = append(steps, partStep{string(append(jmap.AppendString(nil, name), ':')), write})
	}
	return steps, nil
}

// partHeader returns the header of a part; for the root that of the message.
func (e *email) partHeader(p *mime.Part) (mime.Header, error) {
	if p == e.c.Message.Root {
		return e.fields()
	}
	src, err := e.open()
	if err != nil {
		return nil, err
	}
	return p.ReadHeader(src, maxHeader)
}

// partBlob names the decoded content of a part.
func (e *email) partBlob(p *mime.Part) jmap.ID {
	if e.inside != "" { // sections of a message inside count on: RFC 9051 section 6.4.5.1
		return blobText(e.c.Blob.Hash, e.inside+"."+partNumber(p))
	}
	return blobText(e.c.Blob.Hash, partNumber(p))
}

// appendPart writes a part; with deep its children too.
func (e *email) appendPart(b []byte, p *mime.Part, deep bool) ([]byte, error) {
	b = append(b, '{')
	var err error
	comma := false
	for _, s := range e.plan.partSteps {
		if s.write == nil && deep && p.IsMultipart() {
			continue // subParts, below
		}
		if comma {
			b = append(b, ',')
		}
		comma = true
		b = append(b, s.name...)
		if s.write == nil {
			b = append(b, "null"...)
			continue
		}
		if b, err = s.write(e, b, p); err != nil {
			return nil, err
		}
	}
	// The structure is there to be walked, so its children are always shown;
	// parts of a list have none.
	if deep && p.IsMultipart() {
		if comma {
			b = append(b, ',')
		}
		b = append(b, `"subParts":[`...)
		for i, child := range p.Parts {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = e.appendPart(b, child, true); err != nil {
				return nil, err
			}
		}
		b = append(b, ']')
	}
	return append(b, '}'), nil
}

func (e *email) appendParts(b []byte, list []*mime.Part) ([]byte, error) {
	b = append(b, '[')
	var err error
	for i, p := range list {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = e.appendPart(b, p, false); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// appendBodyValues writes the texts that were asked for (section 4.1.4).
func (e *email) appendBodyValues(b []byte) ([]byte, error) {
	b = append(b, '{')
	seen := map[string]bool{}
	comma := false
	add := func(p *mime.Part) error {
		number := partNumber(p)
		if !p.IsText() || seen[number] {
			return nil
		}
		seen[number] = true
		src, err := e.open()
		if err != nil {
			return err
		}
		text, truncated, problem := p.Text(src, int(e.plan.body.MaxBodyValueBytes))
		if comma {
			b = append(b, ',')
		}
		comma = true
		b = jmap.AppendString(b, number)
		b = append(b, `:{"value":`...)
		b = jmap.AppendString(b, text)
		b = append(b, `,"isEncodingProblem":`...)
		b = strconv.AppendBool(b, problem)
		b = append(b, `,"isTruncated":`...)
		b = strconv.AppendBool(b, truncated)
		b = append(b, '}')
		return nil
	}
	var wanted []*mime.Part
	args := e.plan.body
	if args.FetchTextBodyValues {
		wanted = append(wanted, e.parts().Text...)
	}
	if args.FetchHTMLBodyValues {
		wanted = append(wanted, e.parts().HTML...)
	}
	if args.FetchAllBodyValues {
		e.c.Message.Walk(false, func(p *mime.Part) bool {
			wanted = append(wanted, p)
			return true
		})
	}
	for _, p := range wanted {
		if err := add(p); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}
