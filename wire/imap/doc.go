// Package imap is the grammar of IMAP (RFC 9051 and RFC 3501 with the
// extensions in doc/standards.txt): it turns bytes of a client into typed
// commands and writes the pieces of which answers are made.
//
// Owns: lines, literals, tokens, command structs, sequence sets, mailbox name
// encoding, the rendering of strings, dates, envelopes and body structures.
// Does not own: sessions, mailboxes, permission; those are doors/imap and the
// mail room.
//
// Start reading at Reader.Next (reader.go), then command.go, then any command:
// every command has a file of its own with its struct and its parse function.
// Parsing never panics and holds at most Limits in memory; the literal of an
// APPEND is handed on as a stream.
package imap
