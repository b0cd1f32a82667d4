package mail

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"chancery/audit"
	"chancery/kit/id"
	"chancery/store"
)

// JournalReport says what came of holding a journal against the record.
type JournalReport struct {
	Record   audit.Checked
	Letters  int64 // that are kept
	Ended    int64 // whose time was over
	Problems []string
}

// recorded is what the record says of a letter of the journal.
type recorded struct {
	journalSeal
	kept, ended time.Time
	days        int
	seen        bool
}

// maxJournalProblems bounds what a report names one by one.
const maxJournalProblems = 1000

// VerifyJournal holds the journal of an organisation against its record, which
// is followed from its start: each letter that the record names is there with
// the envelope and the bytes that it had, or has ended in its time, and there is
// no other. Checkpoints that were kept elsewhere vouch for the record itself. It
// may run beside a server.
func (r *Room) VerifyJournal(ctx context.Context, org int64, against audit.Against) (report JournalReport, err error) {
	v := journalCheck{room: r, org: org, known: map[int64]*recorded{}, report: &report}
	report.Record, err = audit.Follow(ctx, r.db, org, against, v.note)
	if err != nil {
		return report, err
	}
	for from := int64(0); ; {
		var list []journalEntry
		err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
			list, err = selectJournalFrom(ctx, tx, org, from, 500)
			return err
		})
		if err != nil {
			return report, err
		}
		for i := range list {
			if err := v.letter(ctx, &list[i]); err != nil {
				return report, err
			}
		}
		if len(list) == 0 {
			break
		}
		from = list[len(list)-1].id + 1
	}
	for number, k := range v.known {
		if k.seen || !k.ended.IsZero() {
			continue
		}
		// It may have ended since the record was followed.
		if again, err := v.again(ctx, number); err != nil {
			return report, err
		} else if again == nil || again.ended.IsZero() {
			v.problem(number, "is missing: it was kept on %s and has not ended", k.kept.Format(time.DateTime))
		}
	}
	return report, nil
}

// JournalOrgs lists the organisations that have a journal or a record.
func (r *Room) JournalOrgs(ctx context.Context) (orgs []int64, err error) {
	if orgs, err = audit.Organisations(ctx, r.db); err != nil {
		return nil, err
	}
	known := map[int64]bool{}
	for _, org := range orgs {
		known[org] = true
	}
	err = r.db.Read(ctx, func(tx *store.Tx) error {
		more, err := selectJournalOrgs(ctx, tx)
		for _, org := range more {
			if !known[org] {
				known[org] = true
				orgs = append(orgs, org)
			}
		}
		return err
	})
	return orgs, err
}

type journalCheck struct {
	room   *Room
	org    int64
	known  map[int64]*recorded
	report *JournalReport
}

func (v *journalCheck) problem(number int64, format string, args ...any) {
	if len(v.report.Problems) == maxJournalProblems {
		v.report.Problems = append(v.report.Problems, "and there are more")
	}
	if len(v.report.Problems) < maxJournalProblems {
		v.report.Problems = append(v.report.Problems, fmt.Sprintf("organisation %d: the letter %s of the journal ", v.org, id.Text(journalLetter, number))+fmt.Sprintf(format, args...))
	}
}

// note takes in an entry of the record.
func (v *journalCheck) note(e audit.Entry) { v.take(v.known, e) }

func (v *journalCheck) take(known map[int64]*recorded, e audit.Entry) {
	name, ok := strings.CutPrefix(e.Object, "journal ")
	number, named := id.Parse(journalLetter, name)
	if !ok || !named || e.Result != "ok" {
		return
	}
	switch e.Verb {
	case journalKept:
		k := &recorded{kept: e.At}
		if known[number] != nil {
			v.problem(number, "was kept twice, as the record says")
		}
		if err := json.Unmarshal([]byte(e.After), &k.journalSeal); err != nil {
			v.problem(number, "cannot be held against the record: %v", err)
		}
		known[number] = k
	case journalEnded:
		k := known[number]
		if k == nil {
			v.problem(number, "has ended without having been kept, as the record says")
			return
		}
		var end journalEnd
		if err := json.Unmarshal([]byte(e.After), &end); err != nil {
			v.problem(number, "cannot be held against the record: %v", err)
		}
		if k.ended = e.At; e.At.Before(k.kept.Add(time.Duration(end.Days) * 24 * time.Hour)) {
			v.problem(number, "ended on %s, before its %d days were over", e.At.Format(time.DateTime), end.Days)
		}
		v.report.Ended++
	}
}

// again reads what the record says of one letter now.
func (v *journalCheck) again(ctx context.Context, number int64) (*recorded, error) {
	known := map[int64]*recorded{}
	err := v.room.db.Read(ctx, func(tx *store.Tx) error {
		found, err := audit.Look(ctx, tx, v.org, audit.Filter{Objects: []string{"journal " + id.Text(journalLetter, number)}}, 0, 1000)
		for i := len(found.Entries) - 1; i >= 0; i-- {
			if e := found.Entries[i]; e.Verb == journalKept || e.Verb == journalEnded {
				quiet := journalCheck{report: &JournalReport{}}
				quiet.take(known, e)
			}
		}
		return err
	})
	return known[number], err
}

// letter holds one letter against the record.
func (v *journalCheck) letter(ctx context.Context, j *journalEntry) (err error) {
	v.report.Letters++
	k := v.known[j.id]
	if k == nil { // it may be newer than what was followed
		if k, err = v.again(ctx, j.id); err != nil {
			return err
		}
	}
	switch {
	case k == nil:
		v.problem(j.id, "was added: the record does not know it")
		return nil
	case !k.ended.IsZero():
		v.problem(j.id, "is there, and has ended on %s as the record says", k.ended.Format(time.DateTime))
	}
	k.seen = true
	changed := k.Hash != j.blob.Hash.String() || k.Size != j.blob.Size || k.Entry != "" && k.Entry != j.seal()
	if err := j.read(); err != nil || k.Rcpts != len(j.Rcpts) || !k.kept.Equal(millis(j.at)) {
		changed = true
	}
	if changed {
		v.problem(j.id, "was changed: its envelope, subject, level or time is not what was kept")
	}
	return v.bytes(ctx, j)
}

// bytes compares a letter with its hash.
func (v *journalCheck) bytes(ctx context.Context, j *journalEntry) error {
	b, err := v.room.db.Open(ctx, j.blob.Scope, j.blob.Hash)
	if err == nil {
		defer b.Close()
		sum := sha256.New()
		if _, err = io.Copy(sum, b.Reader()); err == nil && (store.Hash(sum.Sum(nil)) != j.blob.Hash || b.Size() != j.blob.Size) {
			err = fmt.Errorf("they are not those that were stored")
		}
	}
	if err != nil && ctx.Err() == nil {
		v.problem(j.id, "has lost its bytes: %v", err)
		return nil
	}
	return err
}
