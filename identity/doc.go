// Package identity says who is at the door.
//
// Owns: passwords (argon2id), second factors (codes of an app, security keys
// and passkeys, codes by SMS, recovery codes), app passwords, the rules of the network zones,
// the devices people sign in with, sessions of the web client, and the pace at
// which a stranger may guess.
//
// Does not own: people and addresses (directory), what a subject may do
// (policy).
//
// Verbs: Verify (address and password to a subject, for programs), MayProgram
// (whether a zone lets mail programs in), SignIn, Enrol, SendCode and Answer
// (the steps of the web client), AskPasskey and AnswerPasskey, OpenSession, Session,
// CloseSession, Disown; for the person themself AddTOTP, AddKey,
// AddPhone, AddAppPassword, EndSession, ForgetDevice, ChangePassword and their like;
// SignIns; for administrators AccessOf and EndAccess; for the life of
// an account Tend, SetFirstPassword, AskUnlock, Queue, Unlock, AskReset, Reset.
//
// Needs: Notices, who writes to people about their account (needs.go); Texts,
// who writes to their telephones (phone.go).
//
// Rules it answers: D24, D25, D26, N42-N45, K04, K06-K08, K20, K21, K38,
// K40, T25, and C08, C09, K22, N47, N48, T12 in part. Certificates are not there
// yet.
//
// Where to start: verify.go for programs, signin.go for the web client, zone.go
// for the rules of the network, testdata/ways-in.txt for what they come to,
// life.go for how long a password is good, unlock.go for who is let in again.
package identity
