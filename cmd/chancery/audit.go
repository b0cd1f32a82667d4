package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"chancery/audit"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/store"
)

// auditCmd is `chancery audit`.
type auditCmd struct {
	Verify     auditVerifyCmd     `cmd:"" help:"Verify that nobody changed the audit record."`
	Checkpoint auditCheckpointCmd `cmd:"" help:"Sign the audit record as it is now and print the checkpoint, to be kept elsewhere."`
}

type auditVerifyCmd struct {
	place
	keptElsewhere
}

// keptElsewhere is what an auditor has of a record.
type keptElsewhere struct {
	Checkpoint []string `type:"existingfile" help:"A checkpoint that was kept elsewhere; may be given several times."`
	Key        string   `help:"The public key that was kept elsewhere."`
}

func (k keptElsewhere) read() (against audit.Against, err error) {
	against.Verifier = k.Key
	for _, file := range k.Checkpoint {
		text, err := os.ReadFile(file)
		if err != nil {
			return against, errs.Wrap(errs.Unavailable, err, "cannot read the checkpoint")
		}
		against.Notes = append(against.Notes, string(text))
	}
	return against, nil
}

// Run follows the record of every organisation. The last line says how many
// entries there are; what does not fit makes it fail.
func (c auditVerifyCmd) Run(ctx context.Context) error {
	against, err := c.read()
	if err != nil {
		return err
	}
	return c.withStore(ctx, func(db *store.Store, orgs []int64) (err error) {
		total, used := int64(0), audit.Against{}
		for _, org := range orgs {
			mine := against.Of(org)
			used.Notes, used.Verifier = append(used.Notes, mine.Notes...), used.Verifier+mine.Verifier
			got, e := audit.Verify(ctx, db, org, mine)
			if e != nil {
				return e
			}
			total += got.Entries
			fmt.Printf("organisation %d: %d entries, %d of them signed for\n", org, got.Entries, got.Signed)
			err = errors.Join(err, got.Err(org))
		}
		if len(used.Notes) < len(against.Notes) || used.Verifier != against.Verifier {
			err = errors.Join(err, errs.E(errs.Invalid, "what was kept elsewhere is of no record here"))
		}
		fmt.Printf("%d entries\n", total)
		return err
	})
}

type auditCheckpointCmd struct{ place }

// Run prints the newest checkpoint of every organisation, and their keys.
func (c auditCheckpointCmd) Run(ctx context.Context) error {
	return c.withStore(ctx, func(db *store.Store, orgs []int64) error {
		for _, org := range orgs {
			if _, _, err := audit.Sign(ctx, db, org, clock.System{}.Now()); err != nil {
				return err
			}
			err := db.Read(ctx, func(tx *store.Tx) error {
				got, key, err := audit.Newest(ctx, tx, org)
				if err == nil {
					fmt.Fprintf(os.Stderr, "key: %s\n", key)
					fmt.Print(got.Note)
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// withStore opens the store of a place and no room: a record can be verified
// whatever else is wrong.
func (p place) withStore(ctx context.Context, do func(*store.Store, []int64) error) error {
	conf, log, err := p.load()
	if err != nil {
		return err
	}
	opt, err := conf.StoreOptions(p.Data)
	if err != nil {
		return err
	}
	opt.Log = log
	db, err := store.Open(ctx, opt)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := audit.Migrate(ctx, db); err != nil {
		return err
	}
	orgs, err := audit.Organisations(ctx, db)
	if err != nil {
		return err
	}
	return do(db, orgs)
}
