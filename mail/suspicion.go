package mail

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/compose"
	"chancery/wire/mime"
)

// ReportKind says what somebody thinks of letters.
type ReportKind string

// The kinds of reports.
const (
	ReportSuspicious ReportKind = "suspicious" // an attempt to deceive: the office is told
	ReportJunk       ReportKind = "junk"
	ReportNotJunk    ReportKind = "notjunk"
)

// Keywords that say what was reported; $junk and $notjunk are those of RFC
// 8621 section 4.1.1.
const (
	Junk     = "$junk"
	NotJunk  = "$notjunk"
	Phishing = "$phishing"
)

// MaxReported bounds the letters of one report that goes to the office.
const MaxReported = 50

// maxReportObject bounds what the record says of a letter: its sender wrote it.
const maxReportObject = 1000

// reportPause is how long a report waits, so that it can be taken back.
const reportPause = 8 * time.Second

// Report moves letters to the junk or out of it. Those that are suspicious
// also go to the office's address for such reports, each as it came; the
// report can be taken back by its number, which is 0 where nothing was sent.
func (a *Account) Report(ctx context.Context, kind ReportKind, ids []int64) (report int64, err error) {
	if err := a.can(ctx, policy.Organise|policy.Mark); err != nil {
		return 0, err
	}
	if len(ids) == 0 {
		return 0, errs.E(errs.Invalid, "There is nothing to report.")
	}
	snap, err := a.Snapshot(ctx)
	if err != nil {
		return 0, err
	}
	for _, n := range ids {
		if _, ok := snap.Message(n); !ok {
			return 0, errs.E(errs.NotFound, "There is no such message.")
		}
	}
	role, change := RoleJunk, Change{AddKeywords: []string{Junk}, RemoveKeywords: []string{NotJunk}}
	switch kind {
	case ReportSuspicious:
		if len(ids) > MaxReported {
			return 0, errs.E(errs.TooLarge, "%d letters can be reported at once.", MaxReported)
		}
		change.AddKeywords = append(change.AddKeywords, Phishing)
		if report, err = a.tellOffice(ctx, ids); err != nil {
			return 0, err
		}
	case ReportJunk:
	case ReportNotJunk:
		role, change = RoleInbox, Change{AddKeywords: []string{NotJunk}, RemoveKeywords: []string{Junk, Phishing}}
	default:
		return 0, errs.E(errs.Invalid, "A letter cannot be reported as %q.", string(kind))
	}
	box, ok := snap.ByRole(role)
	if !ok {
		return report, errs.E(errs.NotFound, "There is no folder for junk.")
	}
	changes := make([]Change, len(ids))
	for i, n := range ids {
		changes[i] = change
		changes[i].ID, changes[i].SetMailboxes = n, []int64{box.ID}
	}
	outcomes, err := a.Change(ctx, changes)
	for _, o := range outcomes {
		if err == nil && o.Err != nil && !errs.Is(o.Err, errs.NotFound) {
			err = o.Err
		}
	}
	return report, err
}

// tellOffice queues a report about each letter, all under one number, and
// records who reported what in the same transaction.
func (a *Account) tellOffice(ctx context.Context, ids []int64) (report int64, err error) {
	to := a.room.conf.ReportAddress
	if to != "" {
		report = id.New()
	}
	for _, n := range ids {
		blob, content, err := a.OpenMessage(ctx, n)
		if err != nil {
			return 0, err
		}
		e := &content.Message.Envelope
		object := cutText(fmt.Sprintf("message %s from %s", e.MessageID, people(e.From)), maxReportObject)
		note := func(tx *store.Tx) error {
			return audit.Append(ctx, tx, a.room.clock.Now(), audit.By(a.subject, "mail.report", object, nil))
		}
		if to == "" {
			err = a.room.db.Write(ctx, note)
		} else {
			err = a.sendReport(ctx, report, to, blob, content.Message, note)
		}
		blob.Close()
		if err != nil {
			return 0, err
		}
	}
	return report, nil
}

func people(list []mime.Address) string {
	var out []string
	for _, a := range mime.Mailboxes(list) {
		out = append(out, a.Email())
	}
	return strings.Join(out, ", ")
}

// sendReport queues the report on one letter.
func (a *Account) sendReport(ctx context.Context, report int64, to string, blob *store.Blob, letter *mime.Message, also func(tx *store.Tx) error) error {
	now, e := a.room.clock.Now(), &letter.Envelope
	level, _, err := labelOf(letter, blob)
	if err != nil {
		return err
	}
	p, err := a.room.plan(ctx, policy.System(a.scope.Org), Envelope{From: a.info.Address, Rcpts: []RcptTo{{Address: to}}, HoldUntil: now.Add(reportPause)}, level, nil)
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "The office's address for reports cannot be reached.")
	}
	m := a.feedback(to, blob, e, now)
	var text bytes.Buffer
	if _, err := m.WriteTo(&text); err != nil {
		return err
	}
	l, err := a.room.spoolUpTo(ctx, a.scope, &text, a.room.conf.MaxMessage+traceRoom+(64<<10))
	if err != nil {
		return err
	}
	p.account = a.info.ID
	for i := range p.rows {
		p.rows[i].submission = report
	}
	if err := a.room.post(ctx, p, l, also); err != nil {
		l.Discard()
		return err
	}
	return nil
}

// feedback writes a report in the form of RFC 5965: words for people, fields
// for programs, the letter as it came.
func (a *Account) feedback(to string, blob *store.Blob, e *mime.Envelope, now time.Time) *compose.Message {
	address := func(s, name string) []mime.Address {
		list := mime.ParseAddresses("<"+s+">", "", 1)
		if len(list) == 1 {
			list[0].Name = name
		}
		return list
	}
	_, domain, _ := strings.Cut(a.info.Address, "@")
	var machine strings.Builder
	machine.WriteString("Feedback-Type: fraud\r\nUser-Agent: Chancery\r\nVersion: 1\r\n")
	machine.WriteString("Reporting-MTA: dns; " + a.room.conf.Hostname + "\r\n")
	machine.WriteString("Arrival-Date: " + now.Format(dateForm) + "\r\n")
	return &compose.Message{
		Header: []compose.Field{
			compose.Date("Date", now),
			compose.Addresses("From", address(a.info.Address, a.info.Name), compose.Encoded),
			compose.Addresses("To", address(to, ""), compose.Encoded),
			compose.Text("Subject", "Suspicious: "+e.Subject, compose.Encoded),
			compose.MessageIDs("Message-ID", []string{compose.NewMessageID(domain)}),
			compose.Token("Auto-Submitted", "auto-generated"),
		},
		Body: &compose.Node{
			Type: "multipart/report", Params: []string{"report-type", "feedback-report"},
			Parts: []*compose.Node{
				{Type: "text/plain", Text: fmt.Sprintf("%s <%s> reports the attached letter from %s as suspicious.\r\n", a.info.Name, a.info.Address, people(e.From))},
				{Type: "message/feedback-report", Text: machine.String()},
				{Type: "message/rfc822", Disposition: "attachment", Open: func() (io.ReadCloser, error) { return io.NopCloser(blob.Reader()), nil }},
			},
		},
	}
}

// TakeBackReport keeps a report that has not gone out from going out. Conflict
// when it has.
func (a *Account) TakeBackReport(ctx context.Context, report int64) error {
	if err := a.can(ctx, policy.Organise|policy.Mark); err != nil {
		return err
	}
	if report == 0 {
		return errs.E(errs.NotFound, "There is no such report.") // letters of mail programs wait under 0
	}
	return a.write(ctx, nil, func(tx *store.Tx) error {
		rows, leased, err := selectSubmissionRows(ctx, tx, a.info.ID, report)
		if err != nil {
			return err
		}
		if len(rows) == 0 || leased {
			return errs.E(errs.Conflict, "The report has gone out already.")
		}
		// A submission of the person's own is not taken back in this way.
		_, err = selectSubmission(ctx, tx, a.info.ID, report)
		if found, err := store.Found(err); err != nil || found {
			return cmp.Or(err, error(errs.E(errs.NotFound, "There is no such report.")))
		}
		if err := a.room.dropRows(ctx, tx, rows); err != nil {
			return err
		}
		return audit.Append(ctx, tx, a.room.clock.Now(), audit.By(a.subject, "mail.report.undo", id.Text('r', report), nil))
	})
}
