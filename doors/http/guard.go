package httpdoor

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
)

// guard is what every request passes, in this order: an id, the recovery from
// faults, the access log, the security headers, and the check that a change
// comes from our own pages.
func (d *Door) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rec := &recorder{ResponseWriter: w, requestID: id.Token(8)}
		w.Header().Set("X-Request-Id", rec.requestID)
		defer func() {
			if fault := recover(); fault != nil {
				d.fault(rec, r, fault)
			}
			d.log.LogAttrs(r.Context(), slog.LevelInfo, "http",
				slog.String("id", rec.requestID), slog.String("method", r.Method),
				slog.String("path", d.logged(r)), slog.Int("status", rec.code()),
				slog.Int64("bytes", rec.bytes), slog.Duration("took", time.Since(start)),
				slog.String("peer", d.peer(r).String()), slog.String("who", rec.who))
		}()
		d.secure(rec.Header(), r)
		if err := d.sameOrigin(r); err != nil {
			Problem(rec, err)
			return
		}
		// Not for GET: on an event stream the passing deadline of the reading
		// side would look like the client's going away.
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			_ = http.NewResponseController(w).SetReadDeadline(start.Add(d.conf.BodyTimeout))
		}
		next.ServeHTTP(rec, r)
	})
}

// logged is the path of a request as the log may keep it: without what routes
// call {token}, which is a secret.
func (d *Door) logged(r *http.Request) string {
	for _, prefix := range d.secret {
		if strings.HasPrefix(r.URL.Path, prefix) {
			return prefix + "{token}"
		}
	}
	return r.URL.Path
}

// fault turns a panic into status 500. http.ErrAbortHandler is how a handler
// breaks off an answer on purpose, so it goes on.
func (d *Door) fault(rec *recorder, r *http.Request, fault any) {
	if fault == http.ErrAbortHandler {
		panic(fault)
	}
	d.log.ErrorContext(r.Context(), "fault in a handler", "id", rec.requestID, "fault", fault, "stack", string(debug.Stack()))
	if rec.status == 0 {
		Problem(rec, errs.E(errs.Internal, "Something went wrong on the server. The error has the number %s.", rec.requestID))
	}
}

// secure sets the headers that hold for every answer; handlers may tighten
// them but the client's pages need nothing looser.
func (d *Door) secure(h http.Header, r *http.Request) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Permissions-Policy", "geolocation=(), payment=(), usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	if d.IsTLS(r) {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
}

// sameOrigin refuses a change that another site's page sent with the person's
// cookie. Programs send neither header nor cookie and pass.
func (d *Door) sameOrigin(r *http.Request) error {
	if r.Method == http.MethodGet && r.Header.Get("Upgrade") == "" || r.Method == http.MethodHead || r.Method == http.MethodOptions {
		return nil
	}
	if r.Method == http.MethodPost && d.anySite[r.URL.Path] {
		return nil
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		return errs.E(errs.Forbidden, "The request came from a page of another site.")
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return nil
	}
	u, err := url.Parse(origin)
	if err == nil && (strings.EqualFold(u.Host, r.Host) || strings.EqualFold(origin, d.conf.BaseURL)) {
		return nil
	}
	return errs.E(errs.Forbidden, "The request came from a page of another site.")
}

// Seen puts into the line of the log who sent a request, where a route finds
// that out by itself.
func Seen(w http.ResponseWriter, address string) {
	if rec, ok := w.(*recorder); ok {
		rec.who = address
	}
}

// admit lets a request to a handler when its subject is known, or the route
// is public.
func (d *Door) admit(access Access, next http.Handler) http.Handler {
	if access != SignedIn {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := d.authenticate(r)
		if err != nil {
			// A browser's own page must not raise the browser's password box.
			if errs.Is(err, errs.Unauthenticated) && r.Header.Get("Sec-Fetch-Mode") == "" {
				w.Header().Set("WWW-Authenticate", `Basic realm="Chancery", charset="UTF-8"`)
			}
			Problem(w, err)
			return
		}
		Seen(w, s.Address)
		again := func(ctx context.Context) error {
			now, err := d.authenticate(r.WithContext(ctx))
			if err == nil && now.ID != s.ID {
				err = errs.E(errs.Unauthenticated, "Please sign in.")
			}
			return err
		}
		ctx := context.WithValue(WithSubject(r.Context(), s), recheckKey{}, again)
		ctx = context.WithValue(ctx, siteKey{}, d.BaseURL(r))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// authenticate finds who sent the request: HTTP Basic if given, else the
// session cookie.
func (d *Door) authenticate(r *http.Request) (Subject, error) {
	if address, password, ok := r.BasicAuth(); ok {
		if !d.private(r) {
			return Subject{}, errs.E(errs.Forbidden, "A password is accepted over HTTPS only.")
		}
		return d.identity.Verify(r.Context(), address, password, d.where(r))
	}
	token, ok := d.cookie(r)
	if !ok {
		return Subject{}, errs.E(errs.Unauthenticated, "Please sign in.")
	}
	return d.identity.Session(r.Context(), token, d.where(r))
}

// private says whether nobody between the two ends can read along.
func (d *Door) private(r *http.Request) bool {
	return d.IsTLS(r) || d.peer(r).IsLoopback()
}

// IsTLS says whether the person's side of the connection is encrypted.
func (d *Door) IsTLS(r *http.Request) bool {
	if r.TLS != nil || !d.viaProxy(r) {
		return r.TLS != nil
	}
	said := r.Header.Values("X-Forwarded-Proto")
	return len(said) > 0 && strings.EqualFold(said[len(said)-1], "https")
}

// BaseURL returns scheme and host under which the request reached us, without
// a final slash.
func (d *Door) BaseURL(r *http.Request) string {
	if d.conf.BaseURL != "" {
		return strings.TrimSuffix(d.conf.BaseURL, "/")
	}
	if d.IsTLS(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func remote(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap()
}

func (d *Door) viaProxy(r *http.Request) bool {
	a := remote(r)
	for _, p := range d.conf.TrustedProxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// where is the address of the other end, with its port where that is known, and
// behind a space the address of ours that it came to.
func (d *Door) where(r *http.Request) string {
	text := d.peer(r).String()
	if at, err := netip.ParseAddrPort(r.RemoteAddr); err == nil && !d.viaProxy(r) {
		text = netip.AddrPortFrom(d.peer(r), at.Port()).String()
	}
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		text += " " + local.String()
	}
	return text
}

// peer returns the address of the other end. Only the last entry of
// X-Forwarded-For was written by our proxy; earlier ones are hearsay.
func (d *Door) peer(r *http.Request) netip.Addr {
	if d.viaProxy(r) {
		// A proxy may add a line of its own below the one that the client sent.
		list := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if a, err := netip.ParseAddr(strings.TrimSpace(list[len(list)-1])); err == nil {
			return a.Unmap()
		}
	}
	return remote(r)
}

// recorder notes what was answered, for the access log.
type recorder struct {
	http.ResponseWriter
	requestID string
	who       string
	status    int
	bytes     int64
}

func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(code int) {
	if r.status == 0 && code >= 200 || code == http.StatusSwitchingProtocols {
		r.status = code
	}
	r.ResponseWriter.WriteHeader(code)
}

// Write counts the bytes.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap gives http.ResponseController the writer below, for flush and hijack.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
