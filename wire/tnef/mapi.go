package tnef

import (
	"encoding/binary"
	"strings"

	"chancery/wire/charset"
)

// The MAPI properties that are looked at (MS-OXPROPS section 2).
const (
	propSubject     = 0x0037
	propBody        = 0x1000
	propRTF         = 0x1009
	propHTML        = 0x1013
	propDisplayName = 0x3001
	propData        = 0x3701
	propShortName   = 0x3704
	propLongName    = 0x3707
	propMime        = 0x370E
	propContentID   = 0x3712
)

// The types of values (MS-OXCDATA section 2.11.1) and their bytes; those of a
// changing length have 0.
var widths = map[uint16]int{
	0x0002: 4, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x000B: 4,
	0x0005: 8, 0x0006: 8, 0x0007: 8, 0x0014: 8, 0x0040: 8, 0x0048: 16,
	typeObject: 0, typeString: 0, typeUnicode: 0, typeBinary: 0,
}

const (
	typeObject  = 0x000D
	typeString  = 0x001E
	typeUnicode = 0x001F
	typeBinary  = 0x0102
	manyValues  = 0x1000
	// namedFrom is where the ids of named properties begin.
	namedFrom = 0x8000
)

// properties reads the list of MAPI properties of an attribute (MS-OXTNEF
// section 2.1.3.4) into an object; false when it is damaged or too long.
func (p *parser) properties(o *object, b []byte) bool {
	r := &reader{b: b}
	count := int(r.u32())
	for i := 0; i < count && !r.bad; i++ {
		if i >= p.lim.Props {
			return false
		}
		kind, id := r.u16(), r.u16()
		if id >= namedFrom {
			r.bytes(16)
			if r.u32() == 0 {
				r.u32()
			} else {
				r.padded(int(r.u32()))
			}
		}
		width, known := widths[kind&^manyValues]
		if !known {
			return false // its length is not known, so nothing after it can be found
		}
		n := 1
		if width == 0 || kind&manyValues != 0 {
			n = int(r.u32())
		}
		var first []byte
		for j := 0; j < n && !r.bad; j++ {
			size := width
			if width == 0 {
				size = int(r.u32())
			}
			if v := r.padded(size); j == 0 {
				first = v
			}
		}
		if !r.bad && width == 0 && n > 0 {
			o.props[id], o.wide[id] = first, kind&^manyValues == typeUnicode
		}
	}
	return !r.bad
}

// text returns a property as text, "" where it is not there.
func (o *object) text(id uint16) string {
	b := o.props[id]
	if o.wide[id] {
		for len(b) >= 2 && b[len(b)-1] == 0 && b[len(b)-2] == 0 {
			b = b[:len(b)-2]
		}
		s, _ := charset.Decode("utf-16le", b)
		return strings.ReplaceAll(s, "\r\n", "\n")
	}
	return decode(o.label, b)
}

// htmlText returns the HTML, which is bytes in a charset that the page itself
// or the code page says.
func htmlText(o *object) string {
	b, ok := o.props[propHTML]
	if !ok {
		return ""
	}
	if o.wide[propHTML] {
		return o.text(propHTML)
	}
	if s, isClean := charset.Decode("utf-8", b); isClean {
		return s
	}
	return decode(o.label, b)
}

// reader takes little-endian values off the front; past the end it says bad
// and gives zeros.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) bytes(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.bad, r.b = true, nil
		return nil
	}
	out := r.b[:n:n]
	r.b = r.b[n:]
	return out
}

// padded takes a value that is filled up to a multiple of four bytes; the last
// one of a stream may lack the filling.
func (r *reader) padded(n int) []byte {
	out := r.bytes(n)
	if rest := -n & 3; n >= 0 && !r.bad {
		r.bytes(min(rest, len(r.b)))
	}
	return out
}

func (r *reader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) u16() uint16 {
	if b := r.bytes(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (r *reader) u32() uint32 {
	if b := r.bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}
