package httpdoor

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"chancery/kit/errs"
	"chancery/policy"
)

// people is an identity with two people and sessions in memory.
type people struct {
	Identity // what these tests do not ask
	mu       sync.Mutex
	sessions map[string]Subject
}

func (p *people) Verify(_ context.Context, address, password, _ string) (Subject, error) {
	if password != "right" {
		return Subject{}, errs.E(errs.Unauthenticated, "The address or the password is wrong.")
	}
	return Subject{Subject: policy.Subject{Address: address}, ID: "id-" + address, Name: "王小明", Language: "zh-TW", Rules: Rules{Offline: true}}, nil
}

// SignIn asks who is called two@b for a code.
func (p *people) SignIn(ctx context.Context, address, password string, peer Peer) (SignInStep, error) {
	s, err := p.Verify(ctx, address, password, peer.Addr)
	if err == nil && address == "two@b" {
		return SignInStep{Ticket: "ticket of two@b", Methods: []string{"totp"}}, nil
	}
	return SignInStep{Subject: s}, err
}

func (p *people) Answer(ctx context.Context, ticket, method, code string, peer Peer) (SignInStep, error) {
	if ticket != "ticket of two@b" || method != "totp" || code != "123456" {
		return SignInStep{}, errs.E(errs.Unauthenticated, "The code is not right.")
	}
	s, err := p.Verify(ctx, "two@b", "right", peer.Addr)
	return SignInStep{Subject: s}, err
}

func (p *people) OpenSession(_ context.Context, s Subject, _ Peer) (Opened, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	token := fmt.Sprintf("token%d", len(p.sessions))
	p.sessions[token] = s
	return Opened{Token: token, Device: "device of the browser", Expires: time.Now().Add(time.Hour), Forget: time.Now().Add(9000 * time.Hour)}, nil
}

func (p *people) Session(_ context.Context, token, _ string) (Subject, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, ok := p.sessions[token]
	if !ok {
		return Subject{}, errs.E(errs.Unauthenticated, "The session has ended. Please sign in.")
	}
	return s, nil
}

func (p *people) CloseSession(_ context.Context, token string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sessions, token)
	return nil
}

func newDoor(t *testing.T, assets fstest.MapFS) *Door {
	t.Helper()
	routes := []Route{
		{"POST /change", SignedIn, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s, _ := SubjectOf(r.Context())
			fmt.Fprint(w, s.ID)
		})},
		{"GET /fault", Public, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a fault") })},
	}
	conf := Config{MailDomain: "city.example", Ports: MailPorts{IMAPS: 993, POPS: 995, Submissions: 465, Submission: 587}}
	routes = append(routes, Route{"POST /long", SignedIn, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		before := Recheck(r.Context())
		c, _ := r.Cookie("chancery")
		d := r.Context().Value(doorKey{}).(*Door)
		_ = d.identity.CloseSession(r.Context(), c.Value)
		fmt.Fprint(w, before == nil, errs.Is(Recheck(r.Context()), errs.Unauthenticated))
	})})
	d, err := New(conf, &people{sessions: map[string]Subject{}}, assets, routes, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

type doorKey struct{}

// TestRecheck checks that a long answer learns of the end of its session.
func TestRecheck(t *testing.T) {
	d := newDoor(t, nil)
	r := ask(d, "POST", "http://host/auth/sign-in", `{"address":"a@b","password":"right"}`, jsonType)
	req := httptest.NewRequest("POST", "http://host/long", nil)
	req.RemoteAddr = "127.0.0.1:1"
	req.AddCookie(r.Cookies()[0])
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, req.WithContext(context.WithValue(req.Context(), doorKey{}, d)))
	if got := w.Body.String(); got != "true true" {
		t.Errorf("recheck before and after the session was closed: %s", got)
	}
}

// ask sends one request with headers given as "Name: value".
func ask(d *Door, method, target, body string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:5000"
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		switch name {
		case "Remote":
			r.RemoteAddr = value
		case "TLS":
			r.TLS = &tls.ConnectionState{}
		default:
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const jsonType = "Content-Type: application/json"

func TestSignIn(t *testing.T) {
	d := newDoor(t, nil)
	good := `{"address":"wang@city.example","password":"right"}`
	r := ask(d, "POST", "http://host/auth/sign-in", good, jsonType)
	if r.StatusCode != http.StatusNoContent {
		t.Fatalf("sign-in: %d %s", r.StatusCode, text(t, r))
	}
	c := r.Cookies()[0]
	if c.Name != "chancery" || !c.HttpOnly || c.Secure || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("plain cookie: %+v", c)
	}
	cookie := "Cookie: " + c.Name + "=" + c.Value
	r = ask(d, "GET", "http://host/auth/me", "", cookie)
	if got := text(t, r); got != `{"address":"wang@city.example","language":"zh-TW","name":"王小明","offline":true}` {
		t.Errorf("me: %s", got)
	}
	if r = ask(d, "POST", "http://host/auth/sign-out", "", cookie); r.StatusCode != http.StatusNoContent {
		t.Errorf("sign-out: %d", r.StatusCode)
	}
	if r = ask(d, "GET", "http://host/auth/me", "", cookie); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("after sign-out: %d", r.StatusCode)
	}
	r = ask(d, "POST", "https://host/auth/sign-in", good, jsonType, "TLS: yes", "Remote: 192.0.2.9:1")
	if c := r.Cookies()[0]; c.Name != "__Host-chancery" || !c.Secure || c.Path != "/" || c.Domain != "" {
		t.Errorf("TLS cookie: %+v", c)
	}
}

// TestSecondFactor signs in in two steps; the session that the browser brought
// ends, so that nobody can plant one (session fixation).
func TestSecondFactor(t *testing.T) {
	d := newDoor(t, nil)
	r := ask(d, "POST", "http://host/auth/sign-in", `{"address":"two@b","password":"right"}`, jsonType)
	if got := text(t, r); r.StatusCode != http.StatusOK || len(r.Cookies()) != 0 || got != `{"ticket":"ticket of two@b","methods":["totp"]}` {
		t.Fatalf("first step: %d %s", r.StatusCode, got)
	}
	for _, wrong := range []string{`{"ticket":"ticket of two@b","method":"totp","code":"000000"}`, `{"ticket":"made up","method":"totp","code":"123456"}`, `{}`} {
		if r = ask(d, "POST", "http://host/auth/answer", wrong, jsonType); r.StatusCode != http.StatusUnauthorized || len(r.Cookies()) != 0 {
			t.Errorf("%s: %d", wrong, r.StatusCode)
		}
	}
	planted := "Cookie: chancery=" + ask(d, "POST", "http://host/auth/sign-in", `{"address":"a@b","password":"right"}`, jsonType).Cookies()[0].Value
	r = ask(d, "POST", "http://host/auth/answer", `{"ticket":"ticket of two@b","method":"totp","code":"123456"}`, jsonType, planted)
	if r.StatusCode != http.StatusNoContent {
		t.Fatalf("second step: %d %s", r.StatusCode, text(t, r))
	}
	if own := r.Cookies()[0]; "Cookie: chancery="+own.Value == planted {
		t.Error("the planted token became the session")
	}
	if r = ask(d, "GET", "http://host/auth/me", "", planted); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("the planted session lives on: %d", r.StatusCode)
	}
	for _, bad := range []struct {
		body, header string
		status       int
	}{{`{}`, "Content-Type: text/plain", 400}, {`{`, jsonType, 400}} {
		if r = ask(d, "POST", "http://host/auth/answer", bad.body, bad.header); r.StatusCode != bad.status {
			t.Errorf("%s: %d", bad.body, r.StatusCode)
		}
	}
}

func TestGuard(t *testing.T) {
	d := newDoor(t, nil)
	r := ask(d, "POST", "http://host/auth/sign-in", `{"address":"a@b","password":"right"}`, jsonType)
	cookie := "Cookie: " + r.Cookies()[0].Name + "=" + r.Cookies()[0].Value
	basic := "Authorization: Basic " + "YUBiOnJpZ2h0" // a@b:right
	for _, c := range []struct {
		name, method, target, body string
		headers                    []string
		status                     int
	}{
		{"nobody", "POST", "http://host/change", "", nil, 401},
		{"cookie", "POST", "http://host/change", "", []string{cookie}, 200},
		{"own page", "POST", "http://host/change", "", []string{cookie, "Origin: http://host", "Sec-Fetch-Site: same-origin"}, 200},
		{"foreign page", "POST", "http://host/change", "", []string{cookie, "Origin: http://evil.example"}, 403},
		{"sandboxed page", "POST", "http://host/change", "", []string{cookie, "Origin: null"}, 403},
		{"foreign fetch", "POST", "http://host/change", "", []string{cookie, "Sec-Fetch-Site: cross-site"}, 403},
		{"sibling host", "POST", "http://host/change", "", []string{cookie, "Sec-Fetch-Site: same-site"}, 403},
		{"foreign sign-in", "POST", "http://host/auth/sign-in", `{}`, []string{jsonType, "Origin: http://evil.example"}, 403},
		{"basic on loopback", "POST", "http://host/change", "", []string{basic}, 200},
		{"basic in the clear", "POST", "http://host/change", "", []string{basic, "Remote: 192.0.2.9:1"}, 403},
		{"basic over TLS", "POST", "https://host/change", "", []string{basic, "TLS: yes", "Remote: 192.0.2.9:1"}, 200},
		{"forged proxy header", "POST", "http://host/change", "", []string{basic, "Remote: 192.0.2.9:1", "X-Forwarded-Proto: https"}, 403},
		{"wrong password", "POST", "http://host/auth/sign-in", `{"address":"a@b","password":"wrong"}`, []string{jsonType}, 401},
		{"sign-in as a form", "POST", "http://host/auth/sign-in", `{"address":"a@b","password":"right"}`, []string{"Content-Type: text/plain"}, 400},
		{"sign-in in the clear", "POST", "http://host/auth/sign-in", `{"address":"a@b","password":"right"}`, []string{jsonType, "Remote: 192.0.2.9:1"}, 403},
		{"huge sign-in", "POST", "http://host/auth/sign-in", `{"address":"` + strings.Repeat("a", 9000) + `"}`, []string{jsonType}, 400},
		{"fault", "GET", "http://host/fault", "", nil, 500},
		{"health", "GET", "http://host/healthz", "", nil, 200},
	} {
		r := ask(d, c.method, c.target, c.body, c.headers...)
		if r.StatusCode != c.status {
			t.Errorf("%s: %d %s, want %d", c.name, r.StatusCode, text(t, r), c.status)
		}
		if r.Header.Get("X-Content-Type-Options") != "nosniff" || r.Header.Get("X-Request-Id") == "" || r.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: headers missing: %v", c.name, r.Header)
		}
		if tls := strings.HasPrefix(c.target, "https"); tls != (r.Header.Get("Strict-Transport-Security") != "") {
			t.Errorf("%s: HSTS = %q", c.name, r.Header.Get("Strict-Transport-Security"))
		}
	}
}

// TestClose checks that a request under way is let finish and an endless one
// is told to end.
func TestClose(t *testing.T) {
	started, release := make(chan bool, 2), make(chan bool)
	routes := []Route{
		{"GET /slow", Public, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			started <- true
			<-release
			if r.Context().Err() == nil {
				fmt.Fprint(w, "done")
			}
		})},
		{"GET /endless", Public, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			started <- true
			<-Closing(r.Context())
			release <- true
		})},
	}
	d, err := New(Config{}, &people{}, fstest.MapFS{}, routes, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- d.Serve(ctx, l, nil) }()
	answers := make(chan string, 2)
	for _, path := range []string{"/slow", "/endless"} {
		go func() {
			r, err := http.Get("http://" + l.Addr().String() + path)
			if err != nil {
				answers <- err.Error()
				return
			}
			b, _ := io.ReadAll(r.Body)
			answers <- path + string(b)
		}()
		<-started
	}
	cancel()
	got := map[string]bool{<-answers: true, <-answers: true}
	if err := <-served; err != nil || !got["/slowdone"] || !got["/endless"] {
		t.Errorf("closing: %v, %v", err, got)
	}
}

// TestSlowBody checks that a body that never ends does not hold a request.
func TestSlowBody(t *testing.T) {
	d := newDoor(t, nil)
	d.conf.BodyTimeout = 100 * time.Millisecond
	s := httptest.NewServer(d.Handler())
	defer s.Close()
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "POST /auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	answer, _ := io.ReadAll(c)
	if !strings.HasPrefix(string(answer), "HTTP/1.1 400") {
		t.Errorf("slow body: %q", answer)
	}
}

func TestClient(t *testing.T) {
	script := strings.Repeat("console.log('a');\n", 100)
	d := newDoor(t, fstest.MapFS{
		"index.html":           {Data: []byte("<!doctype html><title>x</title>")},
		"mail-frame.html":      {Data: []byte("<!doctype html>")},
		"assets/app-a1b2.js":   {Data: []byte(script)},
		"assets/big-c3.css":    {Data: []byte("body{}")},
		"assets/big-c3.css.br": {Data: []byte("brotli")},
		".keep":                {},
	})
	for _, c := range []struct {
		path, accept, status, encoding, cache, body string
	}{
		{"/", "", "200", "", "no-cache", "<!doctype html><title>x</title>"},
		{"/mail/inbox/42", "gzip", "200", "", "no-cache", "<!doctype html><title>x</title>"},
		{"/assets/app-a1b2.js", "", "200", "", "public, max-age=31536000, immutable", script},
		{"/assets/app-a1b2.js", "br, gzip", "200", "gzip", "public, max-age=31536000, immutable", ""},
		{"/assets/app-a1b2.js", "gzip;q=0", "200", "", "public, max-age=31536000, immutable", script},
		{"/assets/big-c3.css", "br, gzip", "200", "br", "public, max-age=31536000, immutable", "brotli"},
		{"/assets/gone.js", "", "404", "", "", "404 page not found\n"},
		{"/assets/../../etc/passwd.txt", "", "404", "", "", ""},
		{"/.keep", "", "404", "", "", "404 page not found\n"},
	} {
		r := ask(d, "GET", "http://host"+c.path, "", "Accept-Encoding: "+c.accept)
		if r.StatusCode == http.StatusMovedPermanently || r.StatusCode == http.StatusTemporaryRedirect {
			continue // the mux cleans the path first
		}
		if got := fmt.Sprint(r.StatusCode); got != c.status || r.Header.Get("Content-Encoding") != c.encoding || r.Header.Get("Cache-Control") != c.cache {
			t.Errorf("%s: %s %v", c.path, got, r.Header)
		}
		if got := text(t, r); c.body != "" && got != c.body {
			t.Errorf("%s: body %q", c.path, got)
		}
	}
	page := ask(d, "GET", "http://host/", "").Header.Get("Content-Security-Policy")
	if strings.Contains(page, "unsafe") || !strings.Contains(page, "script-src 'self'") || !strings.Contains(page, "frame-ancestors 'none'") {
		t.Errorf("policy of the pages: %s", page)
	}
	// One page hears a window of another origin, under the same strict policy; no other does.
	for at, want := range map[string]string{"/": "same-origin", "/sso/card": "same-origin-allow-popups", "/sso/cert": "same-origin", "/sso/card/x": "same-origin", "/sso/card?x": "same-origin-allow-popups", "/settings": "same-origin"} {
		h := ask(d, "GET", "http://host"+at, "").Header
		if h.Get("Cross-Origin-Opener-Policy") != want || h.Get("Content-Security-Policy") != page {
			t.Errorf("%s: %q, %q", at, h.Get("Cross-Origin-Opener-Policy"), h.Get("Content-Security-Policy"))
		}
	}
	frame := ask(d, "GET", "http://host/mail-frame.html", "").Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(frame, "sandbox") || strings.Contains(frame, "script") {
		t.Errorf("policy of the frame: %s", frame)
	}
	etag := ask(d, "GET", "http://host/", "").Header.Get("ETag")
	if r := ask(d, "GET", "http://host/", "", "If-None-Match: "+etag); r.StatusCode != http.StatusNotModified {
		t.Errorf("with the known ETag: %d", r.StatusCode)
	}
	if r := ask(newDoor(t, fstest.MapFS{".keep": {}}), "GET", "http://host/", ""); r.StatusCode != 503 || !strings.Contains(text(t, r), "npm run build") {
		t.Errorf("without a build: %d", r.StatusCode)
	}
}

func TestAutoconfig(t *testing.T) {
	d := newDoor(t, nil)
	got := text(t, ask(d, "GET", "http://mail.city.example:8080/mail/config-v1.1.xml?emailaddress=a@city.example", ""))
	for _, want := range []string{`<emailProvider id="city.example">`, `<incomingServer type="imap">`, `<port>993</port>`, `<incomingServer type="pop3">`, `<port>995</port>`,
		`<socketType>SSL</socketType>`, `<socketType>STARTTLS</socketType>`, `<hostname>mail.city.example</hostname>`} {
		if !strings.Contains(got, want) {
			t.Errorf("autoconfig lacks %s:\n%s", want, got)
		}
	}
	ask1 := `<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request><EMailAddress>a@city.example</EMailAddress></Request></Autodiscover>`
	got = text(t, ask(d, "POST", "http://mail.city.example/autodiscover/autodiscover.xml", ask1))
	for _, want := range []string{`<Type>IMAP</Type>`, `<Type>POP3</Type>`, `<Server>mail.city.example</Server>`, `<LoginName>a@city.example</LoginName>`, `<Port>465</Port>`} {
		if !strings.Contains(got, want) {
			t.Errorf("autodiscover lacks %s:\n%s", want, got)
		}
	}
	if r := ask(d, "POST", "http://h/autodiscover/autodiscover.xml", "<x/>"); r.StatusCode != 400 {
		t.Errorf("autodiscover without an address: %d", r.StatusCode)
	}
}

// TestWorker checks that the service worker may fetch what it keeps, and that
// browsers ask for a new one each time.
func TestWorker(t *testing.T) {
	d := newDoor(t, fstest.MapFS{"sw.js": {Data: []byte("self")}, "index.html": {Data: []byte("<p>")}})
	r := ask(d, "GET", "http://host/sw.js", "")
	policy := r.Header.Get("Content-Security-Policy")
	if r.StatusCode != http.StatusOK || r.Header.Get("Cache-Control") != "no-cache" || !strings.Contains(policy, "connect-src 'self'") {
		t.Errorf("the worker: %d %v", r.StatusCode, r.Header)
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("the worker's policy: %s", policy)
	}
}

// TestSeen has the log say who sent a request, also where a route found that
// out by itself, and nobody where nobody is known.
func TestSeen(t *testing.T) {
	log := &strings.Builder{}
	routes := []Route{
		{"GET /own", Public, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { Seen(w, "wang@city.example") })},
		{"GET /none", Public, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})},
	}
	d, err := New(Config{}, &people{sessions: map[string]Subject{}}, fstest.MapFS{}, routes, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"/own": "who=wang@city.example", "/none": `who=""`} {
		log.Reset()
		ask(d, "GET", "http://host"+path, "")
		if !strings.Contains(log.String(), "path="+path+" ") || !strings.Contains(log.String(), want) {
			t.Errorf("%s: the log says %s", path, log.String())
		}
	}
	Seen(httptest.NewRecorder(), "nobody") // a writer of another kind
}
