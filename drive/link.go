package drive

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/identity"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// Visitor is whoever holds a link.
type Visitor struct {
	Subject policy.Subject // who is signed in; the zero value for others
	Peer    netip.Addr
	Pass    string // shows that the password was told before, see Unlock
	Visit   string // random text of the browser, so that a fetch that is resumed is one
}

// What a link can need before it lets somebody in. Whether a link is unknown,
// over or void for another reason is told to nobody.
var (
	errOver     = errs.E(errs.NotFound, "This link is not valid, or not any more.")
	ErrSignIn   = errs.E(errs.Unauthenticated, "This link is for people of the organisation. Please sign in.")
	ErrPassword = errs.E(errs.StepUp, "This link needs a password.")
	ErrWrong    = errs.E(errs.Forbidden, "The password is wrong.")
	ErrUsedUp   = errs.E(errs.OverQuota, "This file was fetched as often as it may be.")
)

// Opened is a parcel as its link shows it.
type Opened struct {
	Parcel
	Sender directory.Account
}

// Open opens a link. A parcel that needs a sign-in or a password is returned
// without its files, together with the error that says so.
func (r *Room) Open(ctx context.Context, token string, v Visitor) (o Opened, err error) {
	if o, err = r.find(ctx, token, v); err != nil {
		return o, err
	}
	if o.Locked && !r.passed(o.Parcel, v.Pass) {
		return o, ErrPassword
	}
	err = r.db.Read(ctx, func(tx *store.Tx) error {
		return selectFiles(ctx, tx, o.account, o.ID, func(f File) { o.Files = append(o.Files, f) })
	})
	return o, err
}

// find returns the open parcel of a link that the visitor may know of.
func (r *Room) find(ctx context.Context, token string, v Visitor) (o Opened, err error) {
	link := sha256.Sum256([]byte(token))
	found := false
	err = r.db.Read(ctx, func(tx *store.Tx) (err error) {
		o.Parcel, found, err = selectLinked(ctx, tx, link[:])
		return err
	})
	if err != nil {
		return o, err
	}
	if !found {
		return Opened{}, errOver
	}
	o.settle(r.clock.Now())
	o.Sender, err = r.dir.Account(ctx, o.scope.Org, o.account)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return o, err
	}
	// Whoever left, or was locked, has no open links.
	if err != nil || o.Over != Open || o.Sender.Locked || r.conf.Off || !o.Sender.Terms.Allows(policy.FeatureParcels) {
		r.tooLate(o.Parcel, v)
		return Opened{}, errOver
	}
	// A service level may have lost what it had when the link was made.
	if o.Inside = r.isInside(o); !o.Inside {
		return o, nil
	}
	if v.Subject.Account == 0 {
		return o, ErrSignIn
	}
	if !policy.Can(v.Subject, policy.Read, policy.Label{Org: o.scope.Org, Owner: o.account, Level: o.Level, Granted: policy.Read}) {
		r.record(ctx, r.entry(o.Parcel, v, "parcel.open", errs.E(errs.Forbidden, "another organisation, or a level above the reader's")))
		return Opened{}, errOver
	}
	return o, nil
}

// entry is an entry of the record for an act of a visitor.
func (r *Room) entry(p Parcel, v Visitor, verb string, result error) audit.Entry {
	e := audit.By(v.Subject, verb, objectText(p.ID), result)
	e.Org, e.Peer, e.Door = p.scope.Org, v.Peer.String(), "http"
	return e
}

// tooLate records that somebody came with a link that is over: behind the
// answer, which has to take as long as that to a link that never was, and once
// an hour for each address.
func (r *Room) tooLate(p Parcel, v Visitor) {
	if r.late.fresh(lateKey{v.Peer, p.ID}, r.clock.Now()) {
		r.behind.Go(func() { r.record(context.Background(), r.entry(p, v, "parcel.open", errOver)) })
	}
}

// lateness remembers who was recorded as too late.
type lateness struct {
	mu sync.Mutex
	m  map[lateKey]time.Time
}

type lateKey struct {
	peer   netip.Addr
	parcel int64
}

// maxLate bounds what is remembered; beyond it all is forgotten.
const maxLate = 10_000

func (l *lateness) fresh(k lateKey, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.m[k]) < time.Hour {
		return false
	}
	if l.m == nil || len(l.m) >= maxLate {
		l.m = map[lateKey]time.Time{}
	}
	l.m[k] = now
	return true
}

// passLife is how long a password that was told lets in.
const passLife = 12 * time.Hour

// Unlock takes the password of a link and returns what shows it from then on.
func (r *Room) Unlock(ctx context.Context, token, password string, v Visitor) (pass string, err error) {
	o, err := r.find(ctx, token, v)
	if err != nil {
		return "", err
	}
	if !o.Locked {
		return "", nil
	}
	if err := r.try(ctx, o.Parcel, password, v); err != nil {
		return "", err
	}
	until := r.clock.Now().Add(passLife).Unix()
	return strconv.FormatInt(until, 36) + "." + passOf(o.Parcel, until), nil
}

// try compares a password. Few are compared at once, and each counts before the
// next begins, so that tries side by side are no way around the pace.
func (r *Room) try(ctx context.Context, p Parcel, password string, v Visitor) error {
	if err := r.paced(p, v); err != nil {
		return err
	}
	select {
	case r.hashing <- struct{}{}:
		defer func() { <-r.hashing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := r.paced(p, v); err != nil {
		return err
	}
	ok, err := identity.MatchesHash(p.password, password)
	if err != nil {
		return err
	}
	if !ok {
		r.pace.Failed(v.Peer, p.ID)
		r.record(ctx, r.entry(p, v, "parcel.open", ErrWrong))
		return ErrWrong
	}
	r.pace.Succeeded(v.Peer, p.ID)
	return nil
}

func (r *Room) paced(p Parcel, v Visitor) error {
	if wait := r.pace.Wait(v.Peer, p.ID); wait > 0 {
		return errs.E(errs.RateLimited, "Too many wrong passwords. Please wait %d seconds.", int(wait.Seconds())+1)
	}
	return nil
}

// passOf binds a pass to the parcel's password: nothing is kept of it here,
// and who has not the hash cannot make one.
func passOf(p Parcel, until int64) string {
	mac := hmac.New(sha256.New, []byte(p.password))
	mac.Write([]byte("parcel " + strconv.FormatInt(p.ID, 36) + " " + strconv.FormatInt(until, 36)))
	return hex.EncodeToString(mac.Sum(nil))
}

func (r *Room) passed(p Parcel, pass string) bool {
	text, sum, ok := strings.Cut(pass, ".")
	until, err := strconv.ParseInt(text, 36, 64)
	return ok && err == nil && r.clock.Now().Unix() < until && hmac.Equal([]byte(sum), []byte(passOf(p, until)))
}

// Fetching is a file on its way to a visitor.
type Fetching struct {
	File
	*reader
	room   *Room
	parcel Parcel
	fetch  int64
}

// Fetch begins to fetch a file of a parcel that was opened, or goes on with it.
func (r *Room) Fetch(ctx context.Context, o Opened, file int64, v Visitor) (*Fetching, error) {
	x := &Fetching{room: r, parcel: o.Parcel}
	for _, f := range o.Files {
		if f.ID == file && f.held {
			x.File = f
		}
	}
	if x.ID == 0 {
		return nil, errOver
	}
	var list []part
	visit := sha256.Sum256([]byte(v.Visit))
	err := r.write(ctx, o.account, func(tx *store.Tx, modseq int64) (err error) {
		if x.fetch, err = selectVisit(ctx, tx, x.File, visit[:]); err != nil {
			return err
		}
		if x.fetch == 0 || v.Visit == "" {
			if err := x.begin(ctx, tx, visit[:], v); err != nil {
				return err
			}
		}
		if list, err = selectParts(ctx, tx, x.File); err != nil {
			return err
		}
		return touchParcel(ctx, tx, o.Parcel, modseq)
	})
	if errors.Is(err, ErrUsedUp) {
		r.record(ctx, r.entry(o.Parcel, v, "parcel.fetch", err))
	}
	if err != nil {
		return nil, err
	}
	x.reader = &reader{ctx: ctx, db: r.db, scope: o.scope, parts: list, size: x.Size, stands: func() error { return r.stands(ctx, o.Parcel) }}
	return x, nil
}

// begin counts and records a fetch.
func (x *Fetching) begin(ctx context.Context, tx *store.Tx, visit []byte, v Visitor) error {
	ok, err := takeFetch(ctx, tx, x.File, x.parcel.MaxFetches)
	if err == nil && !ok {
		err = ErrUsedUp
	}
	if err != nil {
		return err
	}
	now := x.room.clock.Now()
	x.fetch = id.New()
	if err := insertFetch(ctx, tx, x.File, visit, Fetch{ID: x.fetch, At: now, Peer: v.Peer.String(), Person: v.Subject.Address}); err != nil {
		return err
	}
	e, err := x.room.entry(x.parcel, v, "parcel.fetch", nil).Change(nil, map[string]string{"file": x.Name})
	if err != nil {
		return err
	}
	return audit.Append(ctx, tx, now, e)
}

// stands says whether a parcel may still be fetched.
func (r *Room) stands(ctx context.Context, p Parcel) error {
	now, found := Parcel{}, false
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		now, found, err = selectLinked(ctx, tx, p.link[:])
		return err
	})
	changed := now.Level != p.Level // whoever still may begins anew
	if now.settle(r.clock.Now()); err == nil && (!found || changed || now.Over != Open) {
		err = errOver
	}
	return err
}

// Done notes how many bytes went out.
func (x *Fetching) Done(ctx context.Context, sent int64) {
	x.close()
	err := x.room.write(ctx, x.account, func(tx *store.Tx, modseq int64) error {
		if err := addSent(ctx, tx, x.File, x.fetch, sent, x.room.clock.Now().UnixMilli()); err != nil {
			return err
		}
		return touchParcel(ctx, tx, x.parcel, modseq)
	})
	if err != nil {
		x.room.log.Error("a fetch was not noted to its end", "parcel", objectText(x.parcel.ID), "error", err)
	}
}
