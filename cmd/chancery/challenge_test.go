package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chancery/cmd/bench/outside"
)

// signText has the key in the token sign a text: by OpenSSL's CMS and the PKCS
// #11 engine, with neither TLS nor a browser.
func (p *pki) signText(text string, words ...string) string {
	p.t.Helper()
	must(p.t, os.WriteFile(p.file("text"), []byte(text), 0o600))
	return p.run("openssl", append([]string{"cms", "-sign", "-binary", "-in", "text", "-signer", "ann.pem", "-engine", "pkcs11", "-keyform", "engine", "-inkey", tokenKey, "-outform", "PEM"}, words...)...)
}

// cutPEM cuts a signature out of what OpenSSL says around it.
func cutPEM(t *testing.T, said string) string {
	t.Helper()
	at := strings.Index(said, "-----BEGIN ")
	if at < 0 {
		t.Fatalf("no signature: %s", said)
	}
	return said[at:]
}

// TestChallenge registers a card and signs in by texts that the key in its
// token signed, where no listener asks for certificates, until it is revoked.
func TestChallenge(t *testing.T) {
	p := newPKI(t)
	crl := filepath.Join(t.TempDir(), "city.crl")
	p.list(crl)
	s := server(t, t.TempDir(), fmt.Sprintf("certificates.challenge = true\ncertificates.anchors = [%q]\ncertificates.rules = [\"serial\"]\ncertificates.lists = [%q]\n", p.file("ca.pem"), crl), "ann@city.example")
	start(t, s)
	v := visit(t, s)
	v.post(v.here+"/auth/sign-in", map[string]any{"address": "ann@city.example", "password": outside.Password})
	pass := func(v visitor, what map[string]any, words ...string) string {
		t.Helper()
		c := v.post(v.here+"/sso/api/cert/challenge", what)
		if !strings.Contains(fmt.Sprint(c["text"]), v.here) {
			t.Fatalf("the text to sign: %v", c)
		}
		body, err := json.Marshal(map[string]any{"ask": c["ask"], "signature": cutPEM(t, p.signText(fmt.Sprint(c["text"]), words...))})
		must(t, err)
		res, err := v.http.Post(v.here+"/sso/api/cert/signed", "application/json", bytes.NewReader(body))
		must(t, err)
		defer res.Body.Close()
		var out struct{ Pass, Type string }
		must(t, json.NewDecoder(res.Body).Decode(&out))
		if out.Pass == "" {
			return "failed." + out.Type[strings.LastIndex(out.Type, ":")+1:]
		}
		return out.Pass
	}
	if added := v.post(v.here+"/sso/api/cert/add", map[string]any{"ask": pass(v, map[string]any{"client": "add"})}); !strings.Contains(fmt.Sprint(added["name"]), "Ann") {
		t.Fatalf("added: %v", added)
	}
	in := func(words ...string) string {
		t.Helper()
		v := visit(t, s)
		got := pass(v, nil, words...)
		if strings.HasPrefix(got, "failed.") {
			return got
		}
		v.post(v.here+"/sso/api/cert/finish", map[string]any{"ask": got})
		return v.me()
	}
	for name, words := range map[string][]string{"detached": nil, "with the text": {"-nodetach"}, "SHA-512": {"-md", "sha512"}, "PSS": {"-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:digest"}} {
		if got := in(words...); got != "ann@city.example" {
			t.Errorf("%s: signed in as %q", name, got)
		}
	}
	for name, words := range map[string][]string{"no signed attributes": {"-noattr"}, "SHA-1": {"-md", "sha1"}} {
		if got := in(words...); got != "failed.unreadable" {
			t.Errorf("%s: signed in as %q", name, got)
		}
	}
	p.run("openssl", "ca", "-config", "ca.cnf", "-revoke", "ann.pem")
	p.list(crl)
	s.Kill()
	start(t, s)
	if got := in(); got != "failed.revoked" {
		t.Errorf("revoked: signed in as %q", got)
	}
}
