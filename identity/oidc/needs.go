package oidc

import (
	"context"
	"net/http"
	"net/netip"

	"chancery/directory"
	"chancery/identity"
	"chancery/policy"
)

// Identity is what this package asks of its neighbour.
type Identity interface {
	// Standing returns who the subject of an earlier sign-in is now, and
	// Unauthenticated when the account is locked or gone, the password was
	// changed, or the session that it rests on is over.
	Standing(ctx context.Context, p identity.Proof, peer identity.Peer) (policy.Subject, error)
}

// Directory is what this package asks about people.
type Directory interface {
	// Account returns an account by its id.
	Account(ctx context.Context, org, account int64) (directory.Account, error)
	// Resolve finds the account of an address.
	Resolve(ctx context.Context, address string) (a directory.Account, local bool, err error)
}

// Web is what the HTTP side asks of the door.
type Web interface {
	// BaseURL is the address people use, which is the issuer.
	BaseURL(r *http.Request) string
	// Session returns who is signed in to the web client in this browser.
	Session(r *http.Request) (policy.Subject, error)
	// SignOut ends the session of this browser.
	SignOut(w http.ResponseWriter, r *http.Request) error
	// Private says whether nobody on the way can read the request.
	Private(r *http.Request) bool
	// Peer is where the request comes from.
	Peer(r *http.Request) netip.Addr
}

// MayMail says whether a subject may let a mail program in from where it is;
// an error is the refusal. It is the rule for app passwords too.
type MayMail func(ctx context.Context, s policy.Subject) error
