package cert

import (
	"context"
	"net/http"

	"chancery/directory"
	"chancery/identity"
	"chancery/identity/sso"
	"chancery/policy"
	"chancery/store"
)

// Identity is what this package asks of its neighbour.
type Identity interface {
	// Stranger is who an entry of the record is about that nobody signed in for.
	Stranger(org, account int64, address string, peer identity.Peer) policy.Subject
	// ByCertificate begins a sign-in by a certificate; the zone's rules hold.
	ByCertificate(ctx context.Context, org, account, ground int64, how policy.Assurance, peer identity.Peer) (identity.Step, error)
	// ProgramByCertificate signs a mail program in by a certificate.
	ProgramByCertificate(ctx context.Context, org, account, ground int64, how policy.Assurance, peer identity.Peer) (policy.Subject, error)
	// TakesCertificates says whether a certificate lets in from an address.
	TakesCertificates(peer identity.Peer) bool
	// Fresh refuses who did not prove lately who they are.
	Fresh(s policy.Subject) error
	// MayMeans is Fresh for an administrator about an account that is not their own.
	MayMeans(by policy.Subject, a directory.Account) error
	// TellMeans tells a person what an administrator changed.
	TellMeans(ctx context.Context, m identity.MeansChanged)
	// UseUndo sets who takes away what an account got since a time.
	UseUndo(func(ctx context.Context, tx *store.Tx, org, account, since int64) error)
	// UseGrounds adds one who says whether what a sign-in rests on still holds.
	UseGrounds(func(ctx context.Context, org, account, ground int64) (bool, error))
	// EndGround ends the sessions that rest on a certificate.
	EndGround(ctx context.Context, tx *store.Tx, org, account, ground int64) error
}

// Directory is what this package asks about people.
type Directory interface {
	// Account returns an account by its id.
	Account(ctx context.Context, org, account int64) (directory.Account, error)
	// Resolve finds the account of an address.
	Resolve(ctx context.Context, address string) (a directory.Account, local bool, err error)
	// OnAccount does something about the account of a person for who has the duty.
	OnAccount(ctx context.Context, by policy.Subject, person int64, need policy.Duty, verb string, do func(ctx context.Context, tx *store.Tx, a directory.Account) error) error
}

// Letters tells people about their certificates.
type Letters interface {
	// CertificateEnds tells of one that ends soon.
	CertificateEnds(ctx context.Context, e Ending) error
	// CertificateEnded tells of one that is not good any more, and that what
	// it had opened was ended.
	CertificateEnded(ctx context.Context, e Ended) error
}

// Web is what the HTTP side asks of the door.
type Web interface {
	sso.Web
	// Caller is where a sign-in comes from, and with what.
	Caller(r *http.Request) identity.Peer
	// Step answers with the next step of a sign-in, or opens the session.
	Step(w http.ResponseWriter, r *http.Request, step identity.Step, err error)
	// Refuse answers with an error, and the word for it that clients know.
	Refuse(w http.ResponseWriter, err error)
}
