package main

import (
	"bufio"
	"crypto/tls"
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
	"testing"
	"time"

	"chancery/cmd/bench/outside"
)

// authorityConf is an authority as openssl keeps it.
const authorityConf = `[ca]
default_ca = own
[own]
dir = .
database = index.txt
serial = serial
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_days = 30
default_crl_days = 7
crlnumber = crlnumber
crl_extensions = list
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = supplied
serialNumber = optional
[person]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
[list]
authorityKeyIdentifier = keyid
[responder]
extendedKeyUsage = OCSPSigning
[req]
distinguished_name = dn
[dn]
`

// pki is an authority of openssl and a token of SoftHSM, in a folder.
type pki struct {
	t      *testing.T
	dir    string
	module string
}

func (p *pki) run(name string, args ...string) string {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), name, args...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "SOFTHSM2_CONF="+filepath.Join(p.dir, "softhsm2.conf"), "PKCS11_MODULE_PATH="+p.module)
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func (p *pki) file(name string) string { return filepath.Join(p.dir, name) }

const tokenKey = "pkcs11:token=card;object=sign;type=private;pin-value=123456"

// newPKI makes an authority, a token with a key that was made inside it, and
// the certificate of that key.
func newPKI(t *testing.T) *pki {
	t.Helper()
	for _, name := range []string{"openssl", "softhsm2-util", "pkcs11-tool", "curl"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(name + " is not installed (make setup)")
		}
	}
	found, _ := filepath.Glob("/usr/lib/*/softhsm/libsofthsm2.so")
	engine, _ := filepath.Glob("/usr/lib/*/engines-3/pkcs11.so")
	if len(found) == 0 || len(engine) == 0 {
		t.Skip("SoftHSM or the PKCS #11 engine of OpenSSL is not installed (make setup)")
	}
	p := &pki{t: t, dir: t.TempDir(), module: found[0]}
	must(t, os.Mkdir(p.file("tokens"), 0o700))
	must(t, os.WriteFile(p.file("softhsm2.conf"), []byte("directories.tokendir = "+p.file("tokens")+"\nobjectstore.backend = file\nlog.level = ERROR\n"), 0o600))
	must(t, os.WriteFile(p.file("ca.cnf"), []byte(authorityConf), 0o600))
	must(t, os.WriteFile(p.file("index.txt"), nil, 0o600))
	must(t, os.WriteFile(p.file("serial"), []byte("1000\n"), 0o600))
	must(t, os.WriteFile(p.file("crlnumber"), []byte("01\n"), 0o600))
	p.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "60", "-subj", "/CN=City CA",
		"-addext", "keyUsage=critical,keyCertSign,cRLSign")
	p.run("softhsm2-util", "--init-token", "--free", "--label", "card", "--pin", "123456", "--so-pin", "12345678")
	p.run("pkcs11-tool", "--module", p.module, "--token-label", "card", "--login", "--pin", "123456", "--keypairgen", "--key-type", "rsa:2048", "--label", "sign", "--id", "01")
	p.run("openssl", "req", "-new", "-config", "ca.cnf", "-engine", "pkcs11", "-keyform", "engine", "-key", tokenKey, "-subj", "/CN=Ann/serialNumber=1010101010101010", "-out", "ann.csr")
	p.sign("ann", "person")
	p.run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-config", "ca.cnf", "-keyout", "responder.key", "-subj", "/CN=Responder", "-out", "responder.csr")
	p.sign("responder", "responder")
	return p
}

func (p *pki) sign(name, kind string) {
	p.t.Helper()
	p.run("openssl", "ca", "-batch", "-config", "ca.cnf", "-extensions", kind, "-in", name+".csr", "-out", name+".pem", "-notext")
}

func (p *pki) list(to string) {
	p.t.Helper()
	p.run("openssl", "ca", "-gencrl", "-config", "ca.cnf", "-out", "new.crl")
	must(p.t, os.Rename(p.file("new.crl"), to))
}

// answer starts the responder of openssl, and returns what ends it.
func (p *pki) answer(addr string) (stop func()) {
	p.t.Helper()
	_, port, _ := net.SplitHostPort(addr)
	cmd := exec.Command("openssl", "ocsp", "-index", "index.txt", "-port", port, "-rsigner", "responder.pem", "-rkey", "responder.key", "-CA", "ca.pem", "-nmin", "5", "-ignore_err")
	cmd.Dir = p.dir
	said, err := cmd.StdoutPipe()
	must(p.t, err)
	cmd.Stderr = cmd.Stdout
	must(p.t, cmd.Start())
	stop = func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	p.t.Cleanup(stop)
	// It has to be waited for by what it says: it serves one connection after
	// the other, and one that only looks would hold it up for good.
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if strings.Contains(lines.Text(), "waiting") {
			go func() {
				for lines.Scan() { // else it ends when the pipe is full
				}
			}()
			return stop
		}
	}
	p.t.Fatal("openssl ocsp does not answer")
	return stop
}

func freeAddr(t *testing.T) string {
	t.Helper()
	free, err := outside.FreePorts(1)
	must(t, err)
	return free[0]
}

// visitor is a browser that signs in by what it shows.
type visitor struct {
	*ssoBrowser
	here string
}

func visit(t *testing.T, s *outside.Server) visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	return visitor{&ssoBrowser{t: t, http: &http.Client{Jar: jar, Timeout: 20 * time.Second}}, "http://" + s.HTTP}
}

// begin asks for the way to the listener, and returns it with the cookie.
func (v visitor) begin(what map[string]any) (to, secret string) {
	v.t.Helper()
	step := v.post(v.here+"/sso/api/cert/begin", what)
	at, err := url.Parse(v.here + "/sso/")
	must(v.t, err)
	for _, c := range v.http.Jar.Cookies(at) {
		if c.Name == "chancery-cert" {
			secret = c.Name + "=" + c.Value
		}
	}
	to, _ = step["redirect"].(string)
	return to, secret
}

// passOf reads the pass of a redirect that curl or a client was given.
func passOf(t *testing.T, location, here string) string {
	t.Helper()
	u, err := url.Parse(location)
	must(t, err)
	if u.Scheme+"://"+u.Host != here || u.Path != "/sso/cert" {
		t.Fatalf("sent to %s", location)
	}
	return u.Fragment
}

// show goes to the listener with the key in the token.
func (p *pki) show(to, secret, here string) string {
	p.t.Helper()
	out := p.run("curl", "-sS", "-k", "-o", "/dev/null", "-w", "%{redirect_url}", "-b", secret, "--engine", "pkcs11", "--key-type", "ENG", "--key", tokenKey, "--cert", "ann.pem", to)
	return passOf(p.t, strings.TrimSpace(out), here)
}

func (v visitor) me() string {
	v.t.Helper()
	res, err := v.http.Get(v.here + "/auth/me")
	must(v.t, err)
	defer res.Body.Close()
	var me struct{ Address string }
	_ = json.NewDecoder(res.Body).Decode(&me)
	return me.Address
}

// TestCertificate signs in through the real doors with a key that was made in
// a token and never leaves it, until the certificate is revoked: by OCSP, and
// by a list.
func TestCertificate(t *testing.T) {
	p := newPKI(t)
	door, responder, dir := freeAddr(t), freeAddr(t), t.TempDir()
	crl := filepath.Join(t.TempDir(), "city.crl")
	conf := fmt.Sprintf("certificates.listen = %q\ncertificates.anchors = [%q]\ncertificates.rules = [\"serial\"]\ncertificates.refresh = \"1ms\"\ncertificates.recheck = \"1s\"\n", door, p.file("ca.pem"))
	s := server(t, dir, conf+fmt.Sprintf("certificates.hosts = [%q]\ncertificates.responder = %q\n", responder, "http://"+responder), "ann@city.example")
	start(t, s)
	stop := p.answer(responder)

	v := visit(t, s)
	// Ann registers her card herself, by presenting it.
	v.post(v.here+"/auth/sign-in", map[string]any{"address": "ann@city.example", "password": outside.Password})
	to, secret := v.begin(map[string]any{"client": "add"})
	if added := v.post(v.here+"/sso/api/cert/add", map[string]any{"ask": p.show(to, secret, v.here)}); !strings.Contains(fmt.Sprint(added["name"]), "Ann") {
		t.Errorf("added: %v", added)
	}
	var held visitor // the browser that came last
	in := func() string {
		t.Helper()
		v := visit(t, s)
		held = v
		to, secret := v.begin(nil)
		pass := p.show(to, secret, v.here)
		if strings.HasPrefix(pass, "failed.") {
			return pass
		}
		v.post(v.here+"/sso/api/cert/finish", map[string]any{"ask": pass})
		return v.me()
	}
	if got := in(); got != "ann@city.example" {
		t.Errorf("signed in as %q", got)
	}
	out, err := s.Run(t.Context(), "certificate", "check", p.file("ann.pem"))
	if err != nil || !strings.Contains(out, "lets in ann@city.example by the rule serial") {
		t.Errorf("check: %q, %v", out, err)
	}
	stop()
	if got := in(); got != "ann@city.example" { // within the answer's own time
		t.Errorf("the responder is down, its answer still holds: %q", got)
	}
	opened := held
	s.Kill()
	start(t, s)
	if got := in(); got != "failed.unchecked" {
		t.Errorf("the responder is down: %q", got)
	}
	time.Sleep(3 * time.Second) // it is asked again and again, and does not answer
	if got := opened.me(); got != "ann@city.example" {
		t.Errorf("the session of before, while it is not known: %q", got)
	}
	p.run("openssl", "ca", "-config", "ca.cnf", "-revoke", "ann.pem")
	p.answer(responder)
	s.Kill()
	start(t, s)
	if got := in(); got != "failed.revoked" {
		t.Errorf("revoked: %q", got)
	}
	for end := time.Now().Add(30 * time.Second); opened.me() != ""; time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the session that the certificate opened goes on")
		}
	}
	s.Kill()
	// The same by a list, as a file.
	p.list(crl)
	s2 := server(t, dir, conf+fmt.Sprintf("certificates.lists = [%q]\n", crl))
	start(t, s2)
	s = s2
	if got := in(); got != "failed.revoked" {
		t.Errorf("revoked by a list: %q", got)
	}
}

// TestCertificateDoor is what the listener does not do.
func TestCertificateDoor(t *testing.T) {
	p := newPKI(t)
	door := freeAddr(t)
	s := server(t, t.TempDir(), fmt.Sprintf("certificates.listen = %q\ncertificates.anchors = [%q]\ncertificates.revocation = \"off\"\n", door, p.file("ca.pem")), "ann@city.example")
	start(t, s)
	if _, err := s.Run(t.Context(), "certificate", "add", "ann@city.example", p.file("ann.pem")); err != nil {
		t.Fatal(err)
	}
	p.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "own.key", "-out", "own.pem", "-days", "9", "-subj", "/CN=Ann/serialNumber=1010101010101010", "-addext", "extendedKeyUsage=clientAuth", "-addext", "keyUsage=digitalSignature", "-addext", "basicConstraints=CA:FALSE")
	own, err := tls.LoadX509KeyPair(p.file("own.pem"), p.file("own.key"))
	must(t, err)
	stolen, err := tls.LoadX509KeyPair(p.file("own.pem"), p.file("own.key")) // ann's certificate with another's key
	must(t, err)
	stolen.Certificate[0] = pemOf(t, p.file("ann.pem"))
	show := func(to, secret string, certificates ...tls.Certificate) (*http.Response, error) {
		c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			if len(certificates) == 0 {
				return &tls.Certificate{}, nil
			}
			return &certificates[0], nil
		}}}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: 10 * time.Second}
		r, err := http.NewRequest("GET", to, nil)
		must(t, err)
		r.Header.Set("Cookie", secret)
		return c.Do(r)
	}
	for name, c := range map[string]struct {
		show []tls.Certificate
		want string
	}{"nothing": {nil, "failed.none"}, "one of their own making": {[]tls.Certificate{own}, "failed.untrusted"}} {
		v := visit(t, s)
		to, secret := v.begin(nil)
		res, err := show(to, secret, c.show...)
		must(t, err)
		res.Body.Close()
		if pass := passOf(t, res.Header.Get("Location"), v.here); pass != c.want {
			t.Errorf("who shows %s: %s", name, pass)
		}
	}
	v := visit(t, s)
	to, secret := v.begin(nil)
	if res, err := show(to, secret, stolen); err == nil {
		res.Body.Close()
		t.Errorf("somebody else's certificate without its key: %s", res.Header.Get("Location"))
	}
	for _, path := range []string{"/", "/auth/me", "/.well-known/jmap", "/healthz"} {
		if res, err := show("https://"+door+path, ""); err != nil || res.StatusCode != http.StatusNotFound {
			t.Errorf("%s is served on the listener for certificates: %v, %v", path, res, err)
		}
	}
	// The header of a proxy is nothing from anybody else.
	r, err := http.NewRequest("GET", v.here+"/sso/cert/present?ask="+to[strings.Index(to, "ask=")+4:], nil)
	must(t, err)
	r.Header.Set("Client-Cert", ":AAAA:")
	res, err := v.http.Do(r)
	must(t, err)
	res.Body.Close()
	if res.StatusCode == http.StatusSeeOther || strings.Contains(res.Request.URL.Path, "/sso/cert") && res.Request.URL.Path != "/sso/cert/present" {
		t.Errorf("the header is taken: %s", res.Status)
	}
	renegotiated(t, p, door)
}

// renegotiated asks the listener to prove the key anew within a connection,
// which could be another's key (RFC 5746): it does not.
func renegotiated(t *testing.T, p *pki, door string) {
	t.Helper()
	cmd := exec.Command("openssl", "s_client", "-connect", door, "-tls1_2", "-cert", p.file("own.pem"), "-key", p.file("own.key"))
	in, err := cmd.StdinPipe()
	must(t, err)
	go func() {
		time.Sleep(500 * time.Millisecond)
		_, _ = io.WriteString(in, "R\n")
		time.Sleep(500 * time.Millisecond)
		_, _ = io.WriteString(in, "GET / HTTP/1.0\r\n\r\n")
		time.Sleep(500 * time.Millisecond)
		in.Close()
	}()
	out, _ := cmd.CombinedOutput()
	if text := string(out); !strings.Contains(text, "RENEGOTIATING") || strings.Contains(text, "HTTP/1.") {
		t.Errorf("renegotiation: %s", text[max(0, len(text)-600):])
	}
}

func pemOf(t *testing.T, path string) []byte {
	t.Helper()
	list, err := readCertificate(path)
	must(t, err)
	return list[0].Raw
}
