package imap

import "strings"

// The system flags that a client may set.
const (
	FlagSeen     = `\Seen`
	FlagAnswered = `\Answered`
	FlagFlagged  = `\Flagged`
	FlagDeleted  = `\Deleted`
	FlagDraft    = `\Draft`
)

var systemFlags = map[string]string{
	`\SEEN`: FlagSeen, `\ANSWERED`: FlagAnswered, `\FLAGGED`: FlagFlagged,
	`\DELETED`: FlagDeleted, `\DRAFT`: FlagDraft,
}

// flag takes a flag: a system flag in its usual spelling or a keyword as it
// was written.
func (l *lexer) flag() string {
	if !l.take('\\') {
		return l.atom("a flag")
	}
	name := `\` + l.atom("a flag name")
	flag, known := systemFlags[strings.ToUpper(name)]
	switch {
	case known:
	case strings.EqualFold(name, `\Recent`):
		// RFC 3501 section 2.3.2: clients cannot alter \Recent.
		l.failf(`\Recent cannot be set by a client.`)
	default:
		l.failf("There is no system flag %s.", quoteWord(name))
	}
	return flag
}

// flagList takes a parenthesised list of flags.
func (l *lexer) flagList() []string {
	flags := []string{}
	l.list("flags", func() { flags = append(flags, l.flag()) })
	return flags
}
