package imap

import "fmt"

// SyntaxError is a command that could not be parsed. The connection stays
// usable: the rest of the command is dropped by the next call of Next.
type SyntaxError struct {
	Tag  string // the client's tag, or "*" when not even that could be read
	No   bool   // the grammar was right but a value is not served: answer NO, not BAD
	Code string // response code without brackets, may be empty
	Text string // one sentence for a person
}

// Error returns the sentence.
func (e *SyntaxError) Error() string { return e.Text }

// FatalError is a client that cannot be followed any further, for example
// because it sends a literal too large to be skipped. Answer BYE and close.
type FatalError struct{ Text string }

// Error returns the sentence.
func (e *FatalError) Error() string { return e.Text }

func syntaxf(format string, args ...any) *SyntaxError {
	return &SyntaxError{Text: fmt.Sprintf(format, args...)}
}
