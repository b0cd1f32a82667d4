package main

import (
	"net/http"
	"net/http/cookiejar"
	"os"
	"strings"
	"testing"
	"time"

	"chancery/cmd/bench/outside"
)

// TestApacheBackLogout signs a person on to an Apache with mod_auth_openidc.
// Who signs out here, and whose browser loads nothing after that, is out there
// too: the server tells it (Back-Channel Logout 1.0), also when either was down.
func TestApacheBackLogout(t *testing.T) {
	if _, err := os.Stat(apacheModules + "/mod_auth_openidc.so"); err != nil {
		t.Skip("Apache with mod_auth_openidc is not installed; `make setup` installs it")
	}
	s := server(t, t.TempDir(), "", "ann@city.example")
	start(t, s)
	provider, port := "http://"+s.HTTP, freePort(t)
	at := "http://127.0.0.1:" + port
	out, err := s.Run(t.Context(), "sso", "client", "add", "Attendance", "--redirect", at+"/staff/callback", "--back-logout", at+"/staff/callback?logout=backchannel", "--consent", "never")
	must(t, err)
	words := strings.Fields(out)
	if len(words) != 4 {
		t.Fatalf("sso client add says %q", out)
	}
	relyingParty(t, provider, words[1], words[3], port, "OIDCSessionType server-cache", "OIDCCookie session_there")
	jar, err := cookiejar.New(nil)
	must(t, err)
	b := &ssoBrowser{t: t, http: &http.Client{Jar: jar, Timeout: 20 * time.Second}}
	inside := func() bool {
		to, _ := b.get(at + "/staff/")
		return to.String() == at+"/staff/"
	}
	for _, killed := range []bool{false, true} {
		b.post(provider+"/auth/sign-in", map[string]any{"address": "ann@city.example", "password": outside.Password})
		if !inside() {
			t.Fatal("not signed on")
		}
		if next := b.post(provider+"/auth/sign-out", map[string]any{})["next"]; next != nil {
			t.Errorf("the browser is sent to %v", next)
		}
		if killed {
			s.Kill()
			start(t, s)
		}
		for end := time.Now().Add(75 * time.Second); inside(); time.Sleep(300 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("still let in, killed: %v", killed)
			}
		}
	}
}
