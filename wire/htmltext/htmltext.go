package htmltext

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Options says what to keep. The zero value is what a reader sees, without
// the targets of links, 1 MiB at most.
type Options struct {
	Max        int  // bytes of output; default 1 MiB
	Links      bool // write the target of a link behind its text
	SkipQuotes bool // leave out the quoted earlier message
	KeepHidden bool // keep text that styles hide
}

const (
	defaultMax = 1 << 20
	// maxToken bounds one token; a longer one ends the text.
	maxToken = 4 << 20
)

// Text returns the text of a page: blocks on lines of their own, white space
// collapsed, script, style and hidden elements left out. It never fails; of a
// broken page it returns what can be read.
func Text(page string, opt Options) string {
	if opt.Max <= 0 {
		opt.Max = defaultMax
	}
	w := writer{opt: opt}
	z := html.NewTokenizer(strings.NewReader(page))
	z.SetMaxBuf(maxToken)
	for w.out.Len() < opt.Max {
		switch z.Next() {
		case html.ErrorToken:
			return w.result()
		case html.TextToken:
			if w.skip == 0 {
				w.text(z.Text())
			}
		case html.StartTagToken:
			w.start(z, false)
		case html.SelfClosingTagToken:
			w.start(z, true)
		case html.EndTagToken:
			name, _ := z.TagName()
			w.end(atom.Lookup(name))
		}
	}
	return w.result()
}

// writer builds the text.
type writer struct {
	opt Options
	out bytes.Buffer
	// skip is how many elements of the kind hidden are open: everything
	// within the first is left out.
	skip   int
	hidden atom.Atom
	pre    int
	breaks int  // line ends wanted before the next text
	space  bool // a space wanted before the next text
	href   string
}

// isVoid says whether the element has no end tag (HTML 13.1.2).
func isVoid(a atom.Atom) bool {
	switch a {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link, atom.Meta, atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return false
}

// start handles a start tag.
func (w *writer) start(z *html.Tokenizer, isClosed bool) {
	name, hasAttr := z.TagName()
	a := atom.Lookup(name)
	if w.skip > 0 {
		if a == w.hidden && !isClosed && !isVoid(a) {
			w.skip++
		}
		return
	}
	var isHidden, isQuote bool
	var href string
	for hasAttr {
		var key, value []byte
		key, value, hasAttr = z.TagAttr()
		switch string(key) {
		case "hidden":
			isHidden = true
		case "style":
			isHidden = isHidden || hides(string(value))
		case "class", "id":
			isQuote = isQuote || isQuoteName(string(value))
		case "href":
			href = string(value)
		}
	}
	isQuote = w.opt.SkipQuotes && (isQuote || a == atom.Blockquote)
	if !isVoid(a) && !isClosed && (isAlwaysHidden(a) || isHidden && !w.opt.KeepHidden || isQuote) {
		w.skip, w.hidden = 1, a
		return
	}
	w.layout(a)
	switch a {
	case atom.Pre, atom.Textarea:
		if !isClosed {
			w.pre++
		}
	case atom.Li:
		w.text([]byte("- "))
	case atom.A:
		w.href = href
	}
}

// isAlwaysHidden names the elements whose content no reader sees.
func isAlwaysHidden(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Object, atom.Noscript, atom.Iframe, atom.Select:
		return true
	}
	return false
}

// layout notes the breaks an element's edges make.
func (w *writer) layout(a atom.Atom) {
	switch a {
	case atom.Br:
		w.breaks++
	case atom.Td, atom.Th:
		w.space = true
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Pre, atom.Ul, atom.Ol, atom.Hr, atom.Table:
		w.breaks = max(w.breaks, 2)
	case atom.Div, atom.Tr, atom.Li, atom.Dt, atom.Dd, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Address, atom.Center, atom.Body, atom.Form, atom.Fieldset, atom.Figure, atom.Nav, atom.Main, atom.Aside:
		w.breaks = max(w.breaks, 1)
	}
}

// end handles an end tag.
func (w *writer) end(a atom.Atom) {
	if w.skip > 0 {
		if a == w.hidden {
			w.skip--
		} else if a == atom.Body || a == atom.Html {
			w.skip = 0 // an element left open hides no more than the page
		}
		return
	}
	switch a {
	case atom.Pre, atom.Textarea:
		w.pre = max(w.pre-1, 0)
	case atom.A:
		if w.opt.Links && isWebLink(w.href) && !bytes.HasSuffix(w.out.Bytes(), []byte(strings.TrimPrefix(w.href, "mailto:"))) {
			w.text([]byte(" <" + w.href + ">"))
		}
		w.href = ""
	}
	if a != atom.Br {
		w.layout(a)
	}
}

func isWebLink(href string) bool {
	return strings.HasPrefix(href, "http://") || strings.HasPrefix(href, "https://") || strings.HasPrefix(href, "mailto:")
}

// hides says whether an inline style takes the element out of sight, as the
// preheaders and trackers of newsletters do.
func hides(style string) bool {
	s := strings.ToLower(strings.Join(strings.Fields(style), ""))
	for rule := range strings.SplitSeq(s, ";") {
		switch rule, _ = strings.CutSuffix(rule, "!important"); rule {
		case "display:none", "visibility:hidden", "mso-hide:all", "opacity:0", "font-size:0", "font-size:0px", "font-size:0pt", "max-height:0", "max-height:0px":
			return true
		}
	}
	return false
}

// isQuoteName knows the wrappers clients put around the earlier message.
func isQuoteName(value string) bool {
	for name := range strings.FieldsSeq(value) {
		switch name {
		case "gmail_quote", "gmail_quote_container", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote", "divRplyFwdMsg", "mail-quote-collapse":
			return true
		}
	}
	return false
}

// text adds text, white space collapsed outside pre.
func (w *writer) text(b []byte) {
	for len(b) > 0 && w.out.Len() < w.opt.Max {
		r, n := utf8.DecodeRune(b)
		b = b[n:]
		switch {
		case isInvisible(r):
		case r == '\n' && w.pre > 0:
			w.breaks++
		case unicode.IsSpace(r):
			w.space = true
		case unicode.IsControl(r):
		case isJoiner(r) && (w.space || w.breaks > 0 || w.out.Len() == 0):
			// Between spaces a joiner joins nothing: preheader padding.
		default:
			w.gap()
			w.out.WriteRune(r)
		}
	}
}

// gap writes the breaks or the space that is due.
func (w *writer) gap() {
	switch {
	case w.out.Len() == 0:
	case w.breaks > 0:
		w.out.WriteString("\n\n"[:min(w.breaks, 2)])
	case w.space:
		w.out.WriteByte(' ')
	}
	w.breaks, w.space = 0, false
}

// isInvisible names the characters newsletters pad with: zero width space,
// soft hyphen, combining grapheme joiner, byte order mark, figure joiners.
func isInvisible(r rune) bool {
	switch r {
	case '\u200B', '\u00AD', '\u034F', '\uFEFF', '\u2060', '\u180E':
		return true
	}
	return false
}

// isJoiner names the two that mean something within Persian words and emoji.
func isJoiner(r rune) bool { return r == '\u200C' || r == '\u200D' }

func (w *writer) result() string {
	s := w.out.String()
	if len(s) > w.opt.Max {
		s = strings.ToValidUTF8(s[:w.opt.Max], "")
	}
	return s
}
