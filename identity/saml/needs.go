package saml

import (
	"context"

	"chancery/directory"
	"chancery/policy"
	"chancery/store"
)

// Directory is what this package asks about people.
type Directory interface {
	// Account returns an account by its id.
	Account(ctx context.Context, org, account int64) (directory.Account, error)
	// OnOrganisation carries out an act for who has the duty, in one transaction with the check of it.
	OnOrganisation(ctx context.Context, by policy.Subject, need policy.Duty, verb, object string, do func(ctx context.Context, tx *store.Tx) error) error
}
