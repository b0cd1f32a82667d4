// Package drive keeps files that people send by link: parcels. It is the first
// piece of the office's drive.
//
// Owns: uploads that can be resumed, parcels (one or several files behind one
// link), who may fetch them, until when and how often, and the log of who did.
//
// Does not own: letters and their attachments (mail), the bytes (store).
//
// Verbs: Account opens what an account has; Begin, Append, GiveUp for uploads;
// Make, Extend, Close, Remove, Parcels, Changes, Log for parcels. For whoever
// holds a link: Open, Unlock, Fetch. Tend does what time brings.
//
// Tells: whoever Config.Changed names hears of each durable change.
//
// Rules it answers: K13 (large files, safely), D20 (what is over the limit of a
// letter goes as a link); tus 1.0 with creation, expiration and termination;
// RFC 9110 section 14 (ranges), RFC 8187 (names of files).
//
// Where to start: parcel.go for the sender, link.go for whoever fetches,
// upload.go for how bytes arrive; tus.go and page.go are the two doors.
package drive
