package stamp

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// page is the writer of text/html: the texts as blocks in ASCII, which every
// charset of pages has.
type page struct {
	top, bottom string
}

const (
	topStyle    = "display:block;margin:0 0 1em;padding:6px 10px;border:1px solid #767676;background:#ffffff;color:#000000;font:14px sans-serif"
	bottomStyle = "display:block;margin:1em 0 0;background:#ffffff;color:#595959;font:12px sans-serif"
)

func newPage(top, bottom string) page {
	return page{
		top:    `<div dir="auto" style="` + topStyle + `">` + escape(top) + `</div>`,
		bottom: `<hr><div dir="auto" style="` + bottomStyle + `">` + escape(bottom) + `</div>`,
	}
}

// escape writes a text as HTML in ASCII.
func escape(s string) string {
	var b strings.Builder
	for _, r := range html.EscapeString(s) {
		switch {
		case r == '\n':
			b.WriteString("<br>")
		case r >= utf8.RuneSelf:
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func (p page) has(text string) (top, bottom bool) {
	first, last := places([]byte(text))
	top = strings.HasPrefix(strings.TrimLeft(text[first:], " \t\n"), p.top)
	bottom = strings.HasSuffix(strings.TrimRight(text[:last], " \t\n"), p.bottom)
	return top, bottom
}

func (p page) put(content []byte, end string, top, bottom bool, encode func(string) ([]byte, bool)) ([]byte, bool) {
	above, ok := encode(p.top + end)
	below, fits := encode(p.bottom + end)
	if !ok || !fits {
		return nil, false
	}
	first, last := places(content)
	var out bytes.Buffer
	out.Write(content[:first])
	if top {
		out.Write(above)
	}
	out.Write(content[first:last])
	if bottom {
		out.Write(below)
	}
	out.Write(content[last:])
	return out.Bytes(), true
}

// places returns where the body of a page begins and ends: after <body>, or the
// head where there is none; before the last </body> or </html>, or what was left
// open at the end, such as a comment, which would swallow the text.
func places(content []byte) (first, last int) {
	z := html.NewTokenizer(bytes.NewReader(content))
	at, bodyEnd, htmlEnd, open := 0, -1, -1, -1
	hasBody := false
	if bytes.HasPrefix(content, byteOrderMark) {
		first = len(byteOrderMark)
	}
	for {
		kind := z.Next()
		raw := z.Raw()
		if kind == html.ErrorToken {
			if len(raw) > 0 {
				open = at // a tag that does not end
			}
			break
		}
		next := at + len(raw)
		switch kind {
		case html.DoctypeToken:
			if !hasBody {
				first = next
			}
		case html.CommentToken:
			if next == len(content) && !bytes.HasSuffix(raw, []byte(">")) {
				open = at
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "body":
				if !hasBody {
					first, hasBody = next, true
				}
			case "html", "head":
				if !hasBody {
					first = next
				}
			case "script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript", "plaintext":
				open = at // until its end tag comes
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "head":
				if !hasBody {
					first = next
				}
			case "body":
				bodyEnd = at
			case "html":
				htmlEnd = at
			case "script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript":
				open = -1
			}
		}
		at = next
	}
	switch {
	case bodyEnd >= first:
		last = bodyEnd
	case htmlEnd >= first:
		last = htmlEnd
	case open >= first:
		last = open
	default:
		last = len(content)
	}
	return first, max(first, last)
}
