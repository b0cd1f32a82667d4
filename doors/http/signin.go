package httpdoor

import (
	"encoding/json"
	"mime"
	"net/http"
	"time"

	"chancery/kit/errs"
)

// The session cookie. The __Host- prefix makes browsers insist on Secure, the
// path / and no domain; without TLS that prefix is not possible.
const (
	cookieTLS   = "__Host-chancery"
	cookiePlain = "chancery"
	deviceTail  = "-device" // the device's cookie, which outlives the session
	maxSignIn   = 24 << 10  // bytes of a sign-in request; the answer of a key takes most
)

func (d *Door) cookie(r *http.Request) (string, bool) { return d.readCookie(r, "") }

func (d *Door) readCookie(r *http.Request, tail string) (string, bool) {
	name := cookiePlain
	if d.IsTLS(r) {
		name = cookieTLS
	}
	c, err := r.Cookie(name + tail)
	if err != nil || c.Value == "" {
		return "", false
	}
	return c.Value, true
}

func (d *Door) newCookie(r *http.Request, value string) *http.Cookie {
	c := &http.Cookie{Name: cookiePlain, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if d.IsTLS(r) {
		c.Name, c.Secure = cookieTLS, true
	}
	return c
}

// caller is where a sign-in comes from.
func (d *Door) caller(r *http.Request) Peer {
	device, _ := d.readCookie(r, deviceTail)
	return Peer{Addr: d.where(r), Agent: r.UserAgent(), Device: device, Site: d.BaseURL(r)}
}

// Caller is where a sign-in comes from that a room takes by a route of its own.
func (d *Door) Caller(r *http.Request) Peer { return d.caller(r) }

// Stepped answers such a sign-in: with the next step, or by opening the session.
func (d *Door) Stepped(w http.ResponseWriter, r *http.Request, step SignInStep, err error) {
	d.stepped(w, r, step, err)
}

// readSignIn reads the body of a step of the sign-in.
func (d *Door) readSignIn(w http.ResponseWriter, r *http.Request, in any) error {
	// A form of another site cannot send this media type without asking first.
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != "application/json" {
		return errs.E(errs.Invalid, "Sign-in is sent as application/json.")
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxSignIn)).Decode(in); err != nil {
		return errs.E(errs.Invalid, "The request is not a sign-in.")
	}
	if !d.private(r) {
		return errs.E(errs.Forbidden, "A password is accepted over HTTPS only.")
	}
	return nil
}

// signIn checks address and password. It opens a session, or says what more
// is needed.
func (d *Door) signIn(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Address  string `json:"address"`
		Password string `json:"password"`
		Least    int    `json:"least"`
	}
	err := d.readSignIn(w, r, &in)
	if err == nil && (in.Address == "" || in.Password == "") {
		err = errs.E(errs.Invalid, "Please give an address and a password.")
	}
	if err != nil {
		Problem(w, err)
		return
	}
	from := d.caller(r)
	from.Least = in.Least
	step, err := d.identity.SignIn(r.Context(), in.Address, in.Password, from)
	d.stepped(w, r, step, err)
}

// answer goes on with a sign-in that needs a second factor.
func (d *Door) answer(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Ticket string `json:"ticket"`
		Method string `json:"method"`
		Code   string `json:"code"`
	}
	if err := d.readSignIn(w, r, &in); err != nil {
		Problem(w, err)
		return
	}
	step, err := d.identity.Answer(r.Context(), in.Ticket, in.Method, in.Code, d.caller(r))
	d.stepped(w, r, step, err)
}

// stepped answers with the next step, or opens the session. One that the
// browser had before ends: its token is not taken over (session fixation).
func (d *Door) stepped(w http.ResponseWriter, r *http.Request, step SignInStep, err error) {
	if err == nil && step.Ticket != "" {
		JSON(w, http.StatusOK, "application/json", nextStep{step.Ticket, step.Methods, step.Enrol, step.Options, step.Codes})
		return
	}
	var opened Opened
	if err == nil {
		opened, err = d.identity.OpenSession(r.Context(), step.Subject, d.caller(r))
	}
	if old, ok := d.cookie(r); ok && err == nil {
		err = d.identity.CloseSession(r.Context(), old)
	}
	if err != nil {
		Problem(w, err)
		return
	}
	c := d.newCookie(r, opened.Token)
	c.Expires = opened.Expires
	http.SetCookie(w, c)
	device := d.newCookie(r, opened.Device)
	device.Name += deviceTail
	device.Expires = opened.Forget
	http.SetCookie(w, device)
	if len(step.Codes) > 0 {
		JSON(w, http.StatusOK, "application/json", map[string]any{"codes": step.Codes})
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
}

// signOut ends the session, if there is one, and takes the cookie back.
func (d *Door) signOut(w http.ResponseWriter, r *http.Request) {
	next := ""
	if s, err := d.SessionOf(r); err == nil && d.conf.Farewell != nil {
		// Before the session is over; that systems cannot be told keeps nobody in.
		if next, err = d.conf.Farewell(r.Context(), s.Subject, d.BaseURL(r)); err != nil {
			d.log.Error("signing out of other systems", "error", err)
		}
	}
	if err := d.EndSession(w, r); err != nil {
		Problem(w, err)
		return
	}
	if next != "" {
		JSON(w, http.StatusOK, "application/json", map[string]string{"next": next})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// who is what the client is told of its session.
type who struct {
	Address  string `json:"address"`
	Language string `json:"language"`
	Name     string `json:"name"`
	// IdleSeconds is the time without use after which the session ends.
	IdleSeconds int `json:"idleSeconds,omitempty"`
	// Offline says whether mail may be kept in the browser.
	Offline bool `json:"offline"`
	// Without are the features that the person's service level has not.
	Without []string `json:"without,omitempty"`
	// PasswordDue is until when the password has to be changed.
	PasswordDue *time.Time `json:"passwordDue,omitempty"`
	// ToAccept is how many regulations the person has still to accept.
	ToAccept int `json:"toAccept,omitempty"`
}

// me tells the client who is signed in, and what holds for the session.
func (d *Door) me(w http.ResponseWriter, r *http.Request) {
	s, _ := SubjectOf(r.Context())
	due, err := d.identity.Due(r.Context(), s)
	if err != nil {
		Problem(w, err)
		return
	}
	accept, err := d.identity.ToAccept(r.Context(), s)
	if err != nil {
		Problem(w, err)
		return
	}
	out := who{s.Address, s.Language, s.Name, int(s.Rules.Idle.Seconds()), s.Rules.Offline, s.Terms.Without.Names(), nil, accept}
	if !due.IsZero() {
		due = due.UTC()
		out.PasswordDue = &due
	}
	JSON(w, http.StatusOK, "application/json", out)
}
