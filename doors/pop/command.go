package pop

import (
	"strconv"
	"strings"
)

// command carries out a line: a word, and what stands behind it (RFC 1939
// section 3).
func (x *session) command(line string) {
	if !x.stands() {
		return
	}
	word, rest, _ := strings.Cut(line, " ")
	known := x.inAnyState(strings.ToUpper(word), rest)
	switch {
	case known:
	case x.subject.Account == 0:
		known = x.beforeSignIn(strings.ToUpper(word), rest)
	default:
		known = x.afterSignIn(strings.ToUpper(word), rest)
	}
	if known {
		x.bad = 0
		return
	}
	if x.bad++; x.bad >= x.server.conf.MaxBad {
		x.no("", "Too many commands that make no sense.")
		x.over = true
		return
	}
	x.no("", "This command is not known, or not now.")
}

func (x *session) inAnyState(word, _ string) bool {
	switch word {
	case "CAPA":
		x.capa()
	case "QUIT":
		x.quit()
	default:
		return false
	}
	return true
}

func (x *session) beforeSignIn(word, rest string) bool {
	switch word {
	case "USER":
		x.cmdUser(rest)
	case "PASS":
		x.cmdPass(rest)
	case "AUTH":
		x.auth(rest)
	case "STLS":
		x.stls()
	case "UTF8":
		x.cmdUTF8(rest)
	default:
		return false
	}
	return true
}

func (x *session) afterSignIn(word, rest string) bool {
	switch word {
	case "STAT":
		x.stat()
	case "LIST":
		x.list(rest)
	case "UIDL":
		x.uidl(rest)
	case "RETR":
		x.retr(rest)
	case "TOP":
		x.top(rest)
	case "DELE":
		x.dele(rest)
	case "RSET":
		x.rset()
	case "NOOP":
		x.ok("Nothing done.")
	default:
		return false
	}
	return true
}

// letter finds the letter of a number that a client names; it answers itself
// where there is none.
func (x *session) letter(number string) (*letter, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(number))
	if err != nil || n < 1 || n > len(x.drop) || x.drop[n-1].deleted {
		x.no("", "There is no such letter.")
		return &letter{}, false
	}
	return &x.drop[n-1], true
}
