package house

import (
	"context"
	"net/http"

	"chancery/doors/dav"
	httpdoor "chancery/doors/http"
	"chancery/policy"
)

// davNeeds answers what the WebDAV door asks.
type davNeeds struct {
	h    *House
	door func() *httpdoor.Door
}

func (n davNeeds) SignIn(ctx context.Context, address, password, peer string) (policy.Subject, error) {
	return n.h.Identity.Verify(ctx, address, password, n.h.peerOf(peer, "dav"))
}

func (n davNeeds) SignInToken(ctx context.Context, token, peer string) (policy.Subject, error) {
	return n.h.SSO.SignInMail(ctx, "", token, n.h.peerOf(peer, "dav"))
}

func (n davNeeds) Private(r *http.Request) bool { return n.door().Private(r) }

func (n davNeeds) Peer(r *http.Request) string { return n.door().Caller(r).Addr }

func (n davNeeds) Seen(w http.ResponseWriter, who policy.Subject) { httpdoor.Seen(w, who.Address) }

// cardDAV is where programs find the address books, "" for nowhere.
func (c Config) cardDAV() string {
	if c.DAV.CardDAV {
		return dav.Root
	}
	return ""
}

// davRoutes are the addresses of the WebDAV door. It signs requests in itself,
// so that the cookie of the web client counts for nothing there.
func (h *House) davRoutes(door func() *httpdoor.Door) (list []httpdoor.Route) {
	c := h.conf.DAV
	if !c.CardDAV {
		return nil
	}
	whole := c.WholeUpTo
	if whole == 0 {
		whole = -1 // here 0 says none, and to the door its default
	}
	d := dav.New(dav.Config{NoOffice: !c.Organisation, WholeUpTo: whole, MaxMatches: c.MaxMatches}, h.Contacts, h.Directory, davNeeds{h, door}, h.log.With("door", "dav"))
	for _, method := range dav.Methods {
		list = append(list, httpdoor.Route{Pattern: method + " " + dav.Root, Access: httpdoor.Public, Handler: d})
	}
	for _, method := range []string{http.MethodGet, http.MethodOptions, "PROPFIND"} {
		list = append(list, httpdoor.Route{Pattern: method + " " + dav.WellKnown, Access: httpdoor.Public, Handler: http.HandlerFunc(dav.Find)})
	}
	return list
}
