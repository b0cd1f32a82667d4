package main

import (
	"context"
	"fmt"
	"os"

	"chancery/kit/errs"
	"chancery/store"
)

// checkCmd is `chancery check`.
type checkCmd struct {
	place
	Repair bool `help:"Put right what can be put right: counts of references and the search index."`
}

// Run verifies and reports; problems left over make it fail.
func (c checkCmd) Run(ctx context.Context) error {
	h, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	report, err := h.Check(ctx, c.Repair, func(line string) { fmt.Fprintln(os.Stderr, line) })
	if err != nil {
		return err
	}
	for _, line := range report.Problems {
		fmt.Println(line)
	}
	fmt.Println(report.Summary())
	if n := len(report.Problems) - report.Repaired; n > 0 {
		return errs.E(errs.Internal, "%d problems", n)
	}
	return nil
}

// keyCmd is `chancery key`.
type keyCmd struct {
	Rotate rotateCmd `cmd:"" help:"Make new keys. The server must be stopped."`
}

type rotateCmd struct {
	place
	What         string `arg:"" enum:"master,blobs,database" help:"master: everything under a new master key. blobs: a new key for blobs stored from now on. database: the SQLite file encrypted anew."`
	NewMasterKey string `type:"existingfile" help:"With master: a file with the new key, when the old one does not lie in the data directory."`
}

// Run rotates one kind of key.
func (r rotateCmd) Run(ctx context.Context) error {
	c, log, err := r.load()
	if err != nil {
		return err
	}
	opt, err := c.StoreOptions(r.Data)
	if err != nil {
		return err
	}
	opt.Log = log
	if r.What == "database" {
		err = store.RotateDatabase(ctx, opt)
	} else {
		err = r.withStore(ctx, opt)
	}
	if err == nil {
		fmt.Println("rotated:", r.What)
	}
	return err
}

func (r rotateCmd) withStore(ctx context.Context, opt store.Options) error {
	s, err := store.Open(ctx, opt)
	if err != nil {
		return err
	}
	defer s.Close()
	if r.What == "blobs" {
		return s.RotateData(ctx)
	}
	var key []byte
	if r.NewMasterKey != "" {
		text, err := os.ReadFile(r.NewMasterKey)
		if err != nil {
			return err
		}
		if key, err = store.ParseMasterKey(string(text)); err != nil {
			return err
		}
	} else if opt.MasterKey != nil {
		return errs.E(errs.Invalid, "the master key does not lie in the data directory: give the new one with --new-master-key")
	}
	return s.RotateMaster(ctx, key)
}

// sweepCmd is `chancery sweep`.
type sweepCmd struct {
	place
}

// Run sweeps once; the server does so by itself every hour.
func (s sweepCmd) Run(ctx context.Context) error {
	h, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	r, err := h.Store.Sweep(ctx)
	if err == nil {
		fmt.Printf("removed %d blobs and %d files, moved %d blobs, gave back %d bytes\n", r.Blobs, r.Files, r.Moved, r.Bytes)
	}
	return err
}
