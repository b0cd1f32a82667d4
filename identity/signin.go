package identity

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Step is where a sign-in of the web client stands: done, or in need of one
// of the methods.
type Step struct {
	Subject policy.Subject // when done
	Codes   []string       // new recovery codes, when done by adding a first factor
	Ticket  string         // for the next step; empty when done
	Methods []string
	Enrol   bool            // the methods are factors that the person has to add first
	Options json.RawMessage // what the browser asks the keys, where Key is a method
}

// A ticket is good for some tries within some minutes.
const (
	ticketLife  = 5 * time.Minute
	ticketTries = 5
	enrolLife   = 15 * time.Minute // an app has to be installed first
	enrolTries  = 20
)

var errTicket = refuse("tooLate", errs.E(errs.Unauthenticated, "The sign-in took too long or had too many wrong codes; please begin again."))

var errCode = errs.E(errs.Unauthenticated, "The code is not right.")

// SignIn begins a sign-in of the web client with address and password.
func (i *Identity) SignIn(ctx context.Context, address, password string, peer Peer) (Step, error) {
	if i.ZoneOf(peer).Closed {
		return Step{}, errClosed
	}
	a, cred, err := i.verify(ctx, address, password, peer)
	if err == nil && cred.app { // it opens mail programs, not the web client
		i.record(ctx, a, address, peer, errWrong)
		err = errWrong
	}
	if errors.Is(err, errWrong) {
		err = cred.whyLocked()
	}
	if err != nil {
		return Step{}, err
	}
	needs, err := i.needs(ctx, a, peer)
	step := Step{}
	switch {
	case err != nil:
	case !cred.second && needs <= policy.ByPassword:
		step, err = i.admit(ctx, a, cred, policy.ByPassword, peer)
	default:
		step, err = i.newTicket(ctx, a, cred, needs, peer)
	}
	if err != nil || step.Ticket == "" {
		i.record(ctx, a, address, peer, err)
	}
	return step, err
}

// needs returns what an account has to show from where it comes, with what it
// comes with.
func (i *Identity) needs(ctx context.Context, a directory.Account, peer Peer) (policy.Assurance, error) {
	if err := mayBrowse(a, peer.Agent); err != nil {
		return 0, err
	}
	z := i.ZoneOf(peer)
	needs := z.needs(a)
	if z.Unknown == AllowUnknown {
		return needs, nil
	}
	known, err := i.knows(ctx, a, peer.Device)
	if err != nil || known {
		return needs, err
	}
	if z.Unknown == RefuseUnknown {
		return 0, errUnknown
	}
	return max(needs, policy.ByTwo), nil
}

// newTicket asks for a second factor. Who has none is led to add one; who has
// only such as do not count here has to add another from elsewhere, or the
// password alone would be enough to add one.
func (i *Identity) newTicket(ctx context.Context, a directory.Account, cred credential, needs policy.Assurance, peer Peer) (Step, error) {
	z := i.ZoneOf(peer)
	step := Step{Enrol: !cred.second}
	text, err := i.putTicket(ctx, a, func(ctx context.Context, tx *store.Tx) (t ticket, err error) {
		t = ticket{account: a.ID, version: cred.version, enrol: step.Enrol, ground: cred.ground, least: peer.Least}
		step.Methods = nil
		if step.Enrol {
			step.Methods = z.enrollable(needs, peer.Site)
			if i.mayEnrolSMS(z, needs) {
				step.Methods = append(step.Methods, SMS)
			}
		} else if step.Methods, step.Options, t.challenge, err = i.methods(ctx, tx, a, z, needs, peer.Site); err != nil {
			return t, err
		}
		if len(step.Methods) == 0 && z.onlyCertificate(needs) {
			return t, errCertificate
		}
		if len(step.Methods) == 0 {
			return t, errFactor
		}
		return t, nil
	})
	if err != nil {
		return Step{}, err
	}
	step.Ticket = text
	return step, nil
}

// putTicket stores what a sign-in waits for, and returns the secret that names it.
func (i *Identity) putTicket(ctx context.Context, a directory.Account, make func(context.Context, *store.Tx) (ticket, error)) (string, error) {
	text := strconv.FormatInt(a.Org, 36) + "." + id.Token(32)
	hash := sha256.Sum256([]byte(text))
	now := i.clock.Now()
	return text, i.db.Write(ctx, func(tx *store.Tx) error {
		t, err := make(ctx, tx)
		if err != nil {
			return err
		}
		t.made = now.UnixMilli()
		return insertTicket(ctx, tx, a.Org, hash[:], t, now.Add(-enrolLife).UnixMilli())
	})
}

// enrollable lists the factors that somebody without any can add here.
func (z Zone) enrollable(needs policy.Assurance, site string) (list []string) {
	if z.takes(TOTP) && needs < policy.ByHardware {
		list = append(list, TOTP)
	}
	if _, err := party(site); err == nil && z.takes(Key) {
		list = append(list, Key)
	}
	return list
}

// methods lists what an account can answer with here, and asks its keys.
func (i *Identity) methods(ctx context.Context, tx *store.Tx, a directory.Account, z Zone, needs policy.Assurance, site string) (list []string, options json.RawMessage, challenge string, err error) {
	all, err := selectFactors(ctx, tx, a.Org, a.ID)
	if err != nil {
		return nil, nil, "", err
	}
	left, err := countRecoveryCodes(ctx, tx, a.Org, a.ID)
	if err != nil {
		return nil, nil, "", err
	}
	soft := needs < policy.ByHardware
	if soft && z.takes(TOTP) && slices.ContainsFunc(all, func(f factor) bool { return f.kind == TOTP && f.confirmed }) {
		list = append(list, TOTP)
	}
	if z.takes(Key) {
		h, err := i.holderOf(ctx, tx, a.Org, a.ID, a.Address)
		if err != nil {
			return nil, nil, "", err
		}
		if _, noSite := party(site); noSite == nil && len(h.keys) > 0 {
			var session []byte
			if options, session, err = askKeys(h, site, needs); err != nil {
				return nil, nil, "", err
			}
			list, challenge = append(list, Key), string(session)
		}
	}
	if i.offersSMS(all, z, needs) {
		list = append(list, SMS)
	}
	if soft && left > 0 && z.takes(Recovery) {
		list = append(list, Recovery)
	}
	return list, options, challenge, nil
}

// openTicket counts a try and returns the ticket and whose it is. The try is
// counted before anything is looked at, in a transaction of its own: many side
// by side get no more tries than one after the other.
func (i *Identity) openTicket(ctx context.Context, text string, peer Peer) (t ticket, a directory.Account, hash []byte, err error) {
	t, a, err = i.readTicket(ctx, text, peer, tryTicket)
	return t, a, t.hash, err
}

// readTicket returns a ticket that is still good, and whose it is.
func (i *Identity) readTicket(ctx context.Context, text string, peer Peer, read func(context.Context, *store.Tx, int64, []byte) (ticket, error)) (t ticket, a directory.Account, err error) {
	org, hash, ok := readToken(text)
	if !ok {
		return t, a, errTicket
	}
	now := i.clock.Now()
	err = i.db.Write(ctx, func(tx *store.Tx) (err error) {
		if t, err = read(ctx, tx, org, hash); err != nil {
			return err
		}
		life, tries := ticketLife, int64(ticketTries)
		if t.enrol || t.choose != 0 {
			life, tries = enrolLife, enrolTries
		}
		if t.tries > tries || now.Sub(time.UnixMilli(t.made)) > life {
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
		return t, a, err
	}
	if i.ZoneOf(peer).Closed {
		return t, a, errClosed
	}
	if wait := max(i.pace.wait(peer.Addr, a.ID), i.pace.waitCode(a.ID)); wait > 0 {
		return t, a, tooMany(wait)
	}
	t.text, t.hash = text, hash
	return t, a, nil
}

// fits says whether a ticket still fits its account, and waits for an answer.
func (t ticket) fits(a directory.Account, c credential, now time.Time) bool {
	return c.version == t.version && !a.Locked && !c.locked && !c.overdue(now) && t.choose == 0
}

// Answer goes on with a sign-in by a code, or by the answer of a key.
func (i *Identity) Answer(ctx context.Context, text, method, code string, peer Peer) (Step, error) {
	switch method {
	case Password:
		return i.choose(ctx, text, code, peer)
	case Accept:
		return i.accept(ctx, text, code, peer)
	}
	if len(code) > maxKeyAnswer || method != Key && len(code) > 100 {
		return Step{}, errTicket
	}
	t, a, hash, err := i.openTicket(ctx, text, peer)
	if err != nil {
		return Step{}, err
	}
	peer.Least = t.least
	needs, err := i.needs(ctx, a, peer)
	if err != nil {
		return Step{}, err
	}
	step := Step{}
	how := policy.ByProgram
	var c credential
	err = i.sealing(ctx, a.Org, func(tx *store.Tx) (err error) {
		if c, err = selectCredential(ctx, tx, a.Org, a.ID); err != nil {
			return err
		}
		if !t.fits(a, c, i.clock.Now()) || t.enrol == c.second {
			return errTicket
		}
		if t.enrol {
			how, step.Codes, err = i.takeFirst(ctx, tx, a, t, method, code, needs, peer)
		} else {
			how, err = i.takeAnswer(ctx, tx, a, t, method, code, peer)
		}
		if err != nil || how < needs {
			return err
		}
		if there, err := deleteTicket(ctx, tx, a.Org, hash); err != nil || !there {
			return either(err, errTicket)
		}
		return nil
	})
	if err == nil && how >= policy.ByTwo && how < needs { // a right answer that is not enough here
		i.record(ctx, a, a.Address, peer, errFactor)
		return Step{}, errFactor
	}
	if errs.Is(err, errs.Unauthenticated) && !errors.Is(err, errTicket) || err == nil && how < policy.ByTwo {
		i.pace.failed(peer.Addr, a.ID)
		i.pace.failedCode(a.ID)
		i.record(ctx, a, a.Address, peer, errCode)
		return Step{}, either(err, errCode)
	}
	if err != nil {
		return Step{}, err
	}
	i.pace.succeeded(peer.Addr, a.ID)
	i.pace.succeededCode(a.ID)
	c.weak, c.ground = method == SMS, t.ground
	last, err := i.admit(ctx, a, c, how, peer)
	last.Codes = step.Codes
	if err != nil || last.Ticket == "" {
		i.record(ctx, a, a.Address, peer, err)
	}
	return last, err
}

// either returns the first error, or else the second.
func either(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// takeAnswer checks a code of a method and uses it up. It returns what that
// shows, ByProgram when it is wrong.
func (i *Identity) takeAnswer(ctx context.Context, tx *store.Tx, a directory.Account, t ticket, method, code string, peer Peer) (policy.Assurance, error) {
	if !i.ZoneOf(peer).takes(method) {
		return 0, nil
	}
	switch method {
	case Recovery:
		return two(takeRecoveryCode(ctx, tx, a.Org, a.ID, secretHash(code), i.clock.Now().UnixMilli()))
	case SMS:
		return two(i.takeSMS(ctx, tx, a, t, code))
	case Key:
		return i.answerKey(ctx, tx, a, t, code, peer.Site)
	case TOTP:
		all, err := selectFactors(ctx, tx, a.Org, a.ID)
		if err != nil {
			return 0, err
		}
		for _, f := range all {
			if f.kind != TOTP || !f.confirmed {
				continue
			}
			if ok, err := i.takeCode(ctx, tx, a.Org, a.ID, f, code); ok || err != nil {
				return two(ok, err)
			}
		}
	}
	return 0, nil
}

// two is what a right code shows.
func two(ok bool, err error) (policy.Assurance, error) {
	if err != nil || !ok {
		return 0, err
	}
	return policy.ByTwo, nil
}

// answerKey checks the answer of a key to the ticket's question.
func (i *Identity) answerKey(ctx context.Context, tx *store.Tx, a directory.Account, t ticket, answer, site string) (policy.Assurance, error) {
	w, err := party(site)
	if err != nil {
		return 0, err
	}
	var session webauthn.SessionData
	if t.challenge == "" {
		return 0, nil
	}
	if err := json.Unmarshal([]byte(t.challenge), &session); err != nil {
		return 0, errs.Wrap(errs.Internal, err, "a question to a key cannot be read")
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return 0, errKey
	}
	h, err := i.holderOf(ctx, tx, a.Org, a.ID, a.Address)
	if err != nil {
		return 0, err
	}
	return i.takeKey(ctx, tx, h, w, session, parsed)
}
