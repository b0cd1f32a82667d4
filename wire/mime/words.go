package mime

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"chancery/wire/charset"
)

// DecodeText turns an unstructured header value into what a person should
// see: unfolded, encoded words decoded wherever they stand, raw 8-bit guessed
// (hint is the message's own charset, or empty), NFC, controls dropped.
func DecodeText(value, hint string) string {
	return decodeText(value, hint, false)
}

// AsText is the Text form of RFC 8621 section 4.1.2.2: like DecodeText, but
// what breaks the placement rules of RFC 2047 stays as it is written.
func AsText(value string) string { return decodeText(value, "", true) }

func decodeText(value, hint string, isStrict bool) string {
	s := strings.TrimRight(strings.TrimLeft(unfold(value), " \t"), " \t")
	if isPlain(s) {
		return s
	}
	return norm.NFC.String(decodeWords(s, hint, isStrict))
}

// isPlain says whether s is printable ASCII without an encoded word.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || s[i] < ' ' && s[i] != '\t' || s[i] == 0x7F {
			return false
		}
	}
	return !strings.Contains(s, "=?")
}

// word is one encoded word found in a text.
type word struct {
	charset string
	bytes   []byte
	length  int // in the source
}

// decodeWords replaces the encoded words of an unfolded text. Neighbours in
// one charset are joined before they are decoded, because many programs split
// characters between words.
func decodeWords(s, hint string, isStrict bool) string {
	var out strings.Builder
	out.Grow(len(s))
	var pending word // words read and not yet written
	flush := func() {
		if len(pending.bytes) > 0 {
			text, _ := charset.Decode(pending.charset, pending.bytes)
			writeClean(&out, text, false)
		}
		pending = word{}
	}
	for s != "" {
		i := strings.Index(s, "=?")
		if i < 0 {
			i = len(s)
		}
		gap, rest := s[:i], s[i:]
		w, ok := parseWord(rest)
		if ok && isStrict && !wellPlaced(gap, rest, w.length, out.Len() == 0 && pending.charset == "") {
			ok = false
		}
		if !ok {
			// Not an encoded word: its "=?" is text.
			n := min(2, len(rest))
			flush()
			writeRaw(&out, s[:i+n], hint)
			s = s[i+n:]
			continue
		}
		// White space between two encoded words is not shown (RFC 2047 section 6.2).
		if trimWS(gap) != "" || pending.charset == "" {
			flush()
			writeRaw(&out, gap, hint)
		}
		if pending.charset != "" && !strings.EqualFold(pending.charset, w.charset) {
			flush()
		}
		pending.charset = w.charset
		pending.bytes = append(pending.bytes, w.bytes...)
		s = rest[w.length:]
	}
	flush()
	return out.String()
}

// wellPlaced checks RFC 2047 section 5 rule 1: an encoded word stands between
// white space or the ends of the text.
func wellPlaced(gap, rest string, length int, isFirst bool) bool {
	before := gap == "" && isFirst || gap != "" && isSpace(gap[len(gap)-1])
	after := length == len(rest) || isSpace(rest[length])
	// Spaces within the word make it none (section 2).
	return before && after && !strings.ContainsAny(rest[:length], " \t")
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }

// maxWordCharset bounds the charset name of an encoded word, maxWordText its
// text: the standard allows 75 characters for both, some programs write a whole
// subject as one word.
const (
	maxWordCharset = 64
	maxWordText    = 4096
)

// parseWord reads an encoded word at the start of s: "=?charset?B?...?=" with
// B or Q (RFC 2047 section 2). Missing ends and inner spaces are forgiven.
func parseWord(s string) (word, bool) {
	if !strings.HasPrefix(s, "=?") {
		return word{}, false
	}
	i := strings.IndexByte(s[2:min(len(s), 2+maxWordCharset)], '?')
	if i <= 0 || strings.ContainsAny(s[2:2+i], " \t\"(<>@,;:") {
		return word{}, false
	}
	label := s[2 : 2+i]
	if j := strings.IndexByte(label, '*'); j > 0 {
		label = label[:j] // language of RFC 2231 section 5
	}
	rest := s[3+i:]
	if len(rest) < 2 || rest[1] != '?' {
		return word{}, false
	}
	kind, text := rest[0]|0x20, rest[2:]
	if kind != 'b' && kind != 'q' {
		return word{}, false
	}
	start := len(s) - len(text)
	text = text[:min(len(text), maxWordText)]
	end, tail := wordEnd(text, kind), 2
	if end < 0 {
		if len(text) == maxWordText {
			return word{}, false
		}
		end, tail = len(text), 0
	}
	w := word{charset: label, length: start + end + tail}
	if tail == 0 && kind == 'q' {
		// An unfinished Q word ends at the next space; a B word at the end.
		if j := strings.IndexAny(text, " \t"); j >= 0 {
			end = j
			w.length = start + end
		}
	}
	if kind == 'b' {
		var d base64Transfer
		w.bytes = d.finish(d.decode(nil, []byte(text[:end])))
		return w, !d.bad || tail > 0
	}
	w.bytes = decodeQ(text[:end])
	return w, true
}

// wordEnd finds the "?=" that ends the text, -1 when there is none. In a Q
// word "?=" may also be a raw question mark before an escape ("?=E4").
func wordEnd(text string, kind byte) int {
	from := 0
	for {
		i := strings.Index(text[from:], "?=")
		if i < 0 {
			return -1
		}
		i += from
		after := text[i+2:]
		isEscape := kind == 'q' && len(after) >= 2 && hexValue(after[0]) >= 0 && hexValue(after[1]) >= 0
		if !isEscape || !strings.Contains(after, "?=") || strings.Contains(after[:strings.Index(after, "?=")], "=?") {
			return i
		}
		from = i + 1
	}
}

// decodeQ undoes the Q encoding (RFC 2047 section 4.2).
func decodeQ(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '_' {
			out = append(out, ' ')
			continue
		}
		if c == '=' && i+2 < len(s) && hexValue(s[i+1]) >= 0 && hexValue(s[i+2]) >= 0 {
			out = append(out, byte(hexValue(s[i+1])<<4|hexValue(s[i+2])))
			i += 2
			continue
		}
		out = append(out, c)
	}
	return out
}

// writeRaw writes text outside encoded words; 8-bit that is no UTF-8 is
// decoded by the hint or a guess.
func writeRaw(out *strings.Builder, s, hint string) {
	if !utf8.ValidString(s) || strings.Contains(s, "\x1B$") {
		s = rawText(s, hint)
	}
	writeClean(out, s, true)
}

// rawText decodes raw 8-bit text of a header.
func rawText(s, hint string) string {
	if utf8.ValidString(s) && !strings.Contains(s, "\x1B$") {
		return s
	}
	if hint != "" && charset.Known(hint) {
		if text, clean := charset.Decode(hint, []byte(s)); clean {
			return text
		}
	}
	text, _ := charset.Decode("", []byte(s))
	return text
}

// writeClean writes s without control characters (RFC 8621 section 4.1.2.2),
// but for the tabs of folding.
func writeClean(out *strings.Builder, s string, keepTabs bool) {
	if !strings.ContainsFunc(s, unicode.IsControl) {
		out.WriteString(s)
		return
	}
	for _, r := range s {
		if !unicode.IsControl(r) || r == '\t' && keepTabs {
			out.WriteRune(r)
		}
	}
}
