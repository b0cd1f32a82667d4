package mail

import (
	"bytes"
	"context"
	"sync"

	"chancery/kit/errs"
	"chancery/mail/convert"
	"chancery/policy"
	"chancery/store"
)

// maxDerived bounds what is remembered of blobs made from others.
const maxDerived = 4096

// derived remembers which blobs were made from which: the PDF of a document.
// It is a memory of this process only; what it names can have expired.
type derived struct {
	mu sync.Mutex
	of map[derivedKey]Blob
}

type derivedKey struct {
	account int64
	from    string
}

func (d *derived) get(k derivedKey) (Blob, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	b, ok := d.of[k]
	return b, ok
}

func (d *derived) put(k derivedKey, b Blob) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.of == nil || len(d.of) >= maxDerived {
		d.of = map[derivedKey]Blob{}
	}
	d.of[k] = b
}

// UseOffice gives the room what converts documents; without it, none can be.
func (r *Room) UseOffice(c *convert.Converter) { r.office = c }

// CanConvert says whether documents of office programs can be shown as PDF.
func (r *Room) CanConvert() bool { return r.office != nil && r.office.Available() }

// Keep stores bytes that were made from what the account may read, such as a
// file out of a winmail.dat, for as long as an upload is kept. It needs no
// more than the right to read: nothing is added to a mailbox.
func (a *Account) Keep(ctx context.Context, b []byte) (Blob, error) {
	if err := a.can(ctx, policy.Read); err != nil {
		return Blob{}, err
	}
	staged, err := a.room.db.Stage(ctx, a.scope, bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return Blob{}, err
	}
	out := Blob{Scope: a.scope, Hash: staged.Hash, Size: staged.Size}
	err = a.room.db.WriteBlobs(ctx, a.info.ID, []*store.Staged{staged}, func(tx *store.Tx) error {
		fresh, err := putUpload(ctx, tx, a.info.ID, out, a.room.clock.Now().UnixMilli())
		if err != nil {
			return err
		}
		return tx.Ref(ctx, staged, int(flag(fresh)))
	})
	if err != nil {
		staged.Discard()
	}
	return out, err
}

// Convert returns the PDF of a document. From names the document, so that
// asking again within a day costs nothing; open reads it.
func (a *Account) Convert(ctx context.Context, from, kind string, open func() ([]byte, error)) (Blob, error) {
	if err := a.can(ctx, policy.Read); err != nil {
		return Blob{}, err
	}
	key := derivedKey{a.info.ID, kind + " " + from}
	if b, ok := a.room.derived.get(key); ok {
		if b, _, err := a.FindBlob(ctx, b.Hash); err == nil {
			return b, nil
		}
	}
	if !a.room.CanConvert() {
		return Blob{}, errs.E(errs.Unsupported, "Documents cannot be converted on this server: LibreOffice is not installed.")
	}
	raw, err := open()
	if err != nil {
		return Blob{}, err
	}
	pdf, err := a.room.office.PDF(ctx, kind, bytes.NewReader(raw))
	if err != nil {
		return Blob{}, err
	}
	b, err := a.Keep(ctx, pdf)
	if err == nil {
		a.room.derived.put(key, b)
	}
	return b, err
}
