package jmapdoor

import (
	"bufio"
	"context"
	"crypto/ecdh"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"chancery/wire/jmap"
)

const makeNote = `{"using":["urn:example:notes"],"methodCalls":[["Note/set",{"accountId":"A1","create":{"a":{"text":"x"}}},"s"]]}`

// openEvents returns the lines of an event stream.
func openEvents(t *testing.T, s *httptest.Server, query, last string) (<-chan string, func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	req, _ := http.NewRequestWithContext(ctx, "GET", s.URL+"/jmap/events?"+query, nil)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	r, err := http.DefaultClient.Do(req)
	if err != nil || r.StatusCode != 200 || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/event-stream") {
		cancel()
		t.Fatalf("event stream: %v %+v", err, r)
	}
	lines := make(chan string)
	go func() {
		defer close(lines)
		defer r.Body.Close()
		in := bufio.NewScanner(r.Body)
		for in.Scan() {
			if in.Text() != "" {
				lines <- in.Text()
			}
		}
	}()
	return lines, cancel
}

func next(t *testing.T, lines <-chan string) string {
	t.Helper()
	select {
	case l, ok := <-lines:
		if !ok {
			return "closed"
		}
		return l
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came")
		return ""
	}
}

func TestEventSource(t *testing.T) {
	s, _, _ := newServer(t, Config{MinPing: time.Second})
	lines, stop := openEvents(t, s, "types=*&closeafter=state&ping=0", "")
	defer stop()
	next(t, lines) // the greeting
	post(t, s, makeNote, "application/json")
	if got := next(t, lines); got != "event: state" {
		t.Errorf("event: %q", got)
	}
	mark, _ := strings.CutPrefix(next(t, lines), "id: ")
	if got := next(t, lines); got != `data: {"@type":"StateChange","changed":{"A1":{"Note":"1"}}}` {
		t.Errorf("data: %q", got)
	}
	if got := next(t, lines); got != "closed" {
		t.Errorf("closeafter=state went on: %q", got)
	}

	// Back with the present mark: silence. With an older one: all at once.
	quiet, stopQuiet := openEvents(t, s, "types=Note&closeafter=no&ping=1", mark)
	defer stopQuiet()
	next(t, quiet)
	if got := next(t, quiet) + next(t, quiet); got != `event: pingdata: {"interval":1}` {
		t.Errorf("ping: %q", got)
	}
	late, stopLate := openEvents(t, s, "types=Note&closeafter=state&ping=0", "old")
	defer stopLate()
	next(t, late)
	if got := next(t, late); got != "event: state" {
		t.Errorf("after a gap: %q", got)
	}

	// A type that was not asked for is not told.
	other, stopOther := openEvents(t, s, "types=Email&closeafter=no&ping=1", "")
	defer stopOther()
	next(t, other)
	post(t, s, makeNote, "application/json")
	if got := next(t, other); got != "event: ping" {
		t.Errorf("filtered stream: %q", got)
	}
	for _, bad := range []string{"closeafter=maybe", "ping=x", "ping=-1"} {
		r, err := http.Get(s.URL + "/jmap/events?" + bad)
		if err != nil || r.StatusCode != 400 {
			t.Errorf("%s: %v %v", bad, r.StatusCode, err)
		}
	}
}

// TestEventSourceHTTP2 checks that a quiet stream outlives the time that a
// single write may take.
func TestEventSourceHTTP2(t *testing.T) {
	plain, d, _ := newServer(t, Config{WriteTime: 100 * time.Millisecond})
	s := httptest.NewUnstartedServer(plain.Config.Handler)
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	r, err := s.Client().Get(s.URL + "/jmap/events?types=*&closeafter=state&ping=0")
	if err != nil || r.ProtoMajor != 2 {
		t.Fatalf("%v %+v", err, r)
	}
	defer r.Body.Close()
	waitFor(t, "the stream is counted", func() bool { d.streams.mu.Lock(); defer d.streams.mu.Unlock(); return len(d.streams.n) == 1 })
	time.Sleep(400 * time.Millisecond)
	post(t, plain, makeNote, "application/json")
	b, err := io.ReadAll(r.Body)
	if err != nil || !strings.Contains(string(b), `"Note":"1"`) {
		t.Errorf("the stream broke: %v %q", err, b)
	}
}

func TestWebSocket(t *testing.T) {
	s, d, _ := newServer(t, Config{})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	url := "ws" + strings.TrimPrefix(s.URL, "http") + "/jmap/ws"
	if c, _, err := websocket.Dial(ctx, url, nil); err == nil {
		if _, _, err := c.Read(ctx); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
			t.Errorf("without the subprotocol: %v", err)
		}
	}
	c, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{Subprotocols: []string{"jmap"}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	say := func(m string) {
		if err := c.Write(ctx, websocket.MessageText, []byte(m)); err != nil {
			t.Fatal(err)
		}
	}
	hear := func() string {
		_, b, err := c.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	say(`{"@type":"Request","id":"R1","using":["urn:ietf:params:jmap:core"],"methodCalls":[["Core/echo",{"a":1},"c"]]}`)
	if got := hear(); !strings.HasPrefix(got, `{"@type":"Response","requestId":"R1","methodResponses":[["Core/echo",{"a":1},"c"]],"sessionState":"`) {
		t.Errorf("response: %s", got)
	}
	say(`nonsense`)
	if got := hear(); got != `{"@type":"RequestError","type":"urn:ietf:params:jmap:error:notJSON","status":400,"detail":"The text is not valid JSON."}` {
		t.Errorf("not JSON: %s", got)
	}
	say(`{"@type":"Request","id":"R2","using":["urn:none"],"methodCalls":[]}`)
	if got := hear(); !strings.HasPrefix(got, `{"@type":"RequestError","requestId":"R2","type":"urn:ietf:params:jmap:error:unknownCapability"`) {
		t.Errorf("unknown capability: %s", got)
	}
	say(`{"@type":"Wish","id":"R3"}`)
	if got := hear(); !strings.Contains(got, `"requestId":"R3","type":"urn:ietf:params:jmap:error:notRequest"`) {
		t.Errorf("unknown message: %s", got)
	}
	say(`{"@type":"WebSocketPushEnable","dataTypes":["Note"],"pushState":"old"}`)
	if got := hear(); !strings.HasPrefix(got, `{"@type":"StateChange","changed":{"A1":{"Note":"0"}},"pushState":"`) {
		t.Errorf("push after a gap: %s", got)
	}
	post(t, s, makeNote, "application/json")
	if got := hear(); !strings.HasPrefix(got, `{"@type":"StateChange","changed":{"A1":{"Note":"1"}},"pushState":"`) {
		t.Errorf("push: %s", got)
	}
	say(`{"@type":"WebSocketPushDisable"}`)
	say(`{"@type":"Request","id":"R4","using":["urn:example:notes"],"methodCalls":[["Note/set",{"accountId":"A1","create":{"a":{"text":"x"}}},"s"]]}`)
	if got := hear(); !strings.Contains(got, `"requestId":"R4"`) {
		t.Errorf("after disable: %s", got)
	}
	if err := c.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Error(err)
	}
	waitFor(t, "the stream is counted out", func() bool { d.streams.mu.Lock(); defer d.streams.mu.Unlock(); return len(d.streams.n) == 0 })
}

// receiver collects what is pushed to it.
func receiver(t *testing.T) (*httptest.Server, chan string) {
	got := make(chan string, 10)
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got <- r.Header.Get("Content-Encoding") + string(b)
		if strings.HasSuffix(r.URL.Path, "/gone") {
			w.WriteHeader(http.StatusGone)
		}
	}))
	t.Cleanup(s.Close)
	return s, got
}

// set runs PushSubscription/set and returns its answer.
func set(t *testing.T, s *httptest.Server, args string) (out jmap.SetAnswer) {
	t.Helper()
	_, body := post(t, s, `{"using":["urn:ietf:params:jmap:core"],"methodCalls":[["PushSubscription/set",`+args+`,"p"]]}`, "application/json")
	var r struct {
		MethodResponses [][]json.RawMessage `json:"methodResponses"`
	}
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(r.MethodResponses[0][1], &out); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return out
}

func TestPushSubscription(t *testing.T) {
	to, got := receiver(t)
	client := newPushClient(true)
	client.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: to.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
	s, d, o := newServer(t, Config{PushClient: client})
	out := set(t, s, `{"create":{"k":{"deviceClientId":"d","url":"`+to.URL+`/in","types":["Note"]}}}`)
	made, _ := out.Created["k"].(map[string]any)
	id, _ := made["id"].(string)
	if id == "" || made["expires"] == "" {
		t.Fatalf("create: %+v", out)
	}
	var v jmap.PushVerification
	if err := json.Unmarshal([]byte(next(t, got)), &v); err != nil || v.PushSubscriptionID != id || v.Kind != "PushVerification" {
		t.Fatalf("verification: %+v %v", v, err)
	}
	post(t, s, makeNote, "application/json") // unverified: nothing may be sent
	if out := set(t, s, `{"update":{"`+id+`":{"verificationCode":"guess"}}}`); out.NotUpdated[id] == nil || out.NotUpdated[id].Type != jmap.InvalidProperties {
		t.Errorf("guessed code: %+v", out)
	}
	if out := set(t, s, `{"update":{"`+id+`":{"verificationCode":"`+v.VerificationCode+`"}}}`); out.NotUpdated != nil {
		t.Errorf("code: %+v", out.NotUpdated[id])
	}
	waitFor(t, "the subscription listens", func() bool { o.mu.Lock(); defer o.mu.Unlock(); return len(o.listeners) == 1 })
	// What is made before the watch has read where things stand is known to it, and not told.
	m, notes := "", 1
	for m == "" && notes < 5 {
		notes++
		post(t, s, makeNote, "application/json")
		select {
		case m = <-got:
		case <-time.After(3 * time.Second):
		}
	}
	if want := fmt.Sprintf(`{"@type":"StateChange","changed":{"A1":{"Note":"%d"}}}`, notes); m != want {
		t.Errorf("push: %s", m)
	}
	_, body := post(t, s, `{"using":["urn:ietf:params:jmap:core"],"methodCalls":[["PushSubscription/get",{"ids":null},"p"],["PushSubscription/get",{"ids":null,"properties":["url"]},"q"]]}`, "application/json")
	if !strings.Contains(body, `"deviceClientId":"d"`) || strings.Contains(body, to.URL) || !strings.Contains(body, `"type":"forbidden"`) || strings.Contains(body, `"state":`) {
		t.Errorf("get: %s", body)
	}
	if out := set(t, s, `{"destroy":["`+id+`"]}`); len(out.Destroyed) != 1 {
		t.Errorf("destroy: %+v", out)
	}
	// An endpoint that does not know the URL loses its subscription.
	set(t, s, `{"create":{"k":{"deviceClientId":"d","url":"`+to.URL+`/gone"}}}`)
	next(t, got)
	waitFor(t, "the subscription is gone", func() bool {
		all, err := d.needs.Subscriptions.All(t.Context())
		return err == nil && len(all) == 0
	})
	for create, bad := range map[string]string{
		`{"deviceClientId":"d","url":"http://example.com/"}`:                           "url",
		`{"url":"https://example.com/"}`:                                               "deviceClientId",
		`{"deviceClientId":"d","url":"https://x/","keys":{"p256dh":"AA","auth":"AA"}}`: "keys",
		`{"deviceClientId":"d","url":"https://x/","verificationCode":"x"}`:             "verificationCode",
	} {
		out := set(t, s, `{"create":{"k":`+create+`}}`)
		if e := out.NotCreated["k"]; e == nil || e.Type != jmap.InvalidProperties || e.Properties[0] != bad {
			t.Errorf("%s: %+v", create, out)
		}
	}
}

// TestPushRate checks that making subscriptions is no way to send a stranger
// messages without end.
func TestPushRate(t *testing.T) {
	s, _, _ := newServer(t, Config{PushMax: 3, PushClient: newPushClient(false)})
	for range 3 {
		out := set(t, s, `{"create":{"k":{"deviceClientId":"d","url":"https://127.0.0.1:1/"}}}`)
		made, _ := out.Created["k"].(map[string]any)
		id, _ := made["id"].(string)
		if out := set(t, s, `{"destroy":["`+id+`"]}`); len(out.Destroyed) != 1 {
			t.Fatalf("%+v", out)
		}
	}
	if out := set(t, s, `{"create":{"k":{"deviceClientId":"d","url":"https://127.0.0.1:1/"}}}`); out.NotCreated["k"] == nil || out.NotCreated["k"].Type != jmap.RateLimit {
		t.Errorf("the fourth within the hour: %+v", out)
	}
}

// TestPrivateNetworks checks that a push cannot be made to reach inside.
func TestPrivateNetworks(t *testing.T) {
	to, got := receiver(t)
	c := newPushClient(false)
	c.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: to.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
	if r, err := c.Post(to.URL, "text/plain", nil); err == nil || len(got) > 0 {
		t.Errorf("a push reached loopback: %v", r)
	}
}

// TestSealVector uses the example of RFC 8291 section 5.
func TestSealVector(t *testing.T) {
	b64 := func(s string) []byte {
		b, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	private, err := ecdh.P256().NewPrivateKey(b64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
	if err != nil {
		t.Fatal(err)
	}
	theirs := b64("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
	point, err := ecdh.P256().NewPublicKey(theirs)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := private.ECDH(point)
	if err != nil {
		t.Fatal(err)
	}
	got, err := sealWith([]byte("When I grow up, I want to be a watermelon"), shared, b64("BTBZMqHH6r4Tts7J_aSIgg"),
		theirs, private.PublicKey().Bytes(), b64("DGv6ra1nlYgDCS1FRnbzlw"))
	want := "0c6bfaadad67958803092d454676f397000010004104fe33f4ab0dea71914db55823f73b54948f41306d920732dbb9a59a53286482200e597a7b7bc260ba1c227998580992e93973002f3012a28ae8f06bbb78e5ec0ff297de5b429bba7153d3a4ae0caa091fd425f3b4b5414add8ab37a19c1bbb05cf5cb5b2a2e0562d558635641ec52812c6c8ff42e95ccb86be7cd"
	if err != nil || hex.EncodeToString(got) != want {
		t.Errorf("sealed: %x %v", got, err)
	}
}
