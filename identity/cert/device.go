package cert

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/netip"
	"slices"

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
}

// NewDevices is Invalid where addresses are named and no authority is.
func NewDevices(conf DeviceConfig, c clock.Clock, log *slog.Logger) (*Devices, error) {
	if len(conf.At) > 0 && len(conf.Anchors) == 0 {
		return nil, errs.E(errs.Invalid, "devices.authorities: without an authority of machines none could enter at devices.listeners")
	}
	conf.Revocation = conf.Revocation.withDefaults()
	t, err := newTrust(Config{Anchors: conf.Anchors, Usages: []string{ClientAuth}})
	return &Devices{conf, t, newRevoker(conf.Revocation, c, log), c, log}, err
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
		mine, ctx, from := strict.Clone(), hello.Context(), hello.Conn.RemoteAddr()
		mine.VerifyConnection = func(s tls.ConnectionState) error {
			err := d.admit(ctx, s.PeerCertificates)
			if err != nil {
				d.log.Warn("a device was refused", "peer", from.String(), "certificate", describeFirst(s.PeerCertificates), "error", err)
			}
			return err
		}
		return mine, nil
	}
	return conf
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
