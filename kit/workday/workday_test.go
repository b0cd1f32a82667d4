package workday

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

var taipei = time.FixedZone("Taipei", 8*3600)

// TestDeadline counts over weekends, holidays and days that are made up.
func TestDeadline(t *testing.T) {
	for _, c := range []struct {
		country, from string
		days          int
		want          string // the first day that is too late
	}{
		{"", "2026-11-20 09:00", 3, "2026-11-26"},   // a Friday: Monday, Tuesday, Wednesday
		{"", "2026-11-20 23:59", 3, "2026-11-26"},   // whatever the hour
		{"", "2026-11-21 00:00", 3, "2026-11-26"},   // a Saturday
		{"", "2026-11-20 09:00", 0, "2026-11-21"},   // the day itself
		{"VN", "2026-11-20 09:00", 3, "2026-11-27"}, // over the day of culture
		{"TW", "2026-02-13 17:00", 3, "2026-02-26"}, // over the new year
		{"CN", "2026-02-13 17:00", 3, "2026-02-26"}, // the Saturday is worked, then the new year
		{"CN", "2026-02-27 09:00", 1, "2026-03-01"}, // the Saturday after it too
		{"VN", "2026-08-21 09:00", 1, "2026-08-23"}, // made up before the national day
		{"VN", "2026-08-28 09:00", 3, "2026-09-08"},
		{"KR", "2026-09-23 09:00", 3, "2026-10-01"}, // Chuseok
		{"KR", "2027-02-05 09:00", 1, "2027-02-11"}, // Seollal, a day later than in China
		{"", "2026-12-31 09:00", 1, "2027-01-02"},
	} {
		cal, err := Of(c.country)
		if err != nil {
			t.Fatal(err)
		}
		from, err := time.ParseInLocation("2006-01-02 15:04", c.from, taipei)
		if err != nil {
			t.Fatal(err)
		}
		if got := cal.Deadline(from, c.days); got.Format("2006-01-02 15:04:05") != c.want+" 00:00:00" || got.Location() != taipei {
			t.Errorf("%s %s + %d: %s, not %s", c.country, c.from, c.days, got, c.want)
		}
	}
}

// TestFiles finds no day in a country's file that changes nothing: a holiday
// on a Sunday, a made up day on a Monday would be a slip of the pen.
func TestFiles(t *testing.T) {
	for _, country := range Countries {
		cal, err := Of(country)
		if err != nil {
			t.Fatal(err)
		}
		years := map[string]int{}
		for day, works := range cal.days {
			at, _ := time.Parse(time.DateOnly, day)
			if weekday := at.Weekday() != time.Saturday && at.Weekday() != time.Sunday; weekday == works {
				t.Errorf("%s: %s changes nothing", country, day)
			}
			years[day[:4]]++
		}
		if years["2026"] < 10 || years["2027"] < 5 || len(years) != 2 {
			t.Errorf("%s: %v", country, years)
		}
	}
}

// TestRead takes files of one's own, and says what is wrong with others.
func TestRead(t *testing.T) {
	own := fstest.MapFS{"days.txt": {Data: []byte("\ufeff# ours\r\n2026-12-24 off  Christmas Eve\r\n\r\n2026-12-26 work # made up\n")}}
	cal, err := Open(own, "days.txt")
	if err != nil {
		t.Fatal(err)
	}
	day := func(d int) time.Time { return time.Date(2026, 12, d, 8, 0, 0, 0, taipei) }
	if cal.Works(day(24)) || !cal.Works(day(25)) || !cal.Works(day(26)) || cal.Works(day(27)) {
		t.Errorf("%+v", cal)
	}
	for text, want := range map[string]string{
		"2026-12-24":                      "line 1",
		"\n2026-02-30 off":                "line 2",
		"2026-12-24 closed":               "off or work",
		"2026-12-24 off\n2026-12-24 work": "twice",
		"2026-12-24 off " + strings.Repeat("x", maxLine): "line 1",
	} {
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q: %v", text, err)
		}
	}
	if _, err := Of("XX"); err == nil {
		t.Error("days of nowhere")
	}
	if _, err := Open(own, "gone.txt"); err == nil {
		t.Error("a file that is not there")
	}
}

// TestNeverOpen ends where a file closes the office for good.
func TestNeverOpen(t *testing.T) {
	var b strings.Builder
	for at := day0; at.Before(day0.AddDate(12, 0, 0)); at = at.AddDate(0, 0, 1) {
		b.WriteString(at.Format(time.DateOnly) + " off\n")
	}
	cal, err := Read(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if got := cal.Deadline(day0, 1); got.Year() > day0.Year()+11 {
		t.Error(got)
	}
}

var day0 = time.Date(2026, 1, 1, 0, 0, 0, 0, taipei)

// FuzzRead reads any file of days without falling over.
func FuzzRead(f *testing.F) {
	for _, name := range Countries {
		text, err := files.ReadFile("days/" + strings.ToLower(name) + ".txt")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("2026-12-24 off\n2026-12-24 work")
	f.Fuzz(func(t *testing.T, text string) {
		cal, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		for day, works := range cal.days {
			at, err := time.Parse(time.DateOnly, day)
			if err != nil || cal.Works(at) != works {
				t.Fatal(day, works, err)
			}
		}
	})
}
