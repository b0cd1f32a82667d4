package house

import (
	"log/slog"
	"net"
	"net/netip"

	"chancery/identity/cert"
	"chancery/kit/clock"
	"chancery/kit/errs"
)

// machines reads at which addresses only machines with a certificate enter.
func (c Config) machines(dir string, log *slog.Logger) (*cert.Devices, error) {
	at, err := listeners("devices.listeners", c.Devices.Listeners)
	if err != nil {
		return nil, err
	}
	for _, named := range at {
		if sharesDoor(named, c.HTTP.Listen) {
			return nil, errs.E(errs.Invalid, "devices.listeners: at %s is the http door, where no certificate can be asked for; name the port of https, or close http.listen", named)
		}
	}
	anchors, err := cert.ReadCertificates(c.Devices.Authorities)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "devices.authorities")
	}
	people, err := c.certificates(dir)
	if err != nil {
		return nil, err
	}
	return cert.NewDevices(cert.DeviceConfig{At: at, Anchors: anchors, Revocation: people.Revocation}, clock.System{}, log)
}

// sharesDoor says whether a door can be reached at a named address.
func sharesDoor(named netip.AddrPort, listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(host)
	everywhere := err != nil || addr.IsUnspecified()
	return (everywhere || addr.Unmap() == named.Addr().Unmap()) && (named.Port() == 0 || int(named.Port()) == port(listen))
}
