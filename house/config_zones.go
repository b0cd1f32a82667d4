package house

import (
	"net/netip"
	"slices"
	"time"

	"chancery/identity"
	"chancery/kit/errs"
	"chancery/policy"
)

// ZoneConfig are the rules for signing in from one network zone. The house
// has three: inner (network.inner), vpn and outer, which is everywhere else.
type ZoneConfig struct {
	Networks      []string      `toml:"networks" doc:"Address ranges of the zone, which go before those of the zones after it. inner: beside network.inner. outer takes none: it is what is left." example:"10.9.0.0/16"`
	Listeners     []string      `toml:"listeners" doc:"Addresses of this server, with a port or without: whatever comes in there is of the zone, wherever it comes from. They go before all ranges." example:"10.1.0.5:443"`
	Needs         string        `toml:"needs" default:"password" doc:"What it takes to sign in from here: password; two (a second factor as well); hardware (a certificate, or a security key that checks a PIN or finger and cannot be copied; mail programs cannot sign in then); closed (nobody signs in)."`
	AdminNeeds    string        `toml:"admin_needs" doc:"The same for administrators, where it is more."`
	Methods       []string      `toml:"methods" default:"totp,key,recovery,certificate" doc:"What counts here beside the password: totp (an app's code), key (security keys and passkeys), recovery (recovery codes), certificate (a client certificate in place of the password), sms (a code to the registered telephone; weaker: other systems are told of the password only)."`
	Passkeys      bool          `toml:"passkeys" default:"true" doc:"A passkey signs in without a password."`
	AppPasswords  bool          `toml:"app_passwords" default:"true" doc:"Mail programs may sign in from here; with an app password where more than the password is needed."`
	Offline       bool          `toml:"offline" default:"true" doc:"The web client may keep mail in the browser from here, where http.offline allows it at all."`
	Trusted       bool          `toml:"trusted" default:"false" doc:"vpn: it counts as the agency's own network, also for what is above internal."`
	Reach         string        `toml:"reach" doc:"The highest level of secrecy that is reached from here in the web client: public, internal, confidential, secret, top-secret. What is above it is not there at all. Empty: top-secret from inner and from a trusted vpn, internal elsewhere."`
	ProgramReach  string        `toml:"program_reach" doc:"The same for mail programs and other programs. Empty: confidential from inner and from a trusted vpn, internal elsewhere."`
	UnknownDevice string        `toml:"unknown_device" default:"allow" doc:"A device that the person has not signed in with before: allow (and tell them by mail), second (a second factor is needed), refuse (only devices that were let in from another zone; mail programs cannot sign in then)."`
	SessionIdle   time.Duration `toml:"session_idle" doc:"After what time without use a session ends. Empty: http.session_idle."`
	SessionLife   time.Duration `toml:"session_life" doc:"After what time a session ends in any case. Empty: http.session_life."`
}

// needs are the words for what it takes to sign in.
var needs = map[string]policy.Assurance{"": policy.ByPassword, "password": policy.ByPassword, "two": policy.ByTwo, "hardware": policy.ByHardware}

// unknown are the words for devices that are not known.
var unknown = map[string]identity.UnknownDevice{"": identity.AllowUnknown, "allow": identity.AllowUnknown, "second": identity.StepUpUnknown, "refuse": identity.RefuseUnknown}

// phones are the words for several mobile devices of an account.
var phones = map[string]identity.Phones{"": identity.ManyPhones, "many": identity.ManyPhones, "replace": identity.ReplacePhone, "refuse": identity.RefusePhone}

// zone reads the rules of a zone.
func (c ZoneConfig) zone(name string, networks []netip.Prefix, trust policy.Zone) (z identity.Zone, err error) {
	own, err := prefixes("zones."+name+".networks", c.Networks)
	if err != nil {
		return z, err
	}
	listens, err := listeners("zones."+name+".listeners", c.Listeners)
	if err != nil {
		return z, err
	}
	bad := func(setting, value, may string) error {
		return errs.E(errs.Invalid, "zones.%s.%s: %q is none of %s", name, setting, value, may)
	}
	z = identity.Zone{Name: name, Networks: append(own, networks...), Listens: listens, Trust: trust, Closed: c.Needs == "closed", Methods: []string{},
		NoPasskey: !c.Passkeys, NoPrograms: !c.AppPasswords, NoOffline: !c.Offline, Idle: c.SessionIdle, Life: c.SessionLife}
	if c.Trusted {
		z.Trust = policy.Inner
	}
	z.Reach = policy.DefaultReach(z.Trust)
	for _, r := range []struct {
		setting, word string
		into          *policy.Level
	}{{"reach", c.Reach, &z.Reach.Web}, {"program_reach", c.ProgramReach, &z.Reach.Programs}} {
		if r.word == "" {
			continue
		}
		if *r.into, err = policy.LevelOf(r.word); err != nil {
			return z, bad(r.setting, r.word, "public, internal, confidential, secret, top-secret")
		}
	}
	var ok, okAdmin bool
	z.Needs, ok = needs[c.Needs]
	z.AdminNeeds, okAdmin = needs[c.AdminNeeds]
	if !ok && !z.Closed {
		return z, bad("needs", c.Needs, "password, two, hardware, closed")
	}
	if !okAdmin {
		return z, bad("admin_needs", c.AdminNeeds, "password, two, hardware")
	}
	if z.Unknown, ok = unknown[c.UnknownDevice]; !ok {
		return z, bad("unknown_device", c.UnknownDevice, "allow, second, refuse")
	}
	for _, m := range c.Methods {
		if !slices.Contains([]string{identity.TOTP, identity.Key, identity.Recovery, identity.Certificate, identity.SMS}, m) {
			return z, bad("methods", m, "totp, key, recovery, certificate, sms")
		}
		z.Methods = append(z.Methods, m)
	}
	if c.SessionIdle < 0 || c.SessionLife < 0 {
		return z, errs.E(errs.Invalid, "zones.%s: a session cannot end before it begins", name)
	}
	return z, nil
}

// listeners reads addresses of ours; each is in one zone only.
func listeners(setting string, texts []string) (list []netip.AddrPort, err error) {
	for _, text := range texts {
		at, err := netip.ParseAddrPort(text)
		if err != nil {
			var addr netip.Addr
			addr, err = netip.ParseAddr(text)
			at = netip.AddrPortFrom(addr, 0)
		}
		if err != nil || at.Addr().IsUnspecified() { // that would be every address
			return nil, errs.E(errs.Invalid, "%s: %q is no address such as 10.1.0.5:443", setting, text)
		}
		list = append(list, at)
	}
	return list, nil
}

// identity reads how people sign in.
func (c Config) identity() (identity.Config, error) {
	inner, err := prefixes("network.inner", c.Network.Inner)
	if err != nil {
		return identity.Config{}, err
	}
	out := identity.Config{SessionIdle: c.HTTP.Idle, SessionLife: c.HTTP.Life, DeviceLife: c.Devices.KnownFor, SecondAddress: c.Passwords.SecondAddress, TextReset: c.SMS.Reset, TextDevices: c.SMS.NewDevice && c.Devices.Tell,
		Passwords: identity.Rules{MinLength: c.Passwords.MinLength, Classes: c.Passwords.Classes}}
	if out.Life, err = c.life(); err != nil {
		return out, err
	}
	if out.JudgedFor = c.Passwords.JudgedFor; out.JudgedFor < 0 || out.JudgedFor > 15*time.Minute {
		return out, errs.E(errs.Invalid, "passwords.judged_for: 0 to 15m, not %s", out.JudgedFor)
	}
	var ok bool
	if out.Phones, ok = phones[c.Devices.Phones]; !ok {
		return out, errs.E(errs.Invalid, "devices.phones: %q is none of many, replace, refuse", c.Devices.Phones)
	}
	if c.Passwords.Classes < 0 || c.Passwords.Classes > 4 {
		return out, errs.E(errs.Invalid, "passwords.classes: there are 0 to 4")
	}
	if len(c.Zones.Outer.Networks) > 0 {
		return out, errs.E(errs.Invalid, "zones.outer.networks: the outer zone is what is left, it has no ranges of its own")
	}
	// The narrow zone goes first: a VPN's addresses often lie within the
	// ranges that are inner otherwise.
	for _, z := range []struct {
		name     string
		conf     ZoneConfig
		networks []netip.Prefix
		trust    policy.Zone
	}{{"vpn", c.Zones.VPN, nil, policy.Outer}, {"inner", c.Zones.Inner, inner, policy.Inner}, {"outer", c.Zones.Outer, nil, policy.Outer}} {
		zone, err := z.conf.zone(z.name, z.networks, z.trust)
		if err != nil {
			return out, err
		}
		if z.name == "outer" || len(zone.Networks) > 0 || len(zone.Listens) > 0 {
			out.Zones = append(out.Zones, zone)
		}
	}
	return out, nil
}
