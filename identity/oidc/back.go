package oidc

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"chancery/identity"
	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// Limits of telling systems (Back-Channel Logout 1.0).
const (
	backEvery   = 15 * time.Second // how often it is seen who is due
	backLook    = 5 * time.Minute  // how often it is seen whether a session stands
	backClaim   = 30 * time.Second // within which the attempts of a batch end
	backTimeout = 10 * time.Second // of one system
	backFirst   = 10 * time.Second // before the second attempt; each waits twice as long
	backMost    = time.Hour
	backGiveUp  = 24 * time.Hour  // after the end of the session
	backBatch   = 16              // told at once, so that one that is slow holds up few
	backLife    = 2 * time.Minute // of a logout token (section 2.4)
)

// logoutEvent is the event that a logout token is about (section 2.4).
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// back is a client that wants to be told when a session is over. It is kept
// from the sign-on on, so that it is told however the session ended: by the
// person, by somebody else, by a lock, by time; and while we or the client were
// down.
type back struct {
	org                                  int64
	client                               string
	session, account, credential, ground int64
	issuer                               string
	next, over, tries                    int64
}

// watch notes that a client wants to be told of the session that a grant was
// made in.
func (p *Provider) watch(ctx context.Context, tx *store.Tx, c Client, g grant, issuer string) error {
	session, err := strconv.ParseInt(g.sid, 36, 64)
	if c.BackLogout == "" || err != nil || session == 0 {
		return nil
	}
	return insertBack(ctx, tx, back{org: g.org, client: c.ID, session: session, account: g.account, credential: g.credential, ground: g.ground, issuer: issuer, next: p.after(backLook)})
}

// over notes that the person ends a session, so that nobody has to look first
// whether it stands.
func (p *Provider) over(ctx context.Context, org, account, session int64) error {
	var n int64
	err := p.db.Write(ctx, func(tx *store.Tx) (err error) {
		n, err = overBack(ctx, tx, org, account, session, p.now())
		return err
	})
	if err == nil && n > 0 {
		select {
		case p.woken <- struct{}{}:
		default:
		}
	}
	return err
}

// RunGoodbyes tells systems of sessions that are over, until ctx ends.
func (p *Provider) RunGoodbyes(ctx context.Context) {
	tick := time.NewTicker(backEvery)
	defer tick.Stop()
	for {
		if err := p.tellBacks(ctx); err != nil && ctx.Err() == nil {
			p.log.Error("sso: telling systems that sessions are over", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-p.woken:
		}
	}
}

// tellBacks looks at all that is due. Servers that share a database share the
// work: whoever claims one does it.
func (p *Provider) tellBacks(ctx context.Context) error {
	for {
		var mine []back
		due := 0
		err := p.db.Write(ctx, func(tx *store.Tx) error {
			mine = nil
			all, err := selectBack(ctx, tx, p.now(), backBatch)
			due = len(all)
			for _, b := range all {
				ok, err := claimBack(ctx, tx, b, p.after(backClaim))
				if err != nil {
					return err
				}
				if ok {
					mine = append(mine, b)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		failed := make([]error, len(mine))
		var all sync.WaitGroup
		for n, b := range mine {
			all.Go(func() { failed[n] = p.tellBack(ctx, b) })
		}
		all.Wait()
		if err := errors.Join(failed...); err != nil || due < backBatch {
			return err
		}
	}
}

// tellBack tells one client, if the session is over.
func (p *Provider) tellBack(ctx context.Context, b back) error {
	if b.over == 0 {
		_, err := p.identity.Standing(ctx, identity.Proof{Org: b.org, Account: b.account, Credential: b.credential, Session: b.session, Ground: b.ground}, identity.Peer{})
		// Who has to accept a regulation is not signed out of what is elsewhere.
		if err := asGrantError(err); err == nil || errors.Is(err, errTerms) {
			return p.db.Write(ctx, func(tx *store.Tx) error { _, err := claimBack(ctx, tx, b.claimed(p), p.after(backLook)); return err })
		} else if !errors.Is(err, errGrant) {
			return err
		}
		b.over = p.now()
	}
	c, err := p.client(ctx, b.client)
	var gone *Refusal
	if errors.As(err, &gone) || err == nil && c.BackLogout == "" {
		return p.db.Write(ctx, func(tx *store.Tx) error { return deleteBack(ctx, tx, b) })
	}
	if err != nil {
		return err
	}
	token, err := p.logoutToken(ctx, c, b)
	if err != nil {
		return err
	}
	return p.told(ctx, c, b, p.postLogout(ctx, c.BackLogout, token))
}

// claimed is what is kept of one after it was claimed.
func (b back) claimed(p *Provider) back {
	b.next = p.after(backClaim)
	return b
}

// told keeps what came of an attempt.
func (p *Provider) told(ctx context.Context, c Client, b back, failed error) error {
	late := failed != nil && p.now()-b.over >= backGiveUp.Milliseconds()
	if failed != nil && !late {
		wait := min(backFirst<<min(b.tries, 20), backMost)
		p.log.Warn("sso: a system could not be told that a session is over", "client", c.ID, "tries", b.tries+1, "error", failed)
		return p.db.Write(ctx, func(tx *store.Tx) error { return failBack(ctx, tx, b, b.over, p.after(wait)) })
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		if err := deleteBack(ctx, tx, b); err != nil {
			return err
		}
		return p.note(ctx, tx, policy.Subject{Org: b.org, Account: b.account, Door: "http"}, "sso.goodbye", c.ID+" "+c.Name, failed)
	})
}

// logoutToken says that a session is over (section 2.4). It has no nonce, so
// that nobody takes it for an ID token.
func (p *Provider) logoutToken(ctx context.Context, c Client, b back) (string, error) {
	sub, err := p.subject(ctx, c, b.account)
	if err != nil {
		return "", err
	}
	sid, err := p.shownSession(ctx, c, strconv.FormatInt(b.session, 36))
	if err != nil {
		return "", err
	}
	now := p.clock.Now()
	return p.signAs(ctx, "logout+jwt", map[string]any{
		"iss": b.issuer, "sub": sub, "aud": c.ID, "iat": now.Unix(), "exp": now.Add(backLife).Unix(), "jti": id.Token(16), "sid": sid,
		"events": map[string]any{logoutEvent: map[string]any{}},
	})
}

// postLogout sends it (section 2.5). Another address than the registered one
// is not gone to.
func (p *Provider) postLogout(ctx context.Context, address, token string) error {
	ctx, cancel := context.WithTimeout(ctx, backTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(url.Values{"logout_token": {token}}.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := p.outside.Do(r)
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "The system does not answer.")
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, sso.MaxForm)) // so that the connection is used again
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusNoContent {
		return errs.E(errs.Unavailable, "The system answers %d.", res.StatusCode)
	}
	return nil
}

// newOutside is the client for such addresses.
func newOutside() *http.Client {
	return &http.Client{Timeout: backTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}
