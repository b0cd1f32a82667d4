package flow

import (
	"slices"
	"strings"

	"chancery/policy"
)

// Facts are what is known of a letter on its way.
type Facts struct {
	Direction string // Out, In
	Sender    string // of the envelope; "" for reports, which have none
	// Authors are the other addresses that a letter is from: those in its From,
	// and who is signed in. A rule for a sender is for every one of them; an
	// exception holds when it names all, so that nobody gets it by a field they
	// fill in themselves.
	Authors     []string
	SenderUnits []int64
	Recipients  []Recipient
	Level       policy.Level
	Subject     string
	// Text gives the text of the letter without its files. It is called at most
	// once, and only when a rule wants it; nil = there is none.
	Text  func() string
	Files []File
	// Contents gives what is in Files, in their order. It is called at most
	// once, behind Text, and only when a rule wants it; nil = there is nothing.
	Contents          func() []Content
	Signed, Encrypted bool
}

// Recipient is one who gets the letter.
type Recipient struct {
	Address string
	Units   []int64 // of the posts, each with all above it
	Outside bool    // of the organisation
}

// File is an attachment.
type File struct {
	Name, Type string
	Size       int64
	IsInline   bool // shown within the text: it is looked into, and is no attachment
}

// Content is what is in a file.
type Content struct {
	Text     string
	IsClosed bool // there may be more, which cannot be read
}

// Verdict is what becomes of a letter.
type Verdict struct {
	Hits        []Hit    // the rules that hold, in the order of the set
	Refuse      *Rule    // the first that refuses
	Missing     *Rule    // the first whose requirement is missing
	Holds       []*Rule  // those that want a review
	Monitors    []string // mailboxes that get a copy, each once
	Journal     bool
	Disclaimers []Text  // each once
	Warnings    []*Rule // those that warn the writer
	Cut         bool    // there is more text than MaxText, and it was not looked at: the letter counts as unreadable
}

// Hit is a rule that holds, and what in the letter made it so.
type Hit struct {
	Rule  *Rule
	Found []Mark // at most MaxMarks
}

// Places and kinds of marks.
const (
	InSubject   = "subject"
	InText      = "text"
	InFile      = "file"      // its name, its kind, or within it
	InRecipient = "recipient" // the envelope

	KindWord      = "word"
	KindPerson    = "person" // a number of a person, masked
	KindCard      = "card"   // a number of a card, masked
	KindFile      = "file"
	KindClosed    = "unreadable" // a file that cannot be looked into; without a name, the letter
	KindOutside   = "outside"
	KindRecipient = "recipient"
)

// Mark is one thing that made a rule hold: a word as the rule has it, a number
// masked up to its last three digits, the name of a file, a recipient.
type Mark struct {
	Where string
	Kind  string
	Text  string
	File  string // the name of the file that it was found in; "" where it was not within one
}

// Set are the rules of an organisation, made ready. It does not change and can
// be used by many at a time.
type Set struct {
	rules      []compiled
	lexicon    *lexicon
	needsText  bool
	needsUnits bool
}

// compiled is a rule in force with its lists made ready.
type compiled struct {
	rule                   Rule
	senders, recipients    patterns
	noSenders, exceptions  patterns
	senderUnits, toUnits   units
	noSenderUnits, inUnits units
	types                  []string
	words                  []int32 // of the lexicon, beside rule.When.Words
}

type units map[int64]bool

func newUnits(list []int64) units {
	u := units{}
	for _, id := range list {
		u[id] = true
	}
	return u
}

func (u units) holds(list []int64) bool {
	return len(u) > 0 && slices.ContainsFunc(list, func(id int64) bool { return u[id] })
}

// NewSet makes rules ready; those that are off are left out.
func NewSet(rules []Rule) *Set {
	s := &Set{lexicon: &lexicon{ids: map[pattern]int32{}}}
	for _, r := range rules {
		if r.Off {
			continue
		}
		c := compiled{
			rule:        r,
			senders:     newPatterns(r.When.Senders),
			recipients:  newPatterns(r.When.Recipients),
			noSenders:   newPatterns(r.Unless.Senders),
			exceptions:  newPatterns(r.Unless.Recipients),
			senderUnits: newUnits(r.When.SenderUnits), toUnits: newUnits(r.When.RecipientUnits),
			noSenderUnits: newUnits(r.Unless.SenderUnits), inUnits: newUnits(r.Unless.RecipientUnits),
		}
		if r.When.Attachments != nil {
			for _, t := range r.When.Attachments.Types {
				if t != "" {
					c.types = append(c.types, folded(t))
				}
			}
		}
		for _, w := range r.When.Words {
			c.words = append(c.words, s.lexicon.add(w))
		}
		s.needsText = s.needsText || c.needsText()
		s.needsUnits = s.needsUnits || c.needsUnits()
		s.rules = append(s.rules, c)
	}
	s.lexicon.build()
	return s
}

// NeedsText says whether there is a rule that may look into the text of a letter.
func (s *Set) NeedsText() bool { return s.needsText }

// NeedsUnits says whether a rule asks for the units of senders or recipients;
// else nobody has to look them up.
func (s *Set) NeedsUnits() bool { return s.needsUnits }

func (c *compiled) needsUnits() bool {
	return len(c.senderUnits)+len(c.toUnits)+len(c.noSenderUnits)+len(c.inUnits) > 0
}

func (c *compiled) needsText() bool {
	return len(c.words) > 0 || c.rule.When.Persons > 0 || c.wantsUnreadable()
}

func (c *compiled) wantsUnreadable() bool {
	return c.rule.When.Attachments != nil && c.rule.When.Attachments.Unreadable
}

// Judge holds a letter to the rules. The text is read only when a rule needs it
// and everything else that the rule asks for holds.
func (s *Set) Judge(f *Facts) Verdict {
	l := newLetter(f)
	likely := make([]*compiled, 0, len(s.rules))
	wantsWords, wantsPersons, wantsUnreadable := false, false, false
	for i := range s.rules {
		c := &s.rules[i]
		if !c.holds(l) {
			continue
		}
		likely = append(likely, c)
		wantsWords = wantsWords || len(c.words) > 0
		wantsPersons = wantsPersons || c.rule.When.Persons > 0
		wantsUnreadable = wantsUnreadable || c.wantsUnreadable()
	}
	var words map[int32]places
	if wantsUnreadable {
		l.text()
		l.contents()
	}
	if wantsWords {
		words = l.findWords(s.lexicon)
	}
	if wantsPersons {
		l.findPersons()
	}
	var v Verdict
	for _, c := range likely {
		if marks, ok := c.marks(l, words); ok {
			v.add(&c.rule, marks, f)
		}
	}
	v.Cut = l.isCut
	return v
}

// add notes a rule that holds.
func (v *Verdict) add(r *Rule, marks []Mark, f *Facts) {
	v.Hits = append(v.Hits, Hit{r, marks})
	t := &r.Then
	if t.Refuse != "" && v.Refuse == nil {
		v.Refuse = r
	}
	lacks := !f.Signed && (t.Require == Signature || t.Require == Both) ||
		!f.Encrypted && (t.Require == Encryption || t.Require == Both)
	if lacks && v.Missing == nil {
		v.Missing = r
	}
	if t.Hold != nil {
		v.Holds = append(v.Holds, r)
	}
	if t.Monitor != "" && !slices.ContainsFunc(v.Monitors, func(m string) bool { return foldAddress(m) == foldAddress(t.Monitor) }) {
		v.Monitors = append(v.Monitors, t.Monitor)
	}
	v.Journal = v.Journal || t.Journal
	if t.Disclaimer != nil && !slices.Contains(v.Disclaimers, *t.Disclaimer) {
		v.Disclaimers = append(v.Disclaimers, *t.Disclaimer)
	}
	if t.Warn != "" {
		v.Warnings = append(v.Warnings, r)
	}
}

// holds says whether everything but words and persons is as the rule wants it.
func (c *compiled) holds(l *letter) bool {
	w := &c.rule.When
	switch {
	case w.Direction != "" && w.Direction != l.Direction,
		w.Level > policy.Public && l.Level < w.Level,
		len(c.senderUnits) > 0 && !c.senderUnits.holds(l.SenderUnits),
		!c.senders.isEmpty() && !slices.ContainsFunc(l.senders(), c.senders.holds),
		w.Outside && !slices.ContainsFunc(l.Recipients, func(r Recipient) bool { return r.Outside }),
		len(c.toUnits) > 0 && !slices.ContainsFunc(l.Recipients, func(r Recipient) bool { return c.toUnits.holds(r.Units) }),
		!c.recipients.isEmpty() && !slices.ContainsFunc(l.addresses(), c.recipients.holds),
		w.Attachments != nil && !slices.ContainsFunc(l.Files, c.isMeant) && !c.meansLetter():
		return false
	}
	return !c.isExcepted(l)
}

func (c *compiled) isExcepted(l *letter) bool {
	if c.noSenderUnits.holds(l.SenderUnits) || c.rule.Unless.Encrypted && l.Encrypted {
		return true
	}
	if !c.noSenders.isEmpty() {
		from := l.senders()
		if len(from) > 0 && !slices.ContainsFunc(from, func(a string) bool { return !c.noSenders.holds(a) }) {
			return true
		}
	}
	if len(l.Recipients) == 0 || len(c.inUnits) == 0 && c.exceptions.isEmpty() {
		return false
	}
	for i, r := range l.Recipients {
		if !c.inUnits.holds(r.Units) && (c.exceptions.isEmpty() || !c.exceptions.holds(l.addresses()[i])) {
			return false
		}
	}
	return true
}

// meansLetter says whether the text of the letter itself may be what cannot be
// read: the rule asks for no kind of file and for no size.
func (c *compiled) meansLetter() bool {
	return c.wantsUnreadable() && len(c.types) == 0 && c.rule.When.Attachments.Larger == 0
}

// isMeant says whether a file is as the rule wants one, but for what is in it.
func (c *compiled) isMeant(f File) bool {
	if f.IsInline && !c.wantsUnreadable() {
		return false
	}
	if f.Size <= c.rule.When.Attachments.Larger && c.rule.When.Attachments.Larger > 0 {
		return false
	}
	if len(c.types) == 0 {
		return true
	}
	// Windows takes dots and spaces off the end of a name, so that "a.exe. " runs.
	name := strings.TrimRight(folded(f.Name), ". \t")
	kind, _, _ := strings.Cut(folded(f.Type), ";")
	kind = strings.TrimSpace(kind)
	return slices.ContainsFunc(c.types, func(t string) bool {
		if t[0] == '.' {
			return strings.HasSuffix(name, t)
		}
		family, isFamily := strings.CutSuffix(t, "*")
		return kind == t || isFamily && strings.HasPrefix(kind, family)
	})
}
