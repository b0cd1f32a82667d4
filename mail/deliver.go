package mail

import (
	"context"
	"io"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/store"
	wire "chancery/wire/smtp"
)

func millis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// arrived runs after a letter is durable in an account.
func (r *Room) arrived(account int64, m *Message, l *Letter) {
	if l.staged != nil {
		// Whoever is told now will ask for it next.
		r.parts.put(contentKey{account, m.ID}, l.Content, len(l.encoded))
	}
	r.index.wake(account)
}

// departed runs after a message is removed for good.
func (r *Room) departed(account, message int64) {
	r.parts.drop(contentKey{account, message})
	r.index.wake(account)
}

// Recipient is an address that a letter is for, found in the directory.
type Recipient struct {
	Address string
	Account directory.Account
	Notify  wire.Notify // RFC 3461
	ORcpt   string      // RFC 3461

	Members []directory.Account // of a distribution list: who gets the letter
	sentOn  bool                // by somebody's script: not refused for a full mailbox
}

// accounts returns whose mailboxes the letter goes to.
func (r Recipient) accounts() []directory.Account {
	if r.Account.Kind == directory.KindList {
		return r.Members
	}
	return []directory.Account{r.Account}
}

// prepareAll makes the mailboxes of recipients who never had a letter.
func (r *Room) prepareAll(ctx context.Context, list []Recipient) error {
	for _, rcpt := range list {
		for _, a := range rcpt.accounts() {
			if err := r.prepare(ctx, a.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// CheckRecipient says whether letters for an address are taken here: NotFound
// when the domain is ours and the mailbox is not there, Forbidden when the
// domain is somebody else's (no relaying), OverQuota when the mailbox is full.
func (r *Room) CheckRecipient(ctx context.Context, address string) (Recipient, error) {
	a, local, err := r.dir.Resolve(ctx, address)
	if err != nil && isPostmaster(address) {
		a, local, err = r.postmaster(ctx, address, err)
	}
	switch {
	case err != nil && !local && errs.Is(err, errs.NotFound):
		return Recipient{}, errs.E(errs.Forbidden, "This server does not relay mail for %s.", address)
	case err != nil:
		return Recipient{}, err
	}
	rcpt := Recipient{Address: address, Account: a}
	if a.Kind == directory.KindList {
		rcpt.Members, err = r.dir.Members(ctx, a.Org, a.ID)
		return rcpt, err
	}
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
	Ret, EnvID string   // RFC 3461
	UTF8       bool     // SMTPUTF8 was asked for

	rulings map[int64]*ruling // of scripts, by account
}

// Spool reads a letter that belongs to no account yet, for Receive.
func (r *Room) Spool(ctx context.Context, org int64, src io.Reader) (*Letter, error) {
	return r.spool(ctx, store.Scope{Org: org}, src)
}

// Receive files a letter in the mailboxes of its recipients, all or none, and
// returns after it is durable. One that a rule of an organisation holds waits
// in the queue for its recipients there, of which its sender is told nothing:
// the rules are not a stranger's to try out. Forbidden when a rule refuses it.
func (r *Room) Receive(ctx context.Context, in Incoming, l *Letter) error {
	passed, rows, err := r.governIncoming(ctx, &in, l)
	if err != nil {
		return l.settle(err)
	}
	if err := r.prepareAll(ctx, in.Recipients); err != nil {
		return err
	}
	staged, report, err := r.successReport(ctx, in, l)
	if err != nil {
		return err
	}
	if in, err = r.filter(ctx, in, l); err != nil {
		return err
	}
	if l.staged != nil {
		staged = append(staged, l.staged)
	}
	key := int64(0)
	if len(in.Recipients) > 0 {
		key = in.Recipients[0].Account.ID
	}
	return l.settle(r.db.WriteBlobs(ctx, key, staged, func(tx *store.Tx) error {
		if err := r.file(ctx, tx, in, l); err != nil {
			return err
		}
		if err := r.enqueue(ctx, tx, rows, l); err != nil {
			return err
		}
		for _, p := range passed {
			if err := p.write(ctx, tx, r, l); err != nil {
				return err
			}
		}
		if report == nil {
			return nil
		}
		return report(tx)
	}))
}

// settle gives the letter up when it was refused for good reason. After a
// fault it is not known whether the transaction took it, so the file of a
// large one is left to the next sweep.
func (l *Letter) settle(err error) error {
	switch errs.KindOf(err) {
	case errs.OverQuota, errs.NotFound, errs.Forbidden, errs.Invalid, errs.TooLarge, errs.Conflict:
		l.Discard()
	}
	return err
}

// file puts a letter into the recipients' mailboxes, in the caller's
// transaction. One person who is named twice gets it once.
func (r *Room) file(ctx context.Context, tx *store.Tx, in Incoming, l *Letter) error {
	seen := map[int64]bool{}
	for _, rcpt := range in.Recipients {
		for _, a := range rcpt.accounts() {
			if seen[a.ID] {
				continue
			}
			seen[a.ID] = true
			if err := r.fileOne(ctx, tx, a, in, l, len(rcpt.Members) > 0, rcpt.sentOn); err != nil {
				return err
			}
		}
	}
	return nil
}

// deliverTo returns the mailbox for a role, the inbox where the account has
// none with it. The inbox needs no look: it is made first and stays.
func deliverTo(ctx context.Context, tx *store.Tx, account int64, role string) (int64, error) {
	if role == "" || role == RoleInbox {
		return inboxID, nil
	}
	box, err := selectMailboxByRole(ctx, tx, account, role)
	if found, err := store.Found(err); !found {
		return inboxID, err
	}
	return box, nil
}

// fileOne files the letter in one account. A member of a list gets it over the
// quota: the sender was told that the letter is taken, and whoever is full is
// refused when written to by name. The same holds for whom a script sent it on to.
func (r *Room) fileOne(ctx context.Context, tx *store.Tx, a directory.Account, in Incoming, l *Letter, isMember, sentOn bool) error {
	if blocked, err := r.isBlocked(ctx, tx, a.ID, in, l); err != nil {
		return err
	} else if blocked {
		in.Role, in.rulings = RoleJunk, nil // a block goes before every script
	}
	quota := r.quota(a)
	if isMember || sentOn {
		quota = 0
	}
	if v := in.rulings[a.ID]; v != nil {
		err := r.fileBy(ctx, tx, a, quota, in, l, v)
		tx.OnCommit(func() {
			r.changed(a.ID)
			r.noteReceipt(a, l)
			r.answerByScript(a, in, l, v, isMember)
		})
		return err
	}
	box, err := deliverTo(ctx, tx, a.ID, in.Role)
	if err != nil {
		return err
	}
	made, err := r.insert(ctx, tx, a.ID, quota, []NewMessage{{Letter: l, Mailboxes: []int64{box}, Keywords: in.Keywords, DeliveredTo: a.Address}})
	if err == nil {
		err = r.noteAnswer(ctx, tx, a, l, made[0])
	}
	if err == nil {
		err = r.answered(ctx, tx, a.ID, a.Address, made[0], in, l)
	}
	tx.OnCommit(func() {
		r.changed(a.ID)
		r.noteReceipt(a, l)
		if !isMember {
			r.answerLater(a, in, l)
		}
	})
	return err
}
