package drive

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"chancery/audit"
	"chancery/identity"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// Parcel is one or several files behind one link.
type Parcel struct {
	ID         int64
	Name       string
	Made       time.Time
	Expires    time.Time
	Over       Over
	OverAt     time.Time
	Level      policy.Level
	Inside     bool  // for people of the organisation who sign in
	Locked     bool  // a password is needed
	MaxFetches int64 // of each file, 0 = no limit
	Files      []File
	Created    int64
	Modseq     int64
	Gone       bool

	account  int64
	scope    store.Scope
	password string
	link     [sha256.Size]byte
	sealed   []byte
}

// Over says why nobody can fetch a parcel any more.
type Over string

// The ways in which a parcel ends.
const (
	Open    Over = ""
	Closed  Over = "closed"
	Expired Over = "expired"
)

// NewParcel is what a sender says of a parcel.
type NewParcel struct {
	Name       string
	Files      []int64      // uploads that are whole
	Expires    time.Time    // zero = after the days that the office has set
	Level      policy.Level // Unlabelled where nobody said
	Inside     bool
	Password   string // "" = none
	MaxFetches int64
}

// Limits of what a sender says.
const (
	minPassword = 8   // characters: a link's password is guessed from outside
	maxPassword = 256 // bytes
	maxFetches  = 1e6
	tokenBytes  = 20 // 160 bits: a link cannot be guessed
	purposeLink = "drive link"
)

// Make makes a parcel of uploads and returns it with the token of its link.
func (a *Account) Make(ctx context.Context, n NewParcel) (p Parcel, token string, err error) {
	if err := a.mayShare(ctx, !n.Inside); err != nil {
		return p, "", err
	}
	if err := a.checkLevel(ctx, n); err != nil {
		return p, "", err
	}
	now := a.room.clock.Now().UTC().Truncate(time.Second)
	if n.Expires.IsZero() {
		n.Expires = now.AddDate(0, 0, a.room.conf.Days)
	}
	if err := a.room.check(n, now); err != nil {
		return p, "", err
	}
	token = id.Token(tokenBytes)
	p = Parcel{ID: id.New(), Name: cleanTitle(n.Name), Made: now, Expires: n.Expires.UTC().Truncate(time.Second), Level: n.Level, Inside: n.Inside, Locked: n.Password != "", MaxFetches: n.MaxFetches,
		account: a.id, scope: a.scope, link: sha256.Sum256([]byte(token))}
	if p.Locked {
		p.password = identity.HashPassword(n.Password)
	}
	if p.sealed, err = a.room.db.Seal(ctx, a.scope, purposeLink, []byte(token)); err != nil {
		return p, "", err
	}
	err = a.room.write(ctx, a.id, func(tx *store.Tx, modseq int64) error {
		p.Created, p.Modseq = modseq, modseq
		return a.make(ctx, tx, &p, n.Files)
	})
	return p, token, err
}

// make writes the parcel and gives it its files.
func (a *Account) make(ctx context.Context, tx *store.Tx, p *Parcel, files []int64) error {
	there, err := countParcels(ctx, tx, a.id)
	if err != nil {
		return err
	}
	if there >= int64(a.room.conf.MaxParcels) {
		return errs.E(errs.OverQuota, "You have %d parcels. Please delete some that are over.", there)
	}
	p.Files = nil
	for i, n := range files {
		f, err := selectFile(ctx, tx, a.id, n)
		if err != nil {
			return err
		}
		if f.Parcel != 0 || !f.held {
			return errNoUpload
		}
		if f.Received != f.Size {
			return errs.E(errs.Conflict, "%s has not arrived as a whole yet.", f.Name)
		}
		f.Parcel, f.Expires = p.ID, time.Time{}
		if err := giveFile(ctx, tx, f, i); err != nil {
			return err
		}
		p.Files = append(p.Files, f)
	}
	if p.Name == "" {
		p.Name = p.Files[0].Name
	}
	if err := insertParcel(ctx, tx, *p); err != nil {
		return err
	}
	return a.note(ctx, tx, "parcel.make", *p, nil, p.story())
}

// check refuses what a parcel cannot be.
func (r *Room) check(n NewParcel, now time.Time) error {
	sorted := slices.Sorted(slices.Values(n.Files))
	switch {
	case len(n.Files) == 0:
		return errs.E(errs.Invalid, "files: A parcel has a file.")
	case len(n.Files) > r.conf.MaxFiles:
		return errs.E(errs.TooLarge, "files: A parcel has at most %d files.", r.conf.MaxFiles)
	case len(slices.Compact(sorted)) != len(n.Files):
		return errs.E(errs.Invalid, "files: A file is there twice.")
	case n.Password != "" && utf8.RuneCountInString(n.Password) < minPassword:
		return errs.E(errs.Invalid, "password: It has at least %d characters.", minPassword)
	case len(n.Password) > maxPassword || !utf8.ValidString(n.Password):
		return errs.E(errs.Invalid, "password: It has at most %d bytes.", maxPassword)
	case n.MaxFetches < 0 || n.MaxFetches > maxFetches:
		return errs.E(errs.Invalid, "maxDownloads: It is between 1 and %d.", int(maxFetches))
	}
	return r.checkExpiry(n.Expires, now)
}

func (r *Room) checkExpiry(at, now time.Time) error {
	// A day more, since a day ends elsewhere than here.
	if !at.After(now) || at.After(now.AddDate(0, 0, r.conf.MaxDays+1)) {
		return errs.E(errs.Invalid, "expiresAt: It is within %d days from now.", r.conf.MaxDays)
	}
	return nil
}

// cleanTitle is cleanName without its "file" for nothing.
func cleanTitle(name string) string {
	if strings.TrimSpace(name) == "" {
		return ""
	}
	return cleanName(name)
}

// story is what the record keeps of a parcel: neither link nor password.
func (p Parcel) story() map[string]any {
	names := make([]string, len(p.Files))
	for i, f := range p.Files {
		names[i] = f.Name
	}
	return map[string]any{"name": p.Name, "files": names, "expires": p.Expires.UTC().Format(time.RFC3339), "level": p.Level.String(), "inside": p.Inside, "password": p.Locked, "maxDownloads": p.MaxFetches}
}

// note records an act of the sender in its transaction.
func (a *Account) note(ctx context.Context, tx *store.Tx, verb string, p Parcel, before, after map[string]any) error {
	e, err := audit.By(a.subject, verb, objectText(p.ID), nil).Change(before, after)
	if err != nil {
		return err
	}
	return audit.Append(ctx, tx, a.room.clock.Now(), e)
}

func objectText(parcel int64) string { return id.Text(parcelID, parcel) }

// Parcels lists the account's parcels, the newest first.
func (a *Account) Parcels(ctx context.Context) (list []Parcel, state int64, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		if state, err = selectState(ctx, tx, a.id); err != nil {
			return err
		}
		if list, err = selectParcels(ctx, tx, a.id); err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(p Parcel) bool { return !a.sees(p) })
		files := map[int64][]File{}
		err = selectFiles(ctx, tx, a.id, 0, func(f File) { files[f.Parcel] = append(files[f.Parcel], f) })
		for i := range list {
			list[i].Files = files[list[i].ID]
			list[i].settle(a.room.clock.Now())
		}
		return err
	})
	return list, state, err
}

// settle shows a parcel whose time is over as what it is, before Tend comes by.
func (p *Parcel) settle(now time.Time) {
	if p.Over == Open && !now.Before(p.Expires) {
		p.Over, p.OverAt = Expired, p.Expires
	}
}

// Token returns the token of a parcel's link, for its sender.
func (a *Account) Token(ctx context.Context, p Parcel) (string, error) {
	token, err := a.room.db.Unseal(ctx, p.scope, purposeLink, p.sealed)
	return string(token), err
}

// change runs a change of one parcel that is open, or with over of any.
func (a *Account) change(ctx context.Context, parcel int64, over bool, do func(tx *store.Tx, p *Parcel) error) error {
	return a.room.write(ctx, a.id, func(tx *store.Tx, modseq int64) error {
		p, err := selectParcel(ctx, tx, a.id, parcel)
		if err == nil && !a.sees(p) {
			err = errNoParcel
		}
		if err != nil {
			return err
		}
		p.settle(a.room.clock.Now())
		if p.Over != Open && !over {
			return errs.E(errs.Conflict, "The link is over.")
		}
		p.Modseq = modseq
		if err := do(tx, &p); err != nil {
			return err
		}
		return updateParcel(ctx, tx, p)
	})
}

// Extend lets a parcel that is open end at another time.
func (a *Account) Extend(ctx context.Context, parcel int64, until time.Time) error {
	now := a.room.clock.Now()
	if err := a.room.checkExpiry(until, now); err != nil {
		return err
	}
	return a.change(ctx, parcel, false, func(tx *store.Tx, p *Parcel) error {
		before := p.story()
		p.Expires = until.UTC().Truncate(time.Second)
		return a.note(ctx, tx, "parcel.extend", *p, before, p.story())
	})
}

// Close ends a parcel: its link is void and its bytes are given up.
func (a *Account) Close(ctx context.Context, parcel int64) error {
	return a.change(ctx, parcel, false, func(tx *store.Tx, p *Parcel) error {
		if err := a.note(ctx, tx, "parcel.close", *p, nil, nil); err != nil {
			return err
		}
		return a.room.end(ctx, tx, p, Closed)
	})
}

// Remove takes a parcel out of the sender's list; one that is open is closed.
func (a *Account) Remove(ctx context.Context, parcel int64) error {
	return a.change(ctx, parcel, true, func(tx *store.Tx, p *Parcel) error {
		if err := a.note(ctx, tx, "parcel.remove", *p, nil, nil); err != nil {
			return err
		}
		return a.room.forget(ctx, tx, p)
	})
}

// end gives up the bytes of a parcel.
func (r *Room) end(ctx context.Context, tx *store.Tx, p *Parcel, how Over) error {
	p.Over, p.OverAt = how, r.clock.Now()
	p.password = ""
	return r.freeFiles(ctx, tx, *p)
}

func (r *Room) freeFiles(ctx context.Context, tx *store.Tx, p Parcel) error {
	var files []File
	if err := selectFiles(ctx, tx, p.account, p.ID, func(f File) { files = append(files, f) }); err != nil {
		return err
	}
	for _, f := range files {
		if err := freeFile(ctx, tx, f); err != nil {
			return err
		}
	}
	return nil
}

// forget leaves the empty row that clients are told of.
func (r *Room) forget(ctx context.Context, tx *store.Tx, p *Parcel) error {
	if err := r.end(ctx, tx, p, Closed); err != nil {
		return err
	}
	p.Gone, p.Name, p.sealed, p.link = true, "", []byte{}, [sha256.Size]byte{}
	return deleteFilesAndLog(ctx, tx, p.account, p.ID)
}

// Change says that a parcel came, changed or went.
type Change struct {
	ID, Created, Modseq int64
	Gone                bool
}

// Changes lists what changed after a count.
func (a *Account) Changes(ctx context.Context, since int64) (list []Change, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectChanges(ctx, tx, a.id, since, a.subject.Clearance)
		return err
	})
	return list, err
}

// Fetch is a line of the log: a file that somebody fetched, or began to.
type Fetch struct {
	ID     int64
	File   int64
	At     time.Time
	Seen   time.Time // when bytes went out last
	Peer   string
	Person string // address of who was signed in, "" for others
	Sent   int64  // bytes
}

// maxLog bounds the lines of one parcel that a sender is shown.
const maxLog = 500

// Log returns who fetched a parcel, the newest first.
func (a *Account) Log(ctx context.Context, parcel int64) (list []Fetch, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		p, err := selectParcel(ctx, tx, a.id, parcel)
		if err == nil && !a.sees(p) {
			err = errNoParcel
		}
		if err != nil {
			return err
		}
		list, err = selectLog(ctx, tx, a.id, parcel, maxLog)
		return err
	})
	return list, err
}
