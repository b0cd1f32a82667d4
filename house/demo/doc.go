// Package demo makes the demonstration office: an invented city with its
// units, people, shared mailboxes, lists and two months of mail.
//
// Owns: what the demonstration looks like, as data. Generate returns plain
// structs; every message is rendered to RFC 5322 bytes when asked for, so that
// the one with a 15 MB attachment is not held in memory.
//
// Does not own: storing any of it. This package does no I/O, knows no database
// and no room; house creates the accounts and delivers the messages.
//
// The words are in content/: office/ is the city as tables, <language>/ the
// letters as scripts that a person can read and add to. The rules of a script
// are at the top of script.go. The same seed, start time and domain give the
// same bytes on every run.
//
// Everything is invented. Addresses are under .example (RFC 2606 section 2),
// and there are no telephone numbers but office extensions.
//
// Where to start: demo.go (types and Generate), script.go (reads the scripts),
// schedule.go (who got which letter when, into which folder), compose.go
// (bytes).
package demo
