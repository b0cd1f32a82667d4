package mail

import (
	"context"
	"io"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/store"
)

func millis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// arrived runs after a letter is durable in an account.
func (r *Room) arrived(account int64, m *Message, l *Letter) {
	if l.staged != nil {
		// Whoever is told now will ask for it next.
		r.parts.put(contentKey{account, m.ID}, l.Content, len(l.encoded))
	}
}

// departed runs after a message is removed for good.
func (r *Room) departed(account, message int64) {
	r.parts.drop(contentKey{account, message})
}

// Recipient is an address that a letter is for, found in the directory.
type Recipient struct {
	Address string
	Account directory.Account
}

// CheckRecipient says whether letters for an address are taken here: NotFound
// when the domain is ours and the mailbox is not there, Forbidden when the
// domain is somebody else's (no relaying), OverQuota when the mailbox is full.
func (r *Room) CheckRecipient(ctx context.Context, address string) (Recipient, error) {
	a, local, err := r.dir.Resolve(ctx, address)
	switch {
	case err != nil && !local && errs.Is(err, errs.NotFound):
		return Recipient{}, errs.E(errs.Forbidden, "This server does not relay mail for %s.", address)
	case err != nil:
		return Recipient{}, err
	}
	rcpt := Recipient{Address: address, Account: a}
	if quota := r.quota(a); quota > 0 {
		var row accountRow
		err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
			row, err = selectAccount(ctx, tx, a.ID)
			return err
		})
		if found, err := store.Found(err); err != nil || found && row.used >= quota {
			if err == nil {
				err = errs.E(errs.OverQuota, "The mailbox %s is full.", address)
			}
			return rcpt, err
		}
	}
	return rcpt, nil
}

func (r *Room) quota(a directory.Account) int64 {
	if a.Quota > 0 {
		return a.Quota
	}
	return r.conf.DefaultQuota
}

// Incoming is a letter from another server or from inside, with its envelope.
type Incoming struct {
	From       string // envelope sender, "" for a bounce
	Recipients []Recipient
	Role       string   // mailbox to file in; "" = inbox
	Keywords   []string // for all recipients
}

// Spool reads a letter that belongs to no account yet, for Receive.
func (r *Room) Spool(ctx context.Context, org int64, src io.Reader) (*Letter, error) {
	return r.spool(ctx, store.Scope{Org: org}, src)
}

// Receive files a letter in the mailboxes of its recipients, all or none, and
// returns after it is durable.
func (r *Room) Receive(ctx context.Context, in Incoming, l *Letter) error {
	for _, rcpt := range in.Recipients {
		if err := r.prepare(ctx, rcpt.Account.ID); err != nil {
			return err
		}
	}
	var staged []*store.Staged
	if l.staged != nil {
		staged = append(staged, l.staged)
	}
	key := int64(0)
	if len(in.Recipients) > 0 {
		key = in.Recipients[0].Account.ID
	}
	return r.db.WriteBlobs(ctx, key, staged, func(tx *store.Tx) error {
		return r.file(ctx, tx, in, l)
	})
}

// file puts a letter into the recipients' mailboxes, in the caller's
// transaction. One person who is named twice gets it once.
func (r *Room) file(ctx context.Context, tx *store.Tx, in Incoming, l *Letter) error {
	role := in.Role
	if role == "" {
		role = RoleInbox
	}
	seen := map[int64]bool{}
	for _, rcpt := range in.Recipients {
		id := rcpt.Account.ID
		if seen[id] {
			continue
		}
		seen[id] = true
		box, err := selectMailboxByRole(ctx, tx, id, role)
		if found, err := store.Found(err); err != nil {
			return err
		} else if !found {
			if box, err = selectMailboxByRole(ctx, tx, id, RoleInbox); err != nil {
				return err
			}
		}
		if _, err := r.insert(ctx, tx, id, r.quota(rcpt.Account), []NewMessage{{Letter: l, Mailboxes: []int64{box}, Keywords: in.Keywords}}); err != nil {
			return err
		}
		tx.OnCommit(func() { r.watch.changed(id) })
	}
	return nil
}
