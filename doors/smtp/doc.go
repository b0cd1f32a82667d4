// Package smtp is the door through which letters come: port 25 for other
// servers, 587 and 465 for mail programs.
//
// Owns: the dialogue - greeting, extensions, limits, sign-in over SASL, the
// bytes of DATA and BDAT - and the reply codes.
//
// Does not own: what happens to a letter (mail), who somebody is (identity,
// asked through needs.go), the forms of commands (wire/smtp).
//
// The server is our own and not emersion/go-smtp, because v0.25.1 knows no
// FUTURERELEASE parameters, lets lone LF and CR through to the data, sets one
// deadline for a whole message, flushes every reply line by itself and has no
// limits per address; each needs a change in its connection object.
//
// Every command has its file; commands.go is the table. 250 after a message
// means that the mail room's transaction is on the disk.
//
// Rules it answers: RFC 5321, 1870 (SIZE), 2034, 2920 (PIPELINING), 3030
// (CHUNKING), 3207 (STARTTLS), 3461 (DSN), 4865 (FUTURERELEASE), 4954 (AUTH),
// 6152 (8BITMIME), 6409 (submission), 6531 (SMTPUTF8), 8314 (implicit TLS).
//
// Where to start: server.go, then session.go.
package smtp
