package dav

import (
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// get is GET and HEAD of a card (RFC 9110 section 9.3.1).
func (q *request) get() error {
	p, err := q.tree.locate(q.ctx, q.r.URL.Path)
	if err != nil {
		return err
	}
	if p.kind != atCard {
		q.w.Header().Set("Allow", "OPTIONS, PROPFIND, REPORT")
		return &refusal{http.StatusMethodNotAllowed, "", "This is a place for programs that speak CardDAV."}
	}
	found := false
	err = p.book.cards(q.ctx, []string{p.name}, func(_ string, c card) error {
		found = true
		q.w.Header().Set("ETag", c.etag)
		q.w.Header().Set("Vary", "Accept, Authorization")
		if matches(q.r.Header.Get("If-None-Match"), c.etag) {
			q.w.WriteHeader(http.StatusNotModified)
			return nil
		}
		text := c.as(accepted(q.r.Header.Get("Accept")))
		q.w.Header().Set("Content-Type", "text/vcard; charset=utf-8")
		q.w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		if q.r.Method == http.MethodGet {
			// Who is gone cannot be told so.
			_, _ = io.WriteString(q.w, text)
		}
		return nil
	})
	if err == nil && !found {
		err = errNone
	}
	return err
}

// accepted is the version of vCard that a program asks for, "" for none (RFC
// 6350 section 10.1).
func accepted(header string) string {
	for part := range strings.SplitSeq(header, ",") {
		media, params, err := mime.ParseMediaType(part)
		if err == nil && media == "text/vcard" && (params["version"] == version3 || params["version"] == version4) {
			return params["version"]
		}
	}
	return ""
}

// matches says whether a condition names a mark, weak or not (RFC 9110
// section 8.8.3.2); "*" is any.
func matches(header, etag string) bool {
	if strings.TrimSpace(header) == "*" {
		return etag != ""
	}
	for one := range strings.SplitSeq(header, ",") {
		if etag != "" && strings.TrimPrefix(strings.TrimSpace(one), "W/") == etag {
			return true
		}
	}
	return false
}

// allowed asks If-Match and If-None-Match of a request that changes a card
// whose mark is etag, "" for none (RFC 9110 section 13.1).
func allowed(h http.Header) func(etag string) error {
	return func(etag string) error {
		if v := h.Get("If-Match"); v != "" && !matches(v, etag) {
			return errMatch
		}
		if v := h.Get("If-None-Match"); v != "" && matches(v, etag) {
			return errMatch
		}
		return nil
	}
}
