package archive

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/wire/charset"
)

// Limits bounds a listing. A zero field stands for its default.
type Limits struct {
	Entries int   // that are listed; default 5,000
	Bytes   int64 // of the directory that are read; default 4 MiB
}

// Entry is a file or folder in an archive.
type Entry struct {
	Name        string // with "/" between folders; as a stranger wrote it otherwise
	Size        int64  // unpacked, as the archive claims
	Packed      int64
	Modified    time.Time // local time of whoever packed it, without a zone
	IsFolder    bool
	IsEncrypted bool
}

// Listing is what an archive says of itself.
type Listing struct {
	Entries []Entry
	Total   int  // entries that the archive claims to have
	IsCut   bool // there are more than are listed, or the directory is damaged
}

// The parts of a directory: APPNOTE sections 4.3.12, 4.3.16, 4.3.14, 4.3.15.
const (
	entrySignature  = 0x02014b50
	endSignature    = 0x06054b50
	end64Signature  = 0x06064b50
	end64Locator    = 0x07064b50
	entryLen        = 46
	endLen          = 22
	end64Len        = 56
	end64LocatorLen = 20
	maxComment      = 1<<16 - 1
	flagEncrypted   = 1 << 0
	flagUTF8        = 1 << 11
	extraZip64      = 0x0001
	extraUnicode    = 0x7075
)

// directory is where the central directory lies.
type directory struct {
	offset, size int64
	count        uint64
}

var errNoZip = errs.E(errs.Invalid, "This is not a ZIP archive, or its end is missing.")

// List reads the directory of an archive. Invalid when there is none.
func List(src io.ReaderAt, size int64, lim Limits) (*Listing, error) {
	if lim.Entries <= 0 {
		lim.Entries = 5000
	}
	if lim.Bytes <= 0 {
		lim.Bytes = 4 << 20
	}
	d, err := find(src, size)
	if err != nil {
		return nil, err
	}
	raw := make([]byte, min(d.size, lim.Bytes))
	n, err := src.ReadAt(raw, d.offset)
	if n < len(raw) && err != nil && err != io.EOF {
		return nil, err
	}
	return read(raw[:n], d, lim), nil
}

// find looks for the end record from the back: a comment may follow it.
func find(src io.ReaderAt, size int64) (d directory, err error) {
	tail := make([]byte, min(size, endLen+maxComment))
	if n, err := src.ReadAt(tail, size-int64(len(tail))); n < len(tail) && err != nil {
		return d, err
	}
	le := binary.LittleEndian
	for i := len(tail) - endLen; i >= 0; i-- {
		b := tail[i:]
		if le.Uint32(b) != endSignature || int(le.Uint16(b[20:])) > len(b)-endLen {
			continue
		}
		at := size - int64(len(tail)) + int64(i)
		d = directory{offset: int64(le.Uint32(b[16:])), size: int64(le.Uint32(b[12:])), count: uint64(le.Uint16(b[10:]))}
		if d.count == 0xFFFF || d.size == 0xFFFFFFFF || d.offset == 0xFFFFFFFF {
			d = find64(src, at, d)
		}
		// Something may stand before the archive, such as a program that
		// unpacks it: the directory ends where the end record begins.
		if real := at - d.size; d.offset+d.size != at && real >= 0 && begins(src, real) {
			d.offset = real
		}
		if d.offset < 0 || d.size < 0 || d.offset > size || d.size > size-d.offset {
			return d, errNoZip
		}
		return d, nil
	}
	return d, errNoZip
}

// find64 reads the record of large archives, where there is one.
func find64(src io.ReaderAt, end int64, d directory) directory {
	loc := make([]byte, end64LocatorLen)
	le := binary.LittleEndian
	if _, err := src.ReadAt(loc, end-end64LocatorLen); end < end64LocatorLen || err != nil || le.Uint32(loc) != end64Locator {
		return d
	}
	rec := make([]byte, end64Len)
	at := int64(le.Uint64(loc[8:]))
	if at < 0 || at > end {
		return d
	}
	if _, err := src.ReadAt(rec, at); err != nil || le.Uint32(rec) != end64Signature {
		return d
	}
	return directory{offset: int64(le.Uint64(rec[48:])), size: int64(le.Uint64(rec[40:])), count: le.Uint64(rec[32:])}
}

func begins(src io.ReaderAt, at int64) bool {
	b := make([]byte, 4)
	_, err := src.ReadAt(b, at)
	return err == nil && binary.LittleEndian.Uint32(b) == entrySignature
}

func read(raw []byte, d directory, lim Limits) *Listing {
	out := &Listing{Total: int(min(d.count, 1<<31))}
	le := binary.LittleEndian
	var names [][]byte // undecoded, nil for those that are UTF-8
	for len(raw) >= entryLen && le.Uint32(raw) == entrySignature {
		if len(out.Entries) >= lim.Entries {
			out.IsCut = true
			break
		}
		n, extra, comment := int(le.Uint16(raw[28:])), int(le.Uint16(raw[30:])), int(le.Uint16(raw[32:]))
		if len(raw) < entryLen+n+extra+comment {
			break
		}
		flags := le.Uint16(raw[8:])
		e := Entry{
			Packed: int64(le.Uint32(raw[20:])), Size: int64(le.Uint32(raw[24:])),
			Modified: dosTime(le.Uint16(raw[14:]), le.Uint16(raw[12:])), IsEncrypted: flags&flagEncrypted != 0,
		}
		name := raw[entryLen : entryLen+n]
		undecoded := name
		if flags&flagUTF8 != 0 {
			undecoded, e.Name = nil, string(name)
		}
		if s := e.extras(raw[entryLen+n : entryLen+n+extra]); s != "" {
			undecoded, e.Name = nil, s
		}
		names = append(names, undecoded)
		out.Entries = append(out.Entries, e)
		raw = raw[entryLen+n+extra+comment:]
	}
	out.IsCut = out.IsCut || uint64(len(out.Entries)) < d.count
	decodeNames(out.Entries, names)
	return out
}

// extras reads the extra fields: sizes over 4 GiB (APPNOTE section 4.5.3) and
// a name in Unicode (4.6.9), which is returned.
func (e *Entry) extras(b []byte) (name string) {
	le := binary.LittleEndian
	for len(b) >= 4 {
		id, n := le.Uint16(b), int(le.Uint16(b[2:]))
		if len(b) < 4+n {
			return name
		}
		v := b[4 : 4+n]
		switch {
		case id == extraZip64:
			for _, f := range []*int64{&e.Size, &e.Packed} {
				if *f == 0xFFFFFFFF && len(v) >= 8 {
					*f, v = int64(min(le.Uint64(v), 1<<62)), v[8:]
				}
			}
		case id == extraUnicode && n > 5 && v[0] == 1:
			name = string(v[5:])
		}
		b = b[4+n:]
	}
	return name
}

// decodeNames decodes the names of no stated charset by one guess for all.
func decodeNames(entries []Entry, names [][]byte) {
	all := bytes.Join(names, []byte("\n"))
	label := charset.Guess(all)
	for i := range entries {
		e := &entries[i]
		if names[i] != nil {
			e.Name, _ = charset.Decode(label, names[i])
		}
		e.Name = strings.ReplaceAll(strings.ToValidUTF8(e.Name, "\uFFFD"), "\\", "/")
		e.Name = strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
				return '\uFFFD' // what would hide or turn around an ending
			}
			return r
		}, e.Name)
		e.IsFolder = strings.HasSuffix(e.Name, "/")
	}
}

// dosTime reads a time of MS-DOS, zero when there is none.
func dosTime(date, clock uint16) time.Time {
	if date == 0 {
		return time.Time{}
	}
	return time.Date(1980+int(date>>9), time.Month(date>>5&15), int(date&31), int(clock>>11), int(clock>>5&63), int(clock&31)*2, 0, time.UTC)
}
