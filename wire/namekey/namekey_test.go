package namekey

import (
	"strings"
	"testing"
)

func TestFinds(t *testing.T) {
	for _, c := range []struct{ names, finds, misses string }{
		{"王小明", "王 小明 王小明 wang wangxiaoming xiaoming wangxm wxm WXM ㄨㄤ ㄨㄤˊㄒㄧㄠˇ ㄨㄒㄇ ㄨㄤㄒㄇ", "wmx 明王 ㄇㄨ"},
		{"曾國藩", "zeng ceng zengguofan zgf cgf ㄗㄥ ㄗㄍㄈ", "fgz"},
		{"單雄信", "shan dan sxx dxx", "xxs"},
		{"呂岳", "lv lvyue ㄌㄩ ㄌㄩˇㄩㄝˋ ㄌㄩ", "lu"},
		{"劉志強", "liuzhiqiang ㄌㄧㄡˊㄓˋㄑㄧㄤˊ ㄌㄓㄑ", ""},
		{"김철수", "김 철수 ㄱㅊㅅ ㄱㅊ ㅊㅅ 김ㅊㅅ 김철ㅅ", "ㅅㅊ"},
		{"Nguyễn Đức Ân", "nguyễn nguyen NGUYEN đức duc ân an nda nguyenduc", "nguyèn dna"},
		{"Grace  Ellison", "grace ellison ge graceellison", "eg"},
		{"ＡＢＣ", "abc ａｂｃ", ""},
		{"𠮷田", "田", ""},
	} {
		key := Key(c.names)
		for _, q := range strings.Fields(c.finds) {
			if !Matches(key, []string{Fold(q)}) {
				t.Errorf("%s: %s does not find it in %q", c.names, q, key)
			}
		}
		for _, q := range strings.Fields(c.misses) {
			if Matches(key, []string{Fold(q)}) {
				t.Errorf("%s: %s finds it in %q", c.names, q, key)
			}
		}
	}
}

func TestEverySyllableHasZhuyin(t *testing.T) {
	none := map[string]bool{"m": true, "n": true, "ng": true, "hm": true, "hng": true}
	for line := range strings.Lines(pinyinText) {
		s, _, ok := strings.Cut(line, " ")
		if !ok {
			continue
		}
		if toZhuyin(s) == "" && !none[s] {
			t.Errorf("%s has no Zhuyin", s)
		}
	}
	for pinyin, want := range map[string]string{"zhuang": "ㄓㄨㄤ", "xue": "ㄒㄩㄝ", "jiong": "ㄐㄩㄥ", "er": "ㄦ", "si": "ㄙ", "weng": "ㄨㄥ", "dong": "ㄉㄨㄥ", "nve": "ㄋㄩㄝ", "yuan": "ㄩㄢ", "feng": "ㄈㄥ", "shi": "ㄕ", "xi": "ㄒㄧ"} {
		if got := toZhuyin(pinyin); got != want {
			t.Errorf("%s: %s, not %s", pinyin, got, want)
		}
	}
}

func FuzzKey(f *testing.F) {
	f.Add("王小明", "wxm")
	f.Add("Nguyễn Văn An", "nva")
	f.Add("김철수 과장", "ㄱㅊ")
	f.Add("\xff\x00 ", "\xff")
	f.Fuzz(func(t *testing.T, name, query string) {
		key := Key(name)
		if len(key) > 100*len(name)+100 {
			t.Errorf("%d bytes of key for %d", len(key), len(name))
		}
		if folded := Fold(name); !Matches(key, strings.Fields(folded)) {
			t.Errorf("%q does not find itself in %q", folded, key)
		}
		if q := Fold(query); Fold(q) != q {
			t.Errorf("folding %q twice gives another text", query)
		}
	})
}

func BenchmarkKey(b *testing.B) {
	readings()
	for b.Loop() {
		Key("王小明", "科員", "wang.xm@city.example")
	}
}
