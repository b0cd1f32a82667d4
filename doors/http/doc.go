// Package httpdoor is the HTTP door: the listener, the guard through which
// every request passes, sign-in, the embedded web client and the small fixed
// pages (health, mail client autoconfiguration).
//
// Owns: request limits, security headers, sessions in cookies, HTTP Basic for
// programs, same-origin checks, the access log. Does not own: who may sign in
// (identity answers through needs.go) and what the routes of other doors do.
//
// Where to start: Door in door.go, the order of the guard in guard.go.
package httpdoor
