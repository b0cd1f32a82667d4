package smtp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// TestCommands reads testdata/commands.txt: a line "MAIL ..." or "RCPT ..."
// as it follows the colon, then "= " and what was understood, or "! " and the
// error.
func TestCommands(t *testing.T) {
	text, err := os.ReadFile("testdata/commands.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for i := 0; i < len(lines); i++ {
		kind, arg, _ := strings.Cut(lines[i], " ")
		if kind != "MAIL" && kind != "RCPT" {
			continue
		}
		var got string
		if kind == "MAIL" {
			from, p, err := ParseMail(arg)
			got = understood(err, "<%s>%s", from, describe(p))
		} else {
			to, p, err := ParseRcpt(arg, true)
			got = understood(err, "<%s> notify %q orcpt %q", to, p.Notify.String(), p.ORcpt)
		}
		if i++; i == len(lines) || lines[i] != got {
			t.Errorf("line %d: %s\n got %s\nwant %s", i, lines[i-1], got, lines[min(i, len(lines)-1)])
		}
	}
}

// describe writes the parameters that are not zero.
func describe(p MailParams) (s string) {
	put := func(name string, value any, there bool) {
		if there {
			s += fmt.Sprintf(" %s=%v", name, value)
		}
	}
	put("size", p.Size, p.Size > 0)
	put("body", p.Body, p.Body != "")
	put("utf8", p.UTF8, p.UTF8)
	put("ret", p.Ret, p.Ret != "")
	put("envid", p.EnvID, p.EnvID != "")
	put("holduntil", p.HoldUntil.UTC().Format(time.RFC3339), !p.HoldUntil.IsZero())
	put("holdfor", p.HoldFor, p.HoldFor > 0)
	put("auth", p.Auth, p.Auth != "")
	return s
}

func understood(err error, format string, args ...any) string {
	if err != nil {
		return "! " + err.Error()
	}
	return "= " + fmt.Sprintf(format, args...)
}

// TestData takes data apart as it must be, in every chopping of the input.
func TestData(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for in, want := range map[string]struct {
		text string
		err  error
	}{
		".\r\n":                               {"", io.EOF},
		"a\r\n.\r\n":                          {"a\r\n", io.EOF},
		"..a\r\n...\r\n.\r\n":                 {".a\r\n..\r\n", io.EOF},
		"a.\r\n.b\r\n.\r\n":                   {"a.\r\nb\r\n", io.EOF},
		long + "\r\n" + long + "\r\n.\r\n":    {long + "\r\n" + long + "\r\n", io.EOF},
		long + "\r" + long + "\r\n.\r\n":      {"", ErrBareLine},
		"a\n.\nb\r\n.\r\n":                    {"", ErrBareLine},
		"a\n.\r\nb\r\n.\r\n":                  {"", ErrBareLine},
		"a\r\n.\nb\r\n.\r\n":                  {"a\r\n", ErrBareLine},
		"a\r\r\n.\r\n":                        {"", ErrBareLine},
		"a\r\n.\r\r\n.\r\n":                   {"a\r\n", ErrBareLine},
		"\rb\r\n.\r\n":                        {"", ErrBareLine},
		strings.Repeat(long, 3) + "\r\n.\r\n": {long[:4096] + long[:4096], ErrLongLine},
		"a\r\n":                               {"a\r\n", io.ErrUnexpectedEOF},
		"a":                                   {"", io.ErrUnexpectedEOF},
		"":                                    {"", io.ErrUnexpectedEOF},
	} {
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(in), "bytes": iotest.OneByteReader(strings.NewReader(in)), "halves": iotest.HalfReader(strings.NewReader(in))} {
			d := NewDataReader(bufio.NewReaderSize(r, 4096), 10000)
			got, err := io.ReadAll(d)
			if err == nil {
				err = io.EOF
			}
			if !errors.Is(err, want.err) || want.err == io.EOF && string(got) != want.text {
				t.Errorf("%s %.40q: got %.40q %v, want %.40q %v", name, in, got, err, want.text, want.err)
			}
		}
	}
}

// TestWriteData puts dots and line ends in order.
func TestWriteData(t *testing.T) {
	for in, want := range map[string]string{
		"":               ".\r\n",
		"a":              "a\r\n.\r\n",
		".":              "..\r\n.\r\n",
		"a\r\n.b\r\n":    "a\r\n..b\r\n.\r\n",
		"a\n.\nb":        "a\r\n..\r\nb\r\n.\r\n",
		"a\r.\rb\r":      "a\r\n..\r\nb\r\n.\r\n",
		"a\r\r\n\n.\r\n": "a\r\n\r\n\r\n..\r\n.\r\n",
	} {
		for _, r := range []io.Reader{strings.NewReader(in), iotest.OneByteReader(strings.NewReader(in))} {
			var b bytes.Buffer
			w := bufio.NewWriter(&b)
			if err := WriteData(w, r); err != nil {
				t.Fatal(err)
			}
			w.Flush()
			if b.String() != want {
				t.Errorf("%q: got %q, want %q", in, b.String(), want)
			}
		}
	}
}

// TestReplies reads what servers answer.
func TestReplies(t *testing.T) {
	for in, want := range map[string]string{
		"250 ok\r\n":                              "250 ok",
		"250\r\n":                                 "250 ",
		"250-a\r\n250-b\r\n250 c\r\n":             "250 a b c",
		"550 5.1.1 no such user\r\n":              "550 5.1.1 no such user",
		"550-5.1.1 no\r\n550 5.1.1 user\r\n":      "550 5.1.1 no user",
		"550 4.1.1 mixed\r\n":                     "550 4.1.1 mixed",
		"250 2.0.0\r\n":                           "250 2.0.0 ",
		"250-a\r\n350 b\r\n":                      "error",
		"25\r\n":                                  "error",
		"abc\r\n":                                 "error",
		"190 no\r\n":                              "error",
		strings.Repeat("250-x\r\n", 300):          "error",
		"250 " + strings.Repeat("x", 9000) + "\n": "error",
	} {
		r, err := ReadReply(bufio.NewReader(strings.NewReader(in)))
		got := r.String()
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%.40q: %q, want %q", in, got, want)
		}
	}
}

// TestXtext goes there and back.
func TestXtext(t *testing.T) {
	for _, s := range []string{"", "plain", "a+b=c", "a b", "\x00\xff~!"} {
		got, err := DecodeXtext(EncodeXtext(s))
		if err != nil || got != s {
			t.Errorf("%q: %q %v", s, got, err)
		}
	}
	for _, bad := range []string{"+", "+4", "+GG", "a+"} {
		if s, err := DecodeXtext(bad); err == nil {
			t.Errorf("%q is %q", bad, s)
		}
	}
}
