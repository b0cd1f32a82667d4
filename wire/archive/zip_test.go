package archive

import (
	stdzip "archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/traditionalchinese"
)

// pack makes an archive; a name that begins with "raw:" is stored as the bytes
// that follow, in no stated charset.
func pack(t testing.TB, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := stdzip.NewWriter(&b)
	for _, n := range names {
		h := &stdzip.FileHeader{Name: n, Method: stdzip.Deflate, Modified: time.Date(2025, 3, 4, 5, 6, 8, 0, time.UTC)}
		if raw, ok := strings.CutPrefix(n, "raw:"); ok {
			h.Name, h.NonUTF8 = raw, true
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(n, "/") {
			fmt.Fprint(f, strings.Repeat("text ", 100))
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func list(t testing.TB, b []byte, lim Limits) *Listing {
	t.Helper()
	l, err := List(bytes.NewReader(b), int64(len(b)), lim)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func names(l *Listing) []string {
	var out []string
	for _, e := range l.Entries {
		out = append(out, e.Name)
	}
	return out
}

func TestList(t *testing.T) {
	big5, _ := traditionalchinese.Big5.NewEncoder().String("會議紀錄/第三次會議紀錄與附件.docx")
	euckr, _ := korean.EUCKR.NewEncoder().String("회의 자료/전자우편 시스템 안내.hwp")
	for name, c := range map[string]struct{ in, want []string }{
		"UTF-8":  {[]string{"資料/", "資料/計畫.pdf", "readme.txt"}, []string{"資料/", "資料/計畫.pdf", "readme.txt"}},
		"Big5":   {[]string{"raw:" + big5}, []string{"會議紀錄/第三次會議紀錄與附件.docx"}},
		"EUC-KR": {[]string{"raw:" + euckr}, []string{"회의 자료/전자우편 시스템 안내.hwp"}},
		"odd":    {[]string{"a\\b.txt", "harmless\u202Efdp.exe"}, []string{"a/b.txt", "harmless\uFFFDfdp.exe"}},
	} {
		l := list(t, pack(t, c.in...), Limits{})
		if got := names(l); !slices.Equal(got, c.want) || l.IsCut || l.Total != len(c.in) {
			t.Errorf("%s: %q, want %q (%+v)", name, got, c.want, l)
		}
	}
	e := list(t, pack(t, "a/", "a/b"), Limits{}).Entries
	if !e[0].IsFolder || e[1].IsFolder || e[1].Size != 500 || e[1].Packed >= 500 || e[1].Modified.Year() != 2025 || e[1].IsEncrypted {
		t.Errorf("%+v", e)
	}
}

func TestEncrypted(t *testing.T) {
	b := pack(t, "secret.txt")
	b[bytes.LastIndex(b, []byte("PK\x01\x02"))+8] |= flagEncrypted
	if l := list(t, b, Limits{}); !l.Entries[0].IsEncrypted {
		t.Errorf("%+v", l)
	}
}

// TestBomb checks that what an archive claims to hold costs nothing.
func TestBomb(t *testing.T) {
	many := make([]string, 3000)
	for i := range many {
		many[i] = fmt.Sprintf("%d", i)
	}
	b := pack(t, many...)
	if l := list(t, b, Limits{Entries: 100}); len(l.Entries) != 100 || !l.IsCut || l.Total != 3000 {
		t.Errorf("%d of %d, cut %v", len(l.Entries), l.Total, l.IsCut)
	}
	if l := list(t, b, Limits{Bytes: 1000}); len(l.Entries) > 30 || !l.IsCut {
		t.Errorf("%d entries from 1,000 bytes", len(l.Entries))
	}
	b = pack(t, "huge")
	at := bytes.LastIndex(b, []byte("PK\x01\x02"))
	copy(b[at+24:], "\xFE\xFF\xFF\xFF")
	if l := list(t, b, Limits{}); l.Entries[0].Size != 0xFFFFFFFE {
		t.Errorf("%+v", l)
	}
}

func TestNone(t *testing.T) {
	for _, b := range [][]byte{nil, []byte("PK"), bytes.Repeat([]byte("x"), 100_000), pack(t, "a")[:40]} {
		if _, err := List(bytes.NewReader(b), int64(len(b)), Limits{}); err == nil {
			t.Errorf("%d bytes: no error", len(b))
		}
	}
	// A program before the archive, and a comment after it.
	b := append(bytes.Repeat([]byte("MZ"), 500), pack(t, "inside")...)
	if l := list(t, b, Limits{}); len(l.Entries) != 1 {
		t.Errorf("%+v", l)
	}
}

// FuzzList checks that no bytes make the listing panic or grow.
func FuzzList(f *testing.F) {
	f.Add(pack(f, "a/", "a/b.txt", "資料.pdf"))
	f.Add(pack(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := List(bytes.NewReader(b), int64(len(b)), Limits{Entries: 50})
		if err == nil && len(l.Entries) > 50 {
			t.Fatalf("%d entries", len(l.Entries))
		}
	})
}
