package mailapi

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

// mailboxQueryArgs are the arguments of Mailbox/query (RFC 8621 section 2.3).
type mailboxQueryArgs struct {
	jmap.QueryArgs[jmapmail.MailboxFilter]
	SortAsTree   bool `json:"sortAsTree"`
	FilterAsTree bool `json:"filterAsTree"`
}

func mailboxSortable(p string) bool { return p == "name" || p == "sortOrder" || p == "parentId" }

// mailboxQuery is Mailbox/query.
func (a *API) mailboxQuery(ctx context.Context, call *jmap.Call) (any, error) {
	var args mailboxQueryArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if err := jmap.CheckSort(args.Sort, mailboxSortable); err != nil {
		return nil, err
	}
	acc, snap, err := a.open(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	ids := findMailboxes(acc, snap, &args)
	pos, from, to, limit, err := args.Window(len(ids), func(want jmap.ID) int { return slices.Index(ids, want) })
	if err != nil {
		return nil, err
	}
	out := &jmap.QueryAnswer{AccountID: args.AccountID, QueryState: stateIn(snap, mailboxState(snap)), CanCalculateChanges: !args.FilterAsTree && !args.SortAsTree,
		Position: pos, IDs: ids[from:to], Limit: limit}
	if args.CalculateTotal {
		total := int64(len(ids))
		out.Total = &total
	}
	return out, nil
}

// findMailboxes returns the ids of the mailboxes that match, in order.
func findMailboxes(acc *mail.Account, snap *mail.Snapshot, args *mailboxQueryArgs) []jmap.ID {
	all := mailboxes(acc, snap)
	less := func(x, y jmapmail.Mailbox) int { return compareMailboxes(x, y, args.Sort) }
	matches := map[jmap.ID]bool{}
	for _, m := range all {
		matches[m.ID] = args.Filter.Match(func(c *jmapmail.MailboxFilter) bool { return mailboxMatches(c, m) })
	}
	var out []jmap.ID
	if !args.SortAsTree {
		slices.SortStableFunc(all, less)
		for _, m := range all {
			if matches[m.ID] && (!args.FilterAsTree || ancestorsMatch(all, m, matches)) {
				out = append(out, m.ID)
			}
		}
		return out
	}
	children := map[jmap.ID][]jmapmail.Mailbox{}
	for _, m := range all {
		children[parentOf(m)] = append(children[parentOf(m)], m)
	}
	var descend func(parent jmap.ID, shown bool)
	descend = func(parent jmap.ID, shown bool) {
		slices.SortStableFunc(children[parent], less)
		for _, m := range children[parent] {
			ok := matches[m.ID] && (shown || !args.FilterAsTree)
			if ok {
				out = append(out, m.ID)
			}
			descend(m.ID, ok)
		}
	}
	descend("", true)
	return out
}

// ancestorsMatch: with filterAsTree a mailbox counts only when its parent and
// all above match too.
func ancestorsMatch(all []jmapmail.Mailbox, m jmapmail.Mailbox, matches map[jmap.ID]bool) bool {
	for up := parentOf(m); up != ""; {
		if !matches[up] {
			return false
		}
		i := slices.IndexFunc(all, func(x jmapmail.Mailbox) bool { return x.ID == up })
		if i < 0 {
			return true
		}
		up = parentOf(all[i])
	}
	return true
}

func parentOf(m jmapmail.Mailbox) jmap.ID {
	if m.ParentID == nil {
		return ""
	}
	return *m.ParentID
}

func mailboxMatches(c *jmapmail.MailboxFilter, m jmapmail.Mailbox) bool {
	role := ""
	if m.Role != nil {
		role = *m.Role
	}
	switch {
	case c.ParentID.Set && parentOf(m) != c.ParentID.Value,
		c.Name != nil && !strings.Contains(fold(m.Name), fold(*c.Name)),
		c.Role.Set && role != c.Role.Value,
		c.HasAnyRole != nil && *c.HasAnyRole != (role != ""),
		c.IsSubscribed != nil && *c.IsSubscribed != m.IsSubscribed:
		return false
	}
	return true
}

func compareMailboxes(x, y jmapmail.Mailbox, sort []jmap.Comparator) int {
	for _, s := range sort {
		var c int
		switch s.Property {
		case "sortOrder":
			c = cmp.Compare(x.SortOrder, y.SortOrder)
		case "parentId":
			c = strings.Compare(parentOf(x), parentOf(y))
		default:
			c = strings.Compare(collate(x.Name, s.Collation), collate(y.Name, s.Collation))
		}
		if !s.Ascending() {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

// collate returns what a text sorts by under a collation (RFC 4790, RFC 5051).
func collate(s, collation string) string {
	switch collation {
	case jmap.CollationOctet:
		return s
	case jmap.CollationASCII:
		return strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' {
				return r - 'a' + 'A'
			}
			return r
		}, s)
	}
	return fold(s)
}

// mailboxQueryChangesArgs are the arguments of Mailbox/queryChanges.
type mailboxQueryChangesArgs struct {
	jmap.QueryChangesArgs[jmapmail.MailboxFilter]
	SortAsTree   bool `json:"sortAsTree"`
	FilterAsTree bool `json:"filterAsTree"`
}

// mailboxQueryChanges is Mailbox/queryChanges (section 2.4).
func (a *API) mailboxQueryChanges(ctx context.Context, call *jmap.Call) (any, error) {
	var args mailboxQueryChangesArgs
	if err := take(call, &args, args.Check); err != nil {
		return nil, err
	}
	if err := jmap.CheckSort(args.Sort, mailboxSortable); err != nil {
		return nil, err
	}
	acc, snap, err := a.open(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	since, err := parseStateIn(snap, args.SinceQueryState)
	if err != nil {
		return nil, err
	}
	c, err := changesSince(ctx, acc, snap, since)
	if err != nil {
		return nil, err
	}
	own := len(c.Mailboxes.Created) + len(c.Mailboxes.Updated) + len(c.Mailboxes.Destroyed)
	// Where a mailbox stands in a tree depends on others, too.
	if (args.SortAsTree || args.FilterAsTree) && own > 0 {
		return nil, jmap.Fail(jmap.CannotCalculateChanges, "The order of a tree cannot be told as changes.")
	}
	query := mailboxQueryArgs{SortAsTree: args.SortAsTree, FilterAsTree: args.FilterAsTree}
	query.Filter, query.Sort = args.Filter, args.Sort
	now := findMailboxes(acc, snap, &query)
	out := &jmap.QueryChangesAnswer{AccountID: args.AccountID, OldQueryState: args.SinceQueryState, NewQueryState: stateIn(snap, mailboxState(snap))}
	if args.CalculateTotal {
		total := int64(len(now))
		out.Total = &total
	}
	// Name, parent, role and order may all have changed, so upToId does not hold.
	changed := texts(mailboxID, append(c.Mailboxes.Created, c.Mailboxes.Updated...))
	return out, out.Fill(changed, texts(mailboxID, c.Mailboxes.Destroyed), jmap.Added(now, changed, nil), args.MaxChanges)
}
