// Package cms reads what a card signed: a SignedData of the Cryptographic
// Message Syntax (RFC 5652) with one signer, over a text that the reader knows.
//
// Owns: the forms it comes in (DER, BER, PEM, base64), the attributes that
// were signed, digest and signature.
//
// Does not own: whether the certificate is to be believed, and whose account
// it opens (identity/cert).
//
// Read is strict: one signer, signed attributes, SHA-256 or better, RSA or
// ECDSA. What could be read in two ways is refused.
//
// Where to start: cms.go.
package cms
