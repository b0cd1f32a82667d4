// Package jmap is the format of JMAP (RFC 8620): requests and responses,
// result references, errors, patches, and the arguments and answers of the
// standard methods get, changes, set, copy, query and queryChanges.
//
// Owns: how JMAP looks on the wire, and the value types with which a room
// declares what it offers (Capability, Method, Call). Does not own: HTTP,
// sessions, storage, or any data type; doors/jmap dispatches, rooms answer.
//
// Where to start: Capability and Call say how a room takes part; ParseRequest
// and Response are the envelope; Get, Set, Window and Filter do the work that
// all data types share.
package jmap
