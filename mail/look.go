package mail

import (
	"context"
	"errors"
	"strings"
	"time"

	"chancery/approval"
	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// LookCase is the kind of the cases of looks into another's mail (C12): they
// take a purpose, and where the house has it so a second person.
const LookCase = "mail.look"

// MaxLookHours is how long one leave to look can be.
const MaxLookHours = 24 * 14

// Look is leave to read a mailbox, or the journal.
type Look struct {
	Case    int64
	Account int64 // whose mailbox; 0 = the journal
	Address string
	Purpose string
	Hours   int
	Until   time.Time // zero = not granted
}

// lookers are the duties of those who may ask to look.
var lookers = []policy.Duty{policy.DutyRecord, policy.DutySecurity}

// AskLook asks for leave to read another's mailbox, for a purpose and some
// hours: of a monitor mailbox, or of a person where something is investigated.
// Account 0 is the journal. Where no second person is needed it is granted at
// once. Whose mailbox it is never agrees to it, nor who acts for them.
func (r *Room) AskLook(ctx context.Context, s policy.Subject, account int64, hours int, purpose string) (l Look, err error) {
	if err := r.mayRule(ctx, s, "mail.look", lookers...); err != nil {
		return l, err
	}
	purpose = strings.TrimSpace(purpose)
	switch {
	case len(purpose) < 10 || len(purpose) > approval.MaxNote:
		return l, errs.E(errs.Invalid, "Say what the look is for, in 10 to %d bytes: it stands in the record.", approval.MaxNote)
	case hours < 1 || hours > MaxLookHours:
		return l, errs.E(errs.Invalid, "A look takes 1 to %d hours.", MaxLookHours)
	case account == s.Account:
		return l, errs.E(errs.Invalid, "This is your own mailbox.")
	}
	l = Look{Case: id.New(), Account: account, Purpose: purpose, Hours: hours}
	ask := bySecond(s, LookCase, l.Case, purpose)
	if account != 0 {
		a, err := r.dir.Account(ctx, s.Org, account)
		if err != nil {
			return l, err
		}
		l.Address, ask.Title, ask.Barred = a.Address, a.Address, []int64{account}
	}
	if r.conf.Review.Second {
		if err := r.needSecond(ctx, ask); err != nil {
			return l, err
		}
	}
	row := lookRow{org: s.Org, id: l.Case, account: account, by: s.Account, hours: int64(hours), purpose: purpose}
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		admin, err := r.dir.AdministersIn(ctx, tx, s)
		if err != nil {
			return err
		}
		if !mayAny(s, admin, lookers) {
			return errs.E(errs.Forbidden, "Your role does not allow this.")
		}
		if r.conf.Review.Second {
			_, err := r.desk.Ask(ctx, tx, s, ask)
			return errorOr(err, insertLook(ctx, tx, row))
		}
		l.Until = r.clock.Now().Add(time.Duration(hours) * time.Hour)
		row.until = l.Until.UnixMilli()
		if err := insertLook(ctx, tx, row); err != nil {
			return err
		}
		return r.noteLook(ctx, tx, s, row, "mail.look.begin")
	})
	return l, err
}

// noteLook writes about a look into the record.
func (r *Room) noteLook(ctx context.Context, tx *store.Tx, by policy.Subject, l lookRow, verb string) error {
	what := "journal"
	if l.account != 0 {
		a, err := r.dir.Account(ctx, l.org, l.account)
		if err != nil {
			return err
		}
		what = a.Address
	}
	e, err := audit.By(by, verb, what, nil).Change(nil, struct {
		Case    string `json:"case"`
		Purpose string `json:"purpose"`
		Hours   int64  `json:"hours"`
	}{id.Text('c', l.id), l.purpose, l.hours})
	if err != nil {
		return err
	}
	return audit.Append(ctx, tx, r.clock.Now(), e)
}

// settleLook grants a look that a second person agreed to, from now.
func (r *Room) settleLook(ctx context.Context, tx *store.Tx, c approval.Case, _ any) error {
	l, err := selectLook(ctx, tx, c.Org, c.ID)
	if err != nil || c.State != approval.Approved {
		return err
	}
	tx.OnCommit(func() { r.changed(l.by) })
	return setLookUntil(ctx, tx, c.Org, c.ID, r.clock.Now().Add(time.Duration(l.hours)*time.Hour).UnixMilli())
}

// aboutLook shows what a look is for.
func (r *Room) aboutLook(ctx context.Context, _ policy.Subject, c approval.Case, _ bool) (any, error) {
	var row lookRow
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = selectLook(ctx, tx, c.Org, c.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return r.look(ctx, row)
}

func (r *Room) look(ctx context.Context, row lookRow) (Look, error) {
	l := Look{Case: row.id, Account: row.account, Purpose: row.purpose, Hours: int(row.hours)}
	if row.until != 0 {
		l.Until = millis(row.until)
	}
	if row.account == 0 {
		return l, nil
	}
	a, err := r.dir.Account(ctx, row.org, row.account)
	l.Address = a.Address
	return l, err
}

// Looks lists what the subject may look into now.
func (r *Room) Looks(ctx context.Context, s policy.Subject) (list []Look, err error) {
	rows, err := r.looksNow(ctx, s)
	for _, row := range rows {
		l, err := r.look(ctx, row)
		if err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	return list, err
}

// looksNow reads the leave that a subject has. It is for people in the web
// client: no program keeps copies of what is looked into.
func (r *Room) looksNow(ctx context.Context, s policy.Subject) (list []lookRow, err error) {
	if s.Account == 0 || s.Door != "http" || s.Assurance == policy.ByProgram {
		return nil, nil
	}
	err = r.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectLooks(ctx, tx, s.Org, s.Account, r.clock.Now().UnixMilli())
		return err
	})
	return list, err
}

// lookInto returns the leave by which a subject may read an account.
func (r *Room) lookInto(ctx context.Context, s policy.Subject, account int64) (l lookRow, ok bool, err error) {
	list, err := r.looksNow(ctx, s)
	for _, l := range list {
		if l.account == account {
			return l, true, err
		}
	}
	return l, false, err
}

// EndLook gives leave back before its time.
func (r *Room) EndLook(ctx context.Context, s policy.Subject, number int64) error {
	err := r.db.Write(ctx, func(tx *store.Tx) error {
		l, err := selectLook(ctx, tx, s.Org, number)
		if err != nil {
			return err
		}
		if l.by != s.Account || s.Account == 0 {
			return store.ErrNoRows
		}
		if l.until == 0 {
			return r.desk.Recall(ctx, tx, s, number)
		}
		if now := r.clock.Now().UnixMilli(); l.until > now {
			if err := setLookUntil(ctx, tx, s.Org, number, now); err != nil {
				return err
			}
		}
		tx.OnCommit(func() { r.changed(s.Account) })
		return r.noteLook(ctx, tx, s, l, "mail.look.end")
	})
	if errors.Is(err, store.ErrNoRows) {
		err = errs.E(errs.NotFound, "There is no such look.")
	}
	return err
}
