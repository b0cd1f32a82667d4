// Package mail is the room of letters.
//
// Owns: mailboxes, messages, threads, submissions, the queue to other
// servers, delivery.
//
// Does not own: people and addresses (directory), sign-in (identity), the
// bytes (store), the text index (search), protocols (doors).
//
// The doors all use the same verbs. [Room.Account] opens an account for a
// subject and asks policy; on the [Account] handle, [Account.Snapshot] gives
// an immutable view of every mailbox and message for reading (it costs one
// small query when nothing has changed), and the writing verbs - Append,
// Change, Copy, CreateMailbox, UpdateMailbox, DeleteMailbox, Submit - return
// after the change is durable. [Room.Receive] takes a letter from outside,
// [Room.SubmitSMTP] one from a mail program.
//
// [Account.ExportBox] and [Account.TakeIn] write and read files of letters,
// [Account.Convert] turns a document into PDF (package convert).
//
// Numbers: every account counts its own message ids, UIDs per mailbox, and one
// change counter ("modseq", RFC 7162) that serves IMAP as MODSEQ and JMAP as
// state. An IMAP COPY makes a new message that shares the blob, so that its
// flags are its own; JMAP can put one message into several mailboxes.
//
// Time: letters that were snoozed, reminders and scheduled letters lie in tables
// (later.go); [Room.RunLater] brings back what is due, the queue sends what was
// held. Origin: [Room.SpoolOutside] checks letters of other servers and writes
// what is proved on top; [Account.Origin] reads it.
//
// Rules of the organisation: passage.go does what they say of a letter on its
// way, review.go holds it, journal.go keeps it (journal_keep.go for how long,
// journal_verify.go against the record), look.go gives leave to read another's
// mail, and look_trace.go records what was seen by it.
//
// Tells: mail.arrived (event package, later rooms listen).
//
// Rules it answers: N03, K09-K12, D19, D20, C37, C38 in part.
//
// Where to start: message.go (types), snapshot.go (reading), change.go
// (writing), deliver.go and submit.go (letters in and out).
package mail
