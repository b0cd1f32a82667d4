package mailauth

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"blitiri.com.ar/go/spf"
	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-msgauth/dmarc"
	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// The values of a result (RFC 8601 section 2.7).
const (
	None      = "none"
	Pass      = "pass"
	Fail      = "fail"
	SoftFail  = "softfail"
	Neutral   = "neutral"
	TempError = "temperror"
	PermError = "permerror"
)

// Config are the settings. Zero values mean the documented default.
type Config struct {
	Resolver      Resolver      // nil = the machine's
	Time          time.Duration // for all checks of a letter, default 3 s
	MaxSignatures int           // looked at in one letter, default 5
	Now           func() time.Time
}

// Checker checks letters. It may be used by many goroutines.
type Checker struct {
	conf Config
	dns  *cache
}

// New returns a checker.
func New(c Config) *Checker {
	if c.Resolver == nil {
		c.Resolver = &net.Resolver{PreferGo: true, StrictErrors: true}
	}
	if c.Time == 0 {
		c.Time = 3 * time.Second
	}
	if c.MaxSignatures == 0 {
		c.MaxSignatures = 5
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Checker{conf: c, dns: newCache(c.Resolver, c.Now)}
}

// Letter is what the checks look at.
type Letter struct {
	Addr   netip.Addr // where it came from
	Direct bool       // Addr is the sender's server, not a relay of our own: SPF means something
	Helo   string
	From   string    // envelope sender, "" for a report
	Author string    // domain of the one address in From; "" when there is not exactly one
	Signed bool      // it has a DKIM signature
	Bytes  io.Reader // the whole letter as it came; read only when it is signed
}

// Check runs the checks. Trouble with the DNS makes a result temperror, never
// an error, and takes no longer than the settings say.
func (c *Checker) Check(ctx context.Context, l Letter) Results {
	ctx, cancel := context.WithTimeout(ctx, c.conf.Time)
	defer cancel()
	r := Results{SPF: None, DKIM: None, DMARC: None, Author: ascii(l.Author)}
	// What the author's domain asks for is looked up first, and SPF has half of
	// the time: a sender's own slow names must not hide that a letter is forged.
	var p policy
	asks := r.Author != "" && (l.Direct || l.Signed)
	if asks {
		p = c.policy(ctx, r.Author)
	}
	if l.Direct {
		half, stop := context.WithTimeout(ctx, c.conf.Time/2)
		r.SPF, r.SPFDomain = c.spf(half, l)
		stop()
	}
	var s signatures
	if l.Signed {
		s = c.dkim(ctx, l.Bytes, r.Author)
		r.DKIM, r.DKIMDomain = s.result, s.domain
	}
	// A letter that neither check says anything about needs no lookup to be
	// unproved, unless its server should have been known.
	if asks {
		p.decide(&r, s)
	}
	return r
}

// spf checks the sending server (RFC 7208). The limits of section 4.6.4, ten
// lookups and two void ones, are the library's defaults.
func (c *Checker) spf(ctx context.Context, l Letter) (result, domain string) {
	_, domain, ok := strings.Cut(l.From, "@")
	if !ok {
		domain = l.Helo // section 2.4: a report is checked by its HELO name
	}
	domain = ascii(domain)
	if domain == "" || !strings.Contains(domain, ".") || !l.Addr.IsValid() {
		return None, ""
	}
	got, err := spf.CheckHostWithSender(net.IP(l.Addr.Unmap().AsSlice()), l.Helo, senderOf(l.From, domain), spf.WithContext(ctx), spf.WithResolver(c.dns))
	if ctx.Err() != nil {
		return TempError, domain
	}
	_ = err // the result says all that is told
	switch got {
	case spf.Pass, spf.Fail, spf.SoftFail, spf.Neutral, spf.None, spf.TempError, spf.PermError:
		return string(got), domain
	}
	return None, domain
}

func senderOf(from, domain string) string {
	local, _, ok := strings.Cut(from, "@")
	if !ok {
		local = "postmaster"
	}
	return local + "@" + domain
}

// signatures is what the signatures of a letter came to: the best result, for
// the author's own domain where one passes; the domains of those that pass;
// and whether one of the author's own could not be checked for now.
type signatures struct {
	result, domain string
	signers        []string
	doubt          bool
}

// dkim checks the signatures.
func (c *Checker) dkim(ctx context.Context, r io.Reader, author string) (s signatures) {
	list, err := dkim.VerifyWithOptions(&patient{ctx, r}, &dkim.VerifyOptions{
		MaxVerifications: c.conf.MaxSignatures,
		LookupTXT:        func(name string) ([]string, error) { return c.dns.LookupTXT(ctx, name) },
	})
	if err != nil && !errors.Is(err, dkim.ErrTooManySignatures) || len(list) == 0 {
		if ctx.Err() != nil {
			return signatures{result: TempError, doubt: true}
		}
		return signatures{result: PermError}
	}
	for _, v := range list {
		d := ascii(v.Domain)
		switch {
		case v.Err == nil && d != "":
			s.signers = append(s.signers, d)
			if s.result != Pass || aligned(author, d, false) {
				s.result, s.domain = Pass, d
			}
		case dkim.IsTempFail(v.Err):
			s.doubt = s.doubt || aligned(author, d, false)
			if s.result != Pass {
				s.result, s.domain = TempError, d
			}
		case s.result == Pass, s.result == TempError:
		case dkim.IsPermFail(v.Err):
			if s.result == "" {
				s.result, s.domain = PermError, d
			}
		default:
			s.result, s.domain = Fail, d
		}
	}
	return s
}

// patient ends reading when the time is up.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

// policy is what the author's domain asks for.
type policy struct {
	record    *dmarc.Record
	err       error
	inherited bool // from the organisation
	late      bool // there was no time to ask
}

// policy looks it up. Without a record, the organisation's is asked (RFC 7489
// section 6.6.3).
func (c *Checker) policy(ctx context.Context, author string) (p policy) {
	find := func(domain string) (*dmarc.Record, error) {
		return dmarc.LookupWithOptions(domain, &dmarc.LookupOptions{LookupTXT: func(name string) ([]string, error) { return c.dns.LookupTXT(ctx, name) }})
	}
	p.record, p.err = find(author)
	if org := organisation(author); errors.Is(p.err, dmarc.ErrNoPolicy) && org != author {
		p.record, p.err = find(org)
		p.inherited = true
	}
	p.late = ctx.Err() != nil
	return p
}

// decide says whether a proved domain is that of the author (RFC 7489 section
// 3.1).
func (p policy) decide(r *Results, s signatures) {
	rec, err := p.record, p.err
	strictSPF, strictDKIM := false, false
	if err == nil {
		strictSPF, strictDKIM = rec.SPFAlignment == dmarc.AlignmentStrict, rec.DKIMAlignment == dmarc.AlignmentStrict
	}
	r.Aligned = r.SPF == Pass && aligned(r.Author, r.SPFDomain, strictSPF)
	for _, d := range s.signers {
		r.Aligned = r.Aligned || aligned(r.Author, d, strictDKIM)
	}
	switch {
	case errors.Is(err, dmarc.ErrNoPolicy):
		return
	case err != nil && (dmarc.IsTempFail(err) || p.late):
		r.DMARC = TempError
		return
	case err != nil:
		r.DMARC = PermError
		return
	}
	r.Policy = string(rec.Policy)
	if p.inherited && rec.SubdomainPolicy != "" {
		r.Policy = string(rec.SubdomainPolicy)
	}
	switch {
	case r.Aligned:
		r.DMARC = Pass
	case s.doubt, r.SPF == TempError && aligned(r.Author, r.SPFDomain, strictSPF):
		// Section 6.6.2: it might have passed. A check of another domain could
		// not have proved the author, whatever its trouble.
		r.DMARC = TempError
	default:
		r.DMARC = Fail
	}
}

// aligned compares domains: the same, or of the same organisation when not
// strict (RFC 7489 section 3.1).
func aligned(author, domain string, strict bool) bool {
	if author == "" || domain == "" {
		return false
	}
	return author == domain || !strict && organisation(author) == organisation(domain)
}

// organisation returns the organisational domain (RFC 7489 section 3.2).
func organisation(domain string) string {
	org, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil {
		return domain
	}
	return org
}

// ascii writes a domain as A-labels in small letters; "" when it is none.
func ascii(domain string) string {
	domain = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(domain)), ".")
	if domain == "" || len(domain) > 253 {
		return ""
	}
	out, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return ""
	}
	return out
}
