package demo

import (
	"encoding/hex"
	"io"
	"math/rand/v2"
	"mime"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// TestCharsets compares with bytes that Perl's Encode and glibc's iconv make.
func TestCharsets(t *testing.T) {
	for _, c := range []struct{ charset, text, want string }{
		{"viscii", "Kính gửi chị Thu Hà, ngày mưa Ỹ", "4bed6e682067d869206368b8205468752048e02c206e67e079206ddf612019"},
		{"iso-2022-kr", "안녕 OK\r\n감사", "1b2429430e3e4833670f204f4b0d0a0e30283b670f"},
		{"Big5", "港區嶼函", "b4e4b0cfc0aca8e7"},
		{"windows-1258", "gửi chị", "67fdd26920636869f2"},
		{"", "市", "e5b882"},
	} {
		got, err := encodeIn(c.charset, c.text)
		if err != nil || hex.EncodeToString(got) != c.want {
			t.Errorf("%s: %x, %v, want %s", c.charset, got, err, c.want)
		}
	}
	for _, c := range []struct{ charset, text string }{{"big5", "한"}, {"viscii", "市"}, {"iso-2022-kr", "ạ"}, {"windows-1252", "市"}, {"klingon", "a"}} {
		if out, err := encodeIn(c.charset, c.text); err == nil {
			t.Errorf("%s took %q as %x", c.charset, c.text, out)
		}
	}
}

func TestWhen(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"-1d 09:15", "2026-11-20 09:15"}, {"-5d 17:00", "2026-11-16 17:00"}, {"-1c 22:10", "2026-11-22 22:10"},
		{"-30m", "2026-11-23 09:00"}, {"+2d 14:00", "2026-11-25 14:00"}, {"+5d 08:00", "2026-11-30 08:00"},
	} {
		got, err := parseWhen(monday, c.text)
		if err != nil || got.Format("2006-01-02 15:04") != c.want {
			t.Errorf("%s: %v, %v, want %s", c.text, got, err, c.want)
		}
	}
	for _, text := range []string{"", "d", "-1", "-1d", "-1d 25:00", "-1w 09:00", "xd 09:00", "-30m 09:00", "-99999999d 09:00"} {
		if got, err := parseWhen(monday, text); err == nil {
			t.Errorf("%q was taken for %v", text, got)
		}
	}
}

func TestDates(t *testing.T) {
	for lang, want := range map[string]string{
		"zh-TW": "115年11月23日（星期一）", "zh-CN": "2026年11月23日（星期一）", "vi": "thứ Hai, ngày 23/11/2026",
		"ko": "2026. 11. 23.(월)", "en": "Monday 23 November 2026",
	} {
		if got := longDate(lang, monday); got != want {
			t.Errorf("%s: %s, want %s", lang, got, want)
		}
	}
}

func TestMarkup(t *testing.T) {
	const text = "= 標題\n第一行 **重點**\n第二行\n\n- 甲\n- [連結](https://a.example/?x=1&y=2)\n\n| 項目 | 數 |\n| 路燈 | 3 |\n\n![圖](https://img.a.example/x.png)\n---\n<script>"
	wantPlain := "標題\n====\n\n第一行 重點\n第二行\n\n  - 甲\n  - 連結 <https://a.example/?x=1&y=2>\n\n  項目  數\n  路燈  3\n\n[圖]\n\n" + strings.Repeat("-", 40) + "\n\n<script>\n"
	if got := plainText(text); got != wantPlain {
		t.Errorf("plain:\n%s\nwant:\n%s", got, wantPlain)
	}
	page := htmlBlocks(text)
	for _, want := range []string{"<h2>標題</h2>", "第一行 <b>重點</b><br>\n第二行", "<li>甲</li>", `<a href="https://a.example/?x=1&amp;y=2">連結</a>`, "<th>項目</th>", "<td>3</td>", `alt="圖"`, "<hr>", "&lt;script&gt;"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
}

func TestScriptFaults(t *testing.T) {
	for _, text := range []string{"stray line", "## a\n### no arrow", "## a\n+++ x.txt\ntext", "## a\nnot a header"} {
		if s, err := parseScripts("en", text); err == nil {
			t.Errorf("%q was taken for %v", text, s)
		}
	}
	for _, letter := range []string{
		"### nobody > lin.yating\nat: -1d 09:00\nsubject: s\nb",
		"### lin.yating > grace.ellison\nsubject: s\nb",
		"### lin.yating > grace.ellison\nat: -1d 09:00\nb",
		"### lin.yating > grace.ellison\nat: -1d 09:00\nsubject: s\n{pool.3}",
		"### lin.yating > grace.ellison\nat: -1d 09:00\nsubject: s\n{name:nobody} b",
		"### lin.yating > grace.ellison\nat: -1d 09:00\nsubject: s\nreply: 4\nb\n### grace.ellison > lin.yating\nat: -1d 10:00\nreply: 9\nb",
	} {
		s, err := parseScripts("en", "## t\n"+letter)
		if err != nil {
			t.Fatal(err)
		}
		o, err := readOffice(DefaultDomain)
		if err != nil {
			t.Fatal(err)
		}
		if err := newWriter(o, 1, monday).play(s[0]); err == nil {
			t.Errorf("%q was played", letter)
		}
	}
}

func FuzzParseScripts(f *testing.F) {
	f.Add("## t\nfile: a=b\n### lin.yating > grace.ellison ; box:roads\nat: -1d 09:00\nsubject: s {day:+1}\nbody\n+++ a.txt\ntext")
	f.Add("## s\nrepeat: 3 every 2d from -9d 08:00\n### @weather > list:all\nsubject: {p.1}\n{p.2}\n+++ pool p\na | {p.1}\nb | {n:1-3}")
	f.Add("## t\n### \"A > B <a@b.example>\" > lin.yating\nat: -5m\nsubject: x\ny\n+++ invite REQUEST\nstart: +1d 10:00")
	o, err := readOffice(DefaultDomain)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		scripts, err := parseScripts("en", text)
		if err != nil {
			return
		}
		w := newWriter(o, 1, monday)
		for _, s := range scripts {
			if w.play(s) != nil {
				return
			}
		}
		for _, m := range w.finish() {
			if strings.Contains(text, "png") || strings.Contains(text, "zip") {
				break // pictures are slow and have no parser of their own
			}
			_, _ = m.Bytes()
		}
	})
}

func FuzzWhen(f *testing.F) {
	for _, s := range []string{"-12d 09:20", "-3c 22:10", "-35m", "+2d 14:00", "-400000m"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, err := parseWhen(monday, text)
		if err == nil && (at.Before(monday.AddDate(-40, 0, 0)) || at.After(monday.AddDate(40, 0, 0))) {
			t.Errorf("%q is %v", text, at.Format(time.RFC3339))
		}
	})
}

var encodedWord = regexp.MustCompile(`^=\?[^?]+\?B\?[A-Za-z0-9+/=]+\?=$`)

// FuzzWord checks that a header word survives the way there and back.
func FuzzWord(f *testing.F) {
	f.Add("", "明川市政府 道路科 北環路二段路面重鋪工程夜間施工時段調整建議🍜")
	f.Add("Big5", "港區道路")
	f.Add("windows-1258", "Nguyễn Thị Thu Hà")
	f.Add("EUC-KR", "김서연 과장님")
	f.Add("ISO-2022-KR", "안녕")
	f.Add("GB2312", "关于")
	f.Fuzz(func(t *testing.T, charset, text string) {
		if len(charset) > 20 || len(text) > 2000 || !utf8.ValidString(text) {
			return
		}
		out, err := word(charset, text)
		if err != nil || isASCII(text) {
			return
		}
		for _, w := range strings.Split(out, "\r\n ") {
			if len(w) > 75 || !encodedWord.MatchString(w) {
				t.Errorf("word %q of %d characters", w, len(w))
			}
		}
		back, err := (&mime.WordDecoder{CharsetReader: func(cs string, r io.Reader) (io.Reader, error) { return anyCharset(cs, r) }}).DecodeHeader(out)
		if cs := strings.ToLower(charset); cs == "windows-1258" || cs == "viscii" {
			back, text = norm.NFC.String(back), norm.NFC.String(text)
		}
		if err != nil || back != text {
			t.Errorf("%s: %q came back as %q, %v", charset, text, back, err)
		}
	})
}

var openTag = regexp.MustCompile(`<[a-z]+[0-9]?`)

// FuzzMarkup checks that no text can smuggle in HTML of its own.
func FuzzMarkup(f *testing.F) {
	f.Add("= h\n- b\n| a | b |\n![p](u)\n**s** [t](u)")
	f.Add("<script>alert(1)</script> [x](\"><img src=x>)")
	f.Fuzz(func(t *testing.T, text string) {
		plainText(text)
		own := map[string]bool{"<h2": true, "<ul": true, "<li": true, "<table": true, "<tr": true, "<th": true, "<td": true, "<p": true, "<br": true, "<b": true, "<a": true, "<img": true, "<hr": true}
		for _, tag := range openTag.FindAllString(htmlBlocks(text), -1) {
			if !own[tag] {
				t.Errorf("%q made %s", text, tag)
			}
		}
	})
}

// FuzzFile checks that the makers of files refuse or make, but do not fall.
func FuzzFile(f *testing.F) {
	f.Add("vi", "a.pdf", "= Tờ\nhướng dẫn")
	f.Add("ko", "a.pdf", "안내 😀")
	f.Add("en", "a.xlsx", "a | 1\nb | 2,000")
	f.Add("en", "a.docx", "= T\n<&>")
	f.Add("en", "a.odt", "x")
	f.Add("zh-TW", "a.zip", "b.txt: x | y\nc.csv: 1,2")
	f.Add("en", "a.csv", "a | \"b\"")
	f.Fuzz(func(t *testing.T, lang, name, text string) {
		if strings.Contains(name+text, "png") {
			return
		}
		typ, data, err := makeFile(lang, name, text, monday, rand.New(rand.NewPCG(1, 2)))
		if err == nil && typ == "application/pdf" {
			checkPDF(t, name, data)
		}
	})
}
