// Package relay finds the server for a domain and opens a connection to it.
//
// Owns: routes, MX lookup, opportunistic TLS, the smarthost, and which
// failures are final.
//
// Does not own: the queue, retries and reports (package mail), the dialogue
// itself (wire/smtp).
//
// Verbs: [Relay.Open] gives a [Line] on which messages for the domain can be
// sent.
//
// Rules it answers: RFC 5321 section 5 (address resolution), RFC 7505 (null
// MX), RFC 7435 (opportunistic TLS), RFC 8314 (smarthost over TLS).
//
// mox's smtpclient was considered; it cannot pass the DSN parameters on.
//
// Where to start: relay.go.
package relay
