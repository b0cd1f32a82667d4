package imap

// Login is LOGIN (RFC 9051 section 6.2.3).
type Login struct{ User, Password string }

func (Login) command() {}

func parseLogin(l *lexer, _ bool) Command {
	var c Login
	l.sp()
	c.User = l.astring("a user name")
	l.sp()
	c.Password = l.astring("a password")
	return c
}
