// Package identity says who is at the door.
//
// Owns: passwords (argon2id), second factors, app passwords, sessions of the
// web client, and the pace at which a stranger may guess.
//
// Does not own: people and addresses (directory), what a subject may do
// (policy).
//
// Verbs: Verify (address and password to a subject, for programs), SignIn and
// Answer (the steps of the web client), OpenSession, Session, CloseSession; for
// the person themself AddTOTP, AddAppPassword, EndSession, ChangePassword and
// their like; SignIns.
//
// Rules it answers: N42, N43, K04, K06, K08, K20, K21, K40, and N47 in part.
// Certificates, keys, zones' rules and the life of an account are not there yet.
//
// Where to start: verify.go for programs, signin.go for the web client.
package identity
