package imap

// SortKey is one criterion of SORT (RFC 5256 section 3, RFC 5957 for the
// display forms).
type SortKey struct {
	Field   string // ARRIVAL CC DATE FROM SIZE SUBJECT TO DISPLAYFROM DISPLAYTO
	Reverse bool
}

// Sort is SORT and UID SORT (RFC 5256) with RETURN of RFC 5267.
type Sort struct {
	UID      bool
	Extended bool
	Return   SearchReturn
	Criteria []SortKey
	Key      SearchKey
}

func (Sort) command() {}

var sortFields = map[string]bool{
	"ARRIVAL": true, "CC": true, "DATE": true, "FROM": true, "SIZE": true, "SUBJECT": true, "TO": true,
	"DISPLAYFROM": true, "DISPLAYTO": true,
}

func parseSort(l *lexer, uid bool) Command {
	c := Sort{UID: uid}
	l.sp()
	if l.keywordNext("RETURN") {
		c.Extended = true
		c.Return = l.searchReturn()
		l.sp()
	}
	l.list("sort criteria", func() {
		k := SortKey{Field: l.word("a sort criterion")}
		if k.Field == "REVERSE" {
			l.sp()
			k = SortKey{Field: l.word("a sort criterion"), Reverse: true}
		}
		if !sortFields[k.Field] {
			l.failf("SORT has no criterion %s.", quoteWord(k.Field))
		}
		c.Criteria = append(c.Criteria, k)
	})
	if len(c.Criteria) == 0 {
		l.failf("The list of sort criteria is empty.")
	}
	l.sp()
	charset := l.astring("a charset")
	l.sp()
	c.Key = l.program(charset)
	return c
}
