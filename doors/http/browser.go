package httpdoor

import (
	"net/http"
	"net/netip"

	"chancery/kit/errs"
)

// SessionOf returns who is signed in to the web client in the browser that
// sent the request; never by a password in a header. For public routes that
// have something else to say to who is not signed in.
func (d *Door) SessionOf(r *http.Request) (Subject, error) {
	token, ok := d.cookie(r)
	if !ok {
		return Subject{}, errs.E(errs.Unauthenticated, "Please sign in.")
	}
	return d.identity.Session(r.Context(), token, d.where(r))
}

// EndSession ends the session of the browser and takes the cookie back, before
// anything is written to it.
func (d *Door) EndSession(w http.ResponseWriter, r *http.Request) error {
	if token, ok := d.cookie(r); ok {
		if err := d.identity.CloseSession(r.Context(), token); err != nil {
			return err
		}
	}
	c := d.newCookie(r, "")
	c.MaxAge = -1
	http.SetCookie(w, c)
	// Downloads must not stay in the cache of a shared computer.
	w.Header().Set("Clear-Site-Data", `"cache"`)
	return nil
}

// Private says whether nobody on the way can read the request: it came over
// TLS, or from this machine itself.
func (d *Door) Private(r *http.Request) bool { return d.private(r) }

// PeerOf returns the address of the other end.
func (d *Door) PeerOf(r *http.Request) netip.Addr { return d.peer(r) }
