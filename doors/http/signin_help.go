package httpdoor

import (
	"net/http"

	"chancery/kit/errs"
)

// help takes the word of somebody who cannot sign in. The answer does not tell
// whether there is such an account.
func (d *Door) help(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Address string `json:"address"`
		Note    string `json:"note"`
	}
	err := d.readSignIn(w, r, &in)
	if err == nil && in.Address == "" {
		err = errs.E(errs.Invalid, "Please give your address.")
	}
	if err == nil {
		err = d.identity.AskUnlock(r.Context(), in.Address, in.Note, d.caller(r))
	}
	d.heard(w, err)
}

// forgot sends a link for a new password to the second address of an account.
// The answer does not tell whether there is such an account, or address.
func (d *Door) forgot(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Address string `json:"address"`
	}
	err := d.readSignIn(w, r, &in)
	if err == nil && in.Address == "" {
		err = errs.E(errs.Invalid, "Please give your address.")
	}
	if err == nil {
		err = d.identity.AskReset(r.Context(), in.Address, d.caller(r))
	}
	d.heard(w, err)
}

// reset takes the password that somebody chose by such a link.
func (d *Door) reset(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Token    string `json:"token"`
		Password string `json:"password"`
	}
	err := d.readSignIn(w, r, &in)
	if err == nil {
		err = d.identity.Reset(r.Context(), in.Token, in.Password, d.caller(r))
	}
	d.heard(w, err)
}

// heard answers what has no other answer than that it is done.
func (d *Door) heard(w http.ResponseWriter, err error) {
	if err != nil {
		Problem(w, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
}
