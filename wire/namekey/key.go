package namekey

import (
	"strings"
	"unicode"
)

// maxName bounds what is spelled out of one text, in characters.
const maxName = 40

// Key returns the key of a person (or a unit) from the names, and further
// texts such as an address or a telephone number. Its parts are lines.
func Key(texts ...string) string {
	var k keyWriter
	for _, text := range texts {
		folded := Fold(text)
		if folded == "" {
			continue
		}
		k.add(folded)
		plain := Plain(folded)
		k.add(plain)
		k.add(strings.ReplaceAll(plain, " ", ""))
		k.add(wordInitials(plain))
		k.runs(folded)
	}
	return k.b.String()
}

type keyWriter struct {
	b    strings.Builder
	seen []string
}

// add appends a line that is not there yet.
func (k *keyWriter) add(line string) {
	for _, s := range k.seen {
		if s == line {
			return
		}
	}
	if line == "" {
		return
	}
	k.seen = append(k.seen, line)
	if k.b.Len() > 0 {
		k.b.WriteByte('\n')
	}
	k.b.WriteString(line)
}

// runs spells the runs of Han and of Hangul in a text.
func (k *keyWriter) runs(folded string) {
	all := []rune(folded)
	if len(all) > maxName {
		all = all[:maxName]
	}
	for len(all) > 0 {
		kind := scriptOf(all[0])
		n := 1
		for n < len(all) && scriptOf(all[n]) == kind {
			n++
		}
		var keys []string
		switch kind {
		case han:
			keys = hanKeys(all[:n])
		case hangul:
			keys = hangulKeys(all[:n])
		}
		for _, line := range keys {
			k.add(line)
		}
		all = all[n:]
	}
}

type script uint8

const (
	other script = iota
	han
	hangul
)

func scriptOf(r rune) script {
	switch {
	case isHangul(r):
		return hangul
	case unicode.Is(unicode.Han, r):
		return han
	}
	return other
}

// wordInitials returns the first letters of a name of several words: "nguyen
// van an" gives "nva".
func wordInitials(plain string) string {
	words := strings.Fields(plain)
	if len(words) < 2 || len(words) > 8 {
		return ""
	}
	return initials(words, 0)
}

// Matches says whether a key holds every word of a folded query.
func Matches(key string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(key, w) {
			return false
		}
	}
	return true
}
