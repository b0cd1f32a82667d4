package mail

import (
	"bytes"
	"context"
	"fmt"

	"chancery/policy"
	"chancery/store"
)

// BlobKey names a blob over all organisations.
type BlobKey struct {
	Scope store.Scope
	Hash  store.Hash
}

// CheckReport says what a check of the room found.
type CheckReport struct {
	Messages int64
	Problems []string
	// Refs counts the rows of the room that name each blob.
	Refs map[BlobKey]int64
}

// Check compares every row of the room with its source: content with the
// stored bytes it was parsed from, counters with what they count. It reads
// only. With shallow, the bytes are not parsed again.
func (r *Room) Check(ctx context.Context, shallow bool) (*CheckReport, error) {
	c := &checker{room: r, report: &CheckReport{Refs: map[BlobKey]int64{}}, shallow: shallow}
	var accounts []int64
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		accounts, err = selectAccountIDs(ctx, tx)
		return err
	})
	for _, id := range accounts {
		if err == nil {
			err = c.account(ctx, id)
		}
	}
	if err == nil {
		err = r.db.Read(ctx, func(tx *store.Tx) error {
			return selectOtherRefs(ctx, tx, func(k BlobKey) { c.report.Refs[k]++ })
		})
	}
	return c.report, err
}

type checker struct {
	room    *Room
	report  *CheckReport
	shallow bool
}

func (c *checker) problem(format string, args ...any) {
	c.report.Problems = append(c.report.Problems, fmt.Sprintf(format, args...))
}

func (c *checker) account(ctx context.Context, id int64) error {
	snap, err := newViews(1<<30).latest(ctx, c.room.db, viewKey{id, policy.TopSecret})
	if err != nil {
		return err
	}
	for _, box := range snap.Mailboxes() {
		if n := snap.MailboxLen(box.ID); n > 0 {
			if last := snap.At(box.ID, n-1); last.UID >= box.UIDNext {
				c.problem("account %d mailbox %d: UID %d is not below UIDNEXT %d", id, box.ID, last.UID, box.UIDNext)
			}
		}
		if box.Parent != 0 {
			if _, ok := snap.Mailbox(box.Parent); !ok {
				c.problem("account %d mailbox %d: its parent %d is not there", id, box.ID, box.Parent)
			}
		}
	}
	var used int64
	snap.Each(func(m *Message) bool {
		used += m.Size
		err = c.message(ctx, id, snap, m)
		return err == nil
	})
	if used != snap.Used {
		c.problem("account %d: %d bytes are counted, the messages have %d", id, snap.Used, used)
	}
	return err
}

func (c *checker) message(ctx context.Context, account int64, snap *Snapshot, m *Message) error {
	c.report.Messages++
	if len(m.Places) == 0 || m.Modseq > snap.Modseq {
		c.problem("account %d message %d: in %d mailboxes, modseq %d of %d", account, m.ID, len(m.Places), m.Modseq, snap.Modseq)
	}
	for _, p := range m.Places {
		if _, ok := snap.Mailbox(p.Mailbox); !ok {
			c.problem("account %d message %d: its mailbox %d is not there", account, m.ID, p.Mailbox)
		}
	}
	var stored *Content
	var raw []byte
	err := c.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		stored, raw, err = selectContent(ctx, tx, account, m.ID)
		return err
	})
	found, err := store.Found(err)
	if !found {
		c.problem("account %d message %d: its content row is not there or cannot be read: %v", account, m.ID, err)
		return nil
	}
	c.report.Refs[BlobKey{stored.Blob.Scope, stored.Blob.Hash}]++
	if c.shallow {
		return nil
	}
	return c.reparse(ctx, account, m, stored, raw)
}

// reparse reads the stored bytes again and compares.
func (c *checker) reparse(ctx context.Context, account int64, m *Message, stored *Content, raw []byte) error {
	b, err := c.room.db.Open(ctx, stored.Blob.Scope, stored.Blob.Hash)
	if err != nil {
		c.problem("account %d message %d: its bytes cannot be opened: %v", account, m.ID, err)
		return ctx.Err()
	}
	defer b.Close()
	if b.Size() != m.Size {
		c.problem("account %d message %d: %d bytes are stored, the row says %d", account, m.ID, b.Size(), m.Size)
	}
	l := &Letter{blob: stored.Blob}
	if err := l.parse(b); err != nil {
		c.problem("account %d message %d: its bytes cannot be read: %v", account, m.ID, err)
		return ctx.Err()
	}
	if !bytes.Equal(l.encoded, raw) {
		c.problem("account %d message %d: its content row is not what the bytes say; an older program may have parsed it", account, m.ID)
	}
	return nil
}
