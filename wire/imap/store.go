package imap

// StoreOp is what STORE does with the flags.
type StoreOp uint8

// The three operations of STORE.
const (
	StoreSet StoreOp = iota
	StoreAdd
	StoreRemove
)

// Store is STORE (RFC 9051 section 6.4.6) and UID STORE with UNCHANGEDSINCE of
// RFC 7162 section 3.1.3.
type Store struct {
	UID            bool
	Set            Set
	HasUnchanged   bool
	UnchangedSince uint64
	Op             StoreOp
	Silent         bool
	Flags          []string
}

func (Store) command() {}

func parseStore(l *lexer, uid bool) Command {
	c := Store{UID: uid}
	l.sp()
	c.Set = l.set(false)
	l.sp()
	if l.peek() == '(' {
		l.list("STORE modifiers", func() {
			if w := l.word("a STORE modifier"); w != "UNCHANGEDSINCE" {
				l.failf("STORE has no modifier %s.", quoteWord(w))
				return
			}
			l.sp()
			c.HasUnchanged, c.UnchangedSince = true, l.number("the mod-sequence", max63)
		})
		l.sp()
	}
	switch {
	case l.take('+'):
		c.Op = StoreAdd
	case l.take('-'):
		c.Op = StoreRemove
	}
	switch w := l.word("FLAGS"); w {
	case "FLAGS":
	case "FLAGS.SILENT":
		c.Silent = true
	default:
		l.failf("STORE has no data item %s.", quoteWord(w))
	}
	l.sp()
	if l.peek() == '(' {
		c.Flags = l.flagList()
		return c
	}
	for l.ok() { // RFC 9051 section 9: flags may stand without parentheses
		c.Flags = append(c.Flags, l.flag())
		if len(c.Flags) > l.r.lim.Items {
			l.failf("The list of flags is too long.")
		}
		if !l.take(' ') {
			break
		}
	}
	return c
}
