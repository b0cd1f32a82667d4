package house

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	httpdoor "chancery/doors/http"
	"chancery/identity/cert"
	"chancery/kit/clock"
	"chancery/kit/conf"
	"chancery/kit/errs"
)

// CertificateConfig says how people sign in by X.509 client certificates.
type CertificateConfig struct {
	Listen        string   `toml:"listen" doc:"Address of the listener that asks browsers for a certificate; only who signs in by one is ever sent there. Empty closes it." example:":8443"`
	Challenge     bool     `toml:"challenge" default:"false" doc:"Take a text that a card signed (CMS, RFC 5652), made by the card's own program, in place of the browser's certificate. The text names this server; a person who signs what another site handed on lets that site in, which TLS does not."`
	Site          string   `toml:"site" doc:"Address of it as browsers reach it. Empty: https, the name they use, and the port of listen. With another name http.base_url has to be set." example:"https://cert.city.example"`
	Anchors       []string `toml:"anchors" doc:"Files and folders with the certificates of authorities that are trusted (PEM or DER)." example:"/etc/chancery/anchors"`
	Intermediates []string `toml:"intermediates" doc:"The same of authorities between them and people."`
	Rules         []string `toml:"rules" default:"pin" doc:"By what a certificate is told whose it is: pin (it was registered), serial (the serialNumber of its subject was, so that the next card is good too), email, upn (an address in it is an account's). With conditions after semicolons: issuer, domain, policy, has, counts." example:"email; domain=city.example; counts=hardware"`
	Usages        []string `toml:"usages" default:"1.3.6.1.5.5.7.3.2" doc:"Extended usages of which a certificate must have one. none: it need not say so."`
	Policies      []string `toml:"policies" doc:"Policies under one of which the certificate and its authorities must be issued. Empty: any."`

	Revocation string        `toml:"revocation" default:"check" doc:"check: nobody gets in by a certificate of which it cannot be found out that it is in force; off: nothing is asked, for authorities that publish nothing."`
	Lists      []string      `toml:"lists" doc:"Files and folders of revocation lists, read anew when they change."`
	Hosts      []string      `toml:"hosts" doc:"Hosts that may be asked for revocation lists and by OCSP, also where the certificate names them." example:"ocsp.ca.example"`
	Responder  string        `toml:"responder" doc:"Address of an OCSP responder, in place of that in the certificate." example:"http://ocsp.ca.example/"`
	Grace      time.Duration `toml:"grace" default:"0s" doc:"How long after its time a list or an answer still counts while no newer one is to be had."`
	Refresh    time.Duration `toml:"refresh" default:"1h" doc:"How long a fetched list is used before it is fetched anew; the answer of a responder five minutes at most."`
	Timeout    time.Duration `toml:"timeout" default:"10s" doc:"For one answer of a responder or one list."`
	MaxList    conf.Size     `toml:"max_list" default:"64MB" doc:"Largest list that is fetched."`
	Recheck    time.Duration `toml:"recheck" default:"5m" doc:"How often it is seen whether a certificate that let somebody in is still good and theirs. When it is not, what it opened ends: sessions, sign-ons, connections. Where that cannot be found out, nothing ends."`

	Programs bool `toml:"programs" default:"false" doc:"Ask mail programs for a certificate too (IMAP, submission), by which they sign in without a password, also where nothing else counts. Some programs then ask their person."`

	Proxies []string `toml:"proxies" doc:"Address ranges of proxies that ask for the certificate themselves and hand it over in the Client-Cert header (RFC 9440). They must take away what a browser sends under that name." example:"10.0.0.1/32"`
}

// certificates opens the desk of client certificates.
func (h *House) certificates(ctx context.Context, now clock.Clock) (err error) {
	c, err := h.conf.certificates(h.dir)
	if err != nil {
		return err
	}
	h.Certificates, err = cert.New(ctx, h.Store, h.Identity, h.Directory, c, now, h.log.With("part", "certificates"))
	return err
}

func (c Config) certificates(dir string) (out cert.Config, err error) {
	in := c.Certificates
	out = cert.Config{Programs: in.Programs, Recheck: in.Recheck, Open: in.Listen != "" || len(in.Proxies) > 0, Challenge: in.Challenge, Site: in.Site, Base: c.HTTP.BaseURL, Rules: []cert.Rule{}, Usages: []string{}, Policies: in.Policies,
		Revocation: cert.Revocation{Off: in.Revocation == "off", Lists: in.Lists, Hosts: in.Hosts, Responder: in.Responder, Grace: in.Grace, Refresh: in.Refresh,
			Timeout: in.Timeout, MaxList: int64(in.MaxList), Dir: filepath.Join(dir, "revocation")}}
	if in.Revocation != "check" && in.Revocation != "off" && in.Revocation != "" {
		return out, errs.E(errs.Invalid, "certificates.revocation: %q is none of check, off", in.Revocation)
	}
	if in.Grace < 0 || in.Refresh < 0 || in.Timeout < 0 || in.Recheck < 0 {
		return out, errs.E(errs.Invalid, "certificates: grace, refresh, timeout and recheck cannot be negative")
	}
	if u, err := url.Parse(in.Site); in.Site != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		return out, errs.E(errs.Invalid, "certificates.site: %q is not an address such as https://cert.city.example", in.Site)
	}
	if p := port(in.Listen); p != 0 {
		out.Port = strconv.Itoa(p)
	}
	if out.Proxies, err = prefixes("certificates.proxies", in.Proxies); err != nil {
		return out, err
	}
	if out.Anchors, err = cert.ReadCertificates(in.Anchors); err != nil {
		return out, errs.Wrap(errs.Invalid, err, "certificates.anchors")
	}
	if out.Intermediates, err = cert.ReadCertificates(in.Intermediates); err != nil {
		return out, errs.Wrap(errs.Invalid, err, "certificates.intermediates")
	}
	if (out.Open || out.Programs || out.Challenge) && len(out.Anchors) == 0 {
		return out, errs.E(errs.Invalid, "certificates.anchors: without an authority that is trusted nobody can sign in by a certificate")
	}
	if in.Challenge && c.HTTP.BaseURL == "" && !loopback(c.HTTP.Listen, c.HTTP.ListenTLS) {
		return out, errs.E(errs.Invalid, "certificates.challenge: http.base_url has to be set, since it stands in the text that is signed")
	}
	for _, text := range in.Rules {
		rule, err := cert.ParseRule(text)
		if err != nil {
			return out, errs.Wrap(errs.Invalid, err, "certificates.rules")
		}
		out.Rules = append(out.Rules, rule)
	}
	for _, u := range in.Usages {
		if u != "none" && u != "" {
			out.Usages = append(out.Usages, u)
		}
	}
	return out, nil
}

// loopback says whether addresses are reached from this machine alone.
func loopback(addresses ...string) bool {
	return !slices.ContainsFunc(addresses, func(text string) bool {
		at, err := netip.ParseAddrPort(text)
		return text != "" && (err != nil || !at.Addr().IsLoopback())
	})
}

// serveCertificates is the listener that asks for certificates. It asks and
// does not insist, so that who has none is told so by a page of ours and not
// by their browser; each connection proves the key anew.
func (h *House) serveCertificates(ctx context.Context, door *httpdoor.Door, l net.Listener, conf *tls.Config) error {
	conf = h.asking(conf)
	web := agencyWeb{ssoWeb{func() *httpdoor.Door { return door }}, httpNeeds{h}}
	return door.ServeCertificates(ctx, l, conf, h.Certificates.Listener(web))
}

// asking asks clients for a certificate. Without tickets each connection
// proves the key, and none goes on with what another proved.
func (h *House) asking(conf *tls.Config) *tls.Config {
	conf = conf.Clone()
	conf.ClientAuth = tls.RequestClientCert
	conf.ClientCAs = h.Certificates.Authorities()
	conf.SessionTicketsDisabled = true
	return conf
}

// programTLS is what mail programs are met with.
func (h *House) programTLS(conf *tls.Config) *tls.Config {
	if conf == nil || !h.conf.Certificates.Programs {
		return conf
	}
	return h.asking(conf)
}

// ReadCertificates reads the certificates of a file.
func ReadCertificates(path string) ([]*x509.Certificate, error) {
	return cert.ReadCertificates([]string{path})
}
