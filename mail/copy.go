package mail

import (
	"context"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// CopyOf says which message to copy and how.
type CopyOf struct {
	ID        int64
	Mailboxes []int64  // in the account copied to
	Keywords  []string // nil = as the original
	// Received is the new message's time; nil = as the original. It is in
	// milliseconds since 1970.
	Received *int64
}

// Copy makes new messages in a that share the bytes of messages of from, all
// or none. from may be a itself: an IMAP COPY.
func (a *Account) Copy(ctx context.Context, from *Account, list []CopyOf) ([]*Message, error) {
	if err := a.can(ctx, policy.Insert); err != nil {
		return nil, err
	}
	if err := from.can(ctx, policy.Read); err != nil {
		return nil, err
	}
	if from.IsLook() {
		err := errs.E(errs.Forbidden, "What is looked into is read where it is: nothing of it is copied.")
		a.room.refused(ctx, a.subject, from.info.Address, err)
		return nil, err
	}
	if from.scope.Org != a.scope.Org {
		return nil, errs.E(errs.Forbidden, "Messages cannot be copied to another organisation.")
	}
	snap, err := from.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(list))
	for i, c := range list {
		ids[i] = c.ID
	}
	contents, err := from.Content(ctx, ids...)
	if err != nil {
		return nil, err
	}
	news := make([]NewMessage, len(list))
	for i, c := range list {
		m, ok := snap.Message(c.ID)
		if !ok || contents[i] == nil {
			return nil, errs.E(errs.NotFound, "There is no such message.")
		}
		encoded, err := contents[i].encode()
		if err != nil {
			return nil, err
		}
		blob := contents[i].Blob
		blob.Size = m.Size
		news[i] = NewMessage{
			Letter:    &Letter{blob: blob, Content: contents[i], encoded: encoded, attach: m.HasAttachment, level: m.Level, until: m.UntilMs},
			Mailboxes: c.Mailboxes, Keywords: c.Keywords, Received: m.Received(),
		}
		if c.Keywords == nil {
			news[i].Keywords = m.Keywords.list
		}
		if c.Received != nil {
			news[i].Received = millis(*c.Received)
		}
	}
	var out []*Message
	err = a.write(ctx, nil, func(tx *store.Tx) (err error) {
		out, err = a.room.insert(ctx, tx, a.info.ID, a.info.Quota, news)
		return err
	})
	return out, err
}
