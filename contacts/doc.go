// Package contacts keeps address books: those of people and those of shared
// accounts.
//
// Owns: address books and cards (JSContact, RFC 9553), groups among them,
// their import from and export to vCard.
//
// Does not own: the organisation's people (directory), whom one wrote to last
// (mail).
//
// Verbs: Account opens the books of an account; CreateBook, UpdateBook,
// DeleteBook, SaveCards, DeleteCards, Cards, Changes, Import, Export; for programs
// that name what they make, NamedBooks, Entries, PutCard, RemoveCard.
//
// Tells: whoever Config.Changed names hears of each durable change.
//
// Rules it answers: C27 in part (a personal address book beside that of the
// organisation); RFC 9610.
//
// Where to start: contacts.go, then card.go; jmap.go lists the methods.
package contacts
