package pop

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"time"

	"chancery/policy"
)

// Config are the settings of the door. Zero values mean the documented default.
type Config struct {
	TLS              *tls.Config   // nil: no STLS and no implicit TLS
	PlainOnLoopback  bool          // let programs on this machine sign in without TLS
	MaxConnections   int           // default 5,000
	MaxPerPeer       int           // from one address; default 100
	SignInTime       time.Duration // from connecting to sign-in; default 2 min
	Idle             time.Duration // silence after it; default 10 min, the least of RFC 1939 section 3
	WriteTime        time.Duration // of a client that does not read; default 2 min
	StandEvery       time.Duration // how long a connection may outlive the right to it; default 5 s
	MaxBad           int           // commands in a row that make no sense; default 20
	MaxLoginFailures int           // wrong passwords; default 5
	LoginDelay       time.Duration // after each; default 1 s
	Discovery        string        // where a program whose token is refused learns how to get another
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		v   *int
		def int
	}{{&c.MaxConnections, 5000}, {&c.MaxPerPeer, 100}, {&c.MaxBad, 20}, {&c.MaxLoginFailures, 5}} {
		if *d.v == 0 {
			*d.v = d.def
		}
	}
	for _, d := range []struct {
		v   *time.Duration
		def time.Duration
	}{{&c.SignInTime, 2 * time.Minute}, {&c.Idle, 10 * time.Minute}, {&c.WriteTime, 2 * time.Minute}, {&c.StandEvery, 5 * time.Second}, {&c.LoginDelay, time.Second}} {
		if *d.v == 0 {
			*d.v = d.def
		}
	}
	return c
}

// Needs is what the door asks of the house.
type Needs interface {
	// SignIn checks address and password of a program at a network address.
	SignIn(ctx context.Context, user, password, peer string) (policy.Subject, error)
	// SignInToken checks an access token instead. The user may be empty; else
	// it must be the token's own.
	SignInToken(ctx context.Context, user, token, peer string) (policy.Subject, error)
	// SignInCertificate signs in by a client certificate whose key was proved.
	// The user may be empty; else it must be the certificate's own.
	SignInCertificate(ctx context.Context, user string, chain []*x509.Certificate, peer string) (policy.Subject, error)
	// Standing says whether somebody who signed in is still let in.
	// Unauthenticated when the account was locked or has another password.
	Standing(ctx context.Context, s policy.Subject, peer string) error
}
