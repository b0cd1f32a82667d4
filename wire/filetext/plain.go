package filetext

import (
	"bytes"
	"html"
	"regexp"
	"strings"

	"chancery/wire/charset"
	"chancery/wire/htmltext"
	"chancery/wire/rtf"
)

// isText says whether bytes are text: no controls but those of lines, or UTF-16.
func isText(head []byte) bool {
	if wideLabel(head) != "" {
		return true
	}
	for _, c := range head {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1B && c != '\v' && c != 0x1A {
			return false
		}
	}
	return true
}

// wideLabel names the form of UTF-16 that bytes are in; "" = in none. Without a
// mark of the order of bytes it is seen from the zeros beside Latin letters.
func wideLabel(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\xFF\xFE")), bytes.HasPrefix(b, []byte("\xFE\xFF")):
		return "utf-16"
	}
	var zeros [2]int
	n := min(len(b), headLen) &^ 1
	for i, c := range b[:n] {
		if c == 0 {
			zeros[i&1]++
		}
	}
	switch {
	case n < 8:
		return ""
	case zeros[1] > n/8 && zeros[0] < zeros[1]/8:
		return "utf-16le"
	case zeros[0] > n/8 && zeros[1] < zeros[0]/8:
		return "utf-16be"
	}
	return ""
}

var (
	declared = regexp.MustCompile(`(?i)(?:charset|encoding)\s*=\s*["']?\s*([a-z0-9_.:-]+)`)
	// encoded finds letters that were saved: what is in them in base64 is not read here.
	encoded = regexp.MustCompile(`(?im)^content-transfer-encoding:\s*base64|^-----BEGIN PGP MESSAGE`)
)

// text reads HTML, XML, RTF and plain text.
func (r *Reader) text(b []byte) {
	if bytes.HasPrefix(b, []byte(`{\rtf`)) {
		text, isWhole := rtf.Text(b)
		if !isWhole {
			r.close()
		}
		r.put(text)
		return
	}
	label := wideLabel(b)
	if label == "" {
		label = r.hint.Charset
	}
	start := b[:min(len(b), 1024)]
	if label == "" && bytes.ContainsRune(start, '<') {
		if m := declared.FindSubmatch(start); m != nil {
			label = string(m[1])
		}
	}
	text, _ := charset.Decode(label, b)
	text = strings.TrimPrefix(text, "\uFEFF")
	begin := strings.ToLower(strings.TrimSpace(text[:min(len(text), 1024)]))
	switch {
	case strings.HasPrefix(begin, "<?xml") && !strings.Contains(begin, "<html"):
		r.xml(text)
	case r.hint.IsHTML, strings.HasPrefix(begin, "<!doctype html"), strings.HasPrefix(begin, "<") && (strings.Contains(begin, "<html") || strings.Contains(begin, "<head") || strings.Contains(begin, "<body") || strings.Contains(begin, "<table") || strings.Contains(begin, "<div")):
		r.html(text)
	default:
		if encoded.MatchString(text) {
			r.close()
		}
		r.put(text)
	}
}

func (r *Reader) html(page string) {
	text := htmltext.Text(page, htmltext.Options{Max: r.left.Text + 1, Links: true, KeepHidden: true})
	r.put(text)
}

// breaks are the elements behind which a word ends, by their names without
// prefix: of WordprocessingML, SpreadsheetML and DrawingML (ISO/IEC 29500), of
// OpenDocument (ISO/IEC 26300) and of OWPML (KS X 6101).
var breaks = map[string]string{
	"p": "\n", "h": "\n", "br": "\n", "cr": "\n", "line-break": "\n", "lineBreak": "\n", "tr": "\n", "row": "\n", "table-row": "\n",
	"tab": "\t", "s": " ", "tc": "\t", "c": "\t", "v": "\t", "f": "\t", "table-cell": "\t", "si": "\n", "comment": "\n", "text": "\n",
	"title": "\n", "subject": "\n", "creator": "\n", "keywords": "\n", "keyword": "\n", "description": "\n", "lastModifiedBy": "\n", "category": "\n",
	"lpstr": "\n", "lpwstr": "\n", "Company": "\n", "Manager": "\n", "Template": "\n", "Application": "\n", "i4": "\n", "generator": "\n", "date": "\n",
	"noBreakHyphen": "-",
}

// xml reads the character data of a document.
func (r *Reader) xml(s string) {
	for s != "" {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			i = len(s)
		}
		if i > 0 && !r.put(unescaped(s[:i])) {
			return
		}
		s = s[i:]
		switch {
		case s == "":
		case strings.HasPrefix(s, "<!--"):
			s = after(s, "-->")
		case strings.HasPrefix(s, "<![CDATA["):
			data, rest, _ := strings.Cut(s[len("<![CDATA["):], "]]>")
			r.put(data)
			s = rest
		case strings.HasPrefix(s, "<?"):
			s = after(s, "?>")
		default:
			end := tagEnd(s)
			if name, isEnd := tagName(s[:end]); isEnd {
				r.put(breaks[name])
			}
			s = s[end:]
		}
	}
}

func after(s, mark string) string {
	_, rest, _ := strings.Cut(s, mark)
	return rest
}

func unescaped(s string) string {
	if strings.Trim(s, " \t\r\n") == "" && strings.ContainsAny(s, "\r\n") {
		return "" // between elements, for those who read the source
	}
	return html.UnescapeString(s)
}

// tagEnd is where a tag ends; a > within quotes does not end it.
func tagEnd(s string) int {
	quote := byte(0)
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return len(s)
}

// tagName is the name of an element without its prefix; isEnd: it ends here.
func tagName(tag string) (name string, isEnd bool) {
	tag = strings.TrimSuffix(strings.TrimPrefix(tag, "<"), ">")
	isEnd = strings.HasPrefix(tag, "/") || strings.HasSuffix(tag, "/")
	tag = strings.Trim(tag, "/")
	if i := strings.IndexAny(tag, " \t\r\n/"); i >= 0 {
		tag = tag[:i]
	}
	if i := strings.LastIndexByte(tag, ':'); i >= 0 {
		tag = tag[i+1:]
	}
	return tag, isEnd
}
