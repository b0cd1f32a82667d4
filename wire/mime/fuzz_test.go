package mime

import (
	"bytes"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

var fuzzMessages = []string{
	"From: a@b\r\nSubject: =?utf-8?B?5pyD6K2w?=\r\n\r\nbody\r\n",
	"Content-Type: multipart/mixed; boundary=a\r\n\r\npre\r\n--a\r\n\r\none\r\n--a\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ny\r\n--a--\r\npost\r\n",
	"Content-Type: multipart/digest; boundary=\"a b\"\n\n--a b\n\nSubject: n\n\n--a b\n--a b--",
	"Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\n--a--\n--a--",
	"Content-Transfer-Encoding: base64\n\naGVs\nbG8=\n",
	"Content-Transfer-Encoding: quoted-printable\n\na =\n=E4=B8=AD =  \n=ZZ",
	"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n#86)C\n`\nend\n",
	"From x\n>From y\nnot a header\nbody",
	"Content-Type: text/plain; charset*0*=big5''; charset*1=x; name*=utf-8''%E4%B8; a=\"b\\\"c\"; (x) d=e\n\n",
}

// FuzzParse checks the tree of any bytes, whole and byte by byte, and what is
// read through it.
func FuzzParse(f *testing.F) {
	for _, s := range fuzzMessages {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		lim := Limits{Depth: 8, Parts: 20, HeaderBytes: 4096, TreeBytes: 8192}
		m, err := Parse(bytes.NewReader(raw), lim)
		if err != nil {
			t.Fatal(err)
		}
		checkTree(t, "fuzz", m, raw)
		slow, err := Parse(iotest.OneByteReader(bytes.NewReader(raw)), lim)
		if err != nil || !sameTree(m, slow) {
			t.Fatalf("read byte by byte it differs (%v)", err)
		}
		stored, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if !utf8.Valid(stored) {
			t.Fatalf("stored form is not UTF-8: %q", stored)
		}
		again, err := Decode(stored)
		if err != nil || !sameTree(m, again) {
			t.Fatalf("the stored form loses something: %s (%v)", stored, err)
		}
		src := bytes.NewReader(raw)
		parts := 0
		m.Walk(true, func(p *Part) bool {
			parts++
			if text, _, _ := p.Text(src, 100); !utf8.ValidString(text) || len(text) > 100 {
				t.Fatalf("text %q", text)
			}
			return true
		})
		if parts > lim.Parts+2*lim.Depth {
			t.Fatalf("%d parts", parts)
		}
		if s := m.Preview(src); !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxPreview {
			t.Fatalf("preview %q", s)
		}
		total := 0
		for _, s := range m.SearchText(src, 1000) {
			if !utf8.ValidString(s) {
				t.Fatalf("search text %q", s)
			}
			total += len(s)
		}
		if total > 1000 {
			t.Fatalf("search text of %d bytes", total)
		}
	})
}

// FuzzHeader checks every reading of one header value.
func FuzzHeader(f *testing.F) {
	for _, s := range []string{"=?utf-8?q?a_b?= =?utf-8?q?=C3?=", "=?big5?B?pKQ?=x=?a?b?", "Re: [x] Fwd: y (fwd)", "Mon, 21 Aug 95 13:30:57 -600", "<a@b> <c@d>", "\xa4\xa4\xa4\xe5", "attachment; filename*0*=x''%; filename=\"a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, got := range []string{DecodeText(s, ""), DecodeText(s, "big5"), AsText(s), AsRaw(s), parseParams(s, func(int) bool { return true }).Get("filename")} {
			if !utf8.ValidString(got) {
				t.Fatalf("%q gives %q", s, got)
			}
		}
		base, _ := BaseSubject(DecodeText(s, ""))
		if again, _ := BaseSubject(base); again != base {
			t.Fatalf("BaseSubject(%q) = %q, of that %q", s, base, again)
		}
		if when, ok := ParseDate(s); ok {
			if _, err := when.MarshalJSON(); err != nil {
				t.Fatalf("%q: %v", s, err)
			}
		}
		AsMessageIDs(s)
		AsURLs(s)
		for _, id := range LooseIDs(s, 10) {
			if strings.ContainsAny(id, "<> \r\n") {
				t.Fatalf("%q holds the id %q", s, id)
			}
		}
	})
}

// FuzzAddresses checks that a list never holds more than was asked for and
// that groups are closed.
func FuzzAddresses(f *testing.F) {
	for _, s := range []string{"a@b, \"c, d\" <e@f>", "g: a@b, c@d;, h@i", "<@r:a@b>", "a (x (y)) <b@c> (z)", "\"a", "=?utf-8?q?a,b?= <c@d>", ":;:;", "a@[1::2]", "x <a@b", "a <b <c@d>>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list := ParseAddresses(s, "", 20)
		if len(list) > 22 {
			t.Fatalf("%d addresses", len(list))
		}
		open := false
		for _, a := range list {
			for _, text := range []string{a.Name, a.RawName, a.Route, a.Local, a.Host} {
				if !utf8.ValidString(text) {
					t.Fatalf("%q gives %q", s, text)
				}
			}
			switch a.Mark {
			case GroupStart:
				if open {
					t.Fatalf("%q: a group in a group", s)
				}
				open = true
			case GroupEnd:
				if !open {
					t.Fatalf("%q: a group ends that has not begun", s)
				}
				open = false
			}
		}
		if open {
			t.Fatalf("%q: a group stays open", s)
		}
		Grouped(list)
	})
}
