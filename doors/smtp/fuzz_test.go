package smtp

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"chancery/mail"
)

// FuzzDialogue sends arbitrary bytes after a greeting. The door must answer
// each line with well-formed replies, never crash, and file only what it said
// 250 to; and it must be there for the next client.
func FuzzDialogue(f *testing.F) {
	for _, s := range []string{
		"EHLO x\r\nMAIL FROM:<x@out.example>\r\nRCPT TO:<ann@city.example>\r\nDATA\r\nSubject: a\r\n\r\n.\r\nQUIT\r\n",
		"HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<postmaster>\r\nBDAT 3\r\na: BDAT 3 LAST\r\nb\r\nRSET\r\n",
		"EHLO x\r\nAUTH PLAIN AGFubkBjaXR5LmV4YW1wbGUAc2VjcmV0\r\nMAIL FROM:<ann@city.example> HOLDFOR=9\r\nRCPT TO:<bob@city.example> NOTIFY=SUCCESS\r\nDATA\r\nFrom: ann@city.example\r\n\r\n.\r\n",
		"STARTTLS\r\n\x16\x03\x01\x00\x05",
		"AUTH LOGIN\r\n*\r\nVRFY x\r\nNOOP\r\nEXPN\r\n\n\r\r\n",
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	o := newOffice(f, "", Config{PlaintextAuth: true, CommandTime: 2 * time.Second, MaxMessage: 10000}, mail.Config{MaxMessage: 20000})
	f.Fuzz(func(t *testing.T, in string, submit bool) {
		kind := MX
		if submit {
			kind = Submission
		}
		client, server := net.Pipe()
		x := newSession(o.srv, server, kind, peerAddr(server))
		done := make(chan bool)
		go func() {
			defer close(done)
			defer server.Close()
			x.run(false)
		}()
		go func() {
			io.WriteString(client, in)
			// net.Pipe cannot be closed for writing only, so the end of the
			// dialogue is asked for in every state it may be in.
			io.WriteString(client, "\r\n.\r\n*\r\nQUIT\r\n")
			time.AfterFunc(50*time.Millisecond, func() { client.Close() })
		}()
		sc := bufio.NewScanner(client)
		for sc.Scan() {
			if line := sc.Text(); !isReply(line) && !strings.HasPrefix(in, "STARTTLS") && !strings.Contains(strings.ToUpper(in), "STARTTLS") {
				t.Fatalf("%q was answered %q", in, line)
			}
		}
		client.Close()
		<-done
	})
}

func isReply(s string) bool {
	var code int
	var sep rune
	if _, err := fmt.Sscanf(s, "%3d%c", &code, &sep); err != nil {
		return false
	}
	return code >= 200 && code < 600 && (sep == ' ' || sep == '-')
}

// TestAfterFuzz makes sure that a session that ended badly leaves the door
// usable; it is the part of the fuzz target that needs the whole door.
func TestAfterFuzz(t *testing.T) {
	o := newOffice(t, "", Config{}, mail.Config{})
	for _, bad := range []string{"\x00\x01\x02", "EHLO \xff\r\nMAIL FROM:<\xff@x>\r\n", strings.Repeat("A", 100_000), "BDAT 99999999999999999999\r\n"} {
		c, br := o.dial(t, MX)
		io.WriteString(c, bad)
		c.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, br)
	}
	c, br := o.dial(t, MX)
	expect(t, br, "220")
	fmt.Fprint(c, "QUIT\r\n")
	expect(t, br, "221")
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	check(t, o.srv.Shutdown(ctx))
}
