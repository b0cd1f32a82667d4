package mail

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/mime"
)

// Header fields of a letter that is sent by kind (doc/kinds.md).
const (
	KindField  = "X-Chancery-Kind"
	DueField   = "X-Chancery-Due"   // RFC 3339 time
	EveryField = "X-Chancery-Every" // weekly, monthly, quarterly, half-yearly, yearly
)

const everyWeek = "weekly"

// months are the periods that are counted in months.
var months = map[string]int{"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}

// Request is what a letter asks of its addressees until a date: a request for
// comment or a periodic report (D14, D15). Each period of a report is a
// request of its own.
type Request struct {
	ID         int64
	MessageID  string // of the letter, without brackets
	Message    int64  // the letter, in the asker's account
	Kind       string
	Subject    string
	SentAt     time.Time
	DueAt      time.Time // zero = none
	Every      string
	Period     int
	Closed     bool // nobody is waited for any more
	Addressees []Addressee
	Created    int64 // account's counter
	Modseq     int64 // account's counter
	Gone       bool  // removed; only RequestChanges shows it

	account, submission int64
	dueDay              int
	continued           bool
}

// Addressee is one of whom an answer is wanted, or who answered unasked.
type Addressee struct {
	Address    string
	Name       string
	Unit       int64
	Asked      bool
	AnsweredAt time.Time // zero = not yet
	Answer     int64     // the newest answer's message
	RemindedAt time.Time

	num int
}

// requestOf reads a letter that is about to be sent: the request it makes,
// or nil with false for any other letter.
func (a *Account) requestOf(ctx context.Context, n NewSubmission, e Envelope, l *Letter) (*Request, bool, error) {
	m := l.Content.Message
	field := func(name string) string { v, _ := m.Header.Get(name); return strings.TrimSpace(v) }
	kind := strings.ToLower(field(KindField))
	if !asks(kind) || m.Envelope.MessageID == "" {
		return nil, false, nil
	}
	r := &Request{ID: id.New(), account: a.info.ID, MessageID: m.Envelope.MessageID, Message: n.Message, Kind: kind, Subject: m.Envelope.Subject, SentAt: a.room.clock.Now(), Period: 1}
	if due, err := time.Parse(time.RFC3339, field(DueField)); err == nil {
		r.DueAt, r.dueDay = due, due.Day()
	}
	if every := strings.ToLower(field(EveryField)); kind == KindReport && !r.DueAt.IsZero() && (every == everyWeek || months[every] > 0) {
		r.Every = every
	}
	names := map[string]string{}
	for _, to := range mime.Mailboxes(slices.Concat(m.Envelope.To, m.Envelope.Cc)) {
		names[strings.ToLower(to.Email())] = to.Name
	}
	for _, to := range e.Rcpts {
		if err := a.addAddressee(ctx, r, to.Address, names[strings.ToLower(to.Address)]); err != nil {
			return nil, false, err
		}
	}
	return r, true, nil
}

// addAddressee adds who is behind an address: the members of a list one by
// one, others with their unit.
func (a *Account) addAddressee(ctx context.Context, r *Request, address, name string) error {
	known, _, err := a.room.dir.Resolve(ctx, address)
	who := []directory.Account{known}
	switch {
	case errs.Is(err, errs.NotFound), errs.Is(err, errs.Invalid): // outside
		who = []directory.Account{{Address: strings.ToLower(address), Name: name}}
	case err != nil:
		return err
	case known.Kind == directory.KindList:
		if who, err = a.room.dir.Members(ctx, known.Org, known.ID); err != nil {
			return err
		}
	}
	for _, x := range who {
		if x.ID == a.info.ID || slices.ContainsFunc(r.Addressees, func(b Addressee) bool { return b.Address == x.Address }) {
			continue
		}
		r.Addressees = append(r.Addressees, Addressee{Address: x.Address, Name: x.Name, Unit: x.Unit, Asked: true, num: len(r.Addressees)})
	}
	return nil
}

// keepRequest writes a new request in the transaction that sends the letter.
func keepRequest(ctx context.Context, tx *store.Tx, r Request, submission, modseq int64) error {
	r.submission, r.Created, r.Modseq = submission, modseq, modseq
	if err := putRequest(ctx, tx, r); err != nil {
		return err
	}
	for _, x := range r.Addressees {
		if err := putAddressee(ctx, tx, r.account, r.ID, x); err != nil {
			return err
		}
	}
	return nil
}

// noteReminder marks who of a request is written to again: a letter of the
// asker in the same thread.
func (a *Account) noteReminder(ctx context.Context, tx *store.Tx, e Envelope, l *Letter, modseq int64) error {
	asked, err := requestsNamed(ctx, tx, a.info.ID, l)
	if err != nil {
		return err
	}
	for _, r := range asked {
		list, err := selectAddressees(ctx, tx, r.account, r.ID)
		if err != nil {
			return err
		}
		hit := false
		for _, x := range list {
			if slices.ContainsFunc(e.Rcpts, func(to RcptTo) bool { return strings.EqualFold(to.Address, x.Address) }) && x.AnsweredAt.IsZero() {
				x.RemindedAt, hit = a.room.clock.Now(), true
				if err := putAddressee(ctx, tx, r.account, r.ID, x); err != nil {
					return err
				}
			}
		}
		if hit {
			r.Modseq = modseq
			if err := putRequest(ctx, tx, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// requestsNamed finds the account's requests that a letter answers by its
// In-Reply-To and References (RFC 5322 section 3.6.4).
func requestsNamed(ctx context.Context, tx *store.Tx, account int64, l *Letter) (list []Request, err error) {
	e := &l.Content.Message.Envelope
	ids := slices.Concat(e.InReplyTo, e.References[max(0, len(e.References)-maxRefs):])
	seen := map[string]bool{}
	for _, ref := range ids[:min(len(ids), maxRefs)] {
		if seen[ref] {
			continue
		}
		seen[ref] = true
		found, err := selectRequests(ctx, tx, requestsByRef, account, hash64(ref))
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			if r.MessageID == ref {
				list = append(list, r)
			}
		}
	}
	return list, nil
}

// noteAnswer looks whether a letter that was just filed answers a request of
// the account, and notes it with the addressee: the one of that address, else
// one of the sender's unit, else as one who was not asked. Letters that
// programs made do not count (RFC 3834).
func (r *Room) noteAnswer(ctx context.Context, tx *store.Tx, a directory.Account, l *Letter, message *Message) error {
	m := l.Content.Message
	from := mime.Mailboxes(m.Envelope.From)
	if len(from) == 0 || len(m.Envelope.InReplyTo)+len(m.Envelope.References) == 0 {
		return nil
	}
	if v, _ := m.Header.Get("Auto-Submitted"); v != "" && !strings.EqualFold(strings.TrimSpace(v), "no") {
		return nil
	}
	list, err := requestsNamed(ctx, tx, a.ID, l)
	if err != nil || len(list) == 0 {
		return err
	}
	sender := Addressee{Address: strings.ToLower(from[0].Email()), Name: cutText(from[0].Name, 255), AnsweredAt: r.clock.Now(), Answer: message.ID}
	if known, _, err := r.dir.Resolve(ctx, sender.Address); err == nil && known.Org == a.Org {
		sender.Address, sender.Name, sender.Unit = known.Address, known.Name, known.Unit
	}
	// Of several periods, the oldest that still waits for the sender.
	for i, q := range list {
		if q.Addressees, err = selectAddressees(ctx, tx, a.ID, q.ID); err != nil {
			return err
		}
		at := q.addressee(sender)
		if i < len(list)-1 && (q.Closed || at >= 0 && !q.Addressees[at].AnsweredAt.IsZero()) {
			continue
		}
		if at < 0 {
			if q.unasked() >= maxUnasked {
				return nil
			}
			sender.num = len(q.Addressees)
		} else {
			x := q.Addressees[at]
			x.AnsweredAt, x.Answer = sender.AnsweredAt, sender.Answer
			sender = x
		}
		if err := putAddressee(ctx, tx, a.ID, q.ID, sender); err != nil {
			return err
		}
		q.Modseq = message.Modseq
		return putRequest(ctx, tx, q)
	}
	return nil
}

// maxUnasked bounds who answers a request unasked: whoever knows the letter's
// Message-ID can write under any name.
const maxUnasked = 200

func (r *Request) unasked() (n int) {
	for _, x := range r.Addressees {
		if !x.Asked {
			n++
		}
	}
	return n
}

// addressee finds whom a sender answers for, or -1.
func (r *Request) addressee(sender Addressee) int {
	if i := slices.IndexFunc(r.Addressees, func(x Addressee) bool { return x.Address == sender.Address }); i >= 0 {
		return i
	}
	return slices.IndexFunc(r.Addressees, func(x Addressee) bool { return x.Asked && sender.Unit != 0 && x.Unit == sender.Unit })
}

// Requests lists what the account asked of others and says the state of it.
func (a *Account) Requests(ctx context.Context) (list []Request, state int64, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) error {
		if state, err = selectRequestState(ctx, tx, a.info.ID); err != nil {
			return err
		}
		if list, err = selectRequests(ctx, tx, requestsThere, a.info.ID); err != nil {
			return err
		}
		unseen, err := a.unseen(ctx, tx)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(r Request) bool { return unseen[r.Message] })
		asked, err := selectAllAddressees(ctx, tx, a.info.ID)
		for i := range list {
			list[i].Addressees = asked[list[i].ID]
		}
		return err
	})
	return list, state, err
}

// RequestState returns the account's counter at the last change of a request.
func (a *Account) RequestState(ctx context.Context) (state int64, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		state, err = selectRequestState(ctx, tx, a.info.ID)
		return err
	})
	return state, err
}

// RequestChanges returns what happened after the counter stood at since.
func (a *Account) RequestChanges(ctx context.Context, since int64) (c ObjectChanges, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) error {
		list, err := selectRequests(ctx, tx, requestsSince, a.info.ID, since)
		for _, r := range list {
			c.add(r.ID, r.Created, r.Modseq, r.Gone, since)
		}
		return err
	})
	return c, err
}

// UpdateRequest moves the due date of a request, or closes it: nobody is
// waited for then, and a report has no further period. The change is given
// what stands now, under the account's lock.
func (a *Account) UpdateRequest(ctx context.Context, request int64, change func(r Request) (due time.Time, closed bool, err error)) error {
	return a.changeRequest(ctx, request, func(r *Request) (err error) {
		r.DueAt, r.Closed, err = change(*r)
		return err
	})
}

// DeleteRequest forgets a request; the letter and its answers stay.
func (a *Account) DeleteRequest(ctx context.Context, request int64) error {
	return a.changeRequest(ctx, request, func(r *Request) error {
		r.Gone = true
		return nil
	})
}

func (a *Account) changeRequest(ctx context.Context, request int64, change func(*Request) error) error {
	if err := a.can(ctx, policy.Organise); err != nil {
		return err
	}
	return a.write(ctx, nil, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.info.ID, touched{})
		if err != nil {
			return err
		}
		list, err := selectRequests(ctx, tx, requestByID, a.info.ID, request)
		if err != nil {
			return err
		}
		if len(list) == 0 || list[0].Gone {
			return errs.E(errs.NotFound, "There is no such request.")
		}
		if err := change(&list[0]); err != nil {
			return err
		}
		list[0].Modseq = row.modseq
		return putRequest(ctx, tx, list[0])
	})
}

// dropRequest forgets what a letter asked that was called back.
func dropRequest(ctx context.Context, tx *store.Tx, account, submission, modseq int64) error {
	list, err := selectRequests(ctx, tx, requestsBySent, account, submission)
	for _, r := range list {
		r.Gone, r.Modseq = true, modseq
		if err := putRequest(ctx, tx, r); err != nil {
			return err
		}
	}
	return err
}

// RenewRequests opens the next period of each report whose due date is past.
// The house calls it from time to time.
func (r *Room) RenewRequests(ctx context.Context) error {
	var due []Request
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		due, err = selectRequests(ctx, tx, requestsToRenew, r.clock.Now().UnixMilli())
		return err
	})
	for _, q := range due {
		// One account's trouble must not keep back the reports of others.
		if e := r.write(ctx, q.account, nil, func(tx *store.Tx) error { return r.renew(ctx, tx, q.account, q.ID) }); e != nil {
			err = errors.Join(err, fmt.Errorf("report %d of account %d: %w", q.ID, q.account, e))
		}
	}
	return err
}

func (r *Room) renew(ctx context.Context, tx *store.Tx, account, request int64) error {
	row, err := bump(ctx, tx, account, touched{})
	if err != nil {
		return err
	}
	// Another process may have been here first.
	list, err := selectRequests(ctx, tx, requestByID, account, request)
	if err != nil || len(list) == 0 || list[0].continued || list[0].Closed || list[0].Gone {
		return err
	}
	old := list[0]
	next := old
	next.ID, next.Period, next.SentAt = id.New(), old.Period+1, r.clock.Now()
	next.DueAt = nextDue(old.DueAt, old.dueDay, old.Every)
	for next.DueAt.Before(r.clock.Now()) { // the server was away for longer than a period
		next.DueAt, next.Period = nextDue(next.DueAt, old.dueDay, old.Every), next.Period+1
	}
	old.continued, old.Modseq = true, row.modseq
	if err := putRequest(ctx, tx, old); err != nil {
		return err
	}
	asked, err := selectAddressees(ctx, tx, account, request)
	if err != nil {
		return err
	}
	for _, x := range asked {
		if x.Asked {
			next.Addressees = append(next.Addressees, Addressee{Address: x.Address, Name: x.Name, Unit: x.Unit, Asked: true, num: len(next.Addressees)})
		}
	}
	return keepRequest(ctx, tx, next, old.submission, row.modseq)
}

// nextDue adds a period to a due date: the same day of the month, or the
// month's last where it has no such day. The time is kept in UTC, the day is
// the one that the sender's letter named: where they differ, the calendar of
// the sender counts.
func nextDue(due time.Time, day int, every string) time.Time {
	if every == everyWeek {
		return due.AddDate(0, 0, 7)
	}
	for _, ahead := range []int{0, 1, -1} {
		if local := due.AddDate(0, 0, ahead); local.Day() == min(max(day, 1), daysIn(local)) {
			return addMonths(local, day, every).AddDate(0, 0, -ahead)
		}
	}
	return addMonths(due, day, every) // the date was moved by hand
}

func daysIn(t time.Time) int {
	return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func addMonths(due time.Time, day int, every string) time.Time {
	first := time.Date(due.Year(), due.Month(), 1, due.Hour(), due.Minute(), due.Second(), 0, due.Location()).AddDate(0, max(months[every], 1), 0)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(max(day, 1), last)-1)
}
