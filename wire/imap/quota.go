package imap

// GetQuota is GETQUOTA (RFC 9208 section 4.1.1).
type GetQuota struct{ Root string }

// GetQuotaRoot is GETQUOTAROOT (section 4.1.2).
type GetQuotaRoot struct{ Mailbox string }

// SetQuota is SETQUOTA (section 4.1.3).
type SetQuota struct {
	Root   string
	Limits map[string]uint64 // resource name in capitals
}

func (GetQuota) command()     {}
func (GetQuotaRoot) command() {}
func (SetQuota) command()     {}

func parseGetQuota(l *lexer, _ bool) Command {
	l.sp()
	return GetQuota{l.astring("a quota root")}
}

func parseGetQuotaRoot(l *lexer, _ bool) Command {
	l.sp()
	return GetQuotaRoot{l.mailbox()}
}

func parseSetQuota(l *lexer, _ bool) Command {
	c := SetQuota{Limits: map[string]uint64{}}
	l.sp()
	c.Root = l.astring("a quota root")
	l.sp()
	l.list("quota limits", func() {
		name := l.word("a resource")
		l.sp()
		c.Limits[name] = l.number("a limit", max63)
	})
	return c
}
