package identity

import (
	"context"
	"crypto/sha256"
	"errors"
	"strconv"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// Step is where a sign-in of the web client stands: done, or in need of one
// of the methods.
type Step struct {
	Subject policy.Subject // when done
	Ticket  string         // for the next step; empty when done
	Methods []string
}

// A ticket is good for some tries within some minutes.
const (
	ticketLife  = 5 * time.Minute
	ticketTries = 5
)

var errTicket = errs.E(errs.Unauthenticated, "The sign-in took too long or had too many wrong codes; please begin again.")

var errCode = errs.E(errs.Unauthenticated, "The code is not right.")

// SignIn begins a sign-in of the web client with address and password.
func (i *Identity) SignIn(ctx context.Context, address, password string, peer Peer) (Step, error) {
	a, cred, err := i.verify(ctx, address, password, peer)
	if err == nil && cred.app { // it opens mail programs, not the web client
		i.record(ctx, a, address, peer, errWrong)
		err = errWrong
	}
	if err != nil {
		return Step{}, err
	}
	if !cred.second {
		i.record(ctx, a, address, peer, nil)
		return Step{Subject: i.subject(a, peer, policy.ByPassword, i.clock.Now(), cred.version)}, nil
	}
	step := Step{Ticket: strconv.FormatInt(a.Org, 36) + "." + id.Token(32), Methods: []string{TOTP}}
	now := i.clock.Now()
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		left, err := countRecoveryCodes(ctx, tx, a.Org, a.ID)
		if err != nil {
			return err
		}
		if step.Methods = step.Methods[:1]; left > 0 {
			step.Methods = append(step.Methods, Recovery)
		}
		hash := sha256.Sum256([]byte(step.Ticket))
		return insertTicket(ctx, tx, a.Org, hash[:], ticket{account: a.ID, version: cred.version, made: now.UnixMilli()}, now.Add(-ticketLife).UnixMilli())
	})
	return step, err
}

// Answer goes on with a sign-in by a code.
func (i *Identity) Answer(ctx context.Context, text, method, code string, peer Peer) (Step, error) {
	org, hash, ok := readToken(text)
	if !ok || len(code) > 100 {
		return Step{}, errTicket
	}
	var t ticket
	var right bool
	var a directory.Account
	now := i.clock.Now()
	// The try is counted before the code is looked at, in a transaction of its
	// own: many side by side get no more tries than one after the other.
	err := i.db.Write(ctx, func(tx *store.Tx) (err error) {
		if t, err = tryTicket(ctx, tx, org, hash); err != nil {
			return err
		}
		if t.tries > ticketTries || now.Sub(time.UnixMilli(t.made)) > ticketLife {
			return store.ErrNoRows
		}
		return nil
	})
	if errors.Is(err, store.ErrNoRows) {
		err = errTicket
	}
	if err == nil {
		a, err = i.dir.Account(ctx, org, t.account)
	}
	if err != nil {
		return Step{}, err
	}
	if wait := max(i.pace.wait(peer.Addr, a.ID), i.pace.waitCode(a.ID)); wait > 0 {
		return Step{}, tooMany(wait)
	}
	err = i.db.Write(ctx, func(tx *store.Tx) (err error) {
		c, err := selectCredential(ctx, tx, org, t.account)
		if err != nil {
			return err
		}
		if c.version != t.version || a.Locked {
			return errTicket
		}
		if right, err = i.takeAnswer(ctx, tx, a, method, code); err != nil || !right {
			return err
		}
		return deleteTicket(ctx, tx, org, hash)
	})
	if err != nil {
		return Step{}, err
	}
	if !right {
		i.pace.failed(peer.Addr, a.ID)
		i.pace.failedCode(a.ID)
		i.record(ctx, a, a.Address, peer, errCode)
		return Step{}, errCode
	}
	i.pace.succeeded(peer.Addr, a.ID)
	i.pace.succeededCode(a.ID)
	i.record(ctx, a, a.Address, peer, nil)
	return Step{Subject: i.subject(a, peer, policy.ByTwo, now, t.version)}, nil
}

// takeAnswer checks a code of a method and uses it up.
func (i *Identity) takeAnswer(ctx context.Context, tx *store.Tx, a directory.Account, method, code string) (bool, error) {
	switch method {
	case Recovery:
		return takeRecoveryCode(ctx, tx, a.Org, a.ID, secretHash(code), i.clock.Now().UnixMilli())
	case TOTP:
		all, err := selectFactors(ctx, tx, a.Org, a.ID)
		if err != nil {
			return false, err
		}
		for _, f := range all {
			if f.kind != TOTP || !f.confirmed {
				continue
			}
			if ok, err := i.takeCode(ctx, tx, a.Org, a.ID, f, code); ok || err != nil {
				return ok, err
			}
		}
	}
	return false, nil
}
