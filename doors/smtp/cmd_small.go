package smtp

// cmdRset forgets the envelope.
func (x *session) cmdRset(arg string) {
	if arg != "" {
		x.refuse(501, "5.5.4", "RSET has no parameters.")
		return
	}
	x.reset()
	x.reply(250, "2.0.0", "Forgotten.")
}

// cmdNoop does nothing.
func (x *session) cmdNoop(string) { x.reply(250, "2.0.0", "Fine.") }

// cmdVrfy neither confirms nor denies: the address book is no stranger's
// business (RFC 5321 section 7.3).
func (x *session) cmdVrfy(arg string) {
	if arg == "" {
		x.refuse(501, "5.5.4", "VRFY needs an address.")
		return
	}
	x.reply(252, "2.5.2", "Addresses are not confirmed; a letter will be tried.")
}

// cmdHelp names the commands.
func (x *session) cmdHelp(string) {
	x.reply(214, "2.0.0", "EHLO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP VRFY QUIT")
}

// cmdQuit ends the connection.
func (x *session) cmdQuit(arg string) {
	if arg != "" {
		x.refuse(501, "5.5.4", "QUIT has no parameters.")
		return
	}
	x.reply(221, "2.0.0", "Goodbye.")
	x.quit = true
}
