package mime

import (
	"os"
	"strings"
	"testing"
	"time"
)

// goldenLines reads a file of cases, one a line; # starts a comment.
func goldenLines(t *testing.T, name string, least int) []string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.NewReplacer(`\r`, "\r", `\n`, "\n", `\t`, "\t").Replace(line))
		}
	}
	if len(lines) < least {
		t.Fatalf("%s has only %d cases", name, len(lines))
	}
	return lines
}

func TestAddresses(t *testing.T) {
	b, err := os.ReadFile("testdata/addresses.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		value, want, ok := strings.Cut(line, " => ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		n++
		value = strings.ReplaceAll(value, `\r\n`, "\r\n")
		if got := shownAddresses(ParseAddresses(value, "", 100)); got != want {
			t.Errorf("%q\n got %s\nwant %s", value, got, want)
		}
	}
	if n < 30 {
		t.Errorf("only %d cases", n)
	}
}

func TestAddressDetail(t *testing.T) {
	list := ParseAddresses(`=?utf-8?B?546L?= <@r1,@r2:wang@b.example>`, "", 10)
	if len(list) != 1 {
		t.Fatal(list)
	}
	if a := list[0]; a.Route != "@r1,@r2" || a.IMAPName() != "=?utf-8?B?546L?=" || a.Name != "王" || a.Local != "wang" || a.Host != "b.example" {
		t.Errorf("%+v", a)
	}
	raw := "\xa4\xfd\xa4p\xa9\xfa <a@b>" // Big5
	if got := ParseAddresses(raw, "big5", 10); len(got) != 1 || got[0].Name != "王小明" || got[0].RawName != "" {
		t.Errorf("%+v", got)
	}
	if got := ParseAddresses(strings.Repeat("a@b,", 1000), "", 10); len(got) != 10 {
		t.Errorf("%d addresses, the limit is 10", len(got))
	}
	groups := AsGroupedAddresses("a@b, g: c@d;, e@f, h@i")
	if len(groups) != 3 || groups[0].IsNamed || !groups[1].IsNamed || groups[1].Name != "g" || len(groups[2].Addresses) != 2 {
		t.Errorf("%+v", groups)
	}
}

func TestWords(t *testing.T) {
	for _, line := range goldenLines(t, "words.txt", 20) {
		f := strings.Split(line, " | ")
		if got := DecodeText(f[0], ""); got != f[1] {
			t.Errorf("DecodeText(%q) = %q, want %q", f[0], got, f[1])
		}
		want := f[1]
		if len(f) > 2 {
			want = f[2]
		}
		if got := AsText(f[0]); got != want {
			t.Errorf("AsText(%q) = %q, want %q", f[0], got, want)
		}
	}
	if got := DecodeText(" e\u0301", ""); got != "é" {
		t.Errorf("not in NFC: %q", got)
	}
	if got := DecodeText("\xb7|\xc4\xb3\xb3q\xaa\xbe", ""); got != "會議通知" {
		t.Errorf("raw Big5: %q", got)
	}
}

func TestDates(t *testing.T) {
	for _, line := range goldenLines(t, "dates.txt", 20) {
		value, want, _ := strings.Cut(line, " => ")
		if strings.HasPrefix(line, " =>") {
			value, want = "", "-"
		}
		got := "-"
		if d, ok := ParseDate(value); ok {
			got = d.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("ParseDate(%q) = %s, want %s", value, got, want)
		}
	}
}

func TestBaseSubject(t *testing.T) {
	for _, line := range goldenLines(t, "subjects.txt", 20) {
		subject, want, _ := strings.Cut(line, " => ")
		wantReply := strings.HasPrefix(want, "*")
		want = strings.TrimLeft(want, "* ")
		got, isReply := BaseSubject(subject)
		if got != want || isReply != wantReply {
			t.Errorf("BaseSubject(%q) = %q, %v; want %q, %v", subject, got, isReply, want, wantReply)
		}
	}
}

func TestForms(t *testing.T) {
	for value, want := range map[string]string{
		" <a@b> <c@d>":                "a@b c@d",
		"<a@b>\r\n\t(x) <c@d>, <e@f>": "a@b c@d e@f",
		" a@b":                        "null",
		"<a@b> junk":                  "null",
		"":                            "null",
		"<>":                          "null",
	} {
		ids, ok := AsMessageIDs(value)
		got := strings.Join(ids, " ")
		if !ok {
			got = "null"
		}
		if got != want {
			t.Errorf("AsMessageIDs(%q) = %s, want %s", value, got, want)
		}
	}
	for value, want := range map[string]string{
		" <https://a.example/x>, <mailto:b@c>": "https://a.example/x mailto:b@c",
		"<https://a.example/\r\n x> (comment)": "https://a.example/x",
		"NO":                                   "null",
		"<a> <b>":                              "null",
	} {
		urls, ok := AsURLs(value)
		got := strings.Join(urls, " ")
		if !ok {
			got = "null"
		}
		if got != want {
			t.Errorf("AsURLs(%q) = %s, want %s", value, got, want)
		}
	}
	if got := AsRaw(" a\r\n b\xff\xfec"); got != " a\r\n b\uFFFDc" {
		t.Errorf("AsRaw: %q", got)
	}
	if got := LooseIDs("Your message of Monday <a@b> and <c@d", 10); len(got) != 1 || got[0] != "a@b" {
		t.Errorf("LooseIDs: %q", got)
	}
	if got := LooseIDs("a@b", 10); len(got) != 1 || got[0] != "a@b" {
		t.Errorf("LooseIDs without brackets: %q", got)
	}
}

func TestParams(t *testing.T) {
	for value, want := range map[string]string{
		`; name="a b.txt"`:                                      "a b.txt",
		`; name=a b.txt; x=y`:                                   "a b.txt",
		`; name*=utf-8''%E6%9C%83%E8%AD%B0.pdf`:                 "會議.pdf",
		`; name*=utf-8'zh-TW'%E6%9C%83%E8%AD%B0.pdf`:            "會議.pdf",
		`; name*0*=big5''%B7%7C; name*1*=%C4%B3; name*2=".odt"`: "會議.odt",
		`; name*1=b; name*0=a`:                                  "ab",
		`; name="=?utf-8?B?5pyD6K2w?=.pdf"`:                     "會議.pdf",
		"; name=\"\xb7|\xc4\xb3.pdf\"":                          "會議.pdf",
		`; name="a\"b"`:                                         `a"b`,
		`; name=a(1).txt`:                                       "a(1).txt",
		`; name=a.txt (comment)`:                                "a.txt",
		`; name="unclosed`:                                      "unclosed",
		`;; ; name=a;`:                                          "a",
		`; x; name=a`:                                           "a",
		`; NAME = "a"`:                                          "a",
		`; name="a" junk; x=y`:                                  "a",
		`; name*=%E6%9C%83.pdf`:                                 "會.pdf",
		`; name=plain.txt; name*=utf-8''%E6%9C%83.pdf`:          "會.pdf",
		`; name="C:\\x\\y.txt"`:                                 `C:\x\y.txt`,
	} {
		if got := parseParams(value, func(int) bool { return true }).Get("name"); got != want {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
	}
}
