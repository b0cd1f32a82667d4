package mail

import (
	"context"
	"errors"
	"slices"
	"time"

	"chancery/kit/errs"
	"chancery/store"
)

// Snooze puts a letter out of sight until a time.
type Snooze struct {
	Until    time.Time       // zero in a Change: bring it back to where it was
	Mailbox  int64           // where it comes back; 0 = the inbox
	Keywords map[string]bool // to set or clear then; nil = unread
}

// Reminder brings a letter to the top of the inbox at a time.
type Reminder struct {
	At             time.Time // zero in a Change: no reminder
	UnlessAnswered bool      // an answer in its thread ends it
}

// Later is what waits for a message.
type Later struct {
	Snooze     *Snooze
	Reminder   *Reminder
	Submission *Submission // that is still held
	Receipts   []Receipt   // that came for it
}

// Keywords of letters that came back. $new is that of the draft on mailbox
// attributes and message flags: to be shown more prominently.
const (
	Back     = "$new"
	Reminded = "$reminded"
)

// Roles of the mailboxes for letters that wait.
const (
	RoleSnoozed   = "snoozed"
	RoleScheduled = "scheduled"
)

// maxLater is how far ahead a letter can be put off: a mistyped year must not
// hide it for good.
const maxLater = 5 * 366 * 24 * time.Hour

// The kinds of rows.
const (
	laterSnoozed  = 1
	laterReminder = 2
)

// Later returns what waits for messages of the account.
func (a *Account) Later(ctx context.Context, ids ...int64) (map[int64]Later, error) {
	out := map[int64]Later{}
	if len(ids) == 0 {
		return out, nil
	}
	err := a.room.db.Read(ctx, func(tx *store.Tx) error {
		clear(out)
		rows, err := selectLater(ctx, tx, a.info.ID, slices.Min(ids), slices.Max(ids))
		for _, row := range rows {
			l := out[row.message]
			if row.kind == laterSnoozed {
				l.Snooze = &Snooze{Until: millis(row.until), Mailbox: row.mailbox, Keywords: row.keywords}
			} else {
				l.Reminder = &Reminder{At: millis(row.until), UnlessAnswered: row.unanswered}
			}
			out[row.message] = l
		}
		if err != nil {
			return err
		}
		err = selectReceipts(ctx, tx, a.info.ID, slices.Min(ids), slices.Max(ids), func(message int64, r Receipt) {
			l := out[message]
			l.Receipts = append(l.Receipts, r)
			out[message] = l
		})
		if err != nil {
			return err
		}
		held, err := selectHeld(ctx, tx, a.info.ID, slices.Min(ids), slices.Max(ids))
		for _, s := range held {
			l := out[s.Message]
			l.Submission = &s
			out[s.Message] = l
		}
		return err
	})
	return out, err
}

// later does what a change says of snoozing and reminding.
func (c *changer) later(ctx context.Context, m *Message, ch Change) (changed bool, err error) {
	if ch.Back != 0 {
		m.BackMs = ch.Back
		changed = true
	}
	if ch.Snooze != nil {
		if err := c.snooze(ctx, m, *ch.Snooze); err != nil {
			return false, err
		}
		changed = true
	}
	if ch.Reminder != nil {
		if err := c.remind(ctx, m, *ch.Reminder); err != nil {
			return false, err
		}
		changed = true
	}
	return changed, nil
}

func (c *changer) checkTime(t time.Time) error {
	now := c.a.room.clock.Now()
	switch {
	case !t.After(now):
		return errs.E(errs.Invalid, "The time is in the past.")
	case t.Sub(now) > maxLater:
		return errs.E(errs.Invalid, "A letter can be put off for five years at most.")
	}
	return nil
}

func (c *changer) snooze(ctx context.Context, m *Message, s Snooze) error {
	account := c.a.info.ID
	box, err := c.a.room.ensureRole(ctx, c.tx, account, RoleSnoozed, "Snoozed", s.Until.IsZero())
	if err != nil {
		return err
	}
	old, err := selectLaterOne(ctx, c.tx, account, m.ID, laterSnoozed)
	had, err := store.Found(err)
	if err != nil {
		return err
	}
	_, there := m.In(box)
	there = there && had
	if s.Until.IsZero() {
		if !there {
			return errs.E(errs.Invalid, "The letter is not snoozed.")
		}
		if err := deleteLater(ctx, c.tx, account, m.ID, laterSnoozed); err != nil {
			return err
		}
		return c.bring(ctx, m, box, old.origin)
	}
	if err := c.checkTime(s.Until); err != nil {
		return err
	}
	if s.Mailbox != 0 {
		if _, err := c.a.mailbox(ctx, c.tx, s.Mailbox); err != nil {
			return err
		}
	}
	row := laterRow{message: m.ID, kind: laterSnoozed, thread: m.Thread, until: s.Until.UnixMilli(), mailbox: s.Mailbox, keywords: s.Keywords, origin: old.origin}
	if !there {
		row.origin = c.putAside(m)
		if err := c.setPlaces(ctx, m, Change{AddTo: []int64{box}}); err != nil {
			return err
		}
	}
	c.a.room.laterAt(c.tx)
	return putLater(ctx, c.tx, account, row)
}

// putAside takes a letter out of the inbox; from elsewhere it leaves
// everything, while labels of a letter in the inbox stay.
func (c *changer) putAside(m *Message) (left []int64) {
	_, inbox := m.In(inboxID)
	m.Places = slices.DeleteFunc(m.Places, func(p Place) bool {
		gone := !inbox || p.Mailbox == inboxID
		if gone {
			left = append(left, p.Mailbox)
		}
		return gone
	})
	return left
}

// bring moves a letter from the snoozed ones to those of the mailboxes that
// are still there, else to the inbox.
func (c *changer) bring(ctx context.Context, m *Message, from int64, to []int64) error {
	var there []int64
	for _, box := range to {
		_, err := c.a.mailbox(ctx, c.tx, box)
		if err == nil {
			there = append(there, box)
		} else if !errs.Is(err, errs.NotFound) {
			return err
		}
	}
	if len(there) == 0 {
		there = []int64{inboxID}
	}
	return c.setPlaces(ctx, m, Change{AddTo: there, RemoveFrom: []Place{{Mailbox: from}}})
}

func (c *changer) remind(ctx context.Context, m *Message, r Reminder) error {
	if r.At.IsZero() {
		return deleteLater(ctx, c.tx, c.a.info.ID, m.ID, laterReminder)
	}
	if err := c.checkTime(r.At); err != nil {
		return err
	}
	c.a.room.laterAt(c.tx)
	return putLater(ctx, c.tx, c.a.info.ID, laterRow{message: m.ID, kind: laterReminder, thread: m.Thread, until: r.At.UnixMilli(), unanswered: r.UnlessAnswered})
}

// ensureRole finds the mailbox of a role and makes it where there is none,
// unless only looking: then 0.
func (r *Room) ensureRole(ctx context.Context, tx *store.Tx, account int64, role, name string, look bool) (int64, error) {
	box, err := selectMailboxByRole(ctx, tx, account, role)
	if found, err := store.Found(err); found || err != nil || look {
		return box, err
	}
	all, err := selectMailboxes(ctx, tx, account, 0)
	if err != nil {
		return 0, err
	}
	if len(all) >= r.conf.MaxMailboxes {
		return 0, errs.E(errs.TooLarge, "An account can have at most %d folders.", r.conf.MaxMailboxes)
	}
	for slices.ContainsFunc(all, func(m Mailbox) bool { return m.Parent == 0 && m.Name == name }) {
		name += "_"
	}
	row, err := bump(ctx, tx, account, touched{mailbox: true, mailboxes: 1})
	if err != nil {
		return 0, err
	}
	m := Mailbox{ID: row.nextMailbox - 1, Name: name, Role: role, SortOrder: 3, Subscribed: true}
	r.stamp(&m, row.modseq)
	return m.ID, insertMailbox(ctx, tx, account, m)
}

// answered ends the reminders of a thread in which an answer has arrived. It
// asks the database only where a letter joins a thread.
func (r *Room) answered(ctx context.Context, tx *store.Tx, account int64, own string, m *Message, in Incoming, l *Letter) error {
	if m.Thread == m.ID || !isAnswer(own, in, l) {
		return nil
	}
	ids, err := deleteAnswered(ctx, tx, account, m.Thread)
	if err != nil || len(ids) == 0 {
		return err
	}
	return touchMessages(ctx, tx, account, ids, m.Modseq)
}

// isAnswer says whether a letter can be one: not what a program wrote (RFC
// 3834 section 5), not one's own.
func isAnswer(own string, in Incoming, l *Letter) bool {
	return in.From != own && answerable(in.From, l.Content.Message)
}

// wake brings back the letters of an account that are due. The rows and the
// letters change in one transaction under the account's lock, so that it
// happens once whatever number of processes try, and again after a crash.
func (r *Room) wake(ctx context.Context, account, now int64) error {
	a := &Account{room: r, info: AccountInfo{ID: account}}
	err := a.write(ctx, nil, func(tx *store.Tx) error {
		if _, err := bump(ctx, tx, account, touched{email: true}); err != nil {
			return err
		}
		rows, err := selectDueLater(ctx, tx, account, now, changesPerTransaction)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return errNothing
		}
		box, err := r.ensureRole(ctx, tx, account, RoleSnoozed, "", true)
		if err != nil {
			return err
		}
		var changes []Change
		for _, row := range rows {
			if err := deleteLater(ctx, tx, account, row.message, row.kind); err != nil {
				return err
			}
			if ch, ok, err := a.comeBack(ctx, tx, row, box, now); err != nil {
				return err
			} else if ok {
				changes = append(changes, ch)
			}
		}
		return a.wakeAll(ctx, tx, changes)
	})
	if errors.Is(err, errNothing) {
		return nil
	}
	return err
}

// wakeAll makes the changes of letters that come back. One whose keywords
// cannot be set (it may have as many as fit) comes back without: nothing else
// would ever look for it where it waits.
func (a *Account) wakeAll(ctx context.Context, tx *store.Tx, changes []Change) error {
	for try := 0; len(changes) > 0 && try < 2; try++ {
		done, err := a.changePart(ctx, tx, changes)
		if err != nil && !errors.Is(err, errNothing) {
			return err
		}
		var again []Change
		for i, o := range done {
			if o.Err != nil {
				a.room.log.Warn("later: a letter comes back without its keywords", "account", a.info.ID, "message", changes[i].ID, "err", o.Err)
				again = append(again, Change{ID: changes[i].ID, Back: changes[i].Back, AddTo: changes[i].AddTo, RemoveFrom: changes[i].RemoveFrom})
			}
		}
		changes = again
	}
	return nil
}

// thrownAway says whether a letter lies nowhere but in the trash or the junk.
func (a *Account) thrownAway(ctx context.Context, tx *store.Tx, m *Message) (bool, error) {
	left := len(m.Places)
	for _, role := range []string{RoleTrash, RoleJunk} {
		box, err := selectMailboxByRole(ctx, tx, a.info.ID, role)
		if found, err := store.Found(err); err != nil {
			return false, err
		} else if _, in := m.In(box); found && in {
			left--
		}
	}
	return left == 0, nil
}

// comeBack makes the change for a row that is due. A letter that was moved
// away from the snoozed ones meanwhile stays where it is.
func (a *Account) comeBack(ctx context.Context, tx *store.Tx, row laterRow, snoozed, now int64) (ch Change, ok bool, err error) {
	m, err := a.message(ctx, tx, row.message)
	if found, err := store.Found(err); !found {
		return ch, false, err
	}
	ch = Change{ID: row.message, Back: now, AddKeywords: []string{Back}, RemoveKeywords: []string{Seen}}
	if row.kind == laterReminder {
		if thrown, err := a.thrownAway(ctx, tx, m); err != nil || thrown {
			return ch, false, err
		}
		ch.AddKeywords = append(ch.AddKeywords, Reminded)
		ch.AddTo = []int64{inboxID}
		return ch, true, nil
	}
	if _, in := m.In(snoozed); !in {
		return ch, false, nil
	}
	target := row.mailbox
	if target != 0 {
		_, err := a.mailbox(ctx, tx, target)
		if errs.Is(err, errs.NotFound) {
			target = 0
		} else if err != nil {
			return ch, false, err
		}
	}
	if target == 0 {
		target = inboxID
	}
	ch.AddTo, ch.RemoveFrom = []int64{target}, []Place{{Mailbox: snoozed}}
	if row.keywords != nil {
		ch.RemoveKeywords = nil
	}
	for word, on := range row.keywords {
		if on {
			ch.AddKeywords = append(ch.AddKeywords, word)
		} else {
			ch.RemoveKeywords = append(ch.RemoveKeywords, word)
		}
	}
	return ch, true, nil
}
