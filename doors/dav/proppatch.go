package dav

import (
	"encoding/xml"

	"chancery/kit/errs"
	"chancery/wire/webdav"
)

// proppatch changes the name and the description of a book, and refuses what
// else is wished for: all of a request or nothing (RFC 4918 section 9.2).
func (q *request) proppatch() error {
	p, err := q.tree.locate(q.ctx, q.r.URL.Path)
	if err != nil {
		return err
	}
	n, err := q.xml()
	if err != nil {
		return err
	}
	if !n.Is(webdav.DAV, "propertyupdate") {
		return errs.E(errs.Invalid, "PROPPATCH takes a propertyupdate.")
	}
	own, writes := p.book.(*ownBook)
	writes = writes && p.kind == atBook
	var name, description string
	if writes {
		name, description = own.book.Name, own.book.Description
	}
	var done, refused []xml.Name
	for _, a := range n.Kids { // in the order in which they stand (section 9.2)
		for _, x := range propNodes(a) {
			set := a.Is(webdav.DAV, "set")
			switch {
			case writes && x.Is(webdav.DAV, "displayname") && set && x.Trimmed() != "":
				name = x.Trimmed()
			case writes && x.Is(webdav.CardDAV, "addressbook-description"):
				description = ""
				if set {
					description = x.Trimmed()
				}
			default:
				refused = append(refused, x.Name)
				continue
			}
			done = append(done, x.Name)
		}
	}
	if len(refused) == 0 && len(done) > 0 {
		if err := own.rename(q.ctx, name, description); err != nil {
			return err
		}
	}
	a := q.answer()
	if len(refused) > 0 {
		a.Changes(p.path, nil, refused, done)
	} else {
		a.Changes(p.path, done, nil, nil)
	}
	return q.end(a, "", nil)
}
