package dav

import (
	"net/http"
	"strings"

	"chancery/contacts"
	"chancery/wire/webdav"
)

// mkcol makes an address book (RFC 5689, RFC 6352 section 6.3.1).
func (q *request) mkcol() error {
	slug, ok := strings.CutPrefix(strings.TrimSuffix(q.r.URL.Path, "/"), q.tree.home())
	if !ok || slug == "" || strings.Contains(slug, "/") {
		return &refusal{http.StatusForbidden, webdav.In(webdav.CardDAV, "addressbook-collection-location-ok"), "Address books are made in the home of one's own."}
	}
	if _, _, shared := sharedSlug(slug); shared || slug == officeSlug {
		return &refusal{http.StatusForbidden, webdav.In(webdav.CardDAV, "addressbook-collection-location-ok"), "This name is taken."}
	}
	n, err := q.xml()
	if err != nil {
		return err
	}
	set := propsIn(n, "set")
	kind := &webdav.Node{}
	b := contacts.Book{Name: slug, Subscribed: true}
	for _, p := range set {
		switch {
		case p.Is(webdav.DAV, "resourcetype"):
			kind = p
		case p.Is(webdav.DAV, "displayname") && p.Trimmed() != "":
			b.Name = p.Trimmed()
		case p.Is(webdav.CardDAV, "addressbook-description"):
			b.Description = p.Trimmed()
		}
	}
	// RFC 5689 section 3.3: a collection of another kind is none of this door's.
	if len(kind.Kids) > 0 && kind.Kid(webdav.CardDAV, "addressbook") == nil {
		return refuse(http.StatusForbidden, webdav.DAV, "valid-resourcetype", "Address books are kept here.")
	}
	acc, err := q.books.Account(q.ctx, q.who, q.who.Account)
	if err != nil {
		return err
	}
	if _, err := acc.CreateNamedBook(q.ctx, slug, b); err != nil {
		return err
	}
	q.w.WriteHeader(http.StatusCreated)
	return nil
}

// propsIn lists the properties that a request sets or removes.
func propsIn(n *webdav.Node, act string) (list []*webdav.Node) {
	for _, a := range n.All(webdav.DAV, act) {
		list = append(list, propNodes(a)...)
	}
	return list
}

func propNodes(n *webdav.Node) []*webdav.Node {
	if p := n.Kid(webdav.DAV, "prop"); p != nil {
		return p.Kids
	}
	return []*webdav.Node{}
}
