package imap

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// lexer takes tokens off the current line. The first error stays; after it
// every method returns its zero value, so parse functions need no checks
// between tokens, only in loops (ok).
type lexer struct {
	r     *Reader
	err   *SyntaxError
	ioErr error
	depth int
	keys  int
}

func (l *lexer) ok() bool { return l.err == nil && l.ioErr == nil }

func (l *lexer) failf(format string, args ...any) {
	if l.ok() {
		l.err = syntaxf(format, args...)
	}
}

// rest is what has not been read of the line.
func (l *lexer) rest() []byte { return l.r.line[l.r.pos:] }

// near quotes the place of an error for a person.
func (l *lexer) near() string {
	rest := l.rest()
	if len(rest) == 0 {
		return "the end of the line"
	}
	if len(rest) > 20 {
		rest = rest[:20]
	}
	return strconv.QuoteToASCII(string(rest))
}

// peek is the next octet, or 0 at the end of the line or after an error.
func (l *lexer) peek() byte {
	if !l.ok() || l.r.pos >= len(l.r.line) {
		return 0
	}
	return l.r.line[l.r.pos]
}

// take consumes c if it is next.
func (l *lexer) take(c byte) bool {
	if c != 0 && l.peek() == c {
		l.r.pos++
		return true
	}
	return false
}

func (l *lexer) want(c byte, where string) {
	if !l.take(c) {
		l.failf("Expected %q %s, found %s.", c, where, l.near())
	}
}

func (l *lexer) sp() {
	if !l.take(' ') {
		l.failf("Expected a space before %s.", l.near())
	}
}

// end wants the end of the command.
func (l *lexer) end() {
	if l.ok() && l.r.pos < len(l.r.line) {
		l.failf("Unexpected %s after the end of the command.", l.near())
	}
}

func isCTL(c byte) bool { return c < 0x20 || c == 0x7f }

// isAtom is ATOM-CHAR of RFC 9051 section 9.
func isAtom(c byte) bool {
	return c < 0x80 && !isCTL(c) && strings.IndexByte("(){ %*\"\\]", c) < 0
}

func isAstring(c byte) bool { return isAtom(c) || c == ']' }

// run takes octets while f holds.
func (l *lexer) run(f func(byte) bool) string {
	if !l.ok() {
		return ""
	}
	rest := l.rest()
	n := 0
	for n < len(rest) && f(rest[n]) {
		n++
	}
	l.r.pos += n
	return string(rest[:n])
}

// atom takes an atom; what names it in the error.
func (l *lexer) atom(what string) string {
	s := l.run(isAtom)
	if s == "" {
		l.failf("Expected %s, found %s.", what, l.near())
	}
	return s
}

// word takes an atom as a keyword, in capitals.
func (l *lexer) word(what string) string { return strings.ToUpper(l.atom(what)) }

// tag takes the tag: ASTRING-CHAR except "+".
func (l *lexer) tag() string {
	s := l.run(func(c byte) bool { return isAstring(c) && c != '+' })
	if s == "" || len(s) > maxTag {
		l.failf("Expected a tag at the start of the command, found %s.", l.near())
		return "*"
	}
	return s
}

// astring takes an astring.
func (l *lexer) astring(what string) string {
	if l.isString() {
		return l.str(what)
	}
	s := l.run(isAstring)
	if s == "" {
		l.failf("Expected %s, found %s.", what, l.near())
	}
	return s
}

func (l *lexer) isString() bool {
	c := l.peek()
	return c == '"' || c == '{'
}

// str takes a quoted string or a literal.
func (l *lexer) str(what string) string {
	switch l.peek() {
	case '"':
		return l.quoted()
	case '{':
		return l.memLiteral()
	}
	l.failf("Expected %s as a string, found %s.", what, l.near())
	return ""
}

// nstring takes a string or NIL.
func (l *lexer) nstring(what string) (s string, isNil bool) {
	if l.isString() {
		return l.str(what), false
	}
	if a := l.word(what); a != "NIL" {
		l.failf("Expected %s as a string or NIL, found %q.", what, a)
	}
	return "", true
}

// quoted takes a quoted string. UTF-8 is taken in any state, as RFC 6855 and
// RFC 9051 allow it and older clients send it in passwords without asking.
func (l *lexer) quoted() string {
	rest := l.rest()[1:]
	var b []byte
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '"':
			l.r.pos += i + 2
			if b == nil {
				b = rest[:i]
			}
			if !utf8.Valid(b) {
				l.failf("A quoted string holds octets that are not UTF-8. Send it as a literal.")
				return ""
			}
			return string(b)
		case c == '\\':
			if b == nil {
				b = append(make([]byte, 0, len(rest)), rest[:i]...)
			}
			i++
			if i >= len(rest) || (rest[i] != '"' && rest[i] != '\\') {
				l.failf("In a quoted string a backslash stands only before a quote or a backslash.")
				return ""
			}
			b = append(b, rest[i])
		case c == 0 || c == '\r':
			l.failf("A quoted string holds a control character. Send it as a literal.")
			return ""
		case b != nil:
			b = append(b, c)
		}
	}
	l.failf("A quoted string has no closing quote.")
	return ""
}

// literalHead checks that an announced literal stands here and moves past it.
func (l *lexer) literalHead() bool {
	last := bytes.LastIndexByte(l.r.line, '{')
	if !l.r.literal.open || l.r.pos != last {
		l.failf("Expected a literal such as {42} at the end of the line, found %s.", l.near())
		return false
	}
	l.r.pos = len(l.r.line)
	return true
}

// memLiteral takes a literal into memory.
func (l *lexer) memLiteral() string {
	if !l.literalHead() {
		return ""
	}
	r := l.r
	size := r.literal.left
	if size > r.lim.Literal || r.used+size > r.lim.Command {
		l.failf("A literal of %d octets is too long here; at most %d are accepted.", size, r.lim.Literal)
		l.err.Code = "TOOBIG"
		return ""
	}
	if l.ioErr = r.openLiteral(); l.ioErr != nil {
		return ""
	}
	data := make([]byte, size)
	if _, l.ioErr = io.ReadFull(literalReader{r}, data); l.ioErr != nil {
		return ""
	}
	r.used += size
	l.nextLine()
	if bytes.IndexByte(data, 0) >= 0 {
		l.failf("A literal holds a NUL octet.")
	}
	return string(data)
}

// nextLine goes on after a literal.
func (l *lexer) nextLine() {
	if l.ioErr = l.r.readLine(); l.ioErr == nil {
		l.checkLine()
	}
}

func (l *lexer) checkLine() {
	if l.r.long {
		l.failf("The command line is longer than %d octets.", l.r.lim.Line)
		l.err.Code = "TOOBIG"
	} else if l.r.used > l.r.lim.Command {
		l.failf("The command is longer than %d octets.", l.r.lim.Command)
		l.err.Code = "TOOBIG"
	}
}

// number takes digits up to max; what names it in the error.
func (l *lexer) number(what string, max uint64) uint64 {
	s := l.run(func(c byte) bool { return c >= '0' && c <= '9' })
	if s == "" {
		l.failf("Expected %s, found %s.", what, l.near())
		return 0
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n > max {
		l.failf("%s is too large for %s.", s, what)
		return 0
	}
	return n
}

const (
	max32 = 1<<32 - 1
	max63 = 1<<63 - 1
)

// list takes "(" one *(SP one) ")"; an empty list calls one never.
func (l *lexer) list(what string, one func()) {
	l.want('(', "before "+what)
	if l.take(')') {
		return
	}
	for n := 0; l.ok(); n++ {
		if n == l.r.lim.Items {
			l.failf("The list of %s is too long.", what)
			return
		}
		one()
		if l.take(')') {
			return
		}
		if !l.take(' ') {
			l.failf("Expected a space or %q in the list of %s, found %s.", ')', what, l.near())
		}
	}
}

// enter counts nesting; every enter needs a leave.
func (l *lexer) enter() bool {
	l.depth++
	if l.depth > l.r.lim.Depth {
		l.failf("The command is nested deeper than %d levels.", l.r.lim.Depth)
		return false
	}
	return true
}

func (l *lexer) leave() { l.depth-- }

// mailbox takes a mailbox name and returns it as UTF-8, INBOX in capitals.
func (l *lexer) mailbox() string {
	return l.mailboxName(l.astring("a mailbox name"))
}

func (l *lexer) mailboxName(raw string) string {
	if strings.EqualFold(raw, "INBOX") {
		return "INBOX"
	}
	name, err := DecodeMailbox(raw, l.r.utf8)
	if err != nil && l.ok() {
		l.failf("%s.", err)
		l.err.No, l.err.Code = true, "CANNOT" // RFC 5530: a name that can never be
	}
	return name
}

// String shows the state of the lexer when a test fails.
func (l *lexer) String() string { return fmt.Sprintf("at %d of %q", l.r.pos, l.r.line) }
