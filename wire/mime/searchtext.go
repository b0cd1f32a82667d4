package mime

import (
	"bytes"
	"io"
	"iter"
	"strings"

	"chancery/wire/htmltext"
)

// Where names what a piece of searchable text was.
type Where uint8

// The places text comes from, each a filter of Email/query (RFC 8621 section
// 4.4.1) or of IMAP SEARCH.
const (
	InSubject Where = iota
	InFrom          // sender and reply-to, too
	InTo
	InCc
	InBcc
	InBody       // text of the body, of text attachments and of nested messages
	InAttachment // names of attachments
)

// SearchText yields the text of a message for an index: decoded main fields,
// names of attachments, bodies and text attachments, nested messages. It
// yields at most max bytes in all; a text that is longer is cut.
func (m *Message) SearchText(src io.ReaderAt, max int) iter.Seq2[Where, string] {
	return func(yield func(Where, string) bool) {
		s := searcher{src: src, left: max, yield: yield}
		s.message(m, 0)
	}
}

// OwnText yields what SearchText does of the bodies and of nested messages,
// without what is in files: attachments that are no messages.
func (m *Message) OwnText(src io.ReaderAt, max int) iter.Seq[string] {
	return func(yield func(string) bool) {
		body := func(w Where, text string) bool { return w != InBody || yield(text) }
		s := searcher{src: src, left: max, yield: body, files: map[*Part]bool{}}
		s.message(m, 0)
	}
}

// searcher carries the budget through the tree.
type searcher struct {
	files map[*Part]bool // that are not read, nor is the outer head; nil = all is
	src   io.ReaderAt
	left  int
	yield func(Where, string) bool
}

// put yields a text and says whether to go on.
func (s *searcher) put(w Where, text string) bool {
	if text == "" {
		return s.left > 0
	}
	if len(text) > s.left {
		text = trimPartialRune(text[:s.left])
	}
	s.left -= len(text)
	return text != "" && s.yield(w, text) && s.left > 0
}

func (s *searcher) message(m *Message, depth int) bool {
	if s.files != nil {
		for _, p := range m.Bodies().Attachments {
			s.files[p] = p.Nested == nil && !isMessageType(p.Type)
		}
	}
	if s.files != nil && depth == 0 {
		return s.part(m.Root, depth)
	}
	e := &m.Envelope
	for _, f := range []struct {
		where Where
		lists [][]Address
	}{{InFrom, [][]Address{e.From, e.Sender, e.ReplyTo}}, {InTo, [][]Address{e.To}}, {InCc, [][]Address{e.Cc}}, {InBcc, [][]Address{e.Bcc}}} {
		where := f.where
		if depth > 0 {
			where = InBody
		}
		if text := addressText(f.lists); text != "" && !s.put(where, text) {
			return false
		}
	}
	where := InSubject
	if depth > 0 {
		where = InBody
	}
	return s.put(where, e.Subject) && s.part(m.Root, depth)
}

// addressText writes names and addresses one per line, each once.
func addressText(lists [][]Address) string {
	var b strings.Builder
	seen := map[string]bool{}
	for _, list := range lists {
		for _, a := range list {
			line := strings.TrimSpace(a.Name + " " + a.Email())
			if line != "" && !seen[line] {
				seen[line] = true
				b.WriteString(line)
				b.WriteByte('\n')
			}
		}
	}
	return b.String()
}

// searchHTMLFactor is how many bytes of markup are read for a byte of text.
const searchHTMLFactor = 8

func (s *searcher) part(p *Part, depth int) bool {
	if name := p.Name(); name != "" && !s.put(InAttachment, name) {
		return false
	}
	if p.Desc != "" && !s.put(InAttachment, p.Desc) {
		return false
	}
	switch {
	case s.files[p]:
		return true
	case len(p.Parts) > 0:
		for _, k := range p.Parts {
			if !s.part(k, depth) {
				return false
			}
		}
		return true
	case p.Nested != nil:
		return s.message(p.Nested, depth+1)
	case isMessageType(p.Type):
		return s.encodedMessage(p, depth)
	case p.Type == "text/html":
		page, _, _ := p.Text(s.src, min(s.left*searchHTMLFactor, maxSearchPage))
		return s.put(InBody, htmltext.Text(page, htmltext.Options{Max: s.left, Links: true, KeepHidden: true}))
	case p.IsText():
		text, _, _ := p.Text(s.src, s.left)
		return s.put(InBody, text)
	}
	return s.left > 0
}

const (
	maxSearchPage    = 8 << 20 // markup read of one HTML part
	maxEncodedSearch = 1 << 20 // bytes of an encoded message looked into
	maxEncodedDepth  = 4       // encoded messages within each other
)

// encodedMessage looks into a message that was, against RFC 2046 section
// 5.2.1, sent in base64 or quoted-printable.
func (s *searcher) encodedMessage(p *Part, depth int) bool {
	if depth >= maxEncodedDepth {
		return true
	}
	raw, err := readAll(p.Open(s.src), maxEncodedSearch, p.ContentSize())
	if err != nil {
		return true
	}
	m, err := Parse(bytes.NewReader(raw), Limits{Parts: 50})
	if err != nil {
		return true
	}
	outer := s.src
	s.src = bytes.NewReader(raw)
	defer func() { s.src = outer }()
	return s.message(m, depth+1)
}
