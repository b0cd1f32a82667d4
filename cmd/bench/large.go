package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"chancery/cmd/bench/outside"
)

// largeMailbox measures one mailbox of 100,000 letters: SELECT, search by
// word, by two Chinese characters and by one, and how soon a letter is found.
func (b *bench) largeMailbox() error {
	total := int(100000 * b.scale)
	if err := b.fillLarge(total); err != nil {
		return err
	}
	b.out.figure(fmt.Sprintf("first SELECT of %d letters after a start", total), "", "%s", short(b.firstSelect()))
	c, err := b.login("large@city.example", "")
	if err != nil {
		return err
	}
	defer c.Close()
	c.Wait = 10 * time.Minute
	if err := b.single("SELECT of that mailbox", "5 ms", func() error { _, err := c.Count("SELECT INBOX"); return err }); err != nil {
		return err
	}
	if err := b.single("list of the newest 50 there", "", func() error {
		_, err := c.Count("FETCH %d:%d (UID FLAGS ENVELOPE BODYSTRUCTURE)", max(1, total-49), total)
		return err
	}); err != nil {
		return err
	}
	for _, s := range []struct{ name, word string }{
		{"a rare word (10 letters)", "quintessence"}, {"a word in every letter", "budget"}, {"two Chinese characters", "防災"}, {"one Chinese character", "橋"}, {"a word nobody wrote", "zyzzyva"},
	} {
		found := 0
		err := b.single("search in "+fmt.Sprint(total)+" letters: "+s.name, "50 ms", func() error {
			a, err := c.Do("UID SEARCH RETURN (COUNT) CHARSET UTF-8 TEXT {%d+}\r\n%s", len(s.word), s.word)
			if err != nil {
				return err
			}
			if len(a.Lines) == 0 {
				return errors.New("no ESEARCH answer")
			}
			if i := strings.Index(a.Lines[0].Text, "COUNT "); i >= 0 {
				fmt.Sscan(a.Lines[0].Text[i+6:], &found)
			}
			return nil
		})
		if err != nil {
			return err
		}
		b.out.figure("... found", "", "%d letters", found)
	}
	return b.jmapLarge(total)
}

// jmapLarge measures the web client's view of the large mailbox.
func (b *bench) jmapLarge(total int) error {
	j, err := outside.DialJMAP(b.server.HTTP, "large@city.example", outside.Password)
	if err != nil {
		return err
	}
	defer j.Close()
	inbox, err := j.Mailbox("inbox")
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name   string
		filter map[string]any
	}{{"first page", map[string]any{"inMailbox": inbox}}, {"search for two Chinese characters", map[string]any{"text": "防災"}}} {
		if err := b.single("JMAP "+f.name+" of "+fmt.Sprint(total), "50 ms", func() error {
			calls := page(inbox, 0)
			calls[0].Args["filter"] = f.filter
			body, err := j.Raw(calls...)
			if err == nil && !bytes.Contains(body, []byte(`"receivedAt"`)) {
				err = fmt.Errorf("no rows: %.500s", body)
			}
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// fillLarge appends the letters, ten of which hold a rare word, and waits
// until the last is found.
func (b *bench) fillLarge(total int) error {
	const writers = 16
	begun := time.Now()
	b2 := *b
	b2.time = time.Hour
	r, err := b2.measure(writers, total/writers, func(n int) (worker, error) {
		c, err := b.login("large@city.example", "")
		return worker{func(i int) error {
			extra := ""
			if n == 0 && i < 10 {
				extra = "The quintessence of it."
			}
			if n == 0 && i == total/writers-1 {
				extra = "The word ultimately comes last."
			}
			_, err := c.Append("INBOX", "", letter("large@city.example", 2<<10, extra))
			return err
		}, c.Close}, err
	})
	if err != nil {
		return err
	}
	b.out.rate(fmt.Sprintf("filling a mailbox with %d letters of 2 KB, 16 sessions", total), "", r)
	c, err := b.login("large@city.example", "INBOX")
	if err != nil {
		return err
	}
	defer c.Close()
	appended := time.Now()
	for {
		a, err := c.Do("SEARCH RETURN (COUNT) TEXT ultimately")
		if err != nil {
			return err
		}
		if len(a.Lines) > 0 && strings.HasSuffix(a.Lines[0].Text, "COUNT 1") {
			break
		}
		if time.Since(begun) > 30*time.Minute {
			return errors.New("the index does not catch up")
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.out.figure("... the index knows the last of them after", "seconds", "%s", short(time.Since(appended)))
	return nil
}

// firstSelect starts the server anew, so that nothing is in memory.
func (b *bench) firstSelect() time.Duration {
	if b.server.Stop(15*time.Second) != nil || b.server.Start(b.ctx) != nil {
		return 0
	}
	c, err := b.login("large@city.example", "")
	if err != nil {
		return 0
	}
	defer c.Close()
	begun := time.Now()
	if _, err := c.Count("SELECT INBOX"); err != nil {
		return 0
	}
	return time.Since(begun)
}

// single measures an operation that runs alone, 30 times or for the time of a rate.
func (b *bench) single(name, aim string, do func() error) error {
	if err := do(); err != nil { // warm
		return fmt.Errorf("%s: %w", name, err)
	}
	r, err := b.measure(1, 30, func(int) (worker, error) {
		return worker{func(int) error { return do() }, func() error { return nil }}, nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	b.out.row(name, short(r.quantile(0.5)), aim, short(r.cpuEach()), short(r.quantile(0.5))+" / "+short(r.quantile(0.95)))
	return nil
}
