package smtp

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"
)

// FuzzCommand parses what follows MAIL and RCPT. What is understood must be
// safe to write into a header or a command of our own, and be understood
// again.
func FuzzCommand(f *testing.F) {
	for _, s := range []string{"<>", "<x@out.example> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=a+2B", `<"a b"@x.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+40b`,
		`<王@例え.example> SMTPUTF8 HOLDFOR=60`, `<x@[IPv6:::1]> ORCPT=utf-8;\x{738B}`, "<@a,@b:c@d> HOLDUNTIL=2026-03-02T12:00:00Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		from, p, err := ParseMail(s)
		if err == nil {
			safe(t, from, p.EnvID)
			if p.Size < 0 || p.HoldFor < 0 {
				t.Fatalf("%+v", p)
			}
			if again, _, err := ParseMail("<" + from + "> SMTPUTF8"); err != nil || again != from {
				t.Fatalf("%q again: %q %v", from, again, err)
			}
		}
		if to, p, err := ParseRcpt(s, true); err == nil {
			safe(t, to, p.ORcpt)
			if to == "" {
				t.Fatal("nobody")
			}
			if n := p.Notify.String(); n != "" {
				if again, err := ParseNotify(n); err != nil || again != p.Notify {
					t.Fatalf("NOTIFY=%s: %v", n, err)
				}
			}
		}
		if got, err := DecodeXtext(EncodeXtext(s)); err != nil || got != s {
			t.Fatalf("xtext %q %v", got, err)
		}
	})
}

func safe(t *testing.T, texts ...string) {
	for _, s := range texts {
		if strings.ContainsAny(s, "\r\n\x00") {
			t.Fatalf("%q can break a line", s)
		}
	}
}

// FuzzData reads arbitrary bytes as data. Bytes that a DataReader accepts
// hold CRLF line ends only and go through WriteData and back unchanged; and
// it consumes exactly up to the first CRLF . CRLF.
func FuzzData(f *testing.F) {
	for _, s := range []string{".\r\n", "a\r\n.\r\nQUIT\r\n", "..\r\n.\r\n", "a\n.\r\nb\r\n.\r\n", "a\r.\r\n.\r\n", "a\r\n.\r\r\n.\r\n"} {
		f.Add([]byte(s), 16)
	}
	f.Fuzz(func(t *testing.T, in []byte, size int) {
		br := bufio.NewReaderSize(bytes.NewReader(in), max(16, min(size, 200)))
		text, err := io.ReadAll(NewDataReader(br, 0))
		if err != nil {
			return
		}
		end := bytes.Index(append([]byte("\r\n"), in...), []byte("\r\n.\r\n")) + len("\r\n.\r\n") - 2
		if rest, _ := io.ReadAll(br); len(in)-len(rest) != end {
			t.Fatalf("%q: consumed %d of %d", in, len(in)-len(rest), end)
		}
		if bare := bytes.ReplaceAll(text, []byte("\r\n"), nil); bytes.ContainsAny(bare, "\r\n") {
			t.Fatalf("%q holds a bare CR or LF", text)
		}
		var out bytes.Buffer
		w := bufio.NewWriter(&out)
		if err := WriteData(w, bytes.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		again, err := io.ReadAll(NewDataReader(bufio.NewReader(&out), 0))
		if err != nil || !bytes.Equal(again, text) {
			t.Fatalf("%q came back as %q, %v", text, again, err)
		}
	})
}

// FuzzWriteData writes arbitrary bytes: only the last line can be a lone dot.
func FuzzWriteData(f *testing.F) {
	f.Add([]byte("a\r\n.\r\n.\n.\r.b"))
	f.Fuzz(func(t *testing.T, in []byte) {
		var out bytes.Buffer
		w := bufio.NewWriterSize(&out, 16)
		if err := WriteData(w, bytes.NewReader(in)); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		br := bufio.NewReader(&out)
		if _, err := io.ReadAll(NewDataReader(br, 0)); err != nil {
			t.Fatalf("%q: %v", in, err)
		}
		if rest, _ := io.ReadAll(br); len(rest) != 0 {
			t.Fatalf("%q: something follows the end: %q", in, rest)
		}
	})
}

// FuzzReply reads arbitrary bytes as a reply.
func FuzzReply(f *testing.F) {
	for _, s := range []string{"250 ok\r\n", "250-a\r\n250 2.0.0 b\r\n", "550-5.1.1 a\n550 5.1.1 b\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := ReadReply(bufio.NewReader(bytes.NewReader(in)))
		if err == nil && (r.Code < 200 || r.Code > 599 || len(r.Lines) == 0 || strings.ContainsAny(r.Status(), " \r\n")) {
			t.Fatalf("%q: %+v", in, r)
		}
	})
}
