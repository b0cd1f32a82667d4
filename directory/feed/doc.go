// Package feed takes units and people from other systems: a CSV file, a SCIM
// client, a directory that is asked by LDAP, a personnel system that tells of
// each change.
//
// Owns: the feeds with what each may change, their runs, what every run did
// (step by step, before and after) and what it refused.
//
// Does not own: units, people and accounts (directory), which it changes
// through directory.Intake, under the rights that the feed was given.
//
// Verbs: Add, Remove, List for feeds; Plan compares what a source says with
// the directory and keeps the difference as a run, which changes nothing;
// Apply carries a run out; Rollback plans the way back; Take carries out at
// once what a source tells by itself. Runs, Steps, Refusals for those who look.
//
// How it works: a source becomes a neutral [Picture]. A plan is a list of
// steps, each with the whole of its unit or person before and after. Applying
// a step means: what stands there must still be what it was before, and
// becomes what it is after. So a step that somebody overtook is refused, a run
// that was cut off goes on where it was, a second run of the same picture has
// no steps, and the way back is the same list from its end with both sides
// exchanged.
//
// Rules it answers: C23 (sync of users), C24 (join, move, leave by the
// personnel system), N36 (a feed is confined to its subtree); RFC 7643 and
// RFC 7644, as doc/standards.txt says.
//
// Where to start: record.go, plan.go, run.go.
package feed
