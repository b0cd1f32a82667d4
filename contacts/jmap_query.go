package contacts

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"chancery/kit/id"
	"chancery/store"
	"chancery/wire/jmap"
)

// find returns the ids of the cards that pass, in order.
func (a *Account) find(ctx context.Context, f *jmap.Filter[CardFilter], order []jmap.Comparator) ([]jmap.ID, error) {
	if err := jmap.CheckSort(order, func(p string) bool { return slices.Contains(sortable, p) }); err != nil {
		return nil, err
	}
	if len(order) == 0 && (f == nil || f.Condition != nil) {
		var condition *CardFilter
		if f != nil {
			condition = f.Condition
		}
		if text, book, ok := condition.textOnly(); ok {
			return a.findWords(ctx, text, book)
		}
	}
	cards, err := a.Cards(ctx, func(c *Card) bool { return f.Match(func(x *CardFilter) bool { return x.matches(c) }) })
	if err != nil {
		return nil, err
	}
	sortCards(cards, order)
	ids := make([]jmap.ID, len(cards))
	for i, c := range cards {
		ids[i] = id.Text(cardID, c.ID)
	}
	return ids, nil
}

// findWords is the search that is done while a person types.
func (a *Account) findWords(ctx context.Context, text string, book *jmap.ID) (ids []jmap.ID, err error) {
	inBook := ""
	if book != nil {
		n, ok := id.Parse(bookID, *book)
		if !ok {
			return nil, nil
		}
		inBook = "," + strconv.FormatInt(n, 10) + ","
	}
	err = a.room.db.Read(ctx, func(tx *store.Tx) error {
		return selectCardTexts(ctx, tx, a.id, func(n int64, books, folded string) {
			if strings.Contains(books, inBook) && holdsWords(folded, text) {
				ids = append(ids, id.Text(cardID, n))
			}
		})
	})
	return ids, err
}

// cardQuery is ContactCard/query (RFC 9610 section 3.3).
func (a api) cardQuery(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.QueryArgs[CardFilter]
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	acc, err := a.account(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	s, err := acc.States(ctx)
	if err != nil {
		return nil, err
	}
	ids, err := acc.find(ctx, args.Filter, args.Sort)
	if err != nil {
		return nil, err
	}
	pos, from, to, limit, err := args.Window(len(ids), func(x jmap.ID) int { return slices.Index(ids, x) })
	if err != nil {
		return nil, err
	}
	out := &jmap.QueryAnswer{AccountID: args.AccountID, QueryState: state(s.Cards), CanCalculateChanges: true, Position: pos, Limit: limit, IDs: ids[from:to]}
	if args.CalculateTotal {
		n := int64(len(ids))
		out.Total = &n
	}
	return out, nil
}

// cardQueryChanges is ContactCard/queryChanges (section 3.4).
func (a api) cardQueryChanges(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.QueryChangesArgs[CardFilter]
	acc, s, err := a.open(ctx, call, &args, args.Check, &args.AccountID)
	if err != nil {
		return nil, err
	}
	since, err := parseState(args.SinceQueryState, s.Cards)
	if err != nil {
		return nil, err
	}
	list, err := acc.CardChanges(ctx, since)
	if err != nil {
		return nil, err
	}
	var changed, destroyed []jmap.ID
	for _, c := range list {
		if c.Gone {
			destroyed = append(destroyed, id.Text(cardID, c.ID))
		} else {
			changed = append(changed, id.Text(cardID, c.ID))
		}
	}
	ids, err := acc.find(ctx, args.Filter, args.Sort)
	if err != nil {
		return nil, err
	}
	out := &jmap.QueryChangesAnswer{AccountID: args.AccountID, OldQueryState: args.SinceQueryState, NewQueryState: state(s.Cards)}
	if args.CalculateTotal {
		n := int64(len(ids))
		out.Total = &n
	}
	return out, out.Fill(changed, destroyed, jmap.Added(ids, changed, args.UpToID), args.MaxChanges)
}
