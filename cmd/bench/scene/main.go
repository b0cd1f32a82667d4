// Command scene sets scenes for browser tests that the program itself has no
// verbs for: what only time brings about, and people without the console.
//
//	scene --data DIR late HOURS       puts the deadlines of all cases back
//	scene --data DIR deputy A B       lets B stand in for A for a year
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"time"

	"chancery/approval"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/policy"
	"chancery/store"
)

func main() {
	data := flag.String("data", "", "data directory of the office")
	flag.Parse()
	if err := set(context.Background(), *data, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "scene:", err)
		os.Exit(1)
	}
}

func set(ctx context.Context, data string, args []string) error {
	log := slog.New(slog.DiscardHandler)
	db, err := store.Open(ctx, store.Options{Dir: data, Log: log})
	if err != nil {
		return err
	}
	defer db.Close()
	dir, err := directory.New(ctx, db, clock.System{})
	if err != nil {
		return err
	}
	switch {
	case len(args) == 2 && args[0] == "late":
		hours, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		if _, err := approval.New(ctx, db, dir, nil, nil, clock.System{}, log); err != nil {
			return err
		}
		return db.Write(ctx, func(tx *store.Tx) error { return putBack(ctx, tx, time.Duration(hours)*time.Hour) })
	case len(args) == 3 && args[0] == "deputy":
		return deputy(ctx, dir, args[1], args[2])
	}
	return fmt.Errorf("usage: scene --data DIR late HOURS | deputy ADDRESS ADDRESS")
}

// deputy makes persons of two accounts, and the second the deputy of the first.
func deputy(ctx context.Context, dir *directory.Directory, of, to string) error {
	var people [2]int64
	for i, address := range []string{to, of} {
		a, _, err := dir.Resolve(ctx, address)
		if err != nil {
			return err
		}
		p := directory.Person{Account: a.ID, Name: a.Name}
		if i == 1 {
			today := time.Now()
			p.Deputies = []directory.Deputy{{Person: people[0], Starts: today.AddDate(0, 0, -2).Format(time.DateOnly), Ends: today.AddDate(1, 0, 0).Format(time.DateOnly)}}
		}
		made, err := dir.AddPerson(ctx, policy.System(a.Org), p)
		if err != nil {
			return err
		}
		people[i] = made.ID
	}
	return nil
}
