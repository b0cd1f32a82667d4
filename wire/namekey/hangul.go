package namekey

import "golang.org/x/text/unicode/norm"

// The layout of the Hangul syllables: The Unicode Standard, section 3.12.
const (
	firstSyllable = 0xAC00
	lastSyllable  = 0xD7A3
	perInitial    = 21 * 28
)

// initialJamo are the initial consonants as a keyboard types them.
var initialJamo = []rune("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ")

func isHangul(r rune) bool { return r >= firstSyllable && r <= lastSyllable }

// hangulKeys returns the initials of a run of syllables, and for every number
// of syllables typed in full these with the initials of the rest: 김철수 gives
// ㄱㅊㅅ, 김ㅊㅅ and 김철ㅅ. They are folded as a query is.
func hangulKeys(run []rune) []string {
	initials := make([]rune, len(run))
	for i, r := range run {
		initials[i] = initialJamo[(r-firstSyllable)/perInitial]
	}
	var keys []string
	for full := range run {
		keys = append(keys, norm.NFKC.String(string(run[:full])+string(initials[full:])))
	}
	return keys
}
