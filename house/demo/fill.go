package demo

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"time"

	"chancery/kit/errs"
)

// filler replaces the placeholders of one letter.
type filler struct {
	office *Office
	lang   string
	date   time.Time
	index  int // of the repetition, from 1
	rows   map[string][]string
	rng    *rand.Rand
	depth  int
	err    error
}

var placeholder = regexp.MustCompile(`\{([a-zA-Z]+)([:.][^{}\n]*)?\}`)

// fill replaces:
//
//	{domain} {lookalike}   the city's domain, and one that resembles it
//	{date:+3} {day:-1}     a date by working days from the letter, long or short
//	{year} {roc} {month}   year, year of the Republic, month
//	{i} {count:230}        the repetition, from 1 or from 231
//	{n:40-90}              a number drawn from the range
//	{serial}               a register number of the year
//	{name:key}             a person's name
//	{pool.2}               field 2 of the row drawn from the pool
func (f *filler) fill(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(m string) string {
		g := placeholder.FindStringSubmatch(m)
		out, err := f.value(g[1], strings.TrimLeft(g[2], ":."))
		if err != nil && f.err == nil {
			f.err = err
		}
		return out
	})
}

func (f *filler) value(name, arg string) (string, error) {
	switch name {
	case "domain":
		return f.office.Domain, nil
	case "lookalike":
		return lookalike(f.office.Domain), nil
	case "date", "day":
		n, err := strconv.Atoi(arg)
		if err != nil || n > 400 || n < -400 {
			return "", errs.E(errs.Invalid, "{%s:%s} wants a number of working days", name, arg)
		}
		t := workingDay(f.date.In(zone), n)
		if name == "day" {
			return shortDate(f.lang, t), nil
		}
		return longDate(f.lang, t), nil
	case "year":
		return strconv.Itoa(f.date.Year()), nil
	case "roc":
		return strconv.Itoa(f.date.Year() - rocOffset), nil
	case "month":
		return strconv.Itoa(int(f.date.Month())), nil
	case "i", "count":
		base, _ := strconv.Atoi(arg)
		return strconv.Itoa(base + f.index), nil
	case "n":
		return f.number(arg)
	case "serial":
		// Agencies number from 1 each January; the day of the year gives the growth.
		n := f.date.YearDay()*37 + f.rng.IntN(37)
		if f.lang == "zh-TW" {
			return fmt.Sprintf("%d%07d", f.date.Year()-rocOffset, n), nil
		}
		return strconv.Itoa(n), nil
	case "name":
		p, ok := f.office.Person(arg)
		if !ok {
			return "", errs.E(errs.Invalid, "{name:%s} names nobody", arg)
		}
		return p.Name, nil
	}
	return f.drawn(name, arg)
}

func (f *filler) number(arg string) (string, error) {
	lo, hi, _ := strings.Cut(arg, "-")
	a, err1 := strconv.Atoi(lo)
	b, err2 := strconv.Atoi(hi)
	if err1 != nil || err2 != nil || b < a || b-a > 1<<30 {
		return "", errs.E(errs.Invalid, "{n:%s} wants a range like 4-9", arg)
	}
	return strconv.Itoa(a + f.rng.IntN(b-a+1)), nil
}

func (f *filler) drawn(pool, arg string) (string, error) {
	row, ok := f.rows[pool]
	col := 1
	if arg != "" {
		col, _ = strconv.Atoi(arg)
	}
	if !ok || col < 1 || col > len(row) {
		return "", errs.E(errs.Invalid, "{%s.%s} names no field of a pool", pool, arg)
	}
	// A field may hold placeholders itself, but a pool that names itself must end.
	if f.depth > 2 {
		return "", errs.E(errs.Invalid, "the pool %s goes round in a circle", pool)
	}
	f.depth++
	defer func() { f.depth-- }()
	return f.fill(row[col-1]), nil
}

// lookalike makes the domain that a deceiver would register: rn for m, or a
// word added where there is no m. It stays under the same reserved ending.
func lookalike(domain string) string {
	if name, rest, ok := strings.Cut(domain, "."); ok {
		if strings.Contains(name, "m") {
			return strings.Replace(name, "m", "rn", 1) + "." + rest
		}
		return name + "-mail." + rest
	}
	return "login-" + domain
}
