package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/cmd/bench/outside"
	"chancery/kit/testkit"
)

// sample is one message of a corpus.
type sample struct {
	name string
	text []byte
}

// oddities are samples that need no corpus.
var oddities = []sample{
	{"no header", []byte("\r\nOnly a body.\r\n")},
	{"no body", []byte("Subject: nothing more\r\n")},
	{"dots", []byte("Subject: dots\r\n\r\n.\r\n..\r\n.leading\r\nend.\r\n")},
	{"eight bits", []byte("Subject: \xa4\xa4\xa4\xe5\r\n\r\n\xa4\xa4\xa4\xe5\xff\xfe\r\n")},
	{"long line", []byte("Subject: long\r\n\r\n" + strings.Repeat("x", 30000) + "\r\n")},
	{"broken multipart", []byte("Subject: broken\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n--a--")},
	{"bare line feeds", []byte("Subject: unix\n\nA line.\nAnother.\n")},
	{"no end", []byte("Subject: no end\r\n\r\nno line end")},
	{"folded nonsense", []byte(" folded first\r\n\tand again\r\nSubject: x\r\n\r\nbody\r\n")},
	{"own trace", []byte("Received: from a by b; Sat, 21 Nov 2026 10:00:00 +0000\r\nReturn-Path: <x@y.example>\r\nSubject: traced\r\n\r\nbody\r\n")},
}

// isMail knows the messages from the expected parses and texts beside them.
func isMail(path string) bool {
	ext := filepath.Ext(path)
	return ext == ".eml" || ext == ".msg" || strings.Contains(path, "/real/") && ext != ".md"
}

// readCorpus reads every file of the corpus of mail.
func readCorpus(t *testing.T) []sample {
	t.Helper()
	root := testkit.Corpus(t, "mail")
	var list []sample
	must(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !isMail(filepath.ToSlash(path)) {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		list = append(list, sample{name, text})
		return err
	}))
	if len(list) == 0 {
		t.Fatalf("the corpus %s is empty", root)
	}
	return list
}

// TestCorpus delivers every message of the corpus by SMTP, IMAP APPEND and
// JMAP, and fetches each back byte for byte by IMAP and by JMAP.
func TestCorpus(t *testing.T) {
	t.Run("oddities", func(t *testing.T) { roundTrip(t, oddities) })
	t.Run("corpus", func(t *testing.T) { roundTrip(t, readCorpus(t)) })
}

// lanes is how many connections of each kind share the work.
const lanes = 4

func roundTrip(t *testing.T, list []sample) {
	var accounts []string
	for n := range lanes {
		accounts = append(accounts, at("smtp", n), at("imap", n), at("jmap", n))
	}
	s := server(t, t.TempDir(), "", accounts...)
	start(t, s)
	want := map[string][]sample{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	put := func(door string, n int, by func(t *testing.T, s *outside.Server, account string, list []sample) []sample) {
		wg.Go(func() {
			var mine []sample
			for i := n; i < len(list); i += lanes {
				mine = append(mine, list[i])
			}
			taken := by(t, s, at(door, n), mine)
			mu.Lock()
			defer mu.Unlock()
			want[at(door, n)] = taken
		})
	}
	for n := range lanes {
		put("smtp", n, bySMTP)
		put("imap", n, byAppend)
		put("jmap", n, byImport)
	}
	wg.Wait()
	for account, taken := range want {
		wg.Go(func() { fetchBack(t, s, account, taken) })
	}
	wg.Wait()
	must(t, s.Stop(10*time.Second))
	checkClean(t, s)
}

func at(door string, n int) string { return fmt.Sprintf("%s%d@city.example", door, n) }

// canonical is what a sending server makes of a text before SMTP may carry
// it: CRLF at the end of every line (RFC 5321 section 2.3.8).
func canonical(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	if !bytes.HasSuffix(text, []byte("\n")) {
		text = append(text, '\n')
	}
	return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
}

func bySMTP(t *testing.T, s *outside.Server, account string, list []sample) (taken []sample) {
	c, err := outside.DialSMTP(s.SMTP)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer c.Close()
	for _, l := range list {
		text := canonical(l.text)
		if err := c.Send("sender@elsewhere.example", []string{account}, text); err != nil {
			t.Errorf("smtp refuses %s: %v", l.name, err)
		}
		taken = append(taken, sample{l.name, text})
	}
	return taken
}

func byAppend(t *testing.T, s *outside.Server, account string, list []sample) []sample {
	c, err := outside.DialIMAP(s.IMAP)
	if err == nil {
		err = c.Login(account, outside.Password)
	}
	if err != nil {
		t.Error(err)
		return nil
	}
	defer c.Close()
	for _, l := range list {
		if _, err := c.Append("INBOX", "", l.text); err != nil {
			t.Errorf("imap refuses %s: %v", l.name, err)
		}
	}
	return list
}

// field finds a header field at the beginning, or after an mbox line.
var field = regexp.MustCompile(`\A(>?From .*\r?\n)?[!-9;-~]+[ \t]*:`)

// byImport returns what was accepted. Only what has no header field at all
// may be refused (RFC 8621 section 4.8, invalidEmail).
func byImport(t *testing.T, s *outside.Server, account string, list []sample) (taken []sample) {
	c, err := outside.DialJMAP(s.HTTP, account, outside.Password)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer c.Close()
	inbox, err := c.Mailbox("inbox")
	if err != nil {
		t.Error(err)
		return nil
	}
	for _, l := range list {
		_, err := c.Import(l.text, inbox)
		var refused *outside.MethodError
		switch {
		case err == nil:
			taken = append(taken, l)
		case errors.As(err, &refused) && refused.Type == "invalidEmail" && !field.Match(l.text):
			t.Logf("jmap refuses %s, which has no header", l.name)
		default:
			t.Errorf("jmap refuses %s: %v", l.name, err)
		}
	}
	return taken
}

// fetchBack compares what an account holds with what was put in, in order by
// IMAP, and by JMAP with what IMAP gave.
func fetchBack(t *testing.T, s *outside.Server, account string, want []sample) {
	c, err := outside.DialIMAP(s.IMAP)
	if err == nil {
		err = c.Login(account, outside.Password)
	}
	if err == nil {
		_, err = c.Do("EXAMINE INBOX")
	}
	if err != nil {
		t.Error(err)
		return
	}
	defer c.Close()
	sums := map[[32]byte]int{}
	n := 0
	err = c.Literals("FETCH 1:* BODY.PEEK[]", func(_ string, body []byte) {
		sums[sha256.Sum256(body)]++
		if n < len(want) && !arrived(body, want[n].text, strings.HasPrefix(account, "smtp")) {
			t.Errorf("%s: %s came back as %d bytes, not as the %d that were sent", account, want[n].name, len(body), len(want[n].text))
		}
		n++
	})
	if err != nil || n != len(want) {
		t.Errorf("%s: imap gives %d of %d messages back: %v", account, n, len(want), err)
	}
	if err := downloadAll(s, account, sums); err != nil {
		t.Errorf("%s: %v", account, err)
	}
	for _, left := range sums {
		if left != 0 {
			t.Errorf("%s: jmap and imap do not give the same bytes", account)
			return
		}
	}
}

// arrived compares a message with what was sent; a delivered one has trace
// fields on top, and nothing else.
func arrived(body, text []byte, traced bool) bool {
	head, ok := bytes.CutSuffix(body, text)
	if !ok || !traced {
		return ok && len(head) == 0
	}
	return len(head) > 0 && len(cutTrace(head)) == 0
}

// downloadAll downloads every message of an account and counts each down.
func downloadAll(s *outside.Server, account string, sums map[[32]byte]int) error {
	c, err := outside.DialJMAP(s.HTTP, account, outside.Password)
	if err != nil {
		return err
	}
	defer c.Close()
	for position := 0; ; position += 500 {
		var query struct{ IDs []string }
		if err := c.Ask(&query, "Email/query", map[string]any{"position": position, "limit": 500}); err != nil {
			return err
		}
		if len(query.IDs) == 0 {
			return nil
		}
		var get struct{ List []struct{ BlobID string } }
		if err := c.Ask(&get, "Email/get", map[string]any{"ids": query.IDs, "properties": []string{"blobId"}}); err != nil {
			return err
		}
		if len(get.List) != len(query.IDs) {
			return fmt.Errorf("Email/get knows %d of %d messages", len(get.List), len(query.IDs))
		}
		for _, m := range get.List {
			r, err := c.Download(m.BlobID)
			if err != nil {
				return err
			}
			sum := sha256.New()
			_, err = io.Copy(sum, r)
			r.Close()
			if err != nil {
				return err
			}
			sums[[32]byte(sum.Sum(nil))]--
		}
	}
}
