// Package rulebook keeps the regulations of an organisation (N67, D04): texts
// in versions, for whom they hold, and who accepted which of them when.
//
// Owns: versions of texts, drafts and those in force, acceptances, and the
// answer to whether somebody has let the time for one pass.
//
// Does not own: people and units (directory), sign-in (identity, which asks
// Overdue through a need of its own and keeps everything shut until the person
// accepts).
//
// Verbs: AddDraft, ChangeDraft, RemoveDraft, Publish, Withdraw and Remind for
// security administrators, Versions, Affected, Report and Export for auditors
// too; Mine, Accept and Due for everybody; Public for who is not signed in.
//
// A published version never changes. The next one takes its place on its first
// day; one that is withdrawn stays for administrators to read. An acceptance
// is a person's word for one version and stays when the account ends.
//
// Where to start: rulebook.go for what a version is, demand.go for whom it
// concerns and from when on nothing else opens.
package rulebook
