package sieve

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"chancery/wire/mime"
)

// date is RFC 5260 section 4: a moment in a header field.
func (r *run) date(x *command) bool {
	var values []string
	part := strings.ToLower(r.expand(x.args[1].list[0]))
	for _, v := range pick(x, r.env.Letter.Header(r.expand(x.args[0].list[0]))) {
		// In Received and its like the date stands behind the last semicolon.
		if i := strings.LastIndexByte(v, ';'); i >= 0 {
			v = v[i+1:]
		}
		t, ok := mime.ParseDate(v)
		if !ok {
			continue
		}
		if !has(x, "originalzone") {
			if t, ok = r.zoned(x, t); !ok {
				return false
			}
		}
		values = append(values, datePart(t, part))
	}
	return r.matcher(x).any(values, r.keys(x.args[2].list))
}

// currentDate is RFC 5260 section 5.
func (r *run) currentDate(x *command) bool {
	t, ok := r.zoned(x, r.env.Now)
	if !ok {
		return false
	}
	part := strings.ToLower(r.expand(x.args[0].list[0]))
	return r.matcher(x).any([]string{datePart(t, part)}, r.keys(x.args[1].list))
}

// zoned puts a moment into the zone of :zone, else into the one of Env.Now.
func (r *run) zoned(x *command, t time.Time) (time.Time, bool) {
	v, ok := x.tags["zone"]
	if !ok {
		return t.In(r.env.Now.Location()), true
	}
	zone, ok := parseZone(r.expand(v.list[0]))
	if !ok {
		r.fail(v.pos, "%q is no time zone", r.expand(v.list[0]))
		return t, false
	}
	return t.In(zone), true
}

// datePart writes a part of a moment (RFC 5260 section 4.2).
func datePart(t time.Time, part string) string {
	switch part {
	case "year":
		return t.Format("2006")
	case "month":
		return t.Format("01")
	case "day":
		return t.Format("02")
	case "date":
		return t.Format("2006-01-02")
	case "julian":
		return strconv.Itoa(julian(t))
	case "hour":
		return t.Format("15")
	case "minute":
		return t.Format("04")
	case "second":
		return t.Format("05")
	case "time":
		return t.Format("15:04:05")
	case "iso8601":
		return t.Format("2006-01-02T15:04:05-07:00")
	case "std11":
		return t.Format("Mon, 02 Jan 2006 15:04:05 -0700")
	case "zone":
		return t.Format("-0700")
	case "weekday":
		return fmt.Sprint(int(t.Weekday()))
	}
	return ""
}

// julian is the Modified Julian Day: days since 17 November 1858.
func julian(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()/86400) + 40587
}
