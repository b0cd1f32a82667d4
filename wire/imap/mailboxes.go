package imap

// Create is CREATE (RFC 9051 section 6.3.4) with USE of RFC 6154.
type Create struct {
	Mailbox string
	Use     []string // such as \Archive, as the client wrote them
}

// Delete is DELETE (section 6.3.5).
type Delete struct{ Mailbox string }

// Rename is RENAME (section 6.3.6).
type Rename struct{ From, To string }

// Subscribe is SUBSCRIBE (section 6.3.7) and UNSUBSCRIBE (section 6.3.8).
type Subscribe struct {
	Mailbox string
	Off     bool
}

func (Create) command()    {}
func (Delete) command()    {}
func (Rename) command()    {}
func (Subscribe) command() {}

func parseCreate(l *lexer, _ bool) Command {
	var c Create
	l.sp()
	c.Mailbox = l.mailbox()
	if !l.take(' ') {
		return c
	}
	l.list("CREATE parameters", func() {
		if p := l.word("a parameter"); p != "USE" {
			l.failf("CREATE has no parameter %s.", quoteWord(p))
			return
		}
		l.sp()
		l.list("uses", func() {
			l.want('\\', "before a use")
			c.Use = append(c.Use, `\`+l.atom("a use"))
		})
	})
	return c
}

func parseDelete(l *lexer, _ bool) Command {
	l.sp()
	return Delete{l.mailbox()}
}

func parseRename(l *lexer, _ bool) Command {
	var c Rename
	l.sp()
	c.From = l.mailbox()
	l.sp()
	c.To = l.mailbox()
	return c
}

func parseSubscribe(l *lexer, _ bool) Command {
	l.sp()
	return Subscribe{Mailbox: l.mailbox()}
}

func parseUnsubscribe(l *lexer, _ bool) Command {
	l.sp()
	return Subscribe{Mailbox: l.mailbox(), Off: true}
}
