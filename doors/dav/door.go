package dav

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"chancery/contacts"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/wire/webdav"
)

// Paths that the door answers at.
const (
	Root      = "/dav/"
	WellKnown = "/.well-known/carddav" // RFC 6764 section 5
)

// Methods that are answered; the others are refused by who routes.
var Methods = []string{http.MethodOptions, http.MethodGet, http.MethodPut, http.MethodDelete, "PROPFIND", "PROPPATCH", "REPORT", "MKCOL"}

// Door is the WebDAV door.
type Door struct {
	conf  Config
	books *contacts.Room
	dir   *directory.Directory
	needs Needs
	log   *slog.Logger
}

// New makes the door to the contacts room and the directory.
func New(conf Config, books *contacts.Room, dir *directory.Directory, needs Needs, log *slog.Logger) *Door {
	return &Door{conf: conf.withDefaults(), books: books, dir: dir, needs: needs, log: log}
}

// Find sends programs that know only the domain to the tree (RFC 6764 section 5).
func Find(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, Root, http.StatusMovedPermanently)
}

// request is one request of somebody.
type request struct {
	*Door
	w    http.ResponseWriter
	r    *http.Request
	ctx  context.Context
	who  policy.Subject
	tree *tree
}

// ServeHTTP answers one request.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), d.conf.Time)
	defer cancel()
	// A program that does not read holds nothing for longer than this; a
	// writer that knows no deadlines is one of a test.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(d.conf.Time))
	who, err := d.signIn(ctx, r)
	if err != nil {
		d.refuseSignIn(w, r, err)
		return
	}
	d.needs.Seen(w, who)
	q := &request{Door: d, w: w, r: r, ctx: ctx, who: who}
	// RFC 4918 section 10.1, RFC 6352 section 6.1; no locks: class 2 is not claimed.
	w.Header().Set("DAV", "1, 3, extended-mkcol, addressbook")
	w.Header().Set("Cache-Control", "private, no-cache")
	if err := q.serve(); err != nil {
		q.fail(err)
	}
}

func (q *request) serve() (err error) {
	if q.tree, err = q.grow(q.ctx, q.who); err != nil {
		return err
	}
	switch q.r.Method {
	case http.MethodOptions:
		return q.options()
	case http.MethodGet, http.MethodHead:
		return q.get()
	case http.MethodPut:
		return q.put()
	case http.MethodDelete:
		return q.delete()
	case "PROPFIND":
		return q.propfind()
	case "PROPPATCH":
		return q.proppatch()
	case "REPORT":
		return q.report()
	case "MKCOL":
		return q.mkcol()
	}
	return errs.E(errs.Unsupported, "The method %s is not spoken here.", q.r.Method)
}

// signIn says who sent the request: Basic (RFC 7617) or Bearer (RFC 6750), and
// never a cookie.
func (d *Door) signIn(ctx context.Context, r *http.Request) (policy.Subject, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !d.needs.Private(r) {
		return policy.Subject{}, errs.E(errs.Forbidden, "A password is accepted over HTTPS only.")
	}
	peer := d.needs.Peer(r)
	if address, password, ok := r.BasicAuth(); ok && utf8.ValidString(address) {
		return d.needs.SignIn(ctx, address, password, peer)
	}
	if strings.EqualFold(scheme, "Bearer") {
		return d.needs.SignInToken(ctx, strings.TrimSpace(token), peer)
	}
	return policy.Subject{}, errs.E(errs.Unauthenticated, "Please sign in.")
}

func (d *Door) refuseSignIn(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusInternalServerError
	switch errs.KindOf(err) {
	case errs.Unauthenticated:
		status = http.StatusUnauthorized
		if r.Header.Get("Sec-Fetch-Mode") == "" { // a page must not raise the browser's password box
			w.Header().Add("WWW-Authenticate", "Basic realm="+strconv.Quote(d.conf.Realm)+`, charset="UTF-8"`)
			w.Header().Add("WWW-Authenticate", "Bearer realm="+strconv.Quote(d.conf.Realm))
		}
	case errs.Forbidden:
		status = http.StatusForbidden
	case errs.RateLimited:
		status = http.StatusTooManyRequests
		w.Header().Set("Retry-After", "10")
	case errs.Unavailable:
		status = http.StatusServiceUnavailable
	default:
		d.log.Error("dav sign-in failed", "error", err)
	}
	http.Error(w, errs.Text(err), status)
}

// body reads what was sent, as much as may be.
func (q *request) body(most int) ([]byte, error) {
	b, err := io.ReadAll(http.MaxBytesReader(q.w, q.r.Body, int64(most)))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, errs.E(errs.TooLarge, "At most %d bytes can be sent.", most)
	}
	return b, errs.Wrap(errs.Invalid, err, "The request was cut off.")
}

// xml reads the body of a request; an element without a name when it is empty.
func (q *request) xml() (*webdav.Node, error) {
	text, err := q.body(q.conf.XML.Bytes)
	if err != nil || len(strings.TrimSpace(string(text))) == 0 {
		return &webdav.Node{}, err
	}
	return webdav.Parse(text, q.conf.XML)
}

// answer begins a multistatus.
func (q *request) answer() *webdav.Answer {
	return webdav.NewAnswer(q.w, func() {
		q.w.Header().Set("Content-Type", "application/xml; charset=utf-8")
		q.w.WriteHeader(http.StatusMultiStatus)
	})
}

// end closes an answer. One that broke in the middle is cut off, so that it is
// not taken for a whole one.
func (q *request) end(a *webdav.Answer, token string, err error) error {
	if err != nil && a.Begun() {
		q.log.Error("dav answer broke", "path", q.r.URL.Path, "error", err)
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		return err
	}
	if err := a.End(token); err != nil {
		q.log.Debug("dav client is gone", "error", err)
	}
	return nil
}

// options tells what can be done (RFC 4918 section 9.1); the DAV header is on
// every answer.
func (q *request) options() error {
	q.w.Header().Set("Allow", strings.Join(Methods, ", ")+", HEAD")
	q.w.WriteHeader(http.StatusOK)
	return nil
}
