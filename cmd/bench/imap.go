package main

import (
	"fmt"
	"strings"

	"chancery/cmd/bench/outside"
)

// login opens a connection, with a mailbox selected if one is named.
func (b *bench) login(account, mailbox string) (*outside.IMAP, error) {
	c, err := outside.DialIMAP(b.server.IMAP)
	if err != nil {
		return nil, err
	}
	if err = c.Login(account, outside.Password); err == nil && mailbox != "" {
		_, err = c.Do("SELECT %s", mailbox)
	}
	if err != nil {
		c.Close()
	}
	return c, err
}

// boxSize is how many letters a session's mailbox has before the measuring.
const boxSize = 1000

// imap measures the commands of everyday over 4 sessions, each with a mailbox
// of its own.
func (b *bench) imap() error {
	if err := b.fillSessions("Work", "Other"); err != nil {
		return err
	}
	r, err := b.measure(sessions, 0, func(n int) (worker, error) {
		return worker{func(int) error {
			c, err := b.login(session(n), "")
			if err != nil {
				return err
			}
			return c.Close()
		}, func() error { return nil }}, nil
	})
	if err != nil {
		return err
	}
	b.out.rate("IMAP connect and LOGIN, 4 sessions", "3,000", r)
	for _, m := range []struct {
		name, aim string
		do        func(c *outside.IMAP, i int) error
	}{
		{"list of 50 (ENVELOPE BODYSTRUCTURE FLAGS)", "2,600", func(c *outside.IMAP, i int) error {
			from := 1 + i*50%(boxSize-50)
			_, err := c.Count("FETCH %d:%d (UID FLAGS ENVELOPE BODYSTRUCTURE RFC822.SIZE)", from, from+49)
			return err
		}},
		{"one full body", "12,000", func(c *outside.IMAP, i int) error {
			_, err := c.Count("FETCH %d BODY.PEEK[]", 1+i*17%boxSize)
			return err
		}},
		{"STORE a flag, durable", "7,500", func(c *outside.IMAP, i int) error {
			sign := "+"
			if i/boxSize%2 == 1 {
				sign = "-"
			}
			_, err := c.Count(`STORE %d %sFLAGS (\Flagged)`, 1+i%boxSize, sign)
			return err
		}},
	} {
		if err := b.command(m.name, m.aim, m.do); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	if err := b.moves(); err != nil {
		return err
	}
	return b.appends()
}

// command measures one command.
func (b *bench) command(name, aim string, do func(c *outside.IMAP, i int) error) error {
	r, err := b.measure(sessions, 0, func(n int) (worker, error) {
		c, err := b.login(session(n), "Work")
		return worker{func(i int) error { return do(c, i) }, c.Close}, err
	})
	if err == nil {
		b.out.rate("IMAP "+name, aim, r)
	}
	return err
}

// mover moves letters one by one to the other mailbox, and back when the
// first is empty.
type mover struct {
	c           *outside.IMAP
	here, there string
	left        int
}

func (m *mover) move(int) error {
	for m.left == 0 {
		m.here, m.there = m.there, m.here
		a, err := m.c.Do("SELECT %s", m.here)
		if err != nil {
			return err
		}
		for _, l := range a.Lines {
			if strings.HasSuffix(l.Text, " EXISTS") {
				fmt.Sscan(l.Text, &m.left)
			}
		}
	}
	m.left--
	_, err := m.c.Count("MOVE 1 %s", m.there)
	return err
}

func (b *bench) moves() error {
	r, err := b.measure(sessions, 0, func(n int) (worker, error) {
		c, err := b.login(session(n), "")
		m := &mover{c: c, here: "Other", there: "Work"}
		return worker{m.move, c.Close}, err
	})
	if err == nil {
		b.out.rate("IMAP MOVE one letter", "3,000", r)
	}
	return err
}

func (b *bench) appends() error {
	for _, workers := range []int{sessions, 16} {
		r, err := b.measure(workers, 0, func(n int) (worker, error) {
			account := session(n % sessions)
			c, err := b.login(account, "")
			return worker{func(int) error {
				_, err := c.Append("INBOX", "", letter(account, 4<<10, ""))
				return err
			}, c.Close}, err
		})
		if err != nil {
			return err
		}
		b.out.rate(fmt.Sprintf("IMAP APPEND 4 KB, %d sessions", workers), "3,000", r)
	}
	return nil
}

// fillSessions makes mailboxes for each session's account, with letters in
// the first.
func (b *bench) fillSessions(boxes ...string) error {
	b2 := *b
	b2.time = 1 << 40 // as long as it takes
	for n := range sessions {
		c, err := b.login(session(n), "")
		if err != nil {
			return err
		}
		for _, box := range boxes {
			if _, err := c.Do("CREATE %s", box); err != nil {
				return err
			}
		}
		c.Close()
	}
	_, err := b2.measure(16, sessions*boxSize/16, func(n int) (worker, error) {
		account := session(n % sessions)
		c, err := b.login(account, "")
		return worker{func(int) error {
			_, err := c.Append(boxes[0], "", letter(account, 4<<10, ""))
			return err
		}, c.Close}, err
	})
	return err
}
