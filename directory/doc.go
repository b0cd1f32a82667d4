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
// (the accounts a subject can open), View (the address book as one person sees
// it: who reads people reads them there). Administrators change it by the Add,
// Change and Remove verbs of units, people, service levels and rules, and by
// GrantRole and RevokeRole; each is asked for its duty and recorded (desk.go).
// Other systems change it through Intake (intake.go), which feed/ fills.
//
// Rules it answers: N36 and N59 (delegated administration by subtree), C24
// (join, move, leave), C28 and C29 (who is not shown to whom), C30 (order by
// rank or sort field), C31 (full unit path in results), C32 (several posts a
// person), D02 (the address is the account name), D17 (agency mailboxes), in
// part.
//
// Where to start: directory.go, and book.go for the address book.
package directory
