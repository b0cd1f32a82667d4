package identity

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// passkeyPurpose seals the question to a passkey: it is kept by the browser,
// so that strangers who ask for many make us keep nothing.
const passkeyPurpose = "passkey question"

// question is what is sealed.
type question struct {
	Session webauthn.SessionData `json:"session"`
	Made    int64                `json:"made"`
}

// AskPasskey begins a sign-in without address and password. The passkey has
// to know its holder by a PIN or a finger: it stands for both factors.
func (i *Identity) AskPasskey(ctx context.Context, peer Peer) (Step, error) {
	if err := i.mayPasskey(peer); err != nil {
		return Step{}, err
	}
	w, err := party(peer.Site)
	if err != nil {
		return Step{}, err
	}
	ask, session, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Step{}, err
	}
	text, err := json.Marshal(question{*session, i.clock.Now().UnixMilli()})
	if err != nil {
		return Step{}, err
	}
	sealed, err := i.db.Seal(ctx, store.Scope{Org: directory.DefaultOrg}, passkeyPurpose, text)
	if err != nil {
		return Step{}, err
	}
	options, err := json.Marshal(ask.Response)
	return Step{Ticket: base64.RawURLEncoding.EncodeToString(sealed), Methods: []string{Key}, Options: options}, err
}

// mayPasskey refuses who comes from a zone without passkeys, or guesses.
func (i *Identity) mayPasskey(peer Peer) error {
	z := i.ZoneOf(peer)
	switch {
	case z.Closed:
		return errClosed
	case z.NoPasskey || !z.takes(Key):
		return errAlone
	}
	if wait := i.pace.wait(peer.Addr, nobodyID); wait > 0 {
		return tooMany(wait)
	}
	return nil
}

// nobodyID stands for no account where tries are counted.
const nobodyID = -1

// AnswerPasskey ends a sign-in that AskPasskey began.
func (i *Identity) AnswerPasskey(ctx context.Context, text, answer string, peer Peer) (Step, error) {
	if err := i.mayPasskey(peer); err != nil {
		return Step{}, err
	}
	q, err := i.readQuestion(ctx, text)
	if err != nil || len(answer) > maxKeyAnswer {
		return Step{}, errTicket
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return Step{}, i.wrongPasskey(peer)
	}
	org, account, ok := readHandle(parsed.Response.UserHandle)
	if !ok {
		return Step{}, i.wrongPasskey(peer)
	}
	a, err := i.dir.Account(ctx, org, account)
	if errs.Is(err, errs.NotFound) {
		return Step{}, i.wrongPasskey(peer)
	}
	if err != nil {
		return Step{}, err
	}
	step, err := i.byPasskey(ctx, a, q, parsed, peer)
	if errors.Is(err, errKey) {
		i.pace.failed(peer.Addr, a.ID)
	}
	if (err == nil || !errs.Is(err, errs.Unsupported)) && step.Ticket == "" {
		i.record(ctx, a, a.Address, peer, err)
	}
	return step, err
}

// wrongPasskey counts an answer that belongs to no account.
func (i *Identity) wrongPasskey(peer Peer) error {
	i.pace.failed(peer.Addr, nobodyID)
	return errKey
}

func (i *Identity) readQuestion(ctx context.Context, text string) (q question, err error) {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return q, err
	}
	plain, err := i.db.Unseal(ctx, store.Scope{Org: directory.DefaultOrg}, passkeyPurpose, sealed)
	if err != nil {
		return q, err
	}
	if err := json.Unmarshal(plain, &q); err != nil {
		return q, err
	}
	if i.clock.Now().Sub(time.UnixMilli(q.Made)) > ticketLife {
		return q, errTicket
	}
	return q, nil
}

// byPasskey checks the answer of an account's passkey, once.
func (i *Identity) byPasskey(ctx context.Context, a directory.Account, q question, answer *protocol.ParsedCredentialAssertionData, peer Peer) (step Step, err error) {
	w, err := party(peer.Site)
	if err != nil {
		return step, err
	}
	needs, err := i.needs(ctx, a, peer)
	if err != nil {
		return step, err
	}
	now := i.clock.Now()
	var c credential
	how := policy.ByProgram
	err = i.sealing(ctx, a.Org, func(tx *store.Tx) error {
		if c, err = selectCredential(ctx, tx, a.Org, a.ID); err != nil {
			return err
		}
		if a.Locked || c.locked || c.overdue(now) {
			return errKey
		}
		h, err := i.holderOf(ctx, tx, a.Org, a.ID, a.Address)
		if err != nil {
			return err
		}
		if how, err = i.takeKey(ctx, tx, h, w, q.Session, answer); err != nil {
			return err
		}
		hash := sha256.Sum256([]byte(q.Session.Challenge))
		fresh, err := useChallenge(ctx, tx, directory.DefaultOrg, hash[:], now.UnixMilli(), now.Add(-2*ticketLife).UnixMilli())
		if err == nil && !fresh {
			err = errTicket
		}
		return err
	})
	if errors.Is(err, store.ErrNoRows) {
		err = errKey
	}
	if err == nil && how < needs {
		err = errFactor
	}
	if err != nil {
		return step, err
	}
	i.pace.succeeded(peer.Addr, a.ID)
	return i.admit(ctx, a, c, how, peer)
}
