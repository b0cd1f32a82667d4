package mail

import (
	"bufio"
	"context"
	"errors"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/mime"
)

// Letter is a message that was read in and parsed but is in no mailbox yet.
// It must be passed to a verb that stores it, or be given up with Discard.
type Letter struct {
	staged  *store.Staged
	blob    Blob // of a message that is stored already, when staged is nil
	Content *Content
	encoded []byte
	attach  bool
	receipt *mime.Disposition // nil: it is no read receipt
	level   policy.Level      // what it says of its secrecy
	until   int64             // when that ends, as Message.UntilMs
}

// Size returns the message's bytes.
func (l *Letter) Size() int64 { return l.blob.Size }

// Open opens the bytes of a letter that was spooled, before it is filed.
func (l *Letter) Open(ctx context.Context) (*store.Blob, error) {
	if l.staged == nil {
		return nil, errs.E(errs.Invalid, "The letter was not read in just now.")
	}
	return l.staged.Open(ctx)
}

// Discard gives the letter up.
func (l *Letter) Discard() {
	if l != nil && l.staged != nil {
		l.staged.Discard()
	}
}

// Spool reads a message to its end in bounded memory. TooLarge when it is
// over the room's limit.
func (a *Account) Spool(ctx context.Context, r io.Reader) (*Letter, error) {
	l, err := a.room.spool(ctx, a.scope, r)
	if err == nil {
		l.Content.Imported = true
	}
	return l, err
}

func (r *Room) spool(ctx context.Context, scope store.Scope, src io.Reader) (*Letter, error) {
	return r.spoolUpTo(ctx, scope, src, r.conf.MaxMessage)
}

func (r *Room) spoolUpTo(ctx context.Context, scope store.Scope, src io.Reader, max int64) (*Letter, error) {
	peeked := bufio.NewReaderSize(src, maxKeyHeader)
	scope.Level = levelKey(peeked)
	staged, err := r.db.Stage(ctx, scope, peeked, max)
	if err != nil {
		return nil, err
	}
	l := &Letter{staged: staged, blob: Blob{Scope: scope, Hash: staged.Hash, Size: staged.Size}}
	bytes, err := staged.Open(ctx)
	if err == nil {
		err = l.parse(bytes)
		err = errors.Join(err, bytes.Close())
	}
	if err != nil {
		l.Discard()
		return nil, err
	}
	return l, nil
}

// Reuse makes a letter of a blob that the account holds already.
func (a *Account) Reuse(ctx context.Context, b Blob) (*Letter, error) {
	l := &Letter{blob: b}
	bytes, err := a.room.db.Open(ctx, b.Scope, b.Hash)
	if err != nil {
		return nil, err
	}
	defer bytes.Close()
	if err := l.parse(bytes); err != nil {
		return nil, err
	}
	// What came to this account by itself does not lose that by being filed again.
	l.Content.Imported = true
	if _, message, err := a.FindBlob(ctx, b.Hash); err == nil && message != 0 {
		list, err := a.Content(ctx, message)
		if err != nil {
			return nil, err
		}
		l.Content.Imported = list[0] == nil || list[0].Imported
		// Nor does it lose the level that it was given.
		snap, err := a.Snapshot(ctx)
		if err != nil {
			return nil, err
		}
		if m, ok := snap.Message(message); ok {
			l.level, l.until = m.Level, m.UntilMs
		}
	}
	return l, nil
}

func (l *Letter) parse(b *store.Blob) error {
	m, err := mime.Parse(b.Reader(), mime.Limits{})
	if err != nil {
		return err
	}
	l.Content = &Content{Blob: l.blob, Message: m, Preview: strings.ReplaceAll(m.Preview(b), "\n", " ")}
	l.attach = m.HasAttachment()
	if d, ok := m.Disposition(b); ok {
		l.receipt = &d
	}
	if l.level, l.until, err = labelOf(m, b); err != nil {
		return err
	}
	l.encoded, err = l.Content.encode()
	return err
}

// NewMessage says where and how a letter is to be filed.
type NewMessage struct {
	Letter    *Letter
	Mailboxes []int64
	Keywords  []string
	Received  time.Time // zero = now

	// DeliveredTo is the account's address when the letter comes from
	// somebody else, and is not put there by its owner.
	DeliveredTo string
}

// Append files letters, all or none. Conflict is never returned; NotFound
// names a mailbox that is not there, OverQuota a full account.
func (a *Account) Append(ctx context.Context, news ...NewMessage) ([]*Message, error) {
	if err := a.can(ctx, policy.Insert); err != nil {
		return nil, err
	}
	var staged []*store.Staged
	for _, n := range news {
		if n.Letter.level > a.subject.Clearance {
			return nil, ErrAbove
		}
		if n.Letter.staged != nil {
			staged = append(staged, n.Letter.staged)
		}
	}
	var out []*Message
	err := a.write(ctx, staged, func(tx *store.Tx) (err error) {
		out, err = a.room.insert(ctx, tx, a.info.ID, a.info.Quota, news)
		return err
	})
	return out, err
}

// insert files letters in an account, in the caller's transaction.
func (r *Room) insert(ctx context.Context, tx *store.Tx, account, quota int64, news []NewMessage) ([]*Message, error) {
	t := touched{email: true, messages: len(news)}
	for _, n := range news {
		t.bytes += n.Letter.blob.Size
		t.delivery = t.delivery || n.DeliveredTo != ""
	}
	row, err := bump(ctx, tx, account, t)
	if err != nil {
		return nil, err
	}
	if quota > 0 && row.used > quota {
		return nil, errs.E(errs.OverQuota, "The mailbox is full: %d of %d bytes are used.", row.used-t.bytes, quota)
	}
	out := make([]*Message, len(news))
	for i, n := range news {
		m := &Message{
			ID: row.nextMessage - int64(len(news)) + int64(i), Size: n.Letter.blob.Size, ReceivedMs: n.Received.UnixMilli(),
			Modseq: row.modseq, Created: row.modseq, HasAttachment: n.Letter.attach,
			Level: n.Letter.level, UntilMs: n.Letter.until,
		}
		if n.Received.IsZero() {
			m.ReceivedMs = r.clock.Now().UnixMilli()
		}
		if m.Thread, err = threadOf(ctx, tx, account, m.ID, &n.Letter.Content.Message.Envelope); err != nil {
			return nil, err
		}
		if n.DeliveredTo != "" && m.Thread != m.ID {
			if n, err = r.past(ctx, tx, account, m.Thread, n); err != nil {
				return nil, err
			}
		}
		if m.Keywords, err = r.keywords(n.Keywords); err != nil {
			return nil, err
		}
		if err := noteMuted(ctx, tx, account, m.Thread, nil, m.Keywords); err != nil {
			return nil, err
		}
		if m.Places, err = newPlaces(ctx, tx, account, n.Mailboxes, row.modseq); err != nil {
			return nil, err
		}
		if err := r.insertLetter(ctx, tx, account, m, n.Letter); err != nil {
			return nil, err
		}
		out[i] = m
	}
	return out, nil
}

func (r *Room) insertLetter(ctx context.Context, tx *store.Tx, account int64, m *Message, l *Letter) error {
	if err := insertMessage(ctx, tx, account, m); err != nil {
		return err
	}
	if err := insertContent(ctx, tx, account, m.ID, l); err != nil {
		return err
	}
	tx.OnCommit(func() { r.arrived(account, m, l) })
	return l.refer(ctx, tx, 1)
}

// newPlaces takes a UID in each mailbox.
func newPlaces(ctx context.Context, tx *store.Tx, account int64, mailboxes []int64, modseq int64) ([]Place, error) {
	mailboxes = slices.Compact(slices.Sorted(slices.Values(mailboxes)))
	if len(mailboxes) == 0 {
		return nil, errs.E(errs.Invalid, "A message needs to be in a folder.")
	}
	places := make([]Place, len(mailboxes))
	for i, box := range mailboxes {
		uid, _, err := takeUIDs(ctx, tx, account, box, 1, modseq)
		if found, err := store.Found(err); !found {
			if err == nil {
				err = errs.E(errs.NotFound, "There is no such folder.")
			}
			return nil, err
		}
		places[i] = Place{Mailbox: box, UID: uid}
	}
	return places, nil
}

// keywords checks and interns a keyword set (RFC 8621 section 4.1.1).
func (r *Room) keywords(list []string) (*Keywords, error) {
	if len(list) > MaxKeywords {
		return nil, errs.E(errs.TooLarge, "A message can have at most %d keywords.", MaxKeywords)
	}
	for _, k := range list {
		if !ValidKeyword(k) {
			return nil, errs.E(errs.Invalid, "%q cannot be a keyword.", k)
		}
	}
	return r.views.words.get(NewKeywords(list).text), nil
}

// ValidKeyword says whether a text can be a keyword: 1 to 255 of the
// characters that an IMAP flag may have.
func ValidKeyword(k string) bool {
	if k == "" || len(k) > MaxKeyword {
		return false
	}
	for i := 0; i < len(k); i++ {
		if k[i] <= ' ' || k[i] >= 0x7f || strings.IndexByte(`()]{%*"\`, k[i]) >= 0 {
			return false
		}
	}
	return true
}

// maxRefs bounds the Message-IDs of a message that are looked at for its thread.
const maxRefs = 20

// threadOf finds the thread of a message, or begins one with the message's
// own id: two messages are in one thread when they share a Message-ID among
// Message-ID, In-Reply-To and References, and have the same base subject
// (RFC 8621 section 3).
func threadOf(ctx context.Context, tx *store.Tx, account, message int64, e *mime.Envelope) (int64, error) {
	ids := make([]string, 0, 1+len(e.InReplyTo)+len(e.References))
	if e.MessageID != "" {
		ids = append(ids, e.MessageID)
	}
	ids = append(ids, e.InReplyTo...)
	ids = append(ids, e.References[max(0, len(e.References)-maxRefs):]...)
	ids = ids[:min(len(ids), maxRefs)]
	base, _ := mime.BaseSubject(e.Subject)
	subject := hash64(base)
	refs := make([]int64, 0, len(ids))
	for _, id := range ids {
		if h := hash64(id); !slices.Contains(refs, h) {
			refs = append(refs, h)
		}
	}
	if len(refs) == 1 { // most letters begin a thread
		return putRef(ctx, tx, account, refs[0], subject, message)
	}
	thread := message
	known := make([]bool, len(refs))
	for i, ref := range refs {
		t, err := selectRef(ctx, tx, account, ref, subject)
		found, err := store.Found(err)
		if err != nil {
			return 0, err
		}
		if known[i] = found; found {
			thread = min(thread, t)
		}
	}
	for i, ref := range refs {
		if !known[i] {
			if err := insertRef(ctx, tx, account, ref, subject, thread); err != nil {
				return 0, err
			}
		}
	}
	return thread, nil
}

func hash64(s string) int64 {
	h := fnv.New64a()
	io.WriteString(h, s)
	return int64(h.Sum64())
}
