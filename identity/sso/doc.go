// Package sso is what the protocols of single sign-on have in common towards
// the browser.
//
// Owns: what they ask of the HTTP door, the requests and answers of our own
// pages (web/src/app/sso), and by which network a limit counts.
//
// Does not own: any protocol (identity/oidc, identity/saml), and who somebody
// is (identity).
//
// Where to start: web.go.
package sso
