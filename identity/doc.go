// Package identity says who is at the door.
//
// Owns: passwords (argon2id), sessions of the web client, and the pace at
// which a stranger may guess.
//
// Does not own: people and addresses (directory), what a subject may do
// (policy).
//
// Verbs: SetPassword, Verify (address and password to a subject, for every
// door), OpenSession, Session, CloseSession, SignIns.
//
// Rules it answers: N42, K04 in part, K21. Second factors, certificates, zones'
// rules and the life of an account come with their own issue.
//
// Where to start: verify.go.
package identity
