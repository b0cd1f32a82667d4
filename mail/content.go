package mail

import (
	"bytes"
	ring "container/list"
	"context"
	"sync"

	"chancery/kit/errs"
	"chancery/store"
	"chancery/wire/mime"
)

// Content is what a message says, parsed once when it came: envelope, tree
// of parts with their offsets in the blob, and the first words. It is shared
// and must not be changed.
type Content struct {
	Blob    Blob
	Message *mime.Message
	Preview string // the first words, at most 256 characters, one line
	// Imported says that somebody who may write here brought the bytes: what
	// its header says of its way is not believed. It is no part of the stored form.
	Imported bool

	mu     sync.Mutex
	extras map[string][]byte
}

// encode returns the stored form: the preview, a line end, the message.
func (c *Content) encode() ([]byte, error) {
	m, err := c.Message.Encode()
	return append([]byte(c.Preview+"\n"), m...), err
}

func (c *Content) decode(raw []byte) (err error) {
	preview, m, _ := bytes.Cut(raw, []byte("\n"))
	c.Preview = string(preview)
	c.Message, err = mime.Decode(m)
	return err
}

// Extra returns bytes made once from the content and kept with it, such as a
// rendered IMAP ENVELOPE, so that listing a mailbox again costs a copy.
func (c *Content) Extra(name string, render func() []byte) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if b, ok := c.extras[name]; ok {
		return b
	}
	if c.extras == nil {
		c.extras = map[string][]byte{}
	}
	b := render()
	c.extras[name] = b
	return b
}

// Content returns the parsed content of messages, in the order of ids. A
// message that is gone has a nil place.
func (a *Account) Content(ctx context.Context, ids ...int64) ([]*Content, error) {
	if err := a.noteSeen(ctx, len(ids)); err != nil {
		return nil, err
	}
	return a.contents(ctx, ids...)
}

func (a *Account) contents(ctx context.Context, ids ...int64) ([]*Content, error) {
	out := make([]*Content, len(ids))
	seen, err := a.seen(ctx)
	if err != nil {
		return nil, err
	}
	var missing []int
	for i, id := range ids {
		if !seen(id) {
			continue
		}
		if out[i] = a.room.parts.get(contentKey{a.info.ID, id}); out[i] == nil {
			missing = append(missing, i)
		}
	}
	if len(missing) == 0 {
		return out, nil
	}
	err = a.room.db.Read(ctx, func(tx *store.Tx) error {
		for _, i := range missing {
			c, raw, err := selectContent(ctx, tx, a.info.ID, ids[i])
			found, err := store.Found(err)
			if err != nil {
				return err
			}
			if found {
				a.room.parts.put(contentKey{a.info.ID, ids[i]}, c, len(raw))
				out[i] = c
			}
		}
		return nil
	})
	return out, err
}

// OpenMessage opens the bytes of a message, as stored.
func (a *Account) OpenMessage(ctx context.Context, id int64) (*store.Blob, *Content, error) {
	list, err := a.contents(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if list[0] == nil {
		return nil, nil, errs.E(errs.NotFound, "There is no such message.")
	}
	if err := a.noteRead(ctx, id); err != nil {
		return nil, nil, err
	}
	b, err := a.room.db.Open(ctx, list[0].Blob.Scope, list[0].Blob.Hash)
	return b, list[0], err
}

// FindBlob says whether the account may read a blob: because one of its
// messages is that blob (then message is its id), or because it uploaded it, or
// because the letter waits for its holder's review, or they have leave to read
// the journal that keeps it.
func (a *Account) FindBlob(ctx context.Context, h store.Hash) (b Blob, message int64, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		b, message, err = selectHolder(ctx, tx, a.info.ID, h, a.subject.Clearance)
		return err
	})
	found, err := store.Found(err)
	if err == nil && found && message != 0 {
		err = a.noteRead(ctx, message)
	}
	if err == nil && !found && a.info.Personal {
		if b, found, err = a.room.heldBlob(ctx, a.subject, h); err == nil && !found {
			b, found, err = a.room.journalBlob(ctx, a.subject, h)
		}
	}
	if err == nil && !found {
		err = errs.E(errs.NotFound, "There is no such blob.")
	}
	return b, message, err
}

// OpenBlob opens a blob that FindBlob gave.
func (a *Account) OpenBlob(ctx context.Context, b Blob) (*store.Blob, error) {
	return a.room.db.Open(ctx, b.Scope, b.Hash)
}

type contentKey struct{ account, message int64 }

// contentCache keeps the content last used, bounded by the bytes it took in
// the database times a factor for its form in memory.
type contentCache struct {
	mu    sync.Mutex
	max   int
	bytes int
	m     map[contentKey]*ring.Element
	order ring.List // front = last used
}

type contentItem struct {
	key     contentKey
	content *Content
	bytes   int
}

// memoryFactor is how much larger a decoded content is than its JSON,
// rendered extras included; measured on the corpus.
const memoryFactor = 4

func newContentCache(max int) *contentCache {
	return &contentCache{max: max, m: map[contentKey]*ring.Element{}}
}

func (c *contentCache) get(key contentKey) *Content {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.m[key]
	if !ok {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*contentItem).content
}

func (c *contentCache) put(key contentKey, content *Content, raw int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.m[key]; ok {
		return
	}
	item := &contentItem{key, content, raw * memoryFactor}
	c.m[key] = c.order.PushFront(item)
	c.bytes += item.bytes
	for c.bytes > c.max && c.order.Len() > 1 {
		last := c.order.Remove(c.order.Back()).(*contentItem)
		delete(c.m, last.key)
		c.bytes -= last.bytes
	}
}

func (c *contentCache) drop(key contentKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.m[key]; ok {
		c.bytes -= c.order.Remove(e).(*contentItem).bytes
		delete(c.m, key)
	}
}
