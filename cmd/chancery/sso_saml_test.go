package main

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"chancery/cmd/bench/outside"
	"chancery/wire/saml"
)

// mellon starts Debian's Apache with mod_auth_mellon on loopback. It makes the
// service's metadata by Debian's own tool, and reads ours.
func mellon(t *testing.T, provider, port string, change *strings.Replacer, register func(file string)) {
	t.Helper()
	dir := t.TempDir()
	at := "http://127.0.0.1:" + port + "/staff/mellon"
	make := exec.Command("/usr/sbin/mellon_create_metadata", at+"/metadata", at)
	make.Dir = dir
	if out, err := make.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, end := range []string{"key", "cert", "xml"} {
		found, err := filepath.Glob(filepath.Join(dir, "*."+end))
		must(t, err)
		if len(found) != 1 {
			t.Fatalf("no file of kind %s: %v", end, found)
		}
		must(t, os.Rename(found[0], filepath.Join(dir, "sp."+end)))
		must(t, os.Chmod(filepath.Join(dir, "sp."+end), 0o644))
	}
	file := filepath.Join(dir, "sp.xml")
	text, err := os.ReadFile(file)
	must(t, err)
	must(t, os.WriteFile(file, []byte(change.Replace(string(text))), 0o644))
	register(file)
	res, err := http.Get(provider + "/saml/metadata")
	must(t, err)
	defer res.Body.Close()
	ours, err := io.ReadAll(res.Body)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "idp.xml"), ours, 0o644))
	apache(t, dir, port, fmt.Sprintf(`
LoadModule auth_mellon_module %[1]s/mod_auth_mellon.so
LogLevel warn auth_mellon:info
MellonLockFile %[2]s/mellon.lock
<Location />
  MellonEnable info
  MellonEndpointPath /staff/mellon
  MellonSPMetadataFile %[2]s/sp.xml
  MellonSPPrivateKeyFile %[2]s/sp.key
  MellonSPCertFile %[2]s/sp.cert
  MellonIdPMetadataFile %[2]s/idp.xml
  MellonSignatureMethod rsa-sha256
  MellonUser urn:oid:0.9.2342.19200300.100.1.3
</Location>
<Location /staff>
  AuthType Mellon
  MellonEnable auth
  Require valid-user
  Header always set X-User "expr=%%{REMOTE_USER}"
</Location>
`, apacheModules, dir))
}

var (
	formAction = regexp.MustCompile(`<form method="post" action="([^"]*)">`)
	formField  = regexp.MustCompile(`<input type="hidden" name="(\w+)" value="([^"]*)">`)
)

// follow goes to an address and posts on the forms that scripts would, and
// says where it led, and who the page took one for.
func (b *ssoBrowser) follow(address string) (at *url.URL, user string) {
	b.t.Helper()
	r, err := http.NewRequest("GET", address, nil)
	must(b.t, err)
	r.Header.Set("Accept", "text/html")
	res, err := b.http.Do(r)
	must(b.t, err)
	for range 5 {
		body, err := io.ReadAll(res.Body)
		must(b.t, err)
		res.Body.Close()
		m := formAction.FindSubmatch(body)
		if m == nil {
			break
		}
		form := url.Values{}
		for _, f := range formField.FindAllSubmatch(body, -1) {
			form.Set(string(f[1]), html.UnescapeString(string(f[2])))
		}
		if doc, err := saml.FormResponse(form); err == nil {
			b.cipher = ""
			if m := encrypted.FindSubmatch(doc); m != nil {
				b.cipher = string(m[1])
			}
		}
		res, err = b.http.PostForm(html.UnescapeString(string(m[1])), form)
		must(b.t, err)
	}
	return res.Request.URL, res.Header.Get("X-User")
}

// encrypted is what comes before the encrypted text of an assertion.
var encrypted = regexp.MustCompile(`<xenc:EncryptionMethod Algorithm="([^"]*)">`)

// TestMellonSignsOn lets Debian's Apache with mod_auth_mellon log a person in
// and out by SAML: consent at the first time, none at the second; with
// assertions in the clear, and encrypted as its metadata asks for.
func TestMellonSignsOn(t *testing.T) {
	const use = `<KeyDescriptor use="encryption">`
	method := func(name string) *strings.Replacer {
		return strings.NewReplacer(`</KeyDescriptor>
    <KeyDescriptor use="signing">`, `<EncryptionMethod Algorithm="`+name+`"/></KeyDescriptor>
    <KeyDescriptor use="signing">`)
	}
	for name, c := range map[string]struct {
		change *strings.Replacer
		cipher string
	}{
		"clear":   {strings.NewReplacer(use, `<KeyDescriptor use="signing">`), ""},
		"default": {strings.NewReplacer(), "http://www.w3.org/2001/04/xmlenc#aes256-cbc"},
		"cbc":     {method("http://www.w3.org/2001/04/xmlenc#aes128-cbc"), "http://www.w3.org/2001/04/xmlenc#aes128-cbc"},
		"gcm":     {method("http://www.w3.org/2009/xmlenc11#aes256-gcm"), "http://www.w3.org/2009/xmlenc11#aes256-gcm"},
	} {
		t.Run(name, func(t *testing.T) { mellonSignsOn(t, c.change, c.cipher) })
	}
}

func mellonSignsOn(t *testing.T, change *strings.Replacer, cipher string) {
	if _, err := os.Stat(apacheModules + "/mod_auth_mellon.so"); err != nil {
		t.Skip("Apache with mod_auth_mellon is not installed; `make setup` installs it")
	}
	s := server(t, t.TempDir(), "", "ann@city.example")
	start(t, s)
	port, provider := freePort(t), "http://"+s.HTTP
	party, service := "http://127.0.0.1:"+port, ""
	mellon(t, provider, port, change, func(file string) {
		out, err := s.Run(t.Context(), "sso", "saml", "add", file, "--name", "Attendance", "--attribute", "mail")
		must(t, err)
		if words := strings.Fields(out); len(words) == 4 && words[0] == "service" && words[3] == party+"/staff/mellon/metadata" {
			service = words[1]
		}
	})
	if service == "" {
		t.Fatal("sso saml add does not name the service")
	}
	jar, err := cookiejar.New(nil)
	must(t, err)
	b := &ssoBrowser{t: t, http: &http.Client{Jar: jar, Timeout: 20 * time.Second}}
	at, _ := b.follow(party + "/staff/")
	if !strings.HasPrefix(at.String(), provider+"/sso/saml#") {
		t.Fatalf("signed out, one is sent to %s", at)
	}
	ask := at.Fragment
	if step := b.post(provider+"/sso/api/saml/ask", map[string]any{"ask": ask}); step["signIn"] != true {
		t.Fatalf("not asked to sign in: %v", step)
	}
	signIn := func() {
		b.post(provider+"/auth/sign-in", map[string]any{"address": "ann@city.example", "password": outside.Password})
	}
	signIn()
	step := b.post(provider+"/sso/api/saml/ask", map[string]any{"ask": ask})
	consent, ok := step["consent"].(map[string]any)
	if !ok || consent["client"] != "Attendance" {
		t.Fatalf("not asked for consent: %v", step)
	}
	step = b.post(provider+"/sso/api/saml/answer", map[string]any{"ask": ask, "token": consent["token"], "allow": true})
	if at, user := b.follow(step["redirect"].(string)); at.String() != party+"/staff/" || user != "ann@city.example" {
		t.Fatalf("signed on as %q at %s", user, at)
	}
	if b.cipher != cipher {
		t.Errorf("the assertion went by %q, want %q", b.cipher, cipher)
	}

	// Out at Mellon: its own session and ours.
	if at, _ := b.follow(party + "/staff/mellon/logout?ReturnTo=" + url.QueryEscape(party+"/")); at.String() != party+"/" {
		t.Errorf("the sign-out leads to %s", at)
	}
	if at, _ := b.follow(party + "/staff/"); !strings.HasPrefix(at.String(), provider+"/sso/saml#") {
		t.Errorf("after the sign-out one is still let in: %s", at)
	}

	// In again: the consent is kept, so the browser passes through.
	signIn()
	if at, user := b.follow(party + "/staff/"); at.String() != party+"/staff/" || user != "ann@city.example" {
		t.Errorf("the second time: %q at %s", user, at)
	}
	list, err := s.Run(t.Context(), "sso", "saml", "list")
	if must(t, err); !strings.Contains(list, service) || !strings.Contains(list, "signed") || strings.Contains(list, "encrypted") != (cipher != "") {
		t.Errorf("list: %s", list)
	}
	_, err = s.Run(t.Context(), "sso", "saml", "remove", service)
	must(t, err)
	b.follow(party + "/staff/mellon/logout?ReturnTo=" + url.QueryEscape(party+"/"))
	if at, _ := b.follow(party + "/staff/"); at.String() != provider+"/sso/refused" {
		t.Errorf("a removed service leads to %s", at)
	}
}
