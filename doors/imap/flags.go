package imap

import (
	"slices"
	"strings"

	"chancery/mail"
	wire "chancery/wire/imap"
)

// systemFlags pairs the flags of RFC 9051 section 2.3.2 with the keywords of
// RFC 8621 section 4.1.1. \Deleted is not a keyword in the mail room.
var systemFlags = [...]struct{ flag, keyword string }{
	{wire.FlagAnswered, mail.Answered},
	{wire.FlagFlagged, mail.Flagged},
	{wire.FlagSeen, mail.Seen},
	{wire.FlagDraft, mail.Draft},
}

// properCase gives the keywords that IANA registered with capitals their usual
// spelling back; the mail room keeps keywords in lower case.
var properCase = map[string]string{
	"$mdnsent": "$MDNSent", "$forwarded": "$Forwarded", "$submitpending": "$SubmitPending", "$submitted": "$Submitted",
	"$junk": "$Junk", "$notjunk": "$NotJunk", "$phishing": "$Phishing", "$important": "$Important",
	"junk": "Junk", "nonjunk": "NonJunk",
}

// keywordOf turns a flag into the mail room's keyword.
func keywordOf(flag string) string {
	for _, f := range systemFlags {
		if flag == f.flag {
			return f.keyword
		}
	}
	return strings.ToLower(flag)
}

// flagOf turns a keyword into a flag.
func flagOf(keyword string) string {
	for _, f := range systemFlags {
		if keyword == f.keyword {
			return f.flag
		}
	}
	if p, ok := properCase[keyword]; ok {
		return p
	}
	return keyword
}

func isSystem(keyword string) bool {
	return slices.ContainsFunc(systemFlags[:], func(f struct{ flag, keyword string }) bool { return f.keyword == keyword })
}

// keywordsOf splits flags into keywords and \Deleted.
func keywordsOf(flags []string) (keywords []string, deleted bool) {
	for _, f := range flags {
		if f == wire.FlagDeleted {
			deleted = true
			continue
		}
		keywords = append(keywords, keywordOf(f))
	}
	return keywords, deleted
}

// appendFlags writes "FLAGS (...)".
func (m *selected) appendFlags(b []byte, e mail.Entry) []byte {
	b = append(b, "FLAGS ("...)
	start := len(b)
	if len(m.recent) > 0 && wire.Contains(m.recent, e.UID) {
		b = append(b, `\Recent `...)
	}
	if e.Deleted {
		b = append(b, `\Deleted `...)
	}
	for _, k := range e.Keywords.List() {
		b = append(b, flagOf(k)...)
		b = append(b, ' ')
	}
	if len(b) > start {
		b = b[:len(b)-1]
	}
	return append(b, ')')
}

const allSystem = `\Answered \Flagged \Deleted \Seen \Draft`

// tellFlagNames tells FLAGS and, where flags can be set, PERMANENTFLAGS.
func (s *session) tellFlagNames() {
	b := append(s.out.bytes(), "* FLAGS ("+allSystem...)
	for _, k := range s.sel.keywords {
		b = append(b, ' ')
		b = append(b, flagOf(k)...)
	}
	b = append(b, ")\r\n"...)
	if s.sel.readOnly {
		b = append(b, "* OK [PERMANENTFLAGS ()] No flags can be changed.\r\n"...)
		s.out.set(b)
		return
	}
	b = append(b, "* OK [PERMANENTFLAGS ("+allSystem...)
	for _, k := range s.sel.keywords {
		b = append(b, ' ')
		b = append(b, flagOf(k)...)
	}
	s.out.set(append(b, ` \*)] Flags that can be kept.`+"\r\n"...))
}

// findKeywords lists the keywords in use in the selected mailbox.
func (m *selected) findKeywords() {
	var last *mail.Keywords
	seen := map[*mail.Keywords]bool{}
	m.keywords = nil
	m.snap.EachFrom(m.mailbox, 0, func(e mail.Entry) bool {
		if e.Keywords == last || seen[e.Keywords] { // sets are interned
			return true
		}
		last = e.Keywords
		seen[last] = true
		for _, k := range last.List() {
			if !isSystem(k) && !slices.Contains(m.keywords, k) {
				m.keywords = append(m.keywords, k)
			}
		}
		return true
	})
}
