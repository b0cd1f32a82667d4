package imap

import "time"

// SearchOp says what a search key asks.
type SearchOp uint8

// The kinds of search keys. UN... keys are OpNot around the positive one; NEW
// and OLD are built from OpRecent.
const (
	OpAll         SearchOp = iota + 1
	OpAnd                  // all of Keys
	OpOr                   // one of two Keys
	OpNot                  // not the one of Keys
	OpSeq                  // message numbers Set
	OpUID                  // UIDs Set
	OpFlag                 // Text is a flag or keyword
	OpRecent               // \Recent of RFC 3501
	OpHeader               // header Field contains Text; empty Text: the field is there
	OpFrom                 // address headers contain Text
	OpTo                   //
	OpCc                   //
	OpBcc                  //
	OpSubject              // decoded subject contains Text
	OpBody                 // decoded body contains Text
	OpText                 // header or body contains Text
	OpBefore               // internal date before Date
	OpOn                   // internal date on Date
	OpSince                // internal date on Date or later
	OpSentBefore           // the same for the Date header
	OpSentOn               //
	OpSentSince            //
	OpSavedBefore          // the same for the save date (RFC 8514)
	OpSavedOn              //
	OpSavedSince           //
	OpSaveDate             // SAVEDATESUPPORTED
	OpLarger               // more than Num octets
	OpSmaller              // fewer than Num octets
	OpModSeq               // mod-sequence Num or higher (RFC 7162 section 3.1.5)
	OpOlder                // internal date more than Num seconds ago (RFC 5032)
	OpYounger              //
	OpEmailID              // Text is an object id (RFC 8474)
	OpThreadID             //
)

// SearchKey is one node of a search program.
type SearchKey struct {
	Op    SearchOp
	Text  string // UTF-8
	Field string
	Num   uint64
	Date  time.Time // midnight UTC of the day meant
	Set   Set
	Keys  []SearchKey
}

// Uses says whether an operation occurs anywhere in the program.
func (k SearchKey) Uses(op SearchOp) bool {
	if k.Op == op {
		return true
	}
	for _, sub := range k.Keys {
		if sub.Uses(op) {
			return true
		}
	}
	return false
}

// flagKeys are the keys that ask for one flag or its absence.
var flagKeys = map[string]string{
	"ANSWERED": FlagAnswered, "DELETED": FlagDeleted, "DRAFT": FlagDraft, "FLAGGED": FlagFlagged, "SEEN": FlagSeen,
	"UNANSWERED": FlagAnswered, "UNDELETED": FlagDeleted, "UNDRAFT": FlagDraft, "UNFLAGGED": FlagFlagged, "UNSEEN": FlagSeen,
}

var textKeys = map[string]SearchOp{
	"FROM": OpFrom, "TO": OpTo, "CC": OpCc, "BCC": OpBcc, "SUBJECT": OpSubject, "BODY": OpBody, "TEXT": OpText,
}

var dateKeys = map[string]SearchOp{
	"BEFORE": OpBefore, "ON": OpOn, "SINCE": OpSince,
	"SENTBEFORE": OpSentBefore, "SENTON": OpSentOn, "SENTSINCE": OpSentSince,
	"SAVEDBEFORE": OpSavedBefore, "SAVEDON": OpSavedOn, "SAVEDSINCE": OpSavedSince,
}

var numberKeys = map[string]SearchOp{
	"LARGER": OpLarger, "SMALLER": OpSmaller, "OLDER": OpOlder, "YOUNGER": OpYounger,
}

var idKeys = map[string]SearchOp{"EMAILID": OpEmailID, "THREADID": OpThreadID}

func not(k SearchKey) SearchKey { return SearchKey{Op: OpNot, Keys: []SearchKey{k}} }

// program takes the keys to the end of the command; texts are in charset.
func (l *lexer) program(charset string) SearchKey {
	decode, known := charsetDecoder(charset)
	if !known {
		l.failf("The charset %s is not known; use UTF-8.", quoteWord(charset))
		if l.err != nil {
			// RFC 9051 section 7.1: BADCHARSET goes with NO.
			l.err.No, l.err.Code = true, "BADCHARSET (US-ASCII UTF-8)"
		}
		return SearchKey{}
	}
	return l.keys1(decode)
}

// keys1 takes one or more keys, all of which must hold.
func (l *lexer) keys1(decode textDecoder) SearchKey {
	k := SearchKey{Op: OpAnd}
	for l.ok() {
		k.Keys = append(k.Keys, l.key(decode))
		if !l.take(' ') {
			break
		}
	}
	if len(k.Keys) == 1 {
		return k.Keys[0]
	}
	return k
}

// key takes one search key.
func (l *lexer) key(decode textDecoder) SearchKey {
	if l.keys++; l.keys > l.r.lim.Keys {
		l.failf("The search has more than %d keys.", l.r.lim.Keys)
		return SearchKey{}
	}
	if !l.enter() {
		return SearchKey{}
	}
	defer l.leave()
	switch c := l.peek(); {
	case c == '(':
		l.take('(')
		k := l.keys1(decode)
		l.want(')', "after the search keys")
		return k
	case c == '*' || c == '$' || (c >= '0' && c <= '9'):
		return SearchKey{Op: OpSeq, Set: l.set(false)}
	}
	return l.namedKey(l.word("a search key"), decode)
}

func (l *lexer) namedKey(w string, decode textDecoder) SearchKey {
	if flag, is := flagKeys[w]; is {
		k := SearchKey{Op: OpFlag, Text: flag}
		if w[:2] == "UN" {
			return not(k)
		}
		return k
	}
	if op, is := textKeys[w]; is {
		return SearchKey{Op: op, Text: l.searchText(decode)}
	}
	if op, is := dateKeys[w]; is {
		l.sp()
		return SearchKey{Op: op, Date: l.date()}
	}
	if op, is := numberKeys[w]; is {
		l.sp()
		k := SearchKey{Op: op, Num: l.number("a number", max63)}
		if (op == OpOlder || op == OpYounger) && k.Num == 0 {
			l.failf("%s wants a number of seconds from 1.", w)
		}
		return k
	}
	if op, is := idKeys[w]; is {
		l.sp()
		return SearchKey{Op: op, Text: l.astring("an object id")}
	}
	return l.otherKey(w, decode)
}

func (l *lexer) otherKey(w string, decode textDecoder) SearchKey {
	recent := SearchKey{Op: OpRecent}
	switch w {
	case "ALL":
		return SearchKey{Op: OpAll}
	case "RECENT":
		return recent
	case "OLD":
		return not(recent)
	case "NEW": // RFC 3501 section 6.4.4: RECENT UNSEEN
		return SearchKey{Op: OpAnd, Keys: []SearchKey{recent, not(SearchKey{Op: OpFlag, Text: FlagSeen})}}
	case "KEYWORD", "UNKEYWORD":
		l.sp()
		k := SearchKey{Op: OpFlag, Text: l.atom("a keyword")}
		if w == "UNKEYWORD" {
			return not(k)
		}
		return k
	case "HEADER":
		l.sp()
		field := l.astring("a header field name")
		return SearchKey{Op: OpHeader, Field: field, Text: l.searchText(decode)}
	case "NOT":
		l.sp()
		return not(l.key(decode))
	case "OR":
		l.sp()
		a := l.key(decode)
		l.sp()
		return SearchKey{Op: OpOr, Keys: []SearchKey{a, l.key(decode)}}
	case "UID":
		l.sp()
		return SearchKey{Op: OpUID, Set: l.set(false)}
	case "MODSEQ":
		return l.modSeqKey()
	case "SAVEDATESUPPORTED":
		return SearchKey{Op: OpSaveDate}
	}
	l.failf("There is no search key %s.", quoteWord(w))
	return SearchKey{}
}

// modSeqKey takes MODSEQ with the optional entry name and type, which say
// nothing to a server with one mod-sequence per message (RFC 7162 section
// 3.1.5).
func (l *lexer) modSeqKey() SearchKey {
	l.sp()
	if l.peek() == '"' {
		l.quoted()
		l.sp()
		switch w := l.word("an entry type"); w {
		case "ALL", "PRIV", "SHARED":
		default:
			l.failf("MODSEQ has no entry type %s.", quoteWord(w))
		}
		l.sp()
	}
	return SearchKey{Op: OpModSeq, Num: l.number("the mod-sequence", max63)}
}

func (l *lexer) searchText(decode textDecoder) string {
	l.sp()
	text, ok := decode(l.astring("a text to search"))
	if !ok {
		l.failf("The search text does not fit its charset.")
	}
	return text
}
