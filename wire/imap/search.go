package imap

// SearchReturn is the set of result options of SEARCH and SORT (RFC 9051
// section 6.4.4, RFC 4731, RFC 5267).
type SearchReturn uint8

// The result options.
const (
	ReturnMin SearchReturn = 1 << iota
	ReturnMax
	ReturnAll
	ReturnCount
	ReturnSave
)

var returnNames = map[string]SearchReturn{
	"MIN": ReturnMin, "MAX": ReturnMax, "ALL": ReturnAll, "COUNT": ReturnCount, "SAVE": ReturnSave,
}

// Search is SEARCH and UID SEARCH (RFC 9051 section 6.4.4).
type Search struct {
	UID      bool
	Extended bool // RETURN was given: answer with ESEARCH
	Return   SearchReturn
	Key      SearchKey
}

func (Search) command() {}

func parseSearch(l *lexer, uid bool) Command {
	c := Search{UID: uid}
	l.sp()
	if l.keywordNext("RETURN") {
		c.Extended = true
		c.Return = l.searchReturn()
		l.sp()
	}
	charset := ""
	if l.keywordNext("CHARSET") {
		l.sp()
		charset = l.astring("a charset")
		l.sp()
	}
	c.Key = l.program(charset)
	return c
}

// keywordNext takes a keyword if it comes next.
func (l *lexer) keywordNext(word string) bool {
	rest := l.rest()
	if !l.ok() || len(rest) <= len(word) || upper(string(rest[:len(word)])) != word || isAtom(rest[len(word)]) {
		return false
	}
	l.r.pos += len(word)
	return true
}

// searchReturn takes "SP (options)"; none mean ALL (RFC 4731 section 3.1).
func (l *lexer) searchReturn() SearchReturn {
	var ret SearchReturn
	l.sp()
	l.list("RETURN options", func() {
		w := l.word("a RETURN option")
		opt, known := returnNames[w]
		if !known {
			l.failf("RETURN has no option %s.", quoteWord(w))
		}
		ret |= opt
	})
	if ret == 0 {
		ret = ReturnAll
	}
	return ret
}
