package mail

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/search"
	"chancery/store"
)

// How the indexer paces itself.
const (
	indexLinger = 200 * time.Millisecond // gathers what arrives together into one transaction
	indexRescan = time.Minute            // looks for what other processes delivered
	indexRetry  = 5 * time.Second        // after trouble
	indexPage   = 50                     // messages read at a time

	indexYield    = 3               // how many times as long as it worked it waits while letters come
	indexYieldMax = time.Second     // and at most
	indexPatience = 5 * time.Second // how long a run gives way before it goes on to its end
	indexBytes    = 4 << 20         // tokens held before they are written
)

// indexer brings the text index after the mailboxes. It works from the
// watermark that the index keeps, so it may be stopped at any point, killed
// too, and nothing is lost or done twice.
type indexer struct {
	room *Room
	x    *search.Index

	mu     sync.Mutex
	behind map[int64]bool
	signal chan struct{} // room for one

	work sync.Mutex // held while indexing: by the loop, or by a query that cannot wait
}

// UseIndex gives the room a text index. Call it before the room is used.
func (r *Room) UseIndex(x *search.Index) {
	r.index = &indexer{room: r, x: x, behind: map[int64]bool{}, signal: make(chan struct{}, 1)}
}

// wake says that an account has something to index. It never blocks.
func (ix *indexer) wake(accounts ...int64) {
	if ix == nil {
		return
	}
	ix.mu.Lock()
	for _, id := range accounts {
		ix.behind[id] = true
	}
	ix.mu.Unlock()
	select {
	case ix.signal <- struct{}{}:
	default:
	}
}

// take returns the accounts that are behind, and starts afresh.
func (ix *indexer) take() []int64 {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	list := slices.Sorted(maps.Keys(ix.behind))
	clear(ix.behind)
	return list
}

// RunIndexer keeps the text index up to date until ctx ends: with what is
// behind at the start, and then with every delivery, within a second or two.
// While deliveries go on it works a quarter of the time, but for so long only:
// what came is to be found within seconds under any load.
func (r *Room) RunIndexer(ctx context.Context) {
	ix := r.index
	if ix == nil {
		return
	}
	rescan := time.NewTicker(indexRescan)
	defer rescan.Stop()
	ix.findBehind(ctx)
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-rescan.C:
			ix.findBehind(ctx)
			continue
		case <-ix.signal:
		}
		pause(ctx, indexLinger)
		accounts := ix.take()
		if err := ix.run(ctx, accounts, true); err != nil && ctx.Err() == nil {
			r.log.Error("the text index is not up to date; trying again", "error", err)
			pause(ctx, indexRetry)
			ix.wake(accounts...)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// findBehind compares every account's state with its watermark. A change of
// flags counts as one, which costs a look at the account.
func (ix *indexer) findBehind(ctx context.Context) {
	var states map[int64]search.Watermark
	err := ix.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		states, err = selectIndexable(ctx, tx)
		return err
	})
	var marks map[int64]search.Watermark
	if err == nil {
		marks, err = ix.x.Marks(ctx)
	}
	if err != nil {
		if ctx.Err() == nil {
			ix.room.log.Error("cannot see what the text index lacks", "error", err)
		}
		return
	}
	for account, state := range states {
		if state != marks[account] {
			ix.wake(account)
		}
	}
}

// cover indexes an account now, for a query that would have to read many
// messages otherwise.
func (ix *indexer) cover(ctx context.Context, account int64) error {
	return ix.run(ctx, []int64{account}, false)
}

// run indexes what the accounts have beyond their watermarks; a patient run
// gives way to deliveries.
func (ix *indexer) run(ctx context.Context, accounts []int64, isPatient bool) error {
	ix.work.Lock()
	defer ix.work.Unlock()
	p := &indexRun{indexer: ix, began: time.Now()}
	if isPatient {
		p.patientUntil = p.began.Add(indexPatience)
	}
	for _, account := range accounts {
		if err := p.account(ctx, account); err != nil {
			return err
		}
	}
	return p.flush(ctx)
}

// indexRun gathers changes of several accounts into transactions.
type indexRun struct {
	*indexer
	patientUntil time.Time
	began        time.Time // when the present transaction's work began

	batches []search.Batch
	docs    int
	bytes   int
	moved   bool     // watermarks may have moved since they were read
	last    struct { // a letter to many is read once
		hash store.Hash
		text *search.Text
	}
}

func (p *indexRun) flush(ctx context.Context) error {
	if len(p.batches) == 0 {
		return nil
	}
	err := p.x.Apply(ctx, p.batches...)
	p.batches, p.docs, p.bytes = nil, 0, 0
	// A query that waits for one account goes before the rest of a long run,
	// and so do deliveries, which have signalled since the run began.
	p.work.Unlock()
	if len(p.signal) > 0 && time.Now().Before(p.patientUntil) {
		pause(ctx, min(indexYield*time.Since(p.began), indexYieldMax))
	}
	p.work.Lock()
	p.moved, p.began = true, time.Now()
	return err
}

// account takes one account page by page to its present state.
func (p *indexRun) account(ctx context.Context, account int64) error {
	p.moved = true
	var mark search.Watermark
	var err error
	for more := true; more && err == nil; {
		if p.moved {
			if mark, err = p.x.Covered(ctx, account); err != nil {
				return err
			}
			p.moved = false
		}
		mark, more, err = p.page(ctx, account, mark)
	}
	return err
}

// indexPart is what one page of an account holds.
type indexPart struct {
	row      accountRow
	ids      []int64
	contents []*Content
	removed  []int64
}

// page indexes the next messages and returns the new watermark.
func (p *indexRun) page(ctx context.Context, account int64, mark search.Watermark) (search.Watermark, bool, error) {
	part, err := p.read(ctx, account, mark)
	if found, err := store.Found(err); !found {
		return mark, false, err
	}
	if mark.Doc >= part.row.nextMessage || mark.Modseq > part.row.modseq {
		// The database is older than the index: it was restored.
		if err := p.flush(ctx); err != nil {
			return mark, false, err
		}
		p.moved = true
		return mark, true, p.x.Forget(ctx, account)
	}
	if mark.Doc > 0 && mark.Modseq < part.row.oldest {
		if part.removed, err = p.compare(ctx, account, mark.Doc); err != nil {
			return mark, false, err
		}
	}
	more := len(part.ids) == indexPage
	b := search.Batch{Account: account, Remove: part.removed, Mark: search.Watermark{Doc: part.row.nextMessage - 1, Modseq: part.row.email}}
	if more {
		b.Mark.Doc = part.ids[indexPage-1]
	}
	for i, c := range part.contents {
		text, err := p.text(ctx, c)
		if err != nil {
			return mark, false, err
		}
		b.Put = append(b.Put, search.Document{Doc: part.ids[i], Text: text})
		p.bytes += text.Size()
	}
	if b.Mark == mark && len(b.Put)+len(b.Remove) == 0 {
		return mark, more, nil
	}
	p.batches = append(p.batches, b)
	if p.docs += len(b.Put) + len(b.Remove); p.docs >= p.x.BatchSize() || p.bytes >= indexBytes || len(p.batches) >= p.x.BatchSize() {
		err = p.flush(ctx)
	}
	return b.Mark, more, err
}

func (p *indexRun) read(ctx context.Context, account int64, mark search.Watermark) (part indexPart, err error) {
	err = p.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		part = indexPart{}
		if part.row, err = selectAccount(ctx, tx, account); err != nil {
			return err
		}
		err = selectContentsAfter(ctx, tx, account, mark.Doc, indexPage, func(id int64, c *Content) error {
			part.ids, part.contents = append(part.ids, id), append(part.contents, c)
			return nil
		})
		if err != nil || mark.Doc == 0 {
			return err
		}
		return selectGone(ctx, tx, account, mark.Modseq, policy.TopSecret, func(g gone) {
			if g.whole && g.message <= mark.Doc {
				part.removed = append(part.removed, g.message)
			}
		})
	})
	slices.Sort(part.removed)
	part.removed = slices.Compact(part.removed)
	return part, err
}

// compare finds what the index has and the account no longer does, when the
// removals are too long ago to be told.
func (p *indexRun) compare(ctx context.Context, account, upTo int64) (removed []int64, err error) {
	indexed, err := p.x.Docs(ctx, account)
	if err != nil {
		return nil, err
	}
	var there []int64
	err = p.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		there, err = selectMessageIDs(ctx, tx, account, upTo)
		return err
	})
	for _, doc := range indexed {
		if _, found := slices.BinarySearch(there, doc); !found {
			removed = append(removed, doc)
		}
	}
	return removed, err
}

// text makes the index's text of a message. Bytes that are gone leave it with
// what the database knows; any other trouble stops the run, to be tried again.
func (p *indexRun) text(ctx context.Context, c *Content) (*search.Text, error) {
	if p.last.text != nil && p.last.hash == c.Blob.Hash {
		return p.last.text, nil
	}
	b, err := p.room.db.Open(ctx, c.Blob.Scope, c.Blob.Hash)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return nil, err
	}
	if err == nil {
		defer b.Close()
	} else {
		b = nil
	}
	t := p.guarded(c, b)
	p.last.hash, p.last.text = c.Blob.Hash, t
	return t, nil
}

// guarded keeps the indexer alive should a message ever bring down the code
// that reads it: that one is then found by its header alone.
func (p *indexRun) guarded(c *Content, b *store.Blob) (t *search.Text) {
	defer func() {
		if fault := recover(); fault != nil {
			p.room.log.Error("a message could not be read for the text index", "hash", c.Blob.Hash, "fault", fault)
			t = c.searchText(nil)
		}
	}()
	return c.searchText(b)
}
