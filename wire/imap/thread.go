package imap

// Thread is THREAD and UID THREAD (RFC 5256 section 3).
type Thread struct {
	UID       bool
	Algorithm string // in capitals
	Key       SearchKey
}

func (Thread) command() {}

func parseThread(l *lexer, uid bool) Command {
	c := Thread{UID: uid}
	l.sp()
	c.Algorithm = l.word("a threading algorithm")
	l.sp()
	charset := l.astring("a charset")
	l.sp()
	c.Key = l.program(charset)
	return c
}
