package mime

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestMessages parses each testdata/messages/*.eml, with CRLF, and compares a
// readable account of everything made of it with the .txt beside it.
func TestMessages(t *testing.T) {
	files, err := filepath.Glob("testdata/messages/*.eml")
	if err != nil || len(files) < 7 {
		t.Fatalf("%d messages: %v", len(files), err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		raw = bytes.ReplaceAll(lf(raw), []byte("\n"), []byte("\r\n"))
		m, err := Parse(bytes.NewReader(raw), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		checkTree(t, file, m, raw)
		got := account(m, bytes.NewReader(raw))
		golden := strings.TrimSuffix(file, ".eml") + ".txt"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s:\n%s", file, got)
		}
	}
}

// account writes down a message for people.
func account(m *Message, src io.ReaderAt) string {
	var b strings.Builder
	tree(&b, m, src, "")
	bodies := m.Bodies()
	for _, l := range []struct {
		name  string
		parts []*Part
	}{{"text", bodies.Text}, {"html", bodies.HTML}, {"attachments", bodies.Attachments}} {
		fmt.Fprintf(&b, "%s:", l.name)
		for _, p := range l.parts {
			fmt.Fprintf(&b, " %s", p.Number)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "has attachment: %v\npreview: %s\n", m.HasAttachment(), m.Preview(src))
	for where, text := range m.SearchText(src, 10000) {
		fmt.Fprintf(&b, "search %d: %q\n", where, text)
	}
	return b.String()
}

func tree(b *strings.Builder, m *Message, src io.ReaderAt, indent string) {
	e := &m.Envelope
	fmt.Fprintf(b, "%senvelope: subject %q raw %q date %s id %q reply %q refs %q\n", indent, e.Subject, e.IMAPSubject(), e.Sent.Format(time.RFC3339), e.MessageID, e.InReplyTo, e.References)
	for _, f := range []struct {
		name string
		list []Address
	}{{"from", e.From}, {"sender", e.SenderOrFrom()}, {"reply-to", e.ReplyToOrFrom()}, {"to", e.To}} {
		if len(f.list) > 0 {
			fmt.Fprintf(b, "%s%s: %s\n", indent, f.name, shownAddresses(f.list))
		}
	}
	m.Walk(false, func(p *Part) bool {
		fmt.Fprintf(b, "%spart %q %s header %d body %d end %d lines %d size %d", indent, p.Number, p.Type, p.Header, p.Body, p.End, p.Lines, p.ContentSize())
		if p.Implicit {
			b.WriteString(" implicit")
		}
		for _, f := range [][2]string{{"params", strings.Join(p.Params, " ")}, {"cte", p.CTE}, {"name", p.Name()}, {"id", p.ID}, {"desc", p.Desc}, {"disp", p.Disp}, {"lang", strings.Join(p.Lang, " ")}, {"loc", p.Loc}, {"md5", p.MD5}} {
			if f[1] != "" {
				fmt.Fprintf(b, " %s %q", f[0], f[1])
			}
		}
		if len(p.Parts) == 0 && p.Nested == nil {
			text, cut, bad := p.Text(src, 60)
			fmt.Fprintf(b, " text %q cut %v problem %v", text, cut, bad)
		}
		b.WriteString("\n")
		if p.Nested != nil {
			tree(b, p.Nested, src, indent+"    ")
		}
		return true
	})
}

func TestTransfers(t *testing.T) {
	for _, c := range []struct {
		cte, in, want string
		isBad         bool
	}{
		{"base64", "aGVs\r\nbG8=", "hello", false},
		{"BASE64", "aGVsbG8", "hello", false},
		{"base64", "aGV*s\r\n!bG8=", "hello", true},
		{"base64", "aA==aA==", "hh", false},
		{"base64", "a", "", true},
		{"base64;", "====", "", false},
		{"quoted-printable", "a=3Db=e4=B8=AD", "a=b中", false},
		{"quoted-printable", "soft=\r\nbreak=  \r\ntoo=\nand\r\n", "softbreaktooand\r\n", false},
		{"quoted-printable", "trailing  \t\r\nx  ", "trailing\r\nx  ", false},
		{"quoted-printable", "bad =ZZ =4 =", "bad =ZZ =4 ", true},
		{"quoted-printable", "a= b", "a= b", true},
		{"quoted-printable", "end=", "end", false},
		{"x-uuencode", "begin 644 f\n#86)C\n`\nend\n", "abc", false},
		{"uuencode", "junk\r\nbegin 644 f\r\n%:&5L;&\\\r\n`\r\nend\r\nmore", "hello", false},
		{"x-uuencode", "begin 644 f\n#86)C\n", "abc", true},
		{"7bit", "a=3D", "a=3D", false},
		{"8-bit", "\xff", "\xff", false},
		{"x-private", "a", "a", false},
	} {
		tr, known := newTransfer(c.cte)
		if known == (c.cte == "x-private") {
			t.Errorf("%s: known %v", c.cte, known)
		}
		if tr == nil {
			continue
		}
		// In one piece, byte by byte, and through the reader.
		whole := string(tr.finish(tr.decode(nil, []byte(c.in))))
		if whole != c.want || tr.isBad() != c.isBad {
			t.Errorf("%s %q = %q bad %v, want %q bad %v", c.cte, c.in, whole, tr.isBad(), c.want, c.isBad)
		}
		tr, _ = newTransfer(c.cte)
		var bytewise []byte
		for i := range len(c.in) {
			bytewise = tr.decode(bytewise, []byte{c.in[i]})
		}
		if got := string(tr.finish(bytewise)); got != c.want {
			t.Errorf("%s %q byte by byte = %q, want %q", c.cte, c.in, got, c.want)
		}
		tr, _ = newTransfer(c.cte)
		if got, err := io.ReadAll(newTransferReader(strings.NewReader(c.in), tr)); err != nil || string(got) != c.want {
			t.Errorf("%s %q read = %q (%v), want %q", c.cte, c.in, got, err, c.want)
		}
	}
}

// TestLimits checks that nothing is lost beyond a limit.
func TestLimits(t *testing.T) {
	deep := strings.Builder{}
	for i := range 200 {
		fmt.Fprintf(&deep, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	deep.WriteString("\r\ninnermost")
	many := "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 500) + "--b--\r\n"
	forwarded := strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 200) + "Subject: x\r\n\r\ny"
	for name, c := range map[string]struct {
		raw   string
		lim   Limits
		parts int
	}{
		"depth":            {deep.String(), Limits{Depth: 5}, 5},
		"depth, messages":  {forwarded, Limits{Depth: 5}, 5},
		"parts":            {many, Limits{Parts: 10}, 10},
		"boundary":         {"Content-Type: multipart/mixed; boundary=bbbb\r\n\r\n--bbbb\r\n\r\nx", Limits{Boundary: 3}, 1},
		"header":           {"X: " + strings.Repeat("x", 10000) + "\r\nSubject: late\r\n\r\nbody", Limits{HeaderBytes: 1000}, 1},
		"text in the tree": {"Subject: " + strings.Repeat("x", 10000) + "\r\n\r\nbody", Limits{TreeBytes: 1000}, 1},
		"addresses":        {"To: " + strings.Repeat("a@b, ", 10000) + "\r\n\r\nbody", Limits{Addresses: 3}, 1},
	} {
		m, err := Parse(strings.NewReader(c.raw), c.lim)
		if err != nil {
			t.Fatal(err)
		}
		checkTree(t, name, m, []byte(c.raw))
		n := 0
		m.Walk(true, func(*Part) bool { n++; return true })
		if n != c.parts {
			t.Errorf("%s: %d parts, want %d", name, n, c.parts)
		}
		if stored, err := m.Encode(); err != nil || len(stored) > 4000 {
			t.Errorf("%s: the stored form has %d bytes (%v)", name, len(stored), err)
		}
	}
}

// failingReader fails in the middle.
type failingReader struct{ n int }

func (r *failingReader) Read(p []byte) (int, error) {
	if r.n == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	r.n--
	return copy(p, "Subject: x\r\n"), nil
}

func TestReaderError(t *testing.T) {
	if m, err := Parse(&failingReader{3}, Limits{}); err == nil {
		t.Errorf("a message came of a broken reader: %+v", m)
	}
	for _, stored := range []string{"", "{}", `{"r":{}}`, `{"r":{"t":"a/b","k":[null]}}`, `{"r":{"t":"a/b","n":{}}}`} {
		if _, err := Decode([]byte(stored)); err == nil {
			t.Errorf("Decode(%q) gives a message", stored)
		}
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		raw  string
		max  int
		want string
		cut  bool
		bad  bool
	}{
		{"Content-Type: text/plain; charset=utf-8\r\n\r\n會議\r\n通知", 100, "會議\n通知", false, false},
		{"Content-Type: text/plain; charset=utf-8\r\n\r\n會議通知", 7, "會議", true, false},
		{"Content-Type: text/plain; charset=big5\r\nContent-Transfer-Encoding: base64\r\n\r\nt3zEs7NxpKQ=", 100, "會議通中", false, false},
		{"Content-Type: text/plain; charset=big5\r\nContent-Transfer-Encoding: base64\r\n\r\nt3zEs7NxpKQ=", 3, "會", true, false},
		{"Content-Type: text/html\r\n\r\n<p>abc<b class=x>d", 12, "<p>abc", true, false},
		{"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPG1ldGEgY2hhcnNldD1iaWc1Prd8xLM=", 100, "<meta charset=big5>會議", false, false},
		{"Content-Type: text/plain; charset=x-nobody\r\n\r\nabc", 100, "abc", false, true},
		{"Content-Transfer-Encoding: x-nobody\r\n\r\nabc", 100, "abc", false, true},
		{"Content-Type: text/plain; charset=utf-16le\r\nContent-Transfer-Encoding: base64\r\n\r\nA2dwiw==", 100, "會議", false, false},
	} {
		m, err := Parse(strings.NewReader(c.raw), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got, cut, bad := m.Root.Text(strings.NewReader(c.raw), c.max)
		if got != c.want || cut != c.cut || bad != c.bad {
			t.Errorf("%q, %d: %q cut %v problem %v", c.raw, c.max, got, cut, bad)
		}
	}
}
