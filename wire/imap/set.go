package imap

import (
	"slices"
	"strconv"
)

// Range is a range of message numbers or UIDs, both ends included. 0 stands
// for "*", the largest number in use.
type Range struct{ From, To uint32 }

// Set is a sequence set (RFC 9051 section 9, sequence-set).
type Set struct {
	Saved  bool // "$", the result of the last SEARCH RETURN (SAVE)
	Ranges []Range
}

// set takes a sequence set. known refuses "*" and "$", as RFC 7162 section
// 3.2.5.2 and RFC 9051 known-uids do.
func (l *lexer) set(known bool) Set {
	var s Set
	if !known && l.take('$') {
		s.Saved = true
		return s
	}
	for l.ok() {
		if len(s.Ranges) == l.r.lim.SetParts {
			l.failf("The sequence set has more than %d parts.", l.r.lim.SetParts)
			break
		}
		from := l.setNumber(known)
		to := from
		if l.take(':') {
			to = l.setNumber(known)
		}
		s.Ranges = append(s.Ranges, Range{from, to})
		if !l.take(',') {
			break
		}
	}
	return s
}

func (l *lexer) setNumber(known bool) uint32 {
	if !known && l.take('*') {
		return 0
	}
	n := uint32(l.number("a message number", max32))
	if n == 0 {
		l.failf("Message numbers start at 1.")
	}
	return n
}

// Resolve returns the ranges in rising order without overlap, "*" replaced by
// last and each range turned the right way round (RFC 9051: 2:4 equals 4:2).
// With last 0 a "*" stands for nothing.
func (s Set) Resolve(last uint32) []Range {
	out := make([]Range, 0, len(s.Ranges))
	for _, r := range s.Ranges {
		if r.From == 0 {
			r.From = last
		}
		if r.To == 0 {
			r.To = last
		}
		if r.From > r.To {
			r.From, r.To = r.To, r.From
		}
		if r.From == 0 {
			continue
		}
		out = append(out, r)
	}
	return Normal(out)
}

// Normal sorts ranges and joins those that touch.
func Normal(in []Range) []Range {
	slices.SortFunc(in, func(a, b Range) int {
		if a.From < b.From {
			return -1
		}
		if a.From > b.From {
			return 1
		}
		return 0
	})
	out := in[:0]
	for _, r := range in {
		if n := len(out); n > 0 && uint64(r.From) <= uint64(out[n-1].To)+1 {
			out[n-1].To = max(out[n-1].To, r.To)
			continue
		}
		out = append(out, r)
	}
	return out
}

// RangesOf packs rising numbers into ranges.
func RangesOf(nums []uint32) []Range {
	var out []Range
	for _, n := range nums {
		if k := len(out); k > 0 && out[k-1].To != max32 && out[k-1].To+1 == n {
			out[k-1].To = n
			continue
		}
		out = append(out, Range{n, n})
	}
	return out
}

// Contains says whether n lies in ranges in rising order.
func Contains(ranges []Range, n uint32) bool {
	_, found := slices.BinarySearchFunc(ranges, n, func(r Range, n uint32) int {
		switch {
		case r.To < n:
			return -1
		case r.From > n:
			return 1
		}
		return 0
	})
	return found
}

// AppendRanges writes ranges as a sequence set.
func AppendRanges(dst []byte, ranges []Range) []byte {
	for i, r := range ranges {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendUint(dst, uint64(r.From), 10)
		if r.To != r.From {
			dst = append(dst, ':')
			dst = strconv.AppendUint(dst, uint64(r.To), 10)
		}
	}
	return dst
}
