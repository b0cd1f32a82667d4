package imap

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"chancery/mail"
)

// FuzzSession feeds a signed-in session whatever comes. Every line of the
// answer must be a line, every session must end, and nothing may panic.
func FuzzSession(f *testing.F) {
	for _, seed := range []string{
		"a SELECT INBOX\r\nb FETCH 1:* (FLAGS BODY[]<0.5> ENVELOPE BODYSTRUCTURE BINARY[1])\r\nc STORE 1 +FLAGS (\\Seen x)\r\n",
		"a SELECT INBOX\r\nb SEARCH RETURN (SAVE ALL) OR SEEN NOT 1:2\r\nc UID FETCH $ (UID MODSEQ)\r\nd COPY $ Archive\r\ne IDLE\r\nDONE\r\n",
		"a APPEND INBOX (\\Deleted) {5+}\r\nabc\r\n ~{3+}\r\n\x00\x01\x02\r\nb SELECT INBOX (CONDSTORE)\r\nc EXPUNGE\r\nd CLOSE\r\n",
		"a ENABLE QRESYNC IMAP4rev2\r\nb SELECT INBOX (QRESYNC (1 1 1:5 (1 1)))\r\nc UID FETCH 1:9 FLAGS (CHANGEDSINCE 1 VANISHED)\r\nd MOVE 1 Trash\r\n",
		"a LIST (SUBSCRIBED RECURSIVEMATCH) \"\" (% *) RETURN (STATUS (SIZE UNSEEN))\r\nb CREATE x/y\r\nc RENAME x z\r\nd DELETE z/y\r\ne LSUB \"\" *\r\n",
		"a SELECT INBOX\r\nb SORT (SUBJECT REVERSE FROM) UTF-8 ALL\r\nc THREAD REFERENCES UTF-8 ALL\r\nd UNAUTHENTICATE\r\ne LOGIN ann secret\r\n",
	} {
		f.Add([]byte(seed))
	}
	o := newOffice(f, Config{LoginDelay: time.Nanosecond, MaxAppend: 10000}, "ann")
	var mu sync.Mutex
	f.Fuzz(func(t *testing.T, input []byte) {
		mu.Lock() // one account: keep it small and its state simple
		defer mu.Unlock()
		o.reset(t)
		output := o.converse(t, append([]byte("z0 LOGIN ann secret\r\n"), input...))
		if !bytes.HasPrefix(output, []byte("* OK ")) || !bytes.HasSuffix(output, []byte("\r\n")) {
			t.Fatalf("%q was answered %q", input, output)
		}
	})
}

// converse runs a whole session on a pipe.
func (o *office) converse(t *testing.T, input []byte) []byte {
	server, client := net.Pipe()
	done := make(chan []byte)
	go func() {
		out, _ := io.ReadAll(client)
		done <- out
	}()
	go func() {
		client.SetWriteDeadline(time.Now().Add(10 * time.Second))
		client.Write(input)
		client.Write([]byte("\r\nDONE\r\n\r\n*\r\nz9 LOGOUT\r\n"))
		time.AfterFunc(time.Second, func() { client.Close() })
	}()
	wake := &wakeConn{Conn: server, writeTimeout: 10 * time.Second}
	s := newSession(o.server, wake)
	s.loopback = true
	finished := make(chan struct{})
	go func() {
		s.serve()
		server.Close()
		close(finished)
	}()
	select {
	case <-finished:
	case <-time.After(20 * time.Second):
		t.Fatalf("%q hangs", input)
	}
	return <-done
}

// reset leaves ann the standard mailboxes and two messages.
func (o *office) reset(t *testing.T) {
	ctx := context.Background()
	subject, err := o.SignIn(ctx, "ann", "secret", "")
	if err != nil {
		t.Fatal(err)
	}
	a, err := o.room.Account(ctx, subject, subject.Account)
	if err != nil {
		t.Fatal(err)
	}
	snap, err := a.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	inbox, _ := snap.ByRole(mail.RoleInbox)
	if n := snap.Len(); n < 2 || n > 100 {
		var gone []mail.Change
		snap.Each(func(m *mail.Message) bool {
			gone = append(gone, mail.Change{ID: m.ID, Destroy: true})
			return true
		})
		if _, err := a.Change(ctx, gone); err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			l, err := a.Spool(ctx, bytes.NewReader([]byte(letterText(i))))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.Append(ctx, mail.NewMessage{Letter: l, Mailboxes: []int64{inbox.ID}, Keywords: []string{fmt.Sprint("k", i)}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, m := range snap.Mailboxes() {
		if m.Role == "" && !snap.Children(m.ID) && len(snap.Mailboxes()) > 50 {
			a.DeleteMailbox(ctx, m.ID, true)
		}
	}
}
