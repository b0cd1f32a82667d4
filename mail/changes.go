package mail

import (
	"context"
	"maps"
	"slices"

	"chancery/kit/errs"
	"chancery/store"
)

// Changes is what happened to an account's messages after a state.
type Changes struct {
	Created, Updated, Destroyed []int64 // message ids
	Threads                     ThreadChanges
	Mailboxes                   MailboxChanges
}

// ThreadChanges is what happened to the threads: a thread is updated when
// messages came to it or left it.
type ThreadChanges struct {
	Created, Updated, Destroyed []int64
}

// MailboxChanges is what happened to the mailboxes. CountsOnly are updated
// ones in which only the numbers changed.
type MailboxChanges struct {
	Created, Updated, CountsOnly, Destroyed []int64
}

// Changes returns what happened after the account's counter stood at since,
// up to the snapshot. Conflict (JMAP cannotCalculateChanges) when that is too
// long ago or never was.
func (a *Account) Changes(ctx context.Context, snap *Snapshot, since int64) (*Changes, error) {
	if err := snap.Since(since); err != nil {
		return nil, err
	}
	c := &Changes{}
	snap.Each(func(m *Message) bool {
		switch {
		case m.Created > since:
			c.Created = append(c.Created, m.ID)
		case m.Modseq > since:
			c.Updated = append(c.Updated, m.ID)
		}
		return true
	})
	for _, m := range snap.Mailboxes() {
		switch {
		case m.Created > since:
			c.Mailboxes.Created = append(c.Mailboxes.Created, m.ID)
		case m.Modseq > since:
			c.Mailboxes.Updated = append(c.Mailboxes.Updated, m.ID)
		case m.Highest > since:
			c.Mailboxes.CountsOnly = append(c.Mailboxes.CountsOnly, m.ID)
		}
	}
	seen := map[int64]bool{}
	lost := map[int64]bool{} // threads that lost a message
	err := a.room.db.Read(ctx, func(tx *store.Tx) error {
		return selectGone(ctx, tx, a.info.ID, since, snap.Ceiling, func(g gone) {
			switch {
			case g.modseq > snap.Modseq:
			case g.uid == 0:
				c.Mailboxes.Destroyed = append(c.Mailboxes.Destroyed, g.mailbox)
			case g.whole && !seen[g.message]:
				seen[g.message] = true
				c.Destroyed = append(c.Destroyed, g.message)
				lost[g.thread] = true
			}
		})
	})
	c.threads(snap, since, lost)
	return c, err
}

// threads derives what happened to the threads from what happened to the
// messages.
func (c *Changes) threads(snap *Snapshot, since int64, lost map[int64]bool) {
	touched := maps.Clone(lost)
	for _, id := range c.Created {
		if m, ok := snap.Message(id); ok {
			touched[m.Thread] = true
		}
	}
	for _, thread := range slices.Sorted(maps.Keys(touched)) {
		members := snap.Thread(thread)
		switch {
		case len(members) == 0:
			c.Threads.Destroyed = append(c.Threads.Destroyed, thread)
		case !lost[thread] && !slices.ContainsFunc(members, func(m *Message) bool { return m.Created <= since }):
			c.Threads.Created = append(c.Threads.Created, thread)
		default:
			c.Threads.Updated = append(c.Threads.Updated, thread)
		}
	}
}

// Vanished returns the UIDs that left a mailbox after the account's counter
// stood at since, ascending (RFC 7162 section 3.2). Conflict when since is
// before what is remembered.
func (a *Account) Vanished(ctx context.Context, mailbox, since int64) (uids []uint32, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) error {
		row, err := selectAccount(ctx, tx, a.info.ID)
		if err != nil {
			return err
		}
		if since < row.oldest && row.oldest > 1 {
			return errs.E(errs.Conflict, "The removals since then are not known any more.")
		}
		uids, err = selectVanished(ctx, tx, a.info.ID, mailbox, since, a.subject.Clearance)
		return err
	})
	return uids, err
}
