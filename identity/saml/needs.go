package saml

import (
	"context"

	"chancery/directory"
	"chancery/policy"
)

// Directory is what this package asks about people.
type Directory interface {
	// Account returns an account by its id.
	Account(ctx context.Context, org, account int64) (directory.Account, error)
	// Administers reads the roles of a subject.
	Administers(ctx context.Context, s policy.Subject) (directory.Administers, error)
}
