package mail

import (
	"slices"
	"strings"

	"chancery/kit/errs"
	"chancery/search"
	"chancery/store"
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

// How much is read rather than looked up.
const (
	// maxUnindexed is how many new messages a query reads itself; with more
	// it has them indexed first, which costs the same and once only.
	maxUnindexed = 200
	// maxExact is how many messages are read for the exact substring that
	// IMAP asks for in bodies; of more the index finds words.
	maxExact = 1000
)

// how says in which way a text test is answered.
type how uint8

const (
	byWords   how = iota // words and phrases, by the index
	byField              // a substring of a field of the envelope
	byHeader             // a substring of any header field
	byReading            // a substring of the whole text, by reading it
	byNothing            // no words: every message passes
)

// textResult answers one text test: from the index for the messages it
// covers, by reading the others.
type textResult struct {
	test TextTest
	how  how
	want string // the folded substring
	name string // the header field, for byHeader, in lower case
	// envelope is the field of the envelope that answers the test.
	envelope Field
	words    search.Words
	field    search.Field

	found   bitset // messages up to covered that pass, or may pass when verify is set
	covered int64
	verify  bool
}

// searchFields are the fields in the words of the index.
var searchFields = map[Field]search.Field{
	InAny: search.Any, InWhole: search.Any, InFrom: search.From, InTo: search.To, InCc: search.Cc, InBcc: search.Bcc,
	InSubject: search.Subject, InBody: search.Body,
}

// prepare runs the text tests of a filter.
func (q *query) prepare(f *Filter) error {
	if q.texts == nil {
		q.texts = map[*TextTest]*textResult{}
	}
	for i := range f.Text {
		r := &textResult{test: f.Text[i]}
		q.texts[&f.Text[i]] = r
		if err := q.prepareText(r); err != nil {
			return err
		}
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

// prepareText decides how a test is answered, and asks the index.
func (q *query) prepareText(r *textResult) error {
	if name, is := strings.CutPrefix(string(r.test.Field), "header:"); is {
		r.how, r.name, r.want = byHeader, strings.ToLower(name), plain(r.test.Words)
		return q.prepareHeader(r)
	}
	field, known := searchFields[r.test.Field]
	if !known {
		return errs.E(errs.Unsupported, "Searching in %q is not possible.", r.test.Field)
	}
	r.field = field
	if !r.test.Substring {
		if r.words = search.Parse(r.test.Words, search.Options{}); r.words.Blank() {
			r.how = byNothing
			return nil
		}
		return q.ask(r)
	}
	r.want = plain(r.test.Words)
	r.words = search.Parse(r.test.Words, search.Options{Prefix: true, Verbatim: true})
	if r.words.IsRun() && r.test.Field != InWhole {
		return q.ask(r)
	}
	if field < search.Body {
		return q.prepareField(r)
	}
	if r.how = byReading; q.a.room.index == nil || q.fewPass(maxExact) {
		return nil
	}
	r.how = byWords
	return q.ask(r)
}

// prepareField narrows down by the words inside a substring; where there is
// none, and many messages to look at, it looks at all in one go.
func (q *query) prepareField(r *textResult) error {
	r.how, r.verify, r.envelope = byField, true, r.test.Field
	if r.words = search.Inside(r.test.Words); !r.words.Empty() {
		return q.ask(r)
	}
	if r.want == "" || q.fewPass(maxUnindexed) {
		return nil
	}
	ids, err := q.scanField(r.test.Field, r.want)
	if err != nil {
		return err
	}
	r.covered, r.verify, r.found = q.snap.lastID(), false, newBitset(ids)
	return nil
}

// prepareHeader looks at all messages in one go where the envelope has the
// field and there are many. A text with a quote is looked for in the header
// itself, which keeps the marks that the envelope does not.
func (q *query) prepareHeader(r *textResult) error {
	if r.want == "" || strings.ContainsAny(r.want, `"(\`) {
		return nil
	}
	switch Field(r.name) {
	case InSubject, InFrom, InTo, InCc, InBcc, inMessageID:
		r.envelope = Field(r.name)
	default:
		return nil
	}
	if q.fewPass(maxUnindexed) {
		return nil
	}
	ids, err := q.scanField(r.envelope, r.want)
	r.covered, r.found = q.snap.lastID(), newBitset(ids)
	return err
}

// scanField reads the content of all messages in order and returns those
// whose field holds the folded text. What is not in the snapshot is not looked
// at: the time that takes would tell of it (C15).
func (q *query) scanField(f Field, want string) (ids []int64, err error) {
	rough := newRough(want)
	err = q.a.room.db.Read(q.ctx, func(tx *store.Tx) error {
		ids = nil
		return selectRawContents(q.ctx, tx, q.a.info.ID, func(id int64, raw []byte) error {
			if _, known := q.snap.Message(id); !known || !rough.mayHold(raw) {
				return nil
			}
			c := &Content{}
			if err := c.decode(raw); err != nil {
				return err
			}
			if strings.Contains(plain(c.fieldText(f)), want) {
				ids = append(ids, id)
			}
			return nil
		})
	})
	return ids, err
}

// fewPass says whether the conditions on the message alone leave few enough
// to be read.
func (q *query) fewPass(few int) bool {
	if q.plain < 0 {
		q.plain = 0
		count := func(m *Message) bool {
			if q.passesPlainly(q.filter, m) {
				q.plain++
			}
			return q.plain <= maxExact
		}
		if box := q.filter.mailbox(); box != 0 {
			q.snap.EachByDate(box, true, count)
		} else {
			q.snap.Each(count)
		}
	}
	return q.plain <= few
}

// passesPlainly applies what can be known of a message without its content
// and without its thread; where it cannot tell it says yes.
func (q *query) passesPlainly(f *Filter, m *Message) bool {
	if !q.passesCheap(f, m) {
		return false
	}
	for i := range f.And {
		if !q.passesPlainly(&f.And[i], m) {
			return false
		}
	}
	return true
}

// ask has the index answer for the messages it covers.
func (q *query) ask(r *textResult) error {
	ix, account := q.a.room.index, q.a.info.ID
	if ix == nil {
		return nil
	}
	mark, err := ix.x.Covered(q.ctx, account)
	if err == nil && q.snap.after(mark.Doc) > maxUnindexed {
		err = ix.cover(q.ctx, account)
	}
	if err != nil {
		return err
	}
	docs, mark, err := ix.x.Search(q.ctx, account, r.field, r.words)
	if err != nil {
		return err
	}
	r.covered = mark.Doc
	r.found = newBitset(docs)
	return nil
}

// lastID returns the highest number of a message, 0 when there is none.
func (s *Snapshot) lastID() int64 {
	if s.byID.Len() == 0 {
		return 0
	}
	return s.byID.At(s.byID.Len() - 1).ID
}

// after counts the messages with a number above id.
func (s *Snapshot) after(id int64) int {
	return s.byID.Len() - s.byID.search(func(m *Message) bool { return m.ID > id })
}

// has says whether a message passes the test.
func (r *textResult) has(q *query, m *Message) bool {
	if r.how == byNothing {
		return true
	}
	if m.ID <= r.covered {
		if !r.found.has(m.ID) {
			return false
		}
		if !r.verify {
			return true
		}
	}
	ok, err := r.read(q, m)
	if err != nil && !errs.Is(err, errs.NotFound) && q.err == nil {
		q.err = err // a message that is gone meanwhile passes no test
	}
	return ok
}

// read answers the test from the message itself.
func (r *textResult) read(q *query, m *Message) (bool, error) {
	c := q.content(m)
	if c == nil {
		return false, nil
	}
	if r.envelope != "" {
		return strings.Contains(plain(c.fieldText(r.envelope)), r.want), nil
	}
	b, err := q.a.room.db.Open(q.ctx, c.Blob.Scope, c.Blob.Hash)
	if err != nil {
		return false, err
	}
	defer b.Close()
	switch {
	case r.how == byHeader:
		return c.inHeader(b, r.name, r.want)
	case r.how == byWords:
		return r.words.Match(q.text(m, c, b), r.field), nil
	case c.inBody(b, r.want):
		return true, nil
	case r.test.Field == InBody:
		return false, nil
	}
	return c.inHeader(b, "", r.want)
}

// text makes the text of a message, once for all tests of the query.
func (q *query) text(m *Message, c *Content, b *store.Blob) *search.Text {
	if q.lastText == nil || q.lastID != m.ID {
		q.lastID, q.lastText = m.ID, c.searchText(b)
	}
	return q.lastText
}

// candidates returns the messages that may pass as far as the index tells;
// known is false when no test that must hold is answered by it.
func (q *query) candidates(f *Filter) (found bitset, covered int64, known bool) {
	meet := func(b bitset, c int64) {
		if !known {
			found, covered, known = b, c, true
			return
		}
		found, covered = found.and(b, min(covered, c)), min(covered, c)
	}
	for i := range f.Text {
		if r := q.texts[&f.Text[i]]; r.covered > 0 {
			meet(r.found, r.covered)
		}
	}
	for i := range f.And {
		if b, c, is := q.candidates(&f.And[i]); is {
			meet(b, c)
		}
	}
	return found, covered, known
}

// each calls fn for the messages that the filter may let pass, by date.
func (q *query) each(f *Filter, newestFirst bool, fn func(*Message) bool) {
	found, covered, known := q.candidates(f)
	if !known {
		q.snap.EachByDate(f.mailbox(), newestFirst, fn)
		return
	}
	var list []*Message
	q.snap.Each(func(m *Message) bool {
		if m.ID > covered || found.has(m.ID) {
			list = append(list, m)
		}
		return true
	})
	slices.SortFunc(list, compareDate)
	if newestFirst {
		slices.Reverse(list)
	}
	for _, m := range list {
		if !fn(m) {
			return
		}
	}
}
