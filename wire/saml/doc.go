// Package saml reads and writes the messages of SAML 2.0 and their signatures.
//
// Owns: XML of strangers within limits, AuthnRequest and LogoutRequest,
// metadata of service providers, responses, assertions and our own metadata,
// enveloped signatures, and the Redirect and POST bindings.
//
// Does not own: who may ask, who is signed in, and what is answered
// (identity/saml).
//
// Rules it answers: SAML Core, Bindings, Profiles and Metadata 2.0 (OASIS,
// March 2005, with errata 05), XML Signature as far as SAML uses it.
//
// Where to start: read.go, then sign.go.
package saml
