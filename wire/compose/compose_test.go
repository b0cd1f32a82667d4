package compose

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"chancery/kit/errs"
	"chancery/wire/mime"
)

var update = flag.Bool("update", false, "write the golden files anew")

// write writes a message with boundaries that a test can name.
func write(t testing.TB, m *Message) []byte {
	t.Helper()
	n := 0
	m.Boundary = func() string { n++; return fmt.Sprintf("=_boundary%d", n) }
	var b bytes.Buffer
	count, err := m.WriteTo(&b)
	if err != nil {
		t.Fatal(err)
	}
	if count != int64(b.Len()) {
		t.Errorf("WriteTo says %d bytes, wrote %d", count, b.Len())
	}
	checkWire(t, b.Bytes())
	return b.Bytes()
}

// checkWire checks what every message on the wire has to hold to.
func checkWire(t testing.TB, b []byte) {
	t.Helper()
	if !bytes.HasSuffix(b, []byte("\r\n")) {
		t.Error("does not end with CRLF")
	}
	for line := range bytes.SplitSeq(bytes.TrimSuffix(b, []byte("\r\n")), []byte("\r\n")) {
		if len(line) > 998 {
			t.Errorf("a line of %d bytes", len(line))
		}
		if bytes.ContainsAny(line, "\r\n\x00") {
			t.Errorf("a lone CR, LF or NUL in %q", line)
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := "testdata/" + name
	shown := strings.ReplaceAll(string(got), "\r\n", "\n")
	if *update {
		if err := os.WriteFile(path, []byte(shown), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if shown != string(want) {
		t.Errorf("%s differs:\n%s", name, shown)
	}
}

func content(s string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }
}

var when = time.Date(2026, 11, 21, 9, 30, 0, 0, time.FixedZone("", 8*3600))

func envelope() *mime.Envelope {
	return &mime.Envelope{
		Sent: when,
		From: []mime.Address{{Name: "王小明", Local: "wang", Host: "taichung.example"}},
		To: []mime.Address{
			{Name: "Nguyễn Văn An", Local: "an", Host: "hanoi.example"},
			{Name: "Smith, John (IT)", Local: "john.smith", Host: "example.org"},
			{Name: "김철수", Mark: mime.GroupStart}, {Local: "kim", Host: "seoul.example"}, {Mark: mime.GroupEnd},
			{Local: "odd local", Host: "example.org"},
		},
		Subject:    "關於召開一一五年度第三次跨機關資訊業務協調會議之通知（請各單位於期限內回復）re: budget plan 2026",
		MessageID:  "abc@taichung.example",
		InReplyTo:  []string{"parent@hanoi.example"},
		References: []string{"root@hanoi.example", "parent@hanoi.example"},
	}
}

func TestGolden(t *testing.T) {
	for name, m := range map[string]*Message{
		"plain.eml": {Header: Envelope(envelope(), Encoded), Body: Body("各位同仁：\n\n會議改期。\n", "", nil, nil)},
		"utf8.eml":  {Header: Envelope(envelope(), UTF8), Style: UTF8, Body: Body("Kính gửi quý vị,\n", "", nil, []File{{Name: "báo cáo.pdf", Type: "application/pdf", Open: content("%PDF")}})},
		"full.eml": {Header: Envelope(envelope(), Encoded), Body: Body("See the picture = good.\nÀ bientôt\n", "<p>See <img src=\"cid:pic@x\"></p>",
			[]File{{Name: "圖.png", Type: "image/png", ContentID: "pic@x", Open: content("\x89PNG\r\n")}},
			[]File{{Name: "一一五年度第三次跨機關資訊業務協調會議紀錄（定稿）附件一.odt", Type: "application/vnd.oasis.opendocument.text", Open: content(strings.Repeat("x", 100))},
				{Name: "data.csv", Type: "text/csv", Open: content("a,b\r\n1,2\r\n")},
				{Name: "forwarded.eml", Type: "message/rfc822", Open: content("Subject: 8-bit \xe4\xb8\xad\n\nbody\n")}})},
	} {
		golden(t, name, write(t, m))
	}
}

func TestDSN(t *testing.T) {
	d := DSN{
		From: mime.Address{Name: "Mail delivery", Local: "postmaster", Host: "mx.example"}, To: "wang@taichung.example",
		Subject: "未送達", Text: "Your message could not be delivered.\n", MessageID: "dsn@mx.example", Date: when,
		ReportingMTA: "mx.example", ReceivedFrom: "client.example", EnvelopeID: "QQ314159", Arrival: when,
		Recipients: []Recipient{
			{Final: "nobody@example.org", Original: "rfc822;nobody@example.org", Action: Failed, Status: "5.1.1", RemoteMTA: "mx.example.org", Diagnostic: "550 5.1.1 no such user here", LastAttempt: when},
			{Final: "用戶@例子.example", Action: Delayed, Status: "4.4.1", LastAttempt: when, RetryUntil: when.Add(48 * time.Hour)},
		},
		Original: content("From: wang@taichung.example\nSubject: hello\n\nbody\n"),
	}
	m, err := d.Message()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "dsn.eml", write(t, m))
	d.Style, d.HeadersOnly = UTF8, true
	if m, err = d.Message(); err != nil {
		t.Fatal(err)
	}
	golden(t, "dsn-utf8.eml", write(t, m))
	d.Recipients = nil
	if _, err := d.Message(); !errs.Is(err, errs.Invalid) {
		t.Errorf("a report on nobody: %v", err)
	}
}

// TestRefused tries to break out of a header and of the tree's rules.
func TestRefused(t *testing.T) {
	broken := errors.New("disk gone")
	for name, c := range map[string]struct {
		m    Message
		want errs.Kind
	}{
		"line break in a raw value":   {Message{Header: []Field{Raw("X", " a\r\nBcc: b")}}, errs.Invalid},
		"lone LF":                     {Message{Header: []Field{Raw("X", " a\nBcc: b")}}, errs.Invalid},
		"lone CR":                     {Message{Header: []Field{Raw("X", " a\rb")}}, errs.Invalid},
		"blank continuation":          {Message{Header: []Field{Raw("X", " a\r\n \r\n b")}}, errs.Invalid},
		"NUL":                         {Message{Header: []Field{Raw("X", " \x00")}}, errs.Invalid},
		"colon in a name":             {Message{Header: []Field{Raw("X:Y", " a")}}, errs.Invalid},
		"space in a name":             {Message{Header: []Field{Raw("X Y", " a")}}, errs.Invalid},
		"empty name":                  {Message{Header: []Field{Raw("", " a")}}, errs.Invalid},
		"long line":                   {Message{Header: []Field{Raw("X", strings.Repeat("a", 2000))}}, errs.Invalid},
		"multipart without parts":     {Message{Body: &Node{Type: "multipart/mixed"}}, errs.Invalid},
		"text with parts":             {Message{Body: &Node{Type: "text/plain", Parts: []*Node{{}}}}, errs.Invalid},
		"own multipart content type":  {Message{Body: &Node{Parts: []*Node{{}}, Header: []Field{Raw("content-type", " multipart/mixed")}}}, errs.Invalid},
		"content that cannot be read": {Message{Body: &Node{Type: "image/png", Open: func() (io.ReadCloser, error) { return nil, broken }}}, errs.Unavailable},
	} {
		if _, err := c.m.WriteTo(io.Discard); errs.KindOf(err) != c.want || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	deep := &Node{Type: "text/plain"}
	for range 100 {
		deep = &Node{Parts: []*Node{deep}}
	}
	if _, err := (&Message{Body: deep}).WriteTo(io.Discard); !errs.Is(err, errs.TooLarge) {
		t.Errorf("deep tree: %v", err)
	}
}

// TestInjection checks that made values cannot hold a field of their own.
func TestInjection(t *testing.T) {
	const evil = "a\r\nBcc: victim@example.org\r\n\r\nbody"
	m := &Message{Header: []Field{
		Text("Subject", evil, UTF8), Text("X-Encoded", evil, Encoded), Token("X-Token", evil), MessageIDs("References", []string{evil}), URLs("List-Post", []string{evil}),
		Addresses("To", []mime.Address{{Name: evil, Local: evil, Host: evil}}, UTF8), Params("X-Params", evil, []string{"name", evil}, UTF8),
	}, Body: &Node{Name: evil, Description: evil, ContentID: evil, Location: evil, Language: []string{evil}}}
	got := write(t, m)
	parsed, err := mime.Parse(bytes.NewReader(got), mime.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := parsed.Header.Get("Bcc"); ok {
		t.Errorf("a Bcc of %q got in:\n%s", v, got)
	}
	if parsed.Root.ContentSize() > 2 {
		t.Errorf("a body got in:\n%s", got)
	}
}
