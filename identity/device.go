package identity

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// Phones says whether an account can be signed in with several mobile devices
// at a time (T25). Desktops do not count.
type Phones uint8

// The rules for mobile devices.
const (
	ManyPhones   Phones = iota
	ReplacePhone        // a second one ends the sessions of the first
	RefusePhone         // a second one is refused while the first is signed in
)

// maxDevices is how many are remembered for an account; the longest unused go.
const maxDevices = 50

var errPhone = refuse("otherPhone", errs.E(errs.Forbidden, "Another mobile device is signed in to this account. Please sign out there first."))

// Device is a browser or program that its person signed in with.
type Device struct {
	ID          int64
	Agent, Peer string
	First, Seen time.Time
	Current     bool
}

// device is one as it is stored.
type device struct {
	id, first, seen int64
	hash            []byte
	agent, peer     string
}

// isPhone says whether a browser calls itself mobile. Who lies about it gets
// past the rule for phones, and nothing else.
func isPhone(agent string) bool {
	return slices.ContainsFunc([]string{"Mobile", "Android", "iPhone", "iPad"}, func(s string) bool { return strings.Contains(agent, s) })
}

// deviceHash is what is kept of the token in a device's cookie; nil for none.
func deviceHash(token string) []byte {
	if len(token) < 20 || len(token) > 100 {
		return nil
	}
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// knows says whether the account was signed in with a device before.
func (i *Identity) knows(ctx context.Context, a directory.Account, token string) (known bool, err error) {
	hash := deviceHash(token)
	if hash == nil {
		return false, nil
	}
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		d, err := selectDevice(ctx, tx, a.Org, a.ID, hash)
		known = err == nil && i.clock.Now().Sub(millis(d.seen)) <= i.conf.DeviceLife
		_, err = store.Found(err)
		return err
	})
	return known, err
}

// met is the device of a sign-in.
type met struct {
	device
	token string
	news  bool // not known before, though others were
}

// meet finds the device of a sign-in, or remembers it. A token from the
// browser is only taken when we gave it out to this account. One that belongs
// to another who uses the same browser is replaced for both: else who has an
// account here could plant a token in a colleague's browser, and would know
// the device of their account from then on.
func (i *Identity) meet(ctx context.Context, tx *store.Tx, s policy.Subject, peer Peer, now int64) (m met, err error) {
	all, err := selectDevices(ctx, tx, s.Org, s.Account)
	if err != nil {
		return m, err
	}
	m.token = peer.Device
	hash := deviceHash(peer.Device)
	for _, d := range all {
		if hash == nil || string(d.hash) != string(hash) {
			continue
		}
		m.device, m.news = d, time.Duration(now-d.seen)*time.Millisecond > i.conf.DeviceLife
		return m, touchDevice(ctx, tx, s.Org, s.Account, d.id, now, peer.Addr.String(), clip(peer.Agent))
	}
	m.token = id.Token(32)
	old := hash
	hash = deviceHash(m.token)
	if old != nil {
		if err := renewDevices(ctx, tx, s.Org, old, hash); err != nil {
			return m, err
		}
	}
	m.news = len(all) > 0
	m.device = device{id: id.New(), first: now, seen: now, hash: hash, agent: clip(peer.Agent), peer: peer.Addr.String()}
	for n := maxDevices - 1; n < len(all); n++ { // the list is newest first
		if _, err := deleteDevice(ctx, tx, s.Org, s.Account, all[n].id); err != nil {
			return m, err
		}
	}
	if err := insertDevice(ctx, tx, s.Org, s.Account, m.device); err != nil {
		return m, err
	}
	return m, i.note(ctx, tx, s, "device.add", m.agent)
}

// clip bounds what a browser says of itself.
func clip(agent string) string {
	if len(agent) > 200 {
		agent = strings.ToValidUTF8(agent[:200], "")
	}
	return agent
}

// onePhone ends or refuses, for a sign-in with a mobile device, the sessions
// of the others.
func (i *Identity) onePhone(ctx context.Context, tx *store.Tx, s policy.Subject, c credential, d device, now time.Time) error {
	if i.conf.Phones == ManyPhones || !isPhone(d.agent) {
		return nil
	}
	all, err := selectSessions(ctx, tx, s.Org, s.Account)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.device == d.id || !isPhone(o.agent) || !i.alive(o, c, now) {
			continue
		}
		if i.conf.Phones == RefusePhone {
			return errPhone
		}
		if err := deleteSession(ctx, tx, s.Org, o.hash); err != nil {
			return err
		}
		if err := i.note(ctx, tx, s, "session.replace", "from "+o.peer); err != nil {
			return err
		}
	}
	return nil
}

// Devices lists the devices that the subject's account was signed in with,
// the last used first.
func (i *Identity) Devices(ctx context.Context, s policy.Subject) (list []Device, err error) {
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		all, err := selectDevices(ctx, tx, s.Org, s.Account)
		if err != nil {
			return err
		}
		mine, err := i.deviceOf(ctx, tx, s)
		for _, d := range all {
			list = append(list, Device{d.id, d.agent, d.peer, millis(d.first), millis(d.seen), d.id == mine})
		}
		return err
	})
	return list, err
}

// deviceOf returns the device of the subject's session.
func (i *Identity) deviceOf(ctx context.Context, tx *store.Tx, s policy.Subject) (int64, error) {
	all, err := selectSessions(ctx, tx, s.Org, s.Account)
	for _, o := range all {
		if o.id == s.Session && s.Session != 0 {
			return o.device, nil
		}
	}
	return 0, err
}

// ForgetDevice forgets one of the subject's devices and ends its sessions.
func (i *Identity) ForgetDevice(ctx context.Context, s policy.Subject, deviceID int64) error {
	if s.Account == 0 || s.Assurance == policy.ByProgram {
		return errs.E(errs.Forbidden, "An app password cannot forget devices.")
	}
	return i.db.Write(ctx, func(tx *store.Tx) error {
		there, err := deleteDevice(ctx, tx, s.Org, s.Account, deviceID)
		if err == nil && !there {
			err = errs.E(errs.NotFound, "There is no such device.")
		}
		if err != nil {
			return err
		}
		if err := deleteSessionsOf(ctx, tx, s.Org, s.Account, deviceID); err != nil {
			return err
		}
		return i.note(ctx, tx, s, "device.forget", "")
	})
}

// disownLife is how long the link in a letter works.
const disownLife = 7 * 24 * time.Hour

var errDisown = refuse("linkUsed", errs.E(errs.NotFound, "The link was used already, or is too old."))

// Disown is the answer to "this was not me": it ends all sessions, forgets the
// device that the letter told of, takes away the second factors that were
// added since, and locks the account until an administrator gives it another
// password. It needs no sign-in: whoever took the account over may have
// changed how one signs in. A link works once.
func (i *Identity) Disown(ctx context.Context, token string, peer Peer) error {
	if wait := i.pace.wait(peer.Addr, nobodyID); wait > 0 {
		return tooMany(wait)
	}
	org, hash, ok := readToken(token)
	if !ok {
		i.pace.failed(peer.Addr, nobodyID)
		return errDisown
	}
	now := i.clock.Now()
	err := i.db.Write(ctx, func(tx *store.Tx) error {
		d, err := takeDisown(ctx, tx, org, hash)
		if found, err := store.Found(err); err != nil {
			return err
		} else if !found || now.Sub(millis(d.made)) > disownLife {
			return errDisown
		}
		if err := either(i.undoSince(ctx, tx, org, d), i.undoElse(ctx, tx, org, d.account, d.made)); err != nil {
			return err
		}
		// Sessions are of an older credential then, and over.
		if err := lockCredential(ctx, tx, org, d.account, LockDisowned, now.UnixMilli()); err != nil {
			return err
		}
		by := i.Stranger(org, d.account, "", peer)
		return audit.Append(ctx, tx, now, audit.By(by, "account.disown", accountText(d.account), nil))
	})
	if errs.Is(err, errs.NotFound) {
		i.pace.failed(peer.Addr, nobodyID)
	}
	return err
}

// undoSince takes away the device of a sign-in that was not the person's, and
// what lets in that was added since: a passkey would open the account again
// as soon as it had another password.
func (i *Identity) undoSince(ctx context.Context, tx *store.Tx, org int64, d disown) error {
	devices, err := selectDevices(ctx, tx, org, d.account)
	if err != nil {
		return err
	}
	for _, o := range devices {
		if o.id != d.device && o.first < d.made {
			continue
		}
		if err := deleteSessionsOf(ctx, tx, org, d.account, o.id); err != nil {
			return err
		}
		if _, err := deleteDevice(ctx, tx, org, d.account, o.id); err != nil {
			return err
		}
	}
	factors, err := selectFactors(ctx, tx, org, d.account)
	if err != nil {
		return err
	}
	for _, f := range factors {
		if f.made < d.made {
			continue
		}
		if err := deleteFactor(ctx, tx, org, d.account, f.id); err != nil {
			return err
		}
	}
	// By an address of theirs they would be back in no time.
	if _, err := deleteSeconds(ctx, tx, org, d.account, d.made); err != nil {
		return err
	}
	if _, err := i.dropPhones(ctx, tx, org, d.account, d.made); err != nil { // with links for a new password
		return err
	}
	// New recovery codes may have been made, and nobody can tell whose they are.
	if err := replaceRecoveryCodes(ctx, tx, org, d.account, nil); err != nil {
		return err
	}
	return noteSecond(ctx, tx, org, d.account)
}

// tell lets the person know of a sign-in with a device that was not known.
// The sign-in does not wait for it to work: it is in the record too.
func (i *Identity) tell(ctx context.Context, s policy.Subject, peer Peer, token string, at time.Time) {
	a, err := i.dir.Account(ctx, s.Org, s.Account)
	second := ""
	if err == nil && i.conf.SecondAddress {
		second, _, err = i.SecondAddress(ctx, s)
	}
	n := NewDevice{Second: second, Account: a, At: at, Agent: clip(peer.Agent), Peer: peer.Addr.String(), Site: peer.Site, Token: token}
	if err == nil && i.notices != nil {
		err = i.notices.NewDevice(ctx, n)
	}
	if err == nil {
		err = i.textDevice(ctx, n, peer)
	}
	if err != nil {
		i.log.Error("a sign-in with a new device was not told", "address", s.Address, "error", err)
	}
}
