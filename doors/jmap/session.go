package jmapdoor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	httpdoor "chancery/doors/http"
	"chancery/wire/jmap"
)

// offers returns the capabilities that the person in the context is told of.
func offers(ctx context.Context, all []jmap.Capability) ([]jmap.Capability, error) {
	out := make([]jmap.Capability, 0, len(all))
	for _, c := range all {
		if c.Offer != nil {
			v, has, err := c.Offer(ctx)
			if err != nil {
				return nil, err
			}
			if !has {
				continue
			}
			c.Account = func(a jmap.Account) (any, bool) { return v, a.IsPersonal }
		}
		out = append(out, c)
	}
	return out, nil
}

const webSocketURN = "urn:ietf:params:jmap:websocket"

// session sends the session object (RFC 8620 section 2). Its URLs are
// absolute, as several clients do not resolve relative ones.
func (d *Door) session(w http.ResponseWriter, r *http.Request) {
	who, _ := httpdoor.SubjectOf(r.Context())
	s, err := d.sessionOf(r.Context(), who)
	if err != nil {
		httpdoor.Problem(w, err)
		return
	}
	base := d.needs.BaseURL(r)
	s.APIURL = base + "/jmap/api"
	s.UploadURL = base + "/jmap/upload/{accountId}/"
	s.DownloadURL = base + "/jmap/download/{accountId}/{blobId}/{name}?accept={type}"
	s.EventSourceURL = base + "/jmap/events?types={types}&closeafter={closeafter}&ping={ping}"
	// RFC 8887 section 3: the URL has the scheme ws or wss.
	s.Capabilities[webSocketURN] = jmap.WebSocketCapability{URL: "ws" + strings.TrimPrefix(base, "http") + "/jmap/ws", SupportsPush: true}
	w.Header().Set("Cache-Control", "no-cache, no-store, must-revalidate")
	httpdoor.JSON(w, http.StatusOK, "application/json", s)
}

// sessionOf builds what does not depend on the request.
func (d *Door) sessionOf(ctx context.Context, who httpdoor.Subject) (*jmap.Session, error) {
	accounts, err := d.needs.Accounts.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	s := &jmap.Session{Capabilities: map[string]any{}, Accounts: map[jmap.ID]jmap.SessionAccount{},
		PrimaryAccounts: map[string]jmap.ID{}, Username: who.Address}
	caps, err := offers(ctx, d.caps)
	if err != nil {
		return nil, err
	}
	for _, c := range caps {
		s.Capabilities[c.URN] = c.Session
		if c.Session == nil {
			s.Capabilities[c.URN] = struct{}{}
		}
	}
	for _, a := range accounts {
		out := jmap.SessionAccount{Name: a.Name, IsPersonal: a.IsPersonal, IsReadOnly: a.IsReadOnly, AccountCapabilities: map[string]any{}}
		for _, c := range caps {
			if c.Account == nil {
				continue
			}
			v, has := c.Account(a)
			if !has {
				continue
			}
			if v == nil {
				v = struct{}{}
			}
			out.AccountCapabilities[c.URN] = v
			if _, taken := s.PrimaryAccounts[c.URN]; !taken && a.IsPersonal {
				s.PrimaryAccounts[c.URN] = a.ID
			}
		}
		s.Accounts[a.ID] = out
	}
	b, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	s.State = hash(b)
	return s, nil
}

// stateLife is how long the state of a session object may be told without
// asking the rooms again: every response carries it (RFC 8620 section 3.4).
const stateLife = 2 * time.Second

// maxStates bounds the states that are kept.
const maxStates = 10_000

// sessionStates keeps the states of the session objects of those who are busy.
type sessionStates struct {
	mu sync.Mutex
	m  map[string]sessionState
}

type sessionState struct {
	state string
	until time.Time
}

// sessionState returns the state of the person's session object.
func (d *Door) sessionState(ctx context.Context, who httpdoor.Subject) (string, error) {
	now := d.needs.Clock.Now()
	k := &d.states
	k.mu.Lock()
	known, ok := k.m[who.ID]
	k.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.state, nil
	}
	s, err := d.sessionOf(ctx, who)
	if err != nil {
		return "", err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.m == nil || len(k.m) >= maxStates {
		k.m = map[string]sessionState{}
	}
	k.m[who.ID] = sessionState{s.State, now.Add(stateLife)}
	return s.State, nil
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}
