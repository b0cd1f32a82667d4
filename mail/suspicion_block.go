package mail

import (
	"context"
	"sync"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/mime"
)

// Blocked is a sender whose letters go to an account's junk.
type Blocked struct {
	ID      int64
	Address string
	Since   time.Time
}

// MaxBlocked bounds the list of one account.
const MaxBlocked = 1000

// Blocked lists the senders that the account has blocked.
func (a *Account) Blocked(ctx context.Context) (list []Blocked, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectBlocked(ctx, tx, a.info.ID)
		return err
	})
	return list, err
}

// Block has what a sender writes from now on go to the junk. Exists when it is
// on the list already.
func (a *Account) Block(ctx context.Context, address string) (b Blocked, err error) {
	if err := a.can(ctx, policy.Organise); err != nil {
		return b, err
	}
	normal, err := directory.NormalAddress(address)
	if err != nil {
		return b, err
	}
	b = Blocked{ID: id.New(), Address: normal, Since: a.room.clock.Now().UTC().Truncate(time.Millisecond)}
	err = a.write(ctx, nil, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.info.ID, touched{})
		if err != nil {
			return err
		}
		list, err := selectBlocked(ctx, tx, a.info.ID)
		if err != nil {
			return err
		}
		if len(list) >= MaxBlocked {
			return errs.E(errs.TooLarge, "%d senders can be blocked at most.", MaxBlocked)
		}
		fresh, err := insertBlocked(ctx, tx, a.info.ID, b)
		if err == nil && !fresh {
			err = errs.E(errs.Exists, "The sender is blocked already.")
		}
		if err == nil {
			err = putBlockChange(ctx, tx, a.info.ID, b.ID, row.modseq, row.modseq, false)
		}
		tx.OnCommit(a.room.blocks.forget)
		return err
	})
	return b, err
}

// Unblock takes a sender off the list.
func (a *Account) Unblock(ctx context.Context, id int64) error {
	if err := a.can(ctx, policy.Organise); err != nil {
		return err
	}
	return a.write(ctx, nil, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.info.ID, touched{})
		if err != nil {
			return err
		}
		was, err := deleteBlocked(ctx, tx, a.info.ID, id)
		if err == nil && !was {
			err = errs.E(errs.NotFound, "There is no such sender on the list.")
		}
		if err != nil {
			return err
		}
		return putBlockChange(ctx, tx, a.info.ID, id, 0, row.modseq, true)
	})
}

// BlockedState returns the account's counter at the last change of the list.
func (a *Account) BlockedState(ctx context.Context) (n int64, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		n, err = selectBlockState(ctx, tx, a.info.ID)
		return err
	})
	return n, err
}

// BlockedChanges returns what happened to the list after the counter stood at since.
func (a *Account) BlockedChanges(ctx context.Context, since int64) (c ObjectChanges, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) error {
		c = ObjectChanges{}
		return selectBlockChanges(ctx, tx, a.info.ID, since, &c)
	})
	return c, err
}

// blocks remembers whether anybody has blocked anybody, so that a delivery
// costs nothing where nobody has.
type blocks struct {
	mu    sync.Mutex
	any   bool
	until time.Time
}

// blocksLife is how long another process may take to hear of the first one.
const blocksLife = 30 * time.Second

func (b *blocks) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.until = time.Time{}
}

// has says whether anybody has blocked anybody.
func (b *blocks) has(ctx context.Context, tx *store.Tx, now time.Time) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.until) {
		return b.any, nil
	}
	any, err := anyBlocked(ctx, tx)
	if err == nil {
		b.any, b.until = any, now.Add(blocksLife)
	}
	return any, err
}

// keepsOut is isBlocked before the transaction that files the letter.
func (b *blocks) keepsOut(ctx context.Context, r *Room, account int64, in Incoming, l *Letter) (blocked bool, err error) {
	err = r.db.Read(ctx, func(tx *store.Tx) (err error) {
		blocked, err = r.isBlocked(ctx, tx, account, in, l)
		return err
	})
	return blocked, err
}

// isBlocked says whether an account wants a letter among its junk.
func (r *Room) isBlocked(ctx context.Context, tx *store.Tx, account int64, in Incoming, l *Letter) (bool, error) {
	if any, err := r.blocks.has(ctx, tx, r.clock.Now()); !any {
		return false, err
	}
	sender, err := directory.NormalAddress(in.From)
	if err != nil {
		sender = ""
	}
	author := ""
	if from := mime.Mailboxes(l.Content.Message.Envelope.From); len(from) > 0 {
		if author, err = directory.NormalAddress(from[0].Email()); err != nil {
			author = ""
		}
	}
	return isBlocked(ctx, tx, account, sender, author)
}
