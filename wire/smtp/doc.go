// Package smtp holds the forms of SMTP that both ends share: paths and
// parameters of commands, replies, the transparency of DATA, and a client.
//
// It is pure: no database, no configuration. The server's side of the
// dialogue is doors/smtp; the queue of the mail room uses [Client].
//
// Rules it answers: RFC 5321 (SMTP), RFC 3461 (DSN parameters), RFC 6531
// (SMTPUTF8), RFC 4865 (FUTURERELEASE), RFC 1870 (SIZE), RFC 2034 (enhanced
// codes).
//
// Where to start: path.go and params.go for what commands say, data.go for
// the message itself, client.go for sending.
package smtp
