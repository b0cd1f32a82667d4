package imap

import (
	"cmp"
	"slices"
	"strings"

	"chancery/mail"
	wire "chancery/wire/imap"
	"chancery/wire/mime"
)

// sort is SORT and UID SORT (RFC 5256) with the results of RFC 5267 and the
// display criteria of RFC 5957.
func (s *session) sort(tag string, c wire.Sort) {
	hits, err := s.find(c.Key)
	if err == nil {
		err = s.order(hits, c.Criteria)
	}
	if err != nil {
		s.fail(tag, err)
		return
	}
	r := result{hits: hits, uid: c.UID, options: c.Return, modseq: c.Key.Uses(wire.OpModSeq)}
	if c.Extended {
		s.tellResult(tag, r)
	} else {
		s.tellPlain("SORT", r)
	}
	s.doneIf(c.UID, tag, "", "Sorted.")
}

// sortKey is the value of one criterion for one message.
type sortKey struct {
	num  int64
	text string
}

// order sorts rows by the criteria; equal ones stay in message order.
func (s *session) order(hits []row, criteria []wire.SortKey) error {
	keys := make(map[uint32][]sortKey, len(hits))
	for batch := range slices.Chunk(hits, fetchBatch) {
		var contents []*mail.Content
		if !slices.ContainsFunc(criteria, func(k wire.SortKey) bool { return k.Field != "ARRIVAL" && k.Field != "SIZE" }) {
			contents = make([]*mail.Content, len(batch))
		} else {
			ids := make([]int64, len(batch))
			for i, h := range batch {
				ids[i] = h.ID
			}
			var err error
			if contents, err = s.sel.account.Content(s.ctx(), ids...); err != nil {
				return err
			}
		}
		for i, h := range batch {
			values := make([]sortKey, len(criteria))
			for k, c := range criteria {
				values[k] = keyOf(h.Message, contents[i], c.Field)
			}
			keys[h.UID] = values
		}
	}
	slices.SortFunc(hits, func(a, b row) int {
		for i, c := range criteria {
			x, y := keys[a.UID][i], keys[b.UID][i]
			d := cmp.Or(cmp.Compare(x.num, y.num), strings.Compare(x.text, y.text))
			if c.Reverse {
				d = -d
			}
			if d != 0 {
				return d
			}
		}
		return cmp.Compare(a.seq, b.seq)
	})
	return nil
}

// keyOf is what a message sorts by. RFC 5256 section 3 sorts addresses by
// their mailbox part, RFC 5957 by what is shown.
func keyOf(m *mail.Message, c *mail.Content, field string) (k sortKey) {
	switch field {
	case "ARRIVAL":
		k.num = m.ReceivedMs
		return k
	case "SIZE":
		k.num = m.Size
		return k
	}
	if c == nil { // gone meanwhile
		return k
	}
	e := &c.Message.Envelope
	switch field {
	case "DATE":
		k.num = sentMs(m, e)
	case "SUBJECT":
		base, _ := mime.BaseSubject(e.Subject)
		k.text = foldCase(base)
	case "FROM":
		k.text = firstLocal(e.From)
	case "TO":
		k.text = firstLocal(e.To)
	case "CC":
		k.text = firstLocal(e.Cc)
	case "DISPLAYFROM":
		k.text = firstShown(e.From)
	case "DISPLAYTO":
		k.text = firstShown(e.To)
	}
	return k
}

// sentMs is the sent date of RFC 5256 section 2.2: the Date field, else the
// internal date.
func sentMs(m *mail.Message, e *mime.Envelope) int64 {
	if e.Sent.IsZero() {
		return m.ReceivedMs
	}
	return e.Sent.UnixMilli()
}

// foldCase approximates i;unicode-casemap (RFC 5051), which compares in upper
// case.
func foldCase(s string) string { return strings.ToUpper(s) }

// firstLocal is the mailbox part of the first address. A group counts as an
// address whose mailbox is its name, as in the envelope.
func firstLocal(list []mime.Address) string {
	if len(list) == 0 {
		return ""
	}
	if list[0].Mark == mime.GroupStart {
		return foldCase(list[0].Name)
	}
	return foldCase(list[0].Local)
}

func firstShown(list []mime.Address) string {
	if len(list) == 0 {
		return ""
	}
	if list[0].Name != "" {
		return foldCase(list[0].Name)
	}
	return foldCase(list[0].Email())
}
