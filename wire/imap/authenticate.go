package imap

import "encoding/base64"

// Authenticate is AUTHENTICATE (RFC 9051 section 6.2.2) with the initial
// response of RFC 4959.
type Authenticate struct {
	Mechanism  string
	HasInitial bool
	Initial    []byte // decoded
}

func (Authenticate) command() {}

func parseAuthenticate(l *lexer, _ bool) Command {
	var c Authenticate
	l.sp()
	c.Mechanism = l.word("a SASL mechanism")
	if !l.take(' ') {
		return c
	}
	c.HasInitial = true
	text := l.run(func(b byte) bool { return b > ' ' && b < 0x7f })
	if text == "=" { // RFC 4959 section 3: an empty response
		return c
	}
	var err error
	if c.Initial, err = DecodeSASL(text); err != nil {
		l.failf("The initial response is not valid base64.")
	}
	return c
}

// DecodeSASL reads a line of a SASL exchange.
func DecodeSASL(line string) ([]byte, error) {
	return base64.StdEncoding.Strict().DecodeString(line)
}
