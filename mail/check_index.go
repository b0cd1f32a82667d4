package mail

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// CheckIndex compares the text index with the mailboxes: every message that
// the index says it covers is in it, and nothing else. With repair, the index
// of an account that differs is emptied, and the indexer makes it anew.
func (r *Room) CheckIndex(ctx context.Context, repair bool) (problems []string, repaired int, err error) {
	if r.index == nil {
		return nil, 0, nil
	}
	marks, err := r.index.x.Marks(ctx)
	for account := range marks {
		if err != nil {
			return problems, repaired, err
		}
		var wrong string
		if wrong, err = r.checkAccountIndex(ctx, account); wrong == "" || err != nil {
			continue
		}
		problems = append(problems, fmt.Sprintf("account %d: %s", account, wrong))
		if repair {
			if err = r.index.x.Forget(ctx, account); err == nil {
				repaired++
				r.index.wake(account)
			}
		}
	}
	return problems, repaired, err
}

func (r *Room) checkAccountIndex(ctx context.Context, account int64) (string, error) {
	// The mark first, the messages last: an indexer and deliveries may go on
	// meanwhile.
	mark, err := r.index.x.Covered(ctx, account)
	if err != nil {
		return "", err
	}
	docs, err := r.index.x.Docs(ctx, account)
	if err != nil {
		return "", err
	}
	snap, err := newViews(1<<30).latest(ctx, r.db, account)
	if err != nil {
		return "", err
	}
	missing, extra := 0, 0
	snap.Each(func(m *Message) bool {
		if _, found := slices.BinarySearch(docs, m.ID); !found && m.ID <= mark.Doc {
			missing++
		}
		return true
	})
	for _, doc := range docs {
		// What was removed after the mark is still to be taken out.
		if _, ok := snap.Message(doc); !ok && mark.Modseq >= snap.EmailState {
			extra++
		}
	}
	var parts []string
	if missing > 0 {
		parts = append(parts, fmt.Sprintf("%d messages are not in the text index", missing))
	}
	if extra > 0 {
		parts = append(parts, fmt.Sprintf("%d removed messages are still in the text index", extra))
	}
	return strings.Join(parts, ", "), nil
}
