package house

import (
	"net/http"
	"slices"
	"strings"

	"chancery/directory"
	httpdoor "chancery/doors/http"
	"chancery/drive"
	"chancery/identity"
	"chancery/identity/oidc"
	"chancery/identity/register"
	"chancery/kit/errs"
	"chancery/wire/jmap"
)

// part is what one server of several can leave out (C04): then it answers
// nothing of it, and does none of its work. The tables are there all the same,
// since servers that share a database share them. Doors with an address of
// their own are closed by leaving that empty.
type part struct {
	name    string
	urns    []string // capabilities that go
	methods []string // types whose methods go, of capabilities that stay
}

// Names of the parts that the house asks about.
const (
	partDrive        = "drive"
	partConsole      = "console"
	partProvider     = "provider"
	partAgency       = "agency"
	partApplications = "applications"
	partFeeds        = "feeds"
)

var parts = []part{
	{name: partDrive, urns: []string{drive.URN}},
	{name: partConsole, urns: []string{directory.AdminURN, directory.FeedsURN, directory.ApplicationsURN, identity.AccessURN, identity.MeansURN, identity.RulesURN, identity.UnlockURN, register.URN},
		methods: []string{"AccountCertificate", "RegulationVersion"}},
	{name: partProvider, urns: []string{oidc.URN}},
	{name: partAgency},
	{name: partApplications, urns: []string{directory.ApplicationsURN}},
	{name: partFeeds, urns: []string{directory.FeedsURN}},
}

// left returns the parts that are left out, or says which there are.
func (c Config) left() (out []part, err error) {
	names := make([]string, len(parts))
	for n, p := range parts {
		names[n] = p.name
	}
	for _, name := range c.Without {
		n := slices.Index(names, name)
		if n < 0 {
			return nil, errs.E(errs.Invalid, "without: there is no part %q; a server can leave out %s", name, strings.Join(names, ", "))
		}
		out = append(out, parts[n])
	}
	return out, nil
}

// has says whether this server has a part.
func (h *House) has(name string) bool { return !slices.Contains(h.conf.Without, name) }

// offered is what remains of the capabilities.
func (h *House) offered(all []jmap.Capability) []jmap.Capability {
	left, err := h.conf.left()
	if err != nil {
		return nil // Open has refused it
	}
	var out []jmap.Capability
	for _, c := range all {
		if slices.ContainsFunc(left, func(p part) bool { return slices.Contains(p.urns, c.URN) }) {
			continue
		}
		methods := map[string]jmap.Method{}
		for name, m := range c.Methods {
			kind, _, _ := strings.Cut(name, "/")
			if !slices.ContainsFunc(left, func(p part) bool { return slices.Contains(p.methods, kind) }) {
				methods[name] = m
			}
		}
		c.Methods = methods
		out = append(out, c)
	}
	return out
}

// routed are the routes of a part; where it is left out there is nothing at
// their addresses, and not the web client either.
func (h *House) routed(name string, routes []httpdoor.Route) []httpdoor.Route {
	if h.has(name) {
		return routes
	}
	none := make([]httpdoor.Route, len(routes))
	for n, r := range routes {
		none[n] = httpdoor.Route{Pattern: r.Pattern, Access: httpdoor.Public, Handler: http.HandlerFunc(http.NotFound)}
	}
	return none
}
