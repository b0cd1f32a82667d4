package agency

import (
	"context"
	"net/http"

	"chancery/directory"
	"chancery/identity"
	"chancery/identity/sso"
	"chancery/policy"
)

// Identity is what this package asks of its neighbour.
type Identity interface {
	// Vouched begins a sign-in without a password; the zone's rules hold.
	Vouched(ctx context.Context, org, account int64, how policy.Assurance, peer identity.Peer) (identity.Step, error)
	// UseJudge sets who judges passwords that are kept elsewhere.
	UseJudge(j identity.Judge)
}

// Directory is what this package asks about people.
type Directory interface {
	// Account returns an account by its id.
	Account(ctx context.Context, org, account int64) (directory.Account, error)
	// Resolve finds the account of an address.
	Resolve(ctx context.Context, address string) (a directory.Account, local bool, err error)
	// Administers reads the roles of a subject.
	Administers(ctx context.Context, s policy.Subject) (directory.Administers, error)
}

// Web is what the HTTP side asks of the door.
type Web interface {
	sso.Web
	// Caller is where a sign-in comes from, and with what.
	Caller(r *http.Request) identity.Peer
	// Step answers with the next step of a sign-in, or opens the session.
	Step(w http.ResponseWriter, r *http.Request, step identity.Step, err error)
}
