package oidc

import (
	"context"

	"chancery/directory"
	"chancery/identity"
	"chancery/policy"
	"chancery/store"
)

// Identity is what this package asks of its neighbour.
type Identity interface {
	// Stranger is who an entry of the record is about that nobody signed in for.
	Stranger(org, account int64, address string, peer identity.Peer) policy.Subject
	// Standing returns who the subject of an earlier sign-in is now, and
	// Unauthenticated when the account is locked or gone, the password was
	// changed, or the session that it rests on is over.
	Standing(ctx context.Context, p identity.Proof, peer identity.Peer) (policy.Subject, error)
	// UseGrounds adds one who says whether what a connection rests on still holds.
	UseGrounds(func(ctx context.Context, org, account, ground int64) (bool, error))
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

// MayMail says whether a subject may let a mail program in from where it is;
// an error is the refusal. It is the rule for app passwords too.
type MayMail func(ctx context.Context, s policy.Subject) error
