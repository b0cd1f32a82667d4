package charset

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/unicode/norm"
)

// guessSample bounds the bytes a guess looks at.
const guessSample = 4096

// A multi-byte candidate gives points for each pair of bytes by how often
// its text uses the row, and takes many for a pair that cannot be.
type pairSet struct {
	name   string
	points func(lead, trail byte) int
	enc    encoding.Encoding
	usual  string // frequent characters, which settle short texts
}

const (
	impossible  = -20
	strayPoints = -8
	usualBonus  = 5
)

var pairSets = []pairSet{
	{"gb18030", gbPoints, simplifiedchinese.GBK, "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生好文件会议通知关公司部门信息请您感谢测试问题工作"},
	{"big5", big5Points, traditionalchinese.Big5, "的一是不了人我在有他這為之大來以個中上們到說國和地也子時道出而要於就下得可你年生好文件會議通知關公司部門信息請您感謝測試問題工作"},
	{"euc-kr", krPoints, korean.EUCKR, "이다는을의에고가를은한하지로사서기대시그나인어자리해일도정만보있것수과안제원부장녕세요공문회"},
	{"shift_jis", sjisPoints, japanese.ShiftJIS, "のにはをたがでてとしれさるいもなこんす。、"},
	{"euc-jp", eucjpPoints, japanese.EUCJP, "のにはをたがでてとしれさるいもなこんす。、"},
}

var byteSets = []struct {
	name string
	enc  *charmap.Charmap
}{{"windows-1258", charmap.Windows1258}, {"koi8-r", charmap.KOI8R}, {"windows-1251", charmap.Windows1251}}

// Guess names the character set of unlabelled 8-bit text: UTF-8 when it is
// valid, the ISO-2022 family by its escapes, else the most plausible of the
// East Asian, Vietnamese and Western sets. It always returns a name.
func Guess(b []byte) string {
	if utf8.Valid(b) {
		if bytes.Contains(b, []byte("\x1B$")) {
			return "iso-2022-jp"
		}
		return "utf-8"
	}
	if good, bad := countUTF8(b); good > 8*bad {
		return "utf-8" // UTF-8 with a few broken places
	}
	b = sample(b)
	western, _ := convert(charmap.Windows1252, b)
	best, most := "windows-1252", max(scoreLetters(western), 0)
	for _, p := range pairSets {
		if s := scorePairs(p, b); s > most {
			best, most = p.name, s
		}
	}
	for _, c := range byteSets {
		s, _ := convert(c.enc, b)
		s = norm.NFC.String(s)
		if n := scoreLetters(s); n > most && (c.name != "windows-1258" || isViet(s)) {
			best, most = c.name, n
		}
	}
	for _, v := range []struct {
		name   string
		decode func([]byte) (string, bool)
	}{{"tcvn", decodeTCVN}, {"viscii", decodeVISCII}} {
		s, _ := v.decode(b)
		if isViet(s) {
			// Every byte is a letter in these, so they must win clearly.
			if n := (scoreLetters(s) - 8) * 2 / 3; n > most {
				best, most = v.name, n
			}
		}
	}
	return best
}

// sample gathers the 8-bit places of a text with a little around each, so that
// a long page in ASCII does not hide its few telling bytes.
func sample(b []byte) []byte {
	const around = 8
	out := make([]byte, 0, min(len(b), guessSample))
	last := -2 * around // the last 8-bit byte
	for i := 0; i < len(b) && len(out) < guessSample; i++ {
		if b[i] < 0x80 {
			if i-last <= around {
				out = append(out, b[i])
			}
			continue
		}
		if gap := i - last; gap > around {
			out = append(out, b[max(last+around+1, i-around, 0):i]...)
		}
		out = append(out, b[i])
		last = i
	}
	return out
}

// isStray says whether a pair looks like one 8-bit byte within an ASCII word,
// such as an apostrophe or an accented letter, rather than a character.
func isStray(b []byte, i int) bool {
	return i > 0 && isLetter(b[i-1]) && isLetter(b[i+1]) && (i+2 >= len(b) || b[i+2] < 0x80)
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// scorePairs walks the text in the candidate's steps.
func scorePairs(p pairSet, b []byte) int {
	total := 0
	for i := 0; i < len(b); {
		switch {
		case b[i] < 0x80:
			i++
		case p.name == "shift_jis" && b[i] >= 0xA1 && b[i] <= 0xDF:
			total -= 4 // half-width katakana: legal, rare, and every Chinese byte looks like it
			i++
		case i+1 >= len(b):
			if len(b) < guessSample {
				total += impossible
			}
			i++
		default:
			n := p.points(b[i], b[i+1])
			if isStray(b, i) && n > strayPoints {
				n = strayPoints
			}
			total += n
			if n == impossible {
				i++
			} else {
				i += 2
			}
		}
	}
	if total > 0 {
		s, _ := convert(p.enc, b)
		for _, r := range s {
			if r >= 0x80 && strings.ContainsRune(p.usual, r) {
				total += usualBonus
			}
		}
	}
	return total
}

// gbPoints: GB 2312 level 1 (rows B0-D7) makes up nearly all Chinese prose.
func gbPoints(l, t byte) int {
	switch {
	case l == 0x80 || l == 0xFF || t < 0x40 || t == 0x7F || t == 0xFF:
		return impossible
	case t < 0xA1 || l < 0xA1:
		return -3
	case l >= 0xB0 && l <= 0xD7:
		return 10
	case l <= 0xA3:
		return 6
	case l >= 0xD8 && l <= 0xF7:
		return 3
	}
	return -2
}

// big5Points: rows A4-C6 hold the 5,401 frequent characters.
func big5Points(l, t byte) int {
	switch {
	case l < 0x87 || l == 0xFF || t < 0x40 || t > 0x7E && t < 0xA1 || t == 0xFF:
		return impossible
	case l >= 0xA4 && l <= 0xC6:
		return 9
	case l >= 0xA1 && l <= 0xA3:
		return 6
	case l >= 0xC9 && l <= 0xF9:
		return 1
	}
	return -3
}

// krPoints: Hangul stands in rows B0-C8, Hanja in CA-FD are rare.
func krPoints(l, t byte) int {
	switch {
	case l < 0x81 || l == 0xFF || t < 0x41 || t > 0x5A && t < 0x61 || t > 0x7A && t < 0x81 || t == 0xFF:
		return impossible
	case l >= 0xB0 && l <= 0xC8 && t >= 0xA1:
		return 10
	case l >= 0xA1 && l <= 0xA3 && t >= 0xA1:
		return 5
	case l <= 0xC6:
		return -2
	}
	return -3
}

// sjisPoints: kana are what Japanese has and Chinese has not.
func sjisPoints(l, t byte) int {
	switch {
	case l == 0x80 || l == 0xA0 || l > 0xFC || t < 0x40 || t == 0x7F || t > 0xFC:
		return impossible
	case l == 0x82 && t >= 0x9F && t <= 0xF1, l == 0x83 && t <= 0x96:
		return 14
	case l >= 0x88 && l <= 0x9F:
		return 6
	case l == 0x81 || l == 0x82:
		return 5
	case l >= 0xE0 && l <= 0xEA:
		return 1
	}
	return -4
}

func eucjpPoints(l, t byte) int {
	switch {
	case l == 0x8E && t >= 0xA1 && t <= 0xDF:
		return -2
	case l == 0x8F:
		return -3
	case l < 0xA1 || l == 0xFF || t < 0xA1 || t == 0xFF:
		return impossible
	case l == 0xA4 && t <= 0xF3, l == 0xA5 && t <= 0xF6:
		return 14
	case l >= 0xB0 && l <= 0xCF:
		return 6
	case l <= 0xA3:
		return 5
	case l >= 0xD0 && l <= 0xF4:
		return 1
	}
	return -4
}

// scoreLetters judges a one-byte reading: accented letters inside words speak
// for it, capitals after small letters, symbols inside words and controls
// against it.
func scoreLetters(s string) int {
	total := 0
	prev := ' '
	for _, r := range s {
		if r < 0x80 {
			prev = r
			continue
		}
		switch {
		case r == '\uFFFD' || unicode.IsControl(r):
			total += impossible
		case isVietLetter(r):
			total += 5
		case unicode.Is(unicode.Cyrillic, r):
			total += cyrillicPoints(prev, r)
		case unicode.IsLetter(r) && unicode.IsUpper(r) && unicode.IsLower(prev):
			total -= 6
		case unicode.IsLetter(r) && prev >= 0x80 && unicode.IsLetter(prev):
			total -= 2 // two accented letters side by side: seldom in Latin script
		case unicode.IsLetter(r):
			total += 4
		case r == '’' && unicode.IsLetter(prev):
			total += 4
		case strings.ContainsRune("“”‘’–—…€«»©®\u00A0", r):
			total++ // what word processors write
		case unicode.IsLetter(prev):
			total -= 3
		default:
			total--
		}
		prev = r
	}
	return total
}

// cyrillicPoints: small letters follow letters, capitals start words. One
// Cyrillic letter among Latin ones is no Cyrillic.
func cyrillicPoints(prev, r rune) int {
	afterCyrillic := unicode.Is(unicode.Cyrillic, prev)
	switch {
	case unicode.IsUpper(r) && unicode.IsLower(prev):
		return -6
	case afterCyrillic && unicode.IsLower(r):
		return 4
	case afterCyrillic:
		return 2
	case unicode.IsLetter(prev):
		return -4
	}
	return 1
}

// isVietLetter says whether only Vietnamese uses the letter.
func isVietLetter(r rune) bool {
	return r >= 0x1EA0 && r <= 0x1EF9 || strings.ContainsRune("ăĂđĐơƠưƯ", r)
}

// isViet says whether a text has what Vietnamese prose has: many different
// small letters of its own, among more that are ASCII.
func isViet(s string) bool {
	own, ascii, controls := 0, 0, 0
	distinct := map[rune]bool{}
	for _, r := range s {
		switch {
		case isVietLetter(r) && unicode.IsLower(r):
			own++
			distinct[r] = true
		case r >= 'a' && r <= 'z':
			ascii++
		case r < ' ' && r != '\n' && r != '\r' && r != '\t':
			controls++
		}
	}
	return own >= 6 && len(distinct) >= 4 && ascii > own && controls == 0
}
