package mail

import (
	"context"
	"html"
	"strings"
	"unicode/utf8"

	"chancery/search"
	"chancery/wire/mime"
)

// Snippet is a message's subject and the part of its text where words were
// found, as HTML with the words in <mark>. What holds none of them is empty.
type Snippet struct {
	Subject, Preview string
}

// maxPreview is how long the preview of a snippet is, tags included (RFC 8621
// section 5).
const maxPreview = 255

// Snippet shows where the words of a query stand in a message. subject and
// body are queries as in a [TextTest]; of a query for any field, pass the
// words as both. NotFound when the message is gone.
func (a *Account) Snippet(ctx context.Context, id int64, subject, body []string) (s Snippet, err error) {
	b, c, err := a.OpenMessage(ctx, id)
	if err != nil {
		return s, err
	}
	defer b.Close()
	if text := oneLine(c.Message.Envelope.Subject); len(subject) > 0 {
		if spans := queryWords(subject).Spans(text); len(spans) > 0 {
			s.Subject = marked(text, spans, 0, 1<<20)
		}
	}
	words := queryWords(body)
	if words.Empty() {
		return s, nil
	}
	for where, text := range c.Message.SearchText(b, maxIndexText) {
		if where != mime.InBody {
			continue
		}
		text = oneLine(text)
		if spans := words.Spans(text); len(spans) > 0 {
			s.Preview = marked(text, spans, lead(text, spans[0].Start), maxPreview)
			return s, nil
		}
	}
	return s, nil
}

func queryWords(queries []string) (w search.Words) {
	for _, query := range queries {
		w = w.And(search.Parse(query, search.Options{}))
	}
	return w
}

// oneLine makes one space of white space. Chinese that was wrapped keeps the
// space, as a reader sees the line end.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// leadBytes is how much is shown before the first word found.
const leadBytes = 60

// lead returns where to begin so that a word at start has something before
// it: at the beginning of a word if there is one near.
func lead(text string, start int) int {
	from := max(0, start-leadBytes)
	if from == 0 {
		return 0
	}
	for from < start && !utf8.RuneStart(text[from]) {
		from++
	}
	if i := strings.IndexByte(text[from:min(start, from+leadBytes/2)], ' '); i >= 0 {
		from += i + 1
	}
	return from
}

// marked writes the text from a place on as HTML, the spans in <mark>, in at
// most max bytes.
func marked(text string, spans []search.Span, from, max int) string {
	const open, closing = "<mark>", "</mark>"
	var b strings.Builder
	put := func(part string, room int) bool {
		for _, r := range part {
			escaped := html.EscapeString(string(r))
			if b.Len()+len(escaped) > room {
				return false
			}
			b.WriteString(escaped)
		}
		return true
	}
	at := from
	for _, s := range spans {
		if s.Start < at {
			continue
		}
		if !put(text[at:s.Start], max) {
			return b.String()
		}
		_, first := utf8.DecodeRuneInString(text[s.Start:])
		if b.Len()+len(open)+len(closing)+6*first > max {
			return b.String()
		}
		b.WriteString(open)
		whole := put(text[s.Start:s.End], max-len(closing))
		b.WriteString(closing)
		if !whole {
			return b.String()
		}
		at = s.End
	}
	put(text[at:], max)
	return b.String()
}
