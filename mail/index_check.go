package mail

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"chancery/policy"
	"chancery/search"
	"chancery/store"
)

// CheckIndex compares the text index with the messages: up to its watermark
// every message must be in it, and nothing else. With repair, an account that
// differs is taken out and indexed afresh, by the indexer that runs or at the
// next start.
func (r *Room) CheckIndex(ctx context.Context, repair bool) (problems []string, err error) {
	ix := r.index
	if ix == nil {
		return nil, nil
	}
	ix.work.Lock()
	defer ix.work.Unlock()
	marks, err := ix.x.Marks(ctx)
	for _, account := range slices.Sorted(maps.Keys(marks)) {
		if err != nil {
			return problems, err
		}
		var lacks, surplus int
		if lacks, surplus, err = ix.compareAll(ctx, account, marks[account]); lacks+surplus == 0 || err != nil {
			continue
		}
		problems = append(problems, fmt.Sprintf("account %d: the text index lacks %d messages and has %d that are gone", account, lacks, surplus))
		if repair {
			err = ix.x.Forget(ctx, account)
			ix.wake(account)
		}
	}
	return problems, err
}

// compareAll counts what an account's index lacks and what it has too much.
// What was removed since the watermark may still be in it.
func (ix *indexer) compareAll(ctx context.Context, account int64, mark search.Watermark) (lacks, surplus int, err error) {
	docs, err := ix.x.Docs(ctx, account)
	if err != nil {
		return 0, 0, err
	}
	var there []int64
	err = ix.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		if there, err = selectMessageIDs(ctx, tx, account, mark.Doc); err != nil {
			return err
		}
		return selectGone(ctx, tx, account, mark.Modseq, policy.TopSecret, func(g gone) {
			if g.whole && g.message <= mark.Doc {
				there = append(there, g.message)
			}
		})
	})
	slices.Sort(there)
	there = slices.Compact(there)
	for _, id := range there {
		if _, found := slices.BinarySearch(docs, id); !found {
			lacks++
		}
	}
	for _, doc := range docs {
		if _, found := slices.BinarySearch(there, doc); !found {
			surplus++
		}
	}
	return lacks, surplus, err
}
