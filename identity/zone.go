package identity

import (
	"net/netip"
	"slices"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
)

// Zone is a part of the network with its rules for signing in (N47, C08, C09,
// T12). Zero values mean what is documented at each field.
type Zone struct {
	Name     string
	Networks []netip.Prefix   // none in the last zone, which is everywhere else
	Listens  []netip.AddrPort // addresses of ours: what comes in there is of the zone, wherever it is from; port 0 = any
	Trust    policy.Zone      // whether it is the agency's own network
	Reach    policy.Reach     // how high what is seen from here may be (C15)

	Closed     bool             // nobody signs in from here
	Needs      policy.Assurance // what it takes; the default is the password
	AdminNeeds policy.Assurance // the same for administrators, where it is more
	Methods    []string         // what counts here beside the password: TOTP, Key, Recovery, Certificate, SMS; default all but SMS
	NoPasskey  bool             // a passkey alone does not let in
	NoPrograms bool             // mail programs cannot sign in from here
	NoOffline  bool             // the web client keeps no mail in the browser
	Unknown    UnknownDevice    // what holds for a device that the person has not used before
	Idle, Life time.Duration    // limits of a session; default those of the house
}

// UnknownDevice says what holds for a device that the person has not signed
// in with before.
type UnknownDevice uint8

// The rules for unknown devices.
const (
	AllowUnknown  UnknownDevice = iota // it may come in, and the person is told
	StepUpUnknown                      // it needs a second factor
	RefuseUnknown                      // only devices that were let in from another zone may come in (C08)
)

// zones completes the rules: with none, the inner network and the rest.
func (c *Config) zones() {
	if c.Zones == nil {
		c.Zones = []Zone{{Name: "inner", Networks: c.InnerNetworks, Trust: policy.Inner, Reach: policy.DefaultReach(policy.Inner)}, {Name: "outer", Reach: policy.DefaultReach(policy.Outer)}}
	}
	c.Zones = slices.Clone(c.Zones)
	for n := range c.Zones {
		z := &c.Zones[n]
		z.Needs = max(z.Needs, policy.ByPassword)
		if z.Methods == nil {
			z.Methods = []string{TOTP, Key, Recovery, Certificate}
		}
		if z.Idle == 0 {
			z.Idle = c.SessionIdle
		}
		if z.Life == 0 {
			z.Life = c.SessionLife
		}
	}
}

// ZoneOf returns the zone of a peer: that of the address of ours that it came
// to, else the first whose networks hold its own, else the last. Where a system
// asks for a surer sign-in its rules are that much narrower.
func (i *Identity) ZoneOf(peer Peer) Zone {
	z := i.zoneOf(peer)
	if z.Needs = max(z.Needs, peer.Least); peer.Least >= policy.ByTwo {
		// Other systems are not told of a code by SMS (policy.Subject.Vouched).
		z.Methods = slices.DeleteFunc(slices.Clone(z.Methods), func(m string) bool { return m == SMS })
	}
	return z
}

func (i *Identity) zoneOf(peer Peer) Zone {
	for _, z := range i.conf.Zones {
		if slices.ContainsFunc(z.Listens, func(l netip.AddrPort) bool { return Reaches(l, peer.Local) }) {
			return z
		}
	}
	addr := peer.Addr.Unmap()
	last := len(i.conf.Zones) - 1
	for _, z := range i.conf.Zones[:last] {
		for _, p := range z.Networks {
			if p.Contains(addr) {
				return z
			}
		}
	}
	return i.conf.Zones[last]
}

// Reaches says whether an address of ours is the one that a setting names; port
// 0 there is any.
func Reaches(named, local netip.AddrPort) bool {
	return local.IsValid() && named.Addr().Unmap() == local.Addr().Unmap().WithZone("") && (named.Port() == 0 || named.Port() == local.Port())
}

// ZoneNames lists the zones in their order.
func (i *Identity) ZoneNames() []string {
	names := make([]string, len(i.conf.Zones))
	for n, z := range i.conf.Zones {
		names[n] = z.Name
	}
	return names
}

// Zone returns how far where a peer comes from is trusted.
func (i *Identity) Zone(peer Peer) policy.Zone { return i.ZoneOf(peer).Trust }

// needs returns what somebody has to show to come in from the zone.
func (z Zone) needs(a directory.Account) policy.Assurance {
	if a.Admin || a.Roles {
		return max(z.Needs, z.AdminNeeds)
	}
	return z.Needs
}

// takes says whether a second factor counts in the zone.
func (z Zone) takes(method string) bool { return slices.Contains(z.Methods, method) }

// Answers of the rules. They come after the right password, or hold for
// everybody, so that they tell a stranger nothing.
var (
	errClosed   = refuse("closed", errs.E(errs.Forbidden, "Nobody can sign in from this network."))
	errUnknown  = refuse("unknownDevice", errs.E(errs.Forbidden, "Only devices that were signed in with from the agency's own network can be used from here."))
	errFactor   = refuse("needsKey", errs.E(errs.Forbidden, "From this network a second factor is needed that this account does not have. Add one from the agency's own network."))
	errAlone    = refuse("noPasskey", errs.E(errs.Forbidden, "From this network nobody signs in with a passkey alone."))
	errPrograms = errs.E(errs.Unauthenticated, "From this network mail programs cannot sign in; please use the web client.")
	errPlain    = errs.E(errs.Unauthenticated, "A second factor is needed: programs need an app password, which is made in the settings of the web client.")
)

// refusal is an error with a word by which clients tell it in their language.
type refusal struct {
	error
	reason string
}

// Unwrap returns the error.
func (r refusal) Unwrap() error { return r.error }

// Reason returns the word.
func (r refusal) Reason() string { return r.reason }

func refuse(reason string, err error) error { return refusal{err, reason} }

// MayProgram says whether an account's mail programs may come in from an
// address with an app password or a token. Where hardware is asked for, they
// may not: they cannot show it (C09). Nor where only known devices come in:
// they cannot show that they are one (C08).
func (i *Identity) MayProgram(a directory.Account, peer Peer) error {
	z := i.ZoneOf(peer)
	if z.Closed {
		return errClosed
	}
	if z.NoPrograms || z.Unknown == RefuseUnknown || z.needs(a) >= policy.ByHardware {
		return errPrograms
	}
	return MayUsePrograms(a.Terms)
}

// mayPlain is MayProgram for the password of the account itself.
func (i *Identity) mayPlain(a directory.Account, second bool, peer Peer) error {
	if err := i.MayProgram(a, peer); err != nil {
		return err
	}
	z := i.ZoneOf(peer)
	if second || z.needs(a) > policy.ByPassword || z.Unknown == StepUpUnknown {
		return errPlain
	}
	return nil
}
