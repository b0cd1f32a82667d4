package oidc

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// Kinds of client.
const (
	KindWeb    = "web"    // a system with a secret of its own
	KindNative = "native" // a program that can keep no secret (RFC 8252)
	KindMail   = "mail"   // a mail program: its tokens open IMAP and submission
)

// When a person is asked before a client is told who they are.
const (
	ConsentNever  = "never"
	ConsentFirst  = "first"
	ConsentAlways = "always"
)

// Client is a system or program that may ask who somebody is.
type Client struct {
	Org         int64            `json:"-"`
	ID          string           `json:"-"`
	Name        string           `json:"-"`
	Kind        string           `json:"-"`
	Made        time.Time        `json:"-"`
	Redirects   []string         `json:"redirects"`             // addresses that answers may go to, letter by letter
	Logouts     []string         `json:"logouts,omitempty"`     // addresses that a sign-out may lead to
	FrontLogout string           `json:"frontLogout,omitempty"` // address that is loaded in a frame when a session ends
	BackLogout  string           `json:"backLogout,omitempty"`  // address that we post to when a session is over
	Consent     string           `json:"consent"`               // never, first, always
	Pairwise    bool             `json:"pairwise,omitempty"`    // its own name for each person (Core section 8.1)
	Device      bool             `json:"device,omitempty"`      // may use the device flow (RFC 8628)
	Offline     bool             `json:"offline,omitempty"`     // its tokens outlive the session
	Assurance   policy.Assurance `json:"assurance,omitempty"`   // least assurance of the sign-in

	secret []byte
}

func (c *Client) read(settings string, made int64) error {
	c.Made = time.UnixMilli(made)
	return errs.Wrap(errs.Internal, json.Unmarshal([]byte(settings), c), "the settings of a client cannot be read")
}

// public says whether the client has no secret.
func (c Client) public() bool { return c.Kind != KindWeb }

// scopes returns what the client may ask for.
func (c Client) scopes() []string {
	list := []string{"openid", "profile", "email", "offline_access"}
	if c.Kind == KindMail {
		list = append(list, "mail")
	}
	return list
}

// shown returns what a person is told of the scopes: access while they are
// away is none where the tokens end with the session, and a mail program has
// it whether it asked or not.
func (c Client) shown(scope string) []string {
	list := slices.DeleteFunc(strings.Fields(scope), func(s string) bool { return s == "offline_access" })
	if c.Offline && (hasScope(scope, "offline_access") || hasScope(scope, "mail")) {
		list = append(list, "offline_access")
	}
	return list
}

// AddClient registers a client, and returns its secret this once; a public
// client has none.
func (p *Provider) AddClient(ctx context.Context, by policy.Subject, c Client) (Client, string, error) {
	c, err := prepare(c)
	if err != nil {
		return c, "", err
	}
	c.Org, c.ID, c.Made = by.Org, strconv.FormatInt(by.Org, 36)+"."+id.Token(10), p.clock.Now()
	secret := ""
	c.secret = []byte{}
	if !c.public() {
		secret = id.Token(32)
		c.secret = sso.HashOf(secret)
	}
	settings, err := json.Marshal(c)
	if err != nil {
		return c, "", err
	}
	err = p.dir.OnOrganisation(ctx, by, policy.DutySystem, "sso.client.add", "client", func(ctx context.Context, tx *store.Tx) error {
		all, err := selectClients(ctx, tx, by.Org, "")
		if err != nil {
			return err
		}
		if len(all) >= p.conf.MaxClients {
			return errs.E(errs.TooLarge, "There are %d clients already.", len(all))
		}
		if err := insertClient(ctx, tx, c, string(settings), p.now()); err != nil {
			return err
		}
		return sso.Note(ctx, tx, p.clock.Now(), by, "sso.client.add", "client "+c.ID+" "+c.Name, nil, c.story())
	})
	return c, secret, err
}

// prepare checks a new client and fills in what follows from its kind.
func prepare(c Client) (Client, error) {
	c.Name = strings.TrimSpace(c.Name)
	if c.Name == "" || len(c.Name) > 200 || strings.ContainsFunc(c.Name, func(r rune) bool { return r < ' ' }) {
		return c, errs.E(errs.Invalid, "A client needs a name of 1 to 200 bytes, which people are shown.")
	}
	if c.Consent == "" {
		c.Consent = ConsentFirst
	}
	if !slices.Contains([]string{ConsentNever, ConsentFirst, ConsentAlways}, c.Consent) {
		return c, errs.E(errs.Invalid, "Consent is never, first or always, not %q.", c.Consent)
	}
	switch c.Kind {
	case KindMail:
		c.Offline = true // mail programs work while nobody is at the web client
		if len(c.Redirects) == 0 {
			c.Redirects = []string{"http://localhost"} // Thunderbird's
		}
		fallthrough
	case KindNative:
		if c.Consent == ConsentNever { // anybody can claim to be a client without a secret
			return c, errs.E(errs.Invalid, "A client without a secret needs consent: first or always.")
		}
	case KindWeb:
	default:
		return c, errs.E(errs.Invalid, "The kind of a client is web, native or mail, not %q.", c.Kind)
	}
	if len(c.Redirects) == 0 && !c.Device || len(c.Redirects) > 20 || len(c.Logouts) > 20 {
		return c, errs.E(errs.Invalid, "A client needs 1 to 20 addresses to answer to.")
	}
	hosts := map[string]bool{}
	for _, text := range slices.Concat(c.Redirects, c.Logouts) {
		u, err := checkAddress(text, c.public())
		if err != nil {
			return c, err
		}
		hosts[u.Host] = true
	}
	if err := c.checkGoodbyes(); err != nil {
		return c, err
	}
	if c.Pairwise && len(hosts) != 1 { // Core section 8.1: one sector
		return c, errs.E(errs.Invalid, "Names of its own need all addresses of the client on one host.")
	}
	return c, nil
}

// checkAddress refuses an address that an answer should not go to: it must be
// absolute, without fragment (RFC 6749 section 3.1.2), and private on its way.
func checkAddress(text string, public bool) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || !u.IsAbs() || u.Fragment != "" || strings.ContainsAny(text, "#*\\ \t\r\n") || u.User != nil || len(text) > 500 {
		return nil, errs.E(errs.Invalid, "%q is not an address to answer to: it must be absolute, without fragment, user or wildcard.", text)
	}
	switch {
	case u.Scheme == "https" && u.Host != "":
	case u.Scheme == "http" && loopback(u.Hostname()):
	case public && strings.Contains(u.Scheme, "."): // RFC 8252 section 7.1: a domain backwards
	default:
		return nil, errs.E(errs.Invalid, "%q is not an address to answer to: it must be https, http on this machine itself, or a scheme of a program's own such as gov.example.app:/done.", text)
	}
	return u, nil
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// mayAnswer says whether an answer may go to an address: one that was
// registered, letter by letter. Only a program on the person's own machine
// may choose its port (RFC 8252 section 7.3).
func (c Client) mayAnswer(address string) bool {
	if slices.Contains(c.Redirects, address) {
		return true
	}
	if !c.public() {
		return false
	}
	asked, err := url.Parse(address)
	if err != nil || asked.Scheme != "http" || asked.User != nil || asked.Fragment != "" || !loopback(asked.Hostname()) || len(address) > 500 {
		return false
	}
	for _, text := range c.Redirects {
		have, err := url.Parse(text)
		if err == nil && have.Scheme == "http" && have.Hostname() == asked.Hostname() && have.Path == asked.Path && have.RawQuery == asked.RawQuery {
			return true
		}
	}
	return false
}

// Clients lists the clients of an organisation by name.
func (p *Provider) Clients(ctx context.Context, org int64) (list []Client, err error) {
	err = p.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectClients(ctx, tx, org, "")
		return err
	})
	return list, err
}

// RemoveClient removes a client; everybody's tokens of it end with it.
func (p *Provider) RemoveClient(ctx context.Context, by policy.Subject, clientID string) error {
	return p.dir.OnOrganisation(ctx, by, policy.DutySystem, "sso.client.remove", "client "+clientID, func(ctx context.Context, tx *store.Tx) error {
		old, err := theClient(ctx, tx, by.Org, clientID)
		if err != nil {
			return err
		}
		if _, err := deleteClient(ctx, tx, by.Org, clientID); err != nil {
			return err
		}
		return sso.Note(ctx, tx, p.clock.Now(), by, "sso.client.remove", "client "+clientID, old.story(), nil)
	})
}

// client finds a client by the id that it gave.
func (p *Provider) client(ctx context.Context, clientID string) (Client, error) {
	org, ok := sso.OrgOf(clientID)
	var list []Client
	var err error
	if ok {
		err = p.db.Read(ctx, func(tx *store.Tx) (err error) {
			list, err = selectClients(ctx, tx, org, clientID)
			return err
		})
	}
	if err == nil && len(list) == 0 {
		err = refuse("invalid_client", "There is no such client.")
	}
	if err != nil {
		return Client{}, err
	}
	return list[0], nil
}

// Credentials are what a client says of itself.
type Credentials struct{ ID, Secret string }

// authenticate finds a client and checks its secret (RFC 6749 section 2.3).
func (p *Provider) authenticate(ctx context.Context, given Credentials) (Client, error) {
	c, err := p.client(ctx, given.ID)
	if err != nil {
		return c, err
	}
	if c.public() {
		if given.Secret != "" {
			return c, refuse("invalid_client", "This client has no secret.")
		}
		return c, nil
	}
	if subtle.ConstantTimeCompare(sso.HashOf(given.Secret), c.secret) != 1 {
		return c, refuse("invalid_client", "The secret of the client is wrong.")
	}
	return c, nil
}
