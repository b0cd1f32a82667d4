package mailapi

import (
	"cmp"
	"slices"

	"chancery/wire/jmap"
)

// event is one record that was made or changed, at a count of the account.
type event struct {
	at      int64
	id      jmap.ID
	created bool
}

// answerChanges fills a /changes answer with at most max changes (RFC 8620
// section 5.2). Everything destroyed is told first: a client may hear of it
// early, but must not miss it.
func answerChanges(out *jmap.ChangesAnswer, events []event, destroyed []jmap.ID, maxChanges *int64, write func(int64) string) error {
	out.Destroyed = destroyed
	take := len(events)
	if maxChanges != nil && int64(len(destroyed)+len(events)) > *maxChanges {
		slices.SortFunc(events, func(a, b event) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id)) })
		take = int(*maxChanges) - len(destroyed)
		// An intermediate state stands between two counts, so all of one count
		// go together.
		for take > 0 && take < len(events) && events[take-1].at == events[take].at {
			take--
		}
		if take <= 0 {
			return jmap.Fail(jmap.CannotCalculateChanges, "There are more than %d changes.", *maxChanges)
		}
		out.HasMoreChanges = true
		out.NewState = write(events[take-1].at)
	}
	for _, e := range events[:take] {
		if e.created {
			out.Created = append(out.Created, e.id)
		} else {
			out.Updated = append(out.Updated, e.id)
		}
	}
	return nil
}
