package cert

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"chancery/identity"
	"chancery/kit/clock"
	"chancery/kit/errs"
)

// DeviceConfig says where only machines of the house may enter (C08), and by
// whose certificates they are known. Nothing is asked where At is empty.
type DeviceConfig struct {
	At         []netip.AddrPort    // addresses of ours, port 0 = any
	Anchors    []*x509.Certificate // authorities of machines, and of nobody else
	Revocation Revocation
}

// Devices meets who comes to such an address with the demand for a machine's
// certificate, in the TLS handshake: who has none is told nothing else. Who
// signs in from there is asked by the zone of that address, as everywhere.
type Devices struct {
	conf    DeviceConfig
	trust   trust
	revoker *revoker
	clock   clock.Clock
	log     *slog.Logger
	mu      sync.Mutex
	came    map[string]string // by the ends of the connection: the machine
	order   []string          // of those, the oldest first
}

// maxCame is of how many connections it is remembered which machine they are
// of; it is asked for when somebody signs in, which is soon after.
const maxCame = 50_000

// NewDevices is Invalid where addresses are named and no authority is.
func NewDevices(conf DeviceConfig, c clock.Clock, log *slog.Logger) (*Devices, error) {
	if len(conf.At) > 0 && len(conf.Anchors) == 0 {
		return nil, errs.E(errs.Invalid, "devices.authorities: without an authority of machines none could enter at devices.listeners")
	}
	conf.Revocation = conf.Revocation.withDefaults()
	t, err := newTrust(Config{Anchors: conf.Anchors, Usages: []string{ClientAuth}})
	return &Devices{conf: conf, trust: t, revoker: newRevoker(conf.Revocation, c, log), clock: c, log: log, came: map[string]string{}}, err
}

// Guard returns a configuration that does as conf does elsewhere, and at the
// named addresses lets machines in only. No connection goes on with what
// another proved, so that one that was revoked is out at its next.
func (d *Devices) Guard(conf *tls.Config) *tls.Config {
	if conf == nil || len(d.conf.At) == 0 {
		return conf
	}
	strict := conf.Clone()
	strict.ClientAuth, strict.ClientCAs, strict.SessionTicketsDisabled = tls.RequireAnyClientCert, d.trust.anchors, true
	conf = conf.Clone()
	conf.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if !d.here(hello.Conn.LocalAddr()) {
			return nil, nil // the configuration itself, as crypto/tls has it
		}
		mine, ctx, from, at := strict.Clone(), hello.Context(), hello.Conn.RemoteAddr(), hello.Conn.LocalAddr()
		mine.VerifyConnection = func(s tls.ConnectionState) error {
			err := d.admit(ctx, s.PeerCertificates)
			if err != nil {
				d.log.Warn("a device was refused", "peer", from.String(), "certificate", describeFirst(s.PeerCertificates), "error", err)
				return err
			}
			d.remember(endsOf(from, at), machineName(s.PeerCertificates[0]))
			return nil
		}
		return mine, nil
	}
	return conf
}

// endsOf names a connection; no two have both ends in common.
func endsOf(from, at net.Addr) string {
	f, ok := from.(*net.TCPAddr)
	t, too := at.(*net.TCPAddr)
	if !ok || !too {
		return ""
	}
	return ends(f.AddrPort(), t.AddrPort())
}

func ends(from, at netip.AddrPort) string {
	return netip.AddrPortFrom(from.Addr().Unmap().WithZone(""), from.Port()).String() + " " + netip.AddrPortFrom(at.Addr().Unmap().WithZone(""), at.Port()).String()
}

func (d *Devices) remember(connection, machine string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, known := d.came[connection]; !known {
		d.order = append(d.order, connection)
	}
	d.came[connection] = machine
	for len(d.order) > maxCame {
		delete(d.came, d.order[0])
		d.order = d.order[1:]
	}
}

// Machine names the machine at the other end of a connection that came to such
// an address, as its certificate does; "" where none was asked for.
func (d *Devices) Machine(from, at netip.AddrPort) string {
	if d == nil || len(d.conf.At) == 0 || !from.IsValid() || !at.IsValid() {
		return ""
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.came[ends(from, at)]
}

// machineName is the machine's own name, with the number of its certificate.
func machineName(c *x509.Certificate) string {
	name := c.Subject.CommonName
	if name == "" && len(c.DNSNames) > 0 {
		name = c.DNSNames[0]
	}
	if name == "" {
		name = c.Subject.String()
	}
	return strings.ToValidUTF8(name[:min(len(name), 200)], "") + ", number " + c.SerialNumber.Text(16)
}

func (d *Devices) here(at net.Addr) bool {
	local, ok := at.(*net.TCPAddr)
	return ok && slices.ContainsFunc(d.conf.At, func(named netip.AddrPort) bool { return identity.Reaches(named, local.AddrPort()) })
}

// admit says whether a chain is that of a machine of ours which is in force.
func (d *Devices) admit(ctx context.Context, came []*x509.Certificate) error {
	if len(came) == 0 {
		return errNone
	}
	chains, err := d.trust.chains(came[0], came[1:min(len(came), 6)], d.clock.Now())
	if err != nil {
		return err
	}
	return d.revoker.check(ctx, chains[0])
}

func describeFirst(came []*x509.Certificate) string {
	if len(came) == 0 {
		return ""
	}
	return describe(came[0])
}
