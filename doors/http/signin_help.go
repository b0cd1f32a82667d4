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
	if err != nil {
		Problem(w, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
}
