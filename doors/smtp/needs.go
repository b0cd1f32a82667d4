package smtp

import (
	"context"
	"crypto/x509"
	"net/netip"

	"chancery/policy"
)

// Peer is where a connection comes from.
type Peer struct {
	Addr  netip.Addr
	Port  uint16         // of the other end
	Local netip.AddrPort // the address of ours that it came to
	TLS   bool
	Door  string // "submission" or "submissions", for records
}

// Authenticator knows who somebody is. An error of kind Unauthenticated means
// that the password or the address is wrong (the door does not learn which),
// RateLimited that it was tried too often, Unavailable that nobody can say now.
type Authenticator interface {
	Authenticate(ctx context.Context, address, password string, peer Peer) (policy.Subject, error)
	// AuthenticateToken checks an access token instead. The address may be
	// empty; else it must be one of the token's own account.
	AuthenticateToken(ctx context.Context, address, token string, peer Peer) (policy.Subject, error)
	// AuthenticateCertificate signs in by a client certificate whose key was
	// proved. The address may be empty; else it must be of its own account.
	AuthenticateCertificate(ctx context.Context, address string, chain []*x509.Certificate, peer Peer) (policy.Subject, error)
	// Standing says whether somebody who signed in is still let in.
	// Unauthenticated when what the sign-in rests on is over.
	Standing(ctx context.Context, s policy.Subject, peer Peer) error
}
