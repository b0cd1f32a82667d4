package stamp

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"strings"
	"unicode"

	"chancery/kit/errs"
	"chancery/wire/mime"
)

// ErrUntouched says that a letter stays as it is: there is nothing in it that a
// text may be put into, or the text stands there already. Nothing was written.
var ErrUntouched = errs.E(errs.Unsupported, "The letter has no text that can be marked.")

// Limits of one letter.
const (
	MaxText = 64 << 10 // bytes of a text to put in
	MaxPart = 8 << 20  // bytes of a part that it is put into; larger ones stay
)

// edit is a run of bytes that is replaced.
type edit struct {
	from, to int64
	by       []byte
}

// Stamp writes a letter with a text at the top and one at the bottom; either
// may be empty. src holds the letter's size bytes, m is its parsed form.
func Stamp(dst io.Writer, src io.ReaderAt, size int64, m *mime.Message, top, bottom string) error {
	top, bottom = tidy(top), tidy(bottom)
	if len(top) > MaxText || len(bottom) > MaxText {
		return errs.E(errs.TooLarge, "The text to put into letters is longer than %d bytes.", MaxText)
	}
	if top == "" && bottom == "" {
		return ErrUntouched
	}
	var edits []edit
	end := lineEnd(src, size)
	for _, t := range find(m.Root) {
		e, isSealed, err := t.stamp(src, size, end, top, bottom)
		if err != nil {
			return err
		}
		if isSealed {
			return ErrUntouched
		}
		if e != nil {
			edits = append(edits, *e)
		}
	}
	if len(edits) == 0 {
		return ErrUntouched
	}
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Compare(a.from, b.from) })
	at := int64(0)
	for _, e := range edits {
		if err := section(dst, src, at, e.from); err != nil {
			return err
		}
		if _, err := dst.Write(e.by); err != nil {
			return errs.Wrap(errs.Unavailable, err, "The marked letter cannot be written.")
		}
		at = e.to
	}
	return section(dst, src, at, size)
}

// section copies bytes of the letter.
func section(dst io.Writer, src io.ReaderAt, from, to int64) error {
	n, err := io.Copy(dst, io.NewSectionReader(src, from, to-from))
	if err == nil && n != to-from {
		err = io.ErrUnexpectedEOF
	}
	return errs.Wrap(errs.Unavailable, err, "The marked letter cannot be written.")
}

// tidy gives a text LF line ends, and takes off what is invisible at its ends
// and cannot stand in a letter.
func tidy(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
	lines := strings.Split(strings.Trim(s, "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRightFunc(lines[i], unicode.IsSpace)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// lineEnd is how the lines of a letter end: as its first one does.
func lineEnd(src io.ReaderAt, size int64) string {
	head := make([]byte, min(size, 4<<10))
	n, _ := src.ReadAt(head, 0)
	if i := bytes.IndexByte(head[:n], '\n'); i == 0 || i > 0 && head[i-1] != '\r' {
		return "\n"
	}
	return "\r\n"
}
