package listen

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"chancery/kit/testkit"
)

// TestServe serves so many connections, survives a fault in one, and closes
// all when it ends.
func TestServe(t *testing.T) {
	s := New("echo", 10, 2, func(_ context.Context, conn net.Conn, tls bool) {
		b := make([]byte, 1)
		for {
			if _, err := conn.Read(b); err != nil {
				return
			}
			if b[0] == '!' {
				panic("as asked")
			}
			if _, err := conn.Write(b); err != nil || tls {
				return
			}
		}
	}, testkit.Log(t))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l, false) }()
	dial := func() net.Conn {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		return conn
	}
	says := func(conn net.Conn, text string) bool {
		if _, err := conn.Write([]byte(text)); err != nil {
			return false
		}
		b := make([]byte, 1)
		_, err := io.ReadFull(conn, b)
		return err == nil && string(b) == text
	}
	one, two := dial(), dial()
	if !says(one, "a") || !says(two, "b") {
		t.Fatal("two are not served")
	}
	if says(dial(), "c") {
		t.Error("a third from one address is served")
	}
	if says(one, "!") {
		t.Error("the fault was answered")
	}
	if !says(two, "d") {
		t.Error("a fault in one ended the other")
	}
	for again := time.Now(); ; time.Sleep(5 * time.Millisecond) { // until the first is counted out
		if says(dial(), "e") {
			break
		}
		if time.Since(again) > 5*time.Second {
			t.Fatal("the place of one that is gone stays taken")
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if says(two, "f") {
		t.Error("a connection outlives the server")
	}
}
