package dav

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"chancery/kit/errs"
	"chancery/wire/webdav"
)

// report answers a REPORT (RFC 3253 section 3.6).
func (q *request) report() error {
	n, err := q.xml()
	if err != nil {
		return err
	}
	p, err := q.tree.locate(q.ctx, q.r.URL.Path)
	if err != nil {
		return err
	}
	if p.kind == atBook || p.kind == atCard {
		switch {
		case n.Is(webdav.CardDAV, "addressbook-query"):
			return q.reportQuery(p, n)
		case n.Is(webdav.CardDAV, "addressbook-multiget"):
			return q.reportMultiget(p, n)
		case n.Is(webdav.DAV, "sync-collection") && p.kind == atBook:
			return q.reportSync(p, n)
		}
	}
	return refuse(http.StatusForbidden, webdav.DAV, "supported-report", "This report is not made here.")
}

// tellCards answers for cards of a book by name.
func (q *request) tellCards(a *webdav.Answer, p place, names []string, w wish) error {
	for part := range slices.Chunk(names, 1000) {
		err := p.book.cards(q.ctx, part, func(name string, c card) error {
			q.tellCard(a, place{kind: atCard, path: p.book.about().path + name, book: p.book, name: name}, entry{name: name, etag: c.etag}, c.as, w)
			return q.ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// reportQuery looks for cards (RFC 6352 section 8.6). Where there are more than
// are told, the book itself is answered for by 507 (section 8.6.2).
func (q *request) reportQuery(p place, n *webdav.Node) error {
	if p.kind != atBook {
		return refuse(http.StatusForbidden, webdav.DAV, "supported-report", "Address books are searched, not cards.")
	}
	f, err := readFilter(n.Kid(webdav.CardDAV, "filter"))
	if err != nil {
		return err
	}
	if f.size() > q.conf.MaxFilters {
		return errFilter("supported-filter", "The filter is too long.")
	}
	w, err := q.readWish(n)
	if err != nil {
		return err
	}
	most, err := q.limit(n.Kid(webdav.CardDAV, "limit").Kid(webdav.CardDAV, "nresults"), q.conf.MaxMatches)
	if err != nil {
		return err
	}
	// What is without a filter is no search but the whole book.
	if len(f.parts) == 0 && n.Kid(webdav.CardDAV, "limit") == nil {
		if state, err := p.book.state(q.ctx); err != nil || state == "" {
			return firstOf(err, errTooMany)
		}
		most = max(most, q.conf.WholeUpTo)
		if _, own := p.book.(*ownBook); own {
			most = 1 << 30
		}
	}
	names, more, err := p.book.search(q.ctx, f, most)
	if err != nil {
		return err
	}
	a := q.answer()
	err = q.tellCards(a, p, names, w)
	if err == nil && more {
		a.Failed(p.path, http.StatusInsufficientStorage, webdav.In(webdav.DAV, "number-of-matches-within-limits"))
	}
	return q.end(a, "", err)
}

func firstOf(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// limit reads how many a program wants at most.
func (q *request) limit(n *webdav.Node, most int) (int, error) {
	if n == nil {
		return most, nil
	}
	wanted, err := strconv.Atoi(n.Trimmed())
	if err != nil || wanted < 1 {
		return 0, errs.E(errs.Invalid, "The limit is no number.")
	}
	return min(wanted, most), nil
}

// reportMultiget tells of the cards that are named (section 8.7).
func (q *request) reportMultiget(p place, n *webdav.Node) error {
	var names, missing []string
	asked := map[string]bool{}
	for _, h := range n.All(webdav.DAV, "href") {
		path := h.Trimmed()
		if u, err := url.Parse(path); err == nil {
			path = u.Path
		}
		name, ok := strings.CutPrefix(path, p.book.about().path)
		if !ok || name == "" || strings.Contains(name, "/") {
			missing = append(missing, path)
			continue
		}
		if !asked[name] {
			names, asked[name] = append(names, name), true
		}
	}
	if len(names)+len(missing) == 0 {
		return errs.E(errs.Invalid, "The report names no card.")
	}
	w, err := q.readWish(n)
	if err != nil {
		return err
	}
	a := q.answer()
	err = p.book.cards(q.ctx, names, func(name string, c card) error {
		delete(asked, name)
		q.tellCard(a, place{kind: atCard, path: p.book.about().path + name, book: p.book, name: name}, entry{name: name, etag: c.etag}, c.as, w)
		return q.ctx.Err()
	})
	for _, name := range names {
		if asked[name] {
			missing = append(missing, p.book.about().path+name)
		}
	}
	if err == nil {
		for _, path := range missing {
			a.Failed(path, http.StatusNotFound, "")
		}
	}
	return q.end(a, "", err)
}

// reportSync tells what has changed since a state (RFC 6578 section 3).
func (q *request) reportSync(p place, n *webdav.Node) error {
	since := n.Kid(webdav.DAV, "sync-token").Trimmed()
	if since != "" {
		var ok bool
		if since, ok = strings.CutPrefix(since, tokenPrefix); !ok || since == "" {
			return errToken
		}
	}
	if level := n.Kid(webdav.DAV, "sync-level").Trimmed(); level != "1" && level != "" { // "": the level of drafts, by Depth
		return errs.E(errs.Invalid, "The level of changes told here is 1.")
	}
	most, err := q.limit(n.Kid(webdav.DAV, "limit").Kid(webdav.DAV, "nresults"), q.conf.MaxChanges)
	if err != nil {
		return err
	}
	// The state is read first: what comes in between is told once more next time.
	state, err := p.book.state(q.ctx)
	if err != nil {
		return err
	}
	list, err := p.book.entries(q.ctx, since)
	if err != nil {
		return err
	}
	list, state, more := cut(list, state, most)
	w, err := q.readWish(n)
	if err != nil {
		return err
	}
	a := q.answer()
	err = q.tellEntries(a, p, list, w)
	if err == nil && more { // section 3.6
		a.Failed(p.path, http.StatusInsufficientStorage, webdav.In(webdav.DAV, "number-of-matches-within-limits"))
	}
	return q.end(a, tokenPrefix+state, err)
}

// cut leaves so many entries, or as many as it takes to have a state from which
// one can go on.
func cut(list []entry, state string, most int) ([]entry, string, bool) {
	if len(list) <= most {
		return list, state, false
	}
	for n := most; n > 0; n-- {
		if at := list[n-1].at; at != "" {
			return list[:n], at, true
		}
	}
	for n := most; n < len(list); n++ {
		if at := list[n-1].at; at != "" {
			return list[:n], at, true
		}
	}
	return list, state, false
}

// tellEntries tells of changed cards and of those that are gone; with what is on
// them only where a report asks for it.
func (q *request) tellEntries(a *webdav.Answer, p place, list []entry, w wish) error {
	reads := slices.ContainsFunc(w.props, func(n *webdav.Node) bool { return n.Is(webdav.CardDAV, "address-data") })
	var names []string
	for _, e := range list {
		switch {
		case e.gone:
			a.Failed(p.path+e.name, http.StatusNotFound, "")
		case reads:
			names = append(names, e.name)
		default:
			q.tellCard(a, place{kind: atCard, path: p.path + e.name, book: p.book, name: e.name}, e, nil, w)
		}
	}
	return q.tellCards(a, p, names, w)
}
