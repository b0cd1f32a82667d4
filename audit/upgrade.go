package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"

	"chancery/store"

	"github.com/transparency-dev/merkle/rfc6962"
)

// upgrade puts records into a tree that were written as a chain: each entry had
// the SHA-256 of the one before it and of its own JSON. The chain is followed
// on the way, and what came of that stands as an entry at the end, so that a
// record that was broken before is not taken for whole.
func upgrade(ctx context.Context, db *store.Store) error {
	orgs, err := Organisations(ctx, db)
	for _, org := range orgs {
		err = errors.Join(err, db.Write(ctx, func(tx *store.Tx) error { return upgradeOne(ctx, tx, org) }))
	}
	return err
}

func upgradeOne(ctx context.Context, tx *store.Tx, org int64) error {
	seq, edge, head, err := selectEdge(ctx, tx, org)
	if err != nil || seq == 0 || len(edge) > 0 {
		return err
	}
	tree := trees.NewEmptyRange(0)
	leaves := map[int64][]byte{}
	var prev []byte
	var last Entry
	broken := int64(0)
	err = selectAll(ctx, tx, org, func(e Entry, have []byte) error {
		text, err := json.Marshal(e)
		if err != nil {
			return err
		}
		link := sha256.Sum256(append(bytes.Clone(prev), text...))
		if broken == 0 && (e.Seq != last.Seq+1 || !bytes.Equal(have, link[:])) {
			broken = last.Seq + 1
		}
		for n := last.Seq + 1; n < e.Seq; n++ { // what is gone keeps its place
			if err := tree.Append(rfc6962.DefaultHasher.HashLeaf(nil), nil); err != nil {
				return err
			}
		}
		prev, last = have, e
		if leaves[e.Seq], err = e.leaf(); err != nil {
			return err
		}
		return tree.Append(leaves[e.Seq], nil)
	})
	if err != nil {
		return err
	}
	if broken == 0 && (last.Seq != seq || !bytes.Equal(prev, head)) {
		broken = seq
	}
	for n, leaf := range leaves {
		if err := setLeaf(ctx, tx, org, n, leaf); err != nil {
			return err
		}
	}
	top, err := root(tree)
	if err != nil {
		return err
	}
	if err := putHead(ctx, tx, org, top, pack(tree)); err != nil {
		return err
	}
	e, err := Entry{Org: org, Door: "system", Verb: "record.upgrade", Object: "record", Result: "ok"}.Change(nil, map[string]int64{"entries": seq, "broken": broken})
	if err != nil {
		return err
	}
	return Append(ctx, tx, last.At, e)
}
