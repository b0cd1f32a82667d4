package imap

import (
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail"
	wire "chancery/wire/imap"
)

// textFields are the keys that look into the text of a message.
var textFields = map[wire.SearchOp]mail.Field{
	wire.OpFrom: mail.InFrom, wire.OpTo: mail.InTo, wire.OpCc: mail.InCc, wire.OpBcc: mail.InBcc,
	wire.OpSubject: mail.InSubject, wire.OpBody: mail.InBody, wire.OpText: mail.InWhole,
}

// filter turns a search program into the room's filter.
func (s *session) filter(k wire.SearchKey) (mail.Filter, error) {
	switch k.Op {
	case wire.OpAll:
		return mail.Filter{}, nil
	case wire.OpAnd, wire.OpOr, wire.OpNot:
		return s.junction(k)
	case wire.OpSeq, wire.OpUID:
		return s.setFilter(k)
	}
	if field, is := textFields[k.Op]; is {
		return textFilter(field, k.Text), nil
	}
	if f, is := s.flagFilter(k); is {
		return f, nil
	}
	if f, is := dateFilter(k, time.Now()); is {
		return f, nil
	}
	return numberFilter(k)
}

func textFilter(field mail.Field, text string) mail.Filter {
	if text == "" && field[0] != 'h' {
		return mail.Filter{} // every text holds the empty one
	}
	return mail.Filter{Text: []mail.TextTest{{Field: field, Words: text, Substring: true}}}
}

func (s *session) junction(k wire.SearchKey) (f mail.Filter, err error) {
	subs := make([]mail.Filter, len(k.Keys))
	for i := range k.Keys {
		if subs[i], err = s.filter(k.Keys[i]); err != nil {
			return f, err
		}
	}
	switch k.Op {
	case wire.OpOr:
		f.Or = subs
	case wire.OpNot:
		f.Nor = subs
	default:
		f.And = subs
	}
	return f, nil
}

// setFilter keeps the messages of a set. Message numbers are those that the
// client knows, so they are turned into UIDs first.
func (s *session) setFilter(k wire.SearchKey) (mail.Filter, error) {
	m := s.sel
	var ranges []wire.Range
	switch {
	case k.Set.Saved:
		ranges = m.saved
	case k.Op == wire.OpUID:
		last := uint32(0)
		if n := m.len(); n > 0 {
			last = m.snap.At(m.mailbox, n-1).UID
		}
		ranges = k.Set.Resolve(last)
	default:
		n := uint32(m.len())
		for _, r := range k.Set.Resolve(n) {
			if r.From > n {
				continue // RFC 9051 section 6.4.4: numbers that are not there match nothing
			}
			ranges = append(ranges, wire.Range{
				From: m.snap.At(m.mailbox, int(r.From)-1).UID,
				To:   m.snap.At(m.mailbox, int(min(r.To, n))-1).UID,
			})
		}
	}
	return m.uidFilter(ranges), nil
}

func (m *selected) uidFilter(ranges []wire.Range) mail.Filter {
	mailbox := m.mailbox
	return mail.Filter{Message: func(msg *mail.Message) bool {
		p, _ := msg.In(mailbox)
		return wire.Contains(ranges, p.UID)
	}}
}

func (s *session) flagFilter(k wire.SearchKey) (mail.Filter, bool) {
	mailbox := s.sel.mailbox
	switch {
	case k.Op == wire.OpRecent:
		return s.sel.uidFilter(s.sel.recent), true
	case k.Op != wire.OpFlag:
		return mail.Filter{}, false
	case k.Text == wire.FlagDeleted:
		return mail.Filter{Message: func(msg *mail.Message) bool {
			p, _ := msg.In(mailbox)
			return p.Deleted
		}}, true
	}
	return mail.Filter{HasKeyword: keywordOf(k.Text)}, true
}

const day = 24 * time.Hour

// dateFilter compares days. The internal date is kept in UTC; the Date field
// counts in its own zone, as RFC 9051 section 6.4.4 disregards zones.
func dateFilter(k wire.SearchKey, now time.Time) (mail.Filter, bool) {
	switch k.Op {
	case wire.OpBefore, wire.OpSavedBefore:
		return mail.Filter{Before: k.Date}, true
	case wire.OpSince, wire.OpSavedSince:
		return mail.Filter{After: k.Date}, true
	case wire.OpOn, wire.OpSavedOn:
		return mail.Filter{After: k.Date, Before: k.Date.Add(day)}, true
	case wire.OpOlder, wire.OpYounger:
		// RFC 5032 section 3: OLDER is at or before, YOUNGER at or after.
		edge := now.Add(-time.Duration(min(k.Num, 1<<33)) * time.Second).UnixMilli()
		older := k.Op == wire.OpOlder
		return mail.Filter{Message: func(m *mail.Message) bool { return m.ReceivedMs <= edge == older }}, true
	case wire.OpSentBefore:
		return sentFilter(func(sent time.Time) bool { return sent.Before(k.Date) }), true
	case wire.OpSentSince:
		return sentFilter(func(sent time.Time) bool { return !sent.Before(k.Date) }), true
	case wire.OpSentOn:
		return sentFilter(k.Date.Equal), true
	}
	return mail.Filter{}, false
}

// sentFilter tests the day of the Date field; a message without one passes
// no test.
func sentFilter(test func(time.Time) bool) mail.Filter {
	return mail.Filter{Content: func(_ *mail.Message, c *mail.Content) bool {
		sent := c.Message.Envelope.Sent
		if sent.IsZero() {
			return false
		}
		return test(time.Date(sent.Year(), sent.Month(), sent.Day(), 0, 0, 0, 0, time.UTC))
	}}
}

func numberFilter(k wire.SearchKey) (mail.Filter, error) {
	n := int64(k.Num)
	test := func(*mail.Message) bool { return false }
	switch k.Op {
	case wire.OpHeader:
		return textFilter(headerField(k.Field), k.Text), nil
	case wire.OpLarger:
		test = func(m *mail.Message) bool { return m.Size > n }
	case wire.OpSmaller:
		test = func(m *mail.Message) bool { return m.Size < n }
	case wire.OpModSeq:
		test = func(m *mail.Message) bool { return m.Modseq >= n }
	case wire.OpEmailID:
		want, ok := id.Parse('e', k.Text)
		test = func(m *mail.Message) bool { return ok && m.ID == want }
	case wire.OpThreadID:
		want, ok := id.Parse('t', k.Text)
		test = func(m *mail.Message) bool { return ok && m.Thread == want }
	case wire.OpSaveDate: // RFC 8514 section 4.3: save dates are not kept
	default:
		return mail.Filter{}, errs.E(errs.Unsupported, "This search key is not served.")
	}
	return mail.Filter{Message: test}, nil
}
