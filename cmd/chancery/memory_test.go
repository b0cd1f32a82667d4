package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"testing"

	"chancery/cmd/bench/outside"
)

// large makes a message of exactly size bytes with one attachment, line by line.
func large(size int64) io.Reader {
	const head = "From: x@elsewhere.example\r\nTo: p0@city.example\r\nSubject: Large\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	line := bytes.Repeat([]byte("QUJD"), 19)
	line = append(line, "\r\n"...)
	rest := size - int64(len(head))
	tail := bytes.Repeat([]byte("A"), int(rest%int64(len(line))))
	if len(tail) >= 2 {
		copy(tail[len(tail)-2:], "\r\n")
	}
	return io.MultiReader(bytes.NewReader([]byte(head)), &repeated{line, rest / int64(len(line)), 0}, bytes.NewReader(tail))
}

// repeated reads the same line n times.
type repeated struct {
	line []byte
	n    int64
	at   int
}

// Read implements io.Reader.
func (r *repeated) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if r.n == 0 {
			return n, io.EOF
		}
		c := copy(p[n:], r.line[r.at:])
		n, r.at = n+c, r.at+c
		if r.at == len(r.line) {
			r.at, r.n = 0, r.n-1
		}
	}
	return n, nil
}

// TestLargeMessage passes 95 MB through every door, while the server's memory
// stays within a bound.
func TestLargeMessage(t *testing.T) {
	const size, bound = 95 << 20, 40 << 20
	s := server(t, t.TempDir(), "", "p0@city.example")
	start(t, s)
	c := signedIn(t, s, "p0@city.example", "INBOX")
	j, err := outside.DialJMAP(s.HTTP, "p0@city.example", outside.Password)
	must(t, err)
	inbox, err := j.Mailbox("inbox")
	must(t, err)
	_, err = j.Import(letterText("n1", 4000), inbox) // the first of each kind fills caches
	must(t, err)
	var blob string
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"smtp", func() error {
			m, err := outside.DialSMTP(s.SMTP)
			if err != nil {
				return err
			}
			defer m.Close()
			return m.SendFrom("x@elsewhere.example", "p0@city.example", large(size))
		}},
		{"imap append", func() error { _, err := c.AppendFrom("INBOX", "", size, large(size)); return err }},
		{"imap fetch", func() error { return fetchLarge(s.IMAP, size) }},
		{"imap bodystructure", func() error { _, err := c.Do("FETCH 1:* (ENVELOPE BODYSTRUCTURE BODY.PEEK[1]<0.100>)"); return err }},
		{"jmap upload", func() (err error) { blob, err = j.Upload(large(size)); return err }},
		{"jmap import", func() error {
			var r outside.SetResult
			err := j.Ask(&r, "Email/import", map[string]any{"emails": map[string]any{"m": map[string]any{"blobId": blob, "mailboxIds": map[string]bool{inbox: true}}}})
			if err == nil {
				err = r.Err()
			}
			return err
		}},
		{"jmap download", func() error { return downloadLarge(j, blob, size) }},
	} {
		must(t, s.ResetPeak())
		before, err := s.Usage()
		must(t, err)
		must(t, step.do())
		after, err := s.Usage()
		must(t, err)
		grown := after.Peak - before.RSS
		t.Logf("%-20s %3d MB at the peak, %+d MB, %v of processor time", step.name, after.Peak>>20, grown>>20, after.CPU-before.CPU)
		if grown > bound {
			t.Errorf("%s: the server grew by %d MB for a message of %d MB, the bound is %d MB", step.name, grown>>20, size>>20, bound>>20)
		}
	}
}

// fetchLarge reads a body without holding it.
func fetchLarge(addr string, size int64) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	fmt.Fprintf(conn, "a LOGIN p0@city.example %s\r\nb SELECT INBOX\r\nc FETCH * BODY.PEEK[]\r\nd LOGOUT\r\n", outside.Password)
	n, err := io.Copy(io.Discard, bufio.NewReader(conn))
	if err == nil && n < size {
		err = fmt.Errorf("only %d bytes came", n)
	}
	return err
}

func downloadLarge(j *outside.JMAP, blob string, size int64) error {
	r, err := j.Download(blob)
	if err != nil {
		return err
	}
	defer r.Close()
	n, err := io.Copy(io.Discard, r)
	if err == nil && n != size {
		err = fmt.Errorf("%d bytes came, not %d", n, size)
	}
	return err
}
