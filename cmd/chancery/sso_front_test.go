package main

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"chancery/cmd/bench/outside"
)

var frameSource = regexp.MustCompile(`<iframe src="([^"]*)"`)

// frames loads what a page has in frames, as a browser would, and says where
// they lead.
func (b *ssoBrowser) frames(address string) (list []string) {
	b.t.Helper()
	res, err := b.http.Get(address)
	must(b.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(b.t, err)
	allowed := res.Header.Get("Content-Security-Policy")
	for _, f := range frameSource.FindAllSubmatch(body, -1) {
		source := html.UnescapeString(string(f[1]))
		u, err := url.Parse(source)
		if must(b.t, err); !strings.Contains(allowed, u.Scheme+"://"+u.Host) {
			b.t.Errorf("the policy %q hinders %s", allowed, source)
		}
		b.get(source)
		list = append(list, source)
	}
	return list
}

// TestApacheFrontLogout signs a person on to two Apaches with mod_auth_openidc
// in one session. Whether they sign out here or at one of them, both are out
// (Front-Channel Logout 1.0). A third asks for a second factor by acr_values.
func TestApacheFrontLogout(t *testing.T) {
	if _, err := os.Stat(apacheModules + "/mod_auth_openidc.so"); err != nil {
		t.Skip("Apache with mod_auth_openidc is not installed; `make setup` installs it")
	}
	s := server(t, t.TempDir(), "", "ann@city.example")
	start(t, s)
	provider := "http://" + s.HTTP
	// Cookies do not know ports, so that each has a name of its own for its session.
	party := func(name string, more ...string) string {
		port := freePort(t)
		at := "http://127.0.0.1:" + port
		out, err := s.Run(t.Context(), "sso", "client", "add", name, "--redirect", at+"/staff/callback", "--logout", at+"/", "--front-logout", at+"/staff/callback?logout=get", "--consent", "never")
		must(t, err)
		words := strings.Fields(out)
		if len(words) != 4 {
			t.Fatalf("sso client add says %q", out)
		}
		relyingParty(t, provider, words[1], words[3], port, append(more, "OIDCCookie session_"+name)...)
		return at
	}
	one, two := party("Attendance"), party("Canteen")
	sure := party("Payroll", "OIDCAuthRequestParams acr_values=urn%3Achancery%3Aparams%3Aacr%3Aaal2")
	jar, err := cookiejar.New(nil)
	must(t, err)
	b := &ssoBrowser{t: t, http: &http.Client{Jar: jar, Timeout: 20 * time.Second}}
	in := func() {
		t.Helper()
		b.post(provider+"/auth/sign-in", map[string]any{"address": "ann@city.example", "password": outside.Password})
		for _, at := range []string{one, two} {
			if to, user := b.get(at + "/staff/"); to.String() != at+"/staff/" || user != "ann@city.example" {
				t.Fatalf("signed on as %q at %s", user, to)
			}
		}
	}
	out := func(how string) {
		t.Helper()
		for _, at := range []string{one, two} {
			if to, _ := b.get(at + "/staff/"); !strings.HasPrefix(to.String(), provider+"/sso/ask#") {
				t.Errorf("%s: still let in at %s", how, to)
			}
		}
	}
	in()
	next, ok := b.post(provider+"/auth/sign-out", map[string]any{})["next"].(string)
	if frames := b.frames(next); !ok || len(frames) != 2 {
		t.Errorf("signed out here, %q tells %q", next, frames)
	}
	out("signed out here")
	in()
	at, _ := b.get(one + "/staff/callback?logout=" + url.QueryEscape(one+"/"))
	if frames := b.frames(at.String()); at.Path != "/oauth/signed-out" || len(frames) != 1 || !strings.HasPrefix(frames[0], two) {
		t.Errorf("signed out there, %s tells %q", at, frames)
	}
	out("signed out there")

	// Surer: the same request goes on after a second factor.
	b.post(provider+"/auth/sign-in", map[string]any{"address": "ann@city.example", "password": outside.Password})
	at, _ = b.get(sure + "/staff/")
	if said := b.post(provider+"/sso/api/ask", map[string]any{"ask": at.Fragment}); said["again"] != true || said["least"] != 2.0 {
		t.Fatalf("at %s one is told %v", at, said)
	}
	step := b.post(provider+"/auth/sign-in", map[string]any{"address": "ann@city.example", "password": outside.Password, "least": 2})
	shown := b.post(provider+"/auth/enrol", map[string]any{"ticket": step["ticket"], "method": "totp", "name": "Phone"})
	secret, _ := shown["secret"].(string)
	code, err := totp.GenerateCode(secret, time.Now())
	must(t, err)
	b.post(provider+"/auth/answer", map[string]any{"ticket": step["ticket"], "method": "totp", "code": code})
	said := b.post(provider+"/sso/api/ask", map[string]any{"ask": at.Fragment})
	if to, user := b.get(said["redirect"].(string)); to.String() != sure+"/staff/" || user != "ann@city.example" {
		t.Errorf("with a second factor: %q at %s", user, to)
	}
}
