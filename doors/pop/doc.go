// Package pop is the POP3 door (RFC 1939): the inbox for programs that know no
// other way to it.
//
// Owns: connections and commands. Does not own: letters (mail), passwords and
// zones (identity).
//
// A program sees the inbox as it was at its sign-in, and nobody is locked out
// meanwhile: RFC 1939 section 8 wants a lock, so that message numbers hold for
// a session. An unchanging view gives that without one, and the telephone and
// the web client of the same person go on. What was removed in between answers
// -ERR.
//
// DELE works at QUIT, as section 6 has it: the letters go to the trash, as they
// do in the web client, since a program that is set up wrongly would otherwise
// take a mailbox away for good. Nothing else of a letter is changed; what was
// fetched stays unread.
//
// Where to start: server.go (connections), session.go (lines), then one file
// per command.
package pop
