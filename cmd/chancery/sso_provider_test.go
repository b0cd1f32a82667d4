package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chancery/cmd/bench/outside"
)

// TestAgencySignsIn lets one office sign people in by another's OpenID
// provider: its own sign-in there, consent or none, and in here.
func TestAgencySignsIn(t *testing.T) {
	there := server(t, t.TempDir(), "", "ann@city.example", "eve@city.example")
	start(t, there)
	ours := server(t, t.TempDir(), "", "ann@city.example")
	start(t, ours)
	// By two names, since cookies do not tell ports apart.
	provider, here := "http://"+strings.Replace(there.HTTP, "127.0.0.1", "localhost", 1), "http://"+ours.HTTP
	out, err := there.Run(t.Context(), "sso", "client", "add", "Mail of the city", "--redirect", here+"/sso/in/back", "--consent", "never")
	must(t, err)
	words := strings.Fields(out)
	if len(words) != 4 {
		t.Fatalf("sso client add says %q", out)
	}
	cmd := ours.Command(t.Context(), "sso", "provider", "add", "Agency", "--issuer", provider, "--client", words[1], "--secret-stdin", "--domain", "city.example")
	cmd.Stdin = strings.NewReader(words[3] + "\n")
	said, err := cmd.Output()
	must(t, err)
	id := strings.TrimSpace(strings.TrimPrefix(string(said), "provider "))

	ways := func(b *ssoBrowser) (list []struct{ ID string }) {
		t.Helper()
		res, err := b.http.Get(here + "/auth/ways")
		must(t, err)
		defer res.Body.Close()
		out := struct{ Providers *[]struct{ ID string } }{&list}
		must(t, json.NewDecoder(res.Body).Decode(&out))
		return list
	}
	in := func(address string) (fragment string, b *ssoBrowser) {
		t.Helper()
		jar, err := cookiejar.New(nil)
		must(t, err)
		b = &ssoBrowser{t: t, http: &http.Client{Jar: jar, Timeout: 20 * time.Second}}
		if list := ways(b); len(list) != 1 || list[0].ID != id {
			t.Fatalf("ways: %v", list)
		}
		step := b.post(here+"/sso/api/in/begin", map[string]any{"client": id})
		at, _ := b.get(step["redirect"].(string))
		if !strings.HasPrefix(at.String(), provider+"/sso/ask#") {
			t.Fatalf("one is sent to %s", at)
		}
		b.post(provider+"/auth/sign-in", map[string]any{"address": address, "password": outside.Password})
		step = b.post(provider+"/sso/api/ask", map[string]any{"ask": at.Fragment})
		at, _ = b.get(step["redirect"].(string))
		if at.Host != ours.HTTP || at.Path != "/sso/in" {
			t.Fatalf("back at %s", at)
		}
		return at.Fragment, b
	}
	pass, b := in("ann@city.example")
	b.post(here+"/sso/api/in/finish", map[string]any{"ask": pass})
	res, err := b.http.Get(here + "/auth/me")
	must(t, err)
	defer res.Body.Close()
	var me struct{ Address string }
	if err := json.NewDecoder(res.Body).Decode(&me); err != nil || me.Address != "ann@city.example" {
		t.Errorf("signed in as %q: %v", me.Address, err)
	}
	if pass, _ := in("eve@city.example"); pass != "failed.forbidden" {
		t.Errorf("somebody without an account comes back with %s", pass)
	}
	list, err := ours.Run(t.Context(), "sso", "provider", "list")
	if must(t, err); !strings.Contains(list, provider) || strings.Contains(list, words[3]) {
		t.Errorf("list: %s", list)
	}
	_, err = ours.Run(t.Context(), "sso", "provider", "remove", id)
	must(t, err)
	if list := ways(b); len(list) != 0 {
		t.Errorf("after the removal: %v", list)
	}
}

// TestAgencySignsInBySAML is the same by SAML: each office reads the other's
// metadata.
func TestAgencySignsInBySAML(t *testing.T) {
	there := server(t, t.TempDir(), "", "ann@city.example")
	start(t, there)
	ours := server(t, t.TempDir(), "", "ann@city.example")
	start(t, ours)
	provider, here := "http://"+strings.Replace(there.HTTP, "127.0.0.1", "localhost", 1), "http://"+ours.HTTP
	_, err := there.Run(t.Context(), "sso", "saml", "add", fetched(t, here+"/sso/in/metadata"), "--name", "Mail of the city", "--attribute", "mail", "--consent", "never")
	must(t, err)
	out, err := ours.Run(t.Context(), "sso", "provider", "add", "Agency", "--metadata", fetched(t, provider+"/saml/metadata"), "--domain", "city.example")
	must(t, err)
	id := strings.TrimSpace(strings.TrimPrefix(out, "provider "))
	jar, err := cookiejar.New(nil)
	must(t, err)
	b := &ssoBrowser{t: t, http: &http.Client{Jar: jar, Timeout: 20 * time.Second}}
	step := b.post(here+"/sso/api/in/begin", map[string]any{"client": id})
	at, _ := b.follow(step["redirect"].(string))
	if !strings.HasPrefix(at.String(), provider+"/sso/saml#") {
		t.Fatalf("one is sent to %s", at)
	}
	ask := at.Fragment
	b.post(provider+"/auth/sign-in", map[string]any{"address": "ann@city.example", "password": outside.Password})
	step = b.post(provider+"/sso/api/saml/ask", map[string]any{"ask": ask})
	at, _ = b.follow(step["redirect"].(string))
	if at.Host != ours.HTTP || at.Path != "/sso/in" {
		t.Fatalf("back at %s", at)
	}
	b.post(here+"/sso/api/in/finish", map[string]any{"ask": at.Fragment})
	res, err := b.http.Get(here + "/auth/me")
	must(t, err)
	defer res.Body.Close()
	var me struct{ Address string }
	if err := json.NewDecoder(res.Body).Decode(&me); err != nil || me.Address != "ann@city.example" {
		t.Errorf("signed in as %q: %v", me.Address, err)
	}
}

// fetched is a file with what an address answers.
func fetched(t *testing.T, address string) string {
	t.Helper()
	res, err := http.Get(address)
	must(t, err)
	defer res.Body.Close()
	doc, err := io.ReadAll(res.Body)
	must(t, err)
	file := filepath.Join(t.TempDir(), "metadata.xml")
	must(t, os.WriteFile(file, doc, 0o644))
	return file
}
