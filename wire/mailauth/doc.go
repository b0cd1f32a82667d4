// Package mailauth says how far the origin of a letter from another server is
// proved: SPF (RFC 7208), DKIM (RFC 6376, RFC 8463) and DMARC (RFC 7489), and
// writes and reads the Authentication-Results field that tells it (RFC 8601).
//
// Owns: the order of the checks, alignment, their bounds in time and memory,
// a cache before the DNS. Does not own: what is done with a letter; the
// evaluation of SPF records (blitiri.com.ar/go/spf) and of DKIM signatures
// (go-msgauth). ARC (RFC 8617) is not evaluated.
//
// It is pure: names are looked up through the Resolver it is given.
//
// Where to start: Checker.Check in check.go, results.go for the field.
package mailauth
