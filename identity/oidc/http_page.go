package oidc

import (
	"errors"
	"net/http"

	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/policy"
)

// step answers a page; what OAuth calls an error is a refusal to it.
func (h handlers) step(do func(*http.Request, sso.PageRequest, policy.Subject) (sso.Step, error)) http.HandlerFunc {
	return h.pages.Step(func(r *http.Request, in sso.PageRequest, who policy.Subject) (sso.Step, error) {
		s, err := do(r, in, who)
		return s, plain(err)
	})
}

// plain turns an error of OAuth into one that pages are told.
func plain(err error) error {
	var r *Refusal
	if errors.As(err, &r) {
		return errs.E(errs.Invalid, "%s", r.Text)
	}
	return err
}

func (h handlers) ask(r *http.Request, in sso.PageRequest, who policy.Subject) (sso.Step, error) {
	return h.p.Ask(r.Context(), in.Ask, who)
}

func (h handlers) answer(r *http.Request, in sso.PageRequest, who policy.Subject) (sso.Step, error) {
	return h.p.Answer(r.Context(), in.Ask, in.Token, in.Allow, who)
}

func (h handlers) askDevice(w http.ResponseWriter, r *http.Request) {
	in, who, err := h.pages.Read(w, r)
	if err == nil && who.Account == 0 {
		h.tell(w, sso.PageAnswer{SignIn: true}, nil)
		return
	}
	var s sso.Step
	if err == nil && in.Code != "" {
		s, err = h.p.AskDevice(r.Context(), in.Code, who)
	}
	h.tell(w, sso.PageAnswer{SignIn: s.SignIn, Again: s.SignIn, Least: int(s.Least), Consent: s.Consent}, err)
}

func (h handlers) answerDevice(w http.ResponseWriter, r *http.Request) {
	in, who, err := h.pages.Read(w, r)
	if err == nil {
		err = h.p.AnswerDevice(r.Context(), in.Code, in.Token, in.Allow, who)
	}
	h.tell(w, sso.PageAnswer{}, err)
}

// shownGrant is a sign-on as the person's own page shows it.
type shownGrant struct {
	Client string   `json:"client"`
	Name   string   `json:"name"`
	Kind   string   `json:"kind"`
	Scopes []string `json:"scopes"`
	Made   string   `json:"made"`
	Used   string   `json:"used"`
	From   string   `json:"from"`
}

func (h handlers) grants(w http.ResponseWriter, r *http.Request) {
	_, who, err := h.pages.Read(w, r)
	if err == nil && who.Account == 0 {
		err = errs.E(errs.Unauthenticated, "Please sign in.")
	}
	out := []shownGrant{}
	if err == nil {
		var list []Grant
		list, err = h.p.Grants(r.Context(), who)
		for _, g := range list {
			out = append(out, shownGrant{g.Client, g.Name, g.Kind, g.Scopes, g.Made.UTC().Format(rfc3339), g.Used.UTC().Format(rfc3339), g.From})
		}
	}
	h.tell(w, map[string]any{"grants": out}, err)
}

const rfc3339 = "2006-01-02T15:04:05Z"

func (h handlers) endGrant(w http.ResponseWriter, r *http.Request) {
	in, who, err := h.pages.Read(w, r)
	switch {
	case err != nil:
	case who.Account == 0:
		err = errs.E(errs.Unauthenticated, "Please sign in.")
	default:
		err = h.p.EndGrant(r.Context(), who, in.Client)
	}
	h.tell(w, struct{}{}, err)
}

// tell answers a page.
func (h handlers) tell(w http.ResponseWriter, out any, err error) { h.pages.Tell(w, out, plain(err)) }
