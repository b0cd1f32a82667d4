package filetext

import (
	"strconv"
	"strings"
	"unicode/utf16"

	"chancery/wire/charset"
)

// font says which characters the codes of a string are, and how wide they are.
type font struct {
	isWide  bool            // codes of two bytes (section 9.7)
	chars   map[int]string  // by code, from ToUnicode or the differences
	ranges  []codeRange     // more of ToUnicode
	label   string          // the charset of the codes, where it is one
	widths  map[int]float64 // in thousandths of the size
	width   float64         // of the others
	isBlind bool            // nothing says which characters the codes are
}

// codeRange are codes in a row that stand for characters in a row.
type codeRange struct {
	from, to int
	first    rune
}

const maxCodes = 1 << 16 // of a font whose characters are kept one by one

// fontOf reads a font once.
func (d *document) fontOf(v any) *font {
	ref, isRef := v.(pdfRef)
	if f := d.fonts[int(ref)]; isRef && f != nil {
		return f
	}
	f := d.readFont(d.dict(v))
	if isRef {
		d.fonts[int(ref)] = f
	}
	return f
}

func (d *document) readFont(o pdfDict) *font {
	f := &font{chars: map[int]string{}, widths: map[int]float64{}, width: 500}
	f.isWide = o["Subtype"] == pdfName("Type0")
	if s, ok := d.streamOf(o["ToUnicode"]); ok {
		f.toUnicode(d.decode(s))
	}
	isMapped := len(f.chars)+len(f.ranges) > 0
	if !f.isWide {
		f.label = "windows-1252"
		d.simpleWidths(f, o)
		if !isMapped {
			d.differences(f, o)
		}
		return f
	}
	name, _ := d.value(o["Encoding"]).(pdfName)
	if !isMapped {
		f.label = charsetOf(string(name))
		f.isBlind = f.label == ""
	}
	f.width = 1000
	if kids, ok := d.value(o["DescendantFonts"]).([]any); ok && len(kids) > 0 {
		d.wideWidths(f, d.dict(kids[0]))
	}
	return f
}

// charsetOf names the charset of one of the predefined tables of codes (section
// 9.7.5.2).
func charsetOf(table string) string {
	switch {
	case strings.Contains(table, "UCS2"), strings.Contains(table, "UTF16"):
		return "utf-16be"
	case strings.HasPrefix(table, "GB"):
		return "gb18030"
	case strings.HasPrefix(table, "B5"), strings.HasPrefix(table, "ETen"), strings.HasPrefix(table, "HKscs"):
		return "big5"
	case strings.HasPrefix(table, "KSC"):
		return "euc-kr"
	case strings.HasPrefix(table, "90ms"), strings.HasPrefix(table, "90pv"):
		return "shift_jis"
	}
	return ""
}

// toUnicode reads a table from codes to characters (section 9.10.3).
func (f *font) toUnicode(table []byte) {
	l := lexer{b: table}
	var args []any
	for {
		v, ok := l.next(0)
		if !ok {
			return
		}
		op, isOp := v.(pdfOp)
		switch {
		case !isOp:
			if len(args) < maxArray {
				args = append(args, v)
			}
			continue
		case op == "endbfchar":
			for i := 0; i+1 < len(args) && len(f.chars) < maxCodes; i += 2 {
				code, _ := args[i].(pdfString)
				to, _ := args[i+1].(pdfString)
				f.chars[codeOf(code)] = wideText(to)
			}
		case op == "endbfrange":
			for i := 0; i+2 < len(args); i += 3 {
				f.bfrange(args[i], args[i+1], args[i+2])
			}
		}
		args = args[:0]
	}
}

func (f *font) bfrange(low, high, to any) {
	from, _ := low.(pdfString)
	until, _ := high.(pdfString)
	first, last := codeOf(from), codeOf(until)
	switch x := to.(type) {
	case pdfString:
		text := []rune(wideText(x))
		if len(text) == 1 && len(f.ranges) < maxCodes {
			f.ranges = append(f.ranges, codeRange{first, last, text[0]})
			return
		}
		for code := first; code <= last && len(text) > 0 && len(f.chars) < maxCodes; code++ {
			f.chars[code] = string(text)
			text[len(text)-1]++
		}
	case []any:
		for i, v := range x {
			if s, ok := v.(pdfString); ok && first+i <= last && len(f.chars) < maxCodes {
				f.chars[first+i] = wideText(s)
			}
		}
	}
}

func codeOf(s pdfString) (n int) {
	for i := range min(len(s), 4) {
		n = n<<8 | int(s[i])
	}
	return n
}

func wideText(s pdfString) string {
	units := make([]uint16, len(s)/2)
	for i := range units {
		units[i] = uint16(s[2*i])<<8 | uint16(s[2*i+1])
	}
	return string(utf16.Decode(units))
}

// simpleWidths reads the widths of a font with codes of one byte.
func (d *document) simpleWidths(f *font, o pdfDict) {
	first, _ := d.value(o["FirstChar"]).(float64)
	list, _ := d.value(o["Widths"]).([]any)
	for i, v := range list[:min(len(list), 256)] {
		if w, ok := d.value(v).(float64); ok {
			f.widths[int(first)+i] = w
		}
	}
}

// wideWidths reads those of one with codes of two (section 9.7.4.3).
func (d *document) wideWidths(f *font, o pdfDict) {
	if w, ok := d.value(o["DW"]).(float64); ok {
		f.width = w
	}
	list, _ := d.value(o["W"]).([]any)
	for i := 0; i+1 < len(list) && len(f.widths) < maxCodes; {
		first, _ := d.value(list[i]).(float64)
		switch x := d.value(list[i+1]).(type) {
		case []any:
			for k, v := range x {
				if w, ok := d.value(v).(float64); ok {
					f.widths[int(first)+k] = w
				}
			}
			i += 2
		case float64:
			if i+2 >= len(list) {
				return
			}
			w, _ := d.value(list[i+2]).(float64)
			for code := int(first); code <= int(x) && len(f.widths) < maxCodes; code++ {
				f.widths[code] = w
			}
			i += 3
		default:
			return
		}
	}
}

// differences reads how the codes of a simple font differ from the usual ones.
func (d *document) differences(f *font, o pdfDict) {
	list, _ := d.value(d.dict(o["Encoding"])["Differences"]).([]any)
	code := 0
	for _, v := range list {
		switch x := d.value(v).(type) {
		case float64:
			code = int(x)
		case pdfName:
			if text := glyphText(string(x)); text != "" && len(f.chars) < maxCodes {
				f.chars[code] = text
			}
			code++
		}
	}
}

var glyphs = map[string]string{
	"space": " ", "period": ".", "comma": ",", "hyphen": "-", "minus": "-", "colon": ":", "semicolon": ";", "slash": "/", "at": "@", "underscore": "_",
	"zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
	"parenleft": "(", "parenright": ")", "quotesingle": "'", "quoteright": "’", "quotedbl": "\"", "plus": "+", "equal": "=", "ampersand": "&",
	"fi": "fi", "fl": "fl", "ff": "ff", "ffi": "ffi", "ffl": "ffl",
}

// glyphText is the character of the name of a glyph, as the rules of Adobe's list
// of glyphs make it; "" where it is only in the list.
func glyphText(name string) string {
	name, _, _ = strings.Cut(name, ".")
	if text, ok := glyphs[name]; ok || len(name) == 1 {
		if !ok {
			return name
		}
		return text
	}
	if hex, ok := strings.CutPrefix(name, "uni"); ok && len(hex) >= 4 {
		if n, err := strconv.ParseUint(hex[:4], 16, 16); err == nil {
			return string(rune(n))
		}
	}
	if hex, ok := strings.CutPrefix(name, "u"); ok && len(hex) >= 4 && len(hex) <= 6 {
		if n, err := strconv.ParseUint(hex, 16, 21); err == nil {
			return string(rune(n))
		}
	}
	return ""
}

// read returns the characters of a string, and how far it goes for a size of
// one: the sum of the widths, and of the spaces for char and word spacing.
func (f *font) read(s pdfString) (text string, width float64, codes, spaces int) {
	var b strings.Builder
	step := 1
	if f.isWide {
		step = 2
	}
	for i := 0; i+step <= len(s); i += step {
		code := codeOf(s[i : i+step])
		codes++
		if step == 1 && code == ' ' {
			spaces++
		}
		w, ok := f.widths[code]
		if !ok {
			w = f.width
		}
		width += w / 1000
		b.WriteString(f.char(code))
	}
	if f.isWide && f.label != "" {
		text, _ := charset.Decode(f.label, []byte(s))
		return text, width, codes, spaces
	}
	return b.String(), width, codes, spaces
}

func (f *font) char(code int) string {
	if text, ok := f.chars[code]; ok {
		return text
	}
	for _, r := range f.ranges {
		if r.from <= code && code <= r.to {
			return string(r.first + rune(code-r.from))
		}
	}
	if f.isWide || code > 0xFF {
		return ""
	}
	text, _ := charset.Decode(f.label, []byte{byte(code)})
	f.chars[code] = text
	return text
}
