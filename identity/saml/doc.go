// Package saml is the SAML 2.0 identity provider: it lets people who are
// signed in to the web client into systems that speak SAML.
//
// Owns: the services (systems that may ask), their requests, consents, which
// request was answered, and the keys that answers are signed with.
//
// Does not own: XML and its signatures (wire/saml), who somebody is
// (identity), the pages (web/src/app/sso).
//
// Verbs: AddService, RemoveService, Services, PrepareKey, SwitchKey for the
// operator; Receive, Ask, Answer, Continue, Start for the browser.
//
// An assertion is handed in within minutes and cannot be taken back; how long
// the service lets the person stay is its own affair, until a sign-out.
//
// Rules it answers: C25, C46, D03, N29 in part, N47; SAML Core, Bindings,
// Profiles (4.1 Web Browser SSO, 4.4 Single Logout) and Metadata 2.0, as
// doc/standards.txt says.
//
// Where to start: request.go, then answer.go.
package saml
