package imap

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// TestPatience checks what ends a connection, and that the client is told.
func TestPatience(t *testing.T) {
	o := newOffice(t, Config{MaxBad: 3, MaxLoginFailures: 2, LoginTimeout: 300 * time.Millisecond}, "ann")
	for _, c := range []struct{ name, send, want string }{
		{"nonsense", "a\r\nb FOO\r\nc\r\nd NOOP\r\n", "* BYE Too many commands that make no sense."},
		{"guessing", "a LOGIN ann x\r\nb LOGIN ann y\r\nc LOGIN ann secret\r\n", "* BYE Too many failed sign-ins."},
		{"an endless line", "a LOGIN " + strings.Repeat("x", 200_000), "* BYE A command line has no end."},
		{"a literal for strangers", "a LOGIN {100000+}\r\n", "* BYE The literal is too large"},
		{"silence", "", "* BYE [UNAVAILABLE] Nothing was heard for too long."},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := o.dial(t)
			go k.conn.Write([]byte(c.send))
			k.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
			all, _ := io.ReadAll(k.r)
			if !strings.Contains(string(all), c.want) {
				t.Errorf("told %q", all)
			}
		})
	}
}

// TestTooMany checks the bound on connections.
func TestTooMany(t *testing.T) {
	o := newOffice(t, Config{MaxConnections: 2}, "ann")
	first, second := o.signedIn(t, "ann"), o.dial(t)
	third, err := net.Dial("tcp", o.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer third.Close()
	if line := newClient(t, third).line(); !strings.HasPrefix(line, "* BYE [UNAVAILABLE]") {
		t.Errorf("the third was told %q", line)
	}
	second.do("LOGOUT")
	first.do("NOOP")
	time.Sleep(50 * time.Millisecond)
	o.signedIn(t, "ann")
}

// TestShutdown checks that every client is told, also one in IDLE.
func TestShutdown(t *testing.T) {
	o := newOffice(t, Config{}, "ann")
	idle, silent := o.signedIn(t, "ann"), o.signedIn(t, "ann")
	idle.do("SELECT INBOX")
	idle.send("a IDLE\r\n")
	idle.line()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := o.server.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*client{idle, silent} {
		if line := c.line(); !strings.HasPrefix(line, "* BYE [UNAVAILABLE]") {
			t.Errorf("told %q", line)
		}
	}
}

// TestOversizedAppend checks that a message over the limit is refused before
// it is sent, or dropped when it is on its way already, and that the session
// goes on.
func TestOversizedAppend(t *testing.T) {
	o := newOffice(t, Config{MaxAppend: 1000}, "ann")
	c := o.signedIn(t, "ann")
	if _, status := c.try("APPEND INBOX {1001}"); !strings.HasPrefix(status, "NO [TOOBIG]") {
		t.Errorf("announced: %s", status)
	}
	if _, status := c.try("APPEND INBOX {1001+}\r\n" + strings.Repeat("x", 1001)); !strings.HasPrefix(status, "NO [TOOBIG]") {
		t.Errorf("sent: %s", status)
	}
	c.append("INBOX", "", letterText(1))
	lines := c.do("STATUS INBOX (MESSAGES)")
	if lines[0] != "* STATUS INBOX (MESSAGES 1)" {
		t.Errorf("left behind: %q", lines)
	}
}
