// Package mailapi answers the methods of JMAP Mail (RFC 8621) with the verbs
// of the mail room.
//
// Owns: the translation between JMAP's objects and the room's, blob ids, the
// forms of header fields and bodies in an answer. Does not own: any rule of
// the room, storage, or how calls arrive (doors/jmap).
//
// Where to start: api.go lists the methods; each lives in a file of its own
// name. Email/get is in email_get.go with one small function per property.
package mailapi
