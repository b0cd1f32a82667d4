package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"chancery/cmd/bench/outside"
)

// bench is one run against one server.
type bench struct {
	ctx    context.Context
	server *outside.Server
	out    *table
	scale  float64
	time   time.Duration
	only   string
}

func main() {
	var (
		bin   = flag.String("bin", "bin/chancery", "the program to measure")
		dir   = flag.String("dir", "", "where to keep the data; empty: a temporary directory on the disk of $TMPDIR")
		scale = flag.Float64("scale", 1, "size of the large mailbox and of the crowd of idle connections: 1 = 100,000 and 1,000")
		limit = flag.Duration("time", 5*time.Second, "how long each rate is measured")
		only  = flag.String("only", "", "figures to measure, by the beginning of their names, comma-separated")
		extra = flag.String("config", "", "a TOML line for the server, such as storage.database = \"postgres://...\"")
		prof  = flag.String("profile", "", "write the server's processor profile to this file, for go tool pprof")
	)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *bin, *dir, *extra, *prof, &bench{ctx: ctx, scale: *scale, time: *limit, only: *only}); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, bin, dir, extra, profile string, b *bench) (err error) {
	if dir == "" {
		if dir, err = os.MkdirTemp("", "chancery-bench"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	if bin, err = filepath.Abs(bin); err != nil {
		return err
	}
	if b.server, err = outside.New(bin, filepath.Join(dir, "data"), extra); err != nil {
		return err
	}
	if profile != "" {
		if profile, err = filepath.Abs(profile); err != nil {
			return err
		}
		b.server.Serve = []string{"--cpu-profile", profile}
	}
	if err := b.server.AddAccounts(ctx, b.accounts()...); err != nil {
		return err
	}
	b.out = newTable(os.Stdout)
	if err := b.disk(dir); err != nil {
		return err
	}
	if err := b.starts(); err != nil {
		return err
	}
	defer b.server.Kill()
	for _, part := range []struct {
		name string
		run  func() error
	}{
		{"accept", b.accept}, {"alone", b.alone}, {"mixed", b.mixed}, {"syncs", b.syncs}, {"lag", b.lag},
		{"imap", b.imap}, {"jmap", b.jmap}, {"large", b.largeMailbox}, {"idle", b.idle},
	} {
		if !b.wanted(part.name) {
			continue
		}
		if err := part.run(); err != nil {
			return fmt.Errorf("%s: %w\n%s", part.name, err, b.server.Log())
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	b.out.end()
	return b.server.Stop(15 * time.Second)
}

// wanted says whether -only names a part.
func (b *bench) wanted(name string) bool {
	if b.only == "" {
		return true
	}
	for _, w := range strings.Split(b.only, ",") {
		if strings.HasPrefix(name, w) {
			return true
		}
	}
	return false
}

// crowd is how many mailboxes the SMTP load is spread over.
const crowd = 100

// sessions is how many IMAP and JMAP connections work side by side.
const sessions = 4

// accounts are p0... for the load, s0... for the sessions, and large.
func (b *bench) accounts() []string {
	list := []string{"large@city.example", "lag@city.example"}
	for n := range crowd {
		list = append(list, person(n))
	}
	for n := range sessions {
		list = append(list, session(n))
	}
	return list
}

func person(n int) string  { return fmt.Sprintf("p%d@city.example", n%crowd) }
func session(n int) string { return fmt.Sprintf("s%d@city.example", n) }
