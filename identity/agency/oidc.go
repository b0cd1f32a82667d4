package agency

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// back is what a browser brings back from a provider.
type back struct {
	state, code, issuer, failed string
	response                    []byte // of SAML
}

// claims are what a provider says of a person.
type claims struct {
	subject   string
	email     string
	verified  bool
	assurance policy.Assurance
}

// discovered is the configuration of a provider (Discovery section 3) with its
// keys.
type discovered struct {
	Issuer   string   `json:"issuer"`
	Auth     string   `json:"authorization_endpoint"`
	Token    string   `json:"token_endpoint"`
	UserInfo string   `json:"userinfo_endpoint"`
	KeysAt   string   `json:"jwks_uri"`
	Methods  []string `json:"token_endpoint_auth_methods_supported"`
	SaysIss  bool     `json:"authorization_response_iss_parameter_supported"`

	keys []key
	read time.Time
}

var errProvider = errs.E(errs.Unavailable, "The agency's provider does not answer as it should; please try again later.")

// discover returns the configuration of an issuer, from memory when it is not old.
func (d *Desk) discover(ctx context.Context, issuer string) (*discovered, error) {
	d.mu.Lock()
	known := d.known[issuer]
	d.mu.Unlock()
	if known != nil && d.clock.Now().Sub(known.read) < d.conf.KeepKeys {
		return known, nil
	}
	fresh, err := d.fetch(ctx, issuer)
	if err != nil {
		d.log.Warn("agency: a provider cannot be read", "issuer", issuer, "error", err)
		return nil, errs.Wrap(errs.Unavailable, err, "%s", errs.Text(errProvider))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.known[issuer] = fresh
	return fresh, nil
}

func (d *Desk) fetch(ctx context.Context, issuer string) (*discovered, error) {
	out := &discovered{read: d.clock.Now()}
	if err := d.getJSON(ctx, strings.TrimSuffix(issuer, "/")+"/.well-known/openid-configuration", "", out); err != nil {
		return nil, err
	}
	if out.Issuer != issuer { // Discovery section 4.3
		return nil, errs.E(errs.Unavailable, "the configuration is of the issuer %q", out.Issuer)
	}
	for _, address := range []string{out.Auth, out.Token, out.KeysAt} {
		if u, err := url.Parse(address); err != nil || !private(u) {
			return nil, errs.E(errs.Unavailable, "the address %q is not private", address)
		}
	}
	var set struct{ Keys []jwk }
	if err := d.getJSON(ctx, out.KeysAt, "", &set); err != nil {
		return nil, err
	}
	for _, k := range set.Keys {
		if opened, ok := k.open(); ok {
			out.keys = append(out.keys, opened)
		}
	}
	if len(out.keys) == 0 {
		return nil, errs.E(errs.Unavailable, "the provider has no key that can be used")
	}
	return out, nil
}

// authorize is the address of a request (Core section 3.1.2.1) with PKCE (RFC 7636).
func (c *discovered) authorize(p Provider, a asked, state string) string {
	sum := sha256.Sum256([]byte(a.Verifier))
	q := url.Values{"response_type": {"code"}, "client_id": {p.Client}, "redirect_uri": {a.Back}, "scope": {"openid email profile"}, "state": {state}, "nonce": {a.Nonce},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}
	join := "?"
	if strings.Contains(c.Auth, "?") {
		join = "&"
	}
	return c.Auth + join + q.Encode()
}

// redeem exchanges the code and checks what the provider says.
func (d *Desk) redeem(ctx context.Context, p Provider, a asked, answer back) (said claims, err error) {
	conf, err := d.discover(ctx, p.Issuer)
	if err != nil {
		return said, err
	}
	if answer.issuer != "" && answer.issuer != p.Issuer || answer.issuer == "" && conf.SaysIss { // RFC 9207 section 2.4
		return said, errs.E(errs.Forbidden, "The answer is of another provider.")
	}
	secret, err := d.db.Unseal(ctx, store.Scope{Org: p.Org}, sealOf(p), p.sealed)
	if err != nil {
		return said, err
	}
	var tokens struct {
		ID     string `json:"id_token"`
		Access string `json:"access_token"`
	}
	if err := d.exchange(ctx, conf, p, string(secret), a, answer.code, &tokens); err != nil {
		return said, errs.Wrap(errs.Unavailable, err, "%s", errs.Text(errProvider))
	}
	token, err := d.idToken(ctx, conf, p, a, tokens.ID)
	if err != nil {
		return said, err
	}
	said = claims{subject: token.Subject, email: token.Email, verified: token.vouches(), assurance: token.assurance()}
	if said.email != "" || conf.UserInfo == "" {
		return said, nil
	}
	if u, err := url.Parse(conf.UserInfo); err != nil || !private(u) {
		return said, nil
	}
	var info idToken
	if err := d.getJSON(ctx, conf.UserInfo, tokens.Access, &info); err != nil {
		return said, errs.Wrap(errs.Unavailable, err, "%s", errs.Text(errProvider))
	}
	if info.Subject != token.Subject { // Core section 5.3.2
		return said, errs.E(errs.Forbidden, "The provider speaks of two people.")
	}
	said.email, said.verified = info.Email, info.vouches()
	return said, nil
}

// exchange asks for the tokens of a code (Core section 3.1.3).
func (d *Desk) exchange(ctx context.Context, conf *discovered, p Provider, secret string, a asked, code string, into any) error {
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {a.Back}, "code_verifier": {a.Verifier}}
	basic := len(conf.Methods) == 0 || slices.Contains(conf.Methods, "client_secret_basic")
	if !basic {
		form.Set("client_id", p.Client)
		form.Set("client_secret", secret)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, conf.Token, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if basic { // RFC 6749 section 2.3.1: encoded as in a form first
		r.SetBasicAuth(url.QueryEscape(p.Client), url.QueryEscape(secret))
	}
	return d.answer(r, into)
}

func (d *Desk) getJSON(ctx context.Context, address, bearer string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	return d.answer(r, into)
}

// answer sends a request and reads the JSON that comes, up to a size.
func (d *Desk) answer(r *http.Request, into any) error {
	r.Header.Set("Accept", "application/json")
	res, err := d.http.Do(r)
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "the provider does not answer")
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, d.conf.MaxAnswer+1))
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "the provider's answer breaks off")
	}
	if int64(len(body)) > d.conf.MaxAnswer {
		return errs.E(errs.Unavailable, "the provider's answer is too long")
	}
	if res.StatusCode != http.StatusOK {
		return errs.E(errs.Unavailable, "the provider answers %s to %s", res.Status, r.URL.Path)
	}
	return errs.Wrap(errs.Unavailable, json.Unmarshal(body, into), "the provider's answer cannot be read")
}
