package imap

// Copy is COPY (RFC 9051 section 6.4.7), MOVE (section 6.4.8) and their UID
// forms.
type Copy struct {
	UID     bool
	Move    bool
	Set     Set
	Mailbox string
}

func (Copy) command() {}

func parseCopy(l *lexer, uid bool) Command { return l.copyArgs(Copy{UID: uid}) }

func parseMove(l *lexer, uid bool) Command { return l.copyArgs(Copy{UID: uid, Move: true}) }

func (l *lexer) copyArgs(c Copy) Command {
	l.sp()
	c.Set = l.set(false)
	l.sp()
	c.Mailbox = l.mailbox()
	return c
}
