// Package agency lets people sign in here by their agency's own provider.
//
// Owns: the providers that may vouch for people, which person of theirs is
// which account, and sign-ins that are under way.
//
// Does not own: whether somebody may come in (identity decides by zone,
// account and factor, as after a password), the session, and the pages
// (web/src/app/sso).
//
// Verbs: AddProvider, AddOutside, RemoveProvider, Providers, Link, Links for the operator;
// Begin, Back, Finish for the browser; Keeps and Right, by which identity has
// passwords judged by an agency's directory (LDAP).
//
// A provider vouches only for addresses of its own domains, and only once for
// each: from then on the person is known by the name that the provider never
// gives to another (sub), so that who gets an address later gets no account
// with it.
//
// Rules it answers: C25, T27; OpenID Connect Core 1.0 (as relying party),
// Discovery 1.0, RFC 7636, RFC 9207, RFC 9700; SAML Profiles 4.1 (as service
// provider); RFC 4511 and RFC 4513 (as a client).
//
// Where to start: agency.go, then oidc.go, saml.go and ldap.go.
package agency
