package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"chancery/cmd/bench/outside"
)

// smtpWriter delivers letters to one or two accounts.
type smtpWriter struct {
	c    *outside.SMTP
	book *ledger
	n    int
}

func newSMTPWriter(s *outside.Server, book *ledger, n int) (writer, error) {
	c, err := outside.DialSMTP(s.SMTP)
	return &smtpWriter{c, book, n}, err
}

func (w *smtpWriter) close() { w.c.Close() }

func (w *smtpWriter) step() error {
	// Accounts 4 and up hear from SMTP only, the others from every door.
	first := rand.IntN(len(w.book.accounts))
	to := []string{w.book.accounts[first]}
	if rand.IntN(4) == 0 {
		to = append(to, w.book.accounts[(first+1)%len(w.book.accounts)])
	}
	key, text := w.book.begin(randomSize(), to...)
	if err := w.c.Send("load@elsewhere.example", to, text); err != nil {
		return err
	}
	for _, a := range to {
		w.book.set(a, key, func(e *entry) { e.filed = done })
	}
	return nil
}

// imapWriter appends, marks and moves letters.
type imapWriter struct {
	c       *outside.IMAP
	book    *ledger
	account string
	steps   int
}

func newIMAPWriter(s *outside.Server, book *ledger, account string) (writer, error) {
	c, err := outside.DialIMAP(s.IMAP)
	if err != nil {
		return nil, err
	}
	w := &imapWriter{c: c, book: book, account: account}
	if err := c.Login(account, outside.Password); err != nil {
		c.Close()
		return nil, err
	}
	c.Do("CREATE Done") // refused when it is there
	if _, err := c.Do("SELECT INBOX"); err != nil {
		c.Close()
		return nil, err
	}
	return w, nil
}

func (w *imapWriter) close() { w.c.Close() }

func (w *imapWriter) step() error {
	w.steps++
	switch w.steps % 4 {
	case 1, 2:
		return w.append()
	case 3:
		return w.mark()
	}
	return w.move()
}

func (w *imapWriter) append() error {
	key, text := w.book.begin(randomSize(), w.account)
	w.book.set(w.account, key, func(e *entry) { e.flags[`\Seen`] = tried })
	uid, err := w.c.Append("INBOX", `(\Seen)`, text)
	if err != nil {
		return err
	}
	w.book.set(w.account, key, func(e *entry) { e.filed, e.flags[`\Seen`], e.id = done, done, strconv.Itoa(int(uid)) })
	return nil
}

func (w *imapWriter) mark() error {
	key, uid := w.book.pick(w.account, func(e *entry) bool { return len(e.flags) < 4 })
	if key == "" {
		return nil
	}
	flag := fmt.Sprintf("k%d", rand.IntN(100))
	w.book.set(w.account, key, func(e *entry) { e.flags[flag] = max(e.flags[flag], tried) })
	if _, err := w.c.Do("UID STORE %s +FLAGS (%s)", uid, flag); err != nil {
		return err
	}
	w.book.set(w.account, key, func(e *entry) { e.flags[flag] = done })
	return nil
}

func (w *imapWriter) move() error {
	key, uid := w.book.pick(w.account, func(*entry) bool { return true })
	if key == "" {
		return nil
	}
	w.book.set(w.account, key, func(e *entry) { e.moved = tried })
	if _, err := w.c.Do("UID MOVE %s Done", uid); err != nil {
		return err
	}
	w.book.set(w.account, key, func(e *entry) { e.moved = done })
	return nil
}

// jmapWriter imports, marks and destroys letters.
type jmapWriter struct {
	c       *outside.JMAP
	book    *ledger
	account string
	inbox   string
	steps   int
}

func newJMAPWriter(s *outside.Server, book *ledger, account string) (writer, error) {
	c, err := outside.DialJMAP(s.HTTP, account, outside.Password)
	if err != nil {
		return nil, err
	}
	inbox, err := c.Mailbox("inbox")
	if err != nil {
		c.Close()
		return nil, err
	}
	return &jmapWriter{c: c, book: book, account: account, inbox: inbox}, nil
}

func (w *jmapWriter) close() { w.c.Close() }

func (w *jmapWriter) step() error {
	w.steps++
	switch w.steps % 4 {
	case 1, 2:
		key, text := w.book.begin(randomSize(), w.account)
		id, err := w.c.Import(text, w.inbox)
		if err != nil {
			return err
		}
		w.book.set(w.account, key, func(e *entry) { e.filed, e.id = done, id })
		return nil
	case 3:
		return w.mark()
	}
	return w.destroy()
}

func (w *jmapWriter) mark() error {
	key, id := w.book.pick(w.account, func(e *entry) bool { return len(e.flags) < 4 })
	if key == "" {
		return nil
	}
	flag := fmt.Sprintf("k%d", rand.IntN(100))
	w.book.set(w.account, key, func(e *entry) { e.flags[flag] = max(e.flags[flag], tried) })
	var r outside.SetResult
	err := w.c.Ask(&r, "Email/set", map[string]any{"update": map[string]any{id: map[string]any{"keywords/" + flag: true}}})
	if err == nil {
		err = r.Err()
	}
	if err == nil {
		w.book.set(w.account, key, func(e *entry) { e.flags[flag] = done })
	}
	return err
}

func (w *jmapWriter) destroy() error {
	key, id := w.book.pick(w.account, func(*entry) bool { return true })
	if key == "" {
		return nil
	}
	w.book.set(w.account, key, func(e *entry) { e.destroyed = tried })
	var r outside.SetResult
	err := w.c.Ask(&r, "Email/set", map[string]any{"destroy": []string{id}})
	if err == nil {
		err = r.Err()
	}
	if err == nil {
		w.book.set(w.account, key, func(e *entry) { e.destroyed = done })
	}
	return err
}
