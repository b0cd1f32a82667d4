// Package approval asks people for decisions and remembers what they said.
//
// Owns: cases - a question, the steps in which people decide it, their verdicts
// and notes, deadlines, deputies, recall - for every room that needs somebody's
// leave: review of letters before delivery, changes of rules by two people,
// looks into another's mail; later outside sharing and official documents.
//
// Does not own: what a case is about. A room asks with [Desk.Ask] in its own
// transaction, keeps its things by the case's number, and says with a [Kind]
// what happens when the case is decided: in the transaction that decides it, so
// that neither is there without the other.
//
// Verbs: Ask, Decide, Pass, Recall, Mine, Find; [Desk.Run] does what deadlines
// bring about.
//
// Who decides: a [Seat] is an account or a duty. For an account its person
// speaks, whoever is their deputy today, or whoever may send as the mailbox of a
// position, so that a successor finds what is open. Nobody decides what they
// asked for, nobody twice in one step, in whatever place, and nobody a case that
// is about them (Case.Barred), nor who acts for those.
//
// Rules it answers: C13, C22 (steps), N19 and N72 (engine), C12 (the second
// person).
//
// Where to start: case.go, which knows no database and no clock.
package approval
