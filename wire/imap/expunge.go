package imap

// Expunge is EXPUNGE (RFC 9051 section 6.4.3) and UID EXPUNGE (section 6.4.9).
type Expunge struct {
	UID bool
	Set Set // UID EXPUNGE only
}

func (Expunge) command() {}

func parseUIDExpunge(l *lexer, _ bool) Command {
	l.sp()
	return Expunge{UID: true, Set: l.set(false)}
}
