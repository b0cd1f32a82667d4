package dav

import (
	"mime"
	"net/http"

	"chancery/kit/errs"
	"chancery/wire/webdav"
)

// put stores a card (RFC 6352 section 6.3.2).
func (q *request) put() error {
	p, err := q.tree.locate(q.ctx, q.r.URL.Path)
	if err != nil {
		return q.noBook(err)
	}
	if p.kind != atCard {
		return &refusal{http.StatusMethodNotAllowed, "", "Cards are put into an address book."}
	}
	w, ok := p.book.(writer)
	if !ok {
		return errReadOnly
	}
	if media, _, err := mime.ParseMediaType(q.r.Header.Get("Content-Type")); q.r.Header.Get("Content-Type") != "" && (err != nil || media != "text/vcard" && media != "text/x-vcard") {
		return refuse(http.StatusForbidden, webdav.CardDAV, "supported-address-data", "What is stored is text/vcard.")
	}
	text, err := q.body(p.book.about().most)
	if err == nil {
		var etag string
		var created bool
		etag, created, err = w.put(q.ctx, p.name, text, allowed(q.r.Header))
		if err == nil {
			q.w.Header().Set("ETag", etag) // the text is kept as it came
			if created {
				q.w.WriteHeader(http.StatusCreated)
			} else {
				q.w.WriteHeader(http.StatusNoContent)
			}
			return nil
		}
	}
	switch errs.KindOf(err) {
	case errs.TooLarge:
		return refuse(http.StatusForbidden, webdav.CardDAV, "max-resource-size", errs.Text(err))
	case errs.Invalid:
		return refuse(http.StatusForbidden, webdav.CardDAV, "valid-address-data", errs.Text(err))
	case errs.Forbidden:
		return refuse(http.StatusForbidden, webdav.DAV, "need-privileges", errs.Text(err))
	}
	return err
}

// noBook says Conflict where the book that something is to go into is not
// there (RFC 4918 section 9.7.1).
func (q *request) noBook(err error) error {
	if errs.Is(err, errs.NotFound) {
		return errs.E(errs.Conflict, "There is no such address book.")
	}
	return err
}
