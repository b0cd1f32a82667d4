package flow

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"chancery/wire/personal"
)

// letter is a letter while it is judged: what was made of it is kept.
type letter struct {
	*Facts
	from    []string // see senders
	to      []string // the recipients, folded
	seen    string   // the text, visible
	hasSeen bool
	isCut   bool
	within  []Content // what is in the files, visible
	hasRead bool
	inFiles map[int32][]int // words of a lexicon, by the files that they stand in
	persons []Mark          // different numbers, masked
}

func newLetter(f *Facts) *letter { return &letter{Facts: f} }

// senders are all addresses that the letter is from, folded.
func (l *letter) senders() []string {
	if l.from == nil {
		for _, a := range append([]string{l.Sender}, l.Authors...) {
			if a != "" {
				l.from = append(l.from, foldAddress(a))
			}
		}
	}
	return l.from
}

func (l *letter) addresses() []string {
	if l.to == nil {
		for _, r := range l.Recipients {
			l.to = append(l.to, foldAddress(r.Address))
		}
	}
	return l.to
}

// text reads the text once.
func (l *letter) text() string {
	if l.hasSeen || l.Text == nil {
		return l.seen
	}
	text := l.Text()
	if len(text) > MaxText {
		text, l.isCut = strings.ToValidUTF8(text[:MaxText], ""), true
	}
	l.seen, l.hasSeen = visible(text), true
	return l.seen
}

// contents reads what is in the files once.
func (l *letter) contents() []Content {
	if l.hasRead || l.Contents == nil {
		return l.within
	}
	l.text()
	l.within, l.hasRead = l.Contents(), true
	for i := range l.within {
		l.within[i].Text = visible(l.within[i].Text)
	}
	return l.within
}

// nameOf is the name of a file as it is shown.
func (l *letter) nameOf(i int) string { return maskedText(l.Files[i].Name) }

// places says where a word stands, one bit for each place.
type places uint8

const (
	placeSubject places = 1 << iota
	placeFile
	placeText
	placeWithin // a file
)

// findWords looks for all words of a lexicon.
func (l *letter) findWords(x *lexicon) map[int32]places {
	found := map[int32]places{}
	scan := func(text string, place places) {
		if x.isAbsent(text) {
			return
		}
		x.scan(compared(text), func(id int32) { found[id] |= place })
	}
	scan(l.Subject, placeSubject)
	for _, f := range l.Files {
		scan(f.Name, placeFile)
	}
	scan(l.text(), placeText)
	l.inFiles = map[int32][]int{}
	for i, content := range l.contents() {
		if x.isAbsent(content.Text) {
			continue
		}
		x.scan(compared(content.Text), func(id int32) {
			found[id] |= placeWithin
			if files := l.inFiles[id]; len(files) == 0 || files[len(files)-1] != i {
				l.inFiles[id] = append(files, i)
			}
		})
	}
	return found
}

// findPersons looks for numbers of persons and cards; one that stands there
// several times, in a quoted letter say, is one.
func (l *letter) findPersons() {
	known := map[string]bool{}
	look := func(text, where, file string) {
		for _, f := range personal.Find(text) {
			number := text[f.From:f.To]
			key := strings.Map(significant, number)
			if known[key] {
				continue
			}
			known[key] = true
			kind := KindPerson
			if f.Kind == personal.Card {
				kind = KindCard
			}
			l.persons = append(l.persons, Mark{where, kind, masked(number), file})
		}
	}
	look(visible(l.Subject), InSubject, "")
	for _, f := range l.Files {
		look(visible(f.Name), InFile, "")
	}
	long := func(rest, where, file string) {
		for rest != "" {
			piece := rest
			if len(rest) > personal.MaxText {
				piece = rest[:cutPlace(rest[:personal.MaxText])]
			}
			look(piece, where, file)
			rest = rest[len(piece):]
		}
	}
	long(l.text(), InText, "")
	for i, content := range l.contents() {
		if content.Text != "" {
			long(content.Text, InFile, l.nameOf(i))
		}
	}
}

// cutPlace is where a piece of a long text ends: before its last line or word,
// so that no number is cut through.
func cutPlace(s string) int {
	for _, ends := range []string{"\n", " "} {
		if i := strings.LastIndex(s, ends); i > len(s)/2 {
			return i + 1
		}
	}
	for i := len(s) - 1; i > len(s)-utf8.UTFMax; i-- {
		if utf8.RuneStart(s[i]) {
			return i
		}
	}
	return len(s)
}

// significant leaves the letters and digits of a number, letters as capitals.
func significant(r rune) rune {
	if unicode.IsDigit(r) || unicode.IsLetter(r) {
		return unicode.ToUpper(r)
	}
	return -1
}

// shown is how many digits of a number the reviewer sees.
const shown = 3

// masked hides all but the last digits of a number.
func masked(number string) string {
	left := 0
	for _, r := range number {
		if significant(r) >= 0 {
			left++
		}
	}
	return strings.Map(func(r rune) rune {
		if significant(r) < 0 {
			return r
		}
		if left--; left >= shown {
			return '*'
		}
		return r
	}, number)
}

// maskedText hides the numbers of persons in a short text, as a name of a file.
func maskedText(text string) string {
	text = visible(text)
	var b strings.Builder
	at := 0
	for _, f := range personal.Find(text) {
		b.WriteString(text[at:f.From])
		b.WriteString(masked(text[f.From:f.To]))
		at = f.To
	}
	b.WriteString(text[at:])
	return b.String()
}

// marks says whether the words, numbers and unreadable files that a rule wants
// are there, and what of the letter made the rule hold.
func (c *compiled) marks(l *letter, words map[int32]places) (marks []Mark, ok bool) {
	w := &c.rule.When
	if len(l.persons) < w.Persons || len(words) == 0 && len(c.words) > 0 {
		return nil, false
	}
	add := func(m Mark) {
		if len(marks) < MaxMarks {
			marks = append(marks, m)
		}
	}
	isFound := len(c.words) == 0
	for i, id := range c.words {
		at := words[id]
		isFound = isFound || at != 0
		for _, p := range []struct {
			place places
			where string
		}{{placeSubject, InSubject}, {placeFile, InFile}, {placeText, InText}} {
			if at&p.place != 0 {
				add(Mark{Where: p.where, Kind: KindWord, Text: w.Words[i]})
			}
		}
		for _, file := range l.inFiles[id] {
			add(Mark{Where: InFile, Kind: KindWord, Text: w.Words[i], File: l.nameOf(file)})
		}
	}
	if !isFound {
		return nil, false
	}
	if w.Persons > 0 {
		for _, m := range l.persons {
			add(m)
		}
	}
	if w.Attachments != nil && !c.markFiles(l, add) {
		return nil, false
	}
	for i, r := range l.Recipients {
		switch {
		case w.Outside && r.Outside:
			add(Mark{Where: InRecipient, Kind: KindOutside, Text: r.Address})
		case c.toUnits.holds(r.Units), !c.recipients.isEmpty() && c.recipients.holds(l.addresses()[i]):
			add(Mark{Where: InRecipient, Kind: KindRecipient, Text: r.Address})
		}
	}
	return marks, true
}

// markFiles marks the files that a rule means; false = it asks for what cannot
// be looked into, and there is nothing.
func (c *compiled) markFiles(l *letter, add func(Mark)) (ok bool) {
	kind := KindFile
	if c.wantsUnreadable() {
		kind = KindClosed
		if l.isCut && c.meansLetter() {
			add(Mark{Where: InText, Kind: KindClosed})
			ok = true
		}
	}
	for i, f := range l.Files {
		if c.isMeant(f) && (kind == KindFile || i < len(l.within) && l.within[i].IsClosed) {
			add(Mark{Where: InFile, Kind: kind, Text: l.nameOf(i)})
			ok = true
		}
	}
	return ok
}
