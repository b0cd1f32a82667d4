package mail

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"chancery/search"
)

// Filter says which messages are wanted. All conditions that are set must
// hold; the zero Filter takes every message. It serves JMAP (RFC 8621 section
// 4.4.1) and IMAP SEARCH alike.
type Filter struct {
	And []Filter // all of these
	Or  []Filter // when set, at least one of these
	Nor []Filter // none of these

	InMailbox          int64   // 0 = any
	InMailboxOtherThan []int64 // in at least one mailbox that is not of these
	Before, After      time.Time
	MinSize, MaxSize   int64 // MinSize <= size < MaxSize; 0 = open

	HasKeyword, NotKeyword                              string
	AllInThreadHave, SomeInThreadHave, NoneInThreadHave string // keywords
	HasAttachment                                       *bool

	Text []TextTest

	// Asked is the whole filter in the words of the door, for the record of a
	// look into another's mail.
	Asked string

	// Message and Content are conditions that a door makes itself, cheap
	// ones on the message, dear ones on its content.
	Message func(*Message) bool
	Content func(*Message, *Content) bool
}

// Field is where a text is looked for.
type Field string

// Fields of a text test. A field of a name with a colon ("header:list-id")
// is the header field of that name.
const (
	InAny     Field = "any" // from, to, cc, bcc, subject, body, attachment names
	InFrom    Field = "from"
	InTo      Field = "to"
	InCc      Field = "cc"
	InBcc     Field = "bcc"
	InSubject Field = "subject"
	InBody    Field = "body"
	InWhole   Field = "whole" // any, and every header field: IMAP TEXT
)

// TextTest looks for words. Every word must be there; words in double quotes
// must follow each other. With Substring, the text as it stands is looked for
// anywhere (IMAP).
type TextTest struct {
	Field     Field
	Words     string
	Substring bool
}

// Sort orders the result of a query.
type Sort struct {
	By         SortKey
	Keyword    string // of ByKeyword, ByAllInThread, BySomeInThread
	Descending bool
}

// SortKey is a property to sort by (RFC 8621 section 4.4.2; RFC 5256).
type SortKey string

// The properties.
const (
	ByReceived     SortKey = "receivedAt"
	BySent         SortKey = "sentAt"
	BySize         SortKey = "size"
	ByFrom         SortKey = "from"
	ByTo           SortKey = "to"
	ByCc           SortKey = "cc"
	BySubject      SortKey = "subject"
	ByKeyword      SortKey = "hasKeyword"
	ByAllInThread  SortKey = "allInThreadHaveKeyword"
	BySomeInThread SortKey = "someInThreadHaveKeyword"
	ByAttachment   SortKey = "hasAttachment" // our own
)

// Query returns the messages of the snapshot that pass the filter, in order:
// by the sort keys, then newest first. With collapse, only the first of each
// thread.
func (a *Account) Query(ctx context.Context, snap *Snapshot, f Filter, sorts []Sort, collapse bool) ([]*Message, error) {
	q := &query{ctx: ctx, a: a, snap: snap, filter: &f, plain: -1}
	if err := q.prepare(&f); err != nil {
		return nil, err
	}
	var out []*Message
	newestFirst := true
	if len(sorts) > 0 && sorts[0].By == ByReceived {
		newestFirst = sorts[0].Descending
	}
	q.each(&f, newestFirst, func(m *Message) bool {
		if q.passes(&f, m) {
			out = append(out, m)
		}
		return q.err == nil
	})
	if q.err == nil && !plainOrder(sorts) {
		q.sort(out, sorts)
	}
	if collapse {
		out = firstOfThreads(out)
	}
	if q.err == nil {
		q.err = a.noteQuery(ctx, snap, &f, len(out))
	}
	return out, q.err
}

// mailbox returns the one mailbox that the filter is confined to, else 0.
func (f *Filter) mailbox() int64 {
	if f.InMailbox != 0 {
		return f.InMailbox
	}
	for i := range f.And {
		if box := f.And[i].mailbox(); box != 0 {
			return box
		}
	}
	return 0
}

// plainOrder says whether the order by date is all that was asked for.
func plainOrder(sorts []Sort) bool {
	return len(sorts) == 0 || sorts[0].By == ByReceived
}

func firstOfThreads(list []*Message) []*Message {
	seen := make(map[int64]bool, len(list))
	return slices.DeleteFunc(list, func(m *Message) bool {
		again := seen[m.Thread]
		seen[m.Thread] = true
		return again
	})
}

// query is one run of Query.
type query struct {
	ctx    context.Context
	a      *Account
	snap   *Snapshot
	filter *Filter
	texts  map[*TextTest]*textResult
	plain  int // see fewPass; -1: not counted yet
	err    error

	lastID   int64 // of lastText
	lastText *search.Text
}

// passes decides on one message, cheap conditions first.
func (q *query) passes(f *Filter, m *Message) bool {
	return q.passesCheap(f, m) && q.passesThread(f, m) && q.passesNested(f, m) && q.passesText(f, m)
}

func (q *query) passesCheap(f *Filter, m *Message) bool {
	if f.InMailbox != 0 {
		if _, in := m.In(f.InMailbox); !in {
			return false
		}
	}
	if len(f.InMailboxOtherThan) > 0 && !slices.ContainsFunc(m.Places, func(p Place) bool { return !slices.Contains(f.InMailboxOtherThan, p.Mailbox) }) {
		return false
	}
	switch {
	case !f.Before.IsZero() && m.ReceivedMs >= f.Before.UnixMilli(),
		!f.After.IsZero() && m.ReceivedMs < f.After.UnixMilli(),
		m.Size < f.MinSize,
		f.MaxSize > 0 && m.Size >= f.MaxSize,
		f.HasKeyword != "" && !m.Keywords.Has(f.HasKeyword),
		f.NotKeyword != "" && m.Keywords.Has(f.NotKeyword),
		f.HasAttachment != nil && *f.HasAttachment != m.HasAttachment,
		f.Message != nil && !f.Message(m):
		return false
	}
	return true
}

func (q *query) passesThread(f *Filter, m *Message) bool {
	return (f.AllInThreadHave == "" || q.inThread(m, f.AllInThreadHave) == allHave) &&
		(f.SomeInThreadHave == "" || q.inThread(m, f.SomeInThreadHave) != noneHas) &&
		(f.NoneInThreadHave == "" || q.inThread(m, f.NoneInThreadHave) == noneHas)
}

// How many of a thread's messages have a keyword.
const (
	noneHas = iota
	someHave
	allHave
)

func (q *query) inThread(m *Message, keyword string) int {
	members := q.snap.Thread(m.Thread)
	n := 0
	for _, other := range members {
		if other.Keywords.Has(keyword) {
			n++
		}
	}
	switch n {
	case 0:
		return noneHas
	case len(members):
		return allHave
	}
	return someHave
}

func (q *query) passesNested(f *Filter, m *Message) bool {
	for i := range f.And {
		if !q.passes(&f.And[i], m) {
			return false
		}
	}
	if len(f.Or) > 0 {
		any := false
		for i := range f.Or {
			if any = q.passes(&f.Or[i], m); any {
				break
			}
		}
		if !any {
			return false
		}
	}
	for i := range f.Nor {
		if q.passes(&f.Nor[i], m) {
			return false
		}
	}
	return true
}

func (q *query) passesText(f *Filter, m *Message) bool {
	for i := range f.Text {
		if !q.texts[&f.Text[i]].has(q, m) {
			return false
		}
	}
	if f.Content == nil {
		return true
	}
	c := q.content(m)
	return c != nil && f.Content(m, c)
}

// content returns a message's content, nil when it is gone or on error.
func (q *query) content(m *Message) *Content {
	list, err := q.a.contents(q.ctx, m.ID)
	if err != nil {
		q.err = err
		return nil
	}
	return list[0]
}

// sort orders by the keys; equal messages stay newest first.
func (q *query) sort(list []*Message, sorts []Sort) {
	keys := make(map[*Message][]sortValue, len(list))
	for _, m := range list {
		values := make([]sortValue, len(sorts))
		for i, s := range sorts {
			values[i] = q.sortValue(m, s)
		}
		keys[m] = values
	}
	slices.SortStableFunc(list, func(a, b *Message) int {
		for i, s := range sorts {
			c := cmp.Or(cmp.Compare(keys[a][i].num, keys[b][i].num), strings.Compare(keys[a][i].text, keys[b][i].text))
			if s.Descending {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
}

type sortValue struct {
	num  int64
	text string
}

func (q *query) sortValue(m *Message, s Sort) (v sortValue) {
	switch s.By {
	case ByReceived:
		v.num = m.Shown()
	case BySize:
		v.num = m.Size
	case ByAttachment:
		v.num = flag(m.HasAttachment)
	case ByKeyword:
		v.num = flag(m.Keywords.Has(s.Keyword))
	case ByAllInThread:
		v.num = flag(q.inThread(m, s.Keyword) == allHave)
	case BySomeInThread:
		v.num = flag(q.inThread(m, s.Keyword) != noneHas)
	default:
		if c := q.content(m); c != nil {
			return c.sortValue(m, s.By)
		}
	}
	return v
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
