package mail

import (
	"context"
	"errors"
	"time"

	"chancery/kit/errs"
	"chancery/store"
)

// RescheduleSubmission changes when a submission that is still held goes out;
// a time that is not in the future sends it now. Conflict when it is too late.
func (a *Account) RescheduleSubmission(ctx context.Context, id int64, at time.Time) (s Submission, err error) {
	if err := a.maySubmit(ctx); err != nil {
		return s, err
	}
	now := a.room.clock.Now()
	if at.Before(now) {
		at = now
	}
	if at.Sub(now) > time.Duration(a.room.conf.MaxHold)*time.Second {
		return s, errs.E(errs.Invalid, "A letter can be held for %d seconds at most.", a.room.conf.MaxHold)
	}
	err = a.write(ctx, nil, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.info.ID, touched{submission: true, email: true})
		if err != nil {
			return err
		}
		if s, err = a.findSubmission(ctx, tx, id); err != nil {
			return err
		}
		rows, leased, err := selectSubmissionRows(ctx, tx, a.info.ID, id)
		if err != nil {
			return err
		}
		if s.Undo != UndoPending || leased || len(rows) < len(s.Status) {
			return errs.E(errs.Conflict, "The letter has gone out already.")
		}
		if err := moveQueueRows(ctx, tx, a.info.ID, id, at.UnixMilli()); err != nil {
			return err
		}
		s.SendAt, s.Modseq = at.UTC().Truncate(time.Millisecond), row.modseq
		if err := touchMessages(ctx, tx, a.info.ID, []int64{s.Message}, row.modseq); err != nil {
			return err
		}
		tx.OnCommit(a.room.wakeQueue)
		return updateSendAt(ctx, tx, a.info.ID, s)
	})
	return s, err
}

// released moves a letter that was scheduled to those sent, in the
// transaction that records its going out.
func (r *Room) released(ctx context.Context, tx *store.Tx, account, message int64) error {
	return r.leaveScheduled(ctx, tx, account, message, RoleSent, "Sent",
		Change{AddKeywords: []string{Seen}, RemoveKeywords: []string{Draft}, Back: r.clock.Now().UnixMilli()})
}

// unscheduled makes a letter whose sending was taken back a draft again.
func (r *Room) unscheduled(ctx context.Context, tx *store.Tx, account, message int64) error {
	return r.leaveScheduled(ctx, tx, account, message, RoleDrafts, "Drafts", Change{AddKeywords: []string{Draft, Seen}})
}

// leaveScheduled moves a letter out of the mailbox of those scheduled, if it
// is there, with a further change.
func (r *Room) leaveScheduled(ctx context.Context, tx *store.Tx, account, message int64, role, name string, ch Change) error {
	from, err := selectMailboxByRole(ctx, tx, account, RoleScheduled)
	if found, err := store.Found(err); !found {
		return err
	}
	m, err := selectMessage(ctx, tx, account, message, r.views.words.get)
	if found, err := store.Found(err); !found {
		return err
	}
	if _, in := m.In(from); !in {
		return nil
	}
	to, err := r.ensureRole(ctx, tx, account, role, name, false)
	if err != nil {
		return err
	}
	ch.ID, ch.AddTo, ch.RemoveFrom = message, []int64{to}, []Place{{Mailbox: from}}
	a := &Account{room: r, info: AccountInfo{ID: account}}
	if _, err := a.changePart(ctx, tx, []Change{ch}); err != nil && !errors.Is(err, errNothing) {
		return err
	}
	return nil
}
