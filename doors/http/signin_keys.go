package httpdoor

import (
	"encoding/json"
	"net/http"
)

// nextStep is what the client is told that a sign-in needs.
type nextStep struct {
	Ticket  string          `json:"ticket"`
	Methods []string        `json:"methods"`
	Enrol   bool            `json:"enrol,omitempty"`
	Options json.RawMessage `json:"options,omitempty"`
	Codes   []string        `json:"codes,omitempty"` // recovery codes of a factor that was added on the way
}

// enrol begins to add the second factor that the zone asks for. No session is
// open yet: the ticket of the sign-in is all there is.
func (d *Door) enrol(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Ticket string `json:"ticket"`
		Method string `json:"method"`
		Name   string `json:"name"`
	}
	if err := d.readSignIn(w, r, &in); err != nil {
		Problem(w, err)
		return
	}
	first, err := d.identity.Enrol(r.Context(), in.Ticket, in.Method, in.Name, d.caller(r))
	if err != nil {
		Problem(w, err)
		return
	}
	JSON(w, http.StatusOK, "application/json", first)
}

// sendCode sends a code by SMS in the middle of a sign-in.
func (d *Door) sendCode(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Ticket string `json:"ticket"`
		Number string `json:"number"`
	}
	if err := d.readSignIn(w, r, &in); err != nil {
		Problem(w, err)
		return
	}
	sent, err := d.identity.SendCode(r.Context(), in.Ticket, in.Number, d.caller(r))
	if err != nil {
		Problem(w, err)
		return
	}
	JSON(w, http.StatusOK, "application/json", sent)
}

// passkey signs in without address and password: a request without a ticket
// begins, one with a ticket brings the answer.
func (d *Door) passkey(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Ticket string          `json:"ticket"`
		Answer json.RawMessage `json:"answer"`
	}
	if err := d.readSignIn(w, r, &in); err != nil {
		Problem(w, err)
		return
	}
	var step SignInStep
	var err error
	if in.Ticket == "" {
		step, err = d.identity.AskPasskey(r.Context(), d.caller(r))
	} else {
		step, err = d.identity.AnswerPasskey(r.Context(), in.Ticket, string(in.Answer), d.caller(r))
	}
	d.stepped(w, r, step, err)
}

// notMe is the link in the letter about a new device. The letter leads to a
// page of the client, which takes the token from the part of the address that
// browsers send nobody, and asks before it acts: programs that look at links
// in letters lock nobody out.
func (d *Door) notMe(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Token string `json:"token"`
	}
	err := d.readSignIn(w, r, &in)
	if err == nil {
		err = d.identity.Disown(r.Context(), in.Token, d.caller(r))
	}
	if err != nil {
		Problem(w, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
}
