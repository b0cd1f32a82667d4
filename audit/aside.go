package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"chancery/kit/errs"
	"chancery/store"
)

// Checkpoints are kept beside the database too, a line each, so that who can
// write into the one has not changed the other. Lines are added to the file; one that
// a crash cut short is written anew, and older ones are thinned out (thin.go).

func asideName(db *store.Store, org int64) string {
	return filepath.Join(db.Dir(), "audit-"+strconv.FormatInt(org, 10)+".checkpoints")
}

// asideLine is one line of the file.
type asideLine struct {
	Size int64  `json:"size"`
	Note string `json:"note"`
}

// readAside reads the file; whole is where its last whole line ends. A line
// that is no checkpoint is named by the error, and the others are read.
func readAside(db *store.Store, org int64) (lines []asideLine, whole int64, err error) {
	text, err := os.ReadFile(asideName(db, org))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, errs.Wrap(errs.Unavailable, err, "cannot read the checkpoints of the audit record")
	}
	whole = int64(bytes.LastIndexByte(text, '\n') + 1)
	n := 0
	for line := range bytes.Lines(text[:whole]) {
		n++
		var l asideLine
		if e := json.Unmarshal(line, &l); e != nil || l.Note == "" {
			err = errs.Wrap(errs.Invalid, e, "line %d of %s is no checkpoint", n, filepath.Base(asideName(db, org)))
			continue
		}
		lines = append(lines, l)
	}
	return lines, whole, err
}

// writeAside adds the checkpoints of the database that came after the last one
// of the file.
func writeAside(ctx context.Context, db *store.Store, org int64) error {
	lines, whole, err := readAside(db, org)
	if err != nil && !errs.Is(err, errs.Invalid) { // a damaged line stays for Verify to find
		return err
	}
	from := int64(0)
	for _, l := range lines {
		from = max(from, l.Size+1)
	}
	var text []byte
	err = db.Read(ctx, func(tx *store.Tx) error {
		return selectCheckpoints(ctx, tx, org, from, func(c Checkpoint) error {
			line, err := json.Marshal(asideLine{c.Size, c.Note})
			text = append(append(text, line...), '\n')
			return err
		})
	})
	if err != nil || len(text) == 0 {
		return err
	}
	f, err := os.OpenFile(asideName(db, org), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "cannot write the checkpoints of the audit record")
	}
	err = f.Truncate(whole)
	if err == nil {
		_, err = f.WriteAt(text, whole)
	}
	err = errors.Join(err, f.Sync(), f.Close())
	return errs.Wrap(errs.Unavailable, err, "cannot write the checkpoints of the audit record")
}
