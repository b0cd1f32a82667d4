package mail

import (
	"context"
	"strings"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// Identity is a name that an account sends under (RFC 8621 section 6).
type Identity struct {
	ID            int64
	Name          string
	Email         string // "*@domain" is not offered
	ReplyTo, Bcc  []IdentityTarget
	TextSignature string
	HTMLSignature string
	Fixed         bool  // of the account's main address: may not be deleted
	Created       int64 // account's counter
	Modseq        int64 // account's counter
	Gone          bool  // deleted; only IdentityChanges shows it
}

// IdentityTarget is an address with a name.
type IdentityTarget struct {
	Name  string `json:"n,omitempty"`
	Email string `json:"e"`
}

func (i Identity) data() identityData {
	return identityData{i.Name, i.ReplyTo, i.Bcc, i.TextSignature, i.HTMLSignature}
}

// Limits of identities.
const (
	MaxIdentities = 200
	MaxSignature  = 64 << 10
)

// Identities lists what the account can send as, oldest first. On first use
// there is one for each address of the account.
func (a *Account) Identities(ctx context.Context) ([]Identity, error) {
	all, err := a.identities(ctx)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		if all, err = a.firstIdentities(ctx); err != nil {
			return nil, err
		}
	}
	list := all[:0]
	for _, i := range all {
		if !i.Gone {
			list = append(list, i)
		}
	}
	return list, nil
}

func (a *Account) identities(ctx context.Context) (all []Identity, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = selectIdentities(ctx, tx, a.info.ID)
		return err
	})
	return all, err
}

func (a *Account) firstIdentities(ctx context.Context) (all []Identity, err error) {
	addresses, err := a.room.dir.Addresses(ctx, a.scope.Org, a.info.ID)
	if err != nil {
		return nil, err
	}
	err = a.write(ctx, nil, func(tx *store.Tx) error {
		// Somebody may have been first.
		if all, err = selectIdentities(ctx, tx, a.info.ID); err != nil || len(all) > 0 {
			return err
		}
		row, err := bump(ctx, tx, a.info.ID, touched{identity: true})
		if err != nil {
			return err
		}
		for n, address := range addresses {
			i := Identity{ID: id.New(), Name: a.info.Name, Email: address, Fixed: n == 0, Created: row.modseq, Modseq: row.modseq}
			if err := insertIdentity(ctx, tx, a.info.ID, i); err != nil {
				return err
			}
			all = append(all, i)
		}
		return nil
	})
	return all, err
}

// identity returns one that is not deleted.
func (a *Account) identity(ctx context.Context, id int64) (Identity, error) {
	list, err := a.Identities(ctx)
	for _, i := range list {
		if i.ID == id {
			return i, nil
		}
	}
	if err == nil {
		err = errs.E(errs.NotFound, "There is no such identity.")
	}
	return Identity{}, err
}

// CreateIdentity makes an identity; its address must be one that the subject
// may send from (ErrForbiddenFrom).
func (a *Account) CreateIdentity(ctx context.Context, i Identity) (Identity, error) {
	if err := a.can(ctx, policy.SendAs); err != nil {
		return i, err
	}
	if err := i.check(); err != nil {
		return i, err
	}
	if errs.Is(a.room.MaySend(ctx, a.subject, i.Email), errs.Forbidden) {
		return i, ErrForbiddenFrom
	}
	present, err := a.Identities(ctx)
	if err != nil {
		return i, err
	}
	if len(present) >= MaxIdentities {
		return i, errs.E(errs.TooLarge, "An account can have %d identities.", MaxIdentities)
	}
	i.ID, i.Fixed, i.Gone = id.New(), false, false
	err = a.write(ctx, nil, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.info.ID, touched{identity: true})
		if err != nil {
			return err
		}
		i.Created, i.Modseq = row.modseq, row.modseq
		return insertIdentity(ctx, tx, a.info.ID, i)
	})
	return i, err
}

// UpdateIdentity replaces what may change: everything but the address.
func (a *Account) UpdateIdentity(ctx context.Context, i Identity) (Identity, error) {
	if err := a.can(ctx, policy.SendAs); err != nil {
		return i, err
	}
	old, err := a.identity(ctx, i.ID)
	if err != nil {
		return i, err
	}
	i.Email, i.Fixed, i.Created, i.Gone = old.Email, old.Fixed, old.Created, false
	if err := i.check(); err != nil {
		return i, err
	}
	return i, a.saveIdentity(ctx, &i)
}

// DeleteIdentity removes an identity; Forbidden for that of the main address.
func (a *Account) DeleteIdentity(ctx context.Context, id int64) error {
	if err := a.can(ctx, policy.SendAs); err != nil {
		return err
	}
	i, err := a.identity(ctx, id)
	if err != nil {
		return err
	}
	if i.Fixed {
		return errs.E(errs.Forbidden, "The identity of the account's own address stays.")
	}
	i.Gone = true
	return a.saveIdentity(ctx, &i)
}

func (a *Account) saveIdentity(ctx context.Context, i *Identity) error {
	return a.write(ctx, nil, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.info.ID, touched{identity: true})
		if err != nil {
			return err
		}
		i.Modseq = row.modseq
		return updateIdentity(ctx, tx, a.info.ID, *i)
	})
}

// ObjectChanges is what happened to identities or submissions after a state.
type ObjectChanges struct {
	Created, Updated, Destroyed []int64
}

// IdentityChanges returns what happened after the account's counter stood at
// since. Everything is remembered.
func (a *Account) IdentityChanges(ctx context.Context, since int64) (c ObjectChanges, err error) {
	all, err := a.identities(ctx)
	for _, i := range all {
		c.add(i.ID, i.Created, i.Modseq, i.Gone, since)
	}
	return c, err
}

func (c *ObjectChanges) add(id, created, modseq int64, gone bool, since int64) {
	switch {
	case modseq <= since, gone && created > since:
	case gone:
		c.Destroyed = append(c.Destroyed, id)
	case created > since:
		c.Created = append(c.Created, id)
	default:
		c.Updated = append(c.Updated, id)
	}
}

func (i Identity) check() error {
	if len(i.TextSignature) > MaxSignature || len(i.HTMLSignature) > MaxSignature {
		return errs.E(errs.TooLarge, "A signature can have %d bytes.", MaxSignature)
	}
	if len(i.Name) > 1000 || len(i.ReplyTo)+len(i.Bcc) > 100 {
		return errs.E(errs.TooLarge, "The identity is too large.")
	}
	texts := []string{i.Name, i.Email}
	for _, t := range append(i.ReplyTo[:len(i.ReplyTo):len(i.ReplyTo)], i.Bcc...) {
		if !strings.Contains(t.Email, "@") {
			return errs.E(errs.Invalid, "%q is not a mail address", t.Email)
		}
		texts = append(texts, t.Name, t.Email)
	}
	for _, t := range texts {
		if strings.ContainsAny(t, "\r\n\x00") {
			return errs.E(errs.Invalid, "Names and addresses cannot hold line ends.")
		}
	}
	return nil
}
