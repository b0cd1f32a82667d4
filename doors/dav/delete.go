package dav

import "net/http"

// delete removes a card, or a book with all cards that are in no other (RFC
// 4918 section 9.6).
func (q *request) delete() error {
	p, err := q.tree.locate(q.ctx, q.r.URL.Path)
	if err != nil {
		return err
	}
	w, ok := p.book.(writer)
	if !ok {
		return errReadOnly
	}
	if p.kind == atCard {
		err = w.remove(q.ctx, p.name, allowed(q.r.Header))
	} else {
		err = w.destroy(q.ctx)
	}
	if err == nil {
		q.w.WriteHeader(http.StatusNoContent)
	}
	return err
}
