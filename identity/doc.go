// Package identity says who is at the door.
//
// Owns: passwords (argon2id), second factors (codes of an app, security keys
// and passkeys, recovery codes), app passwords, the rules of the network zones,
// the devices people sign in with, sessions of the web client, and the pace at
// which a stranger may guess.
//
// Does not own: people and addresses (directory), what a subject may do
// (policy).
//
// Verbs: Verify (address and password to a subject, for programs), MayProgram
// (whether a zone lets mail programs in), SignIn, Enrol and Answer (the steps
// of the web client), AskPasskey and AnswerPasskey, OpenSession, Session,
// CloseSession, Disown; for the person themself AddTOTP, AddKey,
// AddAppPassword, EndSession, ForgetDevice, ChangePassword and their like;
// SignIns.
//
// Needs: Notices, who tells people of a new device (needs.go).
//
// Rules it answers: N42, N43, N45, K04, K06, K08, K20, K21, K40, T25, and C08,
// C09, K22, N47, N48, T12 in part. Certificates and the life of an account are
// not there yet.
//
// Where to start: verify.go for programs, signin.go for the web client, zone.go
// for the rules, testdata/ways-in.txt for what they come to.
package identity
