// Package sieve reads, checks and runs Sieve scripts (RFC 5228): the language
// in which people say what becomes of their letters.
//
// [Parse] turns text into a checked [Script] or into [Error]s that name line
// and column in plain words. [Script.Run] answers one letter, seen through
// [Env], with a list of [Action]s; carrying them out is the caller's work.
//
// Served: the base, fileinto, envelope, body (RFC 5173), relational (5231),
// subaddress (5233), copy (3894), imap4flags (5232), variables (5229), mailbox
// (5490), mailboxid (9042), date and index (5260), vacation (5230),
// vacation-seconds (6131), ihave (5463), encoded-character and the comparators
// i;octet, i;ascii-casemap, i;ascii-numeric and i;unicode-casemap.
//
// Nothing here panics or runs without bound: [Limits] counts bytes, nesting,
// commands, actions and steps. A fault at run time leaves just the implicit
// keep (RFC 5228 section 2.10.6), so that a broken script never loses mail.
//
// Start at parse.go (grammar), check.go with table.go (what each command may
// have), run.go (the walk) and match.go (comparing).
package sieve
