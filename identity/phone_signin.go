package identity

import (
	"context"
	"crypto/subtle"
	"slices"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// codesPerSignIn is how often one sign-in may ask for a code.
const codesPerSignIn = 3

// Sent is a code on its way.
type Sent struct {
	To   string // the end of the number
	Late bool   // the gateway has not taken it yet
}

// SendCode sends a code to the telephone of whom a sign-in is about; one sent
// before is void. That the password was right is known by then, so that the
// answer tells a stranger nothing. Where the sign-in waits for a first second
// factor, it goes to the number that is given.
func (i *Identity) SendCode(ctx context.Context, text, number string, peer Peer) (out Sent, err error) {
	t, a, err := i.readTicket(ctx, text, peer, selectTicket)
	if err != nil {
		return out, err
	}
	needs, err := i.needs(ctx, a, peer)
	if err != nil {
		return out, err
	}
	if t.enrol {
		return i.enrolPhone(ctx, t, a, number, needs, peer)
	}
	if number, err = i.phoneOf(ctx, a.Org, a.ID); err != nil {
		return out, err
	}
	code, err := sixDigits()
	if err != nil {
		return out, err
	}
	now := i.clock.Now()
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		c, err := selectCredential(ctx, tx, a.Org, a.ID)
		if err != nil {
			return err
		}
		all, err := selectFactors(ctx, tx, a.Org, a.ID)
		if err != nil {
			return err
		}
		if !t.fits(a, c, now) || !c.second || number == "" || !i.offersSMS(all, i.ZoneOf(peer), needs) {
			return errTicket
		}
		return i.countCode(ctx, tx, a, t, peer, now)
	})
	if err != nil {
		return out, err
	}
	out.To = masked(number)
	out.Late, err = i.send(ctx, TextCode{Account: a, To: number, Code: code, Until: now.Add(textLife), Peer: peer, SignIn: true})
	if err != nil {
		return out, err
	}
	return out, i.db.Write(ctx, func(tx *store.Tx) error { return keepCode(ctx, tx, a.Org, t, number, code, now) })
}

// countCode counts a code before it is sent. The one before stays good until
// this one is on its way: where it is refused, nothing is lost.
func (i *Identity) countCode(ctx context.Context, tx *store.Tx, a directory.Account, t ticket, peer Peer, now time.Time) error {
	c, err := selectCode(ctx, tx, a.Org, t.hash)
	there, err := store.Found(err)
	if err != nil {
		return err
	}
	if !there {
		c = sentCode{code: []byte{}, made: now.UnixMilli()}
	}
	if c.sent++; c.sent > codesPerSignIn {
		return errs.E(errs.RateLimited, "No more codes are sent for this sign-in; please begin again.")
	}
	if err := putCode(ctx, tx, a.Org, t.hash, c, now.Add(-enrolLife).UnixMilli()); err != nil {
		return err
	}
	by := i.subject(a, peer, policy.ByPassword, now, t.version)
	return audit.Append(ctx, tx, now, audit.By(by, "code.send", accountText(a.ID), nil))
}

// keepCode keeps the code that a ticket waits for from now on. The ticket
// lives on, so that the code is good for as long as the message says; its tries
// do not begin anew.
func keepCode(ctx context.Context, tx *store.Tx, org int64, t ticket, number, code string, now time.Time) error {
	if err := touchTicket(ctx, tx, org, t.hash, now.UnixMilli()); err != nil {
		return err
	}
	return setCode(ctx, tx, org, t.hash, sentCode{code: codeHash(t.text+number, code), base: t.tries, made: now.UnixMilli()})
}

// offersSMS says whether somebody with these factors may answer with a code
// by SMS.
func (i *Identity) offersSMS(all []factor, z Zone, needs policy.Assurance) bool {
	return i.texts != nil && needs < policy.ByHardware && z.takes(SMS) && hasFactor(all, SMS)
}

// takeSMS checks the code that a ticket waits for, and uses it up.
func (i *Identity) takeSMS(ctx context.Context, tx *store.Tx, a directory.Account, t ticket, code string) (bool, error) {
	all, err := selectFactors(ctx, tx, a.Org, a.ID)
	if err != nil || !hasFactor(all, SMS) || i.texts == nil {
		return false, err
	}
	sent, err := selectCode(ctx, tx, a.Org, t.hash)
	there, err := store.Found(err)
	if err != nil || !there || i.clock.Now().Sub(millis(sent.made)) > textLife {
		return false, err
	}
	p, err := selectPhone(ctx, tx, a.Org, a.ID, true)
	if there, err := store.Found(err); err != nil || !there {
		return false, err
	}
	number, err := i.number(ctx, a.Org, a.ID, p)
	if err != nil {
		return false, err
	}
	if subtle.ConstantTimeCompare(sent.code, codeHash(t.text+number, code)) != 1 {
		return false, nil
	}
	n := slices.IndexFunc(all, func(f factor) bool { return f.kind == SMS })
	if err := touchFactor(ctx, tx, a.Org, a.ID, all[n].id, i.clock.Now().UnixMilli()); err != nil {
		return false, err
	}
	return takeSent(ctx, tx, a.Org, t.hash, sent.code)
}
