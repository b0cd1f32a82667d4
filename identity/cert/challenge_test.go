package cert

import (
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chancery/identity"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// sign has openssl sign a text with the key of a holder, as a card's program does.
func (h *holder) sign(text string, words ...string) string {
	h.t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		h.t.Skip("openssl is not installed (make setup)")
	}
	dir := h.t.TempDir()
	key, err := x509.MarshalPKCS8PrivateKey(h.key)
	must(h.t, err)
	for name, b := range map[string][]byte{"text": []byte(text), "key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
		"cert": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.cert.Raw})} {
		must(h.t, os.WriteFile(filepath.Join(dir, name), b, 0o600))
	}
	cmd := exec.CommandContext(h.t.Context(), "openssl", append([]string{"cms", "-sign", "-binary", "-in", "text", "-outform", "PEM", "-signer", "cert", "-inkey", "key"}, words...)...)
	cmd.Dir = dir
	out, err := cmd.Output()
	must(h.t, err)
	return string(out)
}

func (o *office) pose() (Challenge, string) {
	o.t.Helper()
	o.d.conf.Challenge, o.d.conf.Base = true, base+"/"
	c, browser, err := o.d.Pose(o.t.Context(), base, here)
	must(o.t, err)
	return c, browser
}

// back is what the page sends of a challenge.
func back(c Challenge, browser, signature string) replied {
	return replied{ask: c.Ask, signature: signature, base: base, browser: browser, peer: here}
}

// TestChallenge signs in, and registers, by a text that was signed.
func TestChallenge(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		ctx := t.Context()
		h := o.card(o.ann)
		c, browser := o.pose()
		if !strings.HasPrefix(c.Text, "I sign in to "+base+" (until 2026-11-22T08:05:00Z, number ") || strings.ContainsAny(c.Text, "\r\n") {
			t.Errorf("the text: %q", c.Text)
		}
		pass, err := o.d.Sign(ctx, back(c, browser, h.sign(c.Text)))
		must(t, err)
		step, err := o.d.Finish(ctx, pass, browser, here)
		if err != nil || step.Subject.Account != o.ann.ID || step.Subject.Assurance != policy.ByHardware {
			t.Fatalf("%+v, %v", step, err)
		}
		o.recorded("certificate.use", "ok")
		s := o.session(step.Subject)
		next := o.ca.issue(t, "ann's next")
		c, browser, err = o.d.PoseAdd(ctx, s, base, here)
		must(t, err)
		if !strings.HasPrefix(c.Text, "I register this certificate at ") {
			t.Errorf("the text: %q", c.Text)
		}
		pass, err = o.d.Sign(ctx, back(c, browser, next.sign(c.Text, "-nodetach")))
		must(t, err)
		if r, err := o.d.Add(ctx, s, pass, browser); err != nil || !strings.Contains(r.Subject, "ann's next") {
			t.Errorf("%+v, %v", r, err)
		}
		// What it opened ends with its certificate, as after TLS.
		opened, err := o.id.OpenSession(ctx, step.Subject, here)
		must(t, err)
		for _, r := range o.listed() {
			must(t, o.d.Remove(ctx, o.admin, o.ann.ID, r.ID))
		}
		if _, err := o.id.Session(ctx, opened.Token, here); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the session after the certificate was removed: %v", err)
		}
		o.d.conf.Challenge = false
		if _, _, err := o.d.Pose(ctx, base, here); !errs.Is(err, errs.Forbidden) {
			t.Errorf("closed: %v", err)
		}
		if _, _, err := o.d.PoseAdd(ctx, s, base, here); !errs.Is(err, errs.Unsupported) {
			t.Errorf("closed, to register: %v", err)
		}
	})
}

func (o *office) listed() []Registration {
	o.t.Helper()
	list, err := o.d.List(o.t.Context(), 1, o.ann.ID)
	must(o.t, err)
	return list
}

// TestChallengeAttacks is what must not come to a pass.
func TestChallengeAttacks(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		ctx := t.Context()
		h := o.card(o.ann)
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, "root.crl"), o.root.list(epoch, epoch.AddDate(0, 0, 9), nil), 0o600))
		gone := o.card(o.account("gone@city.example"))
		must(t, os.WriteFile(filepath.Join(dir, "ca.crl"), o.ca.list(epoch, epoch.AddDate(0, 0, 9), nil, gone), 0o600))
		o.d.revoker = newRevoker(Revocation{Lists: []string{dir}}.withDefaults(), o.now, testkit.Log(t))
		other := o.ca.issue(t, "for decryption", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })
		mail := o.ca.issue(t, "for mail", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection} })
		old := o.ca.issue(t, "old", func(c *x509.Certificate) { c.NotAfter = epoch.Add(-time.Second) })
		stranger := (*holder)(nil).issue(t, o.ann.Address)
		plain := func(h *holder, words ...string) func(Challenge, string) replied {
			return func(c Challenge, browser string) replied { return back(c, browser, h.sign(c.Text, words...)) }
		}
		for name, a := range map[string]struct {
			in     func(c Challenge, browser string) replied
			reason string
		}{
			"nothing":             {func(c Challenge, b string) replied { return back(c, b, " ") }, "none"},
			"no CMS":              {func(c Challenge, b string) replied { return back(c, b, "AAAA") }, "unreadable"},
			"huge":                {func(c Challenge, b string) replied { return back(c, b, strings.Repeat("A", 1<<20)) }, "unreadable"},
			"another challenge":   {func(c Challenge, b string) replied { n, _ := o.pose(); return back(c, b, h.sign(n.Text)) }, "otherText"},
			"a text of their own": {func(c Challenge, b string) replied { return back(c, b, h.sign("pay 100", "-nodetach")) }, "otherText"},
			"another host in the text": {func(c Challenge, b string) replied {
				return back(c, b, h.sign(strings.Replace(c.Text, "mail.", "nail.", 1)))
			}, "otherText"},
			"at another address":       {func(c Challenge, b string) replied { s := plain(h)(c, b); s.base = "https://evil.example"; return s }, "over"},
			"in another browser":       {func(c Challenge, _ string) replied { _, b := o.pose(); return plain(h)(c, b) }, "over"},
			"without a browser":        {func(c Challenge, _ string) replied { return plain(h)(c, "") }, "over"},
			"too late":                 {func(c Challenge, b string) replied { o.now.Advance(6 * time.Minute); return plain(h)(c, b) }, "over"},
			"an ask of TLS":            {func(c Challenge, b string) replied { ask, b := o.begin(base); c.Ask = ask; return plain(h)(c, b) }, "over"},
			"made up":                  {func(c Challenge, b string) replied { c.Ask = "1.made-up"; return plain(h)(c, b) }, "over"},
			"no signed attributes":     {plain(h, "-noattr"), "unreadable"},
			"SHA-1":                    {plain(h, "-md", "sha1"), "unreadable"},
			"its certificate left out": {plain(h, "-nocerts"), "otherText"},
			"from a foreign authority": {plain(stranger), "untrusted"},
			"a certificate that ended": {plain(old), "expired"},
			"one for decryption":       {plain(other), "unsuited"},
			"one for mail":             {plain(mail), "unsuited"},
			"one that was revoked":     {plain(gone), "revoked"},
			"of nobody":                {plain(o.ca.issue(t, "nobody")), "nobody"},
			"an authority's own":       {plain(o.ca), "unsuited"},
		} {
			c, browser := o.pose()
			in := a.in(c, browser)
			pass, err := o.d.Sign(ctx, in)
			if err == nil || pass != "" || reason(err) != a.reason {
				t.Errorf("%s: %q, %v (%s), want %s", name, pass, err, reason(err), a.reason)
			}
			// A challenge is used up, whatever came of it.
			if in.ask == c.Ask {
				if _, err := o.d.Sign(ctx, back(c, browser, h.sign(c.Text))); reason(err) != "over" {
					t.Errorf("%s, and a good one after it: %v", name, err)
				}
			}
		}
		c, browser := o.pose()
		good := back(c, browser, h.sign(c.Text))
		if _, err := o.d.Sign(ctx, good); err != nil {
			t.Errorf("the good one: %v", err)
		}
		if _, err := o.d.Sign(ctx, good); reason(err) != "over" {
			t.Errorf("again: %v", err)
		}
		o.recorded("certificate.refuse", "forbidden")
	})
}

// TestChallengeAddress writes no address into a text that a browser made up.
func TestChallengeAddress(t *testing.T) {
	o := newOffice(t, "")
	o.d.conf.Challenge = true
	for _, c := range []struct {
		set, came string
		good      bool
	}{
		{base, base, true}, {base + "/", base, true}, {base, "https://evil.example", false}, {base, "http://localhost", false},
		{"", "http://localhost:8080", true}, {"", "http://127.0.0.1:8080", true}, {"", "http://[::1]", true},
		{"", base, false}, {"", "https://localhost.evil.example", false}, {"", "", false},
	} {
		o.d.conf.Base = c.set
		if _, _, err := o.d.Pose(t.Context(), c.came, here); (err == nil) != c.good || err != nil && !errs.Is(err, errs.Unsupported) {
			t.Errorf("%q set, %q came: %v", c.set, c.came, err)
		}
	}
}

// TestChallengeZone asks the zone, as after any certificate.
func TestChallengeZone(t *testing.T) {
	o := newOffice(t, "", identity.Zone{Name: "street", Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, Methods: []string{"password"}})
	o.d.conf.Challenge = true
	if _, _, err := o.d.Pose(t.Context(), base, here); !errs.Is(err, errs.Forbidden) {
		t.Errorf("where certificates do not count: %v", err)
	}
}

// TestChallengePage is what the page asks.
func TestChallengePage(t *testing.T) {
	o := newOffice(t, "")
	o.d.conf.Challenge, o.d.conf.Base = true, base
	mux := http.NewServeMux()
	for _, r := range o.d.Routes(door{}) {
		mux.Handle(r.Pattern, r.Handler)
	}
	send := func(path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", base+path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w
	}
	w := send("/sso/api/cert/challenge", "{}")
	if w.Code != 200 || !strings.Contains(w.Body.String(), `"text":"I sign in to https://mail.city.example (until`) || !strings.Contains(w.Header().Get("Set-Cookie"), "HttpOnly") {
		t.Errorf("%d %s %s", w.Code, w.Body, w.Header())
	}
	for name, c := range map[string][3]string{
		"to add one, signed out": {"/sso/api/cert/challenge", `{"client":"add"}`, "unauthenticated"},
		"an ask that is made up": {"/sso/api/cert/signed", `{"ask":"1.x","signature":"AAAA"}`, "over"},
		"more than is read":      {"/sso/api/cert/signed", `{"ask":"1.x","signature":"` + strings.Repeat("A", 64<<10) + `"}`, "invalid"},
	} {
		if w := send(c[0], c[1]); w.Code != 403 || strings.TrimSpace(w.Body.String()) != c[2] {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}
