package identity

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"errors"
	"log/slog"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

//go:embed schema/*.sql
var schema embed.FS

// Config are the settings of sign-in. Zero values mean the documented default.
type Config struct {
	InnerNetworks []netip.Prefix // default: loopback and private addresses; unused with Zones
	Zones         []Zone         // the first that fits holds, the last is everywhere else; default: inner and outer, by password
	Phones        Phones         // default: as many as one likes
	DeviceLife    time.Duration  // how long a device that is not used stays known; default 365 days
	HashWorkers   int            // passwords hashed side by side, 19 MiB each; default 2
	SessionIdle   time.Duration  // default 12 h
	SessionLife   time.Duration  // default 7 days
	SignIns       int            // sign-ins that a person is shown, the newest; default 100
	Passwords     Rules
	Life          Life          // how long passwords are good; default for ever
	SecondAddress bool          // people may register an address elsewhere, and choose a password anew by a link sent there
	JudgedFor     time.Duration // how long a right password is believed that an agency's directory judged; default 0: it is asked each time
	TextReset     bool          // the same link goes to the person's telephone
	TextDevices   bool          // word of a new device goes to the person's telephone
}

// Identity answers who somebody is. One serves all doors of a process.
type Identity struct {
	db          *store.Store
	dir         *directory.Directory
	conf        Config
	clock       clock.Clock
	log         *slog.Logger
	secret      [32]byte // keys the cache of good passwords; never leaves this process
	hash        chan struct{}
	good        *cache
	pace        *pace
	notices     Notices                                                                    // nil: nobody is told
	judge       Judge                                                                      // nil: all passwords are kept here
	texts       Texts                                                                      // nil: no messages to telephones
	posts       *pace                                                                      // letters that strangers make us send
	behind      sync.WaitGroup                                                             // what goes on after an answer
	waiting     atomic.Int64                                                               // how much of it
	rules       []Rule                                                                     // what the console shows of the settings
	tended      atomic.Bool                                                                // the days at which passwords end fit the settings
	undo        []func(ctx context.Context, tx *store.Tx, org, account, since int64) error // what else is taken away (UseUndo)
	regulations Regulations
	grounds     []func(ctx context.Context, org, account, ground int64) (bool, error) // who knows what a sign-in rests on (UseGrounds)
}

// New brings the tables up to date.
func New(ctx context.Context, db *store.Store, dir *directory.Directory, conf Config, c clock.Clock, log *slog.Logger) (*Identity, error) {
	if err := db.Migrate(ctx, "identity", schema); err != nil {
		return nil, err
	}
	if conf.HashWorkers == 0 {
		conf.HashWorkers = 2
	}
	if conf.SessionIdle == 0 {
		conf.SessionIdle = 12 * time.Hour
	}
	if conf.SessionLife == 0 {
		conf.SessionLife = 7 * 24 * time.Hour
	}
	if conf.SignIns <= 0 {
		conf.SignIns = 100
	}
	if conf.InnerNetworks == nil {
		for _, p := range []string{"127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"} {
			conf.InnerNetworks = append(conf.InnerNetworks, netip.MustParsePrefix(p))
		}
	}
	if conf.DeviceLife == 0 {
		conf.DeviceLife = 365 * 24 * time.Hour
	}
	if conf.Life.Warn == nil {
		conf.Life.Warn = []int{14, 7, 1}
	}
	conf.zones()
	i := &Identity{db: db, dir: dir, conf: conf, clock: c, log: log, hash: make(chan struct{}, conf.HashWorkers), good: newCache(10_000), pace: newPace(c), posts: newPace(c)}
	rand.Read(i.secret[:])
	i.UseGrounds(i.appPasswordHolds)
	return i, nil
}

// Peer is where a caller comes from, and with what.
type Peer struct {
	Addr    netip.Addr
	Local   netip.AddrPort   // the address of ours that it came to, where that is known
	Machine string           // of the house that it came from, by its certificate; "" where none is asked for
	Door    string           // imap, smtp, http, ...
	Agent   string           // what the browser calls itself
	Device  string           // the token of its device, if it has one
	Least   policy.Assurance // what a sign-in has to come to, because a system asks for it; 0 = what the zone says
	Site    string           // scheme and host under which it reached the server
}

// local is the address of ours as text, "" where it is not known.
func (p Peer) local() string {
	if !p.Local.IsValid() {
		return ""
	}
	return p.Local.String()
}

// PeerOf is where a subject is.
func PeerOf(s policy.Subject) Peer {
	p := Peer{Door: s.Door, Machine: s.Machine}
	p.Addr, _ = netip.ParseAddr(s.Peer) // else of no network
	p.Local, _ = netip.ParseAddrPort(s.Local)
	return p
}

// inner says whether an address from the record is in the inner network.
func (i *Identity) inner(peer string) bool {
	addr, err := netip.ParseAddr(peer)
	return err == nil && i.Zone(Peer{Addr: addr}) == policy.Inner
}

// SetPassword gives an account a password, and ends its sessions and app
// passwords: whoever made one with the old password is out.
func (i *Identity) SetPassword(ctx context.Context, by policy.Subject, org, account int64, password string) error {
	if password == "" || len(password) > maxPassword {
		return errs.E(errs.Invalid, "A password needs 1 to %d bytes.", maxPassword)
	}
	return i.SetPasswordHash(ctx, by, org, account, hashPassword(password))
}

// SetPasswordHash is SetPassword with a hash made by [HashPassword].
func (i *Identity) SetPasswordHash(ctx context.Context, by policy.Subject, org, account int64, hash string) error {
	return i.db.Write(ctx, func(tx *store.Tx) error { return i.PutPasswordHash(ctx, tx, by, org, account, hash) })
}

// PutPasswordHash is SetPasswordHash in the caller's transaction.
func (i *Identity) PutPasswordHash(ctx context.Context, tx *store.Tx, by policy.Subject, org, account int64, hash string) error {
	return i.putPassword(ctx, tx, by, org, account, hash, false)
}

func (i *Identity) putPassword(ctx context.Context, tx *store.Tx, by policy.Subject, org, account int64, hash string, once bool) error {
	now := i.clock.Now()
	if err := putCredential(ctx, tx, org, account, hash, now.UnixMilli(), once, i.conf.Life.dueAt(now, once)); err != nil {
		return err
	}
	if err := deleteAppPasswords(ctx, tx, org, account); err != nil {
		return err
	}
	by.Org = org
	return audit.Append(ctx, tx, now, audit.By(by, "account.password", accountText(account), nil))
}

// HashPassword returns what SetPasswordHash takes. Imports hash many
// passwords side by side before they write.
func HashPassword(password string) string { return hashPassword(password) }

// errWrong is the one answer to every failed sign-in, so that it does not
// tell whether the account exists.
var errWrong = errs.E(errs.Unauthenticated, "The address or the password is wrong.")

// Verify checks an address and a password for a program: a mail program, or
// HTTP Basic. RateLimited when there were too many wrong tries from the peer;
// Forbidden from where nobody signs in; Unauthenticated in every other
// refusal. Who has a second factor needs an app password here.
func (i *Identity) Verify(ctx context.Context, address, password string, peer Peer) (policy.Subject, error) {
	if i.ZoneOf(peer).Closed {
		return policy.Subject{}, errClosed
	}
	a, cred, err := i.verify(ctx, address, password, peer)
	if err != nil {
		return policy.Subject{}, err
	}
	switch {
	case cred.once:
		err = errOnce
	case cred.app && !a.Terms.Allows(policy.FeatureAppPasswords):
		err = errNoAppPasswords
	case cred.app:
		err = i.MayProgram(a, peer)
	default:
		err = i.mayPlain(a, cred.second, peer)
	}
	if err == nil {
		err = i.mayOpen(ctx, a)
	}
	if err != nil || !cred.cached {
		i.record(ctx, a, address, peer, err)
	}
	if err != nil {
		return policy.Subject{}, err
	}
	s := i.subject(a, peer, policy.ByPassword, i.clock.Now(), cred.version)
	if cred.app {
		s = i.subject(a, peer, policy.ByProgram, time.Time{}, cred.version)
	}
	s.Ground = cred.ground
	return s, nil
}

// verify checks an address and a password, in the time that one check takes
// whether the account is there or not.
func (i *Identity) verify(ctx context.Context, address, password string, peer Peer) (a directory.Account, cred credential, err error) {
	if len(password) > maxPassword || len(address) > 320 {
		return a, cred, errWrong
	}
	if a, cred, err = i.find(ctx, address); err != nil {
		return a, cred, err
	}
	kept, err := i.kept(ctx, a, address)
	if err != nil {
		return a, cred, err
	}
	key, keep := i.cacheKey(address, password, peer, kept != 0)
	if keep && cred.found && !a.Locked && i.good.has(key, cred.version) {
		cred.cached, cred.ground = true, kept
		return a, cred, nil
	}
	if wait := i.pace.wait(peer.Addr, a.ID); wait > 0 {
		return a, cred, tooMany(wait)
	}
	if cred.found && !a.Locked {
		if cred.ground, err = i.byAppPassword(ctx, a, password, peer); err != nil || cred.ground != 0 {
			cred.app = cred.ground != 0
			return a, cred, err
		}
	}
	ok := false
	if kept != 0 {
		ok, err = i.judged(ctx, a, &cred, address, password, peer)
		cred.ground = kept
	} else {
		ok, err = i.compare(ctx, cred, password)
	}
	if err != nil {
		return a, cred, err
	}
	cred.right = ok
	if !ok || a.Locked {
		i.pace.failed(peer.Addr, a.ID)
		i.record(ctx, a, address, peer, errWrong)
		return a, cred, errWrong
	}
	if !cred.second { // else wrong codes would be forgotten at every right password
		i.pace.succeeded(peer.Addr, a.ID)
	}
	if keep {
		i.good.put(key, cred.version)
	}
	return a, cred, nil
}

func tooMany(wait time.Duration) error {
	return errs.E(errs.RateLimited, "Too many wrong passwords from here; try again in %d seconds.", int(wait.Seconds())+1)
}

// find reads the account and its credential; neither being there is not an
// error, since the time taken must not tell.
func (i *Identity) find(ctx context.Context, address string) (a directory.Account, c credential, err error) {
	a, _, err = i.dir.Resolve(ctx, address)
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) {
		return a, c, nil
	}
	if err != nil {
		return a, c, err
	}
	err = i.db.Read(ctx, func(tx *store.Tx) (err error) {
		c, err = selectCredential(ctx, tx, a.Org, a.ID)
		return err
	})
	if errors.Is(err, store.ErrNoRows) {
		err = nil
	}
	if err == nil && c.found && !c.locked && c.overdue(i.clock.Now()) {
		if kept, err := i.kept(ctx, a, address); err != nil {
			return a, c, err
		} else if kept != 0 {
			c, err = i.handOver(ctx, a)
			return a, c, err
		}
		err = i.db.Write(ctx, func(tx *store.Tx) (err error) {
			if err = i.lockOverdue(ctx, tx, a.Org, a.ID); err == nil {
				c, err = selectCredential(ctx, tx, a.Org, a.ID)
			}
			return err
		})
	}
	a.Locked = a.Locked || c.locked
	return a, c, err
}

// nobody is a hash that no password matches, to spend the same time on.
var nobody = sync.OnceValue(func() string {
	b := make([]byte, 16)
	rand.Read(b)
	return hashPassword(string(b))
})

// compare hashes in turn, so that an eight o'clock rush does not take all memory.
func (i *Identity) compare(ctx context.Context, c credential, password string) (bool, error) {
	select {
	case i.hash <- struct{}{}:
		defer func() { <-i.hash }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if c.password == "" {
		_, err := matches(nobody(), password)
		return false, err
	}
	return matches(c.password, password)
}

func (i *Identity) subject(a directory.Account, peer Peer, how policy.Assurance, proved time.Time, version int64) policy.Subject {
	z := i.ZoneOf(peer)
	return policy.Subject{Org: a.Org, Account: a.ID, Address: a.Address, Clearance: z.Reach.Of(a.Clearance, how == policy.ByProgram || peer.Door != "http"), Zone: z.Trust, Network: z.Name, Post: a.Post, Peer: peer.Addr.String(), Local: peer.local(), Machine: peer.Machine, Door: peer.Door,
		Assurance: how, Proved: proved, Credential: version, Terms: a.Terms}
}

// Stranger is who an entry of the record is about that nobody signed in for: the
// account, if any, that it was tried for, and from where.
func (i *Identity) Stranger(org, account int64, address string, peer Peer) policy.Subject {
	return policy.Subject{Org: max(org, directory.DefaultOrg), Account: account, Address: address, Peer: peer.Addr.String(), Network: i.ZoneOf(peer).Name, Machine: peer.Machine, Door: peer.Door}
}

// cacheKey names a good password from one place by one door: from elsewhere
// it is a sign-in of its own, which the record must have (K21). One that the
// agency judged has another name after a while; keep is false where it is not
// to be kept at all.
func (i *Identity) cacheKey(address, password string, peer Peer, kept bool) (key [32]byte, keep bool) {
	since := int64(0)
	if kept && i.conf.JudgedFor <= 0 {
		return key, false
	} else if kept {
		since = i.clock.Now().UnixNano() / int64(i.conf.JudgedFor)
	}
	mac := hmac.New(sha256.New, i.secret[:])
	for _, part := range []string{address, peer.Addr.String(), peer.Machine, peer.Door, strconv.FormatInt(since, 36)} {
		mac.Write([]byte(part))
		mac.Write([]byte{0})
	}
	mac.Write([]byte(password))
	return [32]byte(mac.Sum(nil)), true
}

// record writes the try into the audit record. A sign-in that the cache of
// good passwords answered, from the same place by the same door, is not
// recorded again: mail programs sign in many times an hour.
func (i *Identity) record(ctx context.Context, a directory.Account, address string, peer Peer, result error) {
	s := i.Stranger(a.Org, a.ID, address, peer)
	if result == nil {
		s.Post = a.Post
	}
	err := i.db.Write(ctx, func(tx *store.Tx) error {
		return audit.Append(ctx, tx, i.clock.Now(), audit.By(s, signIn, accountText(a.ID), result))
	})
	if err != nil {
		i.log.Error("sign-in not recorded", "address", address, "error", err)
	}
}
