package charset

import (
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// TestDecodeGolden reads testdata/decode.txt: label, hex bytes, clean or not, text.
func TestDecodeGolden(t *testing.T) {
	b, err := os.ReadFile("testdata/decode.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.SplitN(line, " | ", 4)
		if len(f) != 4 {
			t.Fatalf("bad line %q", line)
		}
		raw, err := hex.DecodeString(strings.ReplaceAll(f[1], " ", ""))
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		label := strings.TrimSpace(f[0])
		got, clean := Decode(label, raw)
		if got != f[3] || clean != (f[2] == "clean") {
			t.Errorf("Decode(%q, %s) = %q, clean %v; want %q, %s", label, f[1], got, clean, f[3], f[2])
		}
		n++
	}
	if n < 40 {
		t.Errorf("only %d cases read", n)
	}
}

// TestGuess encodes ordinary sentences, short and long, and asks for them back.
func TestGuess(t *testing.T) {
	sets := map[string]struct {
		enc   encoding.Encoding
		texts []string
	}{
		"gb18030":   {simplifiedchinese.GBK, []string{"会议通知", "你好", "关于召开2026年度工作会议的通知，请各部门准时参加。", "测试邮件", "转发：公司年终报告", "请查收附件"}},
		"big5":      {traditionalchinese.Big5, []string{"會議通知", "您好", "關於召開年度工作會議之通知，請各單位準時參加。", "測試郵件", "轉寄：市政府公文", "請查收附件"}},
		"euc-kr":    {korean.EUCKR, []string{"안녕하세요", "회의 안내", "2026년 정기 회의를 다음과 같이 개최하오니 참석하여 주시기 바랍니다.", "공문서 송부", "답장"}},
		"shift_jis": {japanese.ShiftJIS, []string{"こんにちは", "会議のお知らせ", "来週の会議についてご連絡いたします。よろしくお願いします。", "テストメール"}},
		"euc-jp":    {japanese.EUCJP, []string{"こんにちは", "会議のお知らせ", "来週の会議についてご連絡いたします。よろしくお願いします。", "テストメール"}},
		"windows-1252": {charmap.Windows1252, []string{"café", "Grüße aus München", "El niño comió piña mañana", "déjà vu – “quoted”", "The Republic of Nigeria’s Contracts", "don’t worry, you’ll", "in Düsseldorf, Germany",
			"Copyright © 1995-2002" + strings.Repeat(" all rights reserved", 500), strings.Repeat("plain ", 2000) + "explosão de vendas"}},
	}
	for want, set := range sets {
		for _, text := range set.texts {
			raw, err := set.enc.NewEncoder().Bytes([]byte(text))
			if err != nil {
				t.Fatalf("%s %q: %v", want, text, err)
			}
			if got := Guess(raw); got != want {
				t.Errorf("Guess(%s of %q) = %s", want, text, got)
			}
		}
	}
}

// TestGuessVietnamese uses the tables backwards.
func TestGuessVietnamese(t *testing.T) {
	const text = "Kính gửi các đồng chí, đề nghị các đơn vị gửi báo cáo trước ngày mai"
	for name, high := range map[string]string{"tcvn": tcvnHigh, "viscii": visciiHigh} {
		upper := []rune(high)
		var raw []byte
		for _, r := range text {
			if r < 0x80 {
				raw = append(raw, byte(r))
				continue
			}
			found := false
			for i, u := range upper {
				if u == r {
					raw, found = append(raw, byte(0x80+i)), true
					break
				}
			}
			if !found {
				t.Fatalf("%s has no %q", name, r)
			}
		}
		if got, _ := Decode(name, raw); got != text {
			t.Errorf("%s: %q", name, got)
		}
		if got := Guess(append([]byte(strings.Repeat("<p>plain</p>\n", 1000)), raw...)); got != name {
			t.Errorf("Guess(%s) behind a long ASCII page = %s", name, got)
		}
		if got := Guess(raw); got != name {
			t.Errorf("Guess(%s) = %s", name, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	labels := []string{"", "utf-8", "us-ascii", "iso-8859-1", "big5", "gb2312", "euc-kr", "shift_jis", "iso-2022-jp", "iso-2022-kr", "utf-7", "utf-16", "hz-gb-2312", "tcvn", "viscii", "windows-1258", "x-unknown"}
	for i := range labels {
		f.Add(i, []byte("\x1b$B$3$s\x1b(B +AGE- caf\xe9 \xb0\xa1\xb0\xa2 ~{<:Ky2;~}"))
	}
	f.Fuzz(func(t *testing.T, i int, b []byte) {
		label := labels[uint(i)%uint(len(labels))]
		s, _ := Decode(label, b)
		if !utf8.ValidString(s) {
			t.Fatalf("Decode(%q, %x) is not UTF-8: %x", label, b, s)
		}
		if len(s) > 8*len(b)+16 {
			t.Fatalf("Decode(%q) grew %d bytes to %d", label, len(b), len(s))
		}
	})
}
