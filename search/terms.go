package search

import "unicode/utf8"

// Terms lists the words by which a short text is found in a table of words: its
// words without case and accents, and of scripts without spaces each two
// neighbours and each character. A text that has all the terms of a query has
// what was looked for, save that neighbours may stand apart. There are at most
// so many, each once, in the order of the text.
func Terms(text string, most int) (list []string) {
	seen := map[string]bool{}
	add := func(term string) bool {
		if !seen[term] && len(list) < most {
			seen[term] = true
			list = append(list, term)
		}
		return len(list) < most
	}
	scan(normalise(text), func(tok *token) bool {
		if tok.kind == isPairOf {
			_, n := utf8.DecodeRune(tok.text)
			if !add(string(tok.text[:n])) {
				return false
			}
		}
		return add(string(tok.text))
	})
	return list
}
