package pop

// dele is DELE (RFC 1939 section 5); it works at QUIT.
func (x *session) dele(number string) {
	if l, ok := x.letter(number); ok {
		l.deleted = true
		x.ok("To be removed at the end.")
	}
}

// rset is RSET (RFC 1939 section 5).
func (x *session) rset() {
	for n := range x.drop {
		x.drop[n].deleted = false
	}
	x.ok("Nothing is to be removed.")
}
