package ldap

import (
	"context"
	"crypto/tls"
	"time"

	"chancery/directory"
	"chancery/policy"
)

// Config are the settings of the door. Zero values mean the documented default.
type Config struct {
	TLS             *tls.Config
	PlainOnLoopback bool          // let programs on this machine bind without TLS
	MaxConnections  int           // default 1,000
	MaxPerPeer      int           // from one address; default 50
	MaxRequest      int           // bytes of a request; default 64 KiB
	MaxEntries      int           // of one answer or page; default 1,000
	Idle            time.Duration // until a silent connection is closed; default 15 min
	SignInTime      time.Duration // until one that did not bind is; default 30 s
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *int
		value int
	}{{&c.MaxConnections, 1000}, {&c.MaxPerPeer, 50}, {&c.MaxRequest, 64 << 10}, {&c.MaxEntries, 1000}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if c.Idle == 0 {
		c.Idle = 15 * time.Minute
	}
	if c.SignInTime == 0 {
		c.SignInTime = 30 * time.Second
	}
	return c
}

// Needs is what the door asks of the house.
type Needs interface {
	// SignIn checks address and password of a program at a network address,
	// which is followed by a space and the address of ours it came to.
	SignIn(ctx context.Context, address, password, peer string) (policy.Subject, error)
	// Standing says whether somebody who signed in is still let in.
	// Unauthenticated when the account was locked or has another password.
	Standing(ctx context.Context, s policy.Subject, peer string) error
	// View is the address book as somebody sees it.
	View(ctx context.Context, s policy.Subject) (*directory.View, error)
	// Domains are the mail domains of an organisation.
	Domains(org int64) []string
}
