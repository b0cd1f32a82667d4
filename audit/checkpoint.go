package audit

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/store"

	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
)

// Checkpoint is a signed statement of how many entries the record of an
// organisation had, and of the hash of its tree: whoever keeps one elsewhere
// can show later that nothing up to there was changed (C2SP tlog-checkpoint,
// a signed note with an Ed25519 signature). Its extension line is the time.
type Checkpoint struct {
	Size int64
	Root []byte
	At   time.Time
	Note string
}

// Sign makes a checkpoint of what the record of an organisation holds now and
// keeps it in the database and in a file of the data directory. Signed is false
// where nothing came since the last one. Older ones are thinned out.
func Sign(ctx context.Context, db *store.Store, org int64, now time.Time) (c Checkpoint, signed bool, err error) {
	unlock, err := lockAside(ctx, db, org)
	if err != nil {
		return c, false, err
	}
	defer unlock()
	var seq int64
	var last Checkpoint
	// A writing transaction: what it answers with is durable, so that no
	// checkpoint vouches for what a power loss could take.
	err = db.Write(ctx, func(tx *store.Tx) (err error) {
		if seq, c.Root, err = selectHead(ctx, tx, org); err != nil {
			return err
		}
		last, err = newestOf(ctx, tx, org)
		return err
	})
	if err == nil && seq > last.Size {
		if c, err = makeCheckpoint(ctx, db, org, seq, c.Root, now); err == nil {
			signed = true
			err = db.Write(ctx, func(tx *store.Tx) error { return putCheckpoint(ctx, tx, org, c) })
		}
	}
	if err != nil {
		return c, false, err
	}
	if err := writeAside(ctx, db, org); err != nil {
		return c, signed, err
	}
	if !signed || sameDay(last.At, now) { // once a day: it looks at every signature
		return c, signed, nil
	}
	return c, signed, prune(ctx, db, org, now)
}

// SignAll does so for every organisation that has a record.
func SignAll(ctx context.Context, db *store.Store, now time.Time, each func(org int64, c Checkpoint)) error {
	orgs, err := Organisations(ctx, db)
	for _, org := range orgs {
		c, signed, e := Sign(ctx, db, org, now)
		if err = errors.Join(err, e); signed {
			each(org, c)
		}
	}
	return err
}

// Organisations lists those that have a record.
func Organisations(ctx context.Context, db *store.Store) (orgs []int64, err error) {
	err = db.Read(ctx, func(tx *store.Tx) (err error) {
		orgs, err = selectRecorded(ctx, tx)
		return err
	})
	return orgs, err
}

func makeCheckpoint(ctx context.Context, db *store.Store, org, size int64, root []byte, now time.Time) (c Checkpoint, err error) {
	signer, err := signerOf(ctx, db, org)
	if err != nil {
		return c, err
	}
	c = Checkpoint{Size: size, Root: root, At: now.UTC().Truncate(time.Second)}
	body := log.Checkpoint{Origin: signer.Name(), Size: uint64(size), Hash: root}.Marshal()
	text, err := note.Sign(&note.Note{Text: string(body) + c.At.Format(time.RFC3339) + "\n"}, signer)
	c.Note = string(text)
	return c, errs.Wrap(errs.Internal, err, "cannot sign the audit record")
}

// openCheckpoint reads a checkpoint and verifies its signature.
func openCheckpoint(text string, by note.Verifier) (c Checkpoint, err error) {
	n, err := note.Open([]byte(text), note.VerifierList(by))
	if err != nil {
		return c, errs.Wrap(errs.Invalid, err, "the checkpoint is not signed by %s", by.Name())
	}
	var body log.Checkpoint
	rest, err := body.Unmarshal([]byte(n.Text))
	if err != nil || body.Origin != by.Name() {
		return c, errs.Wrap(errs.Invalid, err, "this is no checkpoint of %s", by.Name())
	}
	at, err := time.Parse(time.RFC3339, strings.TrimSuffix(string(rest), "\n"))
	if err != nil || body.Size > 1<<62 {
		return c, errs.Wrap(errs.Invalid, err, "this is no checkpoint of ours")
	}
	return Checkpoint{Size: int64(body.Size), Root: body.Hash, At: at, Note: text}, nil
}

const keyPurpose = "audit checkpoint"

// signerOf returns what the checkpoints of an organisation are signed with,
// made when it is first asked for.
func signerOf(ctx context.Context, db *store.Store, org int64) (note.Signer, error) {
	_, sealed, err := keyOf(ctx, db, org)
	if err != nil {
		return nil, err
	}
	if sealed == nil {
		if err := makeKey(ctx, db, org); err != nil {
			return nil, err
		}
		if _, sealed, err = keyOf(ctx, db, org); err != nil {
			return nil, err
		}
	}
	plain, err := db.Unseal(ctx, store.Scope{Org: org}, keyPurpose, sealed)
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(string(plain))
	return signer, errs.Wrap(errs.Internal, err, "the key of the audit record is damaged")
}

// keyPrefix is how the names of an organisation's keys begin.
func keyPrefix(org int64) string { return fmt.Sprintf("chancery-audit-%d-", org) }

// makeKey makes the key of an organisation. Its name tells installations
// apart: it holds chance, since host names change.
func makeKey(ctx context.Context, db *store.Store, org int64) error {
	var b [8]byte
	rand.Read(b[:])
	private, public, err := note.GenerateKey(rand.Reader, keyPrefix(org)+hex.EncodeToString(b[:]))
	if err != nil {
		return errs.Wrap(errs.Internal, err, "cannot make a key for the audit record")
	}
	sealed, err := db.Seal(ctx, store.Scope{Org: org}, keyPurpose, []byte(private))
	if err != nil {
		return err
	}
	return db.Write(ctx, func(tx *store.Tx) error { return insertKey(ctx, tx, org, public, sealed) })
}

// keyOf returns the key of an organisation; nothing where none was made yet.
func keyOf(ctx context.Context, db *store.Store, org int64) (verifier string, sealed []byte, err error) {
	err = db.Read(ctx, func(tx *store.Tx) (err error) {
		verifier, sealed, err = selectKey(ctx, tx, org)
		return err
	})
	return verifier, sealed, err
}

// Newest returns the newest checkpoint of an organisation, and the public key
// that it is verified with; nothing where none was signed yet.
func Newest(ctx context.Context, tx *store.Tx, org int64) (c Checkpoint, verifier string, err error) {
	if verifier, _, err = selectKey(ctx, tx, org); err != nil {
		return c, "", err
	}
	c, err = newestOf(ctx, tx, org)
	return c, verifier, err
}

func newestOf(ctx context.Context, tx *store.Tx, org int64) (c Checkpoint, err error) {
	last, err := selectSigned(ctx, tx, org)
	if err == nil {
		err = selectCheckpoints(ctx, tx, org, last, func(have Checkpoint) error { c = have; return nil })
	}
	return c, err
}
