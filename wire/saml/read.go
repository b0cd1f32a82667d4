package saml

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"

	"github.com/beevik/etree"

	"chancery/kit/errs"
)

// Limits bound a document of a stranger. Zero values mean the documented default.
type Limits struct {
	Bytes    int  // of a document; default 64 KiB
	Depth    int  // elements within elements; default 24
	Parts    int  // elements and attributes together; default 2,000
	Comments bool // are let through and left out, as in metadata files written by people
}

func (l Limits) withDefaults() Limits {
	for _, d := range []struct {
		field *int
		value int
	}{{&l.Bytes, 64 << 10}, {&l.Depth, 24}, {&l.Parts, 2000}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return l
}

func bad(format string, args ...any) error { return errs.E(errs.Invalid, format, args...) }

// read parses a document within limits. It lets through only what SAML needs:
// no document type, so there are no entities to expand or fetch; no
// processing instructions; no comments within messages, by which one text
// could be read as two; no attribute and no ID twice.
func read(doc []byte, l Limits) (*etree.Element, error) {
	l = l.withDefaults()
	if len(doc) > l.Bytes {
		return nil, errs.E(errs.TooLarge, "The document is larger than %d bytes.", l.Bytes)
	}
	if err := scan(doc, l); err != nil {
		return nil, err
	}
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(doc); err != nil {
		return nil, bad("The document is no XML.")
	}
	root := tree.Root()
	if root == nil {
		return nil, bad("The document is empty.")
	}
	if l.Comments {
		dropComments(root)
	}
	return root, nil
}

// scanner counts what a document has while it is looked through.
type scanner struct {
	limits              Limits
	depth, parts, roots int
	ids                 map[string]bool
}

func scan(doc []byte, l Limits) error {
	d := xml.NewDecoder(bytes.NewReader(doc))
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, bad("The document is not in UTF-8.") }
	s := scanner{limits: l, ids: map[string]bool{}}
	for {
		at := d.InputOffset()
		token, err := d.RawToken() // no entities but the five of XML, since there is no document type
		if err == io.EOF {
			if s.depth != 0 || s.roots != 1 {
				return bad("The document is no XML.")
			}
			return nil
		}
		if err != nil {
			err = bad("The document is no XML.")
		} else {
			err = s.token(token, at)
		}
		if err != nil {
			return inLine(err, doc, at, l)
		}
	}
}

// inLine names the line of a metadata file, which somebody can look up; nobody
// sees the lines of a message.
func inLine(err error, doc []byte, at int64, l Limits) error {
	if !l.Comments {
		return err
	}
	return errs.E(errs.KindOf(err), "Line %d: %s", 1+bytes.Count(doc[:at], []byte("\n")), errs.Text(err))
}

func (s *scanner) token(token xml.Token, at int64) error {
	switch t := token.(type) {
	case xml.StartElement:
		return s.start(t)
	case xml.EndElement:
		s.depth--
	case xml.CharData:
		if s.depth == 0 && len(bytes.TrimSpace(t)) > 0 {
			return bad("There is text outside of the document.")
		}
	case xml.Comment:
		if !s.limits.Comments {
			return bad("Comments are not allowed in messages.")
		}
	case xml.ProcInst:
		if t.Target != "xml" || at != 0 {
			return bad("Processing instructions are not allowed.")
		}
	case xml.Directive:
		return bad("Document types are not allowed.")
	}
	return nil
}

func (s *scanner) start(t xml.StartElement) error {
	if s.depth++; s.depth == 1 {
		s.roots++
	}
	s.parts += 1 + len(t.Attr)
	if s.depth > s.limits.Depth || s.parts > s.limits.Parts || s.depth <= 0 {
		return errs.E(errs.TooLarge, "The document has too many parts.")
	}
	if !plainName(t.Name) {
		return bad("The document has a name that is none.")
	}
	seen := map[xml.Name]bool{}
	for _, a := range t.Attr {
		if seen[a.Name] || !plainName(a.Name) {
			return bad("An attribute is there twice or has no name.")
		}
		seen[a.Name] = true
		if a.Name.Local != "ID" || a.Name.Space != "" {
			continue
		}
		if s.ids[a.Value] { // else a signature could mean either
			return bad("Two parts of the document have one ID.")
		}
		s.ids[a.Value] = true
	}
	return nil
}

// plainName refuses names that readers take apart in different ways.
func plainName(n xml.Name) bool {
	return n.Local != "" && !strings.Contains(n.Local, ":") && !strings.Contains(n.Space, ":")
}

func dropComments(e *etree.Element) {
	for n := len(e.Child) - 1; n >= 0; n-- {
		switch c := e.Child[n].(type) {
		case *etree.Comment:
			e.RemoveChildAt(n)
		case *etree.Element:
			dropComments(c)
		}
	}
}

// is says whether an element has a name.
func is(e *etree.Element, ns, tag string) bool { return e.Tag == tag && e.NamespaceURI() == ns }

// children returns the elements of a name right below another.
func children(e *etree.Element, ns, tag string) (list []*etree.Element) {
	for _, c := range e.ChildElements() {
		if is(c, ns, tag) {
			list = append(list, c)
		}
	}
	return list
}

// child returns the only element of a name right below another; false when
// there is none, or more than one.
func child(e *etree.Element, ns, tag string) (*etree.Element, bool) {
	list := children(e, ns, tag)
	if len(list) != 1 {
		return nil, false
	}
	return list[0], true
}

// childText returns the text of the only element of a name; empty without one.
func childText(e *etree.Element, ns, tag string) string {
	c, ok := child(e, ns, tag)
	if !ok {
		return ""
	}
	return text(c)
}

// text returns all text of an element without others in it, so that what
// stands behind a stray part is never cut off.
func text(e *etree.Element) string {
	var b strings.Builder
	for _, c := range e.Child {
		if d, ok := c.(*etree.CharData); ok {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

// attr returns an attribute that stands in no namespace.
func attr(e *etree.Element, name string) string {
	for _, a := range e.Attr {
		if a.Space == "" && a.Key == name {
			return a.Value
		}
	}
	return ""
}

// truth reads a boolean of XML Schema.
func truth(s string) bool { s = strings.TrimSpace(s); return s == "true" || s == "1" }
