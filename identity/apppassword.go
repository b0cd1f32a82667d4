package identity

import (
	"context"
	"crypto/subtle"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// AppPassword is a password for one mail program, which cannot ask for a
// second factor. It reaches the mail, and not how one signs in.
type AppPassword struct {
	ID         int64
	Name       string
	Made, Used time.Time
	UsedFrom   string
}

// appPasswordSize is the length of one without its hyphens.
const appPasswordSize = 16

// AppPasswords lists the subject's.
func (i *Identity) AppPasswords(ctx context.Context, s policy.Subject) (list []AppPassword, err error) {
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		return selectAppPasswords(ctx, tx, s.Org, s.Account, func(p AppPassword, _ []byte) { list = append(list, p) })
	})
	return list, err
}

// AddAppPassword makes one, and returns it this once.
func (i *Identity) AddAppPassword(ctx context.Context, s policy.Subject, name string) (p AppPassword, password string, err error) {
	if err = i.fresh(s); err != nil {
		return p, "", err
	}
	if !s.Terms.Allows(policy.FeatureAppPasswords) {
		return p, "", errMakeNoPassword
	}
	if p.Name, err = checkName(name); err != nil {
		return p, "", err
	}
	text := id.Token(10)
	p.ID, p.Made = id.New(), i.clock.Now()
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		n := 0
		if err := selectAppPasswords(ctx, tx, s.Org, s.Account, func(AppPassword, []byte) { n++ }); err != nil {
			return err
		}
		if n >= maxAppPasswords {
			return errs.E(errs.TooLarge, "There are %d app passwords already; remove one first.", n)
		}
		if err := insertAppPassword(ctx, tx, s.Org, s.Account, p, secretHash(text)); err != nil {
			return err
		}
		return i.note(ctx, tx, s, "app-password.add", p.Name)
	})
	return p, text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:], err
}

// RemoveAppPassword ends one.
func (i *Identity) RemoveAppPassword(ctx context.Context, s policy.Subject, passwordID int64) error {
	if err := i.fresh(s); err != nil {
		return err
	}
	return i.db.Write(ctx, func(tx *store.Tx) error {
		there, err := deleteAppPassword(ctx, tx, s.Org, s.Account, passwordID)
		if err != nil {
			return err
		}
		if !there {
			return errs.E(errs.NotFound, "There is no such app password.")
		}
		return i.note(ctx, tx, s, "app-password.remove", "")
	})
}

// byAppPassword returns which of the account's app passwords a password is; 0
// for none. When it was last used is kept to the hour.
func (i *Identity) byAppPassword(ctx context.Context, a directory.Account, password string, peer Peer) (int64, error) {
	if len(password) < appPasswordSize || len(password) > appPasswordSize+8 {
		return 0, nil
	}
	hash := secretHash(password)
	var found *AppPassword
	err := i.db.Read(ctx, func(tx *store.Tx) error {
		return selectAppPasswords(ctx, tx, a.Org, a.ID, func(p AppPassword, have []byte) {
			if subtle.ConstantTimeCompare(have, hash) == 1 {
				found = &p
			}
		})
	})
	if err != nil || found == nil {
		return 0, err
	}
	if now := i.clock.Now(); now.Sub(found.Used) > time.Hour || found.UsedFrom != peer.Addr.String() {
		err := i.db.Write(ctx, func(tx *store.Tx) error {
			return touchAppPassword(ctx, tx, a.Org, a.ID, found.ID, now.UnixMilli(), peer.Addr.String())
		})
		if err != nil {
			i.log.Error("use of an app password not noted", "address", a.Address, "error", err)
		}
	}
	return found.ID, nil
}
