package mailapi

import (
	"context"
	"slices"
	"strings"
	"sync"

	"chancery/kit/id"
	"chancery/mail"
	"chancery/policy"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

// sortOptions are the properties to sort by (RFC 8621 section 4.4.2);
// hasAttachment is ours.
var sortOptions = []string{"receivedAt", "sentAt", "size", "from", "to", "subject", "hasKeyword", "allInThreadHaveKeyword", "someInThreadHaveKeyword", "hasAttachment"}

func emailSortable(p string) bool { return slices.Contains(sortOptions, p) }

// search is a query for emails in the room's words.
type search struct {
	filter    *jmap.Filter[jmapmail.EmailFilter]
	sort      []jmap.Comparator
	collapse  bool
	hasText   bool // the answer depends on the text index, too
	hasThread bool // on other messages of the thread
}

func newSearch(f *jmap.Filter[jmapmail.EmailFilter], sort []jmap.Comparator, collapse bool) (*search, error) {
	if err := jmap.CheckSort(sort, emailSortable); err != nil {
		return nil, err
	}
	s := &search{filter: f, sort: sort, collapse: collapse}
	var bad error
	f.Each(func(c *jmapmail.EmailFilter) {
		s.hasText = s.hasText || len(textTests(c)) > 0
		s.hasThread = s.hasThread || c.AllInThreadHaveKeyword != nil || c.SomeInThreadHaveKeyword != nil || c.NoneInThreadHaveKeyword != nil
		if c.Header != nil && (len(c.Header) == 0 || len(c.Header) > 2) {
			bad = jmap.Fail(jmap.InvalidArguments, "the condition header has one or two items")
		}
	})
	for _, c := range sort {
		if strings.HasSuffix(c.Property, "eyword") && c.Keyword == "" {
			bad = jmap.Fail(jmap.InvalidArguments, "sorting by %s needs a keyword", c.Property)
		}
		s.hasThread = s.hasThread || strings.Contains(c.Property, "InThread")
	}
	return s, bad
}

// run returns the messages that match, in order.
func (a *API) run(ctx context.Context, acc *mail.Account, snap *mail.Snapshot, s *search) ([]*mail.Message, error) {
	key := queryKey{account: acc.ID(), ceiling: snap.Ceiling, state: snap.EmailState, text: s.key()}
	kept := !s.hasText && !acc.IsLook() // each look goes through the room, which records it
	if kept {
		if list, ok := a.queries.get(key); ok {
			return list, nil
		}
	}
	filter := roomFilter(s.filter)
	if s.filter != nil {
		filter.Asked = string(s.filter.Raw)
	}
	list, err := acc.Query(ctx, snap, filter, roomSort(s.sort), s.collapse)
	if err == nil && kept {
		a.queries.put(key, list)
	}
	return list, err
}

func (s *search) key() string {
	var b strings.Builder
	if s.filter != nil {
		b.Write(s.filter.Raw)
	}
	for _, c := range s.sort {
		b.WriteString("\x00" + c.Property + "\x01" + c.Keyword + "\x01" + c.Collation)
		if !c.Ascending() {
			b.WriteByte('-')
		}
	}
	if s.collapse {
		b.WriteString("\x00c")
	}
	return b.String()
}

// emailQuery is Email/query (section 4.4).
func (a *API) emailQuery(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.EmailQueryArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	s, err := newSearch(args.Filter, args.Sort, args.CollapseThreads)
	if err != nil {
		return nil, err
	}
	acc, snap, err := a.open(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	list, err := a.run(ctx, acc, snap, s)
	if err != nil {
		return nil, err
	}
	pos, from, to, limit, err := args.Window(len(list), func(want jmap.ID) int { return s.place(snap, list, want) })
	if err != nil {
		return nil, err
	}
	out := &jmap.QueryAnswer{AccountID: args.AccountID, QueryState: stateIn(snap, snap.EmailState), CanCalculateChanges: !s.hasText,
		Position: pos, IDs: emailTexts(list[from:to]), Limit: limit}
	if args.CalculateTotal {
		total := int64(len(list))
		out.Total = &total
	}
	return out, nil
}

func emailTexts(list []*mail.Message) []jmap.ID {
	out := make([]jmap.ID, len(list))
	for i, m := range list {
		out[i] = emailText(m.ID)
	}
	return out
}

// place finds an email among results. With threads collapsed another email
// of the same thread may stand for it (section 4.4.3).
func (s *search) place(snap *mail.Snapshot, list []*mail.Message, want jmap.ID) int {
	n, ok := id.Parse(emailID, want)
	if !ok {
		return -1
	}
	if i := slices.IndexFunc(list, func(m *mail.Message) bool { return m.ID == n }); i >= 0 || !s.collapse {
		return i
	}
	m, ok := snap.Message(n)
	if !ok {
		return -1
	}
	return slices.IndexFunc(list, func(other *mail.Message) bool { return other.Thread == m.Thread })
}

// emailQueryChanges is Email/queryChanges (section 4.5).
func (a *API) emailQueryChanges(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.EmailQueryChangesArgs
	if err := take(call, &args, args.Check); err != nil {
		return nil, err
	}
	s, err := newSearch(args.Filter, args.Sort, args.CollapseThreads)
	if err != nil {
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
	if s.hasText && since != snap.EmailState {
		return nil, jmap.Fail(jmap.CannotCalculateChanges, "Changes of a search for text cannot be told.")
	}
	c, err := changesSince(ctx, acc, snap, since)
	if err != nil {
		return nil, err
	}
	list, err := a.run(ctx, acc, snap, s)
	if err != nil {
		return nil, err
	}
	changed := append(slices.Clone(c.Created), c.Updated...)
	if s.collapse || s.hasThread {
		changed = withThreads(snap, changed, c.Threads.Updated)
	}
	out := &jmap.QueryChangesAnswer{AccountID: args.AccountID, OldQueryState: args.SinceQueryState, NewQueryState: stateIn(snap, snap.EmailState)}
	if args.CalculateTotal {
		total := int64(len(list))
		out.Total = &total
	}
	upTo := args.UpToID
	if !s.fixed() {
		upTo = nil
	}
	return out, out.Fill(texts(emailID, changed), texts(emailID, c.Destroyed), addedNow(list, changed, upTo), args.MaxChanges)
}

// addedNow is jmap.Added for lists that may be long: only the ids that are
// told are written as text.
func addedNow(list []*mail.Message, changed []int64, upTo *jmap.ID) []jmap.AddedItem {
	touched := make(map[int64]bool, len(changed))
	for _, n := range changed {
		touched[n] = true
	}
	last := int64(0)
	if upTo != nil {
		last, _ = id.Parse(emailID, *upTo)
	}
	var out []jmap.AddedItem
	for i, m := range list {
		if touched[m.ID] {
			out = append(out, jmap.AddedItem{ID: emailText(m.ID), Index: int64(i)})
		}
		if m.ID == last {
			break
		}
	}
	return out
}

// withThreads adds every message of the threads that are touched: with
// threads collapsed, another of them may stand for the thread now.
func withThreads(snap *mail.Snapshot, changed, threads []int64) []int64 {
	touched := map[int64]bool{}
	for _, t := range threads {
		touched[t] = true
	}
	for _, n := range changed {
		if m, ok := snap.Message(n); ok {
			touched[m.Thread] = true
		}
	}
	var out []int64
	for t := range touched {
		for _, m := range snap.Thread(t) {
			out = append(out, m.ID)
		}
	}
	slices.Sort(out)
	return out
}

// fixed says whether filter and sort rest on properties that never change, so
// that upToId may be used (RFC 8620 section 5.6).
func (s *search) fixed() bool {
	fixed := !s.collapse && !s.hasThread
	s.filter.Each(func(c *jmapmail.EmailFilter) {
		if c.InMailbox != nil || c.InMailboxOtherThan != nil || c.HasKeyword != nil || c.NotKeyword != nil {
			fixed = false
		}
	})
	return fixed && !slices.ContainsFunc(s.sort, func(c jmap.Comparator) bool { return c.Keyword != "" })
}

// queryKey names a result: the account's emails stand still at one state.
type queryKey struct {
	account, state int64
	ceiling        policy.Level
	text           string
}

// queryCache keeps the latest results, so that scrolling through a long list
// does not make it anew for each window.
type queryCache struct {
	mu    sync.Mutex
	max   int // messages in all results
	size  int
	m     map[queryKey][]*mail.Message
	order []queryKey // oldest first
}

func newQueryCache(size int) *queryCache {
	return &queryCache{max: size, m: map[queryKey][]*mail.Message{}}
}

func (q *queryCache) get(k queryKey) ([]*mail.Message, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	list, ok := q.m[k]
	return list, ok
}

// maxResults bounds the number of results, small ones included.
const maxResults = 1000

func (q *queryCache) put(k queryKey, list []*mail.Message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, ok := q.m[k]; ok || len(list) > q.max/4 {
		return
	}
	q.m[k] = list
	q.size += len(list)
	q.order = append(q.order, k)
	for q.size > q.max || len(q.order) > maxResults {
		q.size -= len(q.m[q.order[0]])
		delete(q.m, q.order[0])
		q.order = q.order[1:]
	}
}
