package house

import (
	"context"
	"encoding/base64"
	"time"

	"chancery/audit"
	"chancery/kit/clock"
	"chancery/kit/errs"
)

// record opens the audit record, which every room writes into.
func (h *House) record(ctx context.Context) error {
	if h.conf.Audit.CheckpointEvery < time.Second {
		return errs.E(errs.Invalid, "audit.checkpoint_every: a second at least, not %v", h.conf.Audit.CheckpointEvery)
	}
	return audit.Migrate(ctx, h.Store)
}

// runRecord signs the audit record again and again, and for the last time when
// the doors are closed: see [House.signRecord].
func (h *House) runRecord(ctx context.Context) {
	tick := time.NewTicker(h.conf.Audit.CheckpointEvery)
	defer tick.Stop()
	for {
		h.signRecord(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// signRecord makes a checkpoint of every record that has grown. It stands in
// the log too, which most houses send to another machine: there nobody changes
// it who changes the record here.
func (h *House) signRecord(ctx context.Context) {
	err := audit.SignAll(ctx, h.Store, clock.System{}.Now(), func(org int64, c audit.Checkpoint) {
		h.log.Info("audit record signed", "organisation", org, "entries", c.Size, "root", base64.StdEncoding.EncodeToString(c.Root))
	})
	if err != nil && ctx.Err() == nil {
		h.log.Error("signing the audit record", "error", err)
	}
}
