package dav

import (
	"context"
	"net/http"
	"time"

	"chancery/policy"
	"chancery/wire/webdav"
)

// Config are the settings of the door. Zero values mean the documented default.
type Config struct {
	NoOffice   bool          // the organisation's address book is not offered
	WholeUpTo  int           // how many people it can have to be taken whole; default 5,000, below 0 never
	MaxMatches int           // cards of one answer to a search; default 1,000
	MaxChanges int           // cards of one answer about changes; default 5,000
	MaxProps   int           // properties that a request asks for; default 100
	MaxFilters int           // texts and parameters of one search; default 50
	XML        webdav.Limits // of requests
	Time       time.Duration // of one request; default 2 min
	Realm      string        // what a program shows when it asks for the password; default Chancery
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		v   *int
		def int
	}{{&c.WholeUpTo, 5000}, {&c.MaxMatches, 1000}, {&c.MaxChanges, 5000}, {&c.MaxProps, 100}, {&c.MaxFilters, 50}, {&c.XML.Bytes, 1 << 20}} {
		if *d.v == 0 {
			*d.v = d.def
		}
	}
	if c.Time == 0 {
		c.Time = 2 * time.Minute
	}
	if c.Realm == "" {
		c.Realm = "Chancery"
	}
	return c
}

// Needs is what the door asks of the house.
type Needs interface {
	// SignIn checks address and password of a program at a network address.
	SignIn(ctx context.Context, address, password, peer string) (policy.Subject, error)
	// SignInToken checks an access token instead.
	SignInToken(ctx context.Context, token, peer string) (policy.Subject, error)
	// Private says whether nobody on the way can read a request.
	Private(r *http.Request) bool
	// Peer is the address of the other end, and behind a space that of ours.
	Peer(r *http.Request) string
	// Seen is told who sent a request, for the log.
	Seen(w http.ResponseWriter, who policy.Subject)
}
