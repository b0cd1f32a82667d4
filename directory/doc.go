// Package directory knows the organisation: its domains, units in a tree,
// people with ranks and posts, and the accounts with their addresses.
//
// Owns: organisations, domains, units, people, posts, accounts, addresses,
// and who was granted what on a shared account.
//
// Does not own: passwords and sessions (identity), anything inside a mailbox
// (mail).
//
// Verbs: AddAccount, Grant, Resolve (an address to its account), Reachable
// (the accounts a subject can open), Search (people by name, post, unit or
// address), and the Put verbs that load an organisation.
//
// Rules it answers: C30 (order by rank), C31 (full unit path in results), C32
// (several posts a person), D02 (the address is the account name), D17
// (agency mailboxes), in part; visibility rules come with their own issue.
//
// Where to start: directory.go.
package directory
