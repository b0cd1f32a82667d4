package smtp

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chancery/kit/testkit"
	"chancery/mail"
)

// TestCorpus delivers every message of the corpus, with line ends as SMTP
// wants them, and finds each in the mailbox byte for byte behind its trace
// lines.
func TestCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of messages take seconds")
	}
	root := testkit.Corpus(t, "mail")
	o := newOffice(t, "", Config{MaxReceived: 200}, mail.Config{})
	c, br := o.dial(t, MX)
	c.SetDeadline(time.Now().Add(10 * time.Minute)) // one sync for each, on a busy disk
	expect(t, br, "220")
	fmt.Fprint(c, "EHLO corpus.example\r\n")
	expect(t, br, "250")
	var want []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".xml") || strings.HasSuffix(path, ".md") || strings.HasSuffix(path, ".json") {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text := canonical(raw)
		var b bytes.Buffer
		fmt.Fprint(&b, "MAIL FROM:<x@out.example> BODY=8BITMIME\r\nRCPT TO:<ann@city.example>\r\nDATA\r\n")
		for line := range bytes.Lines(text) {
			if line[0] == '.' {
				b.WriteByte('.')
			}
			b.Write(line)
		}
		b.WriteString(".\r\n")
		if _, err := c.Write(b.Bytes()); err != nil {
			return err
		}
		for _, code := range []string{"250", "250", "354", "250"} {
			expect(t, br, code)
		}
		if t.Failed() {
			t.Fatalf("at %s", path)
		}
		want = append(want, string(text))
		return nil
	})
	check(t, err)
	got := o.inbox(t, "ann@city.example")
	if len(got) != len(want) {
		t.Fatalf("%d of %d arrived", len(got), len(want))
	}
	for i := range got {
		_, text, _ := strings.Cut(got[i], "+0000\r\n") // the end of the Received line
		if text != want[i] {
			t.Errorf("message %d differs", i)
		}
	}
	t.Logf("%d messages", len(got))
}

// canonical gives every line a CRLF.
func canonical(raw []byte) []byte {
	text := bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
	if len(text) > 0 && !bytes.HasSuffix(text, []byte("\r\n")) {
		text = append(text, "\r\n"...)
	}
	return text
}
