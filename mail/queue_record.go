package mail

import (
	"context"
	"time"

	"chancery/kit/errs"
	"chancery/store"
	wire "chancery/wire/smtp"
)

// verdict sorts the rows of a letter by what is to be done about them.
type verdict struct {
	done     []queueRow // leave the queue
	later    []queueRow // stay
	failed   []reported // the sender is told
	delayed  []reported
	relayed  []reported
	statuses map[string]DeliveryStatus
}

// reported is a row with what a report says of it.
type reported struct {
	row    queueRow
	result outcome
}

// judge decides without touching anything.
func (r *Room) judge(rows []queueRow, results []outcome, now time.Time) verdict {
	o := r.conf.Outbound
	v := verdict{statuses: map[string]DeliveryStatus{}}
	for i, q := range rows {
		res := results[i]
		status := DeliveryStatus{Reply: res.reply.String(), Delivered: "queued"}
		q.attempts++
		q.lastReply = res.reply.String()
		since := millis(q.queuedAt)
		wait := o.Retry[min(int(q.attempts), len(o.Retry))-1]
		switch {
		case res.reply.Ok():
			status.Delivered = "yes"
			if q.domain != "" {
				status.Delivered = "unknown" // handed on; what the next server does is its own (RFC 8621 section 7)
			}
			v.done = append(v.done, q)
			if q.notify&wire.NotifySuccess != 0 && (res.silent || q.domain == "") {
				v.relayed = append(v.relayed, reported{q, res})
			}
		case res.reply.Permanent(), now.Add(wait).Sub(since) > o.GiveUpAfter:
			status.Delivered = "no"
			v.done = append(v.done, q)
			if !res.reply.Permanent() {
				res.reply.Enhanced = "5.4.7" // RFC 3463: delivery time expired
			}
			if wantsFailure(q) {
				v.failed = append(v.failed, reported{q, res})
			}
		default:
			q.nextAt = now.Add(wait).UnixMilli()
			if !q.warned && now.Sub(since) >= o.WarnAfter && wantsDelay(q) {
				q.warned = true
				v.delayed = append(v.delayed, reported{q, res})
			}
			v.later = append(v.later, q)
		}
		v.statuses[q.rcpt] = status
	}
	return v
}

// wantsFailure says whether a failure is reported: always, unless the sender
// said otherwise (RFC 3461 section 4.1), and never to the null sender.
func wantsFailure(q queueRow) bool {
	return q.sender != "" && (q.notify == 0 || q.notify&wire.NotifyFailure != 0)
}

func wantsDelay(q queueRow) bool {
	return q.sender != "" && (q.notify == 0 || q.notify&wire.NotifyDelay != 0)
}

// record writes the outcome of one letter: rows leave the queue in the same
// transaction that tells the sender and updates the submission. Until it is
// durable, a crash would have the letter sent once more, never lost; so it is
// tried until it works.
func (r *Room) record(ctx context.Context, rows []queueRow, results []outcome) {
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 10*time.Second) {
		err := r.tryRecord(ctx, rows, results)
		if err == nil {
			for i, q := range rows {
				r.log.Info("letter tried", "from", q.sender, "to", q.rcpt, "host", results[i].host, "reply", results[i].reply.String(), "attempt", q.attempts+1)
			}
			return
		}
		r.log.Error("queue: an outcome could not be recorded", "err", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

func (r *Room) tryRecord(ctx context.Context, rows []queueRow, results []outcome) error {
	v := r.judge(rows, results, r.clock.Now())
	var staged []*store.Staged
	var steps []func(tx *store.Tx) error
	for _, kind := range []struct {
		action string
		list   []reported
	}{{actionFailed, v.failed}, {actionDelayed, v.delayed}, {actionRelayed, v.relayed}} {
		if len(kind.list) == 0 {
			continue
		}
		letter, step, err := r.reportRows(ctx, kind.action, kind.list)
		if err != nil {
			return err
		}
		staged = append(staged, letter)
		steps = append(steps, step)
	}
	q := rows[0]
	err := r.db.WriteBlobs(ctx, q.account, staged, func(tx *store.Tx) error {
		if err := r.recordSubmission(ctx, tx, q, v.statuses); err != nil {
			return err
		}
		if err := r.dropRows(ctx, tx, v.done); err != nil {
			return err
		}
		for _, later := range v.later {
			if err := postponeRow(ctx, tx, later); err != nil {
				return err
			}
		}
		for _, step := range steps {
			if err := step(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && len(v.later) > 0 {
		r.wakeQueue() // the next time to look may have moved forward
	}
	return err
}

// recordSubmission notes the outcome where the sender can see it.
func (r *Room) recordSubmission(ctx context.Context, tx *store.Tx, q queueRow, statuses map[string]DeliveryStatus) error {
	if q.submission == 0 {
		return nil
	}
	row, err := bump(ctx, tx, q.account, touched{submission: true})
	if err != nil {
		return err
	}
	s, err := selectSubmission(ctx, tx, q.account, q.submission)
	found, err := store.Found(err)
	if !found {
		return err
	}
	if s.Undo == UndoPending {
		if err := r.released(ctx, tx, q.account, s.Message); err != nil {
			return err
		}
	}
	if s.Gone {
		return nil
	}
	for address := range s.Status {
		if status, ok := statuses[asciiDomain(address)]; ok {
			s.Status[address] = status
		}
	}
	s.Undo, s.Modseq = UndoFinal, row.modseq
	tx.OnCommit(func() { r.changed(q.account) })
	return updateSubmission(ctx, tx, q.account, s)
}

// carryHome files letters that were held for people here.
func (r *Room) carryHome(ctx context.Context, rows []queueRow) {
	for _, q := range rows {
		err := r.fileHeld(ctx, q)
		if err == nil {
			continue
		}
		reply := wire.Reply{Code: 451, Enhanced: "4.3.0", Lines: []string{errs.Text(err)}}
		switch errs.KindOf(err) {
		case errs.NotFound, errs.Forbidden:
			reply.Code, reply.Enhanced = 550, "5.1.1"
		case errs.OverQuota:
			reply.Code, reply.Enhanced = 452, "4.2.2"
		}
		if ctx.Err() != nil {
			return
		}
		r.record(ctx, []queueRow{q}, []outcome{{reply: reply, host: r.conf.Hostname}})
	}
}

// fileHeld puts one held letter into its mailbox and takes it off the queue.
func (r *Room) fileHeld(ctx context.Context, q queueRow) error {
	to, err := r.CheckRecipient(ctx, q.rcpt)
	if err != nil {
		return err
	}
	to.Notify, to.ORcpt = q.notify, q.orcpt
	if err := r.prepareAll(ctx, []Recipient{to}); err != nil {
		return err
	}
	blob, err := r.db.Open(ctx, q.blob.Scope, q.blob.Hash)
	if err != nil {
		return err
	}
	defer blob.Close()
	l := &Letter{blob: q.blob}
	if err := l.parse(blob); err != nil {
		return err
	}
	in := Incoming{From: q.sender, Recipients: []Recipient{to}, Ret: q.ret, EnvID: q.envid, UTF8: q.utf8}
	staged, report, err := r.successReport(ctx, in, l)
	if err != nil {
		return err
	}
	if in, err = r.filter(ctx, in, l); err != nil {
		return err
	}
	status := map[string]DeliveryStatus{q.rcpt: {Reply: "250 2.1.5 Delivered", Delivered: "yes"}}
	return r.db.WriteBlobs(ctx, q.account, staged, func(tx *store.Tx) error {
		was, err := deleteQueueRow(ctx, tx, q.org, q.id)
		if err != nil || !was {
			return err
		}
		if err := r.file(ctx, tx, in, l); err != nil {
			return err
		}
		// The mailbox holds the blob now, so letting go cannot lose it.
		if err := tx.RefHash(ctx, q.blob.Scope, q.blob.Hash, -1); err != nil {
			return err
		}
		if report != nil {
			if err := report(tx); err != nil {
				return err
			}
		}
		return r.recordSubmission(ctx, tx, q, status)
	})
}
