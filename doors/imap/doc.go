// Package imap is the IMAP door: IMAP4rev2 (RFC 9051) and IMAP4rev1 (RFC 3501)
// with the extensions that capability.go lists, spoken for the mail room.
//
// Owns: connections, the session's state, message numbers, what a client has
// been told. Does not own: the grammar (wire/imap), mailboxes and permission
// (mail), passwords (identity).
//
// A session holds one immutable mail.Snapshot: what the client has been told.
// Message numbers are indexes into it, so a session costs no memory per
// message. Before the tagged answer of a command that allows it, sync
// (sync.go) fetches a newer snapshot and tells the difference as EXPUNGE,
// EXISTS and FETCH; commands that forbid EXPUNGE simply do not sync.
//
// An answer OK to a command that changes something is written after the mail
// room's verb has returned, that is after the change is durable.
//
// Where to start: server.go (doors), session.go (loop and dispatch), then the
// file of any command.
package imap
