// Package store keeps rows and blobs, and acknowledges only what is safe.
//
// Owns: the database (SQLite by default, PostgreSQL by one config line), the
// migrations of every room, the blobs (local segments or S3), and the keys
// under which both lie encrypted at rest.
//
// Does not own: any table of a room. Rooms write their SQL in their own
// store*.go files and pass it to a [Tx].
//
// Verbs: [Store.Read] runs a function in a snapshot. [Store.Write] runs a
// function in a transaction that many callers share (group commit) and
// returns after the sync. [Store.Stage] encrypts a blob of any size in bounded
// memory; [Store.WriteBlobs] makes staged blobs and rows durable together.
//
// Rules it answers: N60 and K16 (encryption at rest), durability of everything
// acknowledged.
//
// Where to start: group.go (the group commit), then blob.go.
package store
