package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"chancery/cmd/bench/outside"
)

// browser signs in at the web client's own address as somebody's browser does.
type browser struct {
	t     *testing.T
	s     *outside.Server
	agent string
	http.Client
}

func newBrowser(t *testing.T, s *outside.Server, agent string) *browser {
	jar, err := cookiejar.New(nil)
	must(t, err)
	return &browser{t: t, s: s, agent: agent, Client: http.Client{Jar: jar}}
}

func (b *browser) ask(method, path, body string, into any) (status int) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, "http://"+b.s.HTTP+path, strings.NewReader(body))
	must(b.t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", b.agent)
	res, err := b.Do(r)
	must(b.t, err)
	defer res.Body.Close()
	if into != nil && res.StatusCode != http.StatusNoContent {
		must(b.t, json.NewDecoder(res.Body).Decode(into))
	}
	return res.StatusCode
}

// next is what a sign-in still wants.
type next struct {
	Methods []string
	Enrol   bool
	Options struct{ MinLength, Classes int }
}

func (b *browser) signIn(address, password string) (status int, more next) {
	b.t.Helper()
	status = b.ask("POST", "/auth/sign-in", `{"address":"`+address+`","password":"`+password+`"}`, &more)
	return status, more
}

// TestPresets holds every preset that ships to its regulation, at the real
// doors of a server that was started with it.
func TestPresets(t *testing.T) {
	tests := map[string]func(t *testing.T, s *outside.Server){
		"da-nang": daNang, "korea": korea, "single-phone": singlePhone, "certificate-outside": certificateOutside,
	}
	say := func(args ...string) string {
		out, err := exec.CommandContext(t.Context(), program(t), append([]string{"config", "presets"}, args...)...).Output()
		must(t, err)
		return string(out)
	}
	for line := range strings.Lines(say()) {
		name, title, _ := strings.Cut(strings.TrimSpace(line), " ")
		if tests[name] == nil || strings.TrimSpace(title) == "" {
			t.Errorf("preset %q (%q) has no test, or no title", name, title)
		}
		if text := say(name); !strings.Contains(text, strings.TrimSpace(title)) {
			t.Errorf("%s: %q", name, text)
		}
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := server(t, t.TempDir(), "presets = [\""+name+"\"]", "ann@city.example", "bob@city.example")
			start(t, s)
			test(t, s)
		})
	}
	t.Run("unknown", func(t *testing.T) {
		s, err := outside.New(program(t), t.TempDir(), "presets = [\"hanoi\"]")
		must(t, err)
		if err := s.AddAccounts(t.Context(), "ann@city.example"); err == nil || !strings.Contains(err.Error(), "da-nang, korea, single-phone") {
			t.Errorf("a preset that is not there: %v", err)
		}
	})
	t.Run("own file first", func(t *testing.T) {
		s := server(t, t.TempDir(), "presets = [\"da-nang\", \"single-phone\"]\nmail.default_quota = \"3GB\"", "ann@city.example")
		start(t, s)
		wantQuota(t, s, "3145728")
	})
}

func wantQuota(t *testing.T, s *outside.Server, kilobytes string) {
	t.Helper()
	answer, err := signedIn(t, s, "ann@city.example", "INBOX").Do(`GETQUOTAROOT INBOX`)
	must(t, err)
	found := false
	for _, l := range answer.Lines {
		found = found || strings.Contains(l.Text, "STORAGE 0 "+kilobytes)
	}
	if !found {
		t.Errorf("the quota is not %s KB: %v", kilobytes, answer.Lines)
	}
}

// daNang: D19, D20 and D23; D24 to D26 with a clock stand in identity.
func daNang(t *testing.T, s *outside.Server) {
	wantQuota(t, s, "2097152")
	letter := func(size int) []byte {
		file := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("x"), size))
		var b strings.Builder
		b.WriteString("From: ann@city.example\r\nTo: bob@city.example\r\nSubject: files\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
			"--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n")
		for part := range slices.Chunk([]byte(file), 76) {
			b.Write(part)
			b.WriteString("\r\n")
		}
		b.WriteString("--b--\r\n")
		return []byte(b.String())
	}
	c, err := outside.DialSMTP(s.Submission)
	must(t, err)
	defer c.Close()
	must(t, c.Login("ann@city.example", outside.Password))
	if err := c.Send("ann@city.example", []string{"bob@city.example"}, letter(20<<20)); err != nil {
		t.Errorf("20 MB: %v", err)
	}
	var refused *outside.SMTPError
	if err := c.Send("ann@city.example", []string{"bob@city.example"}, letter(20<<20+1)); !errors.As(err, &refused) || refused.Code != 552 {
		t.Errorf("more than 20 MB: %v", err)
	}
	j, err := outside.DialJMAP(s.HTTP, "ann@city.example", outside.Password)
	must(t, err)
	defer j.Close()
	j.Using = []string{"urn:ietf:params:jmap:sieve"}
	script, err := j.Upload(strings.NewReader("redirect \"me@else.example\";\n"))
	must(t, err)
	var set outside.SetResult
	must(t, j.Ask(&set, "SieveScript/set", map[string]any{"create": map[string]any{"s": map[string]any{"name": "on", "blobId": script}}, "onSuccessActivateScript": "#s"}))
	if err := set.Err(); err == nil || !strings.Contains(err.Error(), "outside") {
		t.Errorf("forwarding to outside: %v", err)
	}
	// The setting is what refuses it: an office that eases it is heard.
	eased := server(t, t.TempDir(), "presets = [\"da-nang\"]\nmail.forward_outside = true", "ann@city.example")
	start(t, eased)
	k, err := outside.DialJMAP(eased.HTTP, "ann@city.example", outside.Password)
	must(t, err)
	defer k.Close()
	k.Using = j.Using
	script, err = k.Upload(strings.NewReader("redirect \"me@else.example\";\n"))
	must(t, err)
	set = outside.SetResult{}
	must(t, k.Ask(&set, "SieveScript/set", map[string]any{"create": map[string]any{"s": map[string]any{"name": "on", "blobId": script}}, "onSuccessActivateScript": "#s"}))
	if err := set.Err(); err != nil {
		t.Errorf("forwarding to outside, where it is allowed: %v", err)
	}
}

// korea: K06 to K08.
func korea(t *testing.T, s *outside.Server) {
	status, more := newBrowser(t, s, "Firefox").signIn("ann@city.example", outside.Password)
	if status != http.StatusOK || !more.Enrol || !slices.Contains(more.Methods, "totp") {
		t.Errorf("with the password alone: %d %+v", status, more)
	}
	c, err := outside.DialIMAP(s.IMAP)
	must(t, err)
	defer c.Close()
	if err := c.Login("ann@city.example", outside.Password); err == nil {
		t.Error("a mail program came in with the password alone")
	}
	// Where one rule is eased, the others stay.
	s = server(t, t.TempDir(), "presets = [\"korea\"]\nzones.inner.needs = \"password\"", "ann@city.example")
	cmd := s.Command(t.Context(), "account", "password", "ann@city.example", "--password-stdin", "--once")
	cmd.Stdin = strings.NewReader("Given out 12\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	start(t, s)
	if status, more := newBrowser(t, s, "Firefox").signIn("ann@city.example", "Given out 12"); status != http.StatusOK || more.Enrol || more.Options.Classes != 4 || more.Options.MinLength != 10 {
		t.Errorf("a password of one's own: %d %+v", status, more)
	}
}

// singlePhone: T25.
func singlePhone(t *testing.T, s *outside.Server) {
	desk, first, second := newBrowser(t, s, "Firefox"), newBrowser(t, s, "Mobile Safari, the first"), newBrowser(t, s, "Android Mobile, the second")
	for _, b := range []*browser{desk, first, second} {
		if status, more := b.signIn("ann@city.example", outside.Password); status != http.StatusOK && status != http.StatusNoContent || len(more.Methods) > 0 {
			t.Fatalf("%s: %d %+v", b.agent, status, more)
		}
	}
	for b, want := range map[*browser]int{desk: http.StatusOK, first: http.StatusUnauthorized, second: http.StatusOK} {
		if got := b.ask("GET", "/auth/me", "", nil); got != want {
			t.Errorf("%s: %d, not %d", b.agent, got, want)
		}
	}
}

// certificateOutside lets in by the password inside; outside it asks for a
// certificate, which certificate_test.go shows.
func certificateOutside(t *testing.T, s *outside.Server) {
	if status, more := newBrowser(t, s, "Firefox").signIn("ann@city.example", outside.Password); status != http.StatusNoContent {
		t.Errorf("inside, with the password: %d %+v", status, more)
	}
	signedIn(t, s, "ann@city.example", "INBOX")
	s = server(t, t.TempDir(), "presets = [\"certificate-outside\"]\nnetwork.inner = [\"10.0.0.0/8\"]", "ann@city.example")
	start(t, s)
	var why struct{ Type string }
	if status := newBrowser(t, s, "Firefox").ask("POST", "/auth/sign-in", `{"address":"ann@city.example","password":"`+outside.Password+`"}`, &why); status != http.StatusForbidden || !strings.HasSuffix(why.Type, ":needsCertificate") {
		t.Errorf("outside, with the password: %d %q", status, why.Type)
	}
	c, err := outside.DialIMAP(s.IMAP)
	must(t, err)
	defer c.Close()
	if err := c.Login("ann@city.example", outside.Password); err == nil {
		t.Error("a mail program came in from outside")
	}
}
