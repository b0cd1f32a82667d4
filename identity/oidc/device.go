package oidc

import (
	"context"
	"crypto/rand"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"chancery/identity"
	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// DeviceStart is what a device without a browser is told (RFC 8628 section 3.2).
type DeviceStart struct {
	DeviceCode string `json:"device_code"`
	UserCode   string `json:"user_code"`
	Address    string `json:"verification_uri"`
	Complete   string `json:"verification_uri_complete"`
	Seconds    int    `json:"expires_in"`
	Pause      int    `json:"interval"`
}

// Letters of user codes: no vowels, so that no words come up (RFC 8628 section 6.1).
const (
	userLetters = "BCDFGHJKLMNPQRSTVWXZ"
	userLength  = 8
)

// refusedDevice stands for a grant that the person did not give.
const refusedDevice = -1

// StartDevice begins the sign-on of a device. Classes are acr_values as at the
// authorisation endpoint: RFC 8628 section 3.1 leaves room for what others define.
func (p *Provider) StartDevice(ctx context.Context, given Credentials, scope, classes, issuer string, peer netip.Addr) (DeviceStart, error) {
	c, err := p.authenticate(ctx, given)
	if err != nil {
		return DeviceStart{}, err
	}
	if !c.Device {
		return DeviceStart{}, refuse("unauthorized_client", "This client is not registered for devices.")
	}
	if scope = c.allowed(scope); scope == "" {
		return DeviceStart{}, refuse("invalid_scope", "Nothing that this client may have was asked for.")
	}
	text, hash := sso.NewSecret(c.Org)
	shown := newUserCode()
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		n, err := makeRoom(ctx, tx, waitingDevices, c.Org, sso.Network(peer), p.conf.MaxFromNetwork, p.now())
		if err != nil {
			return err
		}
		if n >= p.conf.MaxRequests {
			return errs.E(errs.RateLimited, "Too many devices are waiting; try again in some minutes.")
		}
		return insertDevice(ctx, tx, c.Org, device{hash: hash, userCode: shown, client: c.ID, scope: scope, least: int(max(leastOf(classes), c.Assurance)), peer: sso.Network(peer), pause: int64(p.conf.DevicePause.Seconds()), ends: p.after(p.conf.DeviceLife)})
	})
	shown = shown[:4] + "-" + shown[4:]
	return DeviceStart{DeviceCode: text, UserCode: shown, Address: issuer + pageDevice, Complete: issuer + pageDevice + "?code=" + shown,
		Seconds: int(p.conf.DeviceLife.Seconds()), Pause: int(p.conf.DevicePause.Seconds())}, err
}

func newUserCode() string {
	out := make([]byte, 0, userLength)
	for len(out) < userLength {
		b := make([]byte, 1)
		rand.Read(b)
		if int(b[0]) < 256/len(userLetters)*len(userLetters) { // every letter as likely
			out = append(out, userLetters[int(b[0])%len(userLetters)])
		}
	}
	return string(out)
}

// cleanCode reads a code as people type it.
func cleanCode(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(userLetters, r) {
			return r
		}
		return -1
	}, strings.ToUpper(text[:min(len(text), 40)]))
}

var errUserCode = errs.E(errs.NotFound, "No device waits with this code.")

// AskDevice tells what a device with the code wants, or that the person has to
// sign in more surely before.
func (p *Provider) AskDevice(ctx context.Context, userCode string, who policy.Subject) (sso.Step, error) {
	d, c, err := p.waiting(ctx, userCode, who)
	if err != nil {
		return sso.Step{}, err
	}
	if who.Vouched() < d.needs(c) {
		return sso.Step{SignIn: true, Least: d.needs(c)}, nil
	}
	token, err := p.deviceToken(ctx, d, who)
	return sso.Step{Consent: &sso.Consent{Client: c.Name, Scopes: c.shown(d.scope), Address: who.Address, Token: token}}, err
}

// needs is how sure the sign-in has to be that lets a device in.
func (d device) needs(c Client) policy.Assurance { return max(policy.Assurance(d.least), c.Assurance) }

func (p *Provider) deviceToken(ctx context.Context, d device, who policy.Subject) (string, error) {
	return p.masked(ctx, "device", string(d.hash), strconv.FormatInt(who.Account, 36), strconv.FormatInt(who.Session, 36))
}

// waiting finds a device by its short code. Wrong ones are counted for the
// account: there are few codes enough to be guessed (RFC 8628 section 5.1).
func (p *Provider) waiting(ctx context.Context, userCode string, who policy.Subject) (d device, c Client, err error) {
	if who.Account == 0 || who.Assurance == policy.ByProgram {
		return d, c, errs.E(errs.Unauthenticated, "Please sign in.")
	}
	if !p.guesses.may(who.Account, p.clock.Now()) {
		return d, c, errs.E(errs.RateLimited, "Too many wrong codes; try again in some minutes.")
	}
	err = p.db.Read(ctx, func(tx *store.Tx) (err error) {
		d, err = selectDeviceByCode(ctx, tx, who.Org, cleanCode(userCode), p.now())
		return err
	})
	if found, err := store.Found(err); !found {
		if err == nil {
			p.guesses.failed(who.Account, p.clock.Now())
			err = errUserCode
		}
		return d, c, err
	}
	c, err = p.client(ctx, d.client)
	return d, c, err
}

// AnswerDevice takes the person's answer to a device.
func (p *Provider) AnswerDevice(ctx context.Context, userCode, pageToken string, allow bool, who policy.Subject) error {
	d, c, err := p.waiting(ctx, userCode, who)
	if err != nil {
		return err
	}
	if who.Vouched() < d.needs(c) {
		return errs.E(errs.Forbidden, "This device needs a surer sign-in, with a second factor.")
	}
	want, err := p.deviceToken(ctx, d, who)
	if err != nil {
		return err
	}
	if !sso.Same(want, pageToken) {
		return errs.E(errs.Forbidden, "The answer did not come from the page that asks.")
	}
	g := p.newGrant(c, who, d.scope)
	return p.db.Write(ctx, func(tx *store.Tx) error {
		var result error
		answer := g.id
		if !allow {
			answer, result = refusedDevice, refuse("access_denied", "").kind()
		} else if err := insertGrant(ctx, tx, g); err != nil {
			return err
		}
		if first, err := answerDevice(ctx, tx, who.Org, d.hash, answer); err != nil || !first {
			return errorOr(err, errUserCode)
		}
		return p.note(ctx, tx, who, "sso.sign-on", c.ID+" "+c.Name+" on a device", result)
	})
}

// byDevice is RFC 8628 section 3.4: the device asks until the person answered.
func (p *Provider) byDevice(ctx context.Context, c Client, form url.Values, issuer string, peer identity.Peer) (Tokens, error) {
	hash := sso.HashOf(form.Get("device_code"))
	var d device
	var refused error
	err := p.db.Write(ctx, func(tx *store.Tx) (err error) {
		refused = nil
		if d, err = selectDevice(ctx, tx, c.Org, hash); err != nil {
			return err
		}
		switch now := p.now(); {
		case d.client != c.ID:
			refused = errGrant
		case d.ends < now:
			refused = refuse("expired_token", "The code of the device is over.")
		case d.grant == refusedDevice:
			refused = refuse("access_denied", "The person did not allow it.")
			_, err = deleteDevice(ctx, tx, c.Org, hash)
		case d.grant == 0 && now-d.asked < d.pause*1000:
			refused = refuse("slow_down", "Please ask less often.") // RFC 8628 section 3.5: five seconds more
			err = askedDevice(ctx, tx, c.Org, hash, now, d.pause+5)
		case d.grant == 0:
			refused = refuse("authorization_pending", "The person has not answered yet.")
			err = askedDevice(ctx, tx, c.Org, hash, now, d.pause)
		}
		return err
	})
	if found, err2 := store.Found(err); !found {
		return Tokens{}, errorOr(err2, errGrant)
	}
	if refused != nil {
		return Tokens{}, refused
	}
	var g grant
	err = p.db.Read(ctx, func(tx *store.Tx) (err error) {
		g, err = selectGrant(ctx, tx, c.Org, d.grant)
		return err
	})
	if found, err2 := store.Found(err); !found {
		return Tokens{}, errorOr(err2, errGrant)
	}
	return p.issue(ctx, c, g, issue{scope: g.scope, issuer: issuer, device: hash}, peer)
}

// A person may mistype a code so often within so long.
const (
	maxGuesses  = 10
	guessWindow = 10 * time.Minute
)

// guesses counts wrong codes by account, in this process.
type guesses struct {
	mu    sync.Mutex
	wrong map[int64][]time.Time
}

func (g *guesses) may(account int64, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, at := range g.wrong[account] {
		if now.Sub(at) < guessWindow {
			n++
		}
	}
	return n < maxGuesses
}

func (g *guesses) failed(account int64, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := append(g.wrong[account], now)
	g.wrong[account] = list[max(0, len(list)-maxGuesses):] // accounts are few, and each holds ten times at most
}
