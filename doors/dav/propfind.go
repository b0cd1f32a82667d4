package dav

import (
	"encoding/xml"
	"errors"
	"net/http"

	"chancery/kit/errs"
	"chancery/wire/webdav"
)

// wish is what a request asks to be told of each place.
type wish struct {
	props     []*webdav.Node // none: all that a place tells unasked
	namesOnly bool
}

// readWish reads it. Each property is answered for at each place, so a short
// request could ask for a very long answer.
func (q *request) readWish(n *webdav.Node) (w wish, err error) {
	w = wish{props: propNodes(n), namesOnly: n.Kid(webdav.DAV, "propname") != nil}
	if len(w.props) > q.conf.MaxProps {
		err = errs.E(errs.TooLarge, "At most %d properties can be asked for.", q.conf.MaxProps)
	}
	return w, err
}

// propfind tells the properties of a place and, as deep as asked, of what is in
// it (RFC 4918 section 9.1).
func (q *request) propfind() error {
	depth := q.r.Header.Get("Depth")
	if depth != "0" && depth != "1" { // without a word it is infinity (section 10.2)
		return refuse(http.StatusForbidden, webdav.DAV, "propfind-finite-depth", "Please ask with a depth of 0 or 1.")
	}
	n, err := q.xml()
	if err != nil {
		return err
	}
	if n.Name.Local != "" && !n.Is(webdav.DAV, "propfind") {
		return errs.E(errs.Invalid, "PROPFIND takes a propfind.")
	}
	p, err := q.tree.locate(q.ctx, q.r.URL.Path)
	if err != nil {
		return err
	}
	w, err := q.readWish(n)
	if err != nil {
		return err
	}
	a := q.answer()
	err = q.tellAbout(a, p, w)
	if err == nil && depth == "1" {
		err = q.tellInside(a, p, w)
	}
	return q.end(a, "", err)
}

// tellAbout tells of one place.
func (q *request) tellAbout(a *webdav.Answer, p place, w wish) error {
	if p.kind == atCard {
		found := false
		err := p.book.cards(q.ctx, []string{p.name}, func(_ string, c card) error {
			found = true
			q.tellCard(a, p, entry{name: p.name, etag: c.etag}, c.as, w)
			return nil
		})
		if err == nil && !found {
			err = errNone
		}
		return err
	}
	known, order, err := q.properties(p)
	if err != nil {
		return err
	}
	tell(a, p.path, known, order, w)
	return nil
}

// tellInside tells of what is in a place.
func (q *request) tellInside(a *webdav.Answer, p place, w wish) error {
	switch p.kind {
	case atRoot:
		return errors.Join(q.tellAbout(a, place{kind: atPrincipal, path: q.tree.principal()}, w), q.tellAbout(a, place{kind: atHome, path: q.tree.home()}, w))
	case atHome:
		list, err := q.tree.shelf(q.ctx)
		if err != nil {
			return err
		}
		for _, b := range list {
			if err := q.tellAbout(a, place{kind: atBook, path: b.about().path, book: b}, w); err != nil {
				return err
			}
		}
	case atBook:
		list, err := p.book.entries(q.ctx, "")
		var why *refusal
		if errors.As(err, &why) { // too many: the book is there all the same (RFC 6352 section 8.6.2)
			a.Failed(p.path, why.status, why.condition)
			return nil
		}
		if err != nil {
			return err
		}
		for _, e := range list {
			q.tellCard(a, place{kind: atCard, path: p.path + e.name, book: p.book, name: e.name}, e, nil, w)
		}
	}
	return nil
}

// tell answers for a place with those of its properties that are wished for.
func tell(a *webdav.Answer, path string, known map[xml.Name]string, order []xml.Name, w wish) {
	var found []webdav.Value
	var missing []xml.Name
	if len(w.props) == 0 {
		for _, name := range order {
			v := webdav.Value{Name: name, Inner: known[name]}
			if w.namesOnly {
				v.Inner = ""
			}
			found = append(found, v)
		}
	}
	for _, n := range w.props {
		if inner, ok := known[n.Name]; ok {
			found = append(found, webdav.Value{Name: n.Name, Inner: inner})
		} else {
			missing = append(missing, n.Name)
		}
	}
	a.Properties(path, found, missing)
}

// tellCard answers for a card; as is nil where what is on it was not read.
func (q *request) tellCard(a *webdav.Answer, p place, e entry, as func(version string) string, w wish) {
	known := map[xml.Name]string{
		dav("resourcetype"):                 "",
		dav("getetag"):                      webdav.Text(e.etag),
		dav("getcontenttype"):               "text/vcard; charset=utf-8",
		dav("current-user-principal"):       webdav.Href(q.tree.principal()),
		dav("current-user-privilege-set"):   privileges(p.book.about()),
		{Space: webdav.DAV, Local: "owner"}: webdav.Href(q.tree.principal()),
	}
	for _, n := range w.props {
		if n.Is(webdav.CardDAV, "address-data") && as != nil {
			known[n.Name] = webdav.Text(addressData(n, as))
		}
	}
	tell(a, p.path, known, []xml.Name{dav("resourcetype"), dav("getetag"), dav("getcontenttype")}, w)
}

// addressData is a card in the version, and with the properties, that a report
// asks for (RFC 6352 section 10.4).
func addressData(n *webdav.Node, as func(version string) string) string {
	version := n.Get("version")
	if version != version4 {
		version = version3
	}
	names := map[string]bool{}
	for _, p := range n.All(webdav.CardDAV, "prop") {
		names[upper(p.Get("name"))] = true
	}
	return only(as(version), names)
}
