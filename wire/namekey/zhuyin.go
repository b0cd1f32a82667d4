package namekey

import "strings"

var zhuyinInitials = map[string]string{
	"b": "ㄅ", "p": "ㄆ", "m": "ㄇ", "f": "ㄈ", "d": "ㄉ", "t": "ㄊ", "n": "ㄋ", "l": "ㄌ", "g": "ㄍ", "k": "ㄎ", "h": "ㄏ",
	"j": "ㄐ", "q": "ㄑ", "x": "ㄒ", "zh": "ㄓ", "ch": "ㄔ", "sh": "ㄕ", "r": "ㄖ", "z": "ㄗ", "c": "ㄘ", "s": "ㄙ",
}

var zhuyinFinals = map[string]string{
	"a": "ㄚ", "o": "ㄛ", "e": "ㄜ", "ai": "ㄞ", "ei": "ㄟ", "ao": "ㄠ", "ou": "ㄡ", "an": "ㄢ", "en": "ㄣ", "ang": "ㄤ", "eng": "ㄥ", "er": "ㄦ",
	"i": "ㄧ", "ia": "ㄧㄚ", "ie": "ㄧㄝ", "iao": "ㄧㄠ", "iu": "ㄧㄡ", "ian": "ㄧㄢ", "in": "ㄧㄣ", "iang": "ㄧㄤ", "ing": "ㄧㄥ", "io": "ㄧㄛ",
	"u": "ㄨ", "ua": "ㄨㄚ", "uo": "ㄨㄛ", "uai": "ㄨㄞ", "ui": "ㄨㄟ", "uan": "ㄨㄢ", "un": "ㄨㄣ", "uang": "ㄨㄤ", "ong": "ㄨㄥ", "ueng": "ㄨㄥ",
	"v": "ㄩ", "ve": "ㄩㄝ", "van": "ㄩㄢ", "vn": "ㄩㄣ", "iong": "ㄩㄥ",
}

// The syllables that Pinyin writes without an initial, as finals.
var withoutInitial = map[string]string{
	"yi": "i", "ya": "ia", "yo": "io", "ye": "ie", "yao": "iao", "you": "iu", "yan": "ian", "yin": "in", "yang": "iang", "ying": "ing", "yong": "iong",
	"wu": "u", "wa": "ua", "wo": "uo", "wai": "uai", "wei": "ui", "wan": "uan", "wen": "un", "wang": "uang", "weng": "ueng", "wong": "ueng",
	"yu": "v", "yue": "ve", "yuan": "van", "yun": "vn",
	// Syllables that are a consonant.
	"m": "", "n": "", "ng": "", "hm": "", "hng": "",
}

// toZhuyin spells a syllable of toneless Pinyin in Zhuyin; "" when Zhuyin has
// no spelling for it.
func toZhuyin(syllable string) string {
	if final, ok := withoutInitial[syllable]; ok {
		return zhuyinFinals[final]
	}
	n := 1
	if strings.HasPrefix(syllable, "zh") || strings.HasPrefix(syllable, "ch") || strings.HasPrefix(syllable, "sh") {
		n = 2
	}
	initial, ok := zhuyinInitials[syllable[:n]]
	if !ok {
		return zhuyinFinals[syllable]
	}
	final := syllable[n:]
	switch {
	case final == "i" && strings.Contains("zhchshrzcs", syllable[:n]): // zhi and its like have no final
		return initial
	case strings.Contains("jqx", syllable[:n]) && final[0] == 'u': // Pinyin leaves the dots out there
		final = "v" + final[1:]
	case strings.Contains("bpmfw", syllable[:n]) && final == "ong":
		final = "eng"
	}
	spelled, ok := zhuyinFinals[final]
	if !ok {
		return ""
	}
	return initial + spelled
}
