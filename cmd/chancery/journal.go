package main

import (
	"context"
	"errors"
	"fmt"

	"chancery/kit/errs"
)

// journalCmd is `chancery journal`.
type journalCmd struct {
	Verify journalVerifyCmd `cmd:"" help:"Verify that nobody changed, added or took away letters of the journal."`
}

type journalVerifyCmd struct {
	place
	keptElsewhere
}

// Run holds the journal of every organisation against its record, and that
// against what was kept elsewhere. What does not fit makes it fail.
func (c journalVerifyCmd) Run(ctx context.Context) error {
	against, err := c.read()
	if err != nil {
		return err
	}
	h, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	orgs, err := h.Mail.JournalOrgs(ctx)
	if err != nil {
		return err
	}
	problems := 0
	for _, org := range orgs {
		r, one := h.Mail.VerifyJournal(ctx, org, against.Of(org))
		if one != nil {
			return one
		}
		for _, line := range r.Problems {
			fmt.Println(line)
		}
		problems += len(r.Problems)
		err = errors.Join(err, r.Record.Err(org))
		fmt.Printf("organisation %d: %d letters are kept, %d have ended, %d problems\n", org, r.Letters, r.Ended, len(r.Problems))
	}
	if problems > 0 {
		err = errors.Join(err, errs.E(errs.Internal, "the journal is not what was kept: %d problems", problems))
	}
	return err
}
