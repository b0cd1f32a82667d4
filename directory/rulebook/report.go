package rulebook

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Row is somebody whom a version concerns, or who accepted it once.
type Row struct {
	Acceptance       // At is zero where they did not
	UnitID     int64 // of their first post today; 0 = none
	Concerned  bool  // the text is for them today
}

// Count is how many of a unit a version concerns, and how many accepted it.
type Count struct {
	Unit            int64 // 0 = without one
	Total, Accepted int
}

// Report is who accepted a version and who did not. Of a draft or one to come
// it says whom it will concern.
type Report struct {
	Version
	Total, Accepted int // of those whom it concerns today
	Units           []Count
	Rows            []Row // those who did not accept first, by unit, then the others as they did
}

// Report looks at a version, for security administrators and auditors.
func (b *Book) Report(ctx context.Context, by policy.Subject, version int64) (r Report, err error) {
	if err := b.mayRead(ctx, by, "regulation.look"); err != nil {
		return r, err
	}
	return b.report(ctx, by.Org, version)
}

func (b *Book) report(ctx context.Context, org, version int64) (r Report, err error) {
	var said []Acceptance
	err = b.db.Read(ctx, func(tx *store.Tx) (err error) {
		if r.Version, err = selectVersion(ctx, tx, org, version); err == nil {
			said, err = selectAcceptances(ctx, tx, org, version)
		}
		return err
	})
	if errors.Is(err, store.ErrNoRows) {
		err = errNone
	}
	if err != nil {
		return r, err
	}
	all, err := b.everybody(ctx, org)
	if err != nil {
		return r, err
	}
	view, err := b.dir.View(ctx, policy.System(org))
	if err != nil {
		return r, err
	}
	r.gather(all, said, view)
	return r, nil
}

func (r *Report) gather(all []somebody, said []Acceptance, view *directory.View) {
	type holder struct{ account, person int64 }
	words := map[holder]Acceptance{}
	for _, a := range said {
		words[holder{a.Account, a.Person}] = a
	}
	counts := map[int64]*Count{}
	for _, w := range all {
		key := holder{w.account.ID, w.personID()}
		a, accepted := words[key]
		delete(words, key)
		concerned := r.concerns(w, view.Book)
		if !concerned && !accepted {
			continue
		}
		row := Row{Acceptance: a, Concerned: concerned}
		if units := w.units(); len(units) > 0 {
			row.UnitID = units[0]
		}
		if !accepted {
			row.Acceptance = Acceptance{Version: r.ID, Account: w.account.ID, Person: w.personID(), Name: w.account.Name, Address: w.account.Address, Unit: unitOf(w, view)}
		}
		r.Rows = append(r.Rows, row)
		if !concerned {
			continue
		}
		c := counts[row.UnitID]
		if c == nil {
			c = &Count{Unit: row.UnitID}
			counts[row.UnitID] = c
		}
		c.Total, r.Total = c.Total+1, r.Total+1
		if accepted {
			c.Accepted, r.Accepted = c.Accepted+1, r.Accepted+1
		}
	}
	for _, a := range said { // of those who left since, whose word is kept
		if _, gone := words[holder{a.Account, a.Person}]; gone {
			r.Rows = append(r.Rows, Row{Acceptance: a})
		}
	}
	place := map[int64]int{}
	for n, u := range view.Units() {
		place[u.ID] = n + 1
	}
	for _, c := range counts {
		r.Units = append(r.Units, *c)
	}
	slices.SortFunc(r.Units, func(a, b Count) int { return cmp.Compare(place[a.Unit], place[b.Unit]) })
	slices.SortStableFunc(r.Rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(kept(a.At), kept(b.At)), cmp.Compare(place[a.UnitID], place[b.UnitID]), strings.Compare(a.Name, b.Name))
	})
}

// Export writes who accepted a version and who did not, for a spreadsheet.
// That it was taken out stands in the record.
func (b *Book) Export(ctx context.Context, by policy.Subject, version int64) (func(w io.Writer) error, error) {
	if err := b.mayRead(ctx, by, "regulation.export"); err != nil {
		return nil, err
	}
	r, err := b.report(ctx, by.Org, version)
	if err == nil {
		err = b.db.Write(ctx, func(tx *store.Tx) error {
			return b.note(ctx, tx, by, "regulation.export", textOf(r.Rule, r.Number), nil, nil, nil)
		})
	}
	return r.csv, err
}

func (r Report) csv(w io.Writer) error {
	// With the mark of UTF-8, without which Excel takes it for something else.
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true // RFC 4180 section 2
	lines := [][]string{{"name", "address", "unit", "concerned", "accepted", "network address", "session"}}
	for _, x := range r.Rows {
		at, session, concerned := "", "", "no"
		if !x.At.IsZero() {
			at, session = x.At.In(time.Local).Format(time.RFC3339), "at sign-in"
		}
		if x.Session != 0 {
			session = strconv.FormatInt(x.Session, 36)
		}
		if x.Concerned {
			concerned = "yes"
		}
		lines = append(lines, []string{directory.PlainCell(x.Name), directory.PlainCell(x.Address), directory.PlainCell(x.Unit), concerned, at, x.Peer, session})
	}
	return out.WriteAll(lines)
}

// remindEvery is how long those who are late have at least between two letters.
const remindEvery = 24 * time.Hour

var (
	errLately = errs.E(errs.RateLimited, "They were written to within the last day.")
	errFree   = errs.E(errs.Conflict, "Nobody has to accept this version now.")
)

// Remind writes to all who have not accepted a version that is in force.
func (b *Book) Remind(ctx context.Context, by policy.Subject, version int64) error {
	var v Version
	err := b.change(ctx, by, "regulation.remind", version, func(_ *store.Tx, old Version) (Version, error) {
		now := b.clock.Now()
		switch {
		case old.Number == 0 || old.Within < 0 || !old.Withdrawn.IsZero():
			return old, errFree
		case now.Sub(old.Reminded) < remindEvery:
			return old, errLately
		}
		old.Reminded = now
		v = old
		return old, nil
	})
	if err == nil {
		b.ask(ctx, by.Org, v)
	}
	return err
}

// ask writes to all who have to accept a version and did not yet, behind the
// answer to who asked for it: a house of many people takes a while.
func (b *Book) ask(ctx context.Context, org int64, v Version) {
	ctx = context.WithoutCancel(ctx)
	b.behind.Go(func() {
		r, err := b.report(ctx, org, v.ID)
		for _, x := range r.Rows {
			if err != nil {
				break
			}
			if !x.Concerned || !x.At.IsZero() {
				continue
			}
			var a directory.Account
			if a, err = b.dir.Account(ctx, org, x.Account); err == nil {
				err = b.letters.ToAccept(ctx, Reminder{Account: a, Title: v.Title(a.Language), Due: v.due()})
			}
		}
		if err != nil {
			b.log.Error("not everybody was asked to accept a regulation", "version", v.ID, "error", err)
		}
	})
}
