package identity

import (
	"context"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Judge says whether passwords are right that are kept elsewhere: by an
// agency's own directory (T26).
type Judge interface {
	// Keeps says whether the password of an account of that address is kept
	// there: by the ground that a sign-in with it rests on; 0 = it is not.
	Keeps(ctx context.Context, org int64, address string) (ground int64, err error)
	// Right says whether a password is right. An error means that nobody can
	// say, and lets nobody in.
	Right(ctx context.Context, org int64, address, password string) (bool, error)
}

// UseJudge sets who judges passwords that are kept elsewhere.
func (i *Identity) UseJudge(j Judge) { i.judge = j }

// Whoever guesses here makes the agency's directory count too, and lock the
// person out everywhere. So few wrong passwords get there, from wherever they come.
const (
	freeJudged = 3                      // wrong passwords of an account that are handed on
	judgedWait = 15 * time.Minute       // before each further one
	judgeFloor = 300 * time.Millisecond // a wrong answer takes that long at least, whether there is such an account or not
)

// errKept is the answer to who would change a password that is not kept here.
var errKept = refuse("keptElsewhere", errs.E(errs.Forbidden, "The password is kept by the agency's own directory; it is changed there."))

// kept says whether the password of an account is kept elsewhere, by the
// ground of a sign-in with it; 0 = here. Nobody is found for an address that is
// nobody's; then the address itself tells.
func (i *Identity) kept(ctx context.Context, a directory.Account, address string) (ground int64, err error) {
	if i.judge == nil {
		return 0, nil
	}
	if a.ID == 0 {
		return i.judge.Keeps(ctx, directory.DefaultOrg, address)
	}
	return i.judge.Keeps(ctx, a.Org, a.Address)
}

// judgedKey counts wrong passwords of an account that were handed on.
func judgedKey(account int64) paceKey { return paceKey{account: -account} }

// waitJudged returns how long an account has to wait until another password
// is handed on.
func (p *pace) waitJudged(account int64) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	t, ok := p.m[judgedKey(account)]
	if !ok || t.failed < freeJudged {
		return 0
	}
	return judgedWait - p.clock.Now().Sub(t.last)
}

func (p *pace) judged(account int64, right bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if right {
		delete(p.m, judgedKey(account))
		return
	}
	p.note(judgedKey(account))
}

// judged asks the agency's directory. What comes of it is in cred.
func (i *Identity) judged(ctx context.Context, a directory.Account, cred *credential, address, password string, peer Peer) (right bool, err error) {
	begun := time.Now()
	if _, err = i.compare(ctx, credential{}, password); err != nil { // as long as for everybody
		return false, err
	}
	defer func() {
		if err == nil && !right {
			select {
			case <-time.After(judgeFloor - time.Since(begun)):
			case <-ctx.Done():
			}
		}
	}()
	// Nothing is asked about who is not, or does not stand, here; and an empty
	// password is none (RFC 4513 section 5.1.2).
	if a.ID == 0 || a.Locked || a.Kind != directory.KindPerson || password == "" {
		return false, nil
	}
	// A device that the person has used does not wait because of strangers.
	known, err := i.knows(ctx, a, peer.Device)
	if err != nil {
		return false, err
	}
	if wait := i.pace.waitJudged(a.ID); wait > 0 && !known {
		return false, tooMany(wait)
	}
	if right, err = i.judge.Right(ctx, a.Org, a.Address, password); err != nil {
		i.log.Error("a password could not be judged by the agency's directory", "address", a.Address, "error", err)
		err = refuse("judgeAway", errs.Wrap(errs.Unavailable, err, "The agency's directory, which keeps the password, does not answer. Please try again later."))
		i.record(ctx, a, address, peer, err)
		return false, err
	}
	i.pace.judged(a.ID, right)
	if right {
		*cred, err = i.handOver(ctx, a)
	}
	return right, err
}

// handOver makes an account one whose password is kept elsewhere: one that it
// had here is gone, with the day until which it was good.
func (i *Identity) handOver(ctx context.Context, a directory.Account) (c credential, err error) {
	err = i.db.Read(ctx, func(tx *store.Tx) (err error) {
		c, err = selectCredential(ctx, tx, a.Org, a.ID)
		return err
	})
	found, err := store.Found(err)
	switch {
	case err != nil:
		return c, err
	case !found:
		return i.withoutPassword(ctx, a)
	case c.password == "" && !c.once && c.due == 0:
		return c, nil
	}
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		if err := dropPassword(ctx, tx, a.Org, a.ID); err != nil {
			return err
		}
		if c, err = selectCredential(ctx, tx, a.Org, a.ID); err != nil {
			return err
		}
		return audit.Append(ctx, tx, i.clock.Now(), audit.By(policy.System(a.Org), "account.password", accountText(a.ID)+": kept elsewhere", nil))
	})
	return c, err
}

// handOverAll is handOver for those of a list whose password is kept
// elsewhere: they are not to be locked because of one that they had here.
func (i *Identity) handOverAll(ctx context.Context, list []aging) error {
	if i.judge == nil {
		return nil
	}
	for _, h := range list {
		a, err := i.dir.Account(ctx, h.org, h.account)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		kept := int64(0)
		if err == nil {
			kept, err = i.kept(ctx, a, "")
		}
		if err == nil && kept != 0 {
			_, err = i.handOver(ctx, a)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
