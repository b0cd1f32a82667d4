package mailapi

import (
	"context"
	"encoding/json"
	"maps"
	"time"

	"chancery/kit/errs"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

// laterCapability announces what is our own about letters and time.
func (a *API) laterCapability() jmap.Capability {
	return jmap.Capability{
		URN:     jmapmail.LaterURN,
		Account: func(acc jmap.Account) (any, bool) { return nil, !acc.IsReadOnly },
		Methods: map[string]jmap.Method{},
	}
}

// ownMetadata are our own properties of a message as filed.
var ownMetadata = map[string]writer{
	"snoozed": filedJSON(func(e *email) any {
		s := e.later.Snooze
		if s == nil {
			return nil
		}
		out := &jmapmail.Snoozed{Until: jmap.UTCDate{Time: s.Until}, SetKeywords: s.Keywords}
		if s.Mailbox != 0 {
			box := mailboxText(s.Mailbox)
			out.MailboxID = &box
		}
		return out
	}),
	"reminder": filedJSON(func(e *email) any {
		r := e.later.Reminder
		if r == nil {
			return nil
		}
		return &jmapmail.Reminder{At: jmap.UTCDate{Time: r.At}, UnlessAnswered: r.UnlessAnswered}
	}),
	"receipts": filedJSON(func(e *email) any {
		out := []jmapmail.Receipt{}
		for _, r := range e.later.Receipts {
			out = append(out, jmapmail.Receipt{Recipient: r.Recipient, Type: r.Type, At: jmap.UTCDate{Time: r.At}})
		}
		return out
	}),
	"scheduled": filedJSON(func(e *email) any {
		s := e.later.Submission
		if s == nil {
			return nil
		}
		return &jmapmail.Scheduled{SendAt: jmap.UTCDate{Time: s.SendAt}, SubmissionID: submissionText(s.ID)}
	}),
	"backAt": filed(func(e *email, b []byte) []byte {
		if e.m.BackMs == 0 {
			return append(b, "null"...)
		}
		return jmap.AppendTime(b, time.UnixMilli(e.m.BackMs).UTC())
	}),
}

// filedJSON writes a property by its Go value; nil is null.
func filedJSON(value func(e *email) any) writer {
	return func(e *email, b []byte) ([]byte, error) {
		if e.m == nil {
			return append(b, "null"...), nil
		}
		v := value(e)
		if v == nil {
			return append(b, "null"...), nil
		}
		text, err := json.Marshal(v)
		return append(b, text...), err
	}
}

// laterOf reads what waits for the messages, where it was asked for. Snoozed
// and scheduled are those that still lie where such letters lie.
func laterOf(ctx context.Context, acc *mail.Account, p *plan, found []*mail.Message) (map[int64]mail.Later, error) {
	if !p.needsLater || len(found) == 0 {
		return map[int64]mail.Later{}, nil
	}
	ids := make([]int64, len(found))
	for i, m := range found {
		ids[i] = m.ID
	}
	out, err := acc.Later(ctx, ids...)
	if err != nil || len(out) == 0 {
		return out, err
	}
	snap, err := acc.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	snoozed, _ := snap.ByRole(mail.RoleSnoozed)
	scheduled, _ := snap.ByRole(mail.RoleScheduled)
	for _, m := range found {
		l, ok := out[m.ID]
		if !ok {
			continue
		}
		if _, in := m.In(snoozed.ID); !in {
			l.Snooze = nil
		}
		if _, in := m.In(scheduled.ID); !in {
			l.Submission = nil // held for a moment only, to be taken back
		}
		out[m.ID] = l
	}
	return out, nil
}

// readSnooze reads the property snoozed of a patch.
func (s *emailSetter) readSnooze(raw json.RawMessage) (*mail.Snooze, error) {
	var in *jmapmail.Snoozed
	if err := jmap.DecodeStrict(raw, &in); err != nil {
		return nil, jmap.BadProperty("snoozed", "The value of snoozed has the wrong form.")
	}
	if in == nil {
		return &mail.Snooze{}, nil
	}
	if in.Until.IsZero() {
		return nil, jmap.BadProperty("snoozed", "until is missing.")
	}
	out := &mail.Snooze{Until: in.Until.Time}
	if in.MailboxID != nil {
		box, err := readMailbox(s.call, s.snap, *in.MailboxID)
		if err != nil {
			return nil, jmap.BadProperty("snoozed", "There is no mailbox %q.", *in.MailboxID)
		}
		out.Mailbox = box
	}
	if in.SetKeywords != nil {
		out.Keywords = maps.Clone(in.SetKeywords)
		if len(out.Keywords) > mail.MaxKeywords {
			return nil, tooManyKeywords()
		}
		for word := range out.Keywords {
			if !mail.ValidKeyword(word) {
				return nil, jmap.BadProperty("snoozed", "%q cannot be a keyword.", word)
			}
		}
	}
	return out, nil
}

// readReminder reads the property reminder of a patch.
func readReminder(raw json.RawMessage) (*mail.Reminder, error) {
	var in *jmapmail.Reminder
	if err := jmap.DecodeStrict(raw, &in); err != nil {
		return nil, jmap.BadProperty("reminder", "The value of reminder has the wrong form.")
	}
	if in == nil {
		return &mail.Reminder{}, nil
	}
	if in.At.IsZero() {
		return nil, jmap.BadProperty("reminder", "at is missing.")
	}
	return &mail.Reminder{At: in.At.Time, UnlessAnswered: in.UnlessAnswered}, nil
}

// reschedule changes sendAt of a submission that is pending.
func (s *submissionSetter) reschedule(ctx context.Context, id int64, raw json.RawMessage) error {
	var at jmap.UTCDate
	if err := json.Unmarshal(raw, &at); err != nil || at.IsZero() {
		return jmap.BadProperty("sendAt", "sendAt is a time.")
	}
	_, err := s.acc.RescheduleSubmission(ctx, id, at.Time)
	switch {
	case errs.Is(err, errs.Conflict):
		return jmap.Refuse("cannotUnsend", "%s", errs.Text(err))
	case errs.Is(err, errs.Invalid):
		return jmap.BadProperty("sendAt", "%s", errs.Text(err))
	}
	return err
}
