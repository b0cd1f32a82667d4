package audit

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/store"

	"golang.org/x/mod/sumdb/note"
)

// Checked says what came of following a record from its start.
type Checked struct {
	At      time.Time // zero = never
	Entries int64
	Signed  int64  // so many of them signed checkpoints vouch for
	Fault   string // the first thing that did not fit, "" = all did
	Broken  int64  // the first entry that does not fit or is missing; 0 = none is known
}

// Faults of a record.
const (
	FaultEntry      = "entry"      // an entry was changed, moved or taken away
	FaultCheckpoint = "checkpoint" // entries are not those that were signed for
	FaultSignature  = "signature"  // a checkpoint is not signed by this record's key
	FaultFile       = "file"       // the checkpoints beside the database are damaged or gone
)

// Err is the fault as an error for an operator; nil where there is none.
func (c Checked) Err(org int64) error {
	switch c.Fault {
	case "":
		return nil
	case FaultEntry:
		return errs.E(errs.Internal, "the audit record of organisation %d is broken at entry %d: it was changed, moved or taken away", org, c.Broken)
	case FaultCheckpoint:
		return errs.E(errs.Internal, "the audit record of organisation %d is not what was signed: something from entry %d on was changed", org, c.Broken)
	case FaultSignature:
		return errs.E(errs.Internal, "a checkpoint of the audit record of organisation %d is not signed by its key", org)
	default:
		return errs.E(errs.Internal, "the file with the checkpoints of the audit record of organisation %d is damaged or gone", org)
	}
}

// Against is what an auditor kept elsewhere; both may be empty.
type Against struct {
	Notes    []string // signed checkpoints
	Verifier string   // the public key, as signed notes write it
}

// Of returns what of it is of an organisation's record, by the name of the key.
func (a Against) Of(org int64) (mine Against) {
	name := keyPrefix(org)
	for _, text := range a.Notes {
		if strings.HasPrefix(text, name) {
			mine.Notes = append(mine.Notes, text)
		}
	}
	if strings.HasPrefix(a.Verifier, name) {
		mine.Verifier = a.Verifier
	}
	return mine
}

// errBroken ends the following of a record at the first thing that does not fit.
var errBroken = errors.New("broken")

// Verify follows the record of an organisation from its start: every entry
// against its leaf, the leaves against every signed checkpoint of the database,
// of the file beside it and of those kept elsewhere, and the last one against
// the end that the record knows. What stands behind the newest checkpoint is
// vouched for by the database alone.
func Verify(ctx context.Context, db *store.Store, org int64, against Against) (c Checked, err error) {
	return Follow(ctx, db, org, against, func(Entry) {})
}

// Follow is Verify, and calls each for the entries in their order as far as they
// fit, for who holds other things against the record.
func Follow(ctx context.Context, db *store.Store, org int64, against Against, each func(Entry)) (c Checked, err error) {
	w := walk{signed: map[int64][][]byte{}, each: each}
	if err := w.vouchers(ctx, db, org, against); err != nil {
		return c, err
	}
	if err := db.Read(ctx, func(tx *store.Tx) error { return w.follow(ctx, tx, org) }); err != nil {
		return c, err
	}
	if w.Fault == "" {
		w.Fault = w.papers
	}
	return w.Checked, nil
}

// Check verifies a record and keeps what came of it, for those who ask later.
func Check(ctx context.Context, db *store.Store, org int64, now time.Time) (c Checked, err error) {
	if c, err = Verify(ctx, db, org, Against{}); err != nil {
		return c, err
	}
	c.At = now.UTC().Truncate(time.Millisecond)
	return c, db.Write(ctx, func(tx *store.Tx) error { return putCheck(ctx, tx, org, c) })
}

// LastCheck returns what came of the last check, and how many entries there
// are now.
func LastCheck(ctx context.Context, tx *store.Tx, org int64) (c Checked, entries int64, err error) {
	if c, err = selectCheck(ctx, tx, org); err != nil {
		return c, 0, err
	}
	entries, _, err = selectHead(ctx, tx, org)
	return c, entries, err
}

// walk is one way along a record.
type walk struct {
	Checked
	signed map[int64][][]byte // roots that checkpoints of this size vouch for
	papers string             // what is wrong with the checkpoints themselves
	each   func(Entry)
}

// vouchers gathers the checkpoints, wherever they are kept.
func (w *walk) vouchers(ctx context.Context, db *store.Store, org int64, against Against) error {
	key, _, err := keyOf(ctx, db, org)
	if err != nil {
		return err
	}
	// The file first: what is dropped meanwhile is dropped from it last.
	lines, _, err := readAside(db, org)
	if errs.Is(err, errs.Invalid) {
		w.papers, err = FaultFile, nil
	}
	if err != nil {
		return err
	}
	notes, err := notesOf(ctx, db, org)
	if err != nil {
		return err
	}
	aside := w.aside(db, lines, notes)
	all := slices.Concat(notes, aside, against.Notes)
	if against.Verifier != "" && against.Verifier != key {
		w.papers = FaultSignature
	}
	if len(all) == 0 {
		return nil
	}
	by, err := note.NewVerifier(key)
	if err != nil {
		w.papers = FaultSignature
		return nil
	}
	for _, text := range all {
		c, err := openCheckpoint(text, by)
		if err != nil {
			w.papers = FaultSignature
			continue
		}
		w.signed[c.Size] = append(w.signed[c.Size], c.Root)
		w.Signed = max(w.Signed, c.Size)
	}
	return nil
}

// aside holds the checkpoints of the file against those of the database. The newest may be missing: a crash can come between. With several
// servers each keeps a file and comes by when it signs next.
func (w *walk) aside(db *store.Store, lines []asideLine, notes []string) (list []string) {
	for _, l := range lines {
		list = append(list, l.Note)
	}
	for n, text := range notes {
		if n < len(notes)-1 && db.Engine() == "sqlite" && !slices.Contains(list, text) {
			w.papers = FaultFile
		}
	}
	return list
}

// notesOf returns the checkpoints of the database.
func notesOf(ctx context.Context, db *store.Store, org int64) (notes []string, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		return selectCheckpoints(ctx, tx, org, 0, func(c Checkpoint) error { notes = append(notes, c.Note); return nil })
	})
	return notes, err
}

func (w *walk) follow(ctx context.Context, tx *store.Tx, org int64) error {
	last, top, err := selectHead(ctx, tx, org) // first: what is added meanwhile comes after it
	if err != nil {
		return err
	}
	edge := trees.NewEmptyRange(0)
	good := int64(0) // entries up to the last checkpoint that fits
	err = selectAll(ctx, tx, org, func(e Entry, have []byte) error {
		leaf, err := e.leaf()
		if err != nil {
			return err
		}
		w.Entries++
		if e.Seq != w.Entries || !bytes.Equal(have, leaf) {
			w.Fault, w.Broken = FaultEntry, w.Entries
			return errBroken
		}
		w.each(e)
		if err := edge.Append(leaf, nil); err != nil {
			return err
		}
		roots := w.signed[w.Entries]
		if len(roots) == 0 && e.Seq != last {
			return nil
		}
		have, err = root(edge)
		for _, want := range roots {
			if !bytes.Equal(have, want) {
				w.Fault, w.Broken = FaultCheckpoint, good+1
				return errBroken
			}
		}
		if e.Seq == last && !bytes.Equal(have, top) {
			w.Fault, w.Broken = FaultEntry, last
			return errBroken
		}
		good = w.Entries
		return err
	})
	if errors.Is(err, errBroken) {
		return nil
	}
	if err == nil && w.Entries < max(last, w.Signed) {
		w.Fault, w.Broken = FaultEntry, w.Entries+1
	}
	return err
}
