package imap

// List is LIST (RFC 9051 section 6.3.9, with RFC 5258, 5819 and 6154) and
// LSUB (RFC 3501 section 6.3.9).
type List struct {
	Lsub      bool
	Extended  bool // an extended form was used
	Reference string
	Patterns  []string

	// Selection options.
	Subscribed, Remote, RecursiveMatch, SpecialUse bool

	// Return options.
	ReturnSubscribed, ReturnChildren, ReturnSpecialUse bool
	ReturnStatus                                       StatusItem
}

func (List) command() {}

func parseLsub(l *lexer, _ bool) Command {
	c := List{Lsub: true}
	l.sp()
	c.Reference = l.refName()
	l.sp()
	c.Patterns = []string{l.pattern()}
	return c
}

func parseList(l *lexer, _ bool) Command {
	var c List
	l.sp()
	if l.peek() == '(' {
		c.Extended = true
		l.list("LIST options", func() { l.listSelection(&c) })
		// RFC 5258 section 3.1: RECURSIVEMATCH needs another option that selects.
		if c.RecursiveMatch && !c.Subscribed && !c.SpecialUse {
			l.failf("RECURSIVEMATCH needs another selection option such as SUBSCRIBED.")
		}
		l.sp()
	}
	c.Reference = l.refName()
	l.sp()
	if l.peek() == '(' {
		c.Extended = true
		l.list("mailbox patterns", func() { c.Patterns = append(c.Patterns, l.pattern()) })
	} else {
		c.Patterns = []string{l.pattern()}
	}
	if l.take(' ') {
		if w := l.word("RETURN"); w != "RETURN" {
			l.failf("Expected RETURN after the patterns, found %s.", quoteWord(w))
		}
		c.Extended = true
		l.sp()
		l.list("LIST return options", func() { l.listReturn(&c) })
	}
	return c
}

// refName takes the reference; an empty one comes as "".
func (l *lexer) refName() string {
	raw := l.astring("a reference")
	if raw == "" {
		return ""
	}
	return l.mailboxName(raw)
}

func (l *lexer) listSelection(c *List) {
	switch w := l.word("a LIST option"); w {
	case "SUBSCRIBED":
		c.Subscribed = true
	case "REMOTE":
		c.Remote = true
	case "RECURSIVEMATCH":
		c.RecursiveMatch = true
	case "SPECIAL-USE":
		c.SpecialUse = true
	default:
		l.failf("LIST has no selection option %s.", quoteWord(w))
	}
}

func (l *lexer) listReturn(c *List) {
	switch w := l.word("a LIST return option"); w {
	case "SUBSCRIBED":
		c.ReturnSubscribed = true
	case "CHILDREN":
		c.ReturnChildren = true
	case "SPECIAL-USE":
		c.ReturnSpecialUse = true
	case "STATUS":
		l.sp()
		c.ReturnStatus = l.statusItems()
	default:
		l.failf("LIST has no return option %s.", quoteWord(w))
	}
}

// pattern takes list-mailbox: an astring in which "%" and "*" may stand bare.
func (l *lexer) pattern() string {
	var raw string
	if l.isString() {
		raw = l.str("a mailbox pattern")
	} else {
		raw = l.run(func(c byte) bool { return isAstring(c) || c == '%' || c == '*' })
		if raw == "" {
			l.failf("Expected a mailbox pattern, found %s.", l.near())
		}
	}
	name, err := DecodeMailbox(raw, l.r.utf8)
	if err != nil { // it matches no mailbox, which is no error
		return "\x00"
	}
	return name
}
