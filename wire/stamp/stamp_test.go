package stamp

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/wire/mime"
)

// put stamps a letter; "" = it stays.
func put(t testing.TB, raw, top, bottom string) string {
	t.Helper()
	m, err := mime.Parse(strings.NewReader(raw), mime.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = Stamp(&out, strings.NewReader(raw), int64(len(raw)), m, top, bottom)
	if errors.Is(err, ErrUntouched) {
		if out.Len() > 0 {
			t.Fatalf("untouched, but %d bytes are written", out.Len())
		}
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

const (
	banner = "機密 CONFIDENTIAL"
	notice = "This letter is for the addressee only.\n本信件僅供收件人閱讀。"
)

// crlf makes letters of lines.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

// TestLetters compares whole letters, byte for byte.
func TestLetters(t *testing.T) {
	const htmlTop = `<div dir="auto" style="` + topStyle + `">TOP</div>`
	const htmlBottom = `<hr><div dir="auto" style="` + bottomStyle + `">BOTTOM &amp; more<br>second</div>`
	for name, c := range map[string]struct{ in, out string }{
		"old letter":       {"Subject: x\n\nhello\n", "Subject: x\n\nTOP\n\nhello\n\nBOTTOM & more\nsecond\n"},
		"no last line end": {"Subject: x\n\nhello", "Subject: x\n\nTOP\n\nhello\n\nBOTTOM & more\nsecond\n"},
		"empty":            {"Subject: x\n\n", "Subject: x\n\nTOP\n\nBOTTOM & more\nsecond\n"},
		"only a header":    {"Subject: x\n", "Subject: x\n\nTOP\n\nBOTTOM & more\nsecond\n"},
		"quoted-printable": {"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nh=C3=A9llo=\n you\n",
			"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nTOP\n\nh=C3=A9llo you\n\nBOTTOM & more\nsecond\n"},
		"base64": {"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n",
			"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nVE9QDQoNCmhlbGxvDQoNCkJPVFRPTSAmIG1vcmUNCnNlY29uZA0K\n"},
		"html": {"Content-Type: text/html\n\n<!doctype html><html><head><title><body></title></head><body class=\"a>b\">x<!-- </body> --></body></html>\n",
			"Content-Type: text/html\n\n<!doctype html><html><head><title><body></title></head><body class=\"a>b\">" + htmlTop + "\nx<!-- </body> -->" + htmlBottom + "\n</body></html>\n"},
		"html without body":         {"Content-Type: text/html\n\n<p>x", "Content-Type: text/html\n\n" + htmlTop + "\n<p>x" + htmlBottom + "\n"},
		"html with an open comment": {"Content-Type: text/html\n\n<p>x<!-- hidden", "Content-Type: text/html\n\n" + htmlTop + "\n<p>x" + htmlBottom + "\n<!-- hidden"},
		"html with an open script":  {"Content-Type: text/html\n\n<p>x<script>hidden", "Content-Type: text/html\n\n" + htmlTop + "\n<p>x" + htmlBottom + "\n<script>hidden"},
		"html with an open tag":     {"Content-Type: text/html\n\n<p>x<a href=\"", "Content-Type: text/html\n\n" + htmlTop + "\n<p>x" + htmlBottom + "\n<a href=\""},
		"alternative and a file": {
			"Content-Type: multipart/mixed; boundary=m\n\npre\n--m\nContent-Type: multipart/alternative; boundary=a\n\n--a\n\nhello\n--a\nContent-Type: text/html\n\n<b>hello</b>\n--a--\n\n--m\nContent-Type: text/plain; name=x.txt\nContent-Disposition: attachment\n\nfile\n--m--\npost",
			"Content-Type: multipart/mixed; boundary=m\n\npre\n--m\nContent-Type: multipart/alternative; boundary=a\n\n--a\n\nTOP\n\nhello\n\nBOTTOM & more\nsecond\n\n--a\nContent-Type: text/html\n\n" + htmlTop + "\n<b>hello</b>" + htmlBottom + "\n\n--a--\n\n--m\nContent-Type: text/plain; name=x.txt\nContent-Disposition: attachment\n\nfile\n--m--\npost"},
		"related with a start": {
			"Content-Type: multipart/related; boundary=r; start=\"<2>\"\n\n--r\nContent-ID: <1>\nContent-Type: text/html\n\none\n--r\nContent-ID: <2>\n\ntwo\n--r--\n",
			"Content-Type: multipart/related; boundary=r; start=\"<2>\"\n\n--r\nContent-ID: <1>\nContent-Type: text/html\n\none\n--r\nContent-ID: <2>\n\nTOP\n\ntwo\n\nBOTTOM & more\nsecond\n\n--r--\n"},
		"picture first": {
			"Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: image/png\n\n..\n--m\n\ntext\n--m--\n",
			"Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: image/png\n\n..\n--m\n\nTOP\n\ntext\n\nBOTTOM & more\nsecond\n\n--m--\n"},
		"md5": {"Content-Type: text/plain\nContent-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\n\nx\n", "Content-Type: text/plain\n\nTOP\n\nx\n\nBOTTOM & more\nsecond\n"},
	} {
		got := put(t, crlf(c.in), "TOP", "BOTTOM & more\r\nsecond \n")
		if got != crlf(c.out) {
			t.Errorf("%s:\n%q\nwant\n%q", name, got, crlf(c.out))
		}
		if again := put(t, got, "TOP", "BOTTOM & more\nsecond"); got != "" && again != "" {
			t.Errorf("%s: the second time it is\n%q", name, again)
		}
		// With lines that end in LF the same.
		if got := put(t, c.in, "TOP", "BOTTOM & more\nsecond"); !strings.Contains(c.in, "base64") && got != c.out {
			t.Errorf("%s with LF:\n%q\nwant\n%q", name, got, c.out)
		}
	}
}

// TestUntouched are letters that stay.
func TestUntouched(t *testing.T) {
	for name, raw := range map[string]string{
		"signed":           "Content-Type: multipart/signed; boundary=s\n\n--s\n\ntext\n--s\nContent-Type: application/pkcs7-signature\n\n..\n--s--\n",
		"signed in a list": "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/signed; boundary=s\n\n--s\n\ntext\n--s\nContent-Type: application/pgp-signature\n\n..\n--s--\n--m\n\nfooter\n--m--\n",
		"S/MIME":           "Content-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIIB\n",
		"encrypted":        "Content-Type: multipart/encrypted; boundary=s\n\n--s\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--s\n\ntext\n--s--\n",
		"PGP in the text":  "Subject: x\n\nhi\n-----BEGIN PGP MESSAGE-----\nxx\n-----END PGP MESSAGE-----\n",
		"report":           "Content-Type: multipart/report; boundary=r\n\n--r\n\ntext\n--r\nContent-Type: message/delivery-status\n\nx: y\n--r--\n",
		"only a file":      "Content-Type: application/pdf\n\n%PDF\n",
		"a text as a file": "Content-Type: text/plain\nContent-Disposition: attachment\n\nx\n",
		"calendar":         "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n",
		"another letter":   "Content-Type: message/rfc822\n\nSubject: x\n\nx\n",
		"unknown encoding": "Content-Transfer-Encoding: x-other\n\nx\n",
		"no charset known": "Content-Type: text/plain; charset=x-none\n\n\xff\xfe\x80\n",
		"half multipart":   "Content-Type: multipart/mixed\n\n--a\n\nx\n",
	} {
		if got := put(t, crlf(raw), banner, ""); name != "no charset known" && name != "unknown encoding" && got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
	if put(t, "\r\nx\r\n", "", " \r\n\t") != "" {
		t.Error("nothing is put in and the letter is written")
	}
	m, _ := mime.Parse(strings.NewReader("\n\nx"), mime.Limits{})
	if err := Stamp(io.Discard, strings.NewReader("\n\nx"), 3, m, strings.Repeat("x", MaxText+1), ""); !errs.Is(err, errs.TooLarge) {
		t.Error(err)
	}
}

// TestCharsets: the charset stays where it holds the text, and gives way where not.
func TestCharsets(t *testing.T) {
	for name, c := range map[string]struct {
		kind, body, top string
		charset, cte    string // of what is written
		text            string // what was there, as it is read
	}{
		"ASCII text in ASCII":        {"text/plain; charset=us-ascii", "hello", "TOP", "us-ascii", "", "hello"},
		"Chinese in ASCII":           {"text/plain; charset=us-ascii", "hello, this is a long line of text that stays as it is", "密", "utf-8", "quoted-printable", "hello, this is a long line of text that stays as it is"},
		"Chinese, nothing said":      {"text/plain", "hi", banner, "utf-8", "base64", "hi"},
		"Chinese in Big5":            {"text/plain; charset=Big5", "\xa4\xa4\xa4\xe5", "機密", "big5", "", "中文"},
		"simplified in Big5":         {"text/plain; charset=\"big5\"; format=flowed", "\xa4\xa4\xa4\xe5", "这", "utf-8", "base64", "中文"},
		"accent in Latin-1":          {"text/plain; charset=iso-8859-1", "caf\xe9", "déjà", "iso-8859-1", "", "café"},
		"curly quote in Latin-1":     {"text/plain; charset=iso-8859-1", "caf\xe9", "“x”", "utf-8", "base64", "café"},
		"UTF-8 that says Latin-1":    {"text/plain; charset=iso-8859-1", "caf\xc3\xa9", "déjà", "utf-8", "base64", "café"},
		"Korean":                     {"text/plain; charset=euc-kr", "\xc7\xd1\xb1\xdb", "대외비", "euc-kr", "", "한글"},
		"Japanese with escapes":      {"text/plain; charset=iso-2022-jp", "\x1b$B4A;z\x1b(B", "機密", "iso-2022-jp", "", "漢字"},
		"UTF-16":                     {"text/plain; charset=utf-16", "\xfe\xff\x00h\x00i", "TOP", "utf-8", "quoted-printable", "hi"},
		"UTF-7":                      {"text/plain; charset=utf-7", "+Ti1lhw-", "a+b", "utf-8", "base64", "中文"},
		"8-bit, nothing said":        {"text/plain", "caf\xc3\xa9", "é", "utf-8", "base64", "café"},
		"mark of the order of bytes": {"text/plain; charset=utf-8", "\xef\xbb\xbfhello", "機", "utf-8", "", "hello"},
		"HTML in Big5":               {"text/html; charset=big5", "<p>\xa4\xa4\xa4\xe5", "机密", "big5", "", "<p>中文"},
	} {
		raw := "MIME-Version: 1.0\r\nContent-Type: " + c.kind + "\r\nSubject: x\r\n\r\n" + c.body + "\r\n"
		got := put(t, raw, c.top, notice)
		m, _ := mime.Parse(strings.NewReader(got), mime.Limits{})
		if c.kind == "text/plain; charset=Big5" || strings.HasPrefix(c.charset, "iso-8859") || c.charset == "euc-kr" || c.charset == "us-ascii" || c.charset == "iso-2022-jp" {
			got = put(t, raw, c.top, "") // notice has what these do not
			m, _ = mime.Parse(strings.NewReader(got), mime.Limits{})
		}
		p := m.Root
		text, _, _ := p.Text(strings.NewReader(got), 0)
		if p.Charset() != c.charset || p.CTE != c.cte && !(p.CTE != "" && c.cte != "") || !strings.Contains(text, c.text) {
			t.Errorf("%s: charset %q, encoding %q, text %q\n%s", name, p.Charset(), p.CTE, text, got)
		}
		if p.Type == "text/plain" && !strings.HasPrefix(text, c.top+"\n\n") {
			t.Errorf("%s: %q does not begin with %q", name, text, c.top)
		}
		if strings.Contains(c.kind, "flowed") && p.Params.Get("format") != "flowed" {
			t.Errorf("%s: the format is lost: %s", name, got)
		}
	}
}

// TestFlowed: lines are stuffed, and it is seen when they are there.
func TestFlowed(t *testing.T) {
	raw := "Content-Type: text/plain; format=flowed\r\n\r\nsoft \r\nline\r\n"
	top := "> not a quote\n From here\nFrom there  \n-- "
	want := "Content-Type: text/plain; format=flowed\r\n\r\n > not a quote\r\n  From here\r\n From there\r\n--\r\n\r\nsoft \r\nline\r\n"
	got := put(t, raw, top, "")
	if got != want {
		t.Errorf("%q", got)
	}
	if again := put(t, got, top, ""); again != "" {
		t.Errorf("twice: %q", again)
	}
}

// TestQuotedAnswer: a text that stands in a quoted letter is not at the place.
func TestQuotedAnswer(t *testing.T) {
	for _, raw := range []string{
		"Subject: x\r\n\r\nyes\r\n\r\n> TOP\r\n> question\r\n> BOTTOM\r\n",
		"Subject: x\r\n\r\nTOPMOST\r\nBOTTOM\r\nyes\r\nxBOTTOM\r\n",
		"Content-Type: text/html\r\n\r\n<p>yes<blockquote>" + newPage("TOP", "BOTTOM").top + "x" + newPage("TOP", "BOTTOM").bottom + "</blockquote>",
	} {
		got := put(t, raw, "TOP", "BOTTOM")
		if n := strings.Count(got, "TOP") - strings.Count(raw, "TOP"); n != 1 {
			t.Errorf("%d texts above more in %q", n, got)
		}
		if n := strings.Count(got, "BOTTOM") - strings.Count(raw, "BOTTOM"); n != 1 {
			t.Errorf("%d texts below more in %q", n, got)
		}
	}
	// Only one of the two is there.
	got := put(t, "Subject: x\r\n\r\nTOP\r\n\r\nyes\r\n", "TOP", "BOTTOM")
	if got != "Subject: x\r\n\r\nTOP\r\n\r\nyes\r\n\r\nBOTTOM\r\n" {
		t.Errorf("%q", got)
	}
}

// TestBoundary: neither a text nor what was encoded becomes a boundary.
func TestBoundary(t *testing.T) {
	head := "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
	tail := "\r\n--b\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n--b--\r\n"
	for _, part := range []string{"\r\ntext", "Content-Transfer-Encoding: quoted-printable\r\n\r\n=2D-b\r\ntext", "Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nLS1iDQp4DQo="} {
		got := put(t, head+part+tail, "--b", "--b--")
		checkSame(t, part, head+part+tail, got, "--b", "--b--")
	}
}

// TestCorpus stamps all real mail, as it is stored and with CRLF.
func TestCorpus(t *testing.T) {
	total, stamped := 0, 0
	err := filepath.WalkDir(testkit.Corpus(t, "mail"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".eml") && !strings.HasSuffix(name, ".msg") {
			return err
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		lf := strings.ReplaceAll(string(raw), "\r\n", "\n")
		for _, letter := range []string{string(raw), crlf(lf)} {
			total++
			got := put(t, letter, banner, notice)
			if got == "" {
				continue
			}
			stamped++
			checkSame(t, name, letter, got, banner, notice)
			if again := put(t, got, banner, notice); again != "" {
				t.Errorf("%s: stamped twice", name)
			}
		}
		return nil
	})
	if err != nil || stamped < total/2 {
		t.Fatalf("%d of %d stamped: %v", stamped, total, err)
	}
	t.Logf("%d of %d letters stamped", stamped, total)
}

// checkSame compares a letter with what was made of it: the same tree, the same
// bytes of everything but the texts, which hold what they held and the stamps.
func checkSame(t testing.TB, name, was, is, top, bottom string) {
	t.Helper()
	before, _ := mime.Parse(strings.NewReader(was), mime.Limits{})
	after, _ := mime.Parse(strings.NewReader(is), mime.Limits{})
	var touched []*mime.Part
	for _, f := range find(before.Root) {
		touched = append(touched, f.part)
	}
	marked := 0
	var walk func(a, b *mime.Part)
	walk = func(a, b *mime.Part) {
		if a.Type != b.Type || len(a.Parts) != len(b.Parts) || a.Disp != b.Disp || a.Name() != b.Name() || a.ID != b.ID || (a.Nested == nil) != (b.Nested == nil) {
			t.Fatalf("%s: part %q %s became %q %s with %d parts\n%q", name, a.Number, a.Type, b.Number, b.Type, len(b.Parts), is)
		}
		for i := range a.Parts {
			walk(a.Parts[i], b.Parts[i])
		}
		if a.IsMultipart() {
			if was[a.Header:a.Parts[0].Header] != is[b.Header:b.Parts[0].Header] {
				t.Errorf("%s: the header of part %q changed", name, a.Number)
			}
			return
		}
		if was[a.Header:a.End] == is[b.Header:b.End] {
			return
		}
		if !slices.Contains(touched, a) {
			t.Fatalf("%s: part %q was to stay", name, a.Number)
		}
		marked++
		w := target{part: a}.writer(tidy(top), tidy(bottom))
		old, _, _ := a.Text(strings.NewReader(was), 0)
		now, _, _ := b.Text(strings.NewReader(is), 0)
		hasTop, hasBottom := w.has(old)
		wanted, _ := w.put([]byte(old), "\n", tidy(top) != "" && !hasTop, tidy(bottom) != "" && !hasBottom, asUTF8)
		if strings.TrimRight(now, "\n") != strings.TrimRight(string(wanted), "\n") {
			t.Fatalf("%s: part %q reads\n%q\nwant\n%q", name, a.Number, now, wanted)
		}
	}
	walk(before.Root, after.Root)
	// What is around and between the parts: preambles, boundaries, epilogues.
	if a, b := around(before, touched, was), around(after, same(before, after, touched), is); a != b {
		t.Errorf("%s: around the parts it was\n%q\nand is\n%q", name, a, b)
	}
	if marked == 0 {
		t.Errorf("%s: written, but not marked", name)
	}
}

// around is a letter without some parts, and the line ends behind them: an empty
// part need not have one, which it needs when it is no longer empty.
func around(m *mime.Message, without []*mime.Part, raw string) string {
	var b strings.Builder
	at := int64(0)
	m.Walk(false, func(p *mime.Part) bool {
		if slices.Contains(without, p) {
			b.WriteString(raw[at:p.Header] + "[part]")
			if at = p.End; strings.HasPrefix(raw[at:], "\r\n") {
				at += 2
			} else if strings.HasPrefix(raw[at:], "\n") {
				at++
			}
		}
		return true
	})
	return b.String() + raw[at:]
}

// same finds the parts of one tree in another of the same form.
func same(a, b *mime.Message, parts []*mime.Part) (list []*mime.Part) {
	for _, p := range parts {
		if q, ok := b.Find(p.Number); ok && p != a.Root {
			list = append(list, q)
		} else if p == a.Root {
			list = append(list, b.Root)
		}
	}
	return list
}

// FuzzStamp: whatever a letter is, what becomes of it parses to the same tree.
func FuzzStamp(f *testing.F) {
	f.Add([]byte("Subject: x\r\n\r\nhello\r\n"), "TOP", "BOTTOM")
	f.Add([]byte("Content-Type: multipart/alternative; boundary=a\n\n--a\n\nx\n--a\nContent-Type: text/html; charset=big5\n\n<body>\xa4\xa4</body>\n--a--"), "機密", "")
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=2D-b\r\n--b\r\n--b--"), "--b", "--b--")
	f.Add([]byte("Content-Type: text/plain; charset=utf-16; format=flowed\nContent-Transfer-Encoding: base64\n\n/v8AaA==\n"), "> x", "From y")
	f.Add([]byte("Content-Type: text/html\n\n<html><body><!-- </body>"), "<b>", "&\r\n")
	f.Fuzz(func(t *testing.T, raw []byte, top, bottom string) {
		if got := put(t, string(raw), top, bottom); got != "" {
			checkSame(t, "fuzz", string(raw), got, top, bottom)
		}
	})
}

// BenchmarkStamp marks a letter with a file of 10 MB, and one of text alone.
func BenchmarkStamp(b *testing.B) {
	file := strings.Repeat(strings.Repeat("QUJD", 19)+"\r\n", 10<<20/78)
	text := strings.Repeat("The mayor reads a letter of the office.\r\n", 100)
	for name, raw := range map[string]string{
		"text": "Subject: x\r\n\r\n" + text,
		"file": "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + text + "\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + file + "\r\n--b--\r\n",
	} {
		m, _ := mime.Parse(strings.NewReader(raw), mime.Limits{})
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				if err := Stamp(io.Discard, strings.NewReader(raw), int64(len(raw)), m, banner, notice); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
