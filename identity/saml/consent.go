package saml

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Allowed is a service that a person allowed to know who they are.
type Allowed struct {
	Service, Name string
	Told          []string // in the words of the consent page
	Made          time.Time
}

// allowed is a consent as it is stored.
type allowed struct {
	service, given string
	made           int64
}

// Allowed lists the services that a person allowed, by name. Those that nobody
// is asked for are not among them.
func (p *Provider) Allowed(ctx context.Context, s policy.Subject) (list []Allowed, err error) {
	var given []allowed
	names := map[string]string{}
	err = p.db.Read(ctx, func(tx *store.Tx) (err error) {
		if given, err = selectConsents(ctx, tx, s.Org, s.Account); err != nil {
			return err
		}
		known, err := selectServices(ctx, tx, s.Org, "")
		for _, k := range known {
			names[k.ID] = k.Name
		}
		return err
	})
	for _, g := range given {
		list = append(list, Allowed{g.service, names[g.service], strings.Fields(g.given), time.UnixMilli(g.made)})
	}
	slices.SortFunc(list, func(a, b Allowed) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}

// TakeBack takes back what a person allowed a service: it has to ask anew. Where
// they are signed on there they stay so, which only the service can end.
func (p *Provider) TakeBack(ctx context.Context, s policy.Subject, service string) error {
	if s.Assurance == policy.ByProgram {
		return errs.E(errs.Forbidden, "An app password cannot take back what a person allowed.")
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		there, err := deleteConsent(ctx, tx, s.Org, s.Account, service)
		if err == nil && !there {
			err = errs.E(errs.NotFound, "There is no such sign-on.")
		}
		if err != nil {
			return err
		}
		return p.note(ctx, tx, s, "sso.revoke", service, nil)
	})
}

// shownService is a service as the person's own page shows it.
type shownService struct {
	Client string   `json:"client"`
	Name   string   `json:"name"`
	Kind   string   `json:"kind"`
	Scopes []string `json:"scopes"`
	Made   string   `json:"made"`
}

func (h handlers) grants(w http.ResponseWriter, r *http.Request) {
	_, who, err := h.own(w, r)
	out := []shownService{}
	if err == nil {
		var list []Allowed
		list, err = h.p.Allowed(r.Context(), who)
		for _, a := range list {
			out = append(out, shownService{a.Service, a.Name, "saml", a.Told, a.Made.UTC().Format(time.RFC3339)})
		}
	}
	h.pages.Tell(w, map[string]any{"grants": out}, err)
}

func (h handlers) endGrant(w http.ResponseWriter, r *http.Request) {
	in, who, err := h.own(w, r)
	if err == nil {
		err = h.p.TakeBack(r.Context(), who, in.Client)
	}
	h.pages.Tell(w, struct{}{}, err)
}

// own reads what the page of somebody who is signed in sent.
func (h handlers) own(w http.ResponseWriter, r *http.Request) (sso.PageRequest, policy.Subject, error) {
	in, who, err := h.pages.Read(w, r)
	if err == nil && who.Account == 0 {
		err = errs.E(errs.Unauthenticated, "Please sign in.")
	}
	return in, who, err
}
