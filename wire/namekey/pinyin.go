package namekey

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed pinyin.txt
var pinyinText string

// readings maps a Han character to its syllables without tones, the usual
// one first.
var readings = sync.OnceValue(func() map[rune][]string {
	m := make(map[rune][]string, 42_000)
	for line := range strings.Lines(pinyinText) {
		syllable, chars, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if !ok {
			continue
		}
		for _, r := range chars {
			m[r] = append(m[r], syllable)
		}
	}
	return m
})

// maxOthers bounds the further spellings of a name with many readings.
const maxOthers = 6

// spellings returns the syllables of a run of Han characters: by the usual
// readings, and then with another reading of one character at a time, which
// finds 單雄信 as shan and 曾國藩 as zeng without every combination. A run with
// a character nobody knows the reading of has none.
func spellings(run []rune) [][]string {
	usual := make([]string, len(run))
	for i, r := range run {
		all := readings()[r]
		if len(all) == 0 {
			return nil
		}
		usual[i] = all[0]
	}
	out := [][]string{usual}
	for i, r := range run {
		for _, other := range readings()[r][1:] {
			if len(out) > maxOthers {
				return out
			}
			spelled := append([]string{}, usual...)
			spelled[i] = other
			out = append(out, spelled)
		}
	}
	return out
}

// hanKeys returns how a run of Han characters is typed: 王小明 by wangxiaoming,
// wangxm, wxm, ㄨㄤㄒㄧㄠㄇㄧㄥ, ㄨㄤㄒㄇ and ㄨㄒㄇ.
func hanKeys(run []rune) []string {
	var keys []string
	for _, syllables := range spellings(run) {
		zhuyin := make([]string, len(syllables))
		for i, s := range syllables {
			zhuyin[i] = toZhuyin(s)
		}
		for _, spelled := range [][]string{syllables, zhuyin} {
			keys = append(keys, strings.Join(spelled, ""), initials(spelled, 0))
			if len(spelled) > 2 {
				keys = append(keys, initials(spelled, 1))
			}
		}
	}
	return keys
}

// initials joins the first letters, after the first full ones.
func initials(spelled []string, full int) string {
	var b strings.Builder
	for i, s := range spelled {
		if i >= full {
			for _, r := range s {
				s = string(r)
				break
			}
		}
		b.WriteString(s)
	}
	return b.String()
}
