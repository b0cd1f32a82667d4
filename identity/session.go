package identity

import (
	"context"
	"crypto/sha256"
	"errors"
	"strconv"
	"strings"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// errSession is the answer to a token that is not, or no longer, good.
var errSession = errs.E(errs.Unauthenticated, "The session has ended; please sign in again.")

// errElsewhere is the answer where the zone asks for more than the session has.
var errElsewhere = errs.E(errs.Unauthenticated, "From this network more is needed to sign in; please sign in again.")

func accountText(account int64) string { return "account " + strconv.FormatInt(account, 10) }

// Opened is a new session as its browser gets it: two secrets, which only the
// browser knows, since the database keeps hashes.
type Opened struct {
	Token  string    // of the session
	Device string    // of the device, for a cookie that outlives the session
	Ends   time.Time // at the latest
}

// OpenSession starts a session for a subject that a sign-in returned.
func (i *Identity) OpenSession(ctx context.Context, s policy.Subject, peer Peer) (o Opened, err error) {
	o.Token = strconv.FormatInt(s.Org, 36) + "." + id.Token(32)
	link := strconv.FormatInt(s.Org, 36) + "." + id.Token(32)
	now := i.clock.Now()
	o.Ends = now.Add(i.ZoneOf(peer).Life)
	hash, linkHash := sha256.Sum256([]byte(o.Token)), sha256.Sum256([]byte(link))
	var m met
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		c, err := selectCredential(ctx, tx, s.Org, s.Account)
		if err != nil {
			return err
		}
		if c.version != s.Credential || c.locked || c.once || c.overdue(now) { // changed since it was checked
			return errSession
		}
		if m, err = i.meet(ctx, tx, s, peer, now.UnixMilli()); err != nil {
			return err
		}
		if err := i.onePhone(ctx, tx, s, c, m.device, now); err != nil {
			return err
		}
		ses := session{org: s.Org, id: id.New(), hash: hash[:], account: s.Account, version: c.version, peer: s.Peer, local: s.Local, agent: clip(peer.Agent),
			opened: now.UnixMilli(), seen: now.UnixMilli(), assurance: s.Assurance, device: m.id, weak: s.Weak, ground: s.Ground}
		if err := insertSession(ctx, tx, ses); err != nil || !m.news {
			return err
		}
		return insertDisown(ctx, tx, s.Org, linkHash[:], disown{s.Account, ses.id, m.id, now.UnixMilli()}, now.Add(-disownLife).UnixMilli())
	})
	if err != nil {
		return Opened{}, err
	}
	o.Device = m.token
	if m.news {
		i.tell(ctx, s, peer, link, now)
	}
	return o, nil
}

// DeviceLife is how long a device is known after it was last used.
func (i *Identity) DeviceLife() time.Duration { return i.conf.DeviceLife }

// Session returns the subject of a token, as seen from the peer it now comes
// from. Unauthenticated when the token is unknown, idle or too old, the
// password was changed, or the account is locked.
func (i *Identity) Session(ctx context.Context, token string, peer Peer) (policy.Subject, error) {
	org, hash, ok := readToken(token)
	if !ok {
		return policy.Subject{}, errSession
	}
	var s session
	var c credential
	var a directory.Account
	err := i.db.Read(ctx, func(tx *store.Tx) (err error) {
		if s, err = selectSession(ctx, tx, org, hash); err != nil {
			return err
		}
		c, err = selectCredential(ctx, tx, org, s.account)
		return err
	})
	if err == nil {
		a, err = i.dir.Account(ctx, org, s.account)
	}
	if errors.Is(err, store.ErrNoRows) || errs.Is(err, errs.NotFound) {
		err = errSession
	}
	if err != nil {
		return policy.Subject{}, err
	}
	now := i.clock.Now()
	z := i.ZoneOf(peer)
	holds, err := i.holds(ctx, org, s.account, s.ground)
	if err != nil {
		return policy.Subject{}, err
	}
	if a.Locked || !holds || !i.alive(s, c, now) || !z.alive(s, now) {
		return policy.Subject{}, errSession
	}
	if err := mayBrowse(a, s.agent); err != nil {
		return policy.Subject{}, errSession // the next sign-in says why
	}
	if err := i.mayOpen(ctx, a); err != nil {
		return policy.Subject{}, err // the next sign-in shows what is to be accepted
	}
	// A session that was opened where less is asked for is worth nothing
	// where more is: a laptop that leaves the house signs in anew.
	// So does one that rests on a code by SMS, where such codes do not count.
	if z.Closed || s.assurance < z.needs(a) || s.weak && z.needs(a) >= policy.ByTwo && !z.takes(SMS) {
		return policy.Subject{}, errElsewhere
	}
	// Seen is written at most once in five minutes: it only has to outlive
	// the idle limit, and reading mail should not write.
	if now.Sub(time.UnixMilli(s.seen)) > 5*time.Minute {
		err = i.db.Write(ctx, func(tx *store.Tx) error { return touchSession(ctx, tx, org, hash, now.UnixMilli()) })
	}
	who := i.subject(a, peer, s.assurance, time.UnixMilli(s.opened), s.version)
	who.Session, who.Weak, who.Ground = s.id, s.weak, s.ground
	return who, err
}

// alive says whether a session has not ended by itself, by the rules of the
// zone it was opened in.
func (i *Identity) alive(s session, c credential, now time.Time) bool {
	at := PeerOf(policy.Subject{Peer: s.peer, Local: s.local})
	return at.Addr.IsValid() && s.version == c.version && !c.overdue(now) && i.ZoneOf(at).alive(s, now)
}

// alive says whether a session is within the limits of the zone.
func (z Zone) alive(s session, now time.Time) bool {
	return now.Sub(time.UnixMilli(s.seen)) <= z.Idle && now.Sub(time.UnixMilli(s.opened)) <= z.Life
}

// OpenedSession is a session as its person sees it (K40).
type OpenedSession struct {
	ID           int64
	Peer, Agent  string
	Opened, Seen time.Time
	Assurance    policy.Assurance
	Current      bool
}

// Sessions lists the subject's sessions of the web client, the last used first.
func (i *Identity) Sessions(ctx context.Context, s policy.Subject) (list []OpenedSession, err error) {
	now := i.clock.Now()
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		c, err := selectCredential(ctx, tx, s.Org, s.Account)
		if err != nil {
			return err
		}
		all, err := selectSessions(ctx, tx, s.Org, s.Account)
		for _, o := range all {
			if i.alive(o, c, now) {
				list = append(list, OpenedSession{o.id, o.peer, o.agent, millis(o.opened), millis(o.seen), o.assurance, o.id == s.Session})
			}
		}
		return err
	})
	return list, err
}

// EndSession ends one of the subject's sessions from another.
func (i *Identity) EndSession(ctx context.Context, s policy.Subject, sessionID int64) error {
	if s.Assurance == policy.ByProgram {
		return errs.E(errs.Forbidden, "An app password cannot end sessions.")
	}
	return i.db.Write(ctx, func(tx *store.Tx) error {
		all, err := selectSessions(ctx, tx, s.Org, s.Account)
		if err != nil {
			return err
		}
		for _, o := range all {
			if o.id != sessionID {
				continue
			}
			if err := deleteSession(ctx, tx, s.Org, o.hash); err != nil {
				return err
			}
			return i.note(ctx, tx, s, "session.end", "from "+o.peer)
		}
		return errs.E(errs.NotFound, "There is no such session.")
	})
}

// CloseSession ends a session. An unknown token is not an error.
func (i *Identity) CloseSession(ctx context.Context, token string) error {
	org, hash, ok := readToken(token)
	if !ok {
		return nil
	}
	return i.db.Write(ctx, func(tx *store.Tx) error {
		s, err := selectSession(ctx, tx, org, hash)
		if found, err := store.Found(err); !found {
			return err
		}
		if err := deleteSession(ctx, tx, org, hash); err != nil {
			return err
		}
		by := i.Stranger(org, s.account, "", PeerOf(policy.Subject{Peer: s.peer, Local: s.local, Door: "http"}))
		return audit.Append(ctx, tx, i.clock.Now(), audit.By(by, "sign-out", accountText(s.account), nil))
	})
}

func readToken(token string) (org int64, hash []byte, ok bool) {
	head, rest, found := strings.Cut(token, ".")
	org, err := strconv.ParseInt(head, 36, 64)
	if !found || err != nil || len(rest) > 100 {
		return 0, nil, false
	}
	sum := sha256.Sum256([]byte(token))
	return org, sum[:], true
}
