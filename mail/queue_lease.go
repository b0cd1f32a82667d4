package mail

import (
	"context"
	"sync"
	"time"

	"chancery/store"
)

// hold keeps the leases on a batch of rows alive while it is being sent, so
// that leases can be short and a large letter may still take its time.
type hold struct {
	r       *Room
	stop    context.CancelFunc
	ended   chan struct{}
	mu      sync.Mutex
	rows    map[int64]queueRow // by id; those still in hand
	renewed time.Time
}

// holdRows renews the leases three times in their length until end.
func (r *Room) holdRows(ctx context.Context, rows []queueRow) *hold {
	ctx, stop := context.WithCancel(ctx)
	h := &hold{r: r, stop: stop, ended: make(chan struct{}), rows: map[int64]queueRow{}, renewed: time.Now()}
	for _, q := range rows {
		h.rows[q.id] = q
	}
	go h.run(ctx)
	return h
}

func (h *hold) run(ctx context.Context) {
	defer close(h.ended)
	tick := time.NewTicker(h.r.conf.Outbound.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			h.renew(ctx)
		}
	}
}

func (h *hold) renew(ctx context.Context) {
	h.mu.Lock()
	rows := make([]queueRow, 0, len(h.rows))
	for _, q := range h.rows {
		rows = append(rows, q)
	}
	h.mu.Unlock()
	begun := time.Now()
	until := h.r.clock.Now().Add(h.r.conf.Outbound.Lease).UnixMilli()
	err := h.r.db.Write(ctx, func(tx *store.Tx) error {
		for _, q := range rows {
			if err := renewLease(ctx, tx, q.org, q.id, h.r.queue.lease, until); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.r.log.Warn("queue: leases could not be renewed", "err", err)
		return
	}
	h.mu.Lock()
	h.renewed = begun
	h.mu.Unlock()
}

// firm says whether there is time left to begin another letter.
func (h *hold) firm() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Since(h.renewed) < h.r.conf.Outbound.Lease/2
}

// done takes recorded rows out.
func (h *hold) done(rows []queueRow) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, q := range rows {
		delete(h.rows, q.id)
	}
}

// end stops the renewing.
func (h *hold) end() {
	h.stop()
	<-h.ended
}
