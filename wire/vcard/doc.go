// Package vcard reads vCards of every age (2.1, 3.0 of RFC 2426, 4.0 of
// RFC 6350), writes 4.0, and turns them into JSContact (RFC 9553) and back
// after the mapping of RFC 9555. What has no place in JSContact is kept as
// vCardProps, so that a card comes out with what it came in with.
//
// Owns: the text form. Does not own: any storage or limit on how many cards a
// person has (contacts).
//
// The lines are read here and not by a third-party module: the one that was
// tried drops the bare parameters of 2.1 (TEL;WORK;VOICE:) without a word,
// and a third of the cards in use has them.
//
// Where to start: read.go, then js_from.go.
package vcard
