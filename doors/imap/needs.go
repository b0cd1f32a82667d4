package imap

import (
	"context"
	"crypto/x509"

	"chancery/policy"
)

// Needs is what the door asks of the house.
type Needs interface {
	// SignIn checks a user name and password of a client at a network address.
	// It returns Unauthenticated when they are wrong, without saying which.
	// The peer is that address, and behind a space the one of ours it came to.
	SignIn(ctx context.Context, user, password, peer string) (policy.Subject, error)
	// Standing says whether somebody who signed in is still let in.
	// Unauthenticated when the account was locked or has another password.
	Standing(ctx context.Context, s policy.Subject, peer string) error
	// SignInToken checks an access token instead. The user may be empty; else
	// it must be the token's own.
	SignInToken(ctx context.Context, user, token, peer string) (policy.Subject, error)
	// SignInCertificate signs in by a client certificate whose key was proved.
	// The user may be empty; else it must be the certificate's own.
	SignInCertificate(ctx context.Context, user string, chain []*x509.Certificate, peer string) (policy.Subject, error)
}
