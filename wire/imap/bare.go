package imap

// Capability is CAPABILITY (RFC 9051 section 6.1.1).
type Capability struct{}

// Noop is NOOP (section 6.1.2).
type Noop struct{}

// Logout is LOGOUT (section 6.1.3).
type Logout struct{}

// StartTLS is STARTTLS (section 6.2.1).
type StartTLS struct{}

// Check is CHECK (RFC 3501 section 6.4.1).
type Check struct{}

// Close is CLOSE (section 6.4.1).
type Close struct{}

// Unselect is UNSELECT (section 6.4.2).
type Unselect struct{}

// Namespace is NAMESPACE (section 6.3.10).
type Namespace struct{}

// Idle is IDLE (section 6.3.13); the client ends it with a line "DONE".
type Idle struct{}

// Unauthenticate is UNAUTHENTICATE (RFC 8437).
type Unauthenticate struct{}

// bare is the parse function of a command without arguments.
func bare(c Command) func(*lexer, bool) Command {
	return func(*lexer, bool) Command { return c }
}

func (Capability) command()     {}
func (Noop) command()           {}
func (Logout) command()         {}
func (StartTLS) command()       {}
func (Check) command()          {}
func (Close) command()          {}
func (Unselect) command()       {}
func (Namespace) command()      {}
func (Idle) command()           {}
func (Unauthenticate) command() {}
