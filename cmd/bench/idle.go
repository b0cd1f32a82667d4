package main

import (
	"strings"
	"sync"
	"time"

	"chancery/cmd/bench/outside"
)

// starts measures how long the server takes until it answers, and its memory.
func (b *bench) starts() error {
	var times []time.Duration
	for range 3 {
		begun := time.Now()
		if err := b.server.Start(b.ctx); err != nil {
			return err
		}
		times = append(times, time.Since(begun))
		if err := b.server.Stop(15 * time.Second); err != nil {
			return err
		}
	}
	r := result{times: times}
	b.out.figure("start until every door answers", "300 ms", "%s", short(r.quantile(0.5)))
	if err := b.server.Start(b.ctx); err != nil {
		return err
	}
	time.Sleep(time.Second)
	u, err := b.server.Usage()
	b.out.figure("memory at rest, all doors open", "120 MB", "%d MB", u.RSS>>20)
	return err
}

// idle measures what an idling connection costs, and how soon all of them are
// told of a letter.
func (b *bench) idle() error {
	n := max(int(1000*b.scale), 10)
	// Anew, so that what was measured before does not show.
	if err := b.server.Stop(15 * time.Second); err != nil {
		return err
	}
	if err := b.server.Start(b.ctx); err != nil {
		return err
	}
	rest := func() (int64, error) {
		time.Sleep(11 * time.Second) // the server gives memory back when it is quiet
		u, err := b.server.Usage()
		return u.RSS, err
	}
	if c, err := b.login("lag@city.example", "INBOX"); err != nil {
		return err
	} else {
		c.Close()
	}
	before, err := rest()
	if err != nil {
		return err
	}
	list := make([]*outside.IMAP, n)
	for i := range list {
		if list[i], err = b.login("lag@city.example", "INBOX"); err == nil {
			err = list[i].Idle()
		}
		if err != nil {
			return err
		}
		defer list[i].Close()
	}
	after, err := rest()
	if err != nil {
		return err
	}
	b.out.figure("memory per idling IMAP connection", "40 KiB", "%.1f KiB (%d connections, %d MB in all)", float64(after-before)/float64(n)/1024, n, after>>20)
	return b.tellAll(list)
}

// tellAll sends letters to the account that everybody watches, one by one.
func (b *bench) tellAll(list []*outside.IMAP) error {
	m, err := outside.DialSMTP(b.server.SMTP)
	if err != nil {
		return err
	}
	defer m.Close()
	var rounds []time.Duration
	for range 5 {
		begun := time.Now()
		errs := make(chan error, len(list))
		var wg sync.WaitGroup
		for _, c := range list {
			wg.Go(func() { errs <- untilTold(c) })
		}
		if err := m.Send("load@elsewhere.example", []string{"lag@city.example"}, letter("lag", 4<<10, "")); err != nil {
			return err
		}
		wg.Wait()
		rounds = append(rounds, time.Since(begun))
		close(errs)
		for err := range errs {
			if err != nil {
				return err
			}
		}
	}
	r := result{times: rounds}
	b.out.figure("all of them told of a new letter, from sending it", "100 ms", "%s", short(r.quantile(0.5)))
	return nil
}

func untilTold(c *outside.IMAP) error {
	for {
		line, err := c.Next()
		if err != nil || strings.HasSuffix(line, " EXISTS") {
			return err
		}
	}
}
