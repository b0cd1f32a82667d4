// Package register lets administrators say, by JMAP, which systems people sign
// on to with their account here, and by which they sign in here.
//
// Owns: the types SsoParty and their methods: one list of the clients of
// OpenID Connect, the services of SAML, and the agency's own providers.
//
// Does not own: what each of them is (identity/oidc, identity/saml,
// identity/agency), whose verbs ask for the duty and write the record; the
// command line uses the same ones.
//
// Where to start: register.go.
package register
