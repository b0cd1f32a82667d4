package main

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"chancery/cmd/bench/outside"
)

// sender is a worker that delivers letters to the crowd.
func (b *bench) sender(size func(i int) int) func(n int) (worker, error) {
	return func(n int) (worker, error) {
		c, err := outside.DialSMTP(b.server.SMTP)
		if err != nil {
			return worker{}, err
		}
		return worker{func(i int) error {
			to := person(n*7 + i)
			return c.Send("load@elsewhere.example", []string{to}, letter(to, size(i), ""))
		}, c.Close}, nil
	}
}

func small(int) int { return 4 << 10 }

// accept measures 4 KB letters over 16 connections, and that accepted is visible.
func (b *bench) accept() error {
	before, err := b.visible()
	if err != nil {
		return err
	}
	r, err := b.measure(16, 0, b.sender(small))
	if err != nil {
		return err
	}
	b.out.rate("accept 4 KB letters, 16 connections", "3,000", r)
	after, err := b.visible()
	if err != nil {
		return err
	}
	b.out.figure("... of them visible when the last is accepted", "all", "%d of %d", after-before, r.ops)
	return nil
}

// alone measures one connection, where every letter waits for its own syncs.
func (b *bench) alone() error {
	one, err := b.measure(1, 0, b.sender(small))
	if err == nil {
		b.out.rate("the same over 1 connection", "", one)
	}
	return err
}

// visible counts the letters of the crowd by IMAP.
func (b *bench) visible() (n int, err error) {
	for i := range crowd {
		m, err := b.messages(person(i))
		if err != nil {
			return n, err
		}
		n += m
	}
	return n, nil
}

func (b *bench) messages(account string) (n int, err error) {
	c, err := b.login(account, "")
	if err != nil {
		return 0, err
	}
	defer c.Close()
	a, err := c.Do("STATUS INBOX (MESSAGES)")
	if err != nil {
		return 0, err
	}
	for _, l := range a.Lines {
		if strings.HasPrefix(l.Text, "STATUS") {
			_, err = fmt.Sscanf(l.Text[strings.IndexByte(l.Text, '('):], "(MESSAGES %d)", &n)
		}
	}
	return n, err
}

func (b *bench) mixed() error {
	r, err := b.measure(16, 0, b.sender(mixedSize))
	if err == nil {
		b.out.rate("accept mixed sizes, 16 connections", "half the disk's", r)
	}
	return err
}

// syncs counts sync calls from outside, with strace.
func (b *bench) syncs() error {
	for _, load := range []struct {
		name, aim string
		workers   int
	}{{"sync calls a letter, one by one", "2", 1}, {"sync calls a letter, 16 connections", "0.2", 16}} {
		n, err := b.countSyncs(load.workers)
		if errors.Is(err, exec.ErrNotFound) {
			b.out.figure(load.name, load.aim, "not counted: no strace")
			return nil
		}
		if err != nil {
			return err
		}
		b.out.figure(load.name, load.aim, "%.2f", n)
	}
	return nil
}

func (b *bench) countSyncs(workers int) (float64, error) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(strace, "-f", "-c", "-e", "trace=fsync,fdatasync,sync_file_range,msync", "-p", fmt.Sprint(b.server.Pid()))
	var out bytes.Buffer
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	time.Sleep(500 * time.Millisecond) // until it has attached to every thread
	r, err := b.measure(workers, 0, b.sender(small))
	cmd.Process.Signal(syscall.SIGINT)
	cmd.Wait() // its status is the signal
	if err != nil {
		return 0, err
	}
	calls := 0
	for _, line := range strings.Split(out.String(), "\n") {
		f := strings.Fields(line)
		if len(f) >= 5 && strings.HasSuffix(f[len(f)-1], "sync") {
			var n int
			fmt.Sscan(f[3], &n)
			calls += n
		}
	}
	if calls == 0 {
		return 0, fmt.Errorf("strace counted nothing: %s", out.String())
	}
	return float64(calls) / float64(r.ops), nil
}

// lag measures, under load, from a letter's 250 until an idling client is told.
func (b *bench) lag() error {
	c, err := b.login("lag@city.example", "INBOX")
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Idle(); err != nil {
		return err
	}
	told := make(chan time.Time, 64)
	go func() {
		defer close(told)
		for {
			line, err := c.Next()
			if err != nil {
				return
			}
			if strings.HasSuffix(line, " EXISTS") {
				told <- time.Now()
			}
		}
	}()
	var lags []time.Duration
	_, err = b.measure(16, 0, func(n int) (worker, error) {
		w, err := b.sender(small)(n)
		if err != nil || n > 0 {
			return w, err
		}
		m, err := outside.DialSMTP(b.server.SMTP)
		if err != nil {
			return w, err
		}
		w.do = func(int) error {
			if err := m.Send("load@elsewhere.example", []string{"lag@city.example"}, letter("lag", 4<<10, "")); err != nil {
				return err
			}
			accepted := time.Now()
			select {
			case at, ok := <-told:
				if !ok {
					return errors.New("the idling connection broke")
				}
				lags = append(lags, max(at.Sub(accepted), 0))
			case <-time.After(outside.Timeout):
				return errors.New("the idling client was not told")
			}
			return nil
		}
		return w, nil
	})
	r := result{times: lags}
	b.out.figure("delivery lag under load, accepted until told, p50 / p95", "p95 50 ms", "%s / %s", short(r.quantile(0.5)), short(r.quantile(0.95)))
	return err
}
