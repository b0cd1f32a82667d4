package mime

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf16"

	"chancery/wire/htmltext"
)

const (
	maxPreview = 256 // characters (RFC 8621 section 4.1.4), counted as UTF-16 units
	// previewText and previewHTML are how much of a part is read for it.
	previewText = 16 << 10
	previewHTML = 256 << 10
)

// Preview makes the line shown in a list: the first words of the message
// itself, without quoted text, attribution, signature and hidden padding.
func (m *Message) Preview(src io.ReaderAt) string {
	b := m.Bodies()
	best := ""
	for _, list := range [][]*Part{b.Text, b.HTML} {
		for _, p := range list {
			if !p.IsText() {
				continue
			}
			if s := p.preview(src, true); s != "" {
				return s
			}
			if best == "" {
				best = p.preview(src, false)
			}
		}
	}
	return best // nothing but quotes is better than nothing
}

// preview makes the line of one part.
func (p *Part) preview(src io.ReaderAt, skipQuotes bool) string {
	if p.Type == "text/html" {
		page, _, _ := p.Text(src, previewHTML)
		text := htmltext.Text(page, htmltext.Options{Max: previewText, SkipQuotes: skipQuotes})
		return collapse(ownLines(text, skipQuotes))
	}
	text, _, _ := p.Text(src, previewText)
	return collapse(ownLines(text, skipQuotes))
}

// ownLines drops quoted lines and attributions, and what follows a signature
// or an original message.
func ownLines(text string, skipQuotes bool) string {
	if !skipQuotes {
		return text
	}
	var out strings.Builder
	var held string // a line that is an attribution if a quote follows
	for line := range strings.Lines(text) {
		t := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(t, ">"):
			held = ""
			continue
		case t == "--" || isOriginalMark(t): // a signature, whose mark should be "-- "
			out.WriteString(held)
			return out.String()
		case isRule(t):
			continue
		case t == "":
			continue
		}
		out.WriteString(held)
		held = ""
		if isAttribution(t) {
			held = line
			continue
		}
		out.WriteString(line)
		if out.Len() > 4*maxPreview*4 {
			break
		}
	}
	return out.String()
}

// isAttribution says whether a line may introduce a quote, as in "X wrote:".
func isAttribution(line string) bool {
	if !strings.HasSuffix(line, ":") && !strings.HasSuffix(line, "：") {
		return false
	}
	lower := strings.ToLower(line)
	for _, word := range []string{"wrote", "writes", "写道", "寫道", "写到", "작성", "썼습니다", "đã viết", "schrieb", "écrit", "のメッセージ"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

// isOriginalMark knows the lines after which the earlier message stands.
func isOriginalMark(line string) bool {
	if !strings.HasPrefix(line, "--") {
		return false
	}
	lower := strings.ToLower(strings.Trim(line, "- "))
	switch lower {
	case "original message", "forwarded message", "原始邮件", "原始郵件", "邮件原件", "轉寄的郵件", "转发的邮件", "원본 메시지", "원본 메일", "thư gốc", "tin nhắn gốc", "original appointment":
		return true
	}
	return false
}

// isRule says whether a line is only drawing.
func isRule(line string) bool {
	return len(line) >= 3 && strings.Trim(line, "-=_*~#+. ") == ""
}

// collapse makes one line of at most maxPreview characters.
func collapse(text string) string {
	var out strings.Builder
	units := 0
	isSpace := false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			isSpace = true
			continue
		case unicode.IsControl(r), r == '\u200B', r == '\uFEFF', r == '\u034F', r == '\u00AD':
			continue
		}
		n := max(utf16.RuneLen(r), 1)
		if isSpace && units > 0 {
			n++
		}
		if units+n > maxPreview {
			break
		}
		if isSpace && units > 0 {
			out.WriteByte(' ')
		}
		isSpace = false
		out.WriteRune(r)
		units += n
	}
	return out.String()
}
