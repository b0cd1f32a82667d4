package mail

import (
	"context"
	"errors"
	"strings"
	"time"

	"chancery/approval"
	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/mime"
)

// RemovalCase is the kind of the cases of letters that are taken out of all
// mailboxes (N70).
const RemovalCase = "mail.removal"

// RemovalState is how far a removal is.
type RemovalState string

// The states of a removal.
const (
	RemovalAsked     RemovalState = "asked" // it waits for a second person, or was refused
	RemovalRuns      RemovalState = "removing"
	RemovalDone      RemovalState = "removed"
	RemovalRestoring RemovalState = "restoring"
	RemovalRestored  RemovalState = "restored"
	RemovalFinal     RemovalState = "final" // it cannot be put back any more
)

// RemovalDays is for how long letters can be put back.
const RemovalDays = 30

// Removal is a letter that is taken out of all mailboxes of an organisation. It
// is known by its Message-ID and its author: whoever copies the one cannot have
// another's letter removed.
type Removal struct {
	Case      int64
	By        int64 // account that asked
	At        time.Time
	State     RemovalState
	MessageID string
	From      string // address
	Subject   string
	Level     policy.Level
	Reason    string
	Found     int       // mailboxes that had it when it was asked for
	Out       int       // letters that are taken out now
	Until     time.Time // they can be put back until; zero = not yet, or not any more
}

var errNoRemoval = errs.E(errs.NotFound, "There is no such removal.")

// AskRemoval asks that a letter is taken out of all mailboxes of the
// organisation, with the reason: for a second security administrator where the
// house has it so, else at once. Letters that still come are not stopped: that
// is for a rule.
func (r *Room) AskRemoval(ctx context.Context, s policy.Subject, messageID, from, reason string) (x Removal, err error) {
	if err := r.mayRule(ctx, s, "mail.removal", policy.DutySecurity); err != nil {
		return x, err
	}
	messageID, from, reason = strings.Trim(strings.TrimSpace(messageID), "<>"), strings.ToLower(strings.TrimSpace(from)), strings.TrimSpace(reason)
	switch {
	case messageID == "" || len(messageID) > 998 || from == "" || len(from) > 320:
		return x, errs.E(errs.Invalid, "Say which letter: its Message-ID, and the address that it is from.")
	case len(reason) < 10 || len(reason) > approval.MaxNote:
		return x, errs.E(errs.Invalid, "Say why, in 10 to %d bytes: it stands in the record.", approval.MaxNote)
	}
	row := removalRow{org: s.Org, id: id.New(), by: s.Account, at: r.clock.Now().UnixMilli(), state: RemovalAsked, ref: hash64(messageID), level: policy.Unlabelled,
		removalData: removalData{MessageID: messageID, From: from, Reason: reason}}
	if err := r.countRemoval(ctx, s, &row); err != nil {
		return x, err
	}
	ask := bySecond(s, RemovalCase, row.id, reason)
	ask.Title, ask.Level = row.From, row.level
	if r.conf.Review.Second {
		if err := r.needSecond(ctx, ask); err != nil {
			return x, err
		}
	}
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		admin, err := r.dir.AdministersIn(ctx, tx, s)
		if err != nil {
			return err
		}
		if !mayAny(s, admin, []policy.Duty{policy.DutySecurity}) {
			return errs.E(errs.Forbidden, "Your role does not allow this.")
		}
		if !r.conf.Review.Second {
			r.beginRemoval(tx, &row)
			return errorOr(insertRemoval(ctx, tx, row), r.noteRemoval(ctx, tx, s, row, "mail.removal.begin", 0))
		}
		_, err = r.desk.Ask(ctx, tx, s, ask)
		return errorOr(err, insertRemoval(ctx, tx, row))
	})
	return row.removal(0), err
}

// countRemoval finds how many mailboxes have the letter, and what it is. One
// that the subject may not see is not there.
func (r *Room) countRemoval(ctx context.Context, s policy.Subject, row *removalRow) error {
	for after := int64(0); ; {
		accounts, err := r.accountsWith(ctx, row.ref, after)
		if err != nil {
			return err
		}
		for _, account := range accounts {
			after = account
			if _, err := r.dir.Account(ctx, s.Org, account); errs.Is(err, errs.NotFound) {
				continue // another organisation's
			} else if err != nil {
				return err
			}
			err := r.db.Read(ctx, func(tx *store.Tx) error {
				list, err := r.matches(ctx, tx, account, row)
				if err != nil || len(list) == 0 || list[0].message.Level > s.Clearance {
					return err
				}
				row.Found++
				row.Subject, row.level = list[0].content.Message.Envelope.Subject, max(row.level, list[0].message.Level)
				return nil
			})
			if err != nil {
				return err
			}
		}
		if len(accounts) < removalAccounts {
			break
		}
	}
	if row.Found == 0 {
		return errs.E(errs.NotFound, "There is no mailbox with such a letter.")
	}
	return nil
}

// match is a letter in a mailbox that is to be taken out.
type match struct {
	message *Message
	content *Content
}

// matches finds the letters of an account that a removal is about.
func (r *Room) matches(ctx context.Context, tx *store.Tx, account int64, row *removalRow) (list []match, err error) {
	ids, err := selectByRef(ctx, tx, account, row.ref)
	if err != nil {
		return nil, err
	}
	for _, n := range ids {
		content, _, err := selectContent(ctx, tx, account, n)
		if err != nil {
			return nil, err
		}
		e := &content.Message.Envelope
		from := mime.Mailboxes(e.From)
		if e.MessageID != row.MessageID || len(from) == 0 || !strings.EqualFold(from[0].Email(), row.From) {
			continue
		}
		m, err := selectMessage(ctx, tx, account, n, r.views.words.get)
		if err != nil {
			return nil, err
		}
		list = append(list, match{m, content})
	}
	return list, nil
}

// beginRemoval has the clockwork take letters out.
func (r *Room) beginRemoval(tx *store.Tx, row *removalRow) {
	row.state, row.until = RemovalRuns, r.clock.Now().AddDate(0, 0, RemovalDays).UnixMilli()
	r.laterAt(tx)
}

// settleRemoval begins what a second person agreed to.
func (r *Room) settleRemoval(ctx context.Context, tx *store.Tx, c approval.Case, _ any) error {
	row, err := selectRemoval(ctx, tx, c.Org, c.ID)
	if err != nil || c.State != approval.Approved {
		return err
	}
	r.beginRemoval(tx, &row)
	return updateRemoval(ctx, tx, row)
}

// aboutRemoval shows what is to be taken out.
func (r *Room) aboutRemoval(ctx context.Context, _ policy.Subject, c approval.Case, _ bool) (any, error) {
	var x Removal
	err := r.db.Read(ctx, func(tx *store.Tx) error {
		row, err := selectRemoval(ctx, tx, c.Org, c.ID)
		if err != nil {
			return err
		}
		out, err := countRemoved(ctx, tx, c.Org, c.ID)
		x = row.removal(out)
		return err
	})
	return x, err
}

// Removals lists what was taken out of mailboxes, or was asked for, newest
// first. It is for security administrators, and for those who audit.
func (r *Room) Removals(ctx context.Context, s policy.Subject) (list []Removal, err error) {
	if err := r.mayRule(ctx, s, "mail.removals", policy.DutySecurity, policy.DutyRecord); err != nil {
		return nil, err
	}
	err = r.db.Read(ctx, func(tx *store.Tx) error {
		list = nil
		rows, err := selectRemovals(ctx, tx, s.Org, s.Clearance)
		for _, row := range rows {
			out, err := countRemoved(ctx, tx, s.Org, row.id)
			if err != nil {
				return err
			}
			list = append(list, row.removal(out))
		}
		return err
	})
	return list, err
}

// Restore puts letters back that were taken out, each where it was.
func (r *Room) Restore(ctx context.Context, s policy.Subject, number int64, reason string) error {
	if err := r.mayRule(ctx, s, "mail.removal", policy.DutySecurity); err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > approval.MaxNote {
		return errs.E(errs.Invalid, "Say why, in %d bytes at most: it stands in the record.", approval.MaxNote)
	}
	err := r.db.Write(ctx, func(tx *store.Tx) error {
		admin, err := r.dir.AdministersIn(ctx, tx, s)
		if err != nil {
			return err
		}
		row, err := selectRemoval(ctx, tx, s.Org, number)
		switch {
		case err != nil:
			return err
		case !mayAny(s, admin, []policy.Duty{policy.DutySecurity}):
			return errs.E(errs.Forbidden, "Your role does not allow this.")
		case row.level > s.Clearance:
			return store.ErrNoRows
		case row.state != RemovalRuns && row.state != RemovalDone:
			return errs.E(errs.Conflict, "There is nothing to put back.")
		}
		row.state, row.Reason = RemovalRestoring, reason
		r.laterAt(tx)
		return errorOr(updateRemoval(ctx, tx, row), r.noteRemoval(ctx, tx, s, row, "mail.removal.restore", 0))
	})
	if errors.Is(err, store.ErrNoRows) {
		err = errNoRemoval
	}
	return err
}

// noteRemoval writes about a removal into the record.
func (r *Room) noteRemoval(ctx context.Context, tx *store.Tx, by policy.Subject, row removalRow, verb string, letters int) error {
	e, err := audit.By(by, verb, cutText("message "+row.MessageID+" from "+row.From, maxReportObject), nil).Change(nil, struct {
		Case    string `json:"case"`
		Reason  string `json:"reason,omitempty"`
		Letters int    `json:"letters,omitempty"`
	}{id.Text('c', row.id), row.Reason, letters})
	if err != nil {
		return err
	}
	return audit.Append(ctx, tx, r.clock.Now(), e)
}
