package filetext

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/traditionalchinese"
)

// sought stands in all documents of testdata, which LibreOffice 7.4 made, and a
// browser.
var sought = []string{"Project Phoenix is secret.", "鳳凰計畫的預算是機密", "기밀 문서입니다 봉황계획", "Kế hoạch Phượng Hoàng là tuyệt mật", "A123456789", "4111 1111 1111 1111"}

var readable = []string{"letter.docx", "letter.docm", "letter.odt", "letter.rtf", "letter.pdf", "browser.pdf", "sheet.xlsx", "sheet.ods", "slides.pptx", "slides.odp", "slides.pdf"}

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func look(b []byte) Found { return New(Limits{}).Read(bytes.NewReader(b), Hint{}) }

func holdsAll(t *testing.T, name string, got Found) {
	t.Helper()
	if got.IsClosed {
		t.Errorf("%s is closed", name)
	}
	for _, want := range sought {
		if !strings.Contains(got.Text, want) {
			t.Errorf("%s lacks %q:\n%q", name, want, got.Text)
		}
	}
}

func TestDocuments(t *testing.T) {
	packed := map[string][]byte{}
	for _, name := range readable {
		packed[name] = file(t, name)
		holdsAll(t, name, look(packed[name]))
	}
	// The same two and three levels deep, and behind a program.
	for _, name := range readable {
		one := map[string][]byte{name: packed[name]}
		two := zipped(t, map[string][]byte{"inner.zip": zipped(t, one)})
		holdsAll(t, "zip of zip of "+name, look(two))
		holdsAll(t, "tar.gz of "+name, look(gzipped(t, tarred(t, one))))
		holdsAll(t, "program with "+name, look(append([]byte("MZ\x00\x01program"), zipped(t, one)...)))
	}
}

func TestPlain(t *testing.T) {
	text := strings.Join(sought, "\r\n") + "\r\n"
	wide := []byte("\xFF\xFE")
	for _, u := range utf16.Encode([]rune(text)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	big5, err := traditionalchinese.Big5.NewEncoder().String(strings.Repeat("這是市政府的會議通知,請您參加。鳳凰計畫的預算是機密。\r\n", 3))
	if err != nil {
		t.Fatal(err)
	}
	page, err := korean.EUCKR.NewEncoder().String("<html><head><meta charset=\"euc-kr\"></head><body><p>기밀 문서</p><p style=\"display:none\">봉황</p></body></html>")
	if err != nil {
		t.Fatal(err)
	}
	hinted := New(Limits{}).Read(strings.NewReader("a<b>b</b>c \xA4\xA4"), Hint{Charset: "big5", IsHTML: true})
	if hinted.Text != "abc 中" || hinted.IsClosed {
		t.Errorf("with a hint %+v", hinted)
	}
	for name, c := range map[string]struct {
		b    []byte
		want []string
	}{
		"utf-8":           {[]byte(text), sought},
		"utf-16":          {wide, sought},
		"utf-16, no mark": {wide[2:], sought},
		"big5":            {[]byte(big5), []string{"鳳凰計畫的預算是機密"}},
		"html":            {[]byte(page), []string{"기밀 문서", "봉황"}},
		"xml":             {[]byte("<?xml version=\"1.0\"?><!-- a > b --><a t='>'><w:p><w:r><w:t>Pro</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>ject &amp; more</w:t></w:r></w:p><w:p>next<![CDATA[ <one>]]></w:p></a>"), []string{"Project & more\nnext <one>"}},
		"name in a zip":   {zipped(t, map[string][]byte{"鳳凰.png": []byte("\x89PNG\x00\x00")}), []string{"鳳凰.png"}},
	} {
		got := look(c.b)
		if got.IsClosed {
			t.Errorf("%s is closed", name)
		}
		for _, want := range c.want {
			if !strings.Contains(got.Text, want) {
				t.Errorf("%s lacks %q: %q", name, want, got.Text)
			}
		}
	}
}

// TestClosed has what cannot be looked into, and beside it what has no text.
func TestClosed(t *testing.T) {
	docx := file(t, "letter.docx")
	damaged := slices.Clone(docx)
	for i := 40; i < len(damaged)/2; i += 7 {
		damaged[i] ^= 0x55
	}
	var locked bytes.Buffer
	z := zip.NewWriter(&locked)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "a.txt", Flags: 1, Method: zip.Store, CompressedSize64: 3, UncompressedSize64: 3})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write([]byte("abc"))
	_ = z.Close()
	for name, c := range map[string]struct {
		b      []byte
		closed bool
	}{
		"old document":     {file(t, "letter.doc"), true},
		"locked pdf":       {file(t, "locked.pdf"), true},
		"cut docx":         {docx[:len(docx)/2], true},
		"damaged docx":     {damaged, true},
		"cut pdf":          {[]byte("%PDF-1.7\n1 0 obj\n<</Type/Catalog"), true},
		"encrypted zip":    {locked.Bytes(), true},
		"encrypted odt":    {zipped(t, map[string][]byte{"mimetype": []byte("application/vnd.oasis.opendocument.text"), "META-INF/manifest.xml": []byte("<manifest:encryption-data/>"), "content.xml": []byte("\x01\x02\x03")}), true},
		"binary workbook":  {zipped(t, map[string][]byte{"[Content_Types].xml": []byte("<?xml version=\"1.0\"?>"), "xl/workbook.bin": {1, 2, 0}}), true},
		"7z":               {[]byte("7z\xBC\xAF\x27\x1C\x00\x04"), true},
		"7z in a zip":      {zipped(t, map[string][]byte{"a": []byte("7z\xBC\xAF\x27\x1C\x00\x04")}), true},
		"cms":              {append([]byte("\x30\x80\x06\x09"), enveloped...), true},
		"pgp":              {[]byte("-----BEGIN PGP MESSAGE-----\n\nabc\n"), true},
		"saved letter":     {[]byte("From: a@b.c\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\nAAAA\n"), true},
		"object in rtf":    {[]byte(`{\rtf1 a{\object{\*\objdata 01}}}`), true},
		"picture":          {[]byte("\x89PNG\r\n\x1a\n\x00\x00"), false},
		"program":          {[]byte("MZ\x90\x00\x03"), false},
		"nothing":          {nil, false},
		"picture in a zip": {zipped(t, map[string][]byte{"a.png": []byte("\x89PNG\r\n\x1a\n\x00\x00")}), false},
		"empty zip":        {zipped(t, nil), false},
	} {
		if got := look(c.b); got.IsClosed != c.closed {
			t.Errorf("%s: closed is %v, text %q", name, got.IsClosed, got.Text)
		}
	}
}

// TestBombs holds the reader to its limits.
func TestBombs(t *testing.T) {
	zeros := bytes.Repeat([]byte("a "), 10<<20)
	one := map[string][]byte{"a.txt": zeros[:4<<20]}
	many := map[string][]byte{}
	for i := range 20 {
		many[fmt.Sprint(i, ".zip")] = zipped(t, one)
	}
	deep := []byte("deep down")
	for range 10 {
		deep = zipped(t, map[string][]byte{"a.zip": deep})
	}
	crowd := map[string][]byte{}
	for i := range 3000 {
		crowd[fmt.Sprint(i)] = []byte("x")
	}
	for name, b := range map[string][]byte{
		"one large text":  zeros,
		"one large file":  zipped(t, map[string][]byte{"a.txt": zeros}),
		"many in one":     zipped(t, many),
		"deep":            deep,
		"crowd":           zipped(t, crowd),
		"gzip":            gzipped(t, zeros),
		"pages of one":    pagesOf(t, 500, strings.Repeat("(a) Tj ", 20_000)),
		"a page":          pagesOf(t, 1, strings.Repeat("(a) Tj ", 2<<20)),
		"a long array":    pagesOf(t, 1, "["+strings.Repeat("1 ", 2<<20)+"] TJ"),
		"things in a pdf": []byte("%PDF-1.7\n1 0 obj\n[" + strings.Repeat("[1 1 1 1 1 1 1]", 1<<19) + "]\nendobj"),
	} {
		r := New(Limits{Text: 1 << 20, Unpacked: 8 << 20})
		got := r.Read(bytes.NewReader(b), Hint{})
		if !got.IsClosed || len(got.Text) > 1<<20 {
			t.Errorf("%s: closed is %v, %d bytes of text", name, got.IsClosed, len(got.Text))
		}
		if r.left.Unpacked < -1 {
			t.Errorf("%s: %d bytes too many were unpacked", name, -r.left.Unpacked)
		}
	}
	// What a first file took the next one has not.
	r := New(Limits{Text: 10})
	if got := r.Read(strings.NewReader("0123456"), Hint{}); got.IsClosed || got.Text != "0123456" {
		t.Errorf("the first: %+v", got)
	}
	if got := r.Read(strings.NewReader("0123456"), Hint{}); !got.IsClosed || got.Text != "012" {
		t.Errorf("the second: %+v", got)
	}
}

func zipped(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, b := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func tarred(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for name, b := range files {
		err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(b)), Typeflag: tar.TypeReg})
		if err == nil {
			_, err = w.Write(b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	_ = w.Close()
	return out.Bytes()
}

func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	return out.Bytes()
}

// pagesOf is a PDF of pages that all show the same.
func pagesOf(t testing.TB, pages int, content string) []byte {
	t.Helper()
	var packed, out bytes.Buffer
	w := zlib.NewWriter(&packed)
	if _, err := w.Write([]byte("BT /F1 12 Tf " + content + " ET")); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	fmt.Fprintf(&out, "%%PDF-1.4\n3 0 obj\n<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream\nendobj\n4 0 obj\n<</Type/Font/Subtype/Type1>>\nendobj\n", packed.Len(), packed.Bytes())
	for i := range pages {
		fmt.Fprintf(&out, "%d 0 obj\n<</Type/Page/Contents 3 0 R/Resources<</Font<</F1 4 0 R>>>>>>\nendobj\n", 10+i)
	}
	return out.Bytes()
}

// FuzzRead checks that nothing makes the reader panic, say more than it may or
// write what is no text.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"letter.docx", "letter.rtf", "sheet.xlsx"} {
		f.Add(file(f, name))
	}
	f.Add(pagesOf(f, 2, "[(a) -300 (b)] TJ <4142> Tj T* (c) ' 1 0 0 1 5 5 Tm (\\101) Tj BI ID xx EI"))
	f.Add([]byte("%PDF-1.7\n1 0 obj\n<</Type/ObjStm/N 1/First 4>>stream\n7 0 <</Type/Page/Contents 1 0 R>>\nendstream\nendobj\n2 0 obj\n<</Type/Font/Subtype/Type0/ToUnicode 3 0 R/DescendantFonts[<</W[1[500]2 4 300]>>]>>\nendobj\n3 0 obj\n<<>>stream\n1 beginbfchar <01> <0041> endbfchar 1 beginbfrange <02> <04> [<0042>] <05> <FFFFFFFF> <0043> endbfrange\nendstream\nendobj"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := New(Limits{Text: 1 << 16, File: 1 << 20, Unpacked: 1 << 20, Files: 50})
		got := r.read(bytes.NewReader(b), Hint{})
		if len(got.Text) > 3<<16 || !utf8.ValidString(got.Text) {
			t.Fatalf("%d bytes", len(got.Text))
		}
	})
}
