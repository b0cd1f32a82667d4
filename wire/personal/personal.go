// Package personal finds numbers that stand for a person: those of identity
// papers of Taiwan, China, Vietnam and Korea, and of bank cards. Each is held to
// its check digit, or to what else its rule fixes, so that a case number is not
// taken for one.
package personal

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Kind says what a number is.
type Kind string

// The kinds that are known.
const (
	TaiwanID  Kind = "tw-id" // 身分證統一編號 and 統一證號: a letter and nine digits
	ChinaID   Kind = "cn-id" // 公民身份号码: 18 places, GB 11643
	VietnamID Kind = "vn-id" // số định danh cá nhân: 12 digits, Circular 59/2021 art. 13; it has no check digit
	KoreaID   Kind = "kr-id" // 주민등록번호: 13 digits
	Card      Kind = "card"  // a payment card: 13 to 19 digits, ISO/IEC 7812
)

// Finding is one number, at bytes of the text.
type Finding struct {
	Kind     Kind
	From, To int
}

// Limits of one look.
const (
	MaxText     = 512 << 10 // bytes; what is behind is not looked at
	MaxFindings = 1000
)

var kinds = []struct {
	kind  Kind
	form  *regexp.Regexp
	holds func(digits string) bool // without spaces and hyphens, letters as capitals
}{
	{TaiwanID, regexp.MustCompile(`[A-Za-z][1289][0-9]{8}`), isTaiwan},
	{ChinaID, regexp.MustCompile(`[1-9][0-9]{16}[0-9Xx]`), isChina},
	{KoreaID, regexp.MustCompile(`[0-9]{6}-?[1-8][0-9]{6}`), isKorea},
	{VietnamID, regexp.MustCompile(`0[0-9]{2}[0-3][0-9]{8}`), isVietnam},
	{Card, regexp.MustCompile(`[2-6](?:[ -]?[0-9]){12,18}`), isCard},
}

// Find returns what stands in a text, in its order, none within another.
func Find(text string) []Finding {
	if len(text) > MaxText {
		text = text[:MaxText]
	}
	var out []Finding
	runs := digitRuns(text)
	for _, k := range kinds {
		for _, run := range runs {
			for from := run[0]; len(out) < MaxFindings; {
				at := k.form.FindStringIndex(text[from:run[1]])
				if at == nil {
					break
				}
				f := Finding{k.kind, from + at[0], from + at[1]}
				if !alone(text, f) || !k.holds(clean(text[f.From:f.To])) || slices.ContainsFunc(out, f.meets) {
					from = f.From + 1 // one may begin within what was none
					continue
				}
				out, from = append(out, f), f.To
			}
		}
	}
	slices.SortFunc(out, func(a, b Finding) int { return a.From - b.From })
	return out
}

// fewest is how many digits the shortest of the numbers has.
const fewest = 9

// digitRuns returns where in a text there are enough digits, with nothing but
// spaces and hyphens between them, and the letter before or behind that some
// numbers have. Every number lies in one of them, and most letters have none.
func digitRuns(text string) (runs [][2]int) {
	for i := 0; i < len(text); {
		for i < len(text) && !isDigit(text[i]) {
			i++
		}
		if i+fewest > len(text) {
			break
		}
		from, to, digits := i, i, 0
		for ; i < len(text) && (isDigit(text[i]) || text[i] == ' ' || text[i] == '-'); i++ {
			if isDigit(text[i]) {
				digits, to = digits+1, i+1
			}
		}
		if digits >= fewest {
			runs = append(runs, [2]int{max(0, from-1), min(len(text), to+1)})
		}
	}
	return runs
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func (f Finding) meets(g Finding) bool { return f.From < g.To && g.From < f.To }

// alone says whether a number is not part of a longer one, or of a word. A
// letter of a script without spaces may touch it.
func alone(text string, f Finding) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:f.From])
	after, _ := utf8.DecodeRuneInString(text[f.To:])
	return !joins(before) && !joins(after)
}

func joins(r rune) bool {
	return unicode.IsDigit(r) || r == '_' || unicode.Is(unicode.Latin, r)
}

var cleaner = strings.NewReplacer(" ", "", "-", "")

func clean(s string) string { return strings.ToUpper(cleaner.Replace(s)) }

// weighed adds up digits, each by its weight.
func weighed(digits string, weights ...int) (sum int) {
	for i, w := range weights {
		sum += int(digits[i]-'0') * w
	}
	return sum
}

// letters are those of Taiwan's numbers in the order of their values from 10.
const letters = "ABCDEFGHJKLMNPQRSTUVXYWZIO"

func isTaiwan(s string) bool {
	n := strings.IndexByte(letters, s[0]) + 10
	return (n/10+n%10*9+weighed(s[1:], 8, 7, 6, 5, 4, 3, 2, 1, 1))%10 == 0
}

func isChina(s string) bool {
	return isDay(s[6:14]) && s[17] == "10X98765432"[weighed(s, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)%11]
}

// isKorea: numbers given since October 2020 have no check digit any more.
func isKorea(s string) bool {
	century := map[byte]string{'1': "19", '2': "19", '5': "19", '6': "19", '3': "20", '4': "20", '7': "20", '8': "20"}[s[6]]
	day := century + s[:6]
	if !isDay(day) {
		return false
	}
	sum := weighed(s, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
	return day >= "20201001" || int(s[12]-'0') == (11-sum%11)%10
}

// provinces are the codes of Vietnam's provinces, as they were when the numbers were given.
const provinces = " 001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 089 091 092 093 094 095 096 "

func isVietnam(s string) bool { return strings.Contains(provinces, " "+s[:3]+" ") }

// isCard holds the digits to the Luhn formula (ISO/IEC 7812-1 annex B) and to
// the beginnings and lengths that are in use.
func isCard(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	n, two, four := len(s), s[:2], s[:4]
	return sum%10 == 0 && (s[0] == '4' && (n == 13 || n == 16 || n == 19) || n == 16 && (two >= "51" && two <= "55" || four >= "2221" && four <= "2720" || four == "6011" || two == "65" || two == "35") ||
		n == 15 && (two == "34" || two == "37") || two == "62" && n >= 16)
}

// isDay says whether eight digits are a day on which somebody alive was born.
func isDay(s string) bool {
	day, err := time.Parse("20060102", s)
	return err == nil && day.Year() >= 1900 && day.Before(time.Now())
}
