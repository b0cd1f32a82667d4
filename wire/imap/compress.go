package imap

// Compress is COMPRESS (RFC 4978).
type Compress struct{ Algorithm string }

func (Compress) command() {}

func parseCompress(l *lexer, _ bool) Command {
	l.sp()
	return Compress{l.word("a compression algorithm")}
}
