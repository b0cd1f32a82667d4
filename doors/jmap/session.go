package jmapdoor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"

	httpdoor "chancery/doors/http"
	"chancery/wire/jmap"
)

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
	for _, c := range d.caps {
		s.Capabilities[c.URN] = c.Session
		if c.Session == nil {
			s.Capabilities[c.URN] = struct{}{}
		}
	}
	for _, a := range accounts {
		out := jmap.SessionAccount{Name: a.Name, IsPersonal: a.IsPersonal, IsReadOnly: a.IsReadOnly, AccountCapabilities: map[string]any{}}
		for _, c := range d.caps {
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

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}
