package jmap

import (
	"bytes"
	"encoding/json"
)

// QueryArgs are the arguments of every /query (RFC 8620 section 5.5) for a
// type whose filter conditions are F.
type QueryArgs[F any] struct {
	AccountID      ID           `json:"accountId"`
	Filter         *Filter[F]   `json:"filter"`
	Sort           []Comparator `json:"sort"`
	Position       int64        `json:"position"`
	Anchor         *ID          `json:"anchor"`
	AnchorOffset   int64        `json:"anchorOffset"`
	Limit          *int64       `json:"limit"`
	CalculateTotal bool         `json:"calculateTotal"`
}

// Comparator is one step of a sort order. Keyword belongs to the mail
// properties that need one (RFC 8621 section 4.4.2).
type Comparator struct {
	Property    string `json:"property"`
	IsAscending *bool  `json:"isAscending"`
	Collation   string `json:"collation"`
	Keyword     string `json:"keyword"`
}

// Ascending says whether small comes first, which is the default.
func (c Comparator) Ascending() bool { return c.IsAscending == nil || *c.IsAscending }

// The collations that are offered (RFC 8620 section 2).
const (
	CollationUnicode = "i;unicode-casemap"
	CollationASCII   = "i;ascii-casemap"
	CollationOctet   = "i;octet"
)

// CheckSort refuses properties that cannot be sorted by, and collations that
// are not offered.
func CheckSort(sort []Comparator, can func(property string) bool) error {
	for _, c := range sort {
		if !can(c.Property) {
			return Fail(UnsupportedSort, "Sorting by %q is not offered.", c.Property)
		}
		switch c.Collation {
		case "", CollationUnicode, CollationASCII, CollationOctet:
		default:
			return Fail(UnsupportedSort, "The collation %q is not offered.", c.Collation)
		}
	}
	return nil
}

// Filter is a condition or an operator over filters.
type Filter[F any] struct {
	Operator   string // AND, OR, NOT; empty for a condition
	Conditions []*Filter[F]
	Condition  *F
	Raw        json.RawMessage // of the root: the filter as it came, a key for caches
}

// The bounds of a filter tree.
const (
	maxFilterDepth = 16
	maxFilterNodes = 256
)

// UnmarshalJSON reads a filter tree.
func (f *Filter[F]) UnmarshalJSON(b []byte) error {
	nodes := 0
	f.Raw = append(json.RawMessage(nil), b...)
	return f.read(b, 0, &nodes)
}

func (f *Filter[F]) read(b []byte, depth int, nodes *int) error {
	if *nodes++; depth > maxFilterDepth || *nodes > maxFilterNodes {
		return Fail(UnsupportedFilter, "A filter may have %d conditions, nested %d deep.", maxFilterNodes, maxFilterDepth)
	}
	var op struct {
		Operator   *string            `json:"operator"`
		Conditions *[]json.RawMessage `json:"conditions"`
	}
	if b = bytes.TrimSpace(b); len(b) == 0 || b[0] != '{' {
		return invalid("a filter is an object")
	}
	if err := json.Unmarshal(b, &op); err != nil {
		return invalid("the filter operator cannot be read")
	}
	if op.Operator == nil {
		f.Condition = new(F)
		if err := DecodeStrict(b, f.Condition); err != nil {
			// RFC 8620 section 5.5: a filter that is well-formed but cannot be
			// processed, as with an unknown condition, is unsupportedFilter.
			m := MethodErrorOf(err)
			if bytes.Contains([]byte(m.Description), []byte("unknown field")) {
				return Fail(UnsupportedFilter, "%s", m.Description)
			}
			return m
		}
		return nil
	}
	f.Operator = *op.Operator
	if f.Operator != "AND" && f.Operator != "OR" && f.Operator != "NOT" {
		return Fail(UnsupportedFilter, "There is no operator %q.", f.Operator)
	}
	if op.Conditions == nil {
		return invalid("the operator %s lacks its conditions", f.Operator)
	}
	for _, c := range *op.Conditions {
		sub := new(Filter[F])
		if err := sub.read(c, depth+1, nodes); err != nil {
			return err
		}
		f.Conditions = append(f.Conditions, sub)
	}
	return nil
}

// Match evaluates the filter with a test for one condition. A nil filter
// matches everything.
func (f *Filter[F]) Match(test func(*F) bool) bool {
	if f == nil {
		return true
	}
	switch f.Operator {
	case "":
		return test(f.Condition)
	case "AND":
		for _, c := range f.Conditions {
			if !c.Match(test) {
				return false
			}
		}
		return true
	case "OR":
		for _, c := range f.Conditions {
			if c.Match(test) {
				return true
			}
		}
		return false
	}
	for _, c := range f.Conditions { // NOT: none of them
		if c.Match(test) {
			return false
		}
	}
	return true
}

// Each visits every condition of the tree.
func (f *Filter[F]) Each(visit func(*F)) {
	if f == nil {
		return
	}
	if f.Condition != nil {
		visit(f.Condition)
	}
	for _, c := range f.Conditions {
		c.Each(visit)
	}
}

// QueryAnswer is the answer of /query.
type QueryAnswer struct {
	AccountID           ID
	QueryState          string
	CanCalculateChanges bool
	Position            int64
	IDs                 []ID
	Total               *int64
	Limit               *int64 // set when the server lowered the limit
}

// AppendJSON appends the answer.
func (a *QueryAnswer) AppendJSON(b []byte) ([]byte, error) {
	b = append(b, `{"accountId":`...)
	b = AppendString(b, a.AccountID)
	b = append(b, `,"queryState":`...)
	b = AppendString(b, a.QueryState)
	b = append(b, `,"canCalculateChanges":`...)
	b = appendBool(b, a.CanCalculateChanges)
	b = append(b, `,"position":`...)
	b = appendInt(b, a.Position)
	b = append(b, `,"ids":`...)
	b = AppendStrings(b, a.IDs)
	if a.Total != nil {
		b = append(b, `,"total":`...)
		b = appendInt(b, *a.Total)
	}
	if a.Limit != nil {
		b = append(b, `,"limit":`...)
		b = appendInt(b, *a.Limit)
	}
	return append(b, '}'), nil
}

// maxWindow is the most ids that one query returns.
const maxWindow = 10_000

// Window cuts the asked part out of a list of n results; find returns the
// place of the anchor, or less than 0. It returns the answer's position and
// the half-open range to send.
func (a *QueryArgs[F]) Window(n int, find func(ID) int) (pos int64, from, to int, limit *int64, err error) {
	start := a.Position
	switch {
	case a.Anchor != nil:
		i := find(*a.Anchor)
		if i < 0 {
			return 0, 0, 0, nil, Fail(AnchorNotFound, "The anchor %s is not among the results.", *a.Anchor)
		}
		start = max(int64(i)+clampInt(a.AnchorOffset), 0)
	case start < 0:
		// RFC 8620 section 5.5: a negative position counts from the end and is
		// clamped at 0.
		start = max(clampInt(start)+int64(n), 0)
	}
	size := int64(maxWindow)
	if a.Limit != nil {
		if *a.Limit < 0 {
			return 0, 0, 0, nil, invalid("limit may not be negative")
		}
		size = min(*a.Limit, size)
	}
	if (a.Limit == nil && int64(n)-start > size) || (a.Limit != nil && *a.Limit > size) {
		limit = &size
	}
	begin := min(start, int64(n))
	end := min(begin+size, int64(n))
	return start, int(begin), int(end), limit, nil
}

// clampInt keeps a number within the range of Int, so that sums cannot overflow.
func clampInt(n int64) int64 { return max(min(n, MaxInt), -MaxInt) }

// QueryChangesArgs are the arguments of /queryChanges (RFC 8620 section 5.6).
type QueryChangesArgs[F any] struct {
	AccountID       ID           `json:"accountId"`
	Filter          *Filter[F]   `json:"filter"`
	Sort            []Comparator `json:"sort"`
	SinceQueryState string       `json:"sinceQueryState"`
	MaxChanges      *int64       `json:"maxChanges"`
	UpToID          *ID          `json:"upToId"`
	CalculateTotal  bool         `json:"calculateTotal"`
}

// Check validates the arguments.
func (a *QueryChangesArgs[F]) Check() error {
	since := ChangesArgs{AccountID: a.AccountID, SinceState: a.SinceQueryState, MaxChanges: a.MaxChanges}
	return since.Check()
}

// AddedItem is a result that is new at a place.
type AddedItem struct {
	ID    ID    `json:"id"`
	Index int64 `json:"index"`
}

// QueryChangesAnswer is the answer of /queryChanges.
type QueryChangesAnswer struct {
	AccountID     ID          `json:"accountId"`
	OldQueryState string      `json:"oldQueryState"`
	NewQueryState string      `json:"newQueryState"`
	Total         *int64      `json:"total,omitempty"`
	Removed       []ID        `json:"removed" ts:"list"`
	Added         []AddedItem `json:"added" ts:"list"`
}

// Added returns which of the results now are among those that changed, with
// their places. With upTo, only those up to that result are of interest.
func Added(now, changed []ID, upTo *ID) []AddedItem {
	touched := make(map[ID]bool, len(changed))
	for _, id := range changed {
		touched[id] = true
	}
	var out []AddedItem
	for i, id := range now {
		if touched[id] {
			out = append(out, AddedItem{id, int64(i)})
		}
		if upTo != nil && id == *upTo {
			break
		}
	}
	return out
}

// Fill sets Removed and Added. Every record that changed in any way is told
// as removed, as RFC 8620 section 5.6 allows for those that may have been in
// the old results, and as added again where it is in the results now.
func (a *QueryChangesAnswer) Fill(changed, destroyed []ID, added []AddedItem, maxChanges *int64) error {
	a.Removed = append(append([]ID{}, changed...), destroyed...)
	a.Added = append([]AddedItem{}, added...)
	if maxChanges != nil && int64(len(a.Removed)+len(a.Added)) > *maxChanges {
		return Fail(TooManyChanges, "There are more than %d changes.", *maxChanges)
	}
	return nil
}
