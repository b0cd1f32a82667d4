package imap

// ID is ID (RFC 2971): what the client says of itself, in pairs.
type ID struct{ Fields [][2]string }

func (ID) command() {}

func parseID(l *lexer, _ bool) Command {
	var c ID
	l.sp()
	if l.peek() != '(' {
		if a := l.word("a list or NIL"); a != "NIL" {
			l.failf("Expected a list or NIL after ID.")
		}
		return c
	}
	l.list("ID fields", func() {
		name := l.str("a field name")
		l.sp()
		value, _ := l.nstring("a field value")
		// RFC 2971 section 3.3: at most 30 pairs, names of 30 and values of
		// 1024 octets.
		if len(name) > 30 || len(value) > 1024 || len(c.Fields) >= 30 {
			l.failf("The ID list is too long.")
		}
		c.Fields = append(c.Fields, [2]string{name, value})
	})
	return c
}
