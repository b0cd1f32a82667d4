package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"chancery/cmd/bench/outside"
)

// apacheModule is where Debian keeps the modules of Apache.
const apacheModules = "/usr/lib/apache2/modules"

// relyingParty starts Debian's Apache with mod_auth_openidc on loopback, in
// front of a page that says who came.
func relyingParty(t *testing.T, provider, client, secret, port string, more ...string) {
	t.Helper()
	apache(t, t.TempDir(), port, fmt.Sprintf(`
LoadModule auth_openidc_module %[1]s/mod_auth_openidc.so
LogLevel warn auth_openidc:warn
OIDCProviderMetadataURL %[2]s/.well-known/openid-configuration
OIDCClientID %[3]s
OIDCClientSecret %[4]s
OIDCRedirectURI http://127.0.0.1:%[5]s/staff/callback
OIDCCryptoPassphrase for-this-test-only
OIDCScope "openid profile email"
OIDCPKCEMethod S256
OIDCRemoteUserClaim email
<Location /staff>
  AuthType openid-connect
  Require valid-user
  Header always set X-User "expr=%%{REMOTE_USER}"
</Location>
%[6]s
`, apacheModules, provider, client, secret, port, strings.Join(more, "\n")))
}

// apache starts Debian's Apache in a directory on loopback, with a page for
// all and one for staff, and with what else the configuration says.
func apache(t *testing.T, dir, port, more string) {
	t.Helper()
	must(t, os.Chmod(filepath.Dir(dir), 0o755)) // Apache reads it as its own user
	must(t, os.MkdirAll(filepath.Join(dir, "www", "staff"), 0o755))
	for name, text := range map[string]string{"index.html": "open to all", "staff/index.html": "for staff"} {
		must(t, os.WriteFile(filepath.Join(dir, "www", name), []byte(text), 0o644))
	}
	conf := fmt.Sprintf(`
ServerRoot %[1]s
ServerName 127.0.0.1
Listen 127.0.0.1:%[2]s
PidFile %[1]s/pid
ErrorLog %[1]s/error.log
User www-data
Group www-data
Mutex posixsem
LoadModule mpm_event_module %[3]s/mod_mpm_event.so
LoadModule authz_core_module %[3]s/mod_authz_core.so
LoadModule authn_core_module %[3]s/mod_authn_core.so
LoadModule authz_user_module %[3]s/mod_authz_user.so
LoadModule dir_module %[3]s/mod_dir.so
LoadModule headers_module %[3]s/mod_headers.so
DocumentRoot %[1]s/www
DirectoryIndex index.html
`, dir, port, apacheModules)
	file := filepath.Join(dir, "apache.conf")
	must(t, os.WriteFile(file, []byte(conf+more), 0o644))
	cmd := exec.Command("/usr/sbin/apache2", "-X", "-f", file)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	must(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
		if log, err := os.ReadFile(filepath.Join(dir, "error.log")); t.Failed() && err == nil {
			t.Logf("apache: %s\n%s", out.String(), log)
		}
	})
	for range 100 {
		if c, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			c.Close()
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("apache did not open: %s", out.String())
}

// freePort returns a port of loopback that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	return portOf(freeAddr(t))
}

// TestApacheSignsOn lets Debian's Apache with mod_auth_openidc log a person in
// and out: consent at the first time, none at the second, the sign-out at both.
func TestApacheSignsOn(t *testing.T) {
	if _, err := os.Stat(apacheModules + "/mod_auth_openidc.so"); err != nil {
		t.Skip("Apache with mod_auth_openidc is not installed; `make setup` installs it")
	}
	s := server(t, t.TempDir(), "", "ann@city.example")
	start(t, s)
	port := freePort(t)
	party := "http://127.0.0.1:" + port
	out, err := s.Run(t.Context(), "sso", "client", "add", "Attendance", "--redirect", party+"/staff/callback", "--logout", party+"/")
	must(t, err)
	words := strings.Fields(out)
	if len(words) != 4 || words[0] != "client" || words[2] != "secret" {
		t.Fatalf("sso client add says %q", out)
	}
	provider := "http://" + s.HTTP
	relyingParty(t, provider, words[1], words[3], port)

	jar, err := cookiejar.New(nil)
	must(t, err)
	b := &ssoBrowser{t: t, http: &http.Client{Jar: jar, Timeout: 20 * time.Second}}
	at, _ := b.get(party + "/staff/")
	if !strings.HasPrefix(at.String(), provider+"/sso/ask#") {
		t.Fatalf("signed out, one is sent to %s", at)
	}
	ask := at.Fragment
	if step := b.post(provider+"/sso/api/ask", map[string]any{"ask": ask}); step["signIn"] != true {
		t.Fatalf("not asked to sign in: %v", step)
	}
	b.post(provider+"/auth/sign-in", map[string]any{"address": "ann@city.example", "password": outside.Password})
	step := b.post(provider+"/sso/api/ask", map[string]any{"ask": ask})
	consent, ok := step["consent"].(map[string]any)
	if !ok || consent["client"] != "Attendance" {
		t.Fatalf("not asked for consent: %v", step)
	}
	step = b.post(provider+"/sso/api/answer", map[string]any{"ask": ask, "token": consent["token"], "allow": true})
	if at, user := b.get(step["redirect"].(string)); at.String() != party+"/staff/" || user != "ann@city.example" {
		t.Fatalf("signed on as %q at %s", user, at)
	}

	// Out: Apache's own session and ours.
	if at, _ := b.get(party + "/staff/callback?logout=" + url.QueryEscape(party+"/")); at.String() != party+"/" {
		t.Errorf("the sign-out leads to %s", at)
	}
	if at, _ := b.get(party + "/staff/"); !strings.HasPrefix(at.String(), provider+"/sso/ask#") {
		t.Errorf("after the sign-out one is still let in: %s", at)
	}

	// In again: the consent is kept, so the browser passes through.
	b.post(provider+"/auth/sign-in", map[string]any{"address": "ann@city.example", "password": outside.Password})
	if at, user := b.get(party + "/staff/"); at.String() != party+"/staff/" || user != "ann@city.example" {
		t.Errorf("the second time: %q at %s", user, at)
	}
	list, err := s.Run(t.Context(), "sso", "client", "list")
	if must(t, err); !strings.Contains(list, words[1]) || strings.Contains(list, words[3]) {
		t.Errorf("list: %s", list)
	}
	_, err = s.Run(t.Context(), "sso", "client", "remove", words[1])
	must(t, err)
	b.otherSites(provider, words[1])
}

// otherSites checks what pages of other sites can do: begin a sign-on, and
// nothing else.
func (b *ssoBrowser) otherSites(provider, client string) {
	t := b.t
	t.Helper()
	for _, header := range []string{"X-Frame-Options: DENY", "frame-ancestors 'none'"} {
		if got := b.headers(provider + "/sso/ask"); !strings.Contains(got, header) {
			t.Errorf("the page of consent has no %s: %s", header, got)
		}
	}
	posted, err := http.NewRequest("POST", provider+"/oauth/authorize", strings.NewReader("client_id="+client))
	must(t, err)
	posted.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	posted.Header.Set("Origin", "null") // a page of another site may begin a sign-on
	if res, err := http.DefaultTransport.RoundTrip(posted); err != nil || res.Header.Get("Location") != provider+"/oauth/authorize?client_id="+url.QueryEscape(client) {
		t.Errorf("a request by POST: %v %v", res, err)
	} else {
		res.Body.Close()
	}
	r, err := http.NewRequest("POST", provider+"/sso/api/answer", strings.NewReader(`{"allow":true}`))
	must(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", "https://evil.example")
	res, err := b.http.Do(r)
	must(t, err)
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("an answer from another site's page: %s", res.Status)
	}
}

// ssoBrowser follows redirects with its cookies.
type ssoBrowser struct {
	t      *testing.T
	http   *http.Client
	cipher string // of the last assertion that passed through; "" = in the clear
}

// get goes to an address and says where it led, and who the page took one for.
func (b *ssoBrowser) get(address string) (at *url.URL, user string) {
	b.t.Helper()
	r, err := http.NewRequest("GET", address, nil)
	must(b.t, err)
	r.Header.Set("Accept", "text/html") // else Apache takes us for a script
	res, err := b.http.Do(r)
	must(b.t, err)
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	must(b.t, err)
	return res.Request.URL, res.Header.Get("X-User")
}

func (b *ssoBrowser) headers(address string) string {
	b.t.Helper()
	res, err := b.http.Get(address)
	must(b.t, err)
	defer res.Body.Close()
	var text bytes.Buffer
	must(b.t, res.Header.Write(&text))
	return text.String()
}

func (b *ssoBrowser) post(address string, body map[string]any) map[string]any {
	b.t.Helper()
	text, err := json.Marshal(body)
	must(b.t, err)
	res, err := b.http.Post(address, "application/json", bytes.NewReader(text))
	must(b.t, err)
	defer res.Body.Close()
	out := map[string]any{}
	if res.StatusCode == http.StatusNoContent {
		return out
	}
	must(b.t, json.NewDecoder(res.Body).Decode(&out))
	if res.StatusCode != http.StatusOK {
		b.t.Fatalf("%s: %s %v", address, res.Status, out)
	}
	return out
}
