package imap

import (
	"strconv"
	"strings"
	"time"
)

const months = "JanFebMarAprMayJunJulAugSepOctNovDec"

// date takes a date such as 1-Feb-2026, quoted or not, as midnight UTC.
func (l *lexer) date() time.Time {
	quoted := l.take('"')
	text := l.run(func(c byte) bool { return c != '"' && isAtom(c) })
	if quoted {
		l.want('"', "after the date")
	}
	t, ok := parseDate(text)
	if !ok {
		l.failf("Expected a date such as 1-Feb-2026, found %q.", quoteWord(text))
	}
	return t
}

func parseDate(text string) (time.Time, bool) {
	part := strings.Split(text, "-")
	if len(part) != 3 || len(part[0]) < 1 || len(part[0]) > 2 || len(part[1]) != 3 || len(part[2]) != 4 {
		return time.Time{}, false
	}
	day, ok1 := digits(strings.TrimPrefix(part[0], " "))
	year, ok2 := digits(part[2])
	month := monthOf(part[1])
	if !ok1 || !ok2 || month == 0 {
		return time.Time{}, false
	}
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	return t, t.Day() == day && day > 0 // no 30-Feb
}

func monthOf(name string) time.Month {
	for m := range 12 {
		if strings.EqualFold(months[3*m:3*m+3], name) {
			return time.Month(m + 1)
		}
	}
	return 0
}

func digits(s string) (int, bool) {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// dateTime takes a date-time such as " 1-Feb-2026 12:34:56 +0800".
func (l *lexer) dateTime() time.Time {
	text := l.quoted()
	t, ok := parseDateTime(text)
	if !ok {
		l.failf("Expected a date and time such as %q, found %q.", " 1-Feb-2026 12:34:56 +0800", quoteWord(text))
	}
	return t
}

func parseDateTime(s string) (time.Time, bool) {
	if len(s) == 25 { // the day without its leading space
		s = " " + s
	}
	if len(s) != 26 || s[11] != ' ' || s[14] != ':' || s[17] != ':' || s[20] != ' ' {
		return time.Time{}, false
	}
	date, ok := parseDate(s[:11])
	h, ok1 := digits(s[12:14])
	m, ok2 := digits(s[15:17])
	sec, ok3 := digits(s[18:20])
	zh, ok4 := digits(s[22:24])
	zm, ok5 := digits(s[24:26])
	if !ok || !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || h > 23 || m > 59 || sec > 60 || zh > 23 || zm > 59 {
		return time.Time{}, false
	}
	offset := zh*3600 + zm*60
	switch s[21] {
	case '-':
		offset = -offset
	case '+':
	default:
		return time.Time{}, false
	}
	zone := time.FixedZone("", offset)
	return time.Date(date.Year(), date.Month(), date.Day(), h, m, sec, 0, zone), true
}

// AppendDateTime writes a time as date-time, quotes included.
func AppendDateTime(dst []byte, t time.Time) []byte {
	return t.AppendFormat(dst, `"_2-Jan-2006 15:04:05 -0700"`)
}
