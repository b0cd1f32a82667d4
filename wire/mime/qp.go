package mime

// qpTransfer reads quoted-printable, RFC 2045 section 6.7. It is a small
// machine fed with pieces of any size.
type qpTransfer struct {
	state  uint8
	hi     byte   // the first digit after '='
	blanks []byte // white space that counts only if the line goes on
	bad    bool
}

const (
	qpText    = iota
	qpEq      // seen "="
	qpHex     // seen "=" and one digit
	qpEqBlank // seen "=" and white space: a soft break if the line ends
	qpEqCR    // seen "=" and CR
)

// maxBlanks bounds the white space held back; a longer run is text.
const maxBlanks = 1024

func (d *qpTransfer) decode(dst, src []byte) []byte {
	for i := 0; i < len(src); {
		c := src[i]
		switch d.state {
		case qpText:
			if n := plainRun(src[i:]); n > 0 {
				dst = append(append(dst, d.blanks...), src[i:i+n]...)
				d.blanks = d.blanks[:0]
				i += n
				continue
			}
			dst = d.text(dst, c)
			i++
		case qpEq:
			i += d.afterEq(c, &dst)
		case qpHex:
			d.state = qpText
			lo := hexValue(c)
			if lo < 0 {
				d.bad = true
				dst = append(dst, '=', d.hi)
				continue
			}
			dst = append(dst, byte(hexValue(d.hi)<<4|lo))
			i++
		case qpEqBlank:
			switch c {
			case ' ', '\t':
				i++
			case '\r':
				d.state = qpEqCR
				i++
			case '\n':
				d.state = qpText
				i++
			default: // "= x": not a soft break after all
				d.state, d.bad = qpText, true
				dst = append(dst, '=', ' ')
			}
		case qpEqCR:
			d.state = qpText
			if c == '\n' {
				i++
			}
		}
	}
	return dst
}

// qpStops marks the bytes that end a run of literal text.
var qpStops = [256]bool{'=': true, '\r': true, '\n': true}

// plainRun is the length of the literal text at the start of b, without white
// space at its end, about which only what follows decides.
func plainRun(b []byte) int {
	n := 0
	for n < len(b) && !qpStops[b[n]] {
		n++
	}
	for n > 0 && (b[n-1] == ' ' || b[n-1] == '\t') {
		n--
	}
	return n
}

// text handles a byte outside any run and escape.
func (d *qpTransfer) text(dst []byte, c byte) []byte {
	switch c {
	case ' ', '\t':
		if len(d.blanks) >= maxBlanks {
			dst, d.blanks = append(dst, d.blanks...), d.blanks[:0]
		}
		d.blanks = append(d.blanks, c)
		return dst
	case '\r', '\n':
		// White space at the end of a line was added in transport (rule 3).
		d.blanks = d.blanks[:0]
		return append(dst, c)
	}
	if len(d.blanks) > 0 {
		dst, d.blanks = append(dst, d.blanks...), d.blanks[:0]
	}
	if c == '=' {
		d.state = qpEq
		return dst
	}
	return append(dst, c)
}

// afterEq handles the byte after "=" and says whether it was used up.
func (d *qpTransfer) afterEq(c byte, dst *[]byte) int {
	switch {
	case c == '\n':
		d.state = qpText
	case c == '\r':
		d.state = qpEqCR
	case c == ' ' || c == '\t':
		d.state = qpEqBlank
	case hexValue(c) >= 0:
		d.state, d.hi = qpHex, c
	default:
		d.state, d.bad = qpText, true
		*dst = append(*dst, '=')
		return 0
	}
	return 1
}

func (d *qpTransfer) finish(dst []byte) []byte {
	switch d.state {
	case qpHex:
		d.bad = true
		dst = append(dst, '=', d.hi)
	case qpText:
		dst = append(dst, d.blanks...)
	}
	d.state, d.blanks = qpText, d.blanks[:0]
	return dst
}

func (d *qpTransfer) isBad() bool { return d.bad }

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
