package cert

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"chancery/kit/clock"
	"chancery/kit/testkit"

	"golang.org/x/crypto/ocsp"
)

// publisher is where an authority publishes its list and answers questions.
type publisher struct {
	*httptest.Server
	list, answer atomic.Pointer[[]byte]
	asked        atomic.Int64
}

func newPublisher(t *testing.T) *publisher {
	p := &publisher{}
	serve := func(from *atomic.Pointer[[]byte]) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			p.asked.Add(1)
			if b := from.Load(); b != nil {
				_, _ = w.Write(*b)
				return
			}
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /list", serve(&p.list))
	mux.HandleFunc("POST /ocsp", serve(&p.answer))
	mux.HandleFunc("GET /moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/list", http.StatusFound) })
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *publisher) host() string { return p.Listener.Addr().String() }

// publish sets what is told; nil is a failure.
func publish(at *atomic.Pointer[[]byte], text []byte) {
	if text == nil {
		at.Store(nil)
		return
	}
	at.Store(&text)
}

func names(at ...string) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.CRLDistributionPoints = at }
}

// point is an issuing distribution point that names an address, or none.
func point(t *testing.T, uri string, more ...asn1.RawValue) pkix.Extension {
	var parts []asn1.RawValue
	if uri != "" {
		name, err := asn1.Marshal(asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 6, Bytes: []byte(uri)})
		must(t, err)
		full, err := asn1.Marshal(asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: name})
		must(t, err)
		parts = append(parts, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: full})
	}
	return extension(t, true, oidPoint, append(parts, more...))
}

func flagged(tag int) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, Bytes: []byte{0xff}}
}

// TestLists is the table of revocation lists, as files and as fetched.
func TestLists(t *testing.T) {
	ca := (*holder)(nil).issue(t, "City CA", authority)
	same := (*holder)(nil).issue(t, "City CA", authority)
	p := newPublisher(t)
	at := p.URL + "/list"
	ann := ca.issue(t, "ann", names(at))
	eve := ca.issue(t, "eve", names(at))
	early, late := epoch.Add(-time.Hour), epoch.Add(time.Hour)
	with := func(e pkix.Extension) func(*x509.RevocationList) {
		return func(l *x509.RevocationList) { l.ExtraExtensions = []pkix.Extension{e} }
	}
	for name, c := range map[string]struct {
		list  []byte
		grace time.Duration
		want  error
	}{
		"others are revoked":         {list: ca.list(early, late, nil, eve)},
		"revoked":                    {list: ca.list(early, late, nil, eve, ann), want: errRevoked},
		"too old":                    {list: ca.list(early, early.Add(time.Minute), nil), want: errUnchecked},
		"too old, within the grace":  {list: ca.list(early, early.Add(time.Minute), nil), grace: time.Hour},
		"revoked by one too old":     {list: ca.list(early, early.Add(time.Minute), nil, ann), want: errRevoked},
		"from the future":            {list: ca.list(late, late.Add(time.Hour), nil), want: errUnchecked},
		"of a CA with the same name": {list: same.list(early, late, nil), want: errUnchecked},
		"a delta":                    {list: ca.list(early, late, with(extension(t, true, oidDelta, 1))), want: errUnchecked},
		"a critical nobody knows":    {list: ca.list(early, late, with(extension(t, true, asn1.ObjectIdentifier{1, 2, 3}, 1))), want: errUnchecked},
		"of this part":               {list: ca.list(early, late, with(point(t, at)))},
		"of another part":            {list: ca.list(early, late, with(point(t, at+"/2"))), want: errUnchecked},
		"of users":                   {list: ca.list(early, late, with(point(t, "", flagged(1))))},
		"of authorities":             {list: ca.list(early, late, with(point(t, "", flagged(2)))), want: errUnchecked},
		"of other issuers":           {list: ca.list(early, late, with(point(t, "", flagged(4)))), want: errUnchecked},
		"of some reasons":            {list: ca.list(early, late, with(point(t, "", asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 3, Bytes: []byte{6, 64}}))), want: errUnchecked},
		"no list":                    {list: []byte("<html>"), want: errUnchecked},
		"not to be had":              {want: errUnchecked},
		"cut off":                    {list: ca.list(early, late, nil)[:100], want: errUnchecked},
		"an entry of another's issuer": {list: ca.list(early, late, func(l *x509.RevocationList) {
			l.RevokedCertificateEntries = []x509.RevocationListEntry{{SerialNumber: eve.cert.SerialNumber, RevocationTime: early, ExtraExtensions: []pkix.Extension{extension(t, true, asn1.ObjectIdentifier{2, 5, 29, 29}, []asn1.RawValue{})}}}
		}), want: errUnchecked},
	} {
		chain := []*x509.Certificate{ann.cert, ca.cert}
		file := filepath.Join(t.TempDir(), "list.crl")
		if c.list != nil {
			must(t, os.WriteFile(file, c.list, 0o600))
		}
		by := newRevoker(Revocation{Lists: []string{filepath.Dir(file)}, Grace: c.grace}.withDefaults(), clock.NewFake(epoch), testkit.Log(t))
		if err := by.check(t.Context(), chain); !errors.Is(err, c.want) {
			t.Errorf("a file, %s: %v, want %v", name, err, c.want)
		}
		publish(&p.list, c.list)
		by = newRevoker(Revocation{Hosts: []string{p.host()}, Grace: c.grace}.withDefaults(), clock.NewFake(epoch), testkit.Log(t))
		if err := by.check(t.Context(), chain); !errors.Is(err, c.want) {
			t.Errorf("fetched, %s: %v, want %v", name, err, c.want)
		}
	}
}

// TestFetching holds when a list is fetched, from where, and what holds while
// it is not to be had.
func TestFetching(t *testing.T) {
	ca := (*holder)(nil).issue(t, "City CA", authority)
	p := newPublisher(t)
	ann := ca.issue(t, "ann", names(p.URL+"/list"))
	moved := ca.issue(t, "moved", names(p.URL+"/moved"))
	now := clock.NewFake(epoch)
	conf := Revocation{Hosts: []string{p.host()}, Dir: t.TempDir(), Grace: 30 * time.Minute}.withDefaults()
	v := newRevoker(conf, now, testkit.Log(t))
	check := func(v *revoker, h *holder, want error, asked int64, when string) {
		t.Helper()
		before := p.asked.Load()
		if err := v.check(t.Context(), []*x509.Certificate{h.cert, ca.cert}); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", when, err, want)
		}
		if n := p.asked.Load() - before; n != asked {
			t.Errorf("%s: asked %d times, want %d", when, n, asked)
		}
	}
	publish(&p.list, ca.list(epoch, epoch.Add(2*time.Hour), nil))
	elsewhere := conf
	elsewhere.Hosts = []string{"ca.example"}
	check(newRevoker(elsewhere, now, testkit.Log(t)), ann, errUnchecked, 0, "a host that may not be asked")
	check(v, moved, errUnchecked, 0, "a redirect")
	check(v, ann, nil, 1, "at first")
	check(v, ann, nil, 0, "again")
	now.Advance(61 * time.Minute)
	publish(&p.list, ca.list(epoch.Add(-time.Hour), epoch.Add(9*time.Hour), nil))
	check(v, ann, nil, 1, "an older list, put in the place of a newer one")
	publish(&p.list, nil)
	now.Advance(time.Minute)
	check(v, ann, nil, 1, "down")
	check(v, ann, nil, 0, "down, asked again at once")
	next := newRevoker(conf, now, testkit.Log(t))
	check(next, ann, nil, 1, "down, and the server began anew")
	now.Advance(90 * time.Minute) // 32 min after the list's time
	check(v, ann, nil, 1, "down, within grace and skew")
	now.Advance(10 * time.Minute)
	check(v, ann, errUnchecked, 1, "down for too long")
	publish(&p.list, ca.list(now.Now(), now.Now().Add(time.Hour), nil, ann))
	check(v, ann, errUnchecked, 0, "up again, but asked just now")
	now.Advance(time.Minute)
	check(v, ann, errRevoked, 1, "up again, and revoked")
	publish(&p.list, nil)
	now.Advance(100 * time.Hour)
	check(v, ann, errRevoked, 1, "revoked, and down")
}

// TestResponder is the table of OCSP answers.
func TestResponder(t *testing.T) {
	ca := (*holder)(nil).issue(t, "City CA", authority)
	same := (*holder)(nil).issue(t, "City CA", authority)
	p := newPublisher(t)
	ann := ca.issue(t, "ann", func(c *x509.Certificate) { c.OCSPServer = []string{p.URL + "/ocsp"} })
	eve := ca.issue(t, "eve")
	signing := func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning} }
	responder := ca.issue(t, "responder", signing)
	gone := ca.issue(t, "responder", signing, func(c *x509.Certificate) { c.NotAfter = epoch.Add(-time.Minute) })
	stranger := same.issue(t, "responder", signing)
	for name, c := range map[string]struct {
		answer []byte
		want   error
	}{
		"good":                        {answer: ca.says(ocsp.Good, ann, ca, nil)},
		"good, by a responder":        {answer: responder.says(ocsp.Good, ann, ca, nil)},
		"good, the CA sent along":     {answer: ca.says(ocsp.Good, ann, ca, func(r *ocsp.Response) { r.Certificate = ca.cert })},
		"revoked":                     {answer: responder.says(ocsp.Revoked, ann, ca, nil), want: errRevoked},
		"unknown":                     {answer: responder.says(ocsp.Unknown, ann, ca, nil), want: errUnchecked},
		"about somebody else":         {answer: responder.says(ocsp.Good, eve, ca, nil), want: errUnchecked},
		"signed by a person":          {answer: eve.says(ocsp.Good, ann, ca, nil), want: errUnchecked},
		"signed by whom it is about":  {answer: ann.says(ocsp.Good, ann, ca, nil), want: errUnchecked},
		"by a responder that is over": {answer: gone.says(ocsp.Good, ann, ca, nil), want: errUnchecked},
		"by another CA's responder":   {answer: stranger.says(ocsp.Good, ann, ca, nil), want: errUnchecked},
		"by a CA with the same name":  {answer: same.says(ocsp.Good, ann, same, nil), want: errUnchecked},
		"too old":                     {answer: ca.says(ocsp.Good, ann, ca, func(r *ocsp.Response) { r.ThisUpdate, r.NextUpdate = epoch.Add(-2*time.Hour), epoch.Add(-time.Hour) }), want: errUnchecked},
		"old, without an end":         {answer: ca.says(ocsp.Good, ann, ca, func(r *ocsp.Response) { r.ThisUpdate, r.NextUpdate = epoch.Add(-time.Hour), time.Time{} }), want: errUnchecked},
		"of now, without an end":      {answer: ca.says(ocsp.Good, ann, ca, func(r *ocsp.Response) { r.NextUpdate = time.Time{} })},
		"from the future":             {answer: ca.says(ocsp.Good, ann, ca, func(r *ocsp.Response) { r.ThisUpdate = epoch.Add(time.Hour) }), want: errUnchecked},
		"a refusal to answer":         {answer: ocsp.TryLaterErrorResponse, want: errUnchecked},
		"no answer":                   {answer: []byte("good"), want: errUnchecked},
		"too long an answer":          {answer: make([]byte, 1<<20), want: errUnchecked},
		"down":                        {want: errUnchecked},
	} {
		publish(&p.answer, c.answer)
		v := newRevoker(Revocation{Hosts: []string{"127.0.0.1"}}.withDefaults(), clock.NewFake(epoch), testkit.Log(t))
		if err := v.check(t.Context(), []*x509.Certificate{ann.cert, ca.cert}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// TestResponderDown holds that who was good stays good for as long as the
// answer, and the grace, and not longer.
func TestResponderDown(t *testing.T) {
	ca := (*holder)(nil).issue(t, "City CA", authority)
	p := newPublisher(t)
	ann := ca.issue(t, "ann")
	now := clock.NewFake(epoch)
	v := newRevoker(Revocation{Hosts: []string{"127.0.0.1"}, Responder: p.URL + "/ocsp", Grace: 30 * time.Minute}.withDefaults(), now, testkit.Log(t))
	check := func(want error, when string) {
		t.Helper()
		if err := v.check(t.Context(), []*x509.Certificate{ann.cert, ca.cert}); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", when, err, want)
		}
	}
	check(errUnchecked, "down from the start")
	now.Advance(time.Minute)
	publish(&p.answer, ca.says(ocsp.Good, ann, ca, nil))
	check(nil, "up")
	publish(&p.answer, nil)
	now.Advance(50 * time.Minute)
	check(nil, "down, within the answer's time")
	now.Advance(35 * time.Minute)
	check(nil, "down, within the grace")
	now.Advance(20 * time.Minute)
	check(errUnchecked, "down for too long")
}

// TestWholeChain asks about the authorities below the anchor too.
func TestWholeChain(t *testing.T) {
	root := (*holder)(nil).issue(t, "City Root", authority)
	ca := root.issue(t, "City CA", authority)
	ann := ca.issue(t, "ann")
	chain := []*x509.Certificate{ann.cert, ca.cert, root.cert}
	early, late := epoch.Add(-time.Hour), epoch.Add(time.Hour)
	for name, c := range map[string]struct {
		lists [][]byte
		want  error
	}{
		"both in force":               {lists: [][]byte{ca.list(early, late, nil), root.list(early, late, nil)}},
		"the CA is revoked":           {lists: [][]byte{ca.list(early, late, nil), root.list(early, late, nil, ca)}, want: errRevoked},
		"nothing is said of the CA":   {lists: [][]byte{ca.list(early, late, nil)}, want: errUnchecked},
		"nothing is said of the leaf": {lists: [][]byte{root.list(early, late, nil)}, want: errUnchecked},
	} {
		dir := t.TempDir()
		for n, l := range c.lists {
			must(t, os.WriteFile(filepath.Join(dir, string(rune('a'+n))), l, 0o600))
		}
		v := newRevoker(Revocation{Lists: []string{dir}}.withDefaults(), clock.NewFake(epoch), testkit.Log(t))
		if err := v.check(t.Context(), chain); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
