package jmapdoor

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	httpdoor "chancery/doors/http"
	"chancery/kit/errs"
	"chancery/wire/jmap"
)

// socketRequest is what a client sends over a web socket (RFC 8887 section 4.3).
type socketRequest struct {
	Kind      string   `json:"@type"`
	ID        string   `json:"id"`
	DataTypes []string `json:"dataTypes"`
	PushState string   `json:"pushState"`
}

// socket is one open web socket.
type socket struct {
	door *Door
	who  httpdoor.Subject
	conn *websocket.Conn
	send sync.Mutex // frames are written by requests and by the push
	push context.CancelFunc
	work sync.WaitGroup
}

// socket answers JMAP over a web socket (RFC 8887).
func (d *Door) socket(w http.ResponseWriter, r *http.Request) {
	who, _ := httpdoor.SubjectOf(r.Context())
	if !d.streams.enter(who.ID, d.conf.MaxStreams) {
		httpdoor.Problem(w, errs.E(errs.RateLimited, "At most %d connections may be open at once.", d.conf.MaxStreams))
		return
	}
	defer d.streams.leave(who.ID)
	// The guard of doors/http has compared Origin with the host already.
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"jmap"}, InsecureSkipVerify: true})
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow()
	// RFC 8887 section 4.1: the subprotocol jmap must be agreed on.
	if conn.Subprotocol() != "jmap" {
		_ = conn.Close(websocket.StatusPolicyViolation, "the subprotocol jmap is needed")
		return
	}
	conn.SetReadLimit(d.conf.Limits.MaxSizeRequest)
	s := &socket{door: d, who: who, conn: conn}
	ctx, cancel := context.WithCancel(r.Context())
	defer s.work.Wait()
	defer cancel()
	go s.alive(ctx, cancel)
	s.loop(ctx)
}

// alive finds out when the other end is gone without a word, and says goodbye
// when the server closes.
func (s *socket) alive(ctx context.Context, cancel func()) {
	t := time.NewTicker(2 * time.Minute)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-httpdoor.Closing(ctx):
			_ = s.conn.Close(websocket.StatusGoingAway, "the server is closing")
			cancel()
			return
		case <-t.C:
			soon, stop := context.WithTimeout(ctx, 30*time.Second)
			err := s.conn.Ping(soon)
			stop()
			if err != nil {
				cancel()
				return
			}
		}
	}
}

func (s *socket) loop(ctx context.Context) {
	for {
		kind, b, err := s.conn.Read(ctx)
		if err != nil {
			return
		}
		// RFC 8887 section 4.2: binary frames are not used.
		if kind != websocket.MessageText {
			_ = s.conn.Close(websocket.StatusUnsupportedData, "JMAP uses text messages")
			return
		}
		s.message(ctx, b)
	}
}

// message starts the work that one message asks for. Requests run side by
// side and may be answered in any order (RFC 8887 section 4.3.1).
func (s *socket) message(ctx context.Context, b []byte) {
	if err := jmap.CheckIJSON(b); err != nil {
		s.refuse(ctx, "", &jmap.RequestError{Type: jmap.NotJSON, Status: 400, Detail: err.Error()})
		return
	}
	var in socketRequest
	if err := json.Unmarshal(b, &in); err != nil {
		s.refuse(ctx, "", &jmap.RequestError{Type: jmap.NotRequest, Status: 400, Detail: "The message is not an object with @type."})
		return
	}
	switch in.Kind {
	case "Request":
		limit := s.door.conf.Limits.MaxConcurrentRequests
		if !s.door.calls.enter(s.who.ID, limit) {
			s.refuse(ctx, in.ID, jmap.OverLimit("maxConcurrentRequests", "At most %d requests may run at once.", limit))
			return
		}
		s.work.Go(func() {
			defer s.door.calls.leave(s.who.ID)
			s.request(ctx, in.ID, b)
		})
	case "WebSocketPushEnable":
		s.enable(ctx, in)
	case "WebSocketPushDisable":
		if s.push != nil {
			s.push()
			s.push = nil
		}
	default:
		s.refuse(ctx, in.ID, &jmap.RequestError{Type: jmap.NotRequest, Status: 400, Detail: "There is no message of the type " + in.Kind + "."})
	}
}

func (s *socket) request(ctx context.Context, id string, b []byte) {
	req, rerr := jmap.ParseRequest(b, s.door.conf.Limits)
	if rerr == nil {
		rerr = req.Check(s.door.offered)
	}
	if rerr != nil {
		s.refuse(ctx, id, rerr)
		return
	}
	if !s.signedIn(ctx) {
		return
	}
	limited, cancel := context.WithTimeout(ctx, s.door.conf.RequestTime)
	defer cancel()
	resp, err := s.door.dispatch(limited, s.who, req)
	if err != nil {
		s.refuse(ctx, id, &jmap.RequestError{Type: "about:blank", Status: httpdoor.StatusOf(err), Detail: errs.Text(err)})
		return
	}
	body, err := resp.AppendJSON(nil)
	if err != nil {
		return
	}
	// RFC 8887 section 4.3.2: the response gains @type and requestId.
	out := append([]byte(`{"@type":"Response",`), requestID(id)...)
	s.write(ctx, append(out, body[1:]...))
}

// signedIn closes the socket of somebody whose session has ended.
func (s *socket) signedIn(ctx context.Context) bool {
	err := httpdoor.Recheck(ctx)
	if err != nil {
		_ = s.conn.Close(websocket.StatusPolicyViolation, "please sign in")
	}
	return err == nil
}

func requestID(id string) []byte {
	if id == "" {
		return nil
	}
	return append(jmap.AppendString([]byte(`"requestId":`), id), ',')
}

// refuse sends a request-level error (RFC 8887 section 4.3.4).
func (s *socket) refuse(ctx context.Context, id string, e *jmap.RequestError) {
	body, err := json.Marshal(e)
	if err != nil {
		return
	}
	out := append([]byte(`{"@type":"RequestError",`), requestID(id)...)
	s.write(ctx, append(out, bytes.TrimPrefix(body, []byte{'{'})...))
}

func (s *socket) write(ctx context.Context, b []byte) {
	s.send.Lock()
	defer s.send.Unlock()
	soon, cancel := context.WithTimeout(ctx, s.door.conf.WriteTime)
	defer cancel()
	_ = s.conn.Write(soon, websocket.MessageText, b) // a broken connection ends the read loop
}

// enable starts the push of state changes (RFC 8887 section 4.3.5.2), in place
// of one that runs.
func (s *socket) enable(ctx context.Context, in socketRequest) {
	if s.push != nil {
		s.push()
	}
	// What ends the push must not cut a frame short, which would break the
	// connection: frames are written under ctx, the socket's own.
	enabled, stop := context.WithCancel(ctx)
	s.push = stop
	watch, err := s.door.watch(enabled, in.DataTypes)
	if err != nil {
		s.refuse(ctx, in.ID, &jmap.RequestError{Type: "about:blank", Status: httpdoor.StatusOf(err), Detail: errs.Text(err)})
		return
	}
	s.work.Go(func() {
		defer watch.stop()
		if in.PushState != "" && in.PushState != watch.mark() {
			s.pushChange(ctx, watch, watch.known)
		}
		for {
			select {
			case <-enabled.Done():
				return
			case <-watch.wake:
				changed, err := watch.news(enabled)
				switch {
				case enabled.Err() != nil:
					return
				case err != nil:
					_ = s.conn.Close(websocket.StatusTryAgainLater, "changes cannot be read now")
					return
				case len(changed) == 0:
				case !s.signedIn(ctx):
					return
				default:
					s.pushChange(ctx, watch, changed)
				}
			}
		}
	})
}

func (s *socket) pushChange(ctx context.Context, watch *watcher, changed states) {
	c := change(changed)
	c.PushState = watch.mark()
	if b, err := json.Marshal(c); err == nil {
		s.write(ctx, b)
	}
}
