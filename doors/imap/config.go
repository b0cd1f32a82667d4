package imap

import (
	"crypto/tls"
	"time"
)

// Config are the settings of the door. Zero values mean the default beside
// the field.
type Config struct {
	TLS              *tls.Config   // nil: no STARTTLS and no implicit TLS
	PlainOnLoopback  bool          // allow passwords without TLS from this machine
	MaxAppend        int64         // octets of an appended message; 100 MiB
	StandEvery       time.Duration // how long a connection may outlive the right to it; 5 seconds
	IdleTimeout      time.Duration // silence after sign-in; 30 minutes (RFC 9051 section 5.4)
	LoginTimeout     time.Duration // from connecting to sign-in; 2 minutes
	WriteTimeout     time.Duration // a client that does not read; 5 minutes
	MaxConnections   int           // of all clients; 20,000
	MaxBad           int           // commands in a row that make no sense before the connection is closed; 20
	MaxLoginFailures int           // wrong passwords before the connection is closed; 5
	LoginDelay       time.Duration // after each wrong password; 1 second
	Discovery        string        // where a program whose token is refused learns how to get another; none
}

// withDefaults fills the fields that are zero.
func (c Config) withDefaults() Config {
	if c.MaxAppend == 0 {
		c.MaxAppend = 100 << 20
	}
	if c.StandEvery == 0 {
		c.StandEvery = 5 * time.Second
	}
	if c.IdleTimeout == 0 {
		c.IdleTimeout = 30 * time.Minute
	}
	if c.LoginTimeout == 0 {
		c.LoginTimeout = 2 * time.Minute
	}
	if c.WriteTimeout == 0 {
		c.WriteTimeout = 5 * time.Minute
	}
	if c.MaxConnections == 0 {
		c.MaxConnections = 20000
	}
	if c.MaxBad == 0 {
		c.MaxBad = 20
	}
	if c.MaxLoginFailures == 0 {
		c.MaxLoginFailures = 5
	}
	if c.LoginDelay == 0 {
		c.LoginDelay = time.Second
	}
	return c
}
