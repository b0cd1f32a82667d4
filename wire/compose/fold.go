package compose

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// lineAim is the length lines are folded to, lineMax what no line may
	// pass (RFC 5322 section 2.1.1).
	lineAim = 76
	lineMax = 998
	// wordMax bounds an encoded word (RFC 2047 section 2).
	wordMax = 75
)

// folder builds a field value, folding before words that do not fit.
type folder struct {
	strings.Builder
	used  int // characters on the current line
	style Style
}

// word adds a word with a space, or a fold, before it.
func (f *folder) word(w string) {
	f.spaced(" ", w)
}

// spaced adds white space and a word; the line is broken before the white
// space when the word does not fit. A line is never left without a word.
func (f *folder) spaced(space, w string) {
	width := len(space) + len(w)
	if f.used+width > lineAim && f.Len() > 0 && w != "" {
		f.WriteString("\r\n")
		f.used = 0
	}
	f.WriteString(space)
	f.WriteString(w)
	f.used += width
}

// glue adds punctuation right behind the last word.
func (f *folder) glue(s string) {
	f.WriteString(s)
	f.used += len(s)
}

// unstructured writes free text: words that are plain ASCII as they are, runs
// of others as encoded words together with the spaces between them.
func (f *folder) unstructured(s string) {
	s = strings.TrimLeft(s, " ")
	if s == "" {
		f.glue(" ")
		return
	}
	if isPlainText(s) || f.style == UTF8 && canStand(s) {
		f.plain(s)
		return
	}
	words := strings.Split(s, " ")
	for i := 0; i < len(words); {
		if isPlainText(words[i]) && words[i] != "" {
			f.word(words[i])
			i++
			continue
		}
		// The run takes in the plain words between two that need encoding:
		// the spaces between encoded words are not shown, so a run is safest.
		end := i + 1
		for j := end; j < len(words) && j < end+3; j++ {
			if !isPlainText(words[j]) || words[j] == "" {
				end = j + 1
			}
		}
		f.encoded(strings.Join(words[i:end], " "), false)
		i = end
	}
}

// plain folds text that needs no encoding at its spaces, which stay as they are.
func (f *folder) plain(s string) {
	space := " "
	for s != "" {
		i := strings.IndexByte(s, ' ')
		if i < 0 {
			i = len(s)
		}
		word := s[:i]
		n := len(s[i:]) - len(strings.TrimLeft(s[i:], " "))
		f.spaced(space, word)
		space, s = s[i:i+n], s[i+n:]
	}
}

// isPlainText says whether text can stand as it is.
func isPlainText(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	// What looks like an encoded word must be encoded, or it would be decoded;
	// so must a word that no line can hold.
	return canStand(s)
}

// canStand says whether UTF-8 text can stand as it is: nothing in it looks
// encoded, and every word fits a line.
func canStand(s string) bool {
	if strings.Contains(s, "=?") {
		return false
	}
	for word := range strings.SplitSeq(s, " ") {
		if len(word) >= lineMax/2 {
			return false
		}
	}
	return true
}

// phrase writes a display name (RFC 5322 section 3.2.5).
func (f *folder) phrase(s string) {
	s = strings.Trim(s, " ")
	isShown := isPlainText(s) || f.style == UTF8 && canStand(s)
	switch {
	case !isShown:
		f.encoded(s, true)
	case isAtoms(s):
		f.plain(s)
	case len(s) > lineMax/2:
		f.encoded(s, true) // a quoted-string is written in one piece
	default:
		f.word(quoted(s))
	}
}

// isAtoms says whether s is atoms with single spaces between them.
func isAtoms(s string) bool {
	if s == "" || strings.Contains(s, "  ") {
		return false
	}
	for i := range len(s) {
		if s[i] != ' ' && s[i] < utf8.RuneSelf && strings.IndexByte(`()<>[]:;@\,."`, s[i]) >= 0 {
			return false
		}
	}
	return true
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// encoded writes encoded words (RFC 2047), base64 or Q, whichever is shorter,
// never splitting a character.
func (f *folder) encoded(s string, inPhrase bool) {
	const head, tail = "=?utf-8?", "?="
	isQ := qLength(s, inPhrase) <= base64.StdEncoding.EncodedLen(len(s))
	for s != "" {
		room := wordMax - len(head) - 2 - len(tail)
		if left := lineAim - f.used - 1; left < wordMax && left > wordMax/2 {
			room = left - len(head) - 2 - len(tail) // fill the line that is begun
		}
		n := wordPrefix(s, room, isQ, inPhrase)
		if isQ {
			f.word(head + "q?" + encodeQ(s[:n], inPhrase) + tail)
		} else {
			f.word(head + "b?" + base64.StdEncoding.EncodeToString([]byte(s[:n])) + tail)
		}
		s = s[n:]
	}
}

// wordPrefix is how many bytes of s, at least one character, fill the room.
func wordPrefix(s string, room int, isQ, inPhrase bool) int {
	n, width := 0, 0
	for n < len(s) {
		_, size := utf8.DecodeRuneInString(s[n:])
		if isQ {
			width += qLength(s[n:n+size], inPhrase)
		} else {
			width = base64.StdEncoding.EncodedLen(n + size)
		}
		if width > room && n > 0 {
			break
		}
		n += size
	}
	return n
}

// isQSafe says whether a byte stands for itself in the Q encoding. In a
// phrase only letters, digits and a few marks do (RFC 2047 section 5 rule 3).
func isQSafe(c byte, inPhrase bool) bool {
	switch {
	case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9':
		return true
	case strings.IndexByte("!*+-/", c) >= 0:
		return true
	case inPhrase || c <= ' ' || c >= 0x7F:
		return false
	}
	return c != '=' && c != '?' && c != '_'
}

func qLength(s string, inPhrase bool) int {
	n := 0
	for i := range len(s) {
		if n++; s[i] != ' ' && !isQSafe(s[i], inPhrase) {
			n += 2
		}
	}
	return n
}

func encodeQ(s string, inPhrase bool) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ':
			b.WriteByte('_')
		case isQSafe(c, inPhrase):
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "=%02X", c)
		}
	}
	return b.String()
}

// paramMax is the longest value written in one piece.
const paramMax = 60

// param writes "; name=value", by RFC 2231 where the value is not short ASCII.
func (f *folder) param(name, value string) {
	isASCII := strings.IndexFunc(value, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
	f.glue(";")
	switch {
	case (isASCII || f.style == UTF8) && isToken(value) && len(value) <= paramMax:
		f.word(name + "=" + value)
	case (isASCII || f.style == UTF8) && len(value) <= paramMax && !strings.Contains(value, "=?"):
		f.word(name + "=" + quoted(value))
	default:
		f.extended(name, value)
	}
}

// extended writes name*=utf-8”..., in pieces when it is long (RFC 2231
// sections 3 and 4).
func (f *folder) extended(name, value string) {
	const tag = "utf-8''"
	if text := percent(value); len(text) <= paramMax {
		f.word(name + "*=" + tag + text)
		return
	}
	for i := 0; value != ""; i++ {
		n, width := 0, 0
		for n < len(value) {
			_, size := utf8.DecodeRuneInString(value[n:])
			if width += len(percent(value[n : n+size])); width > paramMax-len(tag) && n > 0 {
				break
			}
			n += size
		}
		piece := name + "*" + strconv.Itoa(i) + "*="
		if i == 0 {
			piece += tag
		} else {
			f.glue(";")
		}
		f.word(piece + percent(value[:n]))
		value = value[n:]
	}
}

// percent escapes all but the attribute characters of RFC 2231 section 7.
func percent(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c > ' ' && c < 0x7F && strings.IndexByte(`()<>@,;:\"/[]?=*'%`, c) < 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func isToken(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7F || strings.IndexByte(`()<>@,;:\"/[]?=`, s[i]) >= 0 {
			return false
		}
	}
	return s != ""
}
