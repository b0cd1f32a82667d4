package demo

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"unicode"
)

// Letters are written in a small mark-up, of which both the plain and the
// HTML form are made: "= heading", "- bullet", "| table | row |" (the first
// row is the heading), "![picture](address)", "---" and, inside a line,
// **strong** and [text](address). Anything else is a paragraph that keeps its
// line breaks.

// block is one piece of marked-up text.
type block struct {
	kind  byte // 'p' paragraph, '=' heading, '-' bullets, '|' table, '!' picture, '_' rule
	lines []string
}

var (
	pictureMark = regexp.MustCompile(`^!\[([^\]]*)\]\(([^)]*)\)$`)
	linkMark    = regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`)
	strongMark  = regexp.MustCompile(`\*\*([^*]+)\*\*`)
)

// blocks splits marked-up text.
func blocks(text string) []block {
	var out []block
	open := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		kind, rest := kindOf(line)
		if line == "" {
			open = false
			continue
		}
		if open && len(out) > 0 && out[len(out)-1].kind == kind && strings.IndexByte("p-|", kind) >= 0 {
			b := &out[len(out)-1]
			b.lines = append(b.lines, rest)
		} else {
			out = append(out, block{kind, []string{rest}})
		}
		open = true
	}
	return out
}

func kindOf(line string) (byte, string) {
	switch {
	case strings.HasPrefix(line, "= "):
		return '=', line[2:]
	case strings.HasPrefix(line, "- "):
		return '-', line[2:]
	case strings.HasPrefix(line, "|"):
		return '|', line
	case pictureMark.MatchString(line):
		return '!', line
	case line == "---":
		return '_', line
	}
	return 'p', line
}

func cells(line string) []string { return splitTrim(strings.Trim(line, "| "), "|") }

// plainText renders for text/plain.
func plainText(text string) string {
	var b strings.Builder
	for i, blk := range blocks(text) {
		if i > 0 {
			b.WriteString("\n")
		}
		switch blk.kind {
		case '=':
			title := plainInline(blk.lines[0])
			b.WriteString(title + "\n" + strings.Repeat("=", width(title)) + "\n")
		case '|':
			plainTable(&b, blk.lines)
		case '!':
			fmt.Fprintf(&b, "[%s]\n", pictureMark.FindStringSubmatch(blk.lines[0])[1])
		case '_':
			b.WriteString(strings.Repeat("-", 40) + "\n")
		default:
			for _, line := range blk.lines {
				if blk.kind == '-' {
					b.WriteString("  - ")
				}
				b.WriteString(plainInline(line) + "\n")
			}
		}
	}
	return b.String()
}

func plainInline(s string) string {
	s = strongMark.ReplaceAllString(s, "$1")
	return linkMark.ReplaceAllString(s, "$1 <$2>")
}

// plainTable lines up the columns by display width.
func plainTable(b *strings.Builder, lines []string) {
	var widths []int
	for _, line := range lines {
		for i, c := range cells(line) {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], width(plainInline(c)))
		}
	}
	for _, line := range lines {
		var row strings.Builder
		for i, c := range cells(line) {
			c = plainInline(c)
			row.WriteString(c + strings.Repeat(" ", widths[i]-width(c)+2))
		}
		b.WriteString("  " + strings.TrimRight(row.String(), " ") + "\n")
	}
}

// width counts columns: Han, kana, Hangul and full-width forms take two.
func width(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 ||
			r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe4f || r >= 0xff00 && r <= 0xff60 || r >= 0x1f300):
			n += 2
		default:
			n++
		}
	}
	return n
}

// htmlBlocks renders the blocks without a frame.
func htmlBlocks(text string) string {
	var b strings.Builder
	for _, blk := range blocks(text) {
		switch blk.kind {
		case '=':
			fmt.Fprintf(&b, "<h2>%s</h2>\n", htmlInline(blk.lines[0]))
		case '-':
			b.WriteString("<ul>\n")
			for _, line := range blk.lines {
				fmt.Fprintf(&b, "<li>%s</li>\n", htmlInline(line))
			}
			b.WriteString("</ul>\n")
		case '|':
			htmlTable(&b, blk.lines)
		case '!':
			m := pictureMark.FindStringSubmatch(blk.lines[0])
			fmt.Fprintf(&b, "<p><img src=\"%s\" alt=\"%s\" style=\"max-width:100%%\"></p>\n", html.EscapeString(m[2]), html.EscapeString(m[1]))
		case '_':
			b.WriteString("<hr>\n")
		default:
			lines := make([]string, len(blk.lines))
			for i, line := range blk.lines {
				lines[i] = htmlInline(line)
			}
			fmt.Fprintf(&b, "<p>%s</p>\n", strings.Join(lines, "<br>\n"))
		}
	}
	return b.String()
}

func htmlInline(s string) string {
	s = html.EscapeString(s)
	s = strongMark.ReplaceAllString(s, "<b>$1</b>")
	return linkMark.ReplaceAllString(s, `<a href="$2">$1</a>`)
}

func htmlTable(b *strings.Builder, lines []string) {
	b.WriteString("<table border=\"1\" cellpadding=\"6\" cellspacing=\"0\" style=\"border-collapse:collapse\">\n")
	for i, line := range lines {
		tag := "td"
		if i == 0 {
			tag = "th"
		}
		b.WriteString("<tr>")
		for _, c := range cells(line) {
			fmt.Fprintf(b, "<%s>%s</%s>", tag, htmlInline(c), tag)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</table>\n")
}

// htmlPage frames an ordinary letter.
func htmlPage(lang, inner string) string {
	return fmt.Sprintf("<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"></head>\n"+
		"<body style=\"font-size:15px;line-height:1.65\">\n%s</body></html>\n", lang, inner)
}

// newsPage frames a newsletter the way mass mailers do: nested tables, inline
// styles, remote pictures and a counting pixel.
func newsPage(lang, title, inner, host, token string) string {
	return fmt.Sprintf(`<!DOCTYPE html>
<html lang="%[1]s"><head><meta charset="utf-8"><title>%[2]s</title>
<style>body{margin:0;background:#eef1f4} h2{font-size:18px;color:#1d4f6e} a{color:#17688f}</style></head>
<body bgcolor="#eef1f4">
<table role="presentation" width="100%%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:24px 8px">
<table role="presentation" width="600" cellpadding="0" cellspacing="0" style="background:#ffffff;max-width:600px">
<tr><td style="background:#1d4f6e;padding:18px 28px;color:#ffffff;font-size:22px">
<img src="https://img.%[4]s/logo.png" width="36" height="36" alt="" style="vertical-align:middle;margin-right:10px">%[2]s</td></tr>
<tr><td style="padding:20px 28px;font-size:15px;line-height:1.65;color:#22303a">
%[3]s</td></tr>
<tr><td style="padding:14px 28px;background:#f6f8f9;font-size:12px;color:#5c6b75">
<a href="https://www.%[4]s/online/%[5]s">www.%[4]s</a> &middot; <a href="https://www.%[4]s/unsubscribe/%[5]s">unsubscribe</a>
<img src="https://track.%[4]s/open/%[5]s.gif" width="1" height="1" alt=""></td></tr>
</table></td></tr></table>
</body></html>
`, lang, html.EscapeString(title), inner, host, token)
}
