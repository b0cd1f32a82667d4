package demo

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"chancery/kit/errs"
)

// zone is the city's. A fixed offset keeps the output independent of the
// machine's time zone database.
var zone = time.FixedZone("", 8*60*60)

// parseWhen reads the three forms of a point in time: "-12d 09:20" counts
// working days from today, "-3c 22:10" calendar days, "-35m" minutes.
func parseWhen(now time.Time, text string) (time.Time, error) {
	day, clock, timed := strings.Cut(text, " ")
	if len(day) < 2 {
		return time.Time{}, errs.E(errs.Invalid, "%q is no point in time", text)
	}
	n, err := strconv.Atoi(day[:len(day)-1])
	if err != nil || n > 4000 || n < -400000 {
		return time.Time{}, errs.E(errs.Invalid, "%q is no number of days or minutes", day)
	}
	unit := day[len(day)-1]
	if unit == 'm' && !timed {
		return now.Add(time.Duration(n) * time.Minute), nil
	}
	at, err := time.Parse("15:04", clock)
	if err != nil || n < -4000 {
		return time.Time{}, errs.E(errs.Invalid, "%q is no time of day", clock)
	}
	var date time.Time
	switch unit {
	case 'd':
		date = workingDay(now, n)
	case 'c':
		date = now.AddDate(0, 0, n)
	default:
		return time.Time{}, errs.E(errs.Invalid, "%q wants d, c or m", day)
	}
	return time.Date(date.Year(), date.Month(), date.Day(), at.Hour(), at.Minute(), 0, 0, zone), nil
}

// workingDay goes n working days forward or back; 0 is the day itself.
func workingDay(t time.Time, n int) time.Time {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		t = t.AddDate(0, 0, step)
		if w := t.Weekday(); w != time.Saturday && w != time.Sunday {
			n--
		}
	}
	return t
}

var (
	hanDays   = []rune("日一二三四五六")
	korDays   = []rune("일월화수목금토")
	vietDays  = []string{"Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"}
	rocOffset = 1911 // years of the Republic, as offices writing zh-TW count
)

// longDate writes a date as the official letters of that language do.
func longDate(lang string, t time.Time) string {
	y, m, d := t.Date()
	w := t.Weekday()
	switch lang {
	case "zh-TW":
		return fmt.Sprintf("%d年%d月%d日（星期%c）", y-rocOffset, int(m), d, hanDays[w])
	case "zh-CN":
		return fmt.Sprintf("%d年%d月%d日（星期%c）", y, int(m), d, hanDays[w])
	case "vi":
		return fmt.Sprintf("%s, ngày %02d/%02d/%d", vietDays[w], d, int(m), y)
	case "ko":
		return fmt.Sprintf("%d. %d. %d.(%c)", y, int(m), d, korDays[w])
	}
	return t.Format("Monday 2 January 2006")
}

// shortDate writes day and month only.
func shortDate(lang string, t time.Time) string {
	_, m, d := t.Date()
	switch lang {
	case "zh-TW", "zh-CN":
		return fmt.Sprintf("%d月%d日", int(m), d)
	case "vi":
		return fmt.Sprintf("%02d/%02d", d, int(m))
	case "ko":
		return fmt.Sprintf("%d월 %d일", int(m), d)
	}
	return t.Format("2 January")
}

// attribution introduces quoted text, in the words of the one who quotes.
func attribution(lang, name string, t time.Time) string {
	clock := t.Format("15:04")
	switch lang {
	case "zh-TW":
		return fmt.Sprintf("%s 於 %s %s 寫道：", name, longDate(lang, t), clock)
	case "zh-CN":
		return fmt.Sprintf("%s 于 %s %s 写道：", name, longDate(lang, t), clock)
	case "vi":
		return fmt.Sprintf("Vào %s, %s, %s đã viết:", clock, longDate(lang, t), name)
	case "ko":
		return fmt.Sprintf("%s %s, %s 님이 작성:", longDate(lang, t), clock, name)
	}
	return fmt.Sprintf("On %s at %s, %s wrote:", longDate(lang, t), clock, name)
}
