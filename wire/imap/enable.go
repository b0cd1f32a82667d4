package imap

// Enable is ENABLE (RFC 9051 section 6.3.1).
type Enable struct{ Capabilities []string } // in capitals

func (Enable) command() {}

func parseEnable(l *lexer, _ bool) Command {
	var c Enable
	for l.ok() {
		l.sp()
		c.Capabilities = append(c.Capabilities, l.word("a capability"))
		if l.peek() != ' ' {
			break
		}
	}
	return c
}
