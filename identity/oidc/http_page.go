package oidc

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"

	"chancery/kit/errs"
	"chancery/policy"
)

// pageRequest is what our own pages send. They send JSON, which no form of
// another site can, and the door checks the origin of every POST.
type pageRequest struct {
	Ask    string `json:"ask"`
	Code   string `json:"code"`
	Token  string `json:"token"`
	Allow  bool   `json:"allow"`
	Client string `json:"client"`
}

// pageAnswer tells a page what comes next: sign in, ask the person, or go on.
type pageAnswer struct {
	SignIn   bool     `json:"signIn,omitempty"`
	Again    bool     `json:"again,omitempty"` // signed in, but not recently enough
	Consent  *Consent `json:"consent,omitempty"`
	Redirect string   `json:"redirect,omitempty"`
}

func (h handlers) ask(w http.ResponseWriter, r *http.Request) {
	h.step(w, r, func(in pageRequest, who policy.Subject) (Step, error) {
		return h.p.Ask(r.Context(), in.Ask, who)
	})
}

func (h handlers) answer(w http.ResponseWriter, r *http.Request) {
	h.step(w, r, func(in pageRequest, who policy.Subject) (Step, error) {
		return h.p.Answer(r.Context(), in.Ask, in.Token, in.Allow, who)
	})
}

func (h handlers) step(w http.ResponseWriter, r *http.Request, do func(pageRequest, policy.Subject) (Step, error)) {
	in, who, err := h.page(w, r)
	var s Step
	if err == nil {
		s, err = do(in, who)
	}
	h.tell(w, pageAnswer{SignIn: s.SignIn, Again: s.SignIn && who.Account != 0, Consent: s.Consent, Redirect: s.Redirect}, err)
}

func (h handlers) askDevice(w http.ResponseWriter, r *http.Request) {
	in, who, err := h.page(w, r)
	if err == nil && who.Account == 0 {
		h.tell(w, pageAnswer{SignIn: true}, nil)
		return
	}
	var c Consent
	if err == nil && in.Code != "" {
		c, err = h.p.AskDevice(r.Context(), in.Code, who)
	}
	out := pageAnswer{}
	if in.Code != "" {
		out.Consent = &c
	}
	h.tell(w, out, err)
}

func (h handlers) answerDevice(w http.ResponseWriter, r *http.Request) {
	in, who, err := h.page(w, r)
	if err == nil {
		err = h.p.AnswerDevice(r.Context(), in.Code, in.Token, in.Allow, who)
	}
	h.tell(w, pageAnswer{}, err)
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
	_, who, err := h.page(w, r)
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
	in, who, err := h.page(w, r)
	switch {
	case err != nil:
	case who.Account == 0:
		err = errs.E(errs.Unauthenticated, "Please sign in.")
	default:
		err = h.p.EndGrant(r.Context(), who, in.Client)
	}
	h.tell(w, struct{}{}, err)
}

// page reads what a page of ours sent, and who is signed in.
func (h handlers) page(w http.ResponseWriter, r *http.Request) (in pageRequest, who policy.Subject, err error) {
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != "application/json" {
		return in, who, errs.E(errs.Invalid, "The request is sent as application/json.")
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxForm)).Decode(&in); err != nil {
		return in, who, errs.E(errs.Invalid, "The request cannot be read.")
	}
	who, err = h.who(r)
	return in, who, err
}

// tell answers a page; errors as problem documents (RFC 9457), as the door's own.
func (h handlers) tell(w http.ResponseWriter, out any, err error) {
	if err == nil {
		send(w, http.StatusOK, out)
		return
	}
	status := map[errs.Kind]int{errs.Invalid: 400, errs.NotFound: 404, errs.Forbidden: 403, errs.Unauthenticated: 401, errs.RateLimited: 429, errs.Unavailable: 503}[errs.KindOf(err)]
	var r *Refusal
	switch {
	case errors.As(err, &r):
		err, status = r.kind(), http.StatusBadRequest
	case status == 0:
		h.p.log.Error("sso", "error", err)
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// Nobody is left to tell when this fails.
	_ = json.NewEncoder(w).Encode(map[string]any{"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": errs.Text(err)})
}
