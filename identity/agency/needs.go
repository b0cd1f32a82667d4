package agency

import (
	"context"
	"net/http"

	"chancery/directory"
	"chancery/identity"
	"chancery/identity/sso"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/saml"
)

// Identity is what this package asks of its neighbour.
type Identity interface {
	// Stranger is who an entry of the record is about that nobody signed in for.
	Stranger(org, account int64, address string, peer identity.Peer) policy.Subject
	// Vouched begins a sign-in without a password; the zone's rules hold. What
	// is opened ends with the ground.
	Vouched(ctx context.Context, org, account, ground int64, how policy.Assurance, peer identity.Peer) (identity.Step, error)
	// UseGrounds adds one who says whether what a sign-in rests on still holds.
	UseGrounds(func(ctx context.Context, org, account, ground int64) (bool, error))
	// EndGround ends what rests on a ground for one account, EndGrounds what
	// rests on any of several for everybody, and returns who was signed in.
	EndGround(ctx context.Context, tx *store.Tx, org, account, ground int64) error
	EndGrounds(ctx context.Context, tx *store.Tx, org int64, grounds []int64) ([]int64, error)
	// UseJudge sets who judges passwords that are kept elsewhere.
	UseJudge(j identity.Judge)
}

// Directory is what this package asks about people.
type Directory interface {
	// Account returns an account by its id.
	Account(ctx context.Context, org, account int64) (directory.Account, error)
	// Resolve finds the account of an address.
	Resolve(ctx context.Context, address string) (a directory.Account, local bool, err error)
	// OnOrganisation carries out an act for who has the duty, in one transaction with the check of it.
	OnOrganisation(ctx context.Context, by policy.Subject, need policy.Duty, verb, object string, do func(ctx context.Context, tx *store.Tx) error) error
}

// Letters tells people about their own sign-in.
type Letters interface {
	// ProviderEnded tells that what a provider opened has ended.
	ProviderEnded(ctx context.Context, e Ended) error
}

// Keys is what this package asks of the neighbour that keeps the keys of SAML.
type Keys interface {
	// Reader returns the key that providers may encrypt for.
	Reader(ctx context.Context) (saml.Key, error)
}

// Web is what the HTTP side asks of the door.
type Web interface {
	sso.Web
	// Caller is where a sign-in comes from, and with what.
	Caller(r *http.Request) identity.Peer
	// Step answers with the next step of a sign-in, or opens the session.
	Step(w http.ResponseWriter, r *http.Request, step identity.Step, err error)
}
