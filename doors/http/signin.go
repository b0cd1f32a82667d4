package httpdoor

import (
	"encoding/json"
	"mime"
	"net/http"

	"chancery/kit/errs"
)

// The session cookie. The __Host- prefix makes browsers insist on Secure, the
// path / and no domain; without TLS that prefix is not possible.
const (
	cookieTLS   = "__Host-chancery"
	cookiePlain = "chancery"
	maxSignIn   = 8 << 10 // bytes of a sign-in request
)

func (d *Door) cookie(r *http.Request) (string, bool) {
	name := cookiePlain
	if d.IsTLS(r) {
		name = cookieTLS
	}
	c, err := r.Cookie(name)
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

// signIn checks address and password and opens a session.
func (d *Door) signIn(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Address  string `json:"address"`
		Password string `json:"password"`
	}
	// A form of another site cannot send this media type without asking first.
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != "application/json" {
		Problem(w, errs.E(errs.Invalid, "Sign-in is sent as application/json."))
		return
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxSignIn)).Decode(&in); err != nil || in.Address == "" || in.Password == "" {
		Problem(w, errs.E(errs.Invalid, "Please give an address and a password."))
		return
	}
	if !d.private(r) {
		Problem(w, errs.E(errs.Forbidden, "A password is accepted over HTTPS only."))
		return
	}
	peer := d.peer(r).String()
	s, err := d.identity.Verify(r.Context(), in.Address, in.Password, peer)
	if err != nil {
		Problem(w, err)
		return
	}
	token, expires, err := d.identity.OpenSession(r.Context(), s, peer, r.UserAgent())
	if err != nil {
		Problem(w, err)
		return
	}
	c := d.newCookie(r, token)
	c.Expires = expires
	http.SetCookie(w, c)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
}

// signOut ends the session, if there is one, and takes the cookie back.
func (d *Door) signOut(w http.ResponseWriter, r *http.Request) {
	if token, ok := d.cookie(r); ok {
		if err := d.identity.CloseSession(r.Context(), token); err != nil {
			Problem(w, err)
			return
		}
	}
	c := d.newCookie(r, "")
	c.MaxAge = -1
	http.SetCookie(w, c)
	// Downloads must not stay in the cache of a shared computer.
	w.Header().Set("Clear-Site-Data", `"cache"`)
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
}

// me tells the client who is signed in, and what holds for the session.
func (d *Door) me(w http.ResponseWriter, r *http.Request) {
	s, _ := SubjectOf(r.Context())
	JSON(w, http.StatusOK, "application/json", who{s.Address, s.Language, s.Name, int(d.conf.SessionIdle.Seconds()), !d.conf.NoOffline})
}
