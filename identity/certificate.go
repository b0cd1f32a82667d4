package identity

import (
	"context"
	"time"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmap"
)

// Certificate is the method of signing in by an X.509 client certificate (N46).
const Certificate = "certificate"

// errCertificate is the answer to the right password where only a certificate lets in.
var errCertificate = refuse("needsCertificate", errs.E(errs.Forbidden, "From this network one signs in by a certificate."))

// ByCertificate begins a sign-in of the web client by a certificate that was
// found to be good and the account's. The rules of the zone hold as for
// everybody. What is opened ends with the ground.
func (i *Identity) ByCertificate(ctx context.Context, org, account, ground int64, how policy.Assurance, peer Peer) (Step, error) {
	if z := i.ZoneOf(peer); !z.Closed && !z.takes(Certificate) {
		a, err := i.dir.Account(ctx, org, account)
		if err == nil {
			i.record(ctx, a, a.Address, peer, errNoCertificate)
		}
		return Step{}, errNoCertificate
	}
	return i.Vouched(ctx, org, account, ground, how, peer)
}

// ProgramByCertificate signs a mail program in by a certificate that was found
// to be good and the account's: it is more than a password, so it lets in where
// those of programs do not (C09). Nobody changes by it how one signs in. What
// is opened ends with the ground.
func (i *Identity) ProgramByCertificate(ctx context.Context, org, account, ground int64, how policy.Assurance, peer Peer) (policy.Subject, error) {
	a, err := i.dir.Account(ctx, org, account)
	if err != nil {
		return policy.Subject{}, err
	}
	a, cred, err := i.find(ctx, a.Address)
	if err != nil {
		return policy.Subject{}, err
	}
	z := i.ZoneOf(peer)
	switch {
	case a.Locked || !cred.found:
		err = errWrong
	case cred.once:
		err = errOnce
	case z.Closed:
		err = errClosed
	case !z.takes(Certificate), z.NoPrograms, z.Unknown == RefuseUnknown, how < z.needs(a), z.Unknown == StepUpUnknown && how < policy.ByTwo:
		err = errPrograms
	default:
		if err = MayUsePrograms(a.Terms); err == nil {
			err = i.mayOpen(ctx, a)
		}
	}
	i.record(ctx, a, a.Address, peer, err)
	if err != nil {
		return policy.Subject{}, err
	}
	s := i.subject(a, peer, policy.ByProgram, time.Time{}, cred.version)
	s.Ground = ground
	return s, nil
}

var errNoCertificate = refuse("noCertificate", errs.E(errs.Forbidden, "From this network nobody signs in by a certificate."))

// TakesCertificates says whether a certificate lets in from an address.
func (i *Identity) TakesCertificates(peer Peer) bool {
	z := i.ZoneOf(peer)
	return !z.Closed && z.takes(Certificate)
}

// Fresh refuses who did not prove lately who they are, and programs always.
func (i *Identity) Fresh(s policy.Subject) error { return i.fresh(s) }

// UseUndo sets who takes away what else an account got since a time, when its
// person says that a sign-in was not theirs, or lost what they sign in with.
func (i *Identity) UseUndo(undo func(ctx context.Context, tx *store.Tx, org, account, since int64) error) {
	i.undo = append(i.undo, undo)
}

// undoElse asks those that UseUndo named.
func (i *Identity) undoElse(ctx context.Context, tx *store.Tx, org, account, since int64) error {
	for _, undo := range i.undo {
		if err := undo(ctx, tx, org, account, since); err != nil {
			return err
		}
	}
	return nil
}

// onlyCertificate says whether what the zone asks for is shown by a certificate alone.
func (z Zone) onlyCertificate(needs policy.Assurance) bool {
	return z.takes(Certificate) && !z.takes(Key) && (needs >= policy.ByHardware || !z.takes(TOTP) && !z.takes(Recovery))
}

// CertificatesURN names the capability of the person's own certificates, which
// only a person's own account has.
const CertificatesURN = "urn:chancery:params:jmap:certificates"

// CertificateObject is a certificate that is registered for the account. One
// is added by showing it (/sso/api/cert), so there are Certificate/get and
// Certificate/remove.
type CertificateObject struct {
	ID     jmap.ID `json:"id"`
	Name   string  `json:"name"`   // of the holder
	Issuer string  `json:"issuer"` // what people call who issued it
	Number string  `json:"number"` // serial number, hexadecimal
	MadeAt string  `json:"madeAt"`
	EndsAt string  `json:"endsAt"` // until when it is valid
	UsedAt *string `json:"usedAt"`
}

// CertificateAnswer is the answer of Certificate/get.
type CertificateAnswer struct {
	AccountID jmap.ID             `json:"accountId"`
	Offered   bool                `json:"offered"` // whether the office asks browsers for them
	Signs     bool                `json:"signs"`   // whether a text that a card signed does as well
	List      []CertificateObject `json:"list" ts:"list"`
}
