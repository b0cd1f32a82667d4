package charset

import (
	"strings"
	"unicode/utf16"
)

// decodeUTF7 reads RFC 2152. Inside "+...-" stand modified base64 digits of
// UTF-16; "+-" is a plus sign.
func decodeUTF7(b []byte) (string, bool) {
	var out strings.Builder
	out.Grow(len(b))
	clean := true
	for i := 0; i < len(b); {
		c := b[i]
		if c != '+' {
			if c >= 0x80 {
				clean = false
				out.WriteRune('\uFFFD')
			} else {
				out.WriteByte(c)
			}
			i++
			continue
		}
		i++
		if i < len(b) && b[i] == '-' {
			out.WriteByte('+')
			i++
			continue
		}
		n, ok := utf7Run(&out, b[i:])
		clean = clean && ok
		i += n
		if i < len(b) && b[i] == '-' {
			i++
		}
	}
	return out.String(), clean
}

// utf7Run decodes the base64 digits at the start of b and returns how many there are.
func utf7Run(out *strings.Builder, b []byte) (n int, clean bool) {
	var acc uint32
	var bits uint
	var units []uint16
	for n < len(b) {
		v := sextet(b[n])
		if v < 0 {
			break
		}
		n++
		acc = acc<<6 | uint32(v)
		bits += 6
		if bits >= 16 {
			bits -= 16
			units = append(units, uint16(acc>>bits))
			acc &= 1<<bits - 1
		}
	}
	for _, r := range utf16.Decode(units) {
		out.WriteRune(r)
	}
	// Padding bits are zero and fewer than six (RFC 2152, rule 2).
	return n, n > 0 && bits < 6 && acc == 0
}

func sextet(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z':
		return int(c - 'A')
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 26
	case c >= '0' && c <= '9':
		return int(c-'0') + 52
	case c == '+':
		return 62
	case c == '/':
		return 63
	}
	return -1
}
