package mail

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail/flow"
	"chancery/store"
	"chancery/wire/compose"
	"chancery/wire/mime"
	wire "chancery/wire/smtp"
)

// What a report says (RFC 3464 section 2.3.3).
const (
	actionFailed    = string(compose.Failed)
	actionDelayed   = string(compose.Delayed)
	actionRelayed   = string(compose.Relayed)
	actionDelivered = string(compose.Delivered)

	// Of review: the words are others.
	actionHeld    = "held"
	actionRefused = "refused"
)

// wireAction is the action in the words of RFC 3464.
func wireAction(action string) compose.Action {
	switch action {
	case actionHeld:
		return compose.Delayed
	case actionRefused:
		return compose.Failed
	}
	return compose.Action(action)
}

// maxReturned is the size up to which a whole letter is sent back.
const maxReturned = 1 << 20

// reportWords are subject and first sentence by action. Reports are read by
// people and by programs of any country, so they are in English; the status
// part is what a client translates.
var reportWords = map[string][2]string{
	actionFailed:    {"Undelivered: your letter could not be delivered", "Your letter could not be delivered to the recipients below. It will not be tried again."},
	actionDelayed:   {"Delayed: your letter is still waiting", "Your letter could not be delivered to the recipients below so far. It will be tried again; you need not send it again."},
	actionRelayed:   {"Relayed: your letter was handed on", "Your letter was handed on to a server that does not confirm delivery."},
	actionHeld:      {"Held: your letter waits for review", "A rule of your organisation holds your letter to the recipients below until somebody has looked at it. It goes out when it is released; you need not send it again."},
	actionRefused:   {"Not released: your letter was not sent", "Your letter to the recipients below was looked at and is not sent."},
	actionDelivered: {"Delivered: your letter has arrived", "Your letter was delivered to the recipients below."},
}

// original is the letter that a report is about.
type original struct {
	org    int64
	sender string // whom the report goes to
	ret    string
	envid  string
	utf8   bool
	blob   Blob
	open   func() (*store.Blob, error)
	since  time.Time
}

// reportRows makes the report on rows of one letter. The step it returns
// files or queues the report.
func (r *Room) reportRows(ctx context.Context, action string, list []reported) (*store.Staged, func(tx *store.Tx) error, error) {
	q := list[0].row
	o := original{
		org: q.org, sender: q.sender, ret: q.ret, envid: q.envid, utf8: q.utf8, blob: q.blob, since: millis(q.queuedAt),
		open: func() (*store.Blob, error) { return r.db.Open(ctx, q.blob.Scope, q.blob.Hash) },
	}
	now := r.clock.Now()
	var rcpts []compose.Recipient
	for _, one := range list {
		rcpt := compose.Recipient{
			Final: one.row.rcpt, Original: one.row.orcpt, Action: wireAction(action), Status: status(one.result.reply, action),
			RemoteMTA: strings.Trim(one.result.host, "[]"), Diagnostic: one.result.reply.String(), LastAttempt: now,
		}
		if action == actionDelayed {
			rcpt.RetryUntil = millis(one.row.queuedAt).Add(r.conf.Outbound.GiveUpAfter)
		}
		rcpts = append(rcpts, rcpt)
	}
	return r.report(ctx, action, o, rcpts)
}

// status returns the enhanced code that fits the action.
func status(reply wire.Reply, action string) string {
	s := reply.Status()
	if (action == actionDelayed || action == actionHeld) && s[0] != '4' {
		return "4" + s[1:]
	}
	return s
}

// successReport makes the report that those recipients' NOTIFY=SUCCESS asks
// for who have the letter here. Without any, the step is nil.
func (r *Room) successReport(ctx context.Context, in Incoming, l *Letter) ([]*store.Staged, func(tx *store.Tx) error, error) {
	if in.From == "" || len(in.Recipients) == 0 {
		return nil, nil, nil
	}
	now := r.clock.Now()
	var rcpts []compose.Recipient
	for _, to := range in.Recipients {
		if to.Notify&wire.NotifySuccess != 0 {
			rcpts = append(rcpts, compose.Recipient{Final: to.Address, Original: to.ORcpt, Action: compose.Delivered, Status: "2.1.5", LastAttempt: now})
		}
	}
	if len(rcpts) == 0 {
		return nil, nil, nil
	}
	o := original{
		org: in.Recipients[0].Account.Org, sender: in.From, ret: "HDRS", envid: in.EnvID, utf8: in.UTF8, blob: l.blob, since: now,
		open: func() (*store.Blob, error) { return r.openLetter(ctx, l) },
	}
	staged, step, err := r.report(ctx, actionDelivered, o, rcpts)
	if err != nil {
		return nil, nil, err
	}
	return []*store.Staged{staged}, step, nil
}

// openLetter opens the bytes of a letter, filed or not.
func (r *Room) openLetter(ctx context.Context, l *Letter) (*store.Blob, error) {
	if l.staged != nil {
		return l.staged.Open(ctx)
	}
	return r.db.Open(ctx, l.blob.Scope, l.blob.Hash)
}

// heldReport tells the user of a mail program that a letter waits for review;
// the web client shows it. Without need the step is nil.
func (r *Room) heldReport(ctx context.Context, p *plan, l *Letter) ([]*store.Staged, func(tx *store.Tx) error, error) {
	if !p.pass.holds() || p.pass.held.submission != 0 || p.pass.direction != flow.Out {
		return nil, nil, nil
	}
	now := r.clock.Now()
	var rcpts []compose.Recipient
	for _, q := range p.rows {
		if wantsDelay(q) {
			rcpts = append(rcpts, compose.Recipient{Final: q.rcpt, Original: q.orcpt, Action: compose.Delayed, Status: "4.7.1", LastAttempt: now})
		}
	}
	if len(rcpts) == 0 {
		return nil, nil, nil
	}
	q := p.rows[0]
	o := original{org: q.org, sender: q.sender, ret: q.ret, envid: q.envid, utf8: q.utf8, blob: l.blob, since: now,
		open: func() (*store.Blob, error) { return r.openLetter(ctx, l) }}
	staged, step, err := r.report(ctx, actionHeld, o, rcpts)
	return []*store.Staged{staged}, step, err
}

// report composes a report and finds where it goes.
func (r *Room) report(ctx context.Context, action string, o original, rcpts []compose.Recipient) (*store.Staged, func(tx *store.Tx) error, error) {
	now := r.clock.Now()
	words := reportWords[action]
	d := compose.DSN{
		From: mime.Address{Name: "Mail Delivery System", Local: "postmaster", Host: r.conf.Hostname}, To: o.sender,
		Subject: words[0], Text: reportText(words[1], rcpts), MessageID: id.Token(16) + "@" + r.conf.Hostname, Date: now,
		ReportingMTA: r.conf.Hostname, EnvelopeID: o.envid, Arrival: o.since, Recipients: rcpts,
		// RFC 3461 section 6.2: RET decides; a delay or success shows the header only.
		HeadersOnly: o.ret == "HDRS" || wireAction(action) != compose.Failed || o.ret == "" && o.blob.Size > maxReturned/16 || o.blob.Size > maxReturned,
		Original: func() (io.ReadCloser, error) {
			b, err := o.open()
			if err != nil {
				return nil, err
			}
			return struct {
				io.Reader
				io.Closer
			}{withoutReturnPath(b), b}, nil
		},
	}
	if o.utf8 {
		d.Style = compose.UTF8 // RFC 6533
	}
	l, err := r.spoolReport(ctx, o.org, &d)
	if err != nil && errs.KindOf(err) != errs.Unavailable {
		// Better a report without the letter than none.
		r.log.Error("queue: a letter cannot be shown in its report", "err", err)
		d.Original = nil
		l, err = r.spoolReport(ctx, o.org, &d)
	}
	if err != nil {
		return nil, nil, err
	}
	step, err := r.sendReport(ctx, o, l)
	return l.staged, step, err
}

func reportText(first string, rcpts []compose.Recipient) string {
	var b strings.Builder
	b.WriteString(first + "\n\n")
	for _, one := range rcpts {
		fmt.Fprintf(&b, "  %s\n", one.Final)
		if one.RemoteMTA != "" {
			fmt.Fprintf(&b, "    %s said: %s\n", one.RemoteMTA, one.Diagnostic)
		} else if one.Diagnostic != "" {
			fmt.Fprintf(&b, "    %s\n", one.Diagnostic)
		}
		if !one.RetryUntil.IsZero() {
			fmt.Fprintf(&b, "    Tried until %s.\n", one.RetryUntil.Format(dateForm))
		}
	}
	return b.String()
}

func (r *Room) spoolReport(ctx context.Context, org int64, d *compose.DSN) (*Letter, error) {
	m, err := d.Message()
	if err != nil {
		return nil, err
	}
	pr, pw := io.Pipe()
	go func() {
		_, err := m.WriteTo(pw)
		pw.CloseWithError(err)
	}()
	defer pr.Close()
	return r.spool(ctx, store.Scope{Org: org}, io.MultiReader(strings.NewReader("Return-Path: <>\r\n"), pr))
}

// sendReport returns what files the report in the sender's mailbox, or queues
// it when the sender is elsewhere. Its own sender is the null one, so that no
// report is ever made about a report (RFC 5321 section 4.5.5).
func (r *Room) sendReport(ctx context.Context, o original, l *Letter) (func(tx *store.Tx) error, error) {
	here, err := r.CheckRecipient(ctx, o.sender)
	switch {
	case err == nil, errs.Is(err, errs.OverQuota):
		if err := r.prepareAll(ctx, []Recipient{here}); err != nil {
			return nil, err
		}
		// A full mailbox still learns that a letter did not arrive: the
		// report is small, and there is nobody else to tell.
		here.Account.Quota = noQuota
		return func(tx *store.Tx) error { return r.file(ctx, tx, Incoming{Recipients: []Recipient{here}}, l) }, nil
	case errs.Is(err, errs.Forbidden):
		normal, err := directory.NormalAddress(o.sender)
		if err != nil {
			return nil, err
		}
		_, domain, _ := wire.Split(normal)
		now := r.clock.Now().UnixMilli()
		row := queueRow{org: o.org, id: id.New(), domain: domain, nextAt: now, queuedAt: now, rcpt: o.sender, utf8: o.utf8 && needsUTF8(o.sender), blob: l.blob}
		return func(tx *store.Tx) error { return r.enqueue(ctx, tx, []queueRow{row}, l) }, nil
	case errs.Is(err, errs.NotFound), errs.Is(err, errs.Invalid):
		// The account has gone meanwhile; there is nobody to tell.
		r.log.Warn("queue: nobody to report to", "address", o.sender)
		return func(tx *store.Tx) error { return nil }, nil
	}
	return nil, err
}

// noQuota lifts an account's limit for one letter.
const noQuota = 1 << 62
