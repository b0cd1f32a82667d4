package workday

import (
	"bufio"
	"embed"
	"io"
	"io/fs"
	"strings"
	"time"

	"chancery/kit/errs"
)

//go:embed days/*.txt
var files embed.FS

// Countries are those that have a file of days.
var Countries = []string{"CN", "KR", "TW", "VN"}

// Limits of a file of days.
const (
	maxDays = 10_000
	maxLine = 1000 // bytes
)

// maxCount bounds how far AddDays counts: a file that closes an office for
// good must not make it count for ever.
const maxCount = 10 * 366

// Calendar says which days are worked on. The zero value is Monday to Friday.
type Calendar struct {
	days map[string]bool // by date; true = worked on, false = off
}

// Of returns the calendar of a country, by its two letters; of "" it is Monday
// to Friday.
func Of(country string) (Calendar, error) {
	if country == "" {
		return Calendar{}, nil
	}
	f, err := files.Open("days/" + strings.ToLower(country) + ".txt")
	if err != nil {
		return Calendar{}, errs.E(errs.Invalid, "There are no working days of %q, only of %s.", country, strings.Join(Countries, ", "))
	}
	defer f.Close()
	return Read(f)
}

// Open reads a file of days of one's own.
func Open(fsys fs.FS, name string) (Calendar, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return Calendar{}, errs.Wrap(errs.Invalid, err, "cannot read the working days")
	}
	defer f.Close()
	return Read(f)
}

// Read reads days: on each line a date, "off" or "work", and a name. What
// follows # is a comment.
func Read(r io.Reader) (Calendar, error) {
	c := Calendar{days: map[string]bool{}}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, maxLine), maxLine)
	n := 0
	for lines.Scan() {
		n++
		text, _, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "\ufeff"), "#")
		words := strings.Fields(text)
		if len(words) == 0 {
			continue
		}
		day, err := time.Parse(time.DateOnly, words[0])
		if err != nil || len(words) < 2 || words[1] != "off" && words[1] != "work" {
			return Calendar{}, errs.E(errs.Invalid, "Working days, line %d: it has to be a date such as 2026-01-01, then off or work.", n)
		}
		key := day.Format(time.DateOnly)
		if _, twice := c.days[key]; twice {
			return Calendar{}, errs.E(errs.Invalid, "Working days, line %d: %s stands there twice.", n, key)
		}
		if len(c.days) >= maxDays {
			return Calendar{}, errs.E(errs.TooLarge, "Working days: there are at most %d days.", maxDays)
		}
		c.days[key] = words[1] == "work"
	}
	if err := lines.Err(); err != nil {
		return Calendar{}, errs.Wrap(errs.Invalid, err, "Working days, line %d cannot be read.", n+1)
	}
	return c, nil
}

// Works says whether the day of a time is worked on, in the time's own zone.
func (c Calendar) Works(t time.Time) bool {
	if works, said := c.days[t.Format(time.DateOnly)]; said {
		return works
	}
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

// Deadline returns the end of the n-th working day after the day of a time: the
// day itself does not count, whatever the hour. Of 0 days it is the end of
// that day.
func (c Calendar) Deadline(t time.Time, n int) time.Time {
	day := time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, t.Location()) // noon: no change of the clocks skips it
	for tried := 0; n > 0 && tried < maxCount; tried++ {
		day = day.AddDate(0, 0, 1)
		if c.Works(day) {
			n--
		}
	}
	return time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, t.Location())
}
