package imap

import (
	"strings"

	"chancery/mail"
	wire "chancery/wire/imap"
)

// listed is one name that LIST may tell.
type listed struct {
	name     string
	place    place
	box      mail.Mailbox
	noSelect bool
	lost     bool // subscribed to, but not there
	children bool
	subBelow bool // a mailbox below it is subscribed
	matches  bool
}

// list is LIST (RFC 9051 section 6.3.9) and LSUB (RFC 3501 section 6.3.9).
func (s *session) list(tag string, c wire.List) {
	if !c.Extended && !c.Lsub && c.Patterns[0] == "" {
		// An empty name asks for the separator.
		s.out.line(`* LIST (\Noselect) "` + separator + `" ""`)
		s.done(tag, "Separator told.")
		return
	}
	patterns := make([]string, len(c.Patterns))
	for i, p := range c.Patterns {
		patterns[i] = c.Reference + p
	}
	all, err := s.names(patterns)
	if err == nil && (c.Subscribed || c.Lsub) {
		all, err = s.withLost(all, patterns)
	}
	if err != nil {
		s.fail(tag, err)
		return
	}
	if c.Subscribed || c.Lsub || c.SpecialUse {
		markParents(all, c)
	}
	for i := range all {
		l := &all[i]
		if !l.matches || !wanted(l, c) {
			continue
		}
		if c.Lsub {
			s.tellLsub(l)
			continue
		}
		s.tellList(l, c)
		if c.ReturnStatus != 0 && !l.noSelect && !l.lost && selects(l, c) {
			s.tellStatus(l.name, l.place, l.box, c.ReturnStatus)
		}
	}
	s.done(tag, "Listed.")
}

// names gathers the mailboxes of the user's own account and, if a pattern can
// reach them, those of shared accounts.
func (s *session) names(patterns []string) ([]listed, error) {
	all, err := s.namesOf(nil, s.own, "")
	if err != nil || !reachesShared(patterns) {
		return match(all, patterns), err
	}
	infos, err := s.server.room.Accounts(s.ctx(), s.subject)
	if err != nil {
		return nil, err
	}
	root := false
	for _, info := range infos {
		if info.ID == s.subject.Account {
			continue
		}
		if !root {
			all = append(all, listed{name: sharedRoot, noSelect: true, children: true})
			root = true
		}
		account, err := s.account(info.ID)
		if err != nil {
			return nil, err
		}
		prefix := sharedRoot + separator + info.Address
		all = append(all, listed{name: prefix, noSelect: true, children: true})
		if all, err = s.namesOf(all, account, prefix+separator); err != nil {
			return nil, err
		}
	}
	return match(all, patterns), nil
}

// withLost adds the user's subscriptions to mailboxes that are gone.
func (s *session) withLost(all []listed, patterns []string) ([]listed, error) {
	paths, err := s.own.LostSubscriptions(s.ctx())
	var lost []listed
	for _, path := range paths {
		lost = append(lost, listed{name: path, lost: true, box: mail.Mailbox{Subscribed: true}})
	}
	return append(all, match(lost, patterns)...), err
}

// reachesShared says whether a pattern can match a name below "Shared".
func reachesShared(patterns []string) bool {
	for _, p := range patterns {
		fixed := p
		if i := strings.IndexAny(p, "*%"); i >= 0 {
			fixed = p[:i]
		}
		n := min(len(fixed), len(sharedRoot))
		if fixed[:n] == sharedRoot[:n] {
			return true
		}
	}
	return false
}

func (s *session) namesOf(all []listed, account *mail.Account, prefix string) ([]listed, error) {
	snap, err := account.Snapshot(s.ctx())
	if err != nil {
		return nil, err
	}
	boxes := snap.Mailboxes()
	parents := make(map[int64]bool, len(boxes))
	paths := make(map[int64]string, len(boxes)) // parents come before children
	for _, b := range boxes {
		parents[b.Parent] = true
	}
	for _, b := range boxes {
		path := b.Name
		if up, ok := paths[b.Parent]; ok {
			path = up + separator + b.Name
		}
		paths[b.ID] = path
		all = append(all, listed{name: prefix + path, place: place{account, snap, path}, box: b, children: parents[b.ID]})
	}
	return all, nil
}

func match(all []listed, patterns []string) []listed {
	for i := range all {
		for _, p := range patterns {
			all[i].matches = all[i].matches || matchName(p, all[i].name)
		}
	}
	return all
}

// matchName matches a name: "*" stands for anything, "%" for anything without
// a separator. INBOX matches in any case. The states of the pattern are
// followed together, so that no pattern is slow.
func matchName(pattern, name string) bool {
	if len(pattern) >= 5 && strings.EqualFold(pattern[:5], "INBOX") && (len(pattern) == 5 || strings.IndexByte("/*%", pattern[5]) >= 0) {
		pattern = "INBOX" + pattern[5:]
	}
	at := make([]bool, len(pattern)+1)
	next := make([]bool, len(pattern)+1)
	at[0] = true
	for i := 0; ; i++ {
		for k := range pattern { // a wildcard may stand for nothing
			if at[k] && (pattern[k] == '*' || pattern[k] == '%') {
				at[k+1] = true
			}
		}
		if i == len(name) {
			return at[len(pattern)]
		}
		clear(next)
		for k := 0; k < len(pattern); k++ {
			if !at[k] {
				continue
			}
			switch {
			case pattern[k] == '*', pattern[k] == '%' && name[i] != '/':
				next[k] = true
			case pattern[k] == name[i]:
				next[k+1] = true
			}
		}
		at, next = next, at
	}
}

// markParents notes for each name whether one below it, which the patterns do
// not match, would be selected: RECURSIVEMATCH (RFC 5258 section 3.4) and
// LSUB want the parent told instead.
func markParents(all []listed, c wire.List) {
	index := make(map[string]int, len(all))
	for i, l := range all {
		index[l.name] = i
	}
	for _, l := range all {
		if !selects(&l, c) || l.matches {
			continue
		}
		name := l.name
		for {
			i := strings.LastIndex(name, separator)
			if i < 0 {
				break
			}
			name = name[:i]
			if up, ok := index[name]; ok {
				all[up].subBelow = true
			}
		}
	}
}

// selects says whether a name passes the selection options by itself.
func selects(l *listed, c wire.List) bool {
	if (c.Subscribed || c.Lsub) && (l.noSelect || !l.box.Subscribed) {
		return false
	}
	return !c.SpecialUse || useOf(l.box.Role) != ""
}

func wanted(l *listed, c wire.List) bool {
	return selects(l, c) || (l.subBelow && (c.Lsub || c.RecursiveMatch))
}

func (s *session) tellLsub(l *listed) {
	attr := ""
	if !l.box.Subscribed || l.noSelect || l.lost {
		attr = `\Noselect` // RFC 3501 section 6.3.9: only something below is subscribed
	}
	b := append(s.out.bytes(), "* LSUB ("+attr+`) "`+separator+`" `...)
	s.out.set(append(wire.AppendMailbox(b, l.name, s.utf8), "\r\n"...))
}

func (s *session) tellList(l *listed, c wire.List) {
	b := append(s.out.bytes(), "* LIST ("...)
	switch {
	case l.noSelect:
		b = append(b, `\Noselect `...)
	case l.lost:
		b = append(b, `\NonExistent `...)
	}
	if l.children {
		b = append(b, `\HasChildren`...)
	} else {
		b = append(b, `\HasNoChildren`...)
	}
	if (c.Subscribed || c.ReturnSubscribed) && l.box.Subscribed && !l.noSelect {
		b = append(b, ` \Subscribed`...)
	}
	if use := useOf(l.box.Role); use != "" {
		b = append(append(b, ' '), use...)
	}
	b = append(b, `) "`+separator+`" `...)
	b = wire.AppendMailbox(b, l.name, s.utf8)
	if c.RecursiveMatch && c.Subscribed && l.subBelow {
		b = append(b, ` ("CHILDINFO" ("SUBSCRIBED"))`...)
	}
	s.out.set(append(b, "\r\n"...))
}

// tellListed tells the LIST response that RFC 9051 section 6.3.2 wants at SELECT.
func (s *session) tellListed(name string, p place, box mail.Mailbox) {
	s.tellList(&listed{name: name, place: p, box: box, children: p.snap.Children(box.ID)}, wire.List{})
}

// useOf is the special-use attribute of a role, or nothing.
func useOf(role string) string {
	for _, r := range roles {
		if r.role == role {
			return r.use
		}
	}
	return ""
}
