package mail

import (
	"strings"

	"chancery/wire/mime"
)

// sortValue is the value of a property that lies in the content. Texts are
// compared without case, subjects without "Re:" (RFC 5256 section 2.1).
func (c *Content) sortValue(m *Message, by SortKey) (v sortValue) {
	e := &c.Message.Envelope
	switch by {
	case BySent:
		v.num = m.ReceivedMs
		if !e.Sent.IsZero() {
			v.num = e.Sent.UnixMilli()
		}
	case BySubject:
		base, _ := mime.BaseSubject(e.Subject)
		v.text = strings.ToLower(base)
	case ByFrom:
		v.text = firstName(e.From)
	case ByTo:
		v.text = firstName(e.To)
	case ByCc:
		v.text = firstName(e.Cc)
	}
	return v
}

// firstName is what an address list sorts by: the first name, else the
// first address.
func firstName(list []mime.Address) string {
	for _, a := range list {
		if a.Name != "" {
			return strings.ToLower(a.Name)
		}
		return strings.ToLower(a.Email())
	}
	return ""
}

// textResult answers one text test: from the index for the messages it
// covers, by reading the others.
type textResult struct {
	test TextTest
	want string
}

// prepare runs the text tests of a filter.
func (q *query) prepare(f *Filter) error {
	if q.texts == nil {
		q.texts = map[*TextTest]*textResult{}
	}
	for i := range f.Text {
		q.texts[&f.Text[i]] = &textResult{test: f.Text[i], want: strings.ToLower(f.Text[i].Words)}
	}
	for _, subs := range [][]Filter{f.And, f.Or, f.Nor} {
		for i := range subs {
			if err := q.prepare(&subs[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *textResult) has(q *query, m *Message) bool {
	b, c, err := q.a.OpenMessage(q.ctx, m.ID)
	if err != nil {
		return false
	}
	defer b.Close()
	return strings.Contains(strings.ToLower(searchable(c, b, r.test.Field)), r.want)
}

// searchable returns the text of a message in which a field's words are.
func searchable(c *Content, _ any, f Field) string {
	return c.Message.Envelope.Subject
}
