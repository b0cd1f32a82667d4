package imap

import (
	"bytes"
	"compress/flate"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"chancery/kit/testkit"

	goimap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// listenTLS adds an implicit-TLS listener to an office.
func (o *office) listenTLS(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go o.server.Serve(l, true)
	return l.Addr().String()
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestIndependentClient works through a day with a client that others wrote.
func TestIndependentClient(t *testing.T) {
	server, trust := testkit.TLS(t, "localhost")
	o := newOffice(t, Config{TLS: server}, "ann")
	addr := o.listenTLS(t)
	told := make(chan uint32, 10)
	c, err := imapclient.DialTLS(addr, &imapclient.Options{TLSConfig: trust, UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages != nil {
				told <- *d.NumMessages
			}
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login("ann", "secret").Wait(); err != nil {
		t.Fatal(err)
	}
	if !c.Caps().Has(goimap.CapIMAP4rev2) {
		t.Error("no IMAP4rev2")
	}
	if err := c.Create("Thư mục/公文", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	text := letterText(1)
	app := c.Append("Thư mục/公文", int64(len(text)), &goimap.AppendOptions{Flags: []goimap.Flag{goimap.FlagSeen}})
	if _, err := app.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := app.Close(); err != nil {
		t.Fatal(err)
	}
	if data := must[*goimap.AppendData](t)(app.Wait()); data.UID != 1 {
		t.Errorf("appended as %d", data.UID)
	}
	sel := must[*goimap.SelectData](t)(c.Select("Thư mục/公文", nil).Wait())
	if sel.NumMessages != 1 || sel.UIDNext != 2 {
		t.Errorf("selected %+v", sel)
	}
	section := &goimap.FetchItemBodySection{Peek: true}
	msgs := must[[]*imapclient.FetchMessageBuffer](t)(c.Fetch(goimap.SeqSetNum(1), &goimap.FetchOptions{
		Envelope: true, Flags: true, UID: true, RFC822Size: true, InternalDate: true,
		BodyStructure: &goimap.FetchItemBodyStructure{Extended: true}, BodySection: []*goimap.FetchItemBodySection{section},
	}).Collect())
	if len(msgs) != 1 || msgs[0].Envelope.Subject != "Letter 1" || string(msgs[0].FindBodySection(section)) != text {
		t.Errorf("fetched %+v", msgs)
	}
	if got := msgs[0].BodyStructure.MediaType(); got != "text/plain" {
		t.Errorf("structure %s", got)
	}
	found := must[*goimap.SearchData](t)(c.Search(&goimap.SearchCriteria{Flag: []goimap.Flag{goimap.FlagSeen}}, &goimap.SearchOptions{ReturnCount: true, ReturnAll: true}).Wait())
	if found.Count != 1 {
		t.Errorf("found %+v", found)
	}
	idleAndLeave(t, o, c, told, text)
}

// idleAndLeave ends the day: told of a letter in IDLE, one moved, good-bye.
func idleAndLeave(t *testing.T, o *office, c *imapclient.Client, told <-chan uint32, text string) {
	t.Helper()
	idle, err := c.Idle()
	if err != nil {
		t.Fatal(err)
	}
	other := o.signedIn(t, "ann")
	other.append(`"Th&AbA- m&HuU-c/&UWxlhw-"`, "", text)
	select {
	case n := <-told:
		if n != 2 {
			t.Errorf("told of %d messages", n)
		}
	case <-time.After(5 * time.Second):
		t.Error("not told of the new message")
	}
	if err := idle.Close(); err != nil {
		t.Fatal(err)
	}
	if err := idle.Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Move(goimap.SeqSetNum(1), "Archive").Wait(); err != nil {
		t.Fatal(err)
	}
	if err := c.Logout().Wait(); err != nil {
		t.Fatal(err)
	}
}

// TestStartTLS checks that passwords are refused before TLS, that STARTTLS
// works, and that nothing sent ahead of the handshake is taken.
func TestStartTLS(t *testing.T) {
	server, trust := testkit.TLS(t, "localhost")
	o := newOffice(t, Config{TLS: server}, "ann")
	o.server.conf.PlainOnLoopback = false
	c := o.dial(t)
	if _, status := c.try("LOGIN ann secret"); !strings.HasPrefix(status, "NO [PRIVACYREQUIRED]") {
		t.Errorf("plain password: %s", status)
	}
	if lines := c.do("CAPABILITY"); !strings.Contains(lines[0], "STARTTLS") || !strings.Contains(lines[0], "LOGINDISABLED") {
		t.Errorf("capabilities %q", lines)
	}
	c.do("STARTTLS")
	secure := newClient(t, tls.Client(c.conn, trust))
	secure.do("LOGIN ann secret")
	secure.do("SELECT INBOX")

	c = o.dial(t)
	c.send("a STARTTLS\r\nb LOGIN ann secret\r\n")
	if line := c.line(); !strings.HasPrefix(line, "a BAD") {
		t.Errorf("a command behind STARTTLS: %s", line)
	}
	if rest, _ := io.ReadAll(c.r); len(rest) > 0 {
		t.Errorf("went on with %q", rest)
	}
}

// TestCompress checks COMPRESS DEFLATE (RFC 4978), also with a command sent
// right behind it.
func TestCompress(t *testing.T) {
	o := newOffice(t, Config{}, "ann")
	c := o.signedIn(t, "ann")
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.DefaultCompression)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(w, "b NOOP\r\n")
	w.Flush()
	c.send("a COMPRESS DEFLATE\r\n" + packed.String())
	if line := c.line(); !strings.HasPrefix(line, "a OK") {
		t.Fatal(line)
	}
	c.r.Reset(flate.NewReader(io.MultiReader(bytes.NewReader(readBuffered(c)), c.conn)))
	if line := c.line(); !strings.HasPrefix(line, "b OK") {
		t.Fatal(line)
	}
	packed.Reset()
	fmt.Fprintf(w, "c COMPRESS DEFLATE\r\nd APPEND INBOX {%d+}\r\n%s\r\ne SELECT INBOX\r\nf IDLE\r\n", len(letterText(1)), letterText(1))
	w.Flush()
	c.send(packed.String())
	for _, want := range []string{"c NO [COMPRESSIONACTIVE]", "d OK", "e OK", "+ idling"} {
		for !strings.HasPrefix(c.line(), want) {
		}
	}
	other := o.signedIn(t, "ann")
	other.append("INBOX", "", letterText(2))
	if line := c.line(); line != "* 2 EXISTS" {
		t.Errorf("told %q", line)
	}
}

// TestCompressPartialFlush sends a command as zlib's Z_PARTIAL_FLUSH ends it,
// without the empty block that a sync flush has.
func TestCompressPartialFlush(t *testing.T) {
	o := newOffice(t, Config{}, "ann")
	c := o.signedIn(t, "ann")
	c.do("COMPRESS DEFLATE")
	packed, err := hex.DecodeString("4a52f0f3f70fe0e50208") // "b NOOP" and a line end
	if err != nil {
		t.Fatal(err)
	}
	c.send(string(packed))
	c.r.Reset(flate.NewReader(c.conn))
	if line := c.line(); line != "b OK Nothing done." {
		t.Error(line)
	}
}

func readBuffered(c *client) []byte {
	b := make([]byte, c.r.Buffered())
	io.ReadFull(c.r, b)
	return b
}
