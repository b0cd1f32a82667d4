package jmapdoor

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	httpdoor "chancery/doors/http"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/wire/jmap"
)

// office is a small room in memory: notes in two accounts, with blobs and a
// feed, so that the door is tested without any other part of the product.
type office struct {
	mu        sync.Mutex
	notes     []note
	state     int
	blobs     map[string][]byte
	listeners map[chan struct{}]bool
}

type note struct {
	ID   jmap.ID `json:"id"`
	Text string  `json:"text"`
}

const notesURN = "urn:example:notes"

func newOffice() *office {
	return &office{blobs: map[string][]byte{}, listeners: map[chan struct{}]bool{}}
}

func (o *office) Accounts(context.Context) ([]jmap.Account, error) {
	return []jmap.Account{{ID: "A1", Name: "a@b", IsPersonal: true}, {ID: "A2", Name: "shared"}}, nil
}

func (o *office) Upload(_ context.Context, account jmap.ID, _ string, r io.Reader) (jmap.ID, int64, error) {
	if account != "A1" && account != "A2" {
		return "", 0, errs.E(errs.NotFound, "There is no such account.")
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return "", 0, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	id := fmt.Sprintf("b%d", len(o.blobs))
	o.blobs[account+id] = b
	return id, int64(len(b)), nil
}

type openBlob struct{ *bytes.Reader }

func (openBlob) Close() error { return nil }

func (o *office) Open(_ context.Context, account, blob jmap.ID) (io.ReadSeekCloser, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	b, ok := o.blobs[account+blob]
	if !ok {
		return nil, errs.E(errs.NotFound, "There is no such blob.")
	}
	return openBlob{bytes.NewReader(b)}, nil
}

func (o *office) Copy(_ context.Context, from, to, blob jmap.ID) (jmap.ID, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	b, ok := o.blobs[from+blob]
	if !ok {
		return "", errs.E(errs.NotFound, "There is no such blob.")
	}
	o.blobs[to+blob] = b
	return blob, nil
}

func (o *office) Listen(context.Context, []jmap.ID) (<-chan struct{}, func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := make(chan struct{}, 1)
	o.listeners[c] = true
	return c, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.listeners, c)
	}
}

func (o *office) capability() jmap.Capability {
	return jmap.Capability{
		URN:     notesURN,
		Account: func(jmap.Account) (any, bool) { return nil, true },
		Types:   []string{"Note"},
		States: func(_ context.Context, account jmap.ID) (map[string]string, error) {
			o.mu.Lock()
			defer o.mu.Unlock()
			if account != "A1" {
				return nil, nil
			}
			return map[string]string{"Note": strconv.Itoa(o.state)}, nil
		},
		Methods: map[string]jmap.Method{"Note/get": o.get, "Note/set": o.set,
			"Note/fault": func(context.Context, *jmap.Call) (any, error) { panic("a fault") }},
	}
}

func (o *office) get(_ context.Context, call *jmap.Call) (any, error) {
	var a jmap.GetArgs
	if err := call.Decode(&a); err != nil {
		return nil, err
	}
	if err := a.Check(call.Limits); err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return jmap.Get(a, strconv.Itoa(o.state), o.notes, func(n note) jmap.ID { return n.ID })
}

func (o *office) set(ctx context.Context, call *jmap.Call) (any, error) {
	var a jmap.SetArgs
	if err := call.Decode(&a); err != nil {
		return nil, err
	}
	if err := a.Check(call.Limits); err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	old := strconv.Itoa(o.state)
	if err := a.CheckState(old); err != nil {
		return nil, err
	}
	out := jmap.Set(ctx, call, &a, jmap.Setter{Create: func(_ context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
		n := note{ID: fmt.Sprintf("N%d", len(o.notes)+1)}
		if err := jmap.DecodeStrict(raw, &n); err != nil {
			return "", nil, err
		}
		if key, ok := strings.CutPrefix(n.Text, "like #"); ok {
			if _, made := call.Resolve("#" + key); !made {
				return "", nil, jmap.Later{Key: key}
			}
		}
		o.notes = append(o.notes, n)
		o.state++
		return n.ID, map[string]string{"id": n.ID}, nil
	}})
	out.OldState, out.NewState = old, strconv.Itoa(o.state)
	for c := range o.listeners {
		select {
		case c <- struct{}{}:
		default:
		}
	}
	return out, nil
}

// newServer opens the door for one signed-in person.
func newServer(t *testing.T, conf Config) (*httptest.Server, *Door, *office) {
	t.Helper()
	o := newOffice()
	var s *httptest.Server
	d := New(conf, []jmap.Capability{o.capability()}, Needs{Accounts: o, Blobs: o, Feed: o,
		BaseURL: func(r *http.Request) string { return "http://" + r.Host }})
	mux := http.NewServeMux()
	for _, r := range d.Routes() {
		mux.Handle(r.Pattern, r.Handler)
	}
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(w, r.WithContext(httpdoor.WithSubject(r.Context(), httpdoor.Subject{ID: "u1", Subject: policy.Subject{Address: "a@b"}})))
	}))
	ctx, cancel := context.WithCancel(context.Background())
	go func() { _ = d.Run(ctx) }()
	t.Cleanup(func() { s.CloseClientConnections(); s.Close(); cancel() })
	return s, d, o
}

func post(t *testing.T, s *httptest.Server, body, mediaType string) (int, string) {
	t.Helper()
	r, err := http.Post(s.URL+"/jmap/api", mediaType, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

// TestDialogues replays testdata/*.txt: blocks of a request after ">" and the
// expected status and answer after "<".
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no dialogues", err)
	}
	conf := Config{Limits: jmap.DefaultLimits()}
	conf.Limits.MaxCallsInRequest = 5
	conf.Limits.MaxObjectsInGet = 3
	conf.Limits.MaxObjectsInSet = 4
	conf.Limits.MaxSizeRequest = 4000
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			s, _, _ := newServer(t, conf)
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, block := range strings.Split("\n"+string(b), "\n> ")[1:] {
				ask, want, ok := strings.Cut(block, "\n< ")
				if !ok {
					t.Fatalf("no answer in %q", block)
				}
				wantStatus, wantBody, _ := strings.Cut(want, " ")
				status, got := post(t, s, ask, "application/json; charset=utf-8")
				got = strings.NewReplacer(stateOf(got), "STATE").Replace(got)
				if strconv.Itoa(status) != wantStatus || got != strings.TrimSpace(stripComments(wantBody)) {
					t.Errorf("asked %s\ngot    %d %s\nwanted %s", ask, status, got, want)
				}
			}
		})
	}
}

func stripComments(s string) string {
	var out []string
	for line := range strings.Lines(s) {
		if !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}

func stateOf(body string) string {
	var r struct {
		SessionState string `json:"sessionState"`
	}
	if json.Unmarshal([]byte(body), &r) != nil || r.SessionState == "" {
		return "\x00"
	}
	return r.SessionState
}

func TestWrongMediaType(t *testing.T) {
	s, _, _ := newServer(t, Config{})
	if status, _ := post(t, s, `{"using":[],"methodCalls":[]}`, "text/plain"); status != 400 {
		t.Errorf("text/plain: %d", status)
	}
}

// TestGzip checks that long answers are compressed for those far away.
func TestGzip(t *testing.T) {
	s, _, _ := newServer(t, Config{})
	body := `{"using":["urn:ietf:params:jmap:core"],"methodCalls":[["Core/echo",{"x":"` + strings.Repeat("word ", 1000) + `"},"c"]]}`
	for peer, want := range map[string]string{"192.0.2.7:99": "gzip", "127.0.0.1:99": ""} {
		r := httptest.NewRequest("POST", "/jmap/api", strings.NewReader(body))
		r.RemoteAddr = peer
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept-Encoding", "gzip, br")
		w := httptest.NewRecorder()
		s.Config.Handler.ServeHTTP(w, r)
		if got := w.Header().Get("Content-Encoding"); got != want || want != "" && w.Body.Len() > 1000 {
			t.Errorf("%s: encoding %q, %d bytes", peer, got, w.Body.Len())
		}
	}
}

func TestSession(t *testing.T) {
	s, _, _ := newServer(t, Config{})
	r, err := http.Get(s.URL + "/.well-known/jmap")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var got jmap.Session
	if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got.APIURL != s.URL+"/jmap/api" || got.Username != "a@b" || got.State == "" || got.PrimaryAccounts[notesURN] != "A1" || len(got.Accounts) != 2 {
		t.Errorf("session: %+v", got)
	}
	ws, _ := got.Capabilities[webSocketURN].(map[string]any)
	if ws["url"] != "ws"+strings.TrimPrefix(s.URL, "http")+"/jmap/ws" {
		t.Errorf("web socket: %v", ws)
	}
}

func TestBlobs(t *testing.T) {
	conf := Config{Limits: jmap.DefaultLimits()}
	conf.Limits.MaxSizeUpload = 100
	s, _, _ := newServer(t, conf)
	put := func(body io.Reader, account string) (int, string) {
		r, err := http.Post(s.URL+"/jmap/upload/"+account+"/", "text/html", body)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		b, _ := io.ReadAll(r.Body)
		return r.StatusCode, string(b)
	}
	status, body := put(strings.NewReader("<b>0123456789</b>"), "A1")
	if status != 201 || body != `{"accountId":"A1","blobId":"b0","type":"text/html","size":17}` {
		t.Fatalf("upload: %d %s", status, body)
	}
	if status, body := put(strings.NewReader(strings.Repeat("x", 101)), "A1"); status != 413 || !strings.Contains(body, `"limit":"maxSizeUpload"`) {
		t.Errorf("too large: %d %s", status, body)
	}
	// The same without a length announced.
	if status, _ := put(io.MultiReader(strings.NewReader(strings.Repeat("x", 101))), "A1"); status != 413 {
		t.Errorf("too large, chunked: %d", status)
	}
	if status, _ := put(strings.NewReader("x"), "A9"); status != 404 {
		t.Errorf("no such account: %d", status)
	}
	get := func(path, rng string) *http.Response {
		req, _ := http.NewRequest("GET", s.URL+"/jmap/download/"+path, nil)
		if rng != "" {
			req.Header.Set("Range", rng)
		}
		r, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := get("A1/b0/%E5%85%AC%E6%96%87%22.html?accept=text/html", "")
	b, _ := io.ReadAll(r.Body)
	h := r.Header
	if string(b) != "<b>0123456789</b>" || h.Get("Content-Type") != "text/html" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox;") ||
		h.Get("Content-Disposition") != `attachment; filename="___.html"; filename*=UTF-8''%E5%85%AC%E6%96%87%22.html` {
		t.Errorf("download: %q %v", b, h)
	}
	r = get("A1/b0/x.png?accept=image/png", "bytes=3-5")
	b, _ = io.ReadAll(r.Body)
	if r.StatusCode != 206 || string(b) != "012" || !strings.HasPrefix(r.Header.Get("Content-Disposition"), "inline") {
		t.Errorf("range: %d %q %v", r.StatusCode, b, r.Header)
	}
	for _, path := range []string{"A2/b0/x?accept=a/b", "A1/b9/x", "A1/..%2Fx/x"} {
		if r := get(path, ""); r.StatusCode != 404 {
			t.Errorf("%s: %d", path, r.StatusCode)
		}
	}
}

func TestConcurrentRequests(t *testing.T) {
	conf := Config{Limits: jmap.DefaultLimits()}
	conf.Limits.MaxConcurrentRequests = 1
	s, d, _ := newServer(t, conf)
	if !d.calls.enter("u1", 1) {
		t.Fatal("the gauge is not empty")
	}
	if status, body := post(t, s, `{"using":[],"methodCalls":[]}`, "application/json"); status != 400 || !strings.Contains(body, "maxConcurrentRequests") {
		t.Errorf("second request: %d %s", status, body)
	}
	d.calls.leave("u1")
	if status, _ := post(t, s, `{"using":[],"methodCalls":[]}`, "application/json"); status != 200 {
		t.Errorf("after it ended: %d", status)
	}
}

// waitFor polls until ok or the time is up.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 500 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}
