package imap

import (
	"slices"
	"strconv"

	"chancery/mail"
	wire "chancery/wire/imap"
)

// thread is THREAD and UID THREAD (RFC 5256 section 3).
func (s *session) thread(tag string, c wire.Thread) {
	if c.Algorithm != "REFERENCES" && c.Algorithm != "ORDEREDSUBJECT" {
		s.bad(tag, "", "Threading is by REFERENCES or ORDEREDSUBJECT.")
		return
	}
	hits, err := s.find(c.Key)
	if err != nil {
		s.fail(tag, err)
		return
	}
	letters, err := s.letters(hits, c.UID)
	if err != nil {
		s.fail(tag, err)
		return
	}
	var roots []*node
	if c.Algorithm == "REFERENCES" {
		roots = byReferences(letters)
	} else {
		roots = bySubject(letters)
	}
	b := append(s.out.bytes(), "* THREAD"...)
	if len(roots) > 0 {
		b = append(b, ' ')
	}
	for _, r := range roots {
		b = append(appendThread(append(b, '('), r), ')')
	}
	s.out.set(append(b, "\r\n"...))
	s.doneIf(c.UID, tag, "", "Threaded.")
}

// letter is what threading looks at.
type letter struct {
	number     uint32 // as answered
	seq        uint32
	sent       int64
	id         string
	references []string
	subject    string // as written, decoded
}

// letters reads what threading needs of the messages, in message order.
func (s *session) letters(hits []row, uid bool) ([]letter, error) {
	slices.SortFunc(hits, func(a, b row) int { return int(a.seq) - int(b.seq) })
	out := make([]letter, 0, len(hits))
	for batch := range slices.Chunk(hits, fetchBatch) {
		ids := make([]int64, len(batch))
		for i, h := range batch {
			ids[i] = h.ID
		}
		contents, err := s.sel.account.Content(s.ctx(), ids...)
		if err != nil {
			return nil, err
		}
		for i, h := range batch {
			if contents[i] != nil {
				out = append(out, letterOf(h, contents[i], uid))
			}
		}
	}
	return out, nil
}

func letterOf(h row, c *mail.Content, uid bool) letter {
	e := &c.Message.Envelope
	l := letter{number: h.seq, seq: h.seq, sent: sentMs(h.Message, e), id: e.MessageID, references: e.References, subject: e.Subject}
	if uid {
		l.number = h.UID
	}
	if len(l.references) == 0 && len(e.InReplyTo) > 0 {
		// RFC 5256 section 3: without References the first id of In-Reply-To.
		l.references = e.InReplyTo[:1]
	}
	return l
}

// appendThread writes a thread: a line of single replies flat, branches each
// in parentheses.
func appendThread(b []byte, n *node) []byte {
	first := true
	for {
		if n.letter != nil {
			if !first {
				b = append(b, ' ')
			}
			b = strconv.AppendUint(b, uint64(n.letter.number), 10)
			first = false
		}
		if len(n.children) != 1 {
			break
		}
		n = n.children[0]
	}
	if len(n.children) > 0 && !first {
		b = append(b, ' ')
	}
	for _, k := range n.children {
		b = append(appendThread(append(b, '('), k), ')')
	}
	return b
}
