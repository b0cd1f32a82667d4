package mailapi

import (
	"strings"

	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

// roomFilter says a filter in the room's words.
func roomFilter(f *jmap.Filter[jmapmail.EmailFilter]) mail.Filter {
	if f == nil {
		return mail.Filter{}
	}
	if f.Condition != nil {
		return condition(f.Condition)
	}
	subs := make([]mail.Filter, len(f.Conditions))
	for i, c := range f.Conditions {
		subs[i] = roomFilter(c)
	}
	switch {
	case f.Operator == "AND":
		return mail.Filter{And: subs}
	case f.Operator == "OR" && len(subs) == 0:
		return nothing()
	case f.Operator == "OR":
		return mail.Filter{Or: subs}
	}
	return mail.Filter{Nor: subs}
}

// nothing is a filter that no message passes.
func nothing() mail.Filter {
	return mail.Filter{Message: func(*mail.Message) bool { return false }}
}

// noMailbox is a number that no mailbox has: a filter for an unknown mailbox
// finds nothing.
const noMailbox = -1

func boxNumber(text jmap.ID) int64 {
	n, ok := id.Parse(mailboxID, text)
	if !ok || n == 0 {
		return noMailbox
	}
	return n
}

// condition translates one FilterCondition (RFC 8621 section 4.4.1).
func condition(c *jmapmail.EmailFilter) mail.Filter {
	f := mail.Filter{HasAttachment: c.HasAttachment, Text: textTests(c)}
	if c.InMailbox != nil {
		f.InMailbox = boxNumber(*c.InMailbox)
	}
	for _, text := range c.InMailboxOtherThan {
		f.InMailboxOtherThan = append(f.InMailboxOtherThan, boxNumber(text))
	}
	if c.Before != nil {
		f.Before = c.Before.Time
	}
	if c.After != nil {
		f.After = c.After.Time
	}
	if c.MinSize != nil {
		f.MinSize = *c.MinSize
	}
	if c.MaxSize != nil {
		if f.MaxSize = *c.MaxSize; f.MaxSize <= 0 {
			return nothing()
		}
	}
	for _, k := range []struct {
		from *string
		to   *string
	}{{c.HasKeyword, &f.HasKeyword}, {c.NotKeyword, &f.NotKeyword}, {c.AllInThreadHaveKeyword, &f.AllInThreadHave},
		{c.SomeInThreadHaveKeyword, &f.SomeInThreadHave}, {c.NoneInThreadHaveKeyword, &f.NoneInThreadHave}} {
		if k.from != nil {
			*k.to = strings.ToLower(*k.from)
		}
	}
	return f
}

// textTests collects the conditions that look for words.
func textTests(c *jmapmail.EmailFilter) []mail.TextTest {
	var out []mail.TextTest
	for _, t := range []struct {
		field mail.Field
		words *string
	}{{mail.InAny, c.Text}, {mail.InFrom, c.From}, {mail.InTo, c.To}, {mail.InCc, c.Cc}, {mail.InBcc, c.Bcc},
		{mail.InSubject, c.Subject}, {mail.InBody, c.Body}} {
		if t.words != nil && strings.TrimSpace(*t.words) != "" {
			out = append(out, mail.TextTest{Field: t.field, Words: *t.words})
		}
	}
	// header: one item asks whether the field is there, two for a text in it.
	if n := len(c.Header); n > 0 {
		t := mail.TextTest{Field: mail.Field("header:" + strings.ToLower(c.Header[0])), Substring: true}
		if n > 1 {
			t.Words = c.Header[1]
		}
		out = append(out, t)
	}
	return out
}

// roomSort says a sort order in the room's words.
func roomSort(sort []jmap.Comparator) []mail.Sort {
	out := make([]mail.Sort, len(sort))
	for i, c := range sort {
		out[i] = mail.Sort{By: mail.SortKey(c.Property), Keyword: strings.ToLower(c.Keyword), Descending: !c.Ascending()}
	}
	return out
}
