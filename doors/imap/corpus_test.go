package imap

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chancery/kit/testkit"

	goimap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// TestCorpus appends every message of the corpus and has a client of others
// fetch it: byte for byte, with an envelope and a structure it can read, and
// every part at the size that the structure says.
func TestCorpus(t *testing.T) {
	dir := testkit.Corpus(t, "mail")
	o := newOffice(t, Config{}, "ann")
	c, err := imapclient.DialInsecure(o.addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login("ann", "secret").Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	count := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !isMessage(path) {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil || len(raw) == 0 {
			return err
		}
		count++
		app := c.Append("INBOX", int64(len(raw)), nil)
		app.Write(raw)
		app.Close()
		if _, err := app.Wait(); err != nil {
			t.Errorf("%s: %v", path, err)
			return nil
		}
		fetchBack(t, c, path, uint32(count), raw)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d messages", count)
	if count == 0 {
		t.Error("the corpus has no messages")
	}
}

func isMessage(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".eml", ".msg", ".txt", "":
		return !strings.HasPrefix(filepath.Base(path), "README") && !strings.HasPrefix(filepath.Base(path), "LICENSE")
	}
	return false
}

func fetchBack(t *testing.T, c *imapclient.Client, path string, n uint32, raw []byte) {
	t.Helper()
	whole := &goimap.FetchItemBodySection{Peek: true}
	msgs, err := c.Fetch(goimap.SeqSetNum(n), &goimap.FetchOptions{
		Envelope: true, RFC822Size: true, BodyStructure: &goimap.FetchItemBodyStructure{Extended: true}, BodySection: []*goimap.FetchItemBodySection{whole},
	}).Collect()
	if err != nil || len(msgs) != 1 {
		t.Fatalf("%s: %d messages, %v", path, len(msgs), err)
	}
	m := msgs[0]
	if got := m.FindBodySection(whole); !bytes.Equal(got, raw) || m.RFC822Size != int64(len(raw)) {
		t.Errorf("%s: %d octets went in, %d came out", path, len(raw), len(got))
	}
	if m.Envelope == nil || m.BodyStructure == nil {
		t.Errorf("%s: no envelope or structure", path)
		return
	}
	m.BodyStructure.Walk(func(part []int, bs goimap.BodyStructure) bool {
		single, ok := bs.(*goimap.BodyStructureSinglePart)
		if !ok || len(part) > 20 {
			return true
		}
		section := &goimap.FetchItemBodySection{Peek: true, Part: part}
		got, err := c.Fetch(goimap.SeqSetNum(n), &goimap.FetchOptions{BodySection: []*goimap.FetchItemBodySection{section}}).Collect()
		if err != nil {
			t.Errorf("%s part %v: %v", path, part, err)
			return false
		}
		if body := got[0].FindBodySection(section); len(body) != int(single.Size) {
			t.Errorf("%s part %s: structure says %d octets, there are %d", path, fmt.Sprint(part), single.Size, len(body))
		}
		return single.MessageRFC822 == nil // its parts are numbered by the client in its own way
	})
}
