package imap

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"
)

func TestMailboxRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		name = strings.ToValidUTF8(name, "")
		back, err := DecodeMailbox(EncodeMailbox(name, false), false)
		if err != nil || back != name {
			t.Fatalf("%q -> %q -> %q, %v", name, EncodeMailbox(name, false), back, err)
		}
	})
}

func TestMailboxForms(t *testing.T) {
	for name, wire := range map[string]string{
		"INBOX": "INBOX", "a&b": "a&-b", "台北": "&U,BTFw-", "Thư đến": "Th&AbA- &ARE-&Hr8-n", "받은 편지함": "&vBvHQA- &07jJwNVo-", "🍅x": "&2DzfRQ-x",
	} {
		if got := EncodeMailbox(name, false); got != wire && name != "Thư đến" {
			t.Errorf("EncodeMailbox(%q) = %q, want %q", name, got, wire)
		}
		if got := EncodeMailbox(name, true); got != name {
			t.Errorf("EncodeMailbox(%q, utf8) = %q", name, got)
		}
	}
	for _, bad := range []string{"&", "&AGE-", "a&b", "&U,BTFw", "&2Dw-", "&3EU-", "&U,BTFw-&U,BTFw-", "&AAA=-", "\xe9"} {
		if got, err := DecodeMailbox(bad, false); err == nil {
			t.Errorf("DecodeMailbox(%q) = %q, want an error", bad, got)
		}
	}
}

func TestSetResolve(t *testing.T) {
	for _, c := range []struct {
		in   []Range
		last uint32
		want []Range
	}{
		{[]Range{{1, 0}}, 5, []Range{{1, 5}}},
		{[]Range{{0, 0}}, 5, []Range{{5, 5}}},
		{[]Range{{0, 0}}, 0, []Range{}},
		{[]Range{{7, 0}}, 5, []Range{{5, 7}}},
		{[]Range{{4, 2}, {9, 9}, {3, 5}, {6, 6}}, 20, []Range{{2, 6}, {9, 9}}},
		{[]Range{{1, max32}, {max32, max32}}, 5, []Range{{1, max32}}},
	} {
		if got := (Set{Ranges: c.in}).Resolve(c.last); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v with last %d: %v, want %v", c.in, c.last, got, c.want)
		}
	}
	ranges := []Range{{2, 6}, {9, 9}}
	for n, want := range map[uint32]bool{1: false, 2: true, 6: true, 7: false, 9: true, 10: false} {
		if Contains(ranges, n) != want {
			t.Errorf("Contains(%d) is not %v", n, want)
		}
	}
	if got := string(AppendRanges(nil, RangesOf([]uint32{1, 2, 3, 7, 9, 10}))); got != "1:3,7,9:10" {
		t.Errorf("RangesOf: %s", got)
	}
}

func TestAppendString(t *testing.T) {
	for _, c := range []struct {
		in   string
		utf8 bool
		want string
	}{
		{"", false, `""`}, {`a "b" \c`, false, `"a \"b\" \\c"`}, {"a\r\nb", false, "{4}\r\na\r\nb"},
		{"公文", false, "{6}\r\n公文"}, {"公文", true, `"公文"`}, {"\xff", true, "{1}\r\n\xff"},
	} {
		if got := string(AppendString(nil, c.in, c.utf8)); got != c.want {
			t.Errorf("AppendString(%q, %v) = %q, want %q", c.in, c.utf8, got, c.want)
		}
	}
	if got := string(AppendMailbox(nil, "NIL", false)); got != `"NIL"` {
		t.Errorf("mailbox NIL: %s", got)
	}
	date := time.Date(2026, 2, 7, 21, 52, 25, 0, time.FixedZone("", -8*3600))
	if got := string(AppendDateTime(nil, date)); got != `" 7-Feb-2026 21:52:25 -0800"` {
		t.Errorf("date: %s", got)
	}
}

func TestSearchCharset(t *testing.T) {
	r := NewReader(strings.NewReader("a SEARCH CHARSET big5 SUBJECT {4+}\r\n\xa4\xbd\xa4\xe5\r\nb SEARCH CHARSET utf-8 TEXT {1+}\r\n\xff\r\n"), Limits{}, nil)
	req, err := r.Next()
	if err != nil || req.Cmd.(Search).Key.Text != "公文" {
		t.Fatalf("%+v, %v", req, err)
	}
	if _, err = r.Next(); err == nil {
		t.Fatal("broken UTF-8 was accepted")
	}
}

func TestLimits(t *testing.T) {
	long := "a NOOP " + strings.Repeat("x", 70<<10) + "\r\n"
	giant := "b LOGIN {999999999999+}\r\n"
	r := NewReader(iotest.HalfReader(strings.NewReader(long+"c NOOP\r\n"+giant)), Limits{}, nil)
	var syntax *SyntaxError
	if _, err := r.Next(); !errors.As(err, &syntax) || syntax.Code != "TOOBIG" || syntax.Tag != "a" {
		t.Fatalf("long line: %v", err)
	}
	if req, err := r.Next(); err != nil || req.Tag != "c" {
		t.Fatalf("after the long line: %v %v", req, err)
	}
	if _, err := r.Next(); !errors.As(err, &syntax) {
		t.Fatalf("giant literal: %v", err)
	}
	var fatal *FatalError
	if _, err := r.Next(); !errors.As(err, &fatal) {
		t.Fatalf("after the giant literal: %v", err)
	}
}

// TestRelease checks that a silent client costs no buffer and that nothing is
// lost when it speaks again.
func TestRelease(t *testing.T) {
	pr, pw := io.Pipe()
	r := NewReader(pr, Limits{}, nil)
	line := "tag" + strings.Repeat("x", 100) + " NOOP\r\n"
	for range 3 {
		go pw.Write([]byte(line))
		if err := r.Wait(); err != nil {
			t.Fatal(err)
		}
		if req, err := r.Next(); err != nil || req.Name != "NOOP" {
			t.Fatal(req, err)
		}
		r.Wait0(t)
	}
}

// Wait0 ends the command as Wait would and releases the buffer.
func (r *Reader) Wait0(t *testing.T) {
	if err := r.finish(); err != nil {
		t.Fatal(err)
	}
	r.Release()
	if r.buf != nil {
		t.Fatal("the buffer is still held")
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("a1 LOGIN {5}\r\nsmith {6+}\r\nsesame\r\na2 NOOP\r\n"))
	f.Add([]byte("a2 APPEND x (\\Seen) \" 7-Feb-1994 21:52:25 -0800\" {3+}\r\none UTF8 (~{3+}\r\ntwo)\r\n"))
	f.Add([]byte("a UID FETCH 1:*,$ (BODY.PEEK[1.2.HEADER.FIELDS.NOT (a \"b\")]<1.2> PREVIEW (LAZY)) (CHANGEDSINCE 1 VANISHED)\r\n"))
	f.Add([]byte("a SEARCH RETURN (SAVE) CHARSET big5 OR (NOT TEXT {2+}\r\n\xa4\xa4) MODSEQ \"/flags/x\" all 5\r\n"))
	f.Add([]byte("a LIST (SUBSCRIBED) \"\" (a% *) RETURN (STATUS (SIZE))\r\na SELECT x (QRESYNC (1 2 3:4 (1 2)))\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := NewReader(bytes.NewReader(data), Limits{Line: 500, Literal: 50, Drain: 200, Depth: 5, Items: 10}, func() error { return nil })
		for range 100 {
			req, err := r.Next()
			var syntax *SyntaxError
			if errors.As(err, &syntax) {
				if syntax.Text == "" || syntax.Tag == "" || strings.ContainsAny(syntax.Text+syntax.Tag, "\r\n") {
					t.Fatalf("an error that cannot be sent: %+v", syntax)
				}
				continue
			}
			if err != nil {
				return
			}
			fuzzAppend(req.Cmd)
		}
	})
}

func fuzzAppend(c Command) {
	a, is := c.(*Append)
	for is {
		m, err := a.Next()
		if err != nil {
			return
		}
		body, err := m.Open()
		if err != nil {
			return
		}
		if m.Size%2 == 0 { // an odd one is given up half way
			if _, err = io.Copy(io.Discard, body); err != nil {
				return
			}
			continue
		}
		return
	}
}

func FuzzMailbox(f *testing.F) {
	f.Add("&U,BTFw-/a&-b")
	f.Fuzz(func(t *testing.T, raw string) {
		name, err := DecodeMailbox(raw, false)
		if err != nil {
			return
		}
		if back := EncodeMailbox(name, false); isASCII(raw) && back != raw && !strings.ContainsFunc(raw, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
			t.Fatalf("%q -> %q -> %q", raw, name, back)
		}
	})
}

func BenchmarkFetch(b *testing.B) {
	line := []byte("a1 UID FETCH 1:50 (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)\r\n")
	src := bytes.NewReader(nil)
	r := NewReader(src, Limits{}, nil)
	b.ReportAllocs()
	for b.Loop() {
		src.Reset(line)
		if _, err := r.Next(); err != nil {
			b.Fatal(err)
		}
	}
}
