package mail

import (
	"context"
	"errors"
	"slices"
	"strings"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Change says what to do to one message. The zero value of a field leaves
// that alone.
type Change struct {
	ID int64

	SetKeywords    *[]string // replace all; not together with the next two
	AddKeywords    []string
	RemoveKeywords []string

	SetMailboxes []int64 // be in exactly these; not together with the next two
	AddTo        []int64
	RemoveFrom   []Place // UID 0 = whatever it is; another UID is no longer there: NotFound
	Deleted      *DeletedMark

	Destroy bool // remove from every mailbox

	Snooze   *Snooze
	Reminder *Reminder
	Back     int64 // milliseconds since 1970: it comes back to the top of its lists

	// IfUnchangedSince makes the change a Conflict when the message's modseq
	// is above it (RFC 7162 UNCHANGEDSINCE). nil = no condition.
	IfUnchangedSince *int64
}

// DeletedMark sets or clears IMAP's \Deleted in one mailbox.
type DeletedMark struct {
	Mailbox int64
	Set     bool
}

// Outcome is what became of one change.
type Outcome struct {
	Message *Message // after the change; before it when Err is a Conflict; nil when the message is gone
	Changed bool     // false: it was so already
	Err     error
}

// changesPerTransaction bounds how long one request holds the writer.
const changesPerTransaction = 500

// Change changes messages, each on its own: the outcomes are in the order of
// the changes. A message that is left in no mailbox is removed for good. The
// error is for trouble that touches all; then an earlier part of a very long
// list may have been done, as its outcomes say.
func (a *Account) Change(ctx context.Context, changes []Change) ([]Outcome, error) {
	if err := a.can(ctx, neededFor(changes)); err != nil {
		return nil, err
	}
	out := make([]Outcome, 0, len(changes))
	for part := range slices.Chunk(changes, changesPerTransaction) {
		var done []Outcome
		err := a.write(ctx, nil, func(tx *store.Tx) (err error) {
			done, err = a.changePart(ctx, tx, part)
			return err
		})
		if err != nil && !errors.Is(err, errNothing) {
			return out, err
		}
		out = append(out, done...)
	}
	return out, nil
}

// neededFor returns the rights that the changes need.
func neededFor(changes []Change) (need policy.Rights) {
	for _, c := range changes {
		if c.SetKeywords != nil || len(c.AddKeywords)+len(c.RemoveKeywords) > 0 || c.Deleted != nil {
			need |= policy.Mark
		}
		if c.SetMailboxes != nil || len(c.AddTo)+len(c.RemoveFrom) > 0 || c.Destroy {
			need |= policy.Organise
		}
		if c.Snooze != nil || c.Reminder != nil {
			need |= policy.Mark | policy.Organise
		}
	}
	return need | policy.Read
}

// errNothing undoes a transaction in which nothing changed.
var errNothing = errors.New("nothing to change")

// changer is one transaction's work on messages.
type changer struct {
	a       *Account
	tx      *store.Tx
	modseq  int64
	touched map[int64]bool // mailboxes
	freed   int64          // bytes
	next    map[int64]uint32
	want    map[int64]int // UIDs to take, by mailbox
	left    map[int64]int // of those taken
}

func (a *Account) changePart(ctx context.Context, tx *store.Tx, part []Change) ([]Outcome, error) {
	row, err := bump(ctx, tx, a.info.ID, touched{email: true})
	if err != nil {
		return nil, err
	}
	c := &changer{a: a, tx: tx, modseq: row.modseq, touched: map[int64]bool{}, next: map[int64]uint32{}, want: map[int64]int{}, left: map[int64]int{}}
	for _, ch := range part {
		for _, box := range append(ch.AddTo, ch.SetMailboxes...) {
			c.want[box]++
		}
	}
	out := make([]Outcome, len(part))
	changed := false
	for i, ch := range part {
		out[i] = c.one(ctx, ch)
		if out[i].Err != nil && errs.KindOf(out[i].Err) == errs.Internal {
			return nil, out[i].Err
		}
		changed = changed || out[i].Changed
	}
	if !changed {
		return out, errNothing
	}
	for box := range c.touched {
		if err := touchMailbox(ctx, tx, a.info.ID, box, c.modseq); err != nil {
			return nil, err
		}
	}
	if c.freed > 0 {
		err = addUsed(ctx, tx, a.info.ID, -c.freed)
	}
	return out, err
}

func (c *changer) one(ctx context.Context, ch Change) Outcome {
	old, err := c.a.message(ctx, c.tx, ch.ID)
	if found, err := store.Found(err); !found {
		if err == nil {
			err = errs.E(errs.NotFound, "There is no such message.")
		}
		return Outcome{Err: err}
	}
	if ch.IfUnchangedSince != nil && old.Modseq > *ch.IfUnchangedSince {
		return Outcome{Message: old, Err: errs.E(errs.Conflict, "The message was changed meanwhile.")}
	}
	m := *old
	m.Places = slices.Clone(old.Places)
	if err := c.setKeywords(&m, ch); err != nil {
		return Outcome{Message: old, Err: err}
	}
	if err := c.setPlaces(ctx, &m, ch); err != nil {
		return Outcome{Message: old, Err: err}
	}
	later, err := c.later(ctx, &m, ch)
	if err != nil {
		return Outcome{Message: old, Err: err}
	}
	if !later && m.Keywords == old.Keywords && slices.Equal(m.Places, old.Places) {
		return Outcome{Message: old}
	}
	m.Modseq = c.modseq
	err = noteMuted(ctx, c.tx, c.a.info.ID, m.Thread, old.Keywords, m.Keywords)
	if err == nil {
		err = c.noteAssigned(ctx, old, &m)
	}
	if err == nil {
		err = c.save(ctx, old, &m)
	}
	if err != nil {
		return Outcome{Err: errs.Wrap(errs.Internal, err, "The change could not be saved.")}
	}
	if len(m.Places) == 0 {
		return Outcome{Changed: true}
	}
	return Outcome{Message: &m, Changed: true}
}

func (c *changer) setKeywords(m *Message, ch Change) (err error) {
	if ch.SetKeywords != nil {
		m.Keywords, err = c.a.room.keywords(*ch.SetKeywords)
		return err
	}
	if len(ch.AddKeywords)+len(ch.RemoveKeywords) == 0 {
		return nil
	}
	list := slices.Clone(m.Keywords.list)
	for _, k := range ch.RemoveKeywords {
		list = slices.DeleteFunc(list, func(have string) bool { return have == strings.ToLower(k) })
	}
	m.Keywords, err = c.a.room.keywords(append(list, ch.AddKeywords...))
	return err
}

func (c *changer) setPlaces(ctx context.Context, m *Message, ch Change) error {
	if ch.Destroy {
		m.Places = nil
		return nil
	}
	if ch.Deleted != nil {
		i := slices.IndexFunc(m.Places, func(p Place) bool { return p.Mailbox == ch.Deleted.Mailbox })
		if i < 0 {
			return errs.E(errs.NotFound, "The message is not in this folder.")
		}
		m.Places[i].Deleted = ch.Deleted.Set
	}
	add := ch.AddTo
	if ch.SetMailboxes != nil {
		if len(ch.SetMailboxes) == 0 {
			return errs.E(errs.Invalid, "A message needs to be in a folder.")
		}
		m.Places = slices.DeleteFunc(m.Places, func(p Place) bool { return !slices.Contains(ch.SetMailboxes, p.Mailbox) })
		add = ch.SetMailboxes
	}
	for _, gone := range ch.RemoveFrom {
		n := len(m.Places)
		m.Places = slices.DeleteFunc(m.Places, func(p Place) bool {
			return p.Mailbox == gone.Mailbox && (gone.UID == 0 || gone.UID == p.UID)
		})
		if len(m.Places) == n {
			return errs.E(errs.NotFound, "The message is not in this folder.")
		}
	}
	for _, box := range add {
		if _, in := m.In(box); in {
			continue
		}
		uid, err := c.takeUID(ctx, box)
		if err != nil {
			return err
		}
		m.Places = append(m.Places, Place{Mailbox: box, UID: uid})
	}
	slices.SortFunc(m.Places, func(a, b Place) int { return int(a.Mailbox - b.Mailbox) })
	return nil
}

// takeUID gives the next UID of a mailbox. All that the transaction may need
// are reserved together; those not used stay gaps, which IMAP allows.
func (c *changer) takeUID(ctx context.Context, box int64) (uint32, error) {
	if c.left[box] == 0 {
		// Where a letter goes when it is snoozed is not known before.
		c.left[box] = max(1, c.want[box])
		first, _, err := takeUIDs(ctx, c.tx, c.a.info.ID, box, c.left[box], c.modseq)
		if found, err := store.Found(err); !found {
			if err == nil {
				err = errs.E(errs.NotFound, "There is no such folder.")
			}
			return 0, err
		}
		c.next[box] = first
	}
	uid := c.next[box]
	c.next[box]++
	c.left[box]--
	return uid, nil
}

// save writes the changed message, or removes it when no place is left.
func (c *changer) save(ctx context.Context, old, m *Message) error {
	account := c.a.info.ID
	for _, p := range old.Places {
		c.touched[p.Mailbox] = true
		if now, still := m.In(p.Mailbox); !still || now.UID != p.UID {
			g := gone{modseq: c.modseq, mailbox: p.Mailbox, uid: p.UID, message: m.ID, thread: m.Thread, whole: len(m.Places) == 0, level: old.Level}
			if err := insertGone(ctx, c.tx, account, g); err != nil {
				return err
			}
		}
	}
	for _, p := range m.Places {
		c.touched[p.Mailbox] = true
	}
	if len(m.Places) > 0 {
		return updateMessage(ctx, c.tx, account, m)
	}
	content, _, err := selectContent(ctx, c.tx, account, m.ID)
	if err != nil {
		return err
	}
	c.freed += m.Size
	if err := c.tx.RefHash(ctx, content.Blob.Scope, content.Blob.Hash, -1); err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	c.tx.OnCommit(func() { c.a.room.departed(account, m.ID) })
	return deleteMessage(ctx, c.tx, account, m.ID)
}
