package mime

import (
	"strconv"
	"strings"
	"time"
)

// ParseDate reads a date-time as people really write it: RFC 5322 with its
// obsolete forms, asctime, ISO 8601, missing seconds or zones, stray words
// and comments. Without a zone it is UTC.
func ParseDate(value string) (time.Time, bool) {
	value = unfold(value)
	if len(value) > maxDate {
		value = value[:maxDate]
	}
	var d dateParts
	d.day, d.month, d.year, d.hour = -1, -1, -1, -1
	for s := value; s != ""; {
		s = d.token(s)
	}
	return d.time()
}

// maxDate bounds the text looked at.
const maxDate = 200

type dateParts struct {
	day, month, year  int
	hour, minute, sec int
	zone              int // seconds east of UTC
	isPM, isAM        bool
	hasZone           bool
}

var monthNames = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// zones are the names of RFC 5322 section 4.3 and those seen in mail of our
// region; any other name, military letters included, says nothing.
var zones = map[string]int{
	"ut": 0, "gmt": 0, "utc": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
	"mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8,
	"ict": 7, "bst": 1, "cet": 1, "cest": 2, "met": 1, "mest": 2, "eet": 2, "eest": 3, "msk": 3, "wib": 7, "aest": 10,
}

// token takes one word, number or sign off s.
func (d *dateParts) token(s string) string {
	switch c := s[0]; {
	case c == '(':
		if _, n, closed := comment(s); closed {
			return s[n:]
		}
		return s[1:]
	case c >= '0' && c <= '9':
		return d.number(s)
	case (c == '+' || c == '-') && d.hour >= 0 && len(s) > 1 && isDigit(s[1]):
		return d.offset(s)
	case c|0x20 >= 'a' && c|0x20 <= 'z':
		n := 1
		for n < len(s) && s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z' {
			n++
		}
		d.word(strings.ToLower(s[:n]))
		return s[n:]
	}
	return s[1:]
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// digits reads a number at the start of s.
func digits(s string) (value, n int) {
	for n < len(s) && n < 9 && isDigit(s[n]) {
		n++
	}
	value, _ = strconv.Atoi(s[:n])
	return value, n
}

// number decides by place and separator what a number is.
func (d *dateParts) number(s string) string {
	v, n := digits(s)
	rest := s[n:]
	next := byte(0)
	if len(rest) > 1 && isDigit(rest[1]) {
		next = rest[0]
	}
	switch {
	case d.hour < 0 && (next == ':' || next == '.' && d.day >= 0) && n <= 2:
		return d.clock(v, rest)
	case n == 4 && (next == '-' || next == '/') && d.year < 0: // 2026-11-21
		m, k := digits(rest[1:])
		after := rest[1+k:]
		d.year, d.month = v, m-1
		if len(after) > 1 && isDigit(after[1]) {
			d.day, k = digits(after[1:])
			return strings.TrimPrefix(after[1+k:], "T")
		}
		return after
	case n <= 2 && d.day < 0 && d.month < 0 && next == '/': // 21/08/95 or 08/21/95
		return d.slashed(v, rest)
	case n <= 2 && d.day < 0 && v >= 1 && v <= 31:
		d.day = v
	case d.year < 0 && (n == 4 || n <= 3 && d.day >= 0):
		d.year = obsoleteYear(v, n)
	case n == 4 && !d.hasZone && d.hour >= 0: // a zone that lost its plus sign
		d.zone, d.hasZone = (v/100*60+v%100)*60, true
	}
	return rest
}

// obsoleteYear widens two and three digits (RFC 5322 section 4.3).
func obsoleteYear(v, n int) int {
	switch {
	case n == 2 && v < 50:
		return v + 2000
	case n <= 3:
		return v + 1900
	}
	return v
}

// slashed reads d/m/y, or m/d/y where the first can only be a month.
func (d *dateParts) slashed(v int, rest string) string {
	m, k := digits(rest[1:])
	rest = rest[1+k:]
	d.day, d.month = v, m-1
	if m > 12 {
		d.day, d.month = m, v-1
	}
	if len(rest) > 1 && isDigit(rest[1]) {
		y, k := digits(rest[1:])
		d.year = obsoleteYear(y, k)
		rest = rest[1+k:]
	}
	return rest
}

// clock reads the minutes and seconds after the hour.
func (d *dateParts) clock(hour int, rest string) string {
	sep := rest[0]
	d.hour = hour
	var n int
	d.minute, n = digits(rest[1:])
	rest = rest[1+n:]
	if len(rest) > 1 && rest[0] == sep && isDigit(rest[1]) {
		d.sec, n = digits(rest[1:])
		rest = rest[1+n:]
		if len(rest) > 1 && (rest[0] == '.' || rest[0] == ',') && isDigit(rest[1]) { // fraction
			_, n = digits(rest[1:])
			rest = rest[1+n:]
		}
	}
	return rest
}

// offset reads +hhmm, +hh:mm, +hmm or +hh.
func (d *dateParts) offset(s string) string {
	v, n := digits(s[1:])
	rest := s[1+n:]
	var h, m int
	switch {
	case n >= 3 && n <= 4:
		h, m = v/100, v%100
	case n <= 2:
		h = v
		if len(rest) > 1 && rest[0] == ':' && isDigit(rest[1]) {
			var k int
			m, k = digits(rest[1:])
			rest = rest[1+k:]
		}
	default:
		return rest
	}
	if m > 59 || h > 24 {
		return rest
	}
	d.zone = (h*60 + m) * 60
	if s[0] == '-' {
		d.zone = -d.zone
	}
	d.hasZone = true
	return rest
}

// word takes a month, a zone or AM and PM; day names and others are skipped.
func (d *dateParts) word(w string) {
	switch w {
	case "am":
		d.isAM = true
		return
	case "pm":
		d.isPM = true
		return
	}
	if hours, ok := zones[w]; ok && d.hour >= 0 && !d.hasZone {
		d.zone, d.hasZone = hours*3600, true
		return
	}
	if len(w) < 3 || d.month >= 0 {
		return
	}
	for i, m := range monthNames {
		if w[:3] == m {
			d.month = i
			return
		}
	}
}

// time puts the parts together; a day, month and year there must be.
func (d *dateParts) time() (time.Time, bool) {
	if d.day < 1 || d.day > 31 || d.month < 0 || d.month > 11 || d.year < 1900 || d.year > 9999 {
		return time.Time{}, false
	}
	hour := max(d.hour, 0)
	if d.isPM && hour < 12 {
		hour += 12
	} else if d.isAM && hour == 12 {
		hour = 0
	}
	if hour > 24 || d.minute > 59 || d.sec > 60 {
		return time.Time{}, false
	}
	zone := time.UTC
	if d.zone != 0 {
		zone = time.FixedZone("", d.zone)
	}
	t := time.Date(d.year, time.Month(d.month+1), d.day, hour, d.minute, d.sec, 0, zone)
	if year := t.UTC().Year(); year < 1 || year > 9999 { // JSON has four digits
		return time.Time{}, false
	}
	return t, true
}
