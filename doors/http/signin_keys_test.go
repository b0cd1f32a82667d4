package httpdoor

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"chancery/kit/errs"
)

// told is an error with a word for clients.
type told struct{ error }

func (told) Reason() string  { return "linkUsed" }
func (t told) Unwrap() error { return t.error }

func (p *people) Enrol(_ context.Context, ticket, method, _ string, _ Peer) (FirstFactor, error) {
	if ticket != "ticket of new@b" {
		return FirstFactor{}, errs.E(errs.Unauthenticated, "no")
	}
	return FirstFactor{Secret: method + " secret", QR: []byte("PNG")}, nil
}

func (p *people) AskPasskey(_ context.Context, peer Peer) (SignInStep, error) {
	return SignInStep{Ticket: "question at " + peer.Site, Methods: []string{"key"}, Options: json.RawMessage(`{"challenge":"x"}`)}, nil
}

func (p *people) AnswerPasskey(ctx context.Context, ticket, answer string, peer Peer) (SignInStep, error) {
	if ticket != "question at "+peer.Site || answer != `{"id":"k"}` {
		return SignInStep{}, errs.E(errs.Unauthenticated, "no")
	}
	s, err := p.Verify(ctx, "key@b", "right", peer.Addr)
	return SignInStep{Subject: s, Codes: []string{"aaaa"}}, err
}

func (p *people) ToAccept(context.Context, Subject) (int, error) { return 0, nil }

func (p *people) Due(_ context.Context, s Subject) (time.Time, error) {
	if s.Address == "due@b" {
		return time.Date(2027, 5, 21, 8, 0, 0, 0, time.UTC), nil
	}
	return time.Time{}, nil
}

func (p *people) AskUnlock(_ context.Context, address, note string, _ Peer) error {
	if note == "again" {
		return errs.E(errs.RateLimited, "Too many words from %s.", address)
	}
	return nil
}

func (p *people) AskReset(_ context.Context, _ string, peer Peer) error {
	if peer.Site != "http://host" {
		return errs.E(errs.Internal, "the link leads to %s", peer.Site)
	}
	return nil
}

func (p *people) Reset(_ context.Context, token, password string, _ Peer) error {
	if token != "good" || password != "A long password" {
		return told{errs.E(errs.NotFound, "The link was used already.")}
	}
	return nil
}

func (p *people) SendCode(_ context.Context, ticket, _ string, _ Peer) (SentCode, error) {
	if ticket != "ticket of new@b" {
		return SentCode{}, errs.E(errs.Unauthenticated, "no")
	}
	return SentCode{To: "…678", Late: true}, nil
}

func (p *people) Disown(_ context.Context, token string, _ Peer) error {
	if token != "good" {
		return told{errs.E(errs.NotFound, "The link was used already.")}
	}
	return nil
}

// TestWaysIn walks the addresses of enrolment, passkeys and "this was not me".
func TestWaysIn(t *testing.T) {
	d := newDoor(t, nil)
	for _, c := range []struct {
		name, path, body string
		status           int
		want             string
		cookies          int
	}{
		{"a factor to be added", "enrol", `{"ticket":"ticket of new@b","method":"totp","name":"App"}`, 200, `{"secret":"totp secret","qr":"UE5H"}`, 0},
		{"with a made up ticket", "enrol", `{"ticket":"x","method":"totp","name":"App"}`, 401, `no`, 0},
		{"a code by SMS", "code", `{"ticket":"ticket of new@b"}`, 200, `{"to":"…678","late":true}`, 0},
		{"with a made up ticket", "code", `{"ticket":"x"}`, 401, `no`, 0},
		{"a question to a passkey", "passkey", `{}`, 200, `{"ticket":"question at http://host","methods":["key"],"options":{"challenge":"x"}}`, 0},
		{"its answer", "passkey", `{"ticket":"question at http://host","answer":{"id":"k"}}`, 200, `{"codes":["aaaa"]}`, 2},
		{"an answer to another site", "passkey", `{"ticket":"question at http://evil","answer":{"id":"k"}}`, 401, `no`, 0},
		{"not me", "not-me", `{"token":"good"}`, 204, ``, 0},
		{"not me, twice", "not-me", `{"token":"used"}`, 404, `"type":"urn:chancery:problem:linkUsed"`, 0},
		{"a word to the administrator", "help", `{"address":"a@b","note":"Room 5"}`, 204, ``, 0},
		{"a word of nobody", "help", `{"note":"Room 5"}`, 400, `address`, 0},
		{"too many words", "help", `{"address":"a@b","note":"again"}`, 429, ``, 0},
		{"a forgotten password", "forgot", `{"address":"a@b"}`, 204, ``, 0},
		{"of nobody", "forgot", `{}`, 400, `address`, 0},
		{"a new one by the link", "reset", `{"token":"good","password":"A long password"}`, 204, ``, 0},
		{"by a used link", "reset", `{"token":"used","password":"A long password"}`, 404, `"type":"urn:chancery:problem:linkUsed"`, 0},
		{"no JSON", "not-me", `token=good`, 400, `not a sign-in`, 0},
		{"too much", "passkey", `{"ticket":"` + strings.Repeat("x", maxSignIn) + `"}`, 400, `not a sign-in`, 0},
	} {
		r := ask(d, "POST", "http://host/auth/"+c.path, c.body, jsonType)
		if got := text(t, r); r.StatusCode != c.status || !strings.Contains(got, c.want) || len(r.Cookies()) != c.cookies || r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s %v", c.name, r.StatusCode, got, r.Cookies())
		}
	}
}

// TestPasswordDue tells the client of a password that has to be changed.
func TestPasswordDue(t *testing.T) {
	d := newDoor(t, nil)
	for address, want := range map[string]string{"due@b": `"passwordDue":"2027-05-21T08:00:00Z"`, "a@b": `"offline":true}`} {
		r := ask(d, "POST", "http://host/auth/sign-in", `{"address":"`+address+`","password":"right"}`, jsonType)
		me := ask(d, "GET", "http://host/auth/me", "", "Cookie: "+r.Cookies()[0].Name+"="+r.Cookies()[0].Value)
		if got := text(t, me); !strings.Contains(got, want) {
			t.Errorf("%s: %s", address, got)
		}
	}
}

// TestForgedSignIn has a page of another site send each step of a sign-in:
// none is taken (CSRF on sign-in), nor over a line that others can read.
func TestForgedSignIn(t *testing.T) {
	d := newDoor(t, nil)
	for path, body := range map[string]string{
		"sign-in": `{"address":"a@b","password":"right"}`,
		"answer":  `{"ticket":"ticket of two@b","method":"totp","code":"123456"}`,
		"enrol":   `{"ticket":"ticket of new@b","method":"totp","name":"App"}`,
		"code":    `{"ticket":"ticket of new@b"}`,
		"passkey": `{"ticket":"question at http://host","answer":{"id":"k"}}`,
		"not-me":  `{"token":"good"}`,
		"help":    `{"address":"a@b"}`,
		"forgot":  `{"address":"a@b"}`,
		"reset":   `{"token":"good","password":"A long password"}`,
	} {
		for name, headers := range map[string][]string{
			"by fetch metadata":   {jsonType, "Sec-Fetch-Site: cross-site"},
			"by a sister site":    {jsonType, "Sec-Fetch-Site: same-site"},
			"by origin":           {jsonType, "Origin: https://evil.test"},
			"by a form":           {"Content-Type: text/plain"},
			"by a form, encoded":  {"Content-Type: application/x-www-form-urlencoded"},
			"without a type":      {},
			"over an open line":   {jsonType, "Remote: 192.0.2.1:1"},
			"from a sealed frame": {jsonType, "Origin: null"},
		} {
			r := ask(d, "POST", "http://host/auth/"+path, body, headers...)
			if r.StatusCode != http.StatusForbidden && r.StatusCode != http.StatusBadRequest || len(r.Cookies()) > 0 {
				t.Errorf("%s %s: %d", path, name, r.StatusCode)
			}
		}
	}
	// A link or picture is a GET: it opens and ends nothing.
	for _, path := range []string{"sign-in", "passkey", "not-me?token=good", "sign-out"} {
		if r := ask(d, "GET", "http://host/auth/"+path, ""); r.StatusCode < 400 || len(r.Cookies()) > 0 {
			t.Errorf("GET %s: %d", path, r.StatusCode)
		}
	}
}

// TestDeviceCookie keeps the browser's token beside that of its session, and
// after signing out; pages tell nobody where they were called from.
func TestDeviceCookie(t *testing.T) {
	d := newDoor(t, nil)
	r := ask(d, "POST", "https://host/auth/sign-in", `{"address":"a@b","password":"right"}`, jsonType, "TLS: yes")
	all := r.Cookies()
	if len(all) != 2 || all[1].Name != "__Host-chancery-device" || !all[1].Secure || !all[1].HttpOnly || all[1].Path != "/" || all[1].Domain != "" || !all[1].Expires.After(all[0].Expires) {
		t.Fatalf("%+v", all)
	}
	out := ask(d, "POST", "https://host/auth/sign-out", "", "TLS: yes", "Cookie: "+all[0].Name+"="+all[0].Value)
	if gone := out.Cookies(); len(gone) != 1 || gone[0].Name != all[0].Name || gone[0].MaxAge >= 0 {
		t.Errorf("%+v", gone)
	}
	if got := ask(d, "GET", "https://host/not-me", "", "TLS: yes").Header.Get("Referrer-Policy"); got != "no-referrer" {
		t.Errorf("the page of the link tells others its address: %q", got)
	}
}
