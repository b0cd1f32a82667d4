// Package clientcert reads what a certificate says of the person who holds it.
//
// Owns: the names in a subject and its alternative names, the header by which
// a proxy hands a certificate over (RFC 9440), and for what a revocation list
// is the list (RFC 5280 section 5.2.5).
//
// Does not own: whether a certificate is to be believed, and whose account it
// opens (identity/cert).
//
// Where to start: facts.go.
package clientcert
