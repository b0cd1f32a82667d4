package webdav

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"chancery/kit/errs"
)

// Name spaces of the elements that are spoken.
const (
	DAV     = "DAV:"
	CardDAV = "urn:ietf:params:xml:ns:carddav"
	// CalendarServer is Apple's; getctag of it is asked for by most programs.
	CalendarServer = "http://calendarserver.org/ns/"
)

// Limits of one request. Zero values mean the documented default.
type Limits struct {
	Bytes int // default 1 MiB
	Depth int // of elements within one another, default 32
	Nodes int // elements, default 20,000
}

func (l Limits) withDefaults() Limits {
	for _, d := range []struct {
		v   *int
		def int
	}{{&l.Bytes, 1 << 20}, {&l.Depth, 32}, {&l.Nodes, 20_000}} {
		if *d.v == 0 {
			*d.v = d.def
		}
	}
	return l
}

// Node is an element with what is in it.
type Node struct {
	Name xml.Name
	Attr []xml.Attr
	Text string // all text directly in it
	Kids []*Node

	text []byte // as it is read
}

// Parse reads a request's body into its root. Document types are refused
// (RFC 4918 section 20.6): with them come entities that grow without end and
// that reach for files.
func Parse(text []byte, lim Limits) (*Node, error) {
	lim = lim.withDefaults()
	if len(text) > lim.Bytes {
		return nil, errs.E(errs.TooLarge, "The request has more than %d bytes.", lim.Bytes)
	}
	dec := xml.NewDecoder(bytes.NewReader(text))
	var root *Node
	var open []*Node
	for count := 0; ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, err, "The request is no XML.")
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, errs.E(errs.Invalid, "A request has no document type.")
		case xml.StartElement:
			if strings.Contains(t.Name.Local, ":") {
				return nil, errs.E(errs.Invalid, "The request has an element whose name is none.")
			}
			n := &Node{Name: t.Name, Attr: t.Attr}
			if count++; count > lim.Nodes || len(open) == lim.Depth {
				return nil, errs.E(errs.TooLarge, "A request has at most %d elements, %d within one another.", lim.Nodes, lim.Depth)
			}
			switch {
			case len(open) > 0:
				up := open[len(open)-1]
				up.Kids = append(up.Kids, n)
			case root == nil:
				root = n
			default:
				return nil, errs.E(errs.Invalid, "A request has one element at its top.")
			}
			open = append(open, n)
		case xml.EndElement:
			last := open[len(open)-1]
			last.Text, last.text = string(last.text), nil
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				up := open[len(open)-1]
				up.text = append(up.text, t...)
			}
		}
	}
	if root == nil {
		return nil, errs.E(errs.Invalid, "The request is empty.")
	}
	return root, nil
}

// Is says whether the element has a name.
func (n *Node) Is(space, local string) bool {
	return n != nil && n.Name.Space == space && n.Name.Local == local
}

// Kid returns the first element of a name within; nil when there is none,
// which every method takes.
func (n *Node) Kid(space, local string) *Node {
	if n == nil {
		return nil
	}
	for _, k := range n.Kids {
		if k.Is(space, local) {
			return k
		}
	}
	return nil
}

// All returns the elements of a name within.
func (n *Node) All(space, local string) (list []*Node) {
	if n == nil {
		return nil
	}
	for _, k := range n.Kids {
		if k.Is(space, local) {
			list = append(list, k)
		}
	}
	return list
}

// Get returns an attribute without a name space, "" when it is not there.
func (n *Node) Get(name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.Attr {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// Trimmed returns the text without space around it.
func (n *Node) Trimmed() string {
	if n == nil {
		return ""
	}
	return strings.TrimSpace(n.Text)
}
