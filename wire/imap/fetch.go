package imap

// FetchKind names a FETCH data item.
type FetchKind uint8

// The data items of RFC 9051 section 6.4.5, RFC 3501, RFC 7162, RFC 8474,
// RFC 8514 and RFC 8970.
const (
	FetchUID FetchKind = iota + 1
	FetchFlags
	FetchInternalDate
	FetchSize
	FetchEnvelope
	FetchBody          // BODY: the structure without extension data
	FetchBodyStructure // BODYSTRUCTURE
	FetchModSeq
	FetchEmailID
	FetchThreadID
	FetchSaveDate
	FetchPreview
	FetchSection      // BODY[...]
	FetchBinary       // BINARY[...]
	FetchBinarySize   // BINARY.SIZE[...]
	FetchRFC822       // RFC822, as BODY[]
	FetchRFC822Header // RFC822.HEADER, as BODY.PEEK[HEADER]
	FetchRFC822Text   // RFC822.TEXT, as BODY[TEXT]
)

// FetchItem is one data item asked for.
type FetchItem struct {
	Kind       FetchKind
	Peek       bool // does not set \Seen
	Lazy       bool // PREVIEW (LAZY)
	Section    Section
	HasPartial bool
	Offset     int64 // <offset.count>
	Count      int64
}

// Fetch is FETCH (RFC 9051 section 6.4.5) and UID FETCH with the modifiers of
// RFC 7162.
type Fetch struct {
	UID          bool
	Set          Set
	Items        []FetchItem
	HasChanged   bool // CHANGEDSINCE was given
	ChangedSince uint64
	Vanished     bool
}

func (Fetch) command() {}

// fetchMacros are the macros of RFC 9051 section 6.4.5.
var fetchMacros = map[string][]FetchKind{
	"ALL":  {FetchFlags, FetchInternalDate, FetchSize, FetchEnvelope},
	"FAST": {FetchFlags, FetchInternalDate, FetchSize},
	"FULL": {FetchFlags, FetchInternalDate, FetchSize, FetchEnvelope, FetchBody},
}

var fetchKinds = map[string]FetchKind{
	"UID": FetchUID, "FLAGS": FetchFlags, "INTERNALDATE": FetchInternalDate,
	"RFC822.SIZE": FetchSize, "ENVELOPE": FetchEnvelope, "BODYSTRUCTURE": FetchBodyStructure,
	"MODSEQ": FetchModSeq, "EMAILID": FetchEmailID, "THREADID": FetchThreadID,
	"SAVEDATE": FetchSaveDate, "PREVIEW": FetchPreview, "RFC822": FetchRFC822,
	"RFC822.HEADER": FetchRFC822Header, "RFC822.TEXT": FetchRFC822Text, "BODY": FetchBody,
	"BODY.PEEK": FetchSection, "BINARY": FetchBinary, "BINARY.PEEK": FetchBinary,
	"BINARY.SIZE": FetchBinarySize,
}

func parseFetch(l *lexer, uid bool) Command {
	c := Fetch{UID: uid}
	l.sp()
	c.Set = l.set(false)
	l.sp()
	if l.peek() == '(' {
		l.list("FETCH items", func() { c.Items = append(c.Items, l.fetchItem(l.fetchWord())) })
		if len(c.Items) == 0 {
			l.failf("The list of FETCH items is empty.")
		}
	} else {
		word := l.fetchWord()
		if macro, is := fetchMacros[word]; is {
			for _, k := range macro {
				c.Items = append(c.Items, FetchItem{Kind: k})
			}
		} else {
			c.Items = []FetchItem{l.fetchItem(word)}
		}
	}
	if l.take(' ') {
		l.list("FETCH modifiers", func() { l.fetchModifier(&c) })
		// RFC 7162 section 3.2.6: VANISHED only with UID FETCH and CHANGEDSINCE.
		if c.Vanished && (!uid || !c.HasChanged) {
			l.failf("VANISHED is allowed only in UID FETCH with CHANGEDSINCE.")
		}
	}
	return c
}

func (l *lexer) fetchModifier(c *Fetch) {
	switch w := l.word("a FETCH modifier"); w {
	case "CHANGEDSINCE":
		l.sp()
		c.HasChanged, c.ChangedSince = true, l.number("the mod-sequence", max63)
	case "VANISHED":
		c.Vanished = true
	default:
		l.failf("FETCH has no modifier %s.", quoteWord(w))
	}
}

// fetchWord takes the name of an item up to its section.
func (l *lexer) fetchWord() string {
	s := l.run(func(c byte) bool { return isAtom(c) && c != '[' && c != '<' })
	if s == "" {
		l.failf("Expected a FETCH item, found %s.", l.near())
	}
	return upper(s)
}

func (l *lexer) fetchItem(word string) FetchItem {
	var it FetchItem
	kind, known := fetchKinds[word]
	if !known {
		l.failf("FETCH has no data item %s.", quoteWord(word))
		return it
	}
	it.Kind = kind
	switch word {
	case "BODY":
		if l.peek() != '[' {
			return it
		}
		it.Kind = FetchSection
		it.Section = l.section()
	case "BODY.PEEK":
		it.Peek = true
		it.Section = l.section()
	case "BINARY", "BINARY.PEEK", "BINARY.SIZE":
		it.Peek = word != "BINARY"
		it.Section = l.binarySection()
	case "PREVIEW":
		l.previewModifiers(&it)
	case "RFC822.HEADER":
		it.Peek = true
	}
	if it.Kind == FetchSection || it.Kind == FetchBinary {
		l.partial(&it)
	}
	return it
}

// previewModifiers takes "(LAZY)" of RFC 8970 section 4.1.
func (l *lexer) previewModifiers(it *FetchItem) {
	rest := l.rest()
	if len(rest) < 2 || rest[0] != ' ' || rest[1] != '(' {
		return
	}
	l.sp()
	l.list("PREVIEW modifiers", func() {
		if w := l.word("a PREVIEW modifier"); w != "LAZY" {
			l.failf("PREVIEW has no modifier %s.", quoteWord(w))
		}
		it.Lazy = true
	})
}

// partial takes "<offset.count>".
func (l *lexer) partial(it *FetchItem) {
	if !l.take('<') {
		return
	}
	it.HasPartial = true
	it.Offset = int64(l.number("an offset", max63))
	l.want('.', "in the partial range")
	it.Count = int64(l.number("a count", max63))
	if it.Count == 0 {
		l.failf("The count of a partial range starts at 1.")
	}
	l.want('>', "after the partial range")
}
