package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"chancery/cmd/bench/outside"
	"chancery/kit/testkit"
)

// TestCardProgram registers a card and signs in by it, where the program of
// cards answers with the key in a token: what its window would tell the page
// is handed over as the page does. web/e2e/card.spec.ts is the window.
func TestCardProgram(t *testing.T) {
	p := newPKI(t)
	card := &testkit.CardProgram{PIN: "123456", Serial: "TP00000000000001", Sign: func(ctx context.Context, text []byte) ([]byte, error) {
		env := []string{"SOFTHSM2_CONF=" + p.file("softhsm2.conf"), "PKCS11_MODULE_PATH=" + p.module}
		return testkit.SignCMS(ctx, p.dir, env, text, "-signer", p.file("ann.pem"), "-engine", "pkcs11", "-keyform", "engine", "-inkey", tokenKey)
	}}
	program := httptest.NewServer(card)
	defer program.Close()
	said := func(text, pin string) (a struct {
		Func      string
		Code      int64 `json:"ret_code"`
		Last      int64 `json:"last_error"`
		Signature string
	}) {
		t.Helper()
		body, err := json.Marshal(map[string]string{"func": "MakeSignature", "signatureType": "PKCS7", "hashAlgorithm": "SHA256", "tbs": url.QueryEscape(text), "tbsEncoding": "NONE", "pin": url.QueryEscape(pin)})
		must(t, err)
		res, err := http.Post(program.URL+"/sign", "application/x-www-form-urlencoded", strings.NewReader("tbsPackage="+string(body)))
		must(t, err)
		defer res.Body.Close()
		must(t, json.NewDecoder(res.Body).Decode(&a))
		return a
	}
	s := server(t, t.TempDir(), fmt.Sprintf("certificates.challenge = true\ncertificates.anchors = [%q]\ncertificates.revocation = \"off\"\n", p.file("ca.pem")), "ann@city.example")
	start(t, s)
	pass := func(v visitor, what map[string]any) string {
		t.Helper()
		c := v.post(v.here+"/sso/api/cert/challenge", what)
		a := said(fmt.Sprint(c["text"]), "123456")
		if a.Func != "sign" || a.Code != 0 || a.Signature == "" {
			t.Fatalf("the program said %+v", a)
		}
		return fmt.Sprint(v.post(v.here+"/sso/api/cert/signed", map[string]any{"ask": c["ask"], "signature": a.Signature})["pass"])
	}
	v := visit(t, s)
	v.post(v.here+"/auth/sign-in", map[string]any{"address": "ann@city.example", "password": outside.Password})
	if added := v.post(v.here+"/sso/api/cert/add", map[string]any{"ask": pass(v, map[string]any{"client": "add"})}); !strings.Contains(fmt.Sprint(added["name"]), "Ann") {
		t.Fatalf("added: %v", added)
	}
	v = visit(t, s)
	v.post(v.here+"/sso/api/cert/finish", map[string]any{"ask": pass(v, nil)})
	if got := v.me(); got != "ann@city.example" {
		t.Errorf("signed in as %q", got)
	}
	// The card counts its wrong PINs; no signature leaves it meanwhile.
	for n, want := range []int64{testkit.CardTwoLeft, testkit.CardOneLeft, testkit.CardLocked} {
		if a := said("text", "000000"); a.Code != testkit.CardLogin || a.Last != want || a.Signature != "" {
			t.Errorf("wrong PIN %d: %+v", n, a)
		}
	}
	if a := said("text", "123456"); a.Last != testkit.CardLocked {
		t.Errorf("a locked card: %+v", a)
	}
}
