package smtp

import (
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"chancery/mail"
)

// TestConnections turns away the connection over the limit with 421, and
// takes another one when there is room again.
func TestConnections(t *testing.T) {
	o := newOffice(t, "", Config{MaxPerAddress: 2}, mail.Config{})
	first, br := o.dial(t, MX)
	expect(t, br, "220")
	_, br2 := o.dial(t, MX)
	expect(t, br2, "220")
	_, br3 := o.dial(t, MX)
	expect(t, br3, "421")
	if _, err := br3.ReadByte(); err != io.EOF {
		t.Errorf("still open: %v", err)
	}
	fmt.Fprint(first, "QUIT\r\n")
	expect(t, br, "221")
	for range 100 {
		c, br := o.dial(t, MX)
		line, _ := br.ReadString('\n')
		c.Close()
		if strings.HasPrefix(line, "220") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("no room although a connection has ended")
}

// TestSilence ends connections on which nothing is heard, between commands
// and within a message.
func TestSilence(t *testing.T) {
	o := newOffice(t, "", Config{CommandTime: 100 * time.Millisecond}, mail.Config{})
	_, br := o.dial(t, MX)
	expect(t, br, "220")
	expect(t, br, "421")
	c, br := o.dial(t, MX)
	expect(t, br, "220")
	fmt.Fprint(c, "HELO x\r\nMAIL FROM:<x@out.example>\r\nRCPT TO:<ann@city.example>\r\nDATA\r\n")
	for _, code := range []string{"250", "250", "250", "354", "421"} {
		expect(t, br, code)
	}
	if n := len(o.inbox(t, "ann@city.example")); n != 0 {
		t.Errorf("%d letters were left behind", n)
	}
}

// TestMessageTime ends a message that drips in.
func TestMessageTime(t *testing.T) {
	o := newOffice(t, "", Config{CommandTime: time.Second, MessageTime: 300 * time.Millisecond}, mail.Config{})
	c, br := o.dial(t, MX)
	fmt.Fprint(c, "HELO x\r\nMAIL FROM:<x@out.example>\r\nRCPT TO:<ann@city.example>\r\nDATA\r\n")
	for _, code := range []string{"220", "250", "250", "250", "354"} {
		expect(t, br, code)
	}
	start := time.Now()
	go func() {
		for range 100 {
			if _, err := io.WriteString(c, "a"); err != nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	expect(t, br, "421")
	if d := time.Since(start); d > 900*time.Millisecond {
		t.Errorf("after %v", d)
	}
}

// TestCutOff drops a connection in the middle of a message: nothing is left.
func TestCutOff(t *testing.T) {
	o := newOffice(t, "", Config{}, mail.Config{})
	for _, last := range []string{"DATA\r\nSubject: a\r\n\r\nhalf", "BDAT 10\r\nSubject: a", "BDAT 100 LAST\r\nSubject: a"} {
		c, br := o.dial(t, MX)
		fmt.Fprint(c, "HELO x\r\nMAIL FROM:<x@out.example>\r\nRCPT TO:<ann@city.example>\r\n"+last)
		for _, code := range []string{"220", "250", "250", "250"} {
			expect(t, br, code)
		}
		c.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, br)
	}
	if n := len(o.inbox(t, "ann@city.example")); n != 0 {
		t.Errorf("%d letters were left behind", n)
	}
}

// TestShutdown lets the message in transfer end, sends idle clients away and
// takes nobody new.
func TestShutdown(t *testing.T) {
	o := newOffice(t, "", Config{}, mail.Config{})
	_, idle := o.dial(t, MX)
	expect(t, idle, "220")
	c, br := o.dial(t, MX)
	fmt.Fprint(c, "HELO x\r\nMAIL FROM:<x@out.example>\r\nRCPT TO:<ann@city.example>\r\nDATA\r\n")
	for _, code := range []string{"220", "250", "250", "250", "354"} {
		expect(t, br, code)
	}
	done := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		done <- o.srv.Shutdown(ctx)
	}()
	expect(t, idle, "421")
	fmt.Fprint(c, "Subject: a\r\n\r\nlast one\r\n.\r\n")
	expect(t, br, "250")
	expect(t, br, "421")
	check(t, <-done)
	if n := len(o.inbox(t, "ann@city.example")); n != 1 {
		t.Errorf("%d letters", n)
	}
	if c, err := net.Dial("tcp", o.addr[MX]); err == nil {
		c.Close()
		t.Error("the door is still open")
	}
}

// TestLargeMessage takes 60 MB in bounded memory.
func TestLargeMessage(t *testing.T) {
	if testing.Short() {
		t.Skip("a large message takes seconds")
	}
	o := newOffice(t, "", Config{}, mail.Config{})
	c, br := o.dial(t, MX)
	fmt.Fprint(c, "HELO x\r\nMAIL FROM:<x@out.example>\r\nRCPT TO:<ann@city.example>\r\nDATA\r\nSubject: large\r\n\r\n")
	for _, code := range []string{"220", "250", "250", "250", "354"} {
		expect(t, br, code)
	}
	line := []byte(strings.Repeat("0123456789abcdef", 4) + "\r\n")
	block := []byte(strings.Repeat(string(line), 1000))
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	peak := uint64(0)
	for i := range 60 << 20 / len(block) {
		_, err := c.Write(block)
		check(t, err)
		if i%50 == 0 {
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc)
		}
	}
	fmt.Fprint(c, ".\r\n")
	expect(t, br, "250")
	if grown := int64(peak) - int64(before.HeapAlloc); grown > 24<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
}
