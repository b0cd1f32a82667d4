package mail

import (
	"context"
	"slices"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/mime"
	wire "chancery/wire/smtp"
)

// The states of a submission (RFC 8621 section 7, undoStatus).
const (
	UndoPending  = "pending"
	UndoFinal    = "final"
	UndoCanceled = "canceled"
)

// Submission is a letter that was sent from a mailbox.
type Submission struct {
	ID       int64
	Identity int64
	Message  int64 // in this account; it may have been removed since
	Thread   int64
	Envelope Envelope
	SendAt   time.Time
	Undo     string // pending, final, canceled
	Status   map[string]DeliveryStatus
	Created  int64 // account's counter
	Modseq   int64 // account's counter
	Gone     bool  // destroyed; only SubmissionChanges shows it
}

// DeliveryStatus is what became of one recipient (RFC 8621 section 7).
type DeliveryStatus struct {
	Reply     string `json:"r"` // SMTP reply of the next server
	Delivered string `json:"d"` // queued, yes, no, unknown
}

// NewSubmission says what to send and how.
type NewSubmission struct {
	Identity  int64
	Message   int64
	Envelope  *Envelope // nil = from the identity to everybody in To, Cc and Bcc
	HoldUntil time.Time // zero = now
}

// Submit sends a message of the account. When it returns, recipients here
// have the letter (unless it is held) and those elsewhere are in the queue.
// Bcc is not in what goes out; the message in the mailbox keeps it.
//
// A letter that a rule holds for review (C13) waits as one that is to be sent
// later does: its submission is pending, and can be taken back.
func (a *Account) Submit(ctx context.Context, n NewSubmission) (s Submission, err error) {
	if err := a.maySubmit(ctx); err != nil {
		return s, err
	}
	return a.submitAs(ctx, n, nil)
}

// submitAs is Submit, and for an appeal asks those above.
func (a *Account) submitAs(ctx context.Context, n NewSubmission, x *appeal) (s Submission, err error) {
	who, err := a.identity(ctx, n.Identity)
	if err != nil {
		return s, err
	}
	bytes, content, err := a.OpenMessage(ctx, n.Message)
	if err != nil {
		return s, err
	}
	defer bytes.Close()
	e := Envelope{HoldUntil: n.HoldUntil}
	if n.Envelope != nil {
		e = *n.Envelope
		if !n.HoldUntil.IsZero() {
			e.HoldUntil = n.HoldUntil
		}
	} else {
		e.From, e.Rcpts = who.Email, everybody(&content.Message.Envelope)
	}
	if err := a.checkEnvelope(ctx, &e); err != nil {
		return s, err
	}
	snap, err := a.Snapshot(ctx)
	if err != nil {
		return s, err
	}
	least := Label{Level: policy.Unlabelled}
	if m, ok := snap.Message(n.Message); ok {
		least.Level = m.Level
		if m.UntilMs != 0 {
			least.Until = millis(m.UntilMs)
		}
	}
	trace := Trace{From: e.From, Protocol: "HTTP", ID: id.Text('m', id.New())}
	l, ascii, err := a.room.spoolOutgoing(ctx, a.subject, trace, bytes.Reader(), origin{a.info.ID, least})
	if err != nil {
		return s, err
	}
	e.UTF8 = !ascii
	l, pass, err := a.room.govern(ctx, a.subject, e, l)
	if err != nil {
		return s, err
	}
	if err := x.apply(pass); err != nil {
		l.Discard()
		return s, err
	}
	p, err := a.room.plan(ctx, a.subject, e, l.level, pass)
	if err != nil {
		l.Discard()
		return s, err
	}
	return a.submit(ctx, n, e, p, l)
}

// maySubmit asks policy for either way of sending.
func (a *Account) maySubmit(ctx context.Context) error {
	if a.allows(policy.SendAs) {
		return nil
	}
	return a.can(ctx, policy.OnBehalf)
}

// everybody collects the recipients of the header.
func everybody(e *mime.Envelope) (out []RcptTo) {
	for _, to := range mime.Mailboxes(slices.Concat(e.To, e.Cc, e.Bcc)) {
		address := to.Email()
		if !slices.ContainsFunc(out, func(r RcptTo) bool { return strings.EqualFold(r.Address, address) }) {
			out = append(out, RcptTo{Address: address})
		}
	}
	return out
}

// checkEnvelope checks what a client wrote into an envelope.
func (a *Account) checkEnvelope(ctx context.Context, e *Envelope) error {
	if e.From != "" {
		if err := wire.CheckAddress(e.From, true); err != nil {
			return err
		}
		if err := a.room.MaySend(ctx, a.subject, e.From); err != nil {
			return err
		}
	}
	bad := &InvalidRecipients{}
	for _, to := range e.Rcpts {
		if err := wire.CheckAddress(to.Address, true); err != nil {
			bad.Addresses, bad.Err = append(bad.Addresses, to.Address), err
		}
	}
	if bad.Err != nil {
		return bad
	}
	return nil
}

// submit writes the submission together with what it does.
func (a *Account) submit(ctx context.Context, n NewSubmission, e Envelope, p *plan, l *Letter) (s Submission, err error) {
	s = Submission{ID: id.New(), Identity: n.Identity, Message: n.Message, Envelope: e, SendAt: p.sendAt, Undo: UndoFinal, Status: p.status}
	if p.held {
		s.Undo = UndoPending
	}
	p.account, p.counted = a.info.ID, &a.subject
	for i := range p.rows {
		p.rows[i].submission = s.ID
	}
	p.pass.of(s)
	request, isRequest, err := a.requestOf(ctx, n, e, l)
	if err != nil {
		l.Discard()
		return s, err
	}
	err = a.room.post(ctx, p, l, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.info.ID, touched{submission: true})
		if err != nil {
			return err
		}
		m, err := a.message(ctx, tx, n.Message)
		if found, err := store.Found(err); !found {
			if err == nil {
				err = errs.E(errs.NotFound, "There is no such message.")
			}
			return err
		}
		s.Thread, s.Created, s.Modseq = m.Thread, row.modseq, row.modseq
		tx.OnCommit(func() { a.room.changed(a.info.ID) })
		if isRequest {
			err = keepRequest(ctx, tx, *request, s.ID, row.modseq)
		} else {
			err = a.noteReminder(ctx, tx, e, l, row.modseq)
		}
		if err != nil {
			return err
		}
		return insertSubmission(ctx, tx, a.info.ID, s)
	})
	return s, err
}

// Submissions lists what was sent, oldest first.
func (a *Account) Submissions(ctx context.Context) ([]Submission, error) {
	all, err := a.submissionsSince(ctx, 0)
	return slices.DeleteFunc(all, func(s Submission) bool { return s.Gone }), err
}

// Submission returns one of them.
func (a *Account) Submission(ctx context.Context, id int64) (s Submission, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		if s, err = selectSubmission(ctx, tx, a.info.ID, id); err != nil {
			return err
		}
		unseen, err := a.unseen(ctx, tx)
		if unseen[s.Message] {
			return store.ErrNoRows
		}
		return err
	})
	if found, err := store.Found(err); err != nil || found && !s.Gone {
		return s, err
	}
	return Submission{}, errNoSubmission()
}

func errNoSubmission() error { return errs.E(errs.NotFound, "There is no such submission.") }

// SubmissionChanges returns what happened after the account's counter stood
// at since. Everything is remembered.
func (a *Account) SubmissionChanges(ctx context.Context, since int64) (c ObjectChanges, err error) {
	all, err := a.submissionsSince(ctx, since)
	for _, s := range all {
		c.add(s.ID, s.Created, s.Modseq, s.Gone, since)
	}
	return c, err
}

func (a *Account) submissionsSince(ctx context.Context, since int64) (all []Submission, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		if all, err = selectSubmissions(ctx, tx, a.info.ID, since); err != nil {
			return err
		}
		unseen, err := a.unseen(ctx, tx)
		all = slices.DeleteFunc(all, func(s Submission) bool { return unseen[s.Message] })
		return err
	})
	return all, err
}

// CancelSubmission takes back a submission that is still held: nothing of it
// has gone out. Conflict (RFC 8621 cannotUnsend) when it is too late.
func (a *Account) CancelSubmission(ctx context.Context, id int64) (s Submission, err error) {
	if err := a.maySubmit(ctx); err != nil {
		return s, err
	}
	err = a.write(ctx, nil, func(tx *store.Tx) error {
		// The counter is taken first: it locks the account, so that what is
		// read next cannot change any more.
		row, err := bump(ctx, tx, a.info.ID, touched{submission: true})
		if err != nil {
			return err
		}
		if s, err = a.findSubmission(ctx, tx, id); err != nil {
			return err
		}
		if s.Undo == UndoCanceled {
			return errNothing
		}
		rows, leased, err := selectSubmissionRows(ctx, tx, a.info.ID, id)
		if err != nil {
			return err
		}
		if s.Undo != UndoPending || leased || len(rows) < len(s.Status) {
			return errs.E(errs.Conflict, "The letter has gone out already.")
		}
		if len(rows) > 0 && rows[0].review != 0 {
			if err := a.room.desk.Recall(ctx, tx, a.subject, rows[0].review); err != nil {
				return err
			}
		}
		if err := a.room.dropRows(ctx, tx, rows); err != nil {
			return err
		}
		if err := dropRequest(ctx, tx, a.info.ID, s.ID, row.modseq); err != nil {
			return err
		}
		if err := a.room.unscheduled(ctx, tx, a.info.ID, s.Message); err != nil {
			return err
		}
		s.Undo, s.Modseq = UndoCanceled, row.modseq
		for address := range s.Status {
			s.Status[address] = DeliveryStatus{Reply: "250 2.0.0 Canceled", Delivered: "no"}
		}
		return updateSubmission(ctx, tx, a.info.ID, s)
	})
	if err == errNothing {
		err = nil
	}
	return s, err
}

func (a *Account) findSubmission(ctx context.Context, tx *store.Tx, id int64) (Submission, error) {
	s, err := selectSubmission(ctx, tx, a.info.ID, id)
	found, err := store.Found(err)
	if err == nil && (!found || s.Gone) {
		err = errNoSubmission()
	}
	return s, err
}

// DestroySubmission forgets a submission; what it sent goes on. One that is
// held is still sent at its time (RFC 8621 section 7.5).
func (a *Account) DestroySubmission(ctx context.Context, id int64) error {
	if err := a.maySubmit(ctx); err != nil {
		return err
	}
	return a.write(ctx, nil, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.info.ID, touched{submission: true})
		if err != nil {
			return err
		}
		s, err := a.findSubmission(ctx, tx, id)
		if err != nil {
			return err
		}
		s.Gone, s.Modseq = true, row.modseq
		return updateSubmission(ctx, tx, a.info.ID, s)
	})
}

// dropRows takes rows off the queue and lets go of their blobs.
func (r *Room) dropRows(ctx context.Context, tx *store.Tx, rows []queueRow) error {
	for _, q := range rows {
		was, err := deleteQueueRow(ctx, tx, q.org, q.id)
		if err != nil {
			return err
		}
		if !was {
			continue
		}
		if err := tx.RefHash(ctx, q.blob.Scope, q.blob.Hash, -1); err != nil {
			return err
		}
	}
	return nil
}
