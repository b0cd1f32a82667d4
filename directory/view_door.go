package directory

import (
	"context"
	"slices"
	"strings"

	"chancery/store"
)

// Changed is somebody of whom something else is to be told than before.
type Changed struct {
	Person int64
	Gone   bool // not there any more for the viewer
}

// Changes returns who changed in a view since a state. It fails where more than
// people changed; then the book is read anew.
func (d *Directory) Changes(ctx context.Context, v *View, since string) ([]Changed, error) {
	list, err := d.changes(ctx, v.org, v, since)
	out := make([]Changed, len(list))
	for i, c := range list {
		out[i] = Changed{c.id, c.gone}
	}
	return out, err
}

// Boxes returns what the viewer can write to that is no person: lists, and the
// mailboxes of functions whose unit is not hidden.
func (d *Directory) Boxes(ctx context.Context, v *View) (list []Account, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectBoxes(ctx, tx, v.org, v.today)
		return err
	})
	return slices.DeleteFunc(list, func(a Account) bool { return strings.HasPrefix(a.Address, "postmaster@") || v.units[a.Unit] }), err
}

// Of returns the person whose account it is, as the viewer sees them.
func (v *View) Of(account int64) (*Person, bool) {
	e, ok := v.Book.of[account]
	if !ok {
		return nil, false
	}
	return v.shown(e)
}
