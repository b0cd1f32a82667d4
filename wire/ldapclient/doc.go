// Package ldapclient connects to directories of others, as a client of LDAP
// (RFC 4511, RFC 4513).
//
// Owns: how a connection is made and kept private: LDAPS, or StartTLS, with
// the authority that was named.
//
// Does not own: what is asked there (directory/feed, identity/agency).
//
// Where to start: client.go.
package ldapclient
