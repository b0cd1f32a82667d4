package mailapi

import (
	"context"
	"html"
	"strings"
	"unicode/utf8"

	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
	"chancery/wire/mime"
)

// snippetArgs are the arguments of SearchSnippet/get (RFC 8621 section 5.1).
type snippetArgs struct {
	AccountID jmap.ID                            `json:"accountId"`
	Filter    *jmap.Filter[jmapmail.EmailFilter] `json:"filter"`
	EmailIDs  []jmap.ID                          `json:"emailIds"`
}

// snippetAnswer is its answer; notFound is null when empty.
type snippetAnswer struct {
	AccountID jmap.ID                  `json:"accountId"`
	List      []jmapmail.SearchSnippet `json:"list"`
	NotFound  []jmap.ID                `json:"notFound"`
}

// snippetGet is SearchSnippet/get.
func (a *API) snippetGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args snippetArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	get := jmap.GetArgs{AccountID: args.AccountID, IDs: &args.EmailIDs}
	if err := get.Check(call.Limits); err != nil {
		return nil, err
	}
	acc, snap, err := a.open(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	subject, body := snippetWords(args.Filter)
	out := &snippetAnswer{AccountID: args.AccountID, List: []jmapmail.SearchSnippet{}}
	for _, text := range *get.IDs {
		n, ok := id.Parse(emailID, text)
		if _, there := snap.Message(n); !ok || !there {
			out.NotFound = append(out.NotFound, text)
			continue
		}
		s, err := snippet(ctx, acc, n, subject, body)
		if err != nil {
			return nil, err
		}
		s.EmailID = text
		out.List = append(out.List, s)
	}
	return out, nil
}

// snippetWords collects the words that a filter looks for in subjects and in
// bodies. Conditions under NOT are not shown: they are not in the email.
func snippetWords(f *jmap.Filter[jmapmail.EmailFilter]) (subject, body []string) {
	if f == nil || f.Operator == "NOT" {
		return nil, nil
	}
	for _, c := range f.Conditions {
		s, b := snippetWords(c)
		subject, body = append(subject, s...), append(body, b...)
	}
	if c := f.Condition; c != nil {
		if c.Text != nil {
			subject, body = append(subject, words(*c.Text)...), append(body, words(*c.Text)...)
		}
		if c.Subject != nil {
			subject = append(subject, words(*c.Subject)...)
		}
		if c.Body != nil {
			body = append(body, words(*c.Body)...)
		}
	}
	return subject, body
}

// words splits what a person typed: words in quotes stay together.
func words(text string) []string {
	var out []string
	for i, part := range strings.Split(text, `"`) {
		if i%2 == 1 {
			if p := strings.TrimSpace(part); p != "" {
				out = append(out, p)
			}
			continue
		}
		out = append(out, strings.Fields(part)...)
	}
	return out
}

// maxSnippetText is how much of a message is read to find the words.
const maxSnippetText = 256 << 10

func snippet(ctx context.Context, acc *mail.Account, n int64, subject, body []string) (s jmapmail.SearchSnippet, err error) {
	contents, err := acc.Content(ctx, n)
	if err != nil || contents[0] == nil {
		return s, err
	}
	c := contents[0]
	if marked, found := mark(c.Message.Envelope.Subject, subject, len(c.Message.Envelope.Subject)); found {
		s.Subject = &marked
	}
	if len(body) == 0 {
		return s, nil
	}
	if marked, found := mark(c.Preview, body, snippetSize); found {
		s.Preview = &marked
		return s, nil
	}
	src, _, err := acc.OpenMessage(ctx, n)
	if err != nil {
		return s, err
	}
	defer src.Close()
	for where, text := range c.Message.SearchText(src, maxSnippetText) {
		if where != mime.InBody {
			continue
		}
		if marked, found := mark(strings.Join(strings.Fields(text), " "), body, snippetSize); found {
			s.Preview = &marked
			break
		}
	}
	return s, nil
}

// snippetSize bounds a snippet in bytes before marking: with its tags it must
// stay within 255 characters (section 5).
const snippetSize = 160

// span is a place of a word, in bytes of the original text.
type span struct{ from, to int }

// mark cuts a window around the first word found, escapes it for HTML and
// puts <mark> around the words.
func mark(text string, words []string, size int) (string, bool) {
	spans := find(text, words)
	if len(spans) == 0 {
		return "", false
	}
	from := 0
	if spans[0].to > size {
		from = max(0, spans[0].from-size/3)
		for from > 0 && !utf8.RuneStart(text[from]) {
			from--
		}
	}
	to := min(len(text), from+size)
	to = max(to, min(len(text), spans[0].to))
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to--
	}
	var b strings.Builder
	if from > 0 {
		b.WriteString("…")
	}
	at := from
	for _, s := range spans {
		if s.from < at || s.to > to {
			continue
		}
		b.WriteString(html.EscapeString(text[at:s.from]))
		b.WriteString("<mark>" + html.EscapeString(text[s.from:s.to]) + "</mark>")
		at = s.to
	}
	b.WriteString(html.EscapeString(text[at:to]))
	if to < len(text) {
		b.WriteString("…")
	}
	return b.String(), true
}

// find returns where the words stand, in order, without case and accents.
func find(text string, words []string) []span {
	runes := make([]string, 0, len(text)) // each character folded
	starts := make([]int, 0, len(text)+1)
	for i, r := range text {
		runes = append(runes, fold(string(r)))
		starts = append(starts, i)
	}
	starts = append(starts, len(text))
	var folded []string
	for _, w := range words {
		if f := fold(w); f != "" {
			folded = append(folded, f)
		}
	}
	var out []span
	for i := 0; i < len(runes); {
		n := 0
		for _, w := range folded {
			n = max(n, matchAt(runes[i:], w))
		}
		if n == 0 {
			i++
			continue
		}
		out = append(out, span{starts[i], starts[i+n]})
		i += n
	}
	return out
}

// matchAt returns how many characters of the text a word covers at its start.
func matchAt(runes []string, word string) int {
	for i, r := range runes {
		if !strings.HasPrefix(word, r) {
			return 0
		}
		if word = word[len(r):]; word == "" {
			return i + 1
		}
	}
	return 0
}
