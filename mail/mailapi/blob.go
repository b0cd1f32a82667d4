package mailapi

import (
	"bytes"
	"context"
	"io"

	"chancery/kit/errs"
	"chancery/mail"
	"chancery/store"
	"chancery/wire/jmap"
	"chancery/wire/mime"
)

// maxPart bounds a part that has to be decoded into memory because somebody
// wants to read it from the middle: a range of a download, or a message
// inside a message that has a transfer encoding.
const maxPart = 64 << 20

// Upload stores bytes for an account (doors/jmap).
func (a *API) Upload(ctx context.Context, account jmap.ID, _ string, r io.Reader) (jmap.ID, int64, error) {
	acc, err := a.account(ctx, account)
	if err != nil {
		return "", 0, notFound(err)
	}
	b, err := acc.Upload(ctx, r, a.conf.MaxUpload)
	if err != nil {
		return "", 0, err
	}
	return blobText(b.Hash, ""), b.Size, nil
}

// notFound gives an unknown account the kind that HTTP understands.
func notFound(err error) error {
	if m := jmap.MethodErrorOf(err); m.Type == jmap.AccountNotFound {
		return errs.Wrap(errs.NotFound, err, "There is no such account.")
	}
	return err
}

// Open opens a blob or a part of a message (doors/jmap).
func (a *API) Open(ctx context.Context, account, blob jmap.ID) (io.ReadSeekCloser, error) {
	acc, err := a.account(ctx, account)
	if err != nil {
		return nil, notFound(err)
	}
	o, err := a.openBlob(ctx, acc, blob)
	if err != nil {
		return nil, err
	}
	return struct {
		io.ReadSeeker
		io.Closer
	}{io.NewSectionReader(o, 0, o.size), o}, nil
}

// opened is an open blob or part.
type opened struct {
	io.ReaderAt
	size int64
	done io.Closer

	whole   mail.Blob // that it is, or is a part of
	message int64     // of the account that the whole is; 0 = none
}

// Close lets the bytes go.
func (o *opened) Close() error {
	if o.done == nil {
		return nil
	}
	return o.done.Close()
}

// errNoBlob is told for blobs that are not there and for those of others.
func errNoBlob(text jmap.ID) error { return errs.E(errs.NotFound, "There is no blob %s.", text) }

// findBlob looks up whole blobs that the account may read.
func findBlob(ctx context.Context, acc *mail.Account, text jmap.ID) (b mail.Blob, message int64, part string, err error) {
	h, part, ok := parseBlob(text)
	if !ok {
		return b, 0, "", errNoBlob(text)
	}
	b, message, err = acc.FindBlob(ctx, h)
	if err != nil {
		return b, 0, "", err
	}
	return b, message, part, nil
}

// openBlob opens a blob or part that the account may read.
func (a *API) openBlob(ctx context.Context, acc *mail.Account, text jmap.ID) (*opened, error) {
	b, message, part, err := findBlob(ctx, acc, text)
	if err != nil {
		return nil, err
	}
	src, err := acc.OpenBlob(ctx, b)
	if err != nil {
		return nil, err
	}
	if part == "" {
		return &opened{ReaderAt: src, size: src.Size(), done: src, whole: b, message: message}, nil
	}
	m, err := parsed(ctx, acc, message, src)
	if err == nil {
		var o *opened
		if o, err = openPart(src, m, part, text); err == nil {
			o.whole, o.message = b, message
			return o, nil
		}
	}
	_ = src.Close()
	return nil, err
}

// parsed returns the tree of a message: kept with it, or read now for an
// upload.
func parsed(ctx context.Context, acc *mail.Account, message int64, src *store.Blob) (*mime.Message, error) {
	if message != 0 {
		list, err := acc.Content(ctx, message)
		if err != nil {
			return nil, err
		}
		if list[0] != nil {
			return list[0].Message, nil
		}
	}
	return mime.Parse(src.Reader(), mime.Limits{})
}

// openPart opens the decoded content of a part.
func openPart(src *store.Blob, m *mime.Message, number string, text jmap.ID) (*opened, error) {
	p, ok := findPart(m, number)
	if !ok || p.IsMultipart() {
		return nil, errNoBlob(text)
	}
	switch p.CTE {
	case "", "7bit", "8bit", "binary":
		return &opened{ReaderAt: io.NewSectionReader(src, p.Body, p.End-p.Body), size: p.End - p.Body, done: src}, nil
	}
	if p.ContentSize() > maxPart {
		return nil, errs.E(errs.TooLarge, "The part has more than %d bytes; download the whole message.", int64(maxPart))
	}
	b, err := io.ReadAll(io.LimitReader(p.Open(src), maxPart+1))
	if err != nil {
		return nil, err
	}
	return &opened{ReaderAt: bytes.NewReader(b), size: int64(len(b)), done: src}, nil
}

// findPart finds a part by its partId.
func findPart(m *mime.Message, number string) (*mime.Part, bool) {
	if p, ok := m.Find(number); ok && p != m.Root {
		return p, true
	}
	if partNumber(m.Root) == number && !m.Root.IsMultipart() {
		return m.Root, true
	}
	return nil, false
}

// Copy makes a blob of one account readable in another (doors/jmap).
func (a *API) Copy(ctx context.Context, from, to, blob jmap.ID) (jmap.ID, error) {
	source, err := a.account(ctx, from)
	if err != nil {
		return "", err
	}
	target, err := a.account(ctx, to)
	if err != nil {
		return "", err
	}
	b, _, part, err := findBlob(ctx, source, blob)
	if err != nil {
		return "", err
	}
	if part == "" {
		return blob, target.AdoptBlob(ctx, b)
	}
	o, err := a.openBlob(ctx, source, blob)
	if err != nil {
		return "", err
	}
	defer o.Close()
	b, err = target.Upload(ctx, sectionOf(o), a.conf.MaxUpload)
	if err != nil {
		return "", err
	}
	return blobText(b.Hash, ""), nil
}

func sectionOf(o *opened) io.Reader { return io.NewSectionReader(o, 0, o.size) }
