// Package cert signs people in by X.509 client certificates: citizen and
// agency cards, tokens, and certificates in the browser.
//
// Owns: which authorities are trusted for that, whether a certificate is in
// force (revocation lists, OCSP), whose account it opens (rules, and
// certificates that were registered), and sign-ins that are under way.
//
// Does not own: whether somebody may come in (identity decides by zone,
// account and factor, as after a password), the session, and the listener that
// asks browsers for certificates (doors/http).
//
// Verbs: Begin, Present, Finish for the browser, with Pose and Sign where a
// card's own program signs a text; BeginAdd, PoseAdd, Add, List, Remove
// for the person; Register, Check for the operator; Program for
// mail programs; Tend for what time brings.
//
// The key is proved by TLS on a listener of its own, so that nobody else ever
// sees a browser ask for a certificate. From there the browser comes back with
// a pass that is good once, for a minute, in the browser that began. A signed
// text leads to the same pass: weaker, since a site that stands between can
// hand a text on, so the office has to allow it (doc/adr/0019-cms.md).
//
// Rules it answers: C09, N46, N47, N33; RFC 5280 section 6, RFC 5652, RFC 6960, RFC 9440.
//
// Where to start: desk.go, then trust.go, revoke.go and rules.go.
package cert
