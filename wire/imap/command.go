package imap

import "strings"

// Request is one command of a client.
type Request struct {
	Tag  string
	Name string // in capitals, "UID FETCH" and the like included
	Cmd  Command
}

// Command is one of the command structs of this package.
type Command interface{ command() }

// parsers holds the parse function of each command; uid tells the "UID" form.
var parsers = map[string]func(l *lexer, uid bool) Command{
	"CAPABILITY": bare(Capability{}), "NOOP": bare(Noop{}), "LOGOUT": bare(Logout{}),
	"STARTTLS": bare(StartTLS{}), "CHECK": bare(Check{}), "CLOSE": bare(Close{}),
	"UNSELECT": bare(Unselect{}), "NAMESPACE": bare(Namespace{}), "IDLE": bare(Idle{}),
	"EXPUNGE": bare(Expunge{}), "UNAUTHENTICATE": bare(Unauthenticate{}),
	"LOGIN": parseLogin, "AUTHENTICATE": parseAuthenticate, "ENABLE": parseEnable, "ID": parseID,
	"SELECT": parseSelect, "EXAMINE": parseExamine, "CREATE": parseCreate, "DELETE": parseDelete,
	"RENAME": parseRename, "SUBSCRIBE": parseSubscribe, "UNSUBSCRIBE": parseUnsubscribe,
	"LIST": parseList, "LSUB": parseLsub, "STATUS": parseStatus, "APPEND": parseAppend,
	"FETCH": parseFetch, "STORE": parseStore, "COPY": parseCopy, "MOVE": parseMove,
	"SEARCH": parseSearch, "SORT": parseSort, "THREAD": parseThread, "COMPRESS": parseCompress,
	"GETQUOTA": parseGetQuota, "GETQUOTAROOT": parseGetQuotaRoot, "SETQUOTA": parseSetQuota,
}

// uidParsers are the commands that may follow "UID".
var uidParsers = map[string]func(l *lexer, uid bool) Command{
	"FETCH": parseFetch, "STORE": parseStore, "COPY": parseCopy, "MOVE": parseMove,
	"SEARCH": parseSearch, "SORT": parseSort, "THREAD": parseThread, "EXPUNGE": parseUIDExpunge,
}

// request takes one whole command line, except the messages of an APPEND.
func (l *lexer) request() Request {
	req := Request{Tag: "*"}
	if l.r.long {
		req.Tag = l.r.cut
		l.checkLine()
		return req
	}
	req.Tag = l.tag()
	if !l.ok() {
		return req
	}
	l.sp()
	req.Name = l.word("a command")
	parse, known := parsers[req.Name]
	uid := req.Name == "UID"
	if uid {
		l.sp()
		word := l.word("a command after UID")
		req.Name += " " + word
		parse, known = uidParsers[word]
	}
	if !l.ok() {
		return req
	}
	if !known {
		l.failf("There is no command %s.", quoteWord(req.Name))
		return req
	}
	req.Cmd = parse(l, uid)
	if a, isAppend := req.Cmd.(*Append); isAppend {
		a.r = l.r
	} else {
		l.end()
	}
	return req
}

// quoteWord shortens a word of the client for an error text.
func quoteWord(s string) string {
	if len(s) > 40 {
		s = s[:40] + "..."
	}
	return strings.ToValidUTF8(s, "?")
}
