package house

import (
	"encoding/json"
	"net/http"

	"chancery/directory"
	httpdoor "chancery/doors/http"
	"chancery/identity/agency"
)

// waysIn are what the sign-in page offers beside address and password.
type waysIn struct {
	Apply       bool       `json:"apply"`       // applications for accounts are taken
	Certificate bool       `json:"certificate"` // a certificate lets in from where the browser is
	Card        bool       `json:"card"`        // so does a text that a card signed
	Rulebook    bool       `json:"rulebook"`    // there are regulations that everybody may read
	Providers   []provider `json:"providers"`   // of the agency's own
}

type provider struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// waysRoute is GET /auth/ways, which the sign-in page asks once. Where others
// could read along nothing is offered: all of it would be refused.
func (h *House) waysRoute(door func() *httpdoor.Door) httpdoor.Route {
	return httpdoor.Route{Pattern: "GET /auth/ways", Access: httpdoor.Public, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := waysIn{Providers: []provider{}}
		var err error
		if out.Rulebook, err = h.Rulebook.HasPublic(r.Context(), directory.DefaultOrg); err != nil {
			httpdoor.Problem(w, err)
			return
		}
		if door().Private(r) {
			list, err := h.Agency.Providers(r.Context(), directory.DefaultOrg)
			if err != nil {
				httpdoor.Problem(w, err)
				return
			}
			for _, p := range list {
				if p.Kind == agency.KindLDAP || !h.has(partAgency) { // the password field is its way in
					continue
				}
				out.Providers = append(out.Providers, provider{p.ID, p.Name})
			}
			peer := h.caller(door().Caller(r))
			out.Apply, out.Certificate, out.Card = h.conf.Applications.Open && h.has(partApplications), h.Certificates.Offered(peer), h.Certificates.Challenged(peer)
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(out); err != nil {
			h.log.Debug("a browser went away", "error", err)
		}
	})}
}
