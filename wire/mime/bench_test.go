package mime

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// sample makes an ordinary message of about n bytes: text and HTML, Chinese
// subject and names, the trace fields real mail has.
func sample(n int) []byte {
	var b strings.Builder
	for i := range 4 {
		fmt.Fprintf(&b, "Received: from mx%d.example.org (mx%d.example.org [192.0.2.%d])\r\n\tby mail.example.com with ESMTPS id 4Zabc%d\r\n\tfor <wang@taichung.example>; Sat, 21 Nov 2026 09:30:0%d +0800\r\n", i, i, i, i, i)
	}
	b.WriteString("From: =?utf-8?b?546L5bCP5piO?= <wang@taichung.example>\r\nTo: \"Smith, John\" <john@example.org>, an@hanoi.example\r\nSubject: =?utf-8?b?6Zec5pa85Y+s6ZaL5pyD6K2w5LmL6YCa55+l?=\r\nDate: Sat, 21 Nov 2026 09:30:00 +0800\r\nMessage-ID: <abc@taichung.example>\r\nReferences: <root@hanoi.example>\r\n\t<parent@hanoi.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"=_b1\"\r\n\r\n")
	half := max((n-b.Len())/2-200, 100)
	line := "The meeting has been moved to next Tuesday; please confirm by Friday.=\r\n"
	for _, kind := range []string{"plain", "html"} {
		b.WriteString("--=_b1\r\nContent-Type: text/" + kind + "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
		b.WriteString(strings.Repeat(line, half/len(line)+1))
		b.WriteString("\r\n")
	}
	b.WriteString("--=_b1--\r\n")
	return []byte(b.String())
}

func BenchmarkParse(b *testing.B) {
	for _, size := range []int{4 << 10, 30 << 10} {
		raw := sample(size)
		b.Run(fmt.Sprintf("%dKB", size>>10), func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(bytes.NewReader(raw), Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEncodeDecode(b *testing.B) {
	m, err := Parse(bytes.NewReader(sample(4<<10)), Limits{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		stored, err := m.Encode()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Decode(stored); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPreview(b *testing.B) {
	raw := sample(4 << 10)
	m, err := Parse(bytes.NewReader(raw), Limits{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		m.Preview(bytes.NewReader(raw))
	}
}

// TestBoundedMemory parses 100 MB without holding them.
func TestBoundedMemory(t *testing.T) {
	const size = 100 << 20
	head := "Subject: big\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	line := strings.Repeat("QUJD", 19) + "\r\n"
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	m, err := Parse(io.MultiReader(strings.NewReader(head), &repeatReader{text: line, left: size}, strings.NewReader("\r\n--b--\r\n")), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 2<<20 {
		t.Errorf("%d bytes allocated in all", used)
	}
	p := m.Root.Parts[0]
	if p.End-p.Body != size || p.Size != int64(size/len(line))*57+int64(size%len(line))/4*3 {
		t.Errorf("part of %d bytes, %d decoded", p.End-p.Body, p.Size)
	}
	// One line without end.
	runtime.GC()
	runtime.ReadMemStats(&before)
	if _, err = Parse(&repeatReader{text: "x", left: size}, Limits{}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 2<<20 {
		t.Errorf("%d bytes allocated in all for one line", used)
	}
}

// repeatReader gives a text over and over.
type repeatReader struct {
	text string
	at   int
	left int
}

func (r *repeatReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && r.left > 0 {
		k := copy(p[n:min(len(p), n+r.left)], r.text[r.at:])
		n, r.left, r.at = n+k, r.left-k, (r.at+k)%len(r.text)
	}
	return n, nil
}
