// Package audit records what happened, by whom, from where.
//
// Owns: the record, append only, one Merkle tree per organisation, so that a
// changed, missing or moved entry shows; checkpoints of the tree, signed and
// kept beside the database and wherever an auditor likes.
//
// Does not own: what is worth recording; rooms call [Append] in the
// transaction that does the thing, so that neither is there without the other.
//
// Verbs: Append, Change; Look (what a filter keeps, page by page), List,
// OfAccount; Sign, SignAll, Newest (checkpoints); Verify, Check, LastCheck.
//
// Rules it answers: N33, N66 (record of access and operations, tamper
// evidence), K21 in part.
//
// Where to start: [Append], then [Verify].
package audit

import (
	"context"
	"embed"
	"time"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

//go:embed schema/*.sql
var schema embed.FS

// Migrate brings the tables up to date.
func Migrate(ctx context.Context, db *store.Store) error {
	if err := db.Migrate(ctx, "audit", schema); err != nil {
		return err
	}
	return upgrade(ctx, db)
}

// Entry is one fact.
type Entry struct {
	Org     int64     `json:"org"`
	Seq     int64     `json:"seq"` // counts up by one within the organisation
	At      time.Time `json:"at"`
	Account int64     `json:"account"` // who; 0 = the system or nobody known
	Address string    `json:"address"` // as given, so that a failed sign-in names whom it was tried for
	Peer    string    `json:"peer"`    // from which network address
	Door    string    `json:"door"`    // by which protocol
	Verb    string    `json:"verb"`    // what was done: "sign-in", "account.add", ...
	Object  string    `json:"object"`  // to what
	Result  string    `json:"result"`  // "ok", or the kind of error

	// What was changed, as JSON of the members that differ.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`

	// What entries say since later; left out where empty, so that the leaves
	// of older ones stay what they were.
	Post string `json:"post,omitempty"` // in which post, as it was called then
	Zone string `json:"zone,omitempty"` // from which network zone, as zones were set then
	Rule string `json:"rule,omitempty"` // by which rule it was allowed or refused, where one decided

	Machine string `json:"machine,omitempty"` // from which machine of the house, by its certificate, where one is asked for
}

// Append records an entry in the caller's transaction; Seq and At are set here.
func Append(ctx context.Context, tx *store.Tx, now time.Time, e Entry) error {
	e.At = now.UTC().Truncate(time.Millisecond)
	seq, packed, err := takeHead(ctx, tx, e.Org)
	if err != nil {
		return err
	}
	e.Seq = seq
	leaf, err := e.leaf()
	if err != nil {
		return err
	}
	edge, err := unpack(seq-1, packed)
	if err != nil {
		return err
	}
	if err := edge.Append(leaf, nil); err != nil {
		return err
	}
	top, err := root(edge)
	if err != nil {
		return err
	}
	if err := putHead(ctx, tx, e.Org, top, pack(edge)); err != nil {
		return err
	}
	return insertEntry(ctx, tx, e, leaf)
}

// By fills an entry's "who and from where" from a subject.
func By(s policy.Subject, verb, object string, result error) Entry {
	e := Entry{Org: s.Org, Account: s.Account, Address: s.Address, Post: s.Post, Peer: s.Peer, Zone: s.Network, Machine: s.Machine, Door: s.Door, Verb: verb, Object: object, Result: "ok"}
	if result != nil {
		e.Result = errs.KindOf(result).String()
	}
	return e
}

// List returns the newest entries of an organisation, newest first.
func List(ctx context.Context, db *store.Store, org int64, limit int) (list []Entry, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		return selectEntries(ctx, tx, org, limit, func(e Entry, _ []byte) error {
			list = append(list, e)
			return nil
		})
	})
	return list, err
}

// OfAccount returns the newest entries in which an account did what a verb
// says, newest first.
func OfAccount(ctx context.Context, tx *store.Tx, org, account int64, verb string, limit int) (list []Entry, err error) {
	err = selectOfAccount(ctx, tx, org, account, verb, limit, func(e Entry, _ []byte) error {
		list = append(list, e)
		return nil
	})
	return list, err
}
