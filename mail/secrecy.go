package mail

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/compose"
	"chancery/wire/mime"
	"chancery/wire/personal"
	"chancery/wire/siolabel"
)

// Secrecy are the rules for letters with a level (C14, C15). The zero value is
// the international ladder, no duty to choose, and nothing above public outside.
type Secrecy struct {
	Ladder   policy.Ladder
	Required bool         // who sends has to choose a level
	Outside  policy.Level // the highest level that goes to other organisations
	Words    []Word       // of the office, that call for a level
	Banner   bool         // the level above internal stands above the text, readable
	Programs policy.Level // what letters get that mail programs send without one, where one is required; Unlabelled: they are refused
}

// Word is a word or phrase that calls for a level.
type Word struct {
	Text  string // any case
	Level policy.Level
}

// Advice is what a text was found to hold.
type Advice struct {
	Found map[personal.Kind]int // numbers of persons
	Words []string
	Level policy.Level // the least that is advised
}

// manyPersons is how many numbers make a list of people of a few.
const manyPersons = 20

// Advise says what a text and the files beside it hold and which level that calls for:
// numbers of persons are for the house alone, a list of them confidential (N69,
// C14). It advises; the writer decides.
func (r *Room) Advise(ctx context.Context, text string, files []WritingFile) Advice {
	s := Advice{Found: map[personal.Kind]int{}, Level: policy.Unlabelled}
	texts := []string{text}
	for _, c := range r.contentsOfWriting(ctx, files) {
		texts = append(texts, c.Text)
	}
	numbers := 0
	for _, text := range texts {
		for _, f := range personal.Find(text) {
			s.Found[f.Kind]++
			numbers++
		}
		folded := strings.ToLower(text[:min(len(text), personal.MaxText)])
		for _, w := range r.conf.Secrecy.Words {
			if !slices.Contains(s.Words, w.Text) && strings.Contains(folded, strings.ToLower(w.Text)) {
				s.Words, s.Level = append(s.Words, w.Text), max(s.Level, w.Level)
			}
		}
	}
	switch {
	case numbers >= manyPersons:
		s.Level = max(s.Level, policy.Confidential)
	case numbers > 0:
		s.Level = max(s.Level, policy.Internal)
	}
	return s
}

// Label is how secret a letter is.
type Label struct {
	Level policy.Level
	Until time.Time // when that ends; zero = not by itself
}

// What can be wrong with the level of a letter.
var (
	ErrUnlabelled = errs.E(errs.Forbidden, "Choose how secret the letter is: letters without a level are not sent here.")
	ErrBelow      = errs.E(errs.Forbidden, "The conversation has letters of a higher level: an answer has at least the same.")
	ErrOutside    = errs.E(errs.Forbidden, "Letters of this level do not leave the organisation.")
	ErrUncleared  = errs.E(errs.Forbidden, "The recipient may not see letters of this level.")
	ErrAbove      = errs.E(errs.Forbidden, "The letter is of a level that you may not use from here.")
	errLower      = errs.E(errs.Forbidden, "Only a security administrator makes a letter less secret.")
)

// labelName is the field of a label as headers are looked through.
var labelName = strings.ToLower(siolabel.Field)

// maxLabelHeader bounds what is read of a header for its label.
const maxLabelHeader = 64 << 10

// maxKeyHeader bounds what is looked at before a letter is stored.
const maxKeyHeader = 16 << 10

// labelOf returns the label of a letter: the highest of its own and of those of
// the letters in it, so that what is sent on as a file keeps its level.
func labelOf(m *mime.Message, src io.ReaderAt) (level policy.Level, until int64, err error) {
	level = policy.Unlabelled
	take := func(p *mime.Part) error {
		h, err := p.ReadHeader(src, maxLabelHeader)
		if err != nil {
			return err
		}
		for _, value := range h.All(siolabel.Field) {
			one, end := readLabel(value)
			switch {
			case one > level:
				level, until = one, end
			case one == level && until != 0 && (end == 0 || end > until):
				until = end // of two equal ones the longer holds
			}
		}
		return nil
	}
	var walk func(p *mime.Part) error
	walk = func(p *mime.Part) error {
		for _, part := range p.Parts {
			if err := walk(part); err != nil {
				return err
			}
		}
		if p.Nested == nil {
			return nil
		}
		if err := take(p.Nested.Root); err != nil {
			return err
		}
		return walk(p.Nested.Root)
	}
	if err := take(m.Root); err != nil {
		return level, 0, err
	}
	return level, until, walk(m.Root)
}

// levelKey returns under which of the organisation's keys a letter is kept, by the
// label at its beginning: each level has its own. A letter that gets its level
// from one within it, or later, stays under the key it was filed with.
func levelKey(letter *bufio.Reader) (key int16) {
	text, _ := letter.Peek(maxKeyHeader) // a shorter letter ends before
	head, _, _ := bytes.Cut(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\n\n"))
	for _, value := range mime.ParseHeader(string(head)).All(siolabel.Field) {
		if level, _ := readLabel(value); level > policy.Public {
			key = max(key, int16(level))
		}
	}
	return key
}

// readLabel reads one field. A label of another's policy counts as RFC 2634
// section 3.2 numbers it: a label only ever keeps people out. One that cannot
// be read says nothing, as one that is not there.
func readLabel(value string) (level policy.Level, until int64) {
	if level, until, ok := knownLabels.get(value); ok {
		return level, until
	}
	level, until = parseLabel(value)
	knownLabels.put(value, level, until)
	return level, until
}

func parseLabel(value string) (level policy.Level, until int64) {
	l, err := siolabel.Parse(value)
	if err != nil || l.Policy == "" || l.Class < siolabel.Unclassified {
		return policy.Unlabelled, 0
	}
	if !l.Until.IsZero() {
		until = l.Until.UnixMilli()
	}
	return policy.Level(min(l.Class, siolabel.TopSecret) - siolabel.Unclassified), until
}

// labelTable remembers what labels say: an office has few, and each letter's is
// read several times.
type labelTable struct {
	mu sync.RWMutex
	of map[string]knownLabel
}

type knownLabel struct {
	level policy.Level
	until int64
}

// Bounds of the table, which strangers fill; past them it starts afresh.
const (
	maxKnownLabels = 256
	maxKnownLabel  = 2 << 10 // bytes of one
)

var knownLabels = labelTable{of: map[string]knownLabel{}}

func (t *labelTable) get(value string) (policy.Level, int64, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	k, ok := t.of[value]
	return k.level, k.until, ok
}

func (t *labelTable) put(value string, level policy.Level, until int64) {
	if len(value) > maxKnownLabel {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.of) >= maxKnownLabels {
		clear(t.of)
	}
	t.of[strings.Clone(value)] = knownLabel{level, until}
}

// LabelField returns the value of the SIO-Label field (RFC 7444) for a label,
// in the words of the office's ladder and in English.
func (r *Room) LabelField(l Label) string {
	rung := r.conf.Secrecy.Ladder.Rungs[l.Level]
	marking := rung.Names["en"]
	if rung.Mark != "" && !strings.EqualFold(rung.Mark, marking) {
		marking = rung.Mark + " " + marking
	}
	return siolabel.Label{Marking: marking, Policy: siolabel.Policy(r.conf.Secrecy.Ladder.Number), Class: siolabel.Classification(l.Level) + siolabel.Unclassified, Until: l.Until}.String()
}

// level is the highest of the labels in the header.
func (h *header) level() policy.Level {
	level := policy.Unlabelled
	for _, f := range h.fields {
		if f.name == labelName {
			_, value, _ := strings.Cut(f.text, ":")
			one, _ := readLabel(value)
			level = max(level, one)
		}
	}
	return level
}

// tag writes the mark of a level into the subject, where programs that know
// nothing of labels show it: "[機密] Budget". Base subjects leave it out (RFC
// 5256 section 2.1), so that conversations stay together.
func (r *Room) tag(h *header) {
	level := h.level()
	if level <= policy.Internal {
		return
	}
	mark := "[" + r.conf.Secrecy.Ladder.Rungs[level].Mark + "]"
	value, _ := h.get("subject")
	subject := strings.TrimSpace(mime.AsText(strings.TrimSpace(value)))
	if strings.Contains(subject, mark) {
		return
	}
	h.fields = slices.DeleteFunc(h.fields, func(f headerField) bool { return f.name == "subject" })
	h.add("Subject", strings.TrimPrefix(compose.Text("Subject", strings.TrimSpace(mark+" "+subject), compose.Encoded).Value, " "))
}

// Secrecy returns the rules for levels.
func (r *Room) Secrecy() Secrecy { return r.conf.Secrecy }

// Ceiling is the highest level that the account's user sees and sends from here.
func (a *Account) Ceiling() policy.Level { return a.subject.Clearance }

// message reads a message as the subject may: one above its ceiling is not there.
func (a *Account) message(ctx context.Context, tx *store.Tx, message int64) (*Message, error) {
	m, err := selectMessage(ctx, tx, a.info.ID, message, a.room.views.words.get)
	if err == nil && m.Level > a.subject.Clearance {
		return nil, store.ErrNoRows
	}
	return m, err
}

// seen returns which messages the subject may know of. Who sees everything
// need not look.
func (a *Account) seen(ctx context.Context) (func(message int64) bool, error) {
	if a.subject.Clearance >= policy.TopSecret {
		return func(int64) bool { return true }, nil
	}
	snap, err := a.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return func(message int64) bool {
		_, ok := snap.Message(message)
		return ok
	}, nil
}

// unseen returns the messages that the subject may not know of, for lists of
// what is about messages. Of one that was removed nothing is known any more.
func (a *Account) unseen(ctx context.Context, tx *store.Tx) (map[int64]bool, error) {
	if a.subject.Clearance >= policy.TopSecret {
		return nil, nil
	}
	return selectAbove(ctx, tx, a.info.ID, a.subject.Clearance)
}

// checkLabel says whether the subject may send a letter of the level, given
// its header: it may reach the level from where it is, and an answer is no less
// secret than what it answers in the account that it is sent from.
func (r *Room) checkLabel(ctx context.Context, s policy.Subject, account int64, level policy.Level, h *header) error {
	if s.Account == 0 {
		return nil // reports and answers of the program itself
	}
	switch {
	case level > s.Clearance:
		return ErrAbove
	case level == policy.Unlabelled && r.conf.Secrecy.Required:
		return ErrUnlabelled
	}
	var ids []string
	for _, name := range []string{"in-reply-to", "references"} {
		value, _ := h.get(name)
		if list, ok := mime.AsMessageIDs(value); ok {
			ids = append(ids, list...)
		}
	}
	if len(ids) > maxRefs {
		ids = ids[len(ids)-maxRefs:]
	}
	return r.db.Read(ctx, func(tx *store.Tx) error {
		for _, id := range ids {
			highest, err := selectHighest(ctx, tx, account, hash64(id), s.Clearance)
			if err != nil {
				return err
			}
			if highest > max(level, policy.Public) {
				return ErrBelow
			}
		}
		return nil
	})
}

// admits says whether a letter of the level may go to a recipient.
func (r *Room) admits(s policy.Subject, level policy.Level, here Recipient, domain string) error {
	if level <= policy.Public {
		return nil
	}
	if domain != "" || here.Account.Org != s.Org {
		if level > r.conf.Secrecy.Outside {
			return ErrOutside
		}
		return nil
	}
	for _, a := range here.accounts() {
		if a.Clearance < level {
			return ErrUncleared
		}
	}
	return nil
}

// MayLower says whether a subject makes letters less secret: who has the duty
// of a security administrator.
func (r *Room) MayLower(ctx context.Context, s policy.Subject) (bool, error) {
	a, err := r.dir.Administers(ctx, s)
	return a.May(policy.DutySecurity, 0), err
}

// Relabel gives a letter of the account another level, with the reason for the
// record. Whoever files letters here makes one more secret; less secret it is
// made by who holds the duty of a security administrator.
//
// In its mailboxes the letter comes anew, with another UID: who did not see it
// before finds it at the end, where mail programs look.
func (a *Account) Relabel(ctx context.Context, message int64, to Label, reason string) error {
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > 1000 {
		return errs.E(errs.Invalid, "Another level needs a reason, of 1,000 bytes at most.")
	}
	if to.Level < policy.Public || to.Level > policy.TopSecret {
		return errs.E(errs.Invalid, "There is no such level.")
	}
	if err := a.can(ctx, policy.Organise); err != nil {
		return err
	}
	if to.Level > a.subject.Clearance {
		return ErrAbove
	}
	err := a.write(ctx, nil, func(tx *store.Tx) error {
		old, err := a.message(ctx, tx, message)
		if found, err := store.Found(err); !found {
			if err == nil {
				err = errs.E(errs.NotFound, "There is no such message.")
			}
			return err
		}
		until := int64(0)
		if !to.Until.IsZero() {
			until = to.Until.UnixMilli()
		}
		shorter := to.Level == old.Level && until != 0 && (old.UntilMs == 0 || until < old.UntilMs)
		if to.Level < old.Level || shorter {
			administers, err := a.room.dir.AdministersIn(ctx, tx, a.subject)
			if err != nil {
				return err
			}
			if !administers.May(policy.DutySecurity, 0) {
				return errLower
			}
		}
		if to.Level == old.Level && until == old.UntilMs {
			return nil
		}
		return a.room.relabel(ctx, tx, a.subject, a.info, old, to.Level, until, reason)
	})
	if errs.Is(err, errs.Forbidden) {
		a.room.refused(ctx, a.subject, a.info.Address, err)
	}
	return err
}

// labelled is a level in the record.
type labelled struct {
	Level  string `json:"level"`
	Until  string `json:"until,omitempty"`
	Reason string `json:"reason,omitempty"`
}

func asLabelled(level policy.Level, until int64, reason string) labelled {
	l := labelled{Level: level.String(), Reason: reason}
	if until != 0 {
		l.Until = millis(until).Format(time.RFC3339)
	}
	return l
}

// relabel writes the level, takes new UIDs, and records it.
func (r *Room) relabel(ctx context.Context, tx *store.Tx, by policy.Subject, in AccountInfo, old *Message, level policy.Level, until int64, reason string) error {
	row, err := bump(ctx, tx, in.ID, touched{email: true, mailbox: true})
	if err != nil {
		return err
	}
	m := *old
	m.Level, m.UntilMs, m.Modseq = level, until, row.modseq
	m.Places = make([]Place, len(old.Places))
	for i, p := range old.Places {
		if err := insertGone(ctx, tx, in.ID, gone{modseq: row.modseq, mailbox: p.Mailbox, uid: p.UID, message: m.ID, thread: m.Thread, level: old.Level}); err != nil {
			return err
		}
		uid, _, err := takeUIDs(ctx, tx, in.ID, p.Mailbox, 1, row.modseq)
		if err != nil {
			return err
		}
		m.Places[i] = Place{Mailbox: p.Mailbox, UID: uid, Deleted: p.Deleted}
	}
	if err := updateMessage(ctx, tx, in.ID, &m); err != nil {
		return err
	}
	if err := setRelabelled(ctx, tx, in.ID, row.modseq); err != nil {
		return err
	}
	e, err := audit.By(by, "mail.relabel", in.Address, nil).Change(asLabelled(old.Level, old.UntilMs, ""), asLabelled(level, until, reason))
	if err != nil {
		return err
	}
	tx.OnCommit(func() { r.changed(in.ID) })
	return audit.Append(ctx, tx, r.clock.Now(), e)
}

// endLabels makes letters internal whose label has ended, and says whether
// there may be more.
func (r *Room) endLabels(ctx context.Context) (more bool, err error) {
	const most = 100
	now := r.clock.Now().UnixMilli()
	type due struct{ org, account, message int64 }
	var list []due
	err = r.db.Read(ctx, func(tx *store.Tx) error {
		list = list[:0]
		return selectEnded(ctx, tx, now, most, func(org, account, message int64) { list = append(list, due{org, account, message}) })
	})
	if err != nil {
		return false, err
	}
	for _, d := range list {
		a, err := r.dir.Account(ctx, d.org, d.account)
		if err != nil {
			return false, err
		}
		err = r.write(ctx, d.account, nil, func(tx *store.Tx) error {
			m, err := selectMessage(ctx, tx, d.account, d.message, r.views.words.get)
			if found, err := store.Found(err); !found {
				return err
			}
			if m.UntilMs == 0 || m.UntilMs > now {
				return nil
			}
			return r.relabel(ctx, tx, policy.System(a.Org), AccountInfo{ID: a.ID, Address: a.Address}, m, min(m.Level, policy.Internal), 0, "the term has ended")
		})
		if err != nil {
			return false, err
		}
	}
	return len(list) == most, nil
}
