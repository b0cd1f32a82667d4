package cert

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"chancery/kit/clock"
	"chancery/kit/errs"
)

// Revocation says how it is found out whether a certificate is in force. Zero
// values mean the documented default.
type Revocation struct {
	Off       bool          // nothing is asked: for authorities that publish nothing
	Lists     []string      // files and folders of revocation lists, read anew when they change
	Hosts     []string      // host or host:port that may be asked, in certificates' own addresses too; default none
	Responder string        // address of an OCSP responder in place of that in the certificate
	Grace     time.Duration // how long after its time an answer still counts while no newer one is to be had; default 0
	Refresh   time.Duration // how long a fetched list is used before it is fetched anew; default 1 h
	Answer    time.Duration // the same for an answer of a responder; default 5 min, never longer than Refresh
	Timeout   time.Duration // for one answer; default 10 s
	Pause     time.Duration // before a host that did not answer is asked again; default 30 s
	Skew      time.Duration // how far clocks may be off; default 5 min
	MaxList   int64         // bytes of a fetched list; default 64 MiB
	MaxAnswer int64         // bytes of an answer of a responder; default 64 KiB
	Dir       string        // where fetched lists are kept over a restart; "" = nowhere
	Transport http.RoundTripper
}

func (r Revocation) withDefaults() Revocation {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{{&r.Refresh, time.Hour}, {&r.Answer, 5 * time.Minute}, {&r.Timeout, 10 * time.Second}, {&r.Pause, 30 * time.Second}, {&r.Skew, 5 * time.Minute}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	r.Answer = min(r.Answer, r.Refresh)
	if r.MaxList == 0 {
		r.MaxList = 64 << 20
	}
	if r.MaxAnswer == 0 {
		r.MaxAnswer = 64 << 10
	}
	return r
}

// standing is what a source says of a certificate.
type standing uint8

const (
	unknown standing = iota
	good
	revoked
)

// revoker asks whether certificates are in force.
type revoker struct {
	conf  Revocation
	clock clock.Clock
	log   *slog.Logger
	http  *http.Client

	mu       sync.Mutex
	files    []*list // of Lists
	stamp    string  // names, sizes and times of the files that were read
	looked   time.Time
	sources  map[string]*source
	answered map[string]answered
}

func newRevoker(conf Revocation, c clock.Clock, log *slog.Logger) *revoker {
	client := &http.Client{Timeout: conf.Timeout, Transport: conf.Transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return errs.E(errs.Unavailable, "answered by a redirect") // which would lead past the list of hosts
	}}
	return &revoker{conf: conf, clock: c, log: log, http: client, sources: map[string]*source{}, answered: map[string]answered{}}
}

// check says whether every certificate below an anchor is in force. Not to
// know is a refusal.
func (v *revoker) check(ctx context.Context, chain []*x509.Certificate) error {
	if v.conf.Off {
		return nil
	}
	for n := range len(chain) - 1 {
		switch v.standing(ctx, chain[n], chain[n+1]) {
		case revoked:
			return errRevoked
		case unknown:
			return errUnchecked
		}
	}
	return nil
}

// standing asks the lists that lie here, then a responder, then the list that
// the certificate names. Whoever says "revoked" has the last word.
func (v *revoker) standing(ctx context.Context, c, issuer *x509.Certificate) standing {
	local := v.byFiles(c, issuer)
	if local == revoked {
		return revoked
	}
	responders := c.OCSPServer
	if v.conf.Responder != "" {
		responders = []string{v.conf.Responder}
	}
	for _, at := range first(responders, 3) {
		if s := v.byResponder(ctx, at, c, issuer); s != unknown {
			return s
		}
	}
	if local == good {
		return good
	}
	for _, at := range first(c.CRLDistributionPoints, 3) {
		if s := v.byPoint(ctx, at, c, issuer); s != unknown {
			return s
		}
	}
	return unknown
}

func first(list []string, n int) []string { return list[:min(n, len(list))] }

// allowed says whether an address may be asked. Certificates name addresses,
// and anybody can make a certificate: without the list of hosts a stranger
// could have us ask anything inside.
func (v *revoker) allowed(at string) bool {
	u, err := url.Parse(at)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return false
	}
	return slices.ContainsFunc(v.conf.Hosts, func(h string) bool { return strings.EqualFold(h, u.Host) || strings.EqualFold(h, u.Hostname()) })
}

var errHost = errors.New("the host is not among those that may be asked")

// ask fetches, by POST where there is a body.
func (v *revoker) ask(ctx context.Context, at string, body []byte, kind string, most int64) ([]byte, error) {
	if !v.allowed(at) {
		return nil, errHost
	}
	method, reader := http.MethodGet, io.Reader(nil)
	if body != nil {
		method, reader = http.MethodPost, bytes.NewReader(body)
	}
	// Not the caller's context: a browser that goes away must not make a host
	// look as if it did not answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), v.conf.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, at, reader)
	if err != nil {
		return nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", kind)
	}
	res, err := v.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, errs.E(errs.Unavailable, "answered by status %d", res.StatusCode)
	}
	out, err := io.ReadAll(io.LimitReader(res.Body, most+1))
	if err == nil && int64(len(out)) > most {
		err = errs.E(errs.TooLarge, "the answer is longer than %d bytes", most)
	}
	return out, err
}
