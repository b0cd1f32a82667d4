package imap

import (
	"slices"
	"strconv"
	"strings"

	"chancery/mail"
	wire "chancery/wire/imap"
)

// search is SEARCH and UID SEARCH (RFC 9051 section 6.4.4).
func (s *session) search(tag string, c wire.Search) {
	hits, err := s.find(c.Key)
	if err != nil {
		if c.Return&wire.ReturnSave != 0 {
			s.sel.saved = nil // RFC 9051 section 6.4.4.1
		}
		s.fail(tag, err)
		return
	}
	slices.SortFunc(hits, func(a, b row) int { return int(a.seq) - int(b.seq) })
	r := result{hits: hits, uid: c.UID, options: c.Return, modseq: c.Key.Uses(wire.OpModSeq)}
	switch {
	case c.Extended:
		s.tellResult(tag, r)
	case s.rev2: // RFC 9051 section 7.3.4: SEARCH is answered with ESEARCH
		r.options = wire.ReturnAll
		s.tellResult(tag, r)
	default:
		s.tellPlain("SEARCH", r)
	}
	s.doneIf(c.UID, tag, "", "Searched.")
}

// find runs a search program over the messages that the client knows. It asks
// the mailbox as it is now, so that flags are fresh.
func (s *session) find(key wire.SearchKey) ([]row, error) {
	m := s.sel
	if key.Uses(wire.OpModSeq) {
		s.turnOnCondStore() // RFC 7162 section 3.1
	}
	now, err := m.account.Snapshot(s.ctx())
	if err != nil {
		return nil, err
	}
	filter, err := s.filter(key)
	if err != nil {
		return nil, err
	}
	filter = mail.Filter{InMailbox: m.mailbox, And: []mail.Filter{filter}}
	found, err := m.account.Query(s.ctx(), now, filter, nil, false)
	if err != nil {
		return nil, err
	}
	hits := make([]row, 0, len(found))
	for _, msg := range found {
		p, _ := msg.In(m.mailbox)
		if seq, known := m.seqOf(p.UID); known {
			hits = append(hits, row{seq: seq, Entry: mail.Entry{UID: p.UID, Deleted: p.Deleted, Message: msg}})
		}
	}
	return hits, nil
}

// result is what a search found and how it is to be told.
type result struct {
	hits    []row // in the order to tell
	uid     bool
	options wire.SearchReturn
	modseq  bool // tell the mod-sequence (RFC 7162 section 3.1.5)
}

func (r result) number(h row) uint32 {
	if r.uid {
		return h.UID
	}
	return h.seq
}

// tellPlain writes the SEARCH or SORT response.
func (s *session) tellPlain(name string, r result) {
	b := append(s.out.bytes(), "* "+name...)
	top := int64(0)
	for _, h := range r.hits {
		b = strconv.AppendUint(append(b, ' '), uint64(r.number(h)), 10)
		top = max(top, h.Modseq)
	}
	if r.modseq && len(r.hits) > 0 {
		b = append(strconv.AppendInt(append(b, " (MODSEQ "...), top, 10), ')')
	}
	s.out.set(append(b, "\r\n"...))
}

// tellResult writes the ESEARCH response (RFC 9051 section 7.3.4) and saves
// the result if asked to.
func (s *session) tellResult(tag string, r result) {
	told := r.options &^ wire.ReturnSave
	if r.options&wire.ReturnSave != 0 {
		s.save(r)
		if told == 0 { // RFC 9051 section 6.4.4: SAVE alone is not answered
			return
		}
	}
	b := append(s.out.bytes(), "* ESEARCH (TAG "...)
	b = append(wire.AppendString(b, tag, false), ')')
	if r.uid {
		b = append(b, " UID"...)
	}
	n := len(r.hits)
	if n > 0 {
		first, last := r.hits[0], r.hits[n-1]
		if told&wire.ReturnMin != 0 {
			b = strconv.AppendUint(append(b, " MIN "...), uint64(r.number(first)), 10)
		}
		if told&wire.ReturnMax != 0 {
			b = strconv.AppendUint(append(b, " MAX "...), uint64(r.number(last)), 10)
		}
		if told&wire.ReturnAll != 0 {
			b = wire.AppendRanges(append(b, " ALL "...), r.ranges())
		}
	}
	if told&wire.ReturnCount != 0 {
		b = strconv.AppendInt(append(b, " COUNT "...), int64(n), 10)
	}
	if r.modseq && n > 0 {
		b = strconv.AppendInt(append(b, " MODSEQ "...), r.top(told), 10)
	}
	s.out.set(append(b, "\r\n"...))
}

// ranges packs the numbers in their order; a sorted result is not reordered.
func (r result) ranges() []wire.Range {
	nums := make([]uint32, len(r.hits))
	for i, h := range r.hits {
		nums[i] = r.number(h)
	}
	return wire.RangesOf(nums)
}

// top is the highest mod-sequence of the messages that the options tell (RFC
// 4731 section 3.2).
func (r result) top(told wire.SearchReturn) int64 {
	if told&^(wire.ReturnMin|wire.ReturnMax) == 0 {
		first, last := r.hits[0].Modseq, r.hits[len(r.hits)-1].Modseq
		switch told {
		case wire.ReturnMin:
			return first
		case wire.ReturnMax:
			return last
		}
		return max(first, last)
	}
	top := int64(0)
	for _, h := range r.hits {
		top = max(top, h.Modseq)
	}
	return top
}

// save keeps the result for "$" (RFC 9051 section 6.4.4.1): with MIN or MAX
// alone only those.
func (s *session) save(r result) {
	hits := r.hits
	if r.options&(wire.ReturnAll|wire.ReturnCount) == 0 && r.options&(wire.ReturnMin|wire.ReturnMax) != 0 && len(hits) > 0 {
		first, last := hits[0], hits[len(hits)-1]
		hits = nil
		if r.options&wire.ReturnMin != 0 {
			hits = append(hits, first)
		}
		if r.options&wire.ReturnMax != 0 {
			hits = append(hits, last)
		}
	}
	ranges := make([]wire.Range, len(hits))
	for i, h := range hits {
		ranges[i] = wire.Range{From: h.UID, To: h.UID}
	}
	s.sel.saved = wire.Normal(ranges)
}

// headerField names a header field for the room.
func headerField(name string) mail.Field {
	return mail.Field("header:" + strings.ToLower(name))
}
