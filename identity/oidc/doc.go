// Package oidc lets people who are signed in to the web client into other
// systems without another password, and lets mail programs in without any.
//
// Owns: the clients (systems that may ask), their requests, consents, grants
// and tokens, and the keys that ID tokens are signed with.
//
// Does not own: who somebody is, and whether their session still stands
// (identity answers that through needs.go); the pages (web/src/app/sso).
//
// Verbs: AddClient, RemoveClient, Clients, RotateKey for the operator; Authorize,
// Ask, Answer for the browser; Exchange (code, refresh token, device code),
// UserInfo, Introspect, Revoke, EndSession for clients; StartDevice, AskDevice,
// AnswerDevice for devices without a browser; SignInMail for the mail doors;
// Grants and EndGrant for the person.
//
// RunGoodbyes tells clients that a session is over.
//
// Every token hangs on a grant, and every use of a token asks whether the
// grant's account, password and session still stand. So nothing has to be told
// to this package for its tokens to die.
//
// Rules it answers: C25, C46, D03, N29 in part, N47, T26, T27; RFC 6749, 6750,
// 7009, 7636, 7662, 8252, 8414, 8628, 9207, OpenID Connect Core 1.0,
// Discovery 1.0, and RP-Initiated, Front-Channel and Back-Channel Logout 1.0, as doc/standards.txt says.
//
// Where to start: authorize.go, then token.go.
package oidc
