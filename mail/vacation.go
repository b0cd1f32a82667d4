package mail

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Vacation is what an account answers while its person is away (RFC 8621
// section 8).
type Vacation struct {
	Enabled  bool
	From, To time.Time // zero = open
	Subject  string    // "" = "Auto: " and the subject of the letter
	Text     string
	HTML     string
	Outside  Outside // what people outside the organisation are answered
	Modseq   int64   // account's counter at the last change
}

// Outside is what people of other organisations are answered. While it is not
// enabled they get the same as colleagues, as RFC 8621 has it.
type Outside struct {
	Enabled  bool   `json:"on,omitempty"`
	Audience string `json:"to,omitempty"` // AudienceNone or AudienceEveryone
	Subject  string `json:"s,omitempty"`
	Text     string `json:"t,omitempty"`
	HTML     string `json:"h,omitempty"`
}

// Who outside is answered.
const (
	AudienceNone     = "none"
	AudienceEveryone = "everyone"
)

// check says what is wrong with it.
func (o Outside) check() error {
	switch {
	case o.Audience != "" && o.Audience != AudienceNone && o.Audience != AudienceEveryone:
		return errs.E(errs.Invalid, "The audience is none or everyone.")
	case len(o.Text) > MaxVacation || len(o.HTML) > MaxVacation || len(o.Subject) > 900:
		return errs.E(errs.TooLarge, "An answer can have %d bytes, its subject 900.", MaxVacation)
	case strings.ContainsAny(o.Subject, "\r\n\x00"):
		return errs.E(errs.Invalid, "A subject cannot hold line ends.")
	}
	return nil
}

// at says whether answers go out at a time.
func (v Vacation) at(now time.Time) bool {
	return v.Enabled && (v.From.IsZero() || !now.Before(v.From)) && (v.To.IsZero() || now.Before(v.To))
}

// MaxVacation bounds each text of an answer in bytes.
const MaxVacation = 64 << 10

// Vacation returns the account's setting; the zero value when there is none.
func (a *Account) Vacation(ctx context.Context) (v Vacation, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		v, err = selectVacation(ctx, tx, a.info.ID)
		return err
	})
	_, err = store.Found(err)
	return v, err
}

// SetVacation changes the account's setting. Whoever was answered before may
// be answered again.
func (a *Account) SetVacation(ctx context.Context, v Vacation) (Vacation, error) {
	if err := a.can(ctx, policy.SendAs); err != nil {
		return v, err
	}
	if err := v.Outside.check(); err != nil {
		return v, err
	}
	switch {
	case len(v.Text) > MaxVacation || len(v.HTML) > MaxVacation || len(v.Subject) > 900:
		return v, errs.E(errs.TooLarge, "An answer can have %d bytes, its subject 900.", MaxVacation)
	case strings.ContainsAny(v.Subject, "\r\n\x00"):
		return v, errs.E(errs.Invalid, "A subject cannot hold line ends.")
	case !v.From.IsZero() && !v.To.IsZero() && v.To.Before(v.From):
		return v, errs.E(errs.Invalid, "The end is before the beginning.")
	}
	err := a.write(ctx, nil, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.info.ID, touched{})
		if err != nil {
			return err
		}
		v.Modseq = row.modseq
		if err := forgetAnswers(ctx, tx, a.info.ID); err != nil {
			return err
		}
		tx.OnCommit(a.room.away.forget)
		return putVacation(ctx, tx, a.info.ID, v)
	})
	return v, err
}

// awayLife is how long another process may take to hear of a change.
const awayLife = 30 * time.Second

// away keeps the settings that are on, as every delivery asks for them.
type away struct {
	mu    sync.Mutex
	until time.Time
	on    map[int64]Vacation
	slots chan struct{} // answers being made at once

	waiting atomic.Int32 // for a slot, or in one
}

// maxWaiting bounds what waits beside deliveries. What is past it is left
// undone: an answer that is not given does no harm, memory that is gone does.
const maxWaiting = 2000

// beside does something after a delivery, a few at once. It says whether it will.
func (w *away) beside(do func()) bool {
	if w.waiting.Add(1) > maxWaiting {
		w.waiting.Add(-1)
		return false
	}
	go func() {
		w.slots <- struct{}{}
		defer func() {
			<-w.slots
			w.waiting.Add(-1)
		}()
		do()
	}()
	return true
}

func newAway() *away { return &away{slots: make(chan struct{}, 8)} }

func (w *away) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.until = time.Time{}
}

// maybe says without asking the database whether an account could be away, so
// that a delivery to somebody who is not costs next to nothing.
func (w *away) maybe(account int64, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, on := w.on[account]
	return on || !now.Before(w.until)
}

// of returns the setting of an account, if it is on.
func (w *away) of(ctx context.Context, db *store.Store, account int64, now time.Time) (v Vacation, on bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !now.Before(w.until) {
		err := db.Read(ctx, func(tx *store.Tx) (err error) {
			w.on, err = selectVacations(ctx, tx)
			return err
		})
		if err != nil {
			return v, false, err
		}
		w.until = now.Add(awayLife)
	}
	v, on = w.on[account]
	return v, on && v.at(now), nil
}
