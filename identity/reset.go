package identity

import (
	"context"
	"crypto/sha256"
	"errors"
	"strconv"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/store"
)

// ResetLink is a link on its way to a person's second address or telephone.
type ResetLink struct {
	Account directory.Account
	To      string
	Site    string // under which address the server was reached, as the browser says
	Token   string
}

// resetLife is how long the link in the letter works.
const resetLife = 30 * time.Minute

// What goes on after answers is bounded, in time and in number.
const (
	resetTime = time.Minute
	maxBehind = 100
)

var errReset = refuse("linkUsed", errs.E(errs.NotFound, "The link was used already, or is too old."))

// AskReset sends a link for a new password to the second address and the
// telephone of an account, where there is one. The work is done after the answer, which is the
// same, and as quick, for every address.
func (i *Identity) AskReset(ctx context.Context, address string, peer Peer) error {
	if i.ZoneOf(peer).Closed {
		return errClosed
	}
	if wait := i.pace.wait(peer.Addr, askingID); wait > 0 {
		return tooMany(wait)
	}
	i.pace.failed(peer.Addr, askingID)
	if len(address) > 320 {
		return nil
	}
	if i.waiting.Add(1) > maxBehind {
		i.waiting.Add(-1)
		return tooMany(resetTime)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), resetTime)
	i.behind.Go(func() {
		defer cancel()
		defer i.waiting.Add(-1)
		if err := i.sendReset(ctx, address, peer); err != nil {
			i.log.Error("a link for a new password was not sent", "error", err)
		}
	})
	return nil
}

// Wait returns when what goes on after answers is done.
func (i *Identity) Wait() { i.behind.Wait() }

// sendReset sends the link, or only records that somebody asked. Accounts that
// are locked are for an administrator to open, and those of administrators are
// not to be had by a mailbox elsewhere.
func (i *Identity) sendReset(ctx context.Context, address string, peer Peer) error {
	a, c, err := i.find(ctx, address)
	if err != nil {
		return err
	}
	kept, err := i.kept(ctx, a, address)
	if err != nil {
		return err
	}
	now := i.clock.Now()
	may := i.resets() && kept == 0 && i.notices != nil && c.found && !a.Locked && !a.Roles && !a.Admin && i.posts.waitCode(a.ID) <= 0
	phone, size := "", 32
	if may {
		if phone, err = i.resetPhone(ctx, a.Org, a.ID); err != nil {
			return err
		}
	}
	if phone != "" {
		size = 10 // 80 bits, for as few short messages as can be
	}
	token := strconv.FormatInt(a.Org, 36) + "." + id.Token(size)
	hash := sha256.Sum256([]byte(token))
	to := ""
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		if may {
			s, err := selectSecond(ctx, tx, a.Org, a.ID, true)
			there, err := store.Found(err)
			if err != nil {
				return err
			}
			if there && i.conf.SecondAddress {
				to = s.address
			}
			if to != "" || phone != "" {
				if err := insertReset(ctx, tx, a.Org, hash[:], resetLink{a.ID, c.version, now.UnixMilli()}, now.Add(-resetLife).UnixMilli()); err != nil {
					return err
				}
			}
		}
		by := i.Stranger(a.Org, 0, address, peer)
		return audit.Append(ctx, tx, now, audit.By(by, "password.ask", accountText(a.ID), nil))
	})
	if err != nil || to == "" && phone == "" {
		return err
	}
	i.posts.failedCode(a.ID)
	if to != "" {
		err = i.notices.ResetLink(ctx, ResetLink{a, to, peer.Site, token})
	}
	if phone != "" {
		err = errors.Join(err, i.texts.ResetText(ctx, ResetLink{a, phone, peer.Site, token}, peer))
	}
	return err
}

// Reset gives an account the password that its person chose by the link. They
// then sign in as ever, with their second factor if they have one. A link
// works once, and not after the password became another one by other means.
func (i *Identity) Reset(ctx context.Context, token, password string, peer Peer) error {
	if i.ZoneOf(peer).Closed {
		return errClosed
	}
	if wait := i.pace.wait(peer.Addr, nobodyID); wait > 0 {
		return tooMany(wait)
	}
	err := i.reset(ctx, token, password, peer)
	if errs.Is(err, errs.NotFound) {
		i.pace.failed(peer.Addr, nobodyID)
	}
	return err
}

func (i *Identity) reset(ctx context.Context, token, password string, peer Peer) error {
	org, hash, ok := readToken(token)
	if !ok || !i.resets() {
		return errReset
	}
	var l resetLink
	err := i.db.Read(ctx, func(tx *store.Tx) (err error) {
		l, err = selectReset(ctx, tx, org, hash)
		return err
	})
	if there, err := store.Found(err); err != nil {
		return err
	} else if !there || i.clock.Now().Sub(millis(l.made)) > resetLife {
		return errReset
	}
	a, err := i.dir.Account(ctx, org, l.account)
	if errs.Is(err, errs.NotFound) || err == nil && (a.Locked || a.Roles || a.Admin) {
		return errReset
	}
	if err != nil {
		return err
	}
	if kept, err := i.kept(ctx, a, ""); err != nil || kept != 0 {
		return either(err, errReset)
	}
	if err := i.conf.Passwords.check(password, a.Address); err != nil {
		return refuse("weakPassword", err)
	}
	chosen := hashPassword(password)
	by := i.Stranger(org, a.ID, a.Address, peer)
	return i.db.Write(ctx, func(tx *store.Tx) error {
		c, err := selectCredential(ctx, tx, org, a.ID)
		if err != nil {
			return err
		}
		there, err := deleteReset(ctx, tx, org, hash)
		if err == nil && (!there || c.version != l.version || c.locked || c.overdue(i.clock.Now())) {
			err = errReset
		}
		if err != nil {
			return err
		}
		if err := audit.Append(ctx, tx, i.clock.Now(), audit.By(by, "password.reset", accountText(a.ID), nil)); err != nil {
			return err
		}
		return i.putPassword(ctx, tx, by, org, a.ID, chosen, false)
	})
}
