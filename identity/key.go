package identity

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"net/netip"
	"net/url"
	"strings"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Key is a security key or passkey (N45; W3C Web Authentication level 3).
const Key = "key"

// maxKeyAnswer bounds what a browser sends of a key, in bytes.
const maxKeyAnswer = 16 << 10

// errKey is the answer to a key that does not fit; why is for the log.
var errKey = errs.E(errs.Unauthenticated, "The security key was not accepted.")

// errSite is the answer where keys cannot work at all.
var errSite = refuse("noSite", errs.E(errs.Unsupported, "Security keys work only where the server is reached by a name, not by a bare network address."))

// party is the server as keys know it: keys are bound to the host's name and
// answer its origin alone (section 13.4.9), which no other site can speak for.
func party(site string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(site)
	if err != nil || u.Hostname() == "" {
		return nil, errSite
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return nil, errSite
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: strings.ToLower(u.Hostname()), RPDisplayName: "Chancery", RPOrigins: []string{u.Scheme + "://" + u.Host},
		// Who made a key is not asked: it would tell keys of one model apart.
		AttestationPreference: protocol.PreferNoAttestation,
	})
	if err != nil {
		return nil, errSite
	}
	return w, nil
}

// holder is an account as the library asks for it.
type holder struct {
	org, account  int64
	address, name string
	keys          []webauthn.Credential
	rows          []factor // beside keys
}

// WebAuthnID is the user handle: which account it is, in no words (section 14.6.1).
func (h *holder) WebAuthnID() []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(h.org)), uint64(h.account))
}

// WebAuthnName is the account as the browser shows it.
func (h *holder) WebAuthnName() string { return h.address }

// WebAuthnDisplayName is the person as the browser shows them.
func (h *holder) WebAuthnDisplayName() string { return h.name }

// WebAuthnCredentials are the keys of the account.
func (h *holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// readHandle reads a user handle.
func readHandle(b []byte) (org, account int64, ok bool) {
	if len(b) != 16 {
		return 0, 0, false
	}
	return int64(binary.BigEndian.Uint64(b)), int64(binary.BigEndian.Uint64(b[8:])), true
}

// holderOf reads an account's keys.
func (i *Identity) holderOf(ctx context.Context, tx *store.Tx, org, account int64, address string) (*holder, error) {
	h := &holder{org: org, account: account, address: address, name: address}
	all, err := selectFactors(ctx, tx, org, account)
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		if f.kind != Key || !f.confirmed {
			continue
		}
		text, err := i.db.Unseal(ctx, store.Scope{Org: org}, sealPurpose(f.id), f.secret)
		if err != nil {
			return nil, err
		}
		var c webauthn.Credential
		if err := json.Unmarshal(text, &c); err != nil {
			return nil, errs.Wrap(errs.Internal, err, "a stored key cannot be read")
		}
		h.keys, h.rows = append(h.keys, c), append(h.rows, f)
	}
	return h, nil
}

// sealing is a write in which something is sealed. The key for that must be
// there before: to make it in the middle would be a write within the write.
func (i *Identity) sealing(ctx context.Context, org int64, fn func(tx *store.Tx) error) error {
	if _, err := i.db.Seal(ctx, store.Scope{Org: org}, "ready", nil); err != nil {
		return err
	}
	return i.db.Write(ctx, fn)
}

// sealed returns what is kept of a key, or of one that is being added.
func (i *Identity) sealed(ctx context.Context, org, factor int64, v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return i.db.Seal(ctx, store.Scope{Org: org}, sealPurpose(factor), text)
}

// verification returns how firmly a key has to know its holder, by a PIN or a
// finger: always where hardware is asked for (AAL3).
func verification(needs policy.Assurance) protocol.UserVerificationRequirement {
	if needs >= policy.ByHardware {
		return protocol.VerificationRequired
	}
	return protocol.VerificationPreferred
}

// assurance is what a key shows: hardware where it knew its holder and cannot
// be copied to another device; a passkey that is copied by its maker's cloud
// is a second factor and no more (NIST SP 800-63B-4 section 2.3).
func assurance(flags webauthn.CredentialFlags) policy.Assurance {
	if flags.UserVerified && !flags.BackupEligible {
		return policy.ByHardware
	}
	return policy.ByTwo
}

// KeyEnrolment is what the browser asks a new key.
type KeyEnrolment struct {
	Factor
	Options json.RawMessage // PublicKeyCredentialCreationOptionsJSON
}

// AddKey begins to add a key; it counts once its first answer was taken.
// Site is the address under which the browser reached the server.
func (i *Identity) AddKey(ctx context.Context, s policy.Subject, name, site string) (e KeyEnrolment, err error) {
	if err = i.fresh(s); err != nil {
		return e, err
	}
	if name, err = checkName(name); err != nil {
		return e, err
	}
	err = i.sealing(ctx, s.Org, func(tx *store.Tx) error {
		e, err = i.beginKey(ctx, tx, s, name, site, policy.ByPassword)
		return err
	})
	return e, err
}

// beginKey stores a key that has not answered yet.
func (i *Identity) beginKey(ctx context.Context, tx *store.Tx, s policy.Subject, name, site string, needs policy.Assurance) (e KeyEnrolment, err error) {
	w, err := party(site)
	if err != nil {
		return e, err
	}
	h, err := i.holderOf(ctx, tx, s.Org, s.Account, s.Address)
	if err != nil {
		return e, err
	}
	creation, session, err := w.BeginRegistration(h,
		webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: verification(needs)}))
	if err != nil {
		return e, err
	}
	if e.Options, err = json.Marshal(creation.Response); err != nil {
		return e, err
	}
	f := factor{id: id.New(), kind: Key, name: name, made: i.clock.Now().UnixMilli()}
	if f.secret, err = i.sealed(ctx, s.Org, f.id, session); err != nil {
		return e, err
	}
	e.Factor = f.public()
	return e, i.putFactor(ctx, tx, s, f)
}

// ConfirmKey ends the adding of a key with its answer. The first factor of an
// account brings its recovery codes with it.
func (i *Identity) ConfirmKey(ctx context.Context, s policy.Subject, factorID int64, answer, site string) (codes []string, err error) {
	if err = i.fresh(s); err != nil {
		return nil, err
	}
	err = i.sealing(ctx, s.Org, func(tx *store.Tx) error {
		codes, _, err = i.endKey(ctx, tx, s, factorID, answer, site, policy.ByPassword)
		return err
	})
	return codes, err
}

// endKey checks the first answer of a key and keeps it.
func (i *Identity) endKey(ctx context.Context, tx *store.Tx, s policy.Subject, factorID int64, answer, site string, needs policy.Assurance) (codes []string, how policy.Assurance, err error) {
	f, err := i.oneFactor(ctx, tx, s, factorID)
	if err != nil {
		return nil, 0, err
	}
	w, err := party(site)
	if err != nil {
		return nil, 0, err
	}
	if f.kind != Key || f.confirmed || len(answer) > maxKeyAnswer || i.clock.Now().Sub(millis(f.made)) > ticketLife {
		return nil, 0, errKey
	}
	text, err := i.db.Unseal(ctx, store.Scope{Org: s.Org}, sealPurpose(f.id), f.secret)
	if err != nil {
		return nil, 0, err
	}
	var session webauthn.SessionData
	if err := json.Unmarshal(text, &session); err != nil {
		return nil, 0, errs.Wrap(errs.Internal, err, "the adding of a key cannot be read")
	}
	h, err := i.holderOf(ctx, tx, s.Org, s.Account, s.Address)
	if err != nil {
		return nil, 0, err
	}
	cred, err := readNewKey(w, h, session, answer)
	if err != nil {
		i.log.Info("a key was not taken", "address", s.Address, "error", err)
		return nil, 0, errKey
	}
	if how = assurance(cred.Flags); how < needs {
		return nil, 0, errFactor
	}
	if f.secret, err = i.sealed(ctx, s.Org, f.id, cred); err != nil {
		return nil, 0, err
	}
	if err := confirmFactor(ctx, tx, s.Org, s.Account, f.id, f.secret); err != nil {
		return nil, 0, err
	}
	codes, err = i.gained(ctx, tx, s, f.name)
	return codes, how, err
}

// readNewKey checks the answer of a new key against what it was asked.
func readNewKey(w *webauthn.WebAuthn, h *holder, session webauthn.SessionData, answer string) (*webauthn.Credential, error) {
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return nil, err
	}
	return w.CreateCredential(h, session, parsed)
}

// askKeys returns the question to an account's keys, for the browser and for
// ourselves.
func askKeys(h *holder, site string, needs policy.Assurance) (options json.RawMessage, session []byte, err error) {
	w, err := party(site)
	if err != nil {
		return nil, nil, err
	}
	question, data, err := w.BeginLogin(h, webauthn.WithUserVerification(verification(needs)))
	if err != nil {
		return nil, nil, err
	}
	if options, err = json.Marshal(question.Response); err != nil {
		return nil, nil, err
	}
	session, err = json.Marshal(data)
	return options, session, err
}

// takeKey checks the answer of one of an account's keys. A key whose counter
// went back was copied (section 6.1.1): it is refused.
func (i *Identity) takeKey(ctx context.Context, tx *store.Tx, h *holder, w *webauthn.WebAuthn, session webauthn.SessionData, answer *protocol.ParsedCredentialAssertionData) (policy.Assurance, error) {
	var cred *webauthn.Credential
	var err error
	if len(session.UserID) == 0 {
		_, cred, err = w.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return h, nil }, session, answer)
	} else {
		cred, err = w.ValidateLogin(h, session, answer)
	}
	if err != nil {
		i.log.Info("a key was refused", "address", h.address, "error", err)
		return 0, errKey
	}
	if cred.Authenticator.CloneWarning {
		i.log.Warn("the counter of a key went back: it may have been copied", "address", h.address)
		return 0, errKey
	}
	for n := range h.keys {
		if string(h.keys[n].ID) != string(cred.ID) {
			continue
		}
		row := h.rows[n]
		secret, err := i.sealed(ctx, h.org, row.id, cred)
		if err != nil {
			return 0, err
		}
		// What it shows counts by this answer, not by what it once was.
		flags := cred.Flags
		flags.UserVerified = answer.Response.AuthenticatorData.Flags.HasUserVerified()
		return assurance(flags), useKey(ctx, tx, h.org, h.account, row.id, secret, i.clock.Now().UnixMilli())
	}
	return 0, errKey
}
