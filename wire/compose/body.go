package compose

import "io"

// File is an attachment, or with a ContentID a picture the HTML refers to.
type File struct {
	Name      string
	Type      string // empty for application/octet-stream
	ContentID string // without brackets
	Open      func() (io.ReadCloser, error)
}

// Body makes the usual tree: text and HTML as alternatives, the HTML with its
// pictures, everything with the attachments. What is empty makes no level.
func Body(text, html string, inline, attachments []File) *Node {
	var main *Node
	if html != "" {
		main = &Node{Type: "text/html", Text: html}
		if len(inline) > 0 {
			related := &Node{Type: "multipart/related", Params: []string{"type", "text/html"}, Parts: []*Node{main}} // RFC 2387
			for _, f := range inline {
				related.Parts = append(related.Parts, f.node("inline"))
			}
			main = related
		}
	} else {
		attachments = append(inline[:len(inline):len(inline)], attachments...)
	}
	switch {
	case main == nil:
		main = &Node{Type: "text/plain", Text: text}
	case text != "":
		// The best form comes last (RFC 2046 section 5.1.4).
		main = &Node{Type: "multipart/alternative", Parts: []*Node{{Type: "text/plain", Text: text}, main}}
	}
	if len(attachments) == 0 {
		return main
	}
	mixed := &Node{Type: "multipart/mixed", Parts: []*Node{main}}
	for _, f := range attachments {
		mixed.Parts = append(mixed.Parts, f.node("attachment"))
	}
	return mixed
}

func (f *File) node(disposition string) *Node {
	kind := f.Type
	if kind == "" {
		kind = "application/octet-stream"
	}
	return &Node{Type: kind, Name: f.Name, Disposition: disposition, ContentID: f.ContentID, Open: f.Open}
}
