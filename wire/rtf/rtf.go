package rtf

import (
	"cmp"
	"strconv"
	"strings"
	"unicode/utf16"

	"chancery/wire/charset"
)

// hiddenWords are the groups whose words are not text.
var hiddenWords = map[string]bool{"fonttbl": true, "colortbl": true, "stylesheet": true, "info": true, "pict": true, "objdata": true, "datastore": true, "themedata": true}

// shownWords begin groups that are read although the one around them is not:
// texts in shapes, remarks, and what fields are made of.
var shownWords = map[string]bool{"shptxt": true, "annotation": true, "fldinst": true}

// group is what a group changes until its brace closes.
type group struct {
	hidden  bool
	isFonts bool   // the table of fonts
	label   string // of the charset of the font; "" = the document's
	skip    int    // characters after \u that stand for programs without Unicode
}

// reader turns RTF into text.
type reader struct {
	out    strings.Builder
	raw    []byte // bytes of the code page not decoded yet
	label  string
	group  group
	stack  []group
	fonts  map[int]string // charsets by number of font
	font   int            // that is described
	isPart bool           // something in it is not read
	lead   uint16         // a high surrogate that waits for its other half
	passed int            // characters still to be passed over after \u
}

// maxGroups bounds the nesting of groups that is followed.
const maxGroups = 1000

// maxFonts bounds the fonts whose charsets are kept.
const maxFonts = 10000

// Text returns the words of RTF without their looks. isWhole is false where it
// holds objects of other programs, which are not looked into.
func Text(rtf []byte) (text string, isWhole bool) {
	r := &reader{group: group{skip: 1}, label: "windows-1252", fonts: map[int]string{}}
	for i := 0; i < len(rtf); {
		switch c := rtf[i]; c {
		case '{':
			r.flush()
			if len(r.stack) < maxGroups {
				r.stack = append(r.stack, r.group)
			}
			i++
		case '}':
			r.flush()
			if n := len(r.stack); n > 0 {
				r.group, r.stack = r.stack[n-1], r.stack[:n-1]
			}
			i++
		case '\\':
			i += r.control(rtf[i:])
		case '\r', '\n':
			i++
		default:
			r.char(c)
			i++
		}
	}
	r.flush()
	return strings.TrimSpace(r.out.String()), !r.isPart
}

// control reads a control word or symbol and returns its length.
func (r *reader) control(b []byte) int {
	if len(b) < 2 {
		return 1
	}
	if !isLetter(b[1]) {
		return r.symbol(b)
	}
	i := 1
	for i < len(b) && i < 33 && isLetter(b[i]) {
		i++
	}
	word := string(b[1:i])
	start := i
	if i < len(b) && b[i] == '-' {
		i++
	}
	for i < len(b) && i-start < 11 && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	n, _ := strconv.Atoi(string(b[start:i]))
	if i < len(b) && b[i] == ' ' {
		i++
	}
	r.word(word, n, i > start)
	return i
}

func (r *reader) symbol(b []byte) int {
	switch b[1] {
	case '\'':
		if len(b) < 4 {
			return len(b)
		}
		if n, err := strconv.ParseUint(string(b[2:4]), 16, 8); err == nil {
			r.char(byte(n))
		}
		return 4
	case '*': // a destination that programs may not know
		r.group.hidden = true
	case '~':
		r.char(' ')
	case '\\', '{', '}':
		r.char(b[1])
	}
	return 2
}

func (r *reader) word(word string, n int, hasNumber bool) {
	switch word {
	case "par", "line", "row", "sect", "page", "column":
		r.write("\n")
	case "tab", "cell":
		r.write("\t")
	case "ansicpg":
		if label := charset.Codepage(uint32(n)); label != "" {
			r.label = label
		}
	case "f":
		r.flush()
		r.font = n
		if !r.group.isFonts {
			r.group.label = r.fonts[n]
		}
	case "fcharset":
		if r.group.isFonts && len(r.fonts) < maxFonts {
			r.fonts[r.font] = fontCharsets[n]
		}
	case "plain":
		r.flush()
		r.group.label = ""
	case "uc":
		r.group.skip = max(0, min(n, 8))
	case "htmlrtf": // what Outlook added for readers of RTF is not in the letter
		r.flush()
		r.group.hidden = !hasNumber || n != 0
	case "u":
		r.unicode(uint16(n))
	default:
		if hiddenWords[word] || shownWords[word] {
			r.flush()
			r.group.hidden = hiddenWords[word]
			r.group.isFonts = word == "fonttbl"
			r.isPart = r.isPart || word == "objdata"
		}
	}
}

func (r *reader) unicode(u uint16) {
	r.flush()
	r.passed = r.group.skip
	if utf16.IsSurrogate(rune(u)) {
		if r.lead == 0 {
			r.lead = u
			return
		}
		r.write(string(utf16.DecodeRune(rune(r.lead), rune(u))))
		r.lead = 0
		return
	}
	r.write(string(rune(u)))
}

func (r *reader) char(c byte) {
	if r.passed > 0 {
		r.passed--
		return
	}
	if !r.group.hidden {
		r.raw = append(r.raw, c)
	}
}

func (r *reader) write(s string) {
	r.flush()
	if !r.group.hidden {
		r.out.WriteString(s)
	}
}

// flush decodes the bytes gathered: a character can be two of them.
func (r *reader) flush() {
	if len(r.raw) > 0 {
		s, _ := charset.Decode(cmp.Or(r.group.label, r.label), r.raw)
		r.out.WriteString(s)
		r.raw = r.raw[:0]
	}
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// fontCharsets name what \fcharset numbers, where it is not the document's own.
var fontCharsets = map[int]string{
	128: "shift_jis", 129: "euc-kr", 134: "gbk", 136: "big5", 163: "windows-1258", 161: "windows-1253", 162: "windows-1254",
	177: "windows-1255", 178: "windows-1256", 186: "windows-1257", 204: "windows-1251", 222: "windows-874", 238: "windows-1250",
}
