package feed

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"chancery/directory"
	"chancery/kit/testkit"
)

// plainWeb stands in for the HTTP door.
type plainWeb struct{ open bool }

func (plainWeb) BaseURL(*http.Request) string  { return "https://mail.city.example" }
func (w plainWeb) Private(*http.Request) bool  { return !w.open }
func (plainWeb) Peer(*http.Request) netip.Addr { return netip.MustParseAddr("192.0.2.7") }

func (o *office) web(w Web) http.Handler {
	mux := http.NewServeMux()
	for _, r := range o.Routes(w) {
		mux.Handle(r.Pattern, r.Handler)
	}
	return mux
}

// script plays requests from a file against the routes and compares what is
// answered. "> METHOD path" begins a request; "> Name: value" adds a header,
// other lines beginning with ">" the body. Ids and versions are named in the
// order that they come in: p1, u1, v1.
type script struct {
	t     *testing.T
	o     *office
	web   http.Handler
	token map[string]string
	names map[string]string // what is shown -> what it is
	shown map[string]string
}

var scriptIDs = regexp.MustCompile(`\b[pu][0-9a-z]{11,13}\b|W/\\?"[0-9a-f]{16}\\?"`)

func (s *script) hide(text string) string {
	return scriptIDs.ReplaceAllStringFunc(text, func(id string) string {
		id = strings.ReplaceAll(id, `\`, "")
		if s.shown[id] == "" {
			kind := id[:1]
			if kind == "W" {
				kind = "v"
			}
			n := 1
			for s.names[fmt.Sprint(kind, n)] != "" {
				n++
			}
			s.shown[id] = fmt.Sprint(kind, n)
			s.names[s.shown[id]] = id
		}
		return s.shown[id]
	})
}

var scriptNames = regexp.MustCompile(`<([puv][0-9]+)>`)

func (s *script) reveal(text string) string {
	return scriptNames.ReplaceAllStringFunc(text, func(name string) string { return s.names[strings.Trim(name, "<>")] })
}

func (s *script) play(file string) {
	s.t.Helper()
	path := filepath.Join("testdata", file)
	text, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	var out, asked strings.Builder
	var request []string
	flush := func() {
		if request != nil {
			out.WriteString(s.ask(request))
		}
		request = nil
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		switch line := lines.Text(); {
		case strings.HasPrefix(line, "> "):
			if request == nil && out.Len() > 0 {
				out.WriteString("\n")
			}
			out.WriteString(line + "\n")
			request = append(request, line[2:])
		case strings.HasPrefix(line, "-- "):
			flush()
			if out.Len() > 0 {
				out.WriteString("\n")
			}
			out.WriteString(line + "\n")
		default:
			flush()
		}
		asked.WriteString(lines.Text() + "\n")
	}
	flush()
	if *update {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			s.t.Fatal(err)
		}
		return
	}
	if asked.String() != out.String() {
		s.t.Errorf("%s differs; got:\n%s", path, out.String())
	}
}

func (s *script) ask(lines []string) string {
	s.t.Helper()
	method, target, _ := strings.Cut(lines[0], " ")
	header := http.Header{"Authorization": {"Bearer " + s.token["main"]}}
	var body strings.Builder
	for _, line := range lines[1:] {
		name, value, ok := strings.Cut(line, ": ")
		if ok && body.Len() == 0 && !strings.ContainsAny(name, `{" `) {
			header.Set(name, s.reveal(value))
			continue
		}
		body.WriteString(s.reveal(line) + "\n")
	}
	if who := header.Get("Feed"); who != "" {
		header.Set("Authorization", "Bearer "+s.token[who])
	}
	if body.Len() > 0 && header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/scim+json")
	}
	r := httptest.NewRequest(method, strings.ReplaceAll(s.reveal(target), " ", "%20"), strings.NewReader(body.String()))
	r.Header = header
	w := httptest.NewRecorder()
	s.web.ServeHTTP(w, r)
	var out strings.Builder
	fmt.Fprintf(&out, "%d\n", w.Code)
	for _, name := range []string{"Location", "ETag", "WWW-Authenticate", "Retry-After"} {
		if v := w.Header().Get(name); v != "" {
			fmt.Fprintf(&out, "%s: %s\n", name, v)
		}
	}
	if w.Body.Len() > 0 {
		var v any
		if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
			s.t.Errorf("%s answers no JSON: %s", lines[0], w.Body)
		}
		var b bytes.Buffer
		if err := json.Indent(&b, bytes.TrimSpace(w.Body.Bytes()), "", " "); err != nil {
			s.t.Error(err)
		}
		out.WriteString(b.String() + "\n")
	}
	return s.hide(out.String())
}

// TestSCIM plays a client's dialogue on both engines.
func TestSCIM(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		hall := o.unit(0, "Hall")
		o.unit(hall, "Works")
		o.person("hand@city.example", directory.Person{Name: "By Hand"}, hall)
		s := &script{t: t, o: o, web: o.web(plainWeb{}), token: map[string]string{}, names: map[string]string{}, shown: map[string]string{}}
		idp, token := o.feed(Feed{Name: "idp", Kind: KindSCIM, Units: true, Guard: 10})
		s.token["main"] = token
		_, s.token["other"] = o.feed(Feed{Name: "other", Kind: KindSCIM, Guard: 10})
		s.token["wrong"] = s.token["main"][:len(s.token["main"])-1] + "8"
		s.play("scim.txt")
		golden(t, "scim-book.txt", o.shown())
		runs, err := o.Runs(t.Context(), o.admin, idp, 10)
		if err != nil || len(runs) == 0 {
			t.Fatalf("%+v, %v", runs, err)
		}
		story := ""
		for _, r := range runs { // the newest first
			back, err := o.Rollback(t.Context(), o.admin, r.ID)
			if err != nil {
				t.Fatal(err)
			}
			story += o.told(back)
			o.apply(back)
		}
		golden(t, "scim-back.txt", madeKeys.ReplaceAllString(story+o.shown(), "scim:KEY"))
	})
}

// madeKeys are the keys of who came without one.
var madeKeys = regexp.MustCompile(`scim:[0-9a-z]{16}\b`)

// TestSCIMAttacks lets nobody in without the token of a SCIM feed over HTTPS,
// and slows who guesses without slowing who knows.
func TestSCIMAttacks(t *testing.T) {
	o := newOffice(t, "")
	_, token := o.feed(Feed{Name: "idp", Kind: KindSCIM, Guard: 10})
	web := o.web(plainWeb{})
	ask := func(h http.Handler, method, path, auth, body string) int {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", auth)
		r.Header.Set("Content-Type", "application/scim+json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if strings.Contains(w.Body.String(), "goroutine") || w.Code == 500 {
			t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		return w.Code
	}
	right := "Bearer " + token
	if code := ask(o.web(plainWeb{open: true}), "GET", "/scim/v2/Users", right, ""); code != 403 {
		t.Errorf("in the clear: %d", code)
	}
	for _, c := range []struct {
		method, path, body string
		want               int
	}{
		{"GET", "/scim/v2/Users/..%2f..", "", 404},
		{"GET", "/scim/v2/Users?filter=" + strings.Repeat("(", 3000), "", 400},
		{"GET", "/scim/v2/Users?count=-5&startIndex=-1", "", 200},
		{"GET", "/scim/v2/Users?count=99999999999999", "", 400},
		{"POST", "/scim/v2/Users", `{"userName":"` + strings.Repeat("x", 1<<20) + `"}`, 413},
		{"POST", "/scim/v2/Users", `{"userName":["a"]}`, 400},
		{"POST", "/scim/v2/Users", `null`, 400},
		{"POST", "/scim/v2/Users", `{"userName":"a@city.example","displayName":"A","admin":true,"roles":[{"value":"system"}],"id":"p1","groups":[{"value":"u1"}],"meta":{}}`, 201},
		{"POST", "/scim/v2/Groups", `{"displayName":"Mine"}`, 400}, // the feed keeps no units
		{"POST", "/scim/v2/Bulk", `{}`, 501},
		{"DELETE", "/scim/v2/Users", "", 405},
		{"PATCH", "/scim/v2/Schemas", "", 405},
	} {
		if code := ask(web, c.method, c.path, right, c.body); code != c.want {
			t.Errorf("%s %.60s %.60s: %d, want %d", c.method, c.path, c.body, code, c.want)
		}
	}
	codes := map[int]int{}
	for i := range 10 {
		codes[ask(web, "GET", "/scim/v2/Users", fmt.Sprintf("Bearer %s%d", token[:len(token)-1], i%2), "")]++
	}
	if codes[401] != o.conf.Wrong || codes[429] != 10-o.conf.Wrong {
		t.Errorf("wrong tokens are answered %v", codes)
	}
	if code := ask(web, "GET", "/scim/v2/Users", right, ""); code != 200 {
		t.Errorf("the right token after wrong ones: %d", code)
	}
	o.clock.Advance(time.Minute)
	for _, auth := range []string{"", "Basic abc", "Bearer", "Bearer 1.f1.x"} {
		if code := ask(web, "GET", "/scim/v2/Users", auth, ""); code != 401 {
			t.Errorf("%q is let in: %d", auth, code)
		}
	}
	o.conf.PerMinute = 3
	o.clock.Advance(time.Minute)
	last := 0
	for range 5 {
		last = ask(web, "GET", "/scim/v2/ServiceProviderConfig", right, "")
	}
	if last != 429 {
		t.Errorf("over the pace: %d", last)
	}
}

// TestSCIMMany creates and reads many people through the door, as a client
// does it at its first run.
func TestSCIMMany(t *testing.T) {
	n := 2_000
	if testing.Short() {
		n = 200
	}
	o := newOffice(t, "")
	o.unit(0, "Hall")
	o.conf.PerMinute = 1 << 30
	f, token := o.feed(Feed{Name: "idp", Kind: KindSCIM, Guard: 10})
	web := o.web(plainWeb{})
	ask := func(method, path, body string, want int) {
		t.Helper()
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/scim+json")
		w := httptest.NewRecorder()
		if web.ServeHTTP(w, r); w.Code != want {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
	}
	began := time.Now()
	for i := range n {
		ask("GET", fmt.Sprintf("/scim/v2/Users?filter=userName%%20eq%%20%%22p%d@city.example%%22", i), "", 200)
		ask("POST", "/scim/v2/Users", fmt.Sprintf(`{"userName":"p%d@city.example","externalId":"%d","displayName":"Person %d","title":"clerk","%s":{"department":"Hall"}}`, i, i, i, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"), 201)
	}
	t.Logf("%d people in %v", n, time.Since(began))
	runs, err := o.Runs(t.Context(), o.admin, f, 10)
	if err != nil || len(runs) != 1 || runs[0].Done != n {
		t.Errorf("the runs are %+v, %v", runs, err)
	}
}
