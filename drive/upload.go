package drive

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/store"
)

// File is one file: an upload on its way, or part of a parcel.
type File struct {
	ID       int64
	Parcel   int64 // 0: an upload that no parcel has taken yet
	Name     string
	Type     string
	Size     int64
	Received int64
	Expires  time.Time // of an upload
	Fetches  int64

	account int64
	scope   store.Scope
	parts   int64
	held    bool
}

// partSize is how much of a file one blob holds: what is lost at most when the
// line or the power goes.
const partSize = 8 << 20

// spareParts is how many parts a file may have beside full ones: a part ends
// where a line broke, and nobody's line breaks so often.
const spareParts = 1000

// Limits of what a program says of a file.
const (
	maxName = 255 // bytes
	maxType = 127
)

// Begin makes an upload of a size that is known before (tus creation).
func (a *Account) Begin(ctx context.Context, name, mediaType string, size int64) (f File, err error) {
	if err := a.mayShare(ctx, false); err != nil {
		return f, err
	}
	conf := a.room.conf
	if size < 0 {
		return f, errs.E(errs.Invalid, "The size of the file is missing.")
	}
	if size > conf.MaxFile {
		return f, errs.E(errs.TooLarge, "A file has at most %d bytes.", conf.MaxFile)
	}
	f = File{ID: id.New(), Name: cleanName(name), Type: cleanType(mediaType), Size: size, account: a.id, scope: a.scope, held: true,
		Expires: a.room.clock.Now().Add(conf.UploadLife)}
	err = a.room.write(ctx, a.id, func(tx *store.Tx, _ int64) error {
		open, held, err := selectHeld(ctx, tx, a.id)
		switch {
		case err != nil:
			return err
		case open >= int64(conf.MaxUploads):
			return errs.E(errs.RateLimited, "At most %d files may be on their way at once.", conf.MaxUploads)
		case held+size > conf.Space:
			return errs.E(errs.OverQuota, "The space for large files is used up: %d of %d bytes. Close a link that is no longer needed.", held, conf.Space)
		}
		return insertFile(ctx, tx, f)
	})
	return f, err
}

// Upload returns one upload; NotFound when it is not there, is over, or went
// into a parcel.
func (a *Account) Upload(ctx context.Context, file int64) (f File, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		f, err = selectFile(ctx, tx, a.id, file)
		return err
	})
	if err == nil && (f.Parcel != 0 || !f.held || !a.room.clock.Now().Before(f.Expires)) {
		err = errNoUpload
	}
	return f, err
}

var errNoUpload = errs.E(errs.NotFound, "There is no such upload.")

// Append adds what a reader gives at an offset that must be the one received
// so far (Conflict otherwise), and returns the new one. Each part is durable
// before the next is read; what came before an error of the reader stays.
func (a *Account) Append(ctx context.Context, file, offset int64, body io.Reader, stands func(context.Context) error) (File, error) {
	f, err := a.Upload(ctx, file)
	if err != nil {
		return f, err
	}
	if offset != f.Received {
		return f, errs.E(errs.Conflict, "The upload is at %d, not at %d.", f.Received, offset)
	}
	in := &lasting{r: body}
	for {
		if in.err != nil || f.Received == f.Size {
			return f, a.ended(in, f)
		}
		if err := stands(ctx); err != nil {
			return f, err // the session was ended, or the right taken
		}
		if f, err = a.takePart(context.WithoutCancel(ctx), f, in); err != nil {
			return f, err
		}
	}
}

// ended says whether the reader came to its end as it should: nothing may
// follow a whole file.
func (a *Account) ended(in *lasting, f File) error {
	if errors.Is(in.err, io.EOF) {
		return nil
	}
	if in.err != nil {
		return errs.Wrap(errs.Unavailable, in.err, "The line was lost.")
	}
	var one [1]byte
	if n, _ := in.r.Read(one[:]); n > 0 {
		return errs.E(errs.Invalid, "There is more than the %d bytes of the file.", f.Size)
	}
	return nil
}

// takePart stores the next part of a file.
func (a *Account) takePart(ctx context.Context, f File, in *lasting) (File, error) {
	db := a.room.db
	take := min(partSize, f.Size-f.Received)
	staged, err := db.Stage(ctx, f.scope, io.LimitReader(in, take), take)
	if err != nil {
		return f, err
	}
	if staged.Size == 0 {
		staged.Discard()
		return f, nil
	}
	next := f
	next.Received += staged.Size
	next.parts++
	next.Expires = a.room.clock.Now().Add(a.room.conf.UploadLife)
	if next.parts > f.Size/partSize+spareParts {
		staged.Discard()
		return f, errs.E(errs.TooLarge, "The file came in too many pieces. Please send larger ones.")
	}
	err = db.WriteBlobs(ctx, a.id, []*store.Staged{staged}, func(tx *store.Tx) error {
		// Only one of two who add at the same place goes on.
		ok, err := advanceFile(ctx, tx, f, next)
		if err != nil {
			return err
		}
		if !ok {
			return errs.E(errs.Conflict, "Somebody else goes on with this upload.")
		}
		if err := insertPart(ctx, tx, f, f.Received, staged.Size, staged.Hash); err != nil {
			return err
		}
		return tx.Ref(ctx, staged, 1)
	})
	if err != nil {
		staged.Discard()
		return f, err
	}
	return next, nil
}

// GiveUp forgets an upload (tus termination).
func (a *Account) GiveUp(ctx context.Context, file int64) error {
	if _, err := a.Upload(ctx, file); err != nil {
		return err
	}
	return a.room.write(ctx, a.id, func(tx *store.Tx, _ int64) error {
		f, err := selectFile(ctx, tx, a.id, file)
		if err != nil {
			return err
		}
		if f.Parcel != 0 {
			return errNoUpload
		}
		return a.room.dropUpload(ctx, tx, f)
	})
}

// dropUpload removes an upload with its bytes.
func (r *Room) dropUpload(ctx context.Context, tx *store.Tx, f File) error {
	if err := freeFile(ctx, tx, f); err != nil {
		return err
	}
	return deleteFile(ctx, tx, f)
}

// lasting turns the error of a reader into its end, so that what came before
// is stored, and keeps it.
type lasting struct {
	r   io.Reader
	err error
}

// Read reads until the first error, which is an end.
func (l *lasting) Read(p []byte) (int, error) {
	if l.err != nil {
		return 0, io.EOF
	}
	n, err := l.r.Read(p)
	if l.err = err; err != nil {
		err = io.EOF
	}
	return n, err
}

// cleanName makes a name that is safe to show and to write to a disk: no path,
// no control or direction characters (which make "exe.pdf" of "fdp.exe").
func cleanName(name string) string {
	if !utf8.ValidString(name) {
		name = string(bytes.ToValidUTF8([]byte(name), []byte("_")))
	}
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.TrimSpace(strings.Map(printable, name))
	for len(name) > maxName {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	if strings.Trim(name, ". ") == "" {
		return "file"
	}
	return name
}

func printable(r rune) rune {
	if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
		return -1
	}
	return r
}

// cleanType keeps a media type that is one (RFC 6838 section 4.2); it is told
// to the sender only, never to a browser that fetches the file.
func cleanType(text string) string {
	main, sub, ok := strings.Cut(text, "/")
	word := func(s string) bool {
		return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&-^_.+") == ""
	}
	if !ok || len(text) > maxType || !word(main) || !word(sub) {
		return "application/octet-stream"
	}
	return strings.ToLower(text)
}

// takeovers lets the newest request for an upload take it over from an older
// one, which a broken line may leave hanging.
type takeovers struct {
	mu sync.Mutex
	m  map[int64]*func()
}

// begin interrupts who is at work on a file, and returns what to call at the end.
func (t *takeovers) begin(file int64, interrupt func()) (end func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.m == nil {
		t.m = map[int64]*func(){}
	}
	if old := t.m[file]; old != nil {
		(*old)()
	}
	t.m[file] = &interrupt
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.m[file] == &interrupt {
			delete(t.m, file)
		}
	}
}
