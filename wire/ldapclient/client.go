package ldapclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"net/url"
	"time"

	"chancery/kit/errs"

	"github.com/go-ldap/ldap/v3"
)

// Server is a directory to connect to.
type Server struct {
	URL       string        // ldaps://host, or ldap://host, then with StartTLS
	Authority []byte        // PEM of who vouches for it; nil = whom the machine trusts
	Timeout   time.Duration // for the connection, and for one answer
}

// Check refuses an address or an authority that cannot be used.
func (s Server) Check() error {
	if _, err := s.parse(); err != nil {
		return err
	}
	_, err := s.pool()
	return err
}

func (s Server) parse() (*url.URL, error) {
	u, err := url.Parse(s.URL)
	if err != nil || u.Scheme != "ldap" && u.Scheme != "ldaps" || u.Hostname() == "" || u.User != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" {
		return nil, errs.E(errs.Invalid, "%q is no address such as ldaps://directory.city.example.", s.URL)
	}
	return u, nil
}

func (s Server) pool() (*x509.CertPool, error) {
	if s.Authority == nil {
		return nil, nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(s.Authority) {
		return nil, errs.E(errs.Invalid, "There is no certificate in PEM form of who vouches for %s.", s.URL)
	}
	return pool, nil
}

// Local says whether an address is this machine itself, where nobody is on the
// way who could read along.
func Local(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	here, err := netip.ParseAddr(u.Hostname())
	return err == nil && here.IsLoopback()
}

// Dial connects. Nothing is sent before TLS is spoken, except to this machine
// itself (RFC 4513 section 3.1). It ends with the context.
func (s Server) Dial(ctx context.Context) (*ldap.Conn, error) {
	u, err := s.parse()
	if err != nil {
		return nil, err
	}
	conf := &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
	if conf.RootCAs, err = s.pool(); err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: s.Timeout}
	if end, ok := ctx.Deadline(); ok {
		dialer.Deadline = end
	}
	c, err := ldap.DialURL(s.URL, ldap.DialWithDialer(dialer), ldap.DialWithTLSConfig(conf))
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "%s cannot be reached", u.Host)
	}
	c.SetTimeout(s.Timeout)
	if u.Scheme == "ldap" && !Local(s.URL) {
		if err := c.StartTLS(conf); err != nil {
			c.Close()
			return nil, errs.Wrap(errs.Unavailable, err, "%s does not speak TLS as it should", u.Host)
		}
	}
	return c, nil
}
