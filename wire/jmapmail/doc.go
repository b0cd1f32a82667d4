// Package jmapmail holds the data types of JMAP Mail (RFC 8621) as they look
// on the wire: mailboxes, threads, emails, identities, submissions, and the
// filters that select them.
//
// Owns: names and shapes, from which the web client's types are generated.
// Does not own: behaviour; mail/mailapi answers the methods.
//
// The tag ts:"list" says for cmd/tsgen that a list is never null.
//
// Where to start: Email in email.go.
package jmapmail

// The capabilities of RFC 8621.
const (
	MailURN       = "urn:ietf:params:jmap:mail"
	SubmissionURN = "urn:ietf:params:jmap:submission"
	VacationURN   = "urn:ietf:params:jmap:vacationresponse"
)
