package pop

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"flag"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"chancery/kit/testkit"
	"chancery/mail"
)

var update = flag.Bool("update", false, "write the dialogues in testdata anew")

var ids = regexp.MustCompile(`^((?:\+OK )?\d+ )e[0-9a-z]+$`)

// TestDialogues replays testdata/*.txt: C: is what a client sends, S: what the
// door answers.
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no dialogues", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			must(t, err)
			o := newOffice(t, "", Config{PlainOnLoopback: true})
			conn, err := net.Dial("tcp", o.addr)
			must(t, err)
			defer conn.Close()
			c := &client{t, conn, bufio.NewReader(conn)}
			var out strings.Builder
			hear := func() string {
				line := strings.TrimRight(c.line(), "\r\n")
				out.WriteString("S: " + ids.ReplaceAllString(line, "${1}(id)") + "\n")
				return line
			}
			hear()
			for _, line := range strings.Split(strings.TrimRight(string(raw), "\n"), "\n") {
				command, isCommand := strings.CutPrefix(line, "C: ")
				if strings.HasPrefix(line, "#") {
					out.WriteString(line + "\n")
				}
				if !isCommand {
					continue
				}
				out.WriteString(line + "\n")
				_, err := conn.Write([]byte(command + "\r\n"))
				must(t, err)
				got := hear()
				word, rest, _ := strings.Cut(strings.ToUpper(command), " ")
				many := word == "RETR" || word == "TOP" || word == "CAPA" || (word == "LIST" || word == "UIDL") && rest == ""
				for many && strings.HasPrefix(got, "+OK") && got != "." && got != "(closed)" {
					if got = hear(); got != "." {
						got = "+OK"
					}
				}
			}
			if *update {
				must(t, os.WriteFile(file, []byte(out.String()), 0o600))
				return
			}
			if out.String() != string(raw) {
				t.Errorf("%s differs:\n%s", file, out.String())
			}
		})
	}
}

// TestQuit removes at QUIT only, to the trash, and only what is in the inbox
// still; what other devices do meanwhile stays done.
func TestQuit(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url, Config{PlainOnLoopback: true})
		c := o.signedIn()
		c.do("DELE 1")
		c.conn.Close() // without QUIT
		c = o.signedIn()
		if got := c.do("STAT"); !strings.HasPrefix(got, "+OK 3 ") {
			t.Errorf("after a line that broke: %s", got)
		}
		other := o.signedIn() // nobody is locked out
		other.do("DELE 3")
		c.do("DELE 1")
		c.do("DELE 2")
		// Meanwhile the web client archives the second.
		snap := o.snapshot()
		inbox, _ := snap.ByRole(mail.RoleInbox)
		archive, _ := snap.ByRole(mail.RoleArchive)
		second := snap.At(inbox.ID, 1)
		_, err := o.account().Change(t.Context(), []mail.Change{{ID: second.ID, SetMailboxes: []int64{archive.ID}}})
		must(t, err)
		c.do("QUIT")
		if in, trash, kept := o.in(mail.RoleInbox), o.in(mail.RoleTrash), o.in(mail.RoleArchive); in != "Three" || trash != "One" || kept != "Two" {
			t.Errorf("inbox %q, trash %q, archive %q", in, trash, kept)
		}
		if got := other.ask("RETR 3"); !strings.HasPrefix(got, "-ERR There is no such letter") {
			t.Errorf("a letter that is marked: %s", got)
		}
		other.do("RSET")
		other.do("RETR 3")
		other.rest()
		other.do("QUIT")
		if in := o.in(mail.RoleInbox); in != "Three" {
			t.Errorf("after RSET: %q", in)
		}
	})
}

// TestLetters brings each letter over byte for byte, with CRLF at the ends of
// lines, and names it the same the next time.
func TestLetters(t *testing.T) {
	o := newOffice(t, "", Config{PlainOnLoopback: true})
	c := o.signedIn()
	for n, text := range letters {
		c.do("RETR " + string(rune('1'+n)))
		want := strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
		if !strings.HasSuffix(want, "\r\n") {
			want += "\r\n"
		}
		got := strings.ReplaceAll("\r\n"+c.rest(), "\r\n.", "\r\n")[2:]
		if got != want {
			t.Errorf("%d: %q, not %q", n+1, got, want)
		}
	}
	c.do("UIDL")
	first := c.rest()
	c.do("DELE 1")
	c.do("QUIT")
	o.file("Subject: Four\r\n\r\n4\r\n")
	c = o.signedIn()
	c.do("UIDL")
	again := c.rest()
	name := func(list, number string) string {
		_, rest, _ := strings.Cut("\r\n"+list, "\r\n"+number+" ")
		id, _, _ := strings.Cut(rest, "\r\n")
		return id
	}
	if name(first, "2") != name(again, "1") || name(first, "3") != name(again, "2") || strings.Contains(first, name(again, "3")) {
		t.Errorf("ids before\n%s and after\n%s", first, again)
	}
}

// TestSignIn takes a password where nobody on the way reads it, slows guesses
// down and ends with them, and ends when the sign-in does.
func TestSignIn(t *testing.T) {
	server, clientTLS := testkit.TLS(t, "localhost")
	o := newOffice(t, "", Config{TLS: server, MaxLoginFailures: 2, StandEvery: time.Nanosecond})
	c := o.dial()
	for _, line := range []string{"USER ann@city.example", "PASS x", "AUTH PLAIN AGFubgB4"} {
		if got := c.ask(line); !strings.HasPrefix(got, "-ERR [AUTH]") {
			t.Errorf("%s in the clear: %s", line, got)
		}
	}
	c.do("STLS")
	secure := tls.Client(c.conn, clientTLS)
	c.conn, c.r = secure, bufio.NewReader(secure)
	if got := c.ask("STLS"); !strings.HasPrefix(got, "-ERR") {
		t.Errorf("STLS twice: %s", got)
	}
	for password, want := range map[string]string{"zone": "-ERR [AUTH] Not from here.", "slow": "-ERR [LOGIN-DELAY] Too many wrong passwords."} {
		c.do("USER ann@city.example")
		if got := c.ask("PASS " + password); got != want {
			t.Errorf("%s: %s", password, got)
		}
	}
	c.do("USER ann@city.example")
	if got := c.ask("PASS wrong"); got != "-ERR [AUTH] The address or the password is wrong." {
		t.Errorf("wrong: %s", got)
	}
	c.do("USER \xff@city.example")
	if got := c.ask("PASS wrong"); got != "-ERR The name is no mail address." {
		t.Errorf("no text: %s", got)
	}
	c.do("USER nobody@city.example")
	if got := c.ask("PASS wrong"); got != "-ERR [AUTH] The address or the password is wrong." || c.line() != "(closed)" {
		t.Errorf("wrong again: %s", got)
	}
	// What stands behind STLS in the clear is not heard.
	c = o.dial()
	if _, err := c.conn.Write([]byte("STLS\r\nUSER ann@city.example\r\n")); err != nil {
		t.Fatal(err)
	}
	if got := c.line(); !strings.HasPrefix(got, "-ERR") || c.line() != "(closed)" {
		t.Errorf("behind STLS: %s", got)
	}
	// Whoever says UTF8 in the clear has no TLS any more (RFC 6856 section 2.1).
	c = o.dial()
	c.do("UTF8")
	if got := c.ask("STLS"); !strings.HasPrefix(got, "-ERR") {
		t.Errorf("STLS after UTF8: %s", got)
	}
}

// TestStanding ends a session whose sign-in has ended, and keeps what it marked.
func TestStanding(t *testing.T) {
	o := newOffice(t, "", Config{PlainOnLoopback: true, StandEvery: time.Nanosecond})
	c := o.signedIn()
	c.do("DELE 1")
	o.ended.Store(true)
	if got := c.ask("QUIT"); !strings.HasPrefix(got, "-ERR [AUTH]") || c.line() != "(closed)" {
		t.Errorf("QUIT: %s", got)
	}
	if in := o.in(mail.RoleInbox); in != "One Three Two" {
		t.Errorf("inbox: %q", in)
	}
}

// TestLimits ends connections of strangers: lines without end, silence, and
// commands without sense.
func TestLimits(t *testing.T) {
	o := newOffice(t, "", Config{PlainOnLoopback: true, SignInTime: 300 * time.Millisecond, MaxBad: 3, MaxPerPeer: 3})
	c := o.dial()
	if _, err := c.conn.Write(bytes.Repeat([]byte("x"), maxLine+2)); err != nil {
		t.Fatal(err)
	}
	if got := c.line(); !strings.HasPrefix(got, "-ERR The line") {
		t.Errorf("a long line: %s", got)
	}
	c = o.dial()
	for range 3 {
		c.ask("HELO")
	}
	if got := c.line(); got != "(closed)" {
		t.Errorf("nonsense: %s", got)
	}
	c = o.dial()
	if got := c.line(); !strings.HasPrefix(got, "-ERR Nothing was heard") || c.line() != "(closed)" {
		t.Errorf("silence: %s", got)
	}
}

// FuzzCommand holds any lines of a client to answers of the protocol, before
// the sign-in and after it.
func FuzzCommand(f *testing.F) {
	for _, s := range []string{"CAPA\r\nUSER ann@city.example\r\nPASS right word\r\nLIST\r\nUIDL 1\r\n", "AUTH PLAIN =\r\nAUTH XOAUTH2\r\n*\r\n", "STAT\r\nDELE 1\r\nRSET\r\nTOP 1 -1\r\nTOP 1 1\r\nRETR 99999999999999999999\r\n", "STLS\r\n\x00\xff\r\n", "UTF8\r\nUSER ng\u00e2n\xff@city.example\r\nUTF8\r\nAUTH \u00e2\r\n", "QUIT\r\n"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	o := newOffice(f, "", Config{PlainOnLoopback: true, LoginDelay: time.Microsecond})
	s := New(Config{PlainOnLoopback: true, LoginDelay: time.Microsecond}, o.room, o, testkit.Log(f))
	f.Fuzz(func(t *testing.T, text string, signedIn bool) {
		here, there := net.Pipe()
		defer here.Close()
		x := &session{server: s, conn: there, peer: "127.0.0.1:1", ctx: t.Context(), loopback: true}
		if signedIn {
			var err error
			x.subject, x.stood = o.who, time.Now()
			if x.account, err = o.room.Account(t.Context(), o.who, o.ann.ID); err != nil {
				t.Fatal(err)
			}
			if x.drop, x.inbox, err = x.open(x.account); err != nil {
				t.Fatal(err)
			}
		}
		done := make(chan struct{})
		go func() { defer close(done); x.serve() }()
		answered := make(chan []byte)
		go func() {
			var all bytes.Buffer
			_, _ = all.ReadFrom(here)
			answered <- all.Bytes()
		}()
		here.SetWriteDeadline(time.Now().Add(5 * time.Second))
		// The session may end before it has read all.
		_, _ = here.Write([]byte(text + "\r\n*\r\nQUIT\r\n"))
		<-done
		here.Close()
		for line := range bytes.Lines(<-answered) {
			if !bytes.HasSuffix(line, []byte("\r\n")) || len(line) > 2000 {
				t.Fatalf("%q is no line", line)
			}
		}
	})
}
