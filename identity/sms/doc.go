// Package sms brings short messages of the house to telephones.
//
// Owns: the gateways (a provider's HTTP form, or a message centre by SMPP), which
// numbers are written to, how many messages leave, and trying again while a
// message is still worth something.
//
// Does not own: what the messages say (house), who has which number (identity).
// No message is stored: a code is worth five minutes, and outlives no restart.
// Logs hold neither numbers nor texts, and the book of what left no numbers.
//
// Verbs: Courier.Send; Parse for a number that somebody typed.
//
// Rules it answers: N44, K07, T41 and K37 in part.
//
// Where to start: courier.go; pace.go for the limits; http.go for what a provider's form can be.
package sms
