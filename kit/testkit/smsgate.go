package testkit

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// SMSGate stands in for a provider that takes short messages by HTTP. At
// /cgi-bin/sendsms it answers as Kannel 1.4.5 does (its user guide, "SMS-sending
// HTTP interface"); any other path is taken as it is, for other forms.
type SMSGate struct {
	*httptest.Server
	User, Password string

	mu     sync.Mutex
	taken  []SMSRequest
	status int
	hang   time.Duration
}

// SMSRequest is what the provider got.
type SMSRequest struct {
	Method, Path, Body string
	Header             http.Header
	Form               map[string][]string // of the query, or a form in the body
}

// NewSMSGate opens one on loopback until the test ends, with TLS or without.
func NewSMSGate(t testing.TB, secure bool) *SMSGate {
	t.Helper()
	g := &SMSGate{User: "chancery", Password: "s&cr=t+"}
	if secure {
		g.Server = httptest.NewTLSServer(g)
	} else {
		g.Server = httptest.NewServer(g)
	}
	t.Cleanup(g.Close)
	return g
}

// Answer sets the status of answers, 0 for the usual one; Hang how long they take.
func (g *SMSGate) Answer(status int) { g.mu.Lock(); g.status = status; g.mu.Unlock() }

// Hang sets how long an answer takes.
func (g *SMSGate) Hang(d time.Duration) { g.mu.Lock(); g.hang = d; g.mu.Unlock() }

// Taken returns what was asked, also where the answer was no.
func (g *SMSGate) Taken() []SMSRequest {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.taken)
}

// ServeHTTP takes a message.
func (g *SMSGate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	if err != nil {
		return
	}
	in := SMSRequest{Method: r.Method, Path: r.URL.Path, Body: string(body), Header: r.Header.Clone(), Form: r.URL.Query()}
	g.mu.Lock()
	g.taken = append(g.taken, in)
	status, hang := g.status, g.hang
	g.mu.Unlock()
	if hang > 0 {
		select {
		case <-time.After(hang):
		case <-r.Context().Done():
			return
		}
	}
	q := r.URL.Query()
	switch {
	case status == http.StatusFound:
		http.Redirect(w, r, g.URL+"/elsewhere", status)
	case status != 0:
		w.WriteHeader(status)
		io.WriteString(w, "Temporal failure, try again later.")
	case r.URL.Path != "/cgi-bin/sendsms":
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"statusCode":"202","statusName":"success"}`)
	case q.Get("username") != g.User || q.Get("password") != g.Password:
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, "Authorization failed for sendsms")
	case q.Get("to") == "":
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, "Missing receiver and/or sender number, rejected")
	default:
		w.WriteHeader(http.StatusAccepted)
		io.WriteString(w, "0: Accepted for delivery")
	}
}
