package jmapdoor

import (
	"bufio"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/coder/websocket"

	httpdoor "chancery/doors/http"
	"chancery/kit/errs"
	"chancery/wire/jmap"
)

// oneSession is an identity with one session that can end.
type oneSession struct {
	httpdoor.Identity // what this test does not ask
	ended             atomic.Bool
}

func (o *oneSession) Verify(context.Context, string, string, string) (httpdoor.Subject, error) {
	return httpdoor.Subject{}, errs.E(errs.Unauthenticated, "no")
}

func (o *oneSession) Session(context.Context, string, string) (httpdoor.Subject, error) {
	if o.ended.Load() {
		return httpdoor.Subject{}, errs.E(errs.Unauthenticated, "The session has ended.")
	}
	return httpdoor.Subject{ID: "u1"}, nil
}

func (o *oneSession) CloseSession(context.Context, string) error { return nil }

// TestSignedOut checks that open streams and sockets are of no use after the
// session has ended.
func TestSignedOut(t *testing.T) {
	room, who := newOffice(), &oneSession{}
	d := New(Config{}, []jmap.Capability{room.capability()}, Needs{Accounts: room, Blobs: room, Feed: room,
		BaseURL: func(r *http.Request) string { return "http://" + r.Host }})
	door, err := httpdoor.New(httpdoor.Config{}, who, fstest.MapFS{}, d.Routes(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(door.Handler())
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cookie := http.Header{"Cookie": {"chancery=x"}}

	req, _ := http.NewRequestWithContext(ctx, "GET", s.URL+"/jmap/events?types=*&closeafter=no&ping=0", nil)
	req.Header = cookie
	events, err := http.DefaultClient.Do(req)
	if err != nil || events.StatusCode != 200 {
		t.Fatal(err, events)
	}
	defer events.Body.Close()
	c, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(s.URL, "http")+"/jmap/ws", &websocket.DialOptions{Subprotocols: []string{"jmap"}, HTTPHeader: cookie})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	change := `{"@type":"Request","id":"R","using":["urn:example:notes"],"methodCalls":[["Note/set",{"accountId":"A1","create":{"a":{"text":"x"}}},"s"]]}`
	if err := c.Write(ctx, websocket.MessageText, []byte(change)); err != nil {
		t.Fatal(err)
	}
	if _, b, err := c.Read(ctx); err != nil || !strings.Contains(string(b), `"created":{"a":{"id":"N1"}}`) {
		t.Fatalf("signed in: %s %v", b, err)
	}
	in := bufio.NewScanner(events.Body)
	for in.Scan() && !strings.HasPrefix(in.Text(), "data:") {
	}

	who.ended.Store(true)
	if err := c.Write(ctx, websocket.MessageText, []byte(change)); err != nil {
		t.Fatal(err)
	}
	if _, b, err := c.Read(ctx); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Errorf("signed out, over the socket: %s %v", b, err)
	}
	room.mu.Lock()
	notes := len(room.notes)
	room.state++
	for l := range room.listeners {
		l <- struct{}{}
	}
	room.mu.Unlock()
	if notes != 1 {
		t.Errorf("a request was run for somebody who is signed out")
	}
	for in.Scan() {
		if strings.HasPrefix(in.Text(), "data:") {
			t.Errorf("told somebody who is signed out: %s", in.Text())
		}
	}
}
