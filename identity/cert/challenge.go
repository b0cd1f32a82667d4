package cert

import (
	"context"
	"crypto/x509"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"chancery/directory"
	"chancery/identity"
	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/cms"
)

// Challenge is a text that a card signs in place of a TLS handshake: by its
// own programs, with no reader that the browser knows of (N46).
type Challenge struct {
	Ask  string `json:"ask"`  // to be sent with the signature
	Text string `json:"text"` // one line without an end, the same whether it is signed as text or as bytes
}

// posed is a challenge that waits for its signature.
type posed struct {
	asked
	Text string
}

// Challenged says whether somebody can sign in by a signed challenge from where they are.
func (d *Desk) Challenged(peer identity.Peer) bool {
	return d.conf.Challenge && d.identity.TakesCertificates(peer)
}

// Pose gives a text to sign, and the secret of the browser that asked for it.
func (d *Desk) Pose(ctx context.Context, base string, peer identity.Peer) (Challenge, string, error) {
	if !d.Challenged(peer) {
		return Challenge{}, "", errs.E(errs.Forbidden, "From this network nobody signs in by a signed text.")
	}
	return d.pose(ctx, directory.DefaultOrg, asked{Base: base}, peer)
}

// PoseAdd is Pose for the subject's own certificate, to be registered.
func (d *Desk) PoseAdd(ctx context.Context, s policy.Subject, base string, peer identity.Peer) (Challenge, string, error) {
	if err := d.identity.Fresh(s); err != nil {
		return Challenge{}, "", err
	}
	if !d.conf.Challenge {
		return Challenge{}, "", errs.E(errs.Unsupported, "Signed texts are not used here.")
	}
	return d.pose(ctx, s.Org, asked{For: toAdd, Base: base, Account: s.Account}, peer)
}

func (d *Desk) pose(ctx context.Context, org int64, a asked, peer identity.Peer) (c Challenge, browser string, err error) {
	if err := d.ours(a.Base); err != nil {
		return c, "", err
	}
	browser = id.Token(32)
	a.Browser = sso.HashOf(browser)
	c.Text = textOf(a, d.clock.Now().Add(d.conf.StepLife))
	c.Ask, err = d.steps.Keep(ctx, org, "posed", posed{a, c.Text}, d.conf.StepLife, peer.Addr)
	return c, browser, err
}

// ours refuses to write another's address into the text: what one site has its
// people sign would let it in here in their name. So it is the configured one,
// and without one this very machine, for trying out.
func (d *Desk) ours(base string) error {
	if d.conf.Base != "" && strings.TrimSuffix(d.conf.Base, "/") == base {
		return nil
	}
	u, err := url.Parse(base)
	if err == nil && d.conf.Base == "" {
		at, err := netip.ParseAddr(u.Hostname())
		if u.Hostname() == "localhost" || err == nil && at.IsLoopback() {
			return nil
		}
	}
	return errs.E(errs.Unsupported, "Signed texts need the address of this server to be set (http.base_url).")
}

// textOf says what is signed, so that a card's program can show it, and that
// it is good at one address, for one thing, once.
func textOf(a asked, until time.Time) string {
	what := "sign in to"
	if a.For == toAdd {
		what = "register this certificate at"
	}
	return "I " + what + " " + a.Base + " (until " + until.UTC().Format(time.RFC3339) + ", number " + id.Token(32) + ")."
}

// replied is what comes back for a challenge.
type replied struct {
	ask, signature string
	base           string // under which it came
	browser        string // its secret
	peer           identity.Peer
}

// Sign takes the signature of a challenge as Present takes a certificate: what
// is asked of the certificate is the same, and the pass is.
func (d *Desk) Sign(ctx context.Context, in replied) (pass string, err error) {
	var p posed
	org, err := d.take(ctx, in.ask, "posed", &p)
	if err != nil {
		return "", err
	}
	if p.Base != in.base || in.browser == "" || !sso.Same(string(p.Browser), string(sso.HashOf(in.browser))) {
		return "", errOver
	}
	came := presented{peer: in.peer.Addr}
	if came.chain, err = readSigned(in.signature, p.Text); err != nil {
		d.refused(ctx, org, came, err)
		return "", err
	}
	return d.prove(ctx, org, p.asked, came)
}

// readSigned returns the certificates of a signature over the text, that of
// who signed first. The key is proved then, and nothing else.
func readSigned(signature, text string) ([]*x509.Certificate, error) {
	if strings.TrimSpace(signature) == "" {
		return nil, errNone
	}
	s, err := cms.ParseText(signature)
	if err != nil {
		return nil, refuse("unreadable", err)
	}
	chain, err := s.Verify([]byte(text))
	if err != nil {
		return nil, refuse("otherText", err)
	}
	return chain, nil
}
