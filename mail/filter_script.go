package mail

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/sieve"
)

// Script is a stored Sieve script (RFC 9661).
type Script struct {
	ID      int64
	Name    string
	Text    string
	Blob    Blob // the same text
	IsRules bool // made from the person's rules, which alone change it
	Active  bool // the one that runs
}

// FilterStatus is how an account's scripts stand.
type FilterStatus struct {
	Modseq      int64 // account's counter at the last change
	Active      int64 // id of the script that runs, 0 = none
	Discarded   int64 // letters thrown away by scripts
	Failed      int64 // runs that ended in an error, after which the letter was kept
	LastError   string
	LastErrorAt int64 // milliseconds since 1970, 0 = never
}

// MaxScriptName bounds the name of a script in bytes (RFC 9661 section 1.2.1 asks for 512).
const MaxScriptName = 512

// rulesName is the name of the script that is made from rules.
const rulesName = "rules"

// ErrScriptActive refuses to destroy the script that runs (RFC 9661 section 2.2).
var ErrScriptActive = errs.E(errs.Conflict, "The script is in use; switch it off first.")

// InvalidScript is what is wrong with a script that was not taken.
type InvalidScript struct{ Errors sieve.Errors }

// Error returns a line for each fault.
func (e *InvalidScript) Error() string { return e.Errors.Error() }

// Unwrap gives it a kind.
func (e *InvalidScript) Unwrap() error { return errs.E(errs.Invalid, "%s", e.Errors.Error()) }

// Scripts returns the account's scripts and how they stand.
func (a *Account) Scripts(ctx context.Context) (list []Script, st FilterStatus, err error) {
	if err := a.can(ctx, policy.Organise); err != nil {
		return nil, st, err
	}
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		f, err := selectFilter(ctx, tx, a.info.ID)
		if found, err := store.Found(err); !found {
			return err
		}
		st = FilterStatus{f.modseq, f.active, f.discarded, f.failed, f.lastError, f.lastErrorAt}
		list, err = selectScripts(ctx, tx, a.info.ID)
		return err
	})
	for i := range list {
		list[i].Active = list[i].ID == st.Active
	}
	return list, st, err
}

// CheckScript says what is wrong with a script: its grammar, and addresses
// outside the organisation that it would send letters on to.
func (a *Account) CheckScript(ctx context.Context, text string) error {
	if err := a.can(ctx, policy.Organise); err != nil {
		return err
	}
	_, err := a.parseScript(ctx, text)
	return err
}

func (a *Account) parseScript(ctx context.Context, text string) (*sieve.Script, error) {
	s, err := sieve.Parse(text, a.room.conf.Sieve)
	if list, ok := err.(sieve.Errors); ok {
		return nil, &InvalidScript{list}
	}
	if err != nil {
		return nil, err
	}
	var bad sieve.Errors
	for _, to := range s.Redirects() {
		if err := a.maySendOn(to.Address); err != nil {
			a.room.refused(ctx, a.subject, "redirect "+to.Address, err)
			bad = append(bad, sieve.Error{Pos: to.Pos, Text: errs.Text(err)})
		}
	}
	if bad != nil {
		return nil, &InvalidScript{bad}
	}
	return s, nil
}

// filterState reads the account's row, locking it against other changes.
func (a *Account) filterRow(ctx context.Context, tx *store.Tx) (filterRow, error) {
	row, err := bump(ctx, tx, a.info.ID, touched{})
	if err != nil {
		return filterRow{}, err
	}
	f, err := selectFilter(ctx, tx, a.info.ID)
	found, err := store.Found(err)
	if !found {
		f = filterRow{account: a.info.ID, next: 1}
	}
	f.modseq = row.modseq
	return f, err
}

// saveFilter writes the row back and makes the change known.
func (a *Account) saveFilter(ctx context.Context, tx *store.Tx, f filterRow) error {
	tx.OnCommit(func() { a.room.filters.put(a.info.ID, filterState{f.modseq, f.active}) })
	return putFilter(ctx, tx, f)
}

// ScriptChange makes or changes a script; nil leaves a property alone.
type ScriptChange struct {
	ID   int64 // 0 = new
	Name *string
	Blob *Blob // with Text
	Text string
}

// SetScript makes or changes a script.
func (a *Account) SetScript(ctx context.Context, c ScriptChange) (s Script, err error) {
	if err := a.can(ctx, policy.Organise); err != nil {
		return s, err
	}
	if c.Blob != nil {
		parsed, err := a.parseScript(ctx, c.Text)
		if err == nil {
			err = a.mayAnswer(ctx, parsed)
		}
		if err != nil {
			return s, err
		}
	}
	if c.Name != nil {
		if err := checkScriptName(*c.Name); err != nil {
			return s, err
		}
	}
	err = a.write(ctx, nil, func(tx *store.Tx) error {
		f, err := a.filterRow(ctx, tx)
		if err != nil {
			return err
		}
		list, err := selectScripts(ctx, tx, a.info.ID)
		if err != nil {
			return err
		}
		s = Script{}
		if c.ID == 0 {
			if len(list) >= a.room.conf.MaxScripts {
				return errs.E(errs.OverQuota, "An account can have %d scripts.", a.room.conf.MaxScripts)
			}
			s.ID, f.next = f.next, f.next+1
			s.Name = fmt.Sprintf("script %d", s.ID)
		} else if i := slices.IndexFunc(list, func(o Script) bool { return o.ID == c.ID }); i < 0 {
			return errs.E(errs.NotFound, "There is no such script.")
		} else if s = list[i]; s.IsRules {
			return errs.E(errs.Forbidden, "This script is made from the rules; change the rules.")
		}
		return a.storeScript(ctx, tx, f, list, s, c, &s)
	})
	return s, err
}

// mayAnswer asks policy for the right to send, if a script answers letters.
func (a *Account) mayAnswer(ctx context.Context, s *sieve.Script) error {
	if s.Requires("vacation") {
		return a.can(ctx, policy.SendAs)
	}
	return nil
}

// storeScript writes a changed script, with the count of its blob.
func (a *Account) storeScript(ctx context.Context, tx *store.Tx, f filterRow, list []Script, s Script, c ScriptChange, out *Script) error {
	if c.Name != nil {
		s.Name = *c.Name
	}
	for _, o := range list {
		if o.ID != s.ID && o.Name == s.Name {
			return errs.E(errs.Exists, "There is already a script named %q.", s.Name)
		}
	}
	if c.Blob != nil {
		if s.Blob.Size > 0 {
			if err := tx.RefHash(ctx, s.Blob.Scope, s.Blob.Hash, -1); err != nil {
				return err
			}
		}
		if err := tx.RefHash(ctx, c.Blob.Scope, c.Blob.Hash, 1); err != nil {
			return err
		}
		s.Blob, s.Text = *c.Blob, c.Text
	}
	if s.ID == f.active {
		f.lastError, f.lastErrorAt = "", 0
	}
	s.Active = s.ID == f.active
	*out = s
	if err := putScript(ctx, tx, a.info.ID, s); err != nil {
		return err
	}
	if err := a.saveFilter(ctx, tx, f); err != nil {
		return err
	}
	return audit.Append(ctx, tx, a.room.clock.Now(), audit.By(a.subject, "mail.script", a.info.Address+" "+s.Name, nil))
}

func checkScriptName(name string) error {
	bad := name == "" || len(name) > MaxScriptName || !utf8.ValidString(name) ||
		// RFC 5804 section 1.6: no control characters, no line separators.
		strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r >= 0x7f && r <= 0x9f || r == 0x2028 || r == 0x2029 })
	if bad || name == rulesName {
		return errs.E(errs.Invalid, "A script's name has 1 to %d bytes without control characters, and is not %q.", MaxScriptName, rulesName)
	}
	return nil
}

// DeleteScript removes a script that does not run.
func (a *Account) DeleteScript(ctx context.Context, id int64) error {
	if err := a.can(ctx, policy.Organise); err != nil {
		return err
	}
	return a.write(ctx, nil, func(tx *store.Tx) error {
		f, err := a.filterRow(ctx, tx)
		if err != nil {
			return err
		}
		s, err := a.findScript(ctx, tx, id)
		if err != nil {
			return err
		}
		switch {
		case f.active == id:
			return ErrScriptActive
		case s.IsRules:
			return errs.E(errs.Forbidden, "This script is made from the rules; change the rules.")
		}
		if err := deleteScript(ctx, tx, a.info.ID, id); err != nil {
			return err
		}
		if err := tx.RefHash(ctx, s.Blob.Scope, s.Blob.Hash, -1); err != nil {
			return err
		}
		if err := a.saveFilter(ctx, tx, f); err != nil {
			return err
		}
		return audit.Append(ctx, tx, a.room.clock.Now(), audit.By(a.subject, "mail.script", a.info.Address+" delete "+s.Name, nil))
	})
}

// ActivateScript lets a script run instead of the present one; 0 lets none run.
func (a *Account) ActivateScript(ctx context.Context, id int64) error {
	if err := a.can(ctx, policy.Organise); err != nil {
		return err
	}
	if id != 0 {
		if err := a.mayActivate(ctx, id); err != nil {
			return err
		}
	}
	return a.write(ctx, nil, func(tx *store.Tx) error {
		f, err := a.filterRow(ctx, tx)
		if err != nil {
			return err
		}
		if id != 0 { // again, now that nobody can change it
			if _, err := a.findScript(ctx, tx, id); err != nil {
				return err
			}
		}
		if f.active != id {
			f.lastError, f.lastErrorAt = "", 0
		}
		f.active = id
		if err := a.saveFilter(ctx, tx, f); err != nil {
			return err
		}
		return audit.Append(ctx, tx, a.room.clock.Now(), audit.By(a.subject, "mail.script", fmt.Sprintf("%s active %d", a.info.Address, id), nil))
	})
}

// mayActivate asks whether the subject may do what a script does.
func (a *Account) mayActivate(ctx context.Context, id int64) error {
	var s Script
	err := a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		s, err = a.findScript(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	parsed, err := sieve.Parse(s.Text, a.room.conf.Sieve)
	if err != nil {
		return nil // it keeps every letter, whoever lets it run
	}
	return a.mayAnswer(ctx, parsed)
}

func (a *Account) findScript(ctx context.Context, tx *store.Tx, id int64) (Script, error) {
	s, err := selectScript(ctx, tx, a.info.ID, id)
	found, err := store.Found(err)
	if err == nil && !found {
		err = errs.E(errs.NotFound, "There is no such script.")
	}
	return s, err
}

// FilterState returns the account's counter at the last change of scripts or
// rules, as far as this process knows, for push.
func (a *Account) FilterState(ctx context.Context) (int64, error) {
	s, err := a.room.filters.state(ctx, a.room.db, a.info.ID, a.room.clock.Now())
	return s.modseq, err
}

// FilterLimits returns what scripts are bounded by.
func (r *Room) FilterLimits() (limits sieve.Limits, scripts, rules int) {
	return r.conf.Sieve, r.conf.MaxScripts, r.conf.MaxRules
}
