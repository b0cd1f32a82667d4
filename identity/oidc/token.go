package oidc

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"chancery/identity"
	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Tokens is the answer to a client that exchanged what it had (RFC 6749 section 5.1).
type Tokens struct {
	Access  string `json:"access_token"`
	Type    string `json:"token_type"`
	Seconds int    `json:"expires_in"`
	Refresh string `json:"refresh_token,omitempty"`
	ID      string `json:"id_token,omitempty"`
	Scope   string `json:"scope"`
}

// grantTypes are the ways to tokens, as discovery names them.
const grantDevice = "urn:ietf:params:oauth:grant-type:device_code"

var errGrant = refuse("invalid_grant", "The code or token is wrong, used up, or over.")

// Exchange gives a client tokens for a code, a refresh token or a device code.
func (p *Provider) Exchange(ctx context.Context, given Credentials, form url.Values, issuer string, peer identity.Peer) (Tokens, error) {
	c, err := p.authenticate(ctx, given)
	if err != nil {
		return Tokens{}, err
	}
	for _, values := range form {
		if len(values) > 1 || len(values[0]) > p.conf.MaxParameter {
			return Tokens{}, refuse("invalid_request", "A parameter is there twice or is too long.")
		}
	}
	switch form.Get("grant_type") {
	case "authorization_code":
		return p.byCode(ctx, c, form, issuer, peer)
	case "refresh_token":
		return p.byRefresh(ctx, c, form, issuer, peer)
	case grantDevice:
		return p.byDevice(ctx, c, form, issuer, peer)
	case "":
		return Tokens{}, refuse("invalid_request", "grant_type is missing.")
	}
	return Tokens{}, refuse("unsupported_grant_type", "The grants are authorization_code, refresh_token and device_code.")
}

// byCode is RFC 6749 section 4.1.3. A code is good once: whoever comes second
// with it ends what the first one got (section 4.1.2), since one of them stole it.
func (p *Provider) byCode(ctx context.Context, c Client, form url.Values, issuer string, peer identity.Peer) (Tokens, error) {
	text := form.Get("code")
	org, ok := sso.OrgOf(text)
	if !ok || org != c.Org {
		return Tokens{}, errGrant
	}
	var have code
	var g grant
	var refused error
	err := p.db.Write(ctx, func(tx *store.Tx) (err error) {
		refused = nil
		if have, err = selectCode(ctx, tx, org, sso.HashOf(text)); err != nil {
			return err
		}
		if have.client != c.ID {
			refused = errGrant
			return nil
		}
		if g, err = selectGrant(ctx, tx, org, have.grant); err != nil {
			return err
		}
		first, err := useCode(ctx, tx, org, sso.HashOf(text), p.now())
		if err != nil {
			return err
		}
		if !first {
			refused = errGrant
			return p.replayed(ctx, tx, g, "code", peer)
		}
		refused = have.check(form, p.now())
		return nil
	})
	if found, err2 := store.Found(err); !found {
		return Tokens{}, errorOr(err2, errGrant)
	}
	if refused != nil {
		return Tokens{}, refused
	}
	return p.issue(ctx, c, g, issue{nonce: have.nonce, scope: g.scope, issuer: issuer}, peer)
}

// check compares what came with the code with what the code was made for.
func (c code) check(form url.Values, now int64) error {
	switch {
	case c.ends < now, form.Get("redirect_uri") != c.redirect:
		return errGrant
	case c.challenge == "" && form.Get("code_verifier") != "": // RFC 9700 section 4.8.2: no downgrade
		return errGrant
	case c.challenge == "":
		return nil
	}
	verifier := form.Get("code_verifier")
	sum := sha256.Sum256([]byte(verifier))
	if len(verifier) < 43 || len(verifier) > 128 || !sso.Same(base64url.EncodeToString(sum[:]), c.challenge) { // RFC 7636 section 4.6
		return refuse("invalid_grant", "The code_verifier is wrong.")
	}
	return nil
}

// replayed ends a grant whose code or refresh token came twice.
func (p *Provider) replayed(ctx context.Context, tx *store.Tx, g grant, what string, peer identity.Peer) error {
	p.log.Warn("sso: a "+what+" came twice; its tokens are revoked", "client", g.client, "account", g.account, "peer", peer.Addr)
	if err := deleteGrant(ctx, tx, g.org, g.id); err != nil {
		return err
	}
	by := p.identity.Stranger(g.org, g.account, "", peer)
	return p.note(ctx, tx, by, "sso.replay", g.client+" "+what, errGrant.kind())
}

// issue is what tokens are made for.
type issue struct {
	nonce, scope, issuer string
	replaces             []byte // the refresh token that is used up
	device               []byte // the device code that is used up
}

// issue makes tokens on a grant whose person still stands.
func (p *Provider) issue(ctx context.Context, c Client, g grant, want issue, peer identity.Peer) (Tokens, error) {
	who, err := p.standing(ctx, g, peer)
	if err != nil {
		return Tokens{}, asGrantError(err)
	}
	if g.has("mail") {
		if err := p.mayMail(ctx, who); err != nil {
			return Tokens{}, refuse("access_denied", errs.Text(err))
		}
	}
	life := p.conf.AccessLife
	if g.has("mail") {
		life = p.conf.MailLife
	}
	access, accessHash := sso.NewSecret(g.org)
	out := Tokens{Access: access, Type: "Bearer", Seconds: int(life.Seconds()), Scope: want.scope}
	if hasScope(want.scope, "openid") {
		if out.ID, err = p.idToken(ctx, c, g, want, access); err != nil {
			return Tokens{}, err
		}
	}
	var refreshHash []byte
	if g.has("offline_access") || g.has("mail") {
		out.Refresh, refreshHash = sso.NewSecret(g.org)
	}
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := selectGrant(ctx, tx, g.org, g.id); err != nil { // ended meanwhile
			return err
		}
		if want.replaces != nil {
			if first, err := useToken(ctx, tx, g.org, want.replaces, p.now(), p.after(p.conf.ReplayWatch)); err != nil || !first {
				return errorOr(err, store.ErrNoRows)
			}
		}
		if want.device != nil {
			if first, err := deleteDevice(ctx, tx, g.org, want.device); err != nil || !first {
				return errorOr(err, store.ErrNoRows)
			}
		}
		if refreshHash != nil {
			// The refresh token bears the whole grant, whatever this access token bears.
			if err := insertToken(ctx, tx, g.org, refreshHash, token{grant: g.id, kind: "refresh", scope: g.scope, ends: p.after(p.conf.RefreshLife)}); err != nil {
				return err
			}
		}
		if err := touchGrant(ctx, tx, g.org, g.id, p.now(), g.from); err != nil {
			return err
		}
		return insertToken(ctx, tx, g.org, accessHash, token{grant: g.id, kind: "access", scope: want.scope, ends: p.after(life)})
	})
	if found, err := store.Found(err); !found {
		return Tokens{}, errorOr(err, errGrant)
	}
	return out, nil
}

// errTerms is the answer while a person let the time for a regulation pass
// (N67): RFC 6749 section 5.2 has one word for it and for what is over, so the
// text says which. Tokens and grants are good again when they accepted it; at
// the address of authorisation the sign-in asks for their word, and with
// prompt=none the answer is login_required (Core section 3.1.2.6).
var errTerms = refuse("invalid_grant", "A regulation of the house has to be accepted first. Please sign in to the web client and read it, then try again.")

// asGrantError tells a client that a sign-on is over as OAuth says it.
func asGrantError(err error) error {
	var why interface{ Reason() string }
	if errors.As(err, &why) && why.Reason() == "acceptFirst" {
		return errTerms
	}
	if errs.Is(err, errs.Unauthenticated) || errs.Is(err, errs.NotFound) {
		return errGrant
	}
	return err
}

// idToken says who the person is (Core section 2).
func (p *Provider) idToken(ctx context.Context, c Client, g grant, want issue, access string) (string, error) {
	sub, err := p.subject(ctx, c, g.account)
	if err != nil {
		return "", err
	}
	sid, err := p.shownSession(ctx, c, g.sid)
	if err != nil {
		return "", err
	}
	now := p.clock.Now()
	claims := map[string]any{
		"iss": want.issuer, "sub": sub, "aud": c.ID, "azp": c.ID,
		"iat": now.Unix(), "exp": now.Add(p.conf.AccessLife).Unix(),
		"auth_time": time.UnixMilli(g.proved).Unix(), "acr": acrOf(g.assurance), "amr": amrOf(g.assurance),
		"at_hash": halfHash(access), "sid": sid,
	}
	if want.nonce != "" {
		claims["nonce"] = want.nonce
	}
	return p.sign(ctx, claims)
}

// byRefresh is RFC 6749 section 6 with rotation: a refresh token is good once,
// and one that comes twice ends the grant (RFC 9700 section 4.14.2).
func (p *Provider) byRefresh(ctx context.Context, c Client, form url.Values, issuer string, peer identity.Peer) (Tokens, error) {
	text := form.Get("refresh_token")
	t, g, err := p.find(ctx, c.Org, text, "refresh")
	if err != nil {
		return Tokens{}, err
	}
	switch {
	case g.client != c.ID:
		return Tokens{}, errGrant
	case t.used > 0:
		return Tokens{}, errorOr(p.db.Write(ctx, func(tx *store.Tx) error { return p.replayed(ctx, tx, g, "refresh token", peer) }), errGrant)
	case t.ends < p.now():
		return Tokens{}, errGrant
	}
	want := issue{scope: g.scope, issuer: issuer, replaces: sso.HashOf(text)}
	if narrower := form.Get("scope"); narrower != "" {
		var list []string
		for s := range strings.FieldsSeq(narrower) {
			if !g.has(s) {
				return Tokens{}, refuse("invalid_scope", "More is asked for than was granted.")
			}
			list = append(list, s)
		}
		want.scope = strings.Join(list, " ")
	}
	return p.issue(ctx, c, g, want, peer)
}

// find returns a token of a kind with its grant; invalid_grant when it is not
// one of the organisation's.
func (p *Provider) find(ctx context.Context, org int64, text, kind string) (t token, g grant, err error) {
	if said, ok := sso.OrgOf(text); !ok || said != org {
		return t, g, errGrant
	}
	err = p.db.Read(ctx, func(tx *store.Tx) (err error) {
		if t, err = selectToken(ctx, tx, org, sso.HashOf(text)); err != nil {
			return err
		}
		g, err = selectGrant(ctx, tx, org, t.grant)
		return err
	})
	found, err := store.Found(err)
	if err == nil && (!found || t.kind != kind) {
		err = errGrant
	}
	return t, g, err
}

// live returns the grant and the subject of an access token that is good now.
func (p *Provider) live(ctx context.Context, text string, peer identity.Peer) (t token, g grant, who policy.Subject, err error) {
	org, _ := sso.OrgOf(text)
	if t, g, err = p.find(ctx, org, text, "access"); err != nil {
		return t, g, who, err
	}
	if t.ends < p.now() {
		return t, g, who, errGrant
	}
	who, err = p.standing(ctx, g, peer)
	return t, g, who, asGrantError(err)
}

func parseAddr(text string) netip.Addr {
	a, _ := netip.ParseAddr(text)
	return a
}
