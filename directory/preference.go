package directory

import (
	"bytes"
	"context"
	"encoding/json"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Preference is one thing a person chose for the client: what it means is the
// client's business. An empty value means that it was never chosen, or taken
// back.
type Preference struct {
	Name  string
	Value json.RawMessage
}

// Limits of preferences.
const (
	MaxPreferences     = 300      // per account, those taken back among them
	MaxPreferenceValue = 32 << 10 // bytes of JSON
	MaxPreferenceName  = 100
)

// OnPreference names who is told, after it is durable, that the preferences
// of an account changed. It must not block.
func (d *Directory) OnPreference(tell func(account int64)) { d.tellPreference = tell }

// validPreference says whether a name can be one: what RFC 8620 section 1.2
// allows for an id, and dots.
func validPreference(name string) bool {
	if name == "" || len(name) > MaxPreferenceName {
		return false
	}
	for _, c := range []byte(name) {
		if c != '-' && c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return true
}

// Preferences returns what the subject chose, and the state of it.
func (d *Directory) Preferences(ctx context.Context, s policy.Subject) (list []Preference, state int64, err error) {
	return d.preferencesSince(ctx, s, 0)
}

func (d *Directory) preferencesSince(ctx context.Context, s policy.Subject, since int64) (list []Preference, state int64, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		if state, err = selectPreferenceState(ctx, tx, s.Org, s.Account); err != nil {
			return err
		}
		list, err = selectPreferences(ctx, tx, s.Org, s.Account, since)
		return err
	})
	return list, state, err
}

func (d *Directory) preferenceState(ctx context.Context, s policy.Subject) (state int64, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		state, err = selectPreferenceState(ctx, tx, s.Org, s.Account)
		return err
	})
	return state, err
}

// SetPreference keeps one choice of the subject; null takes it back.
func (d *Directory) SetPreference(ctx context.Context, s policy.Subject, p Preference) error {
	if s.Account == 0 {
		return errs.E(errs.Forbidden, "Only a person has preferences.")
	}
	if !validPreference(p.Name) {
		return errs.E(errs.Invalid, "%q cannot be the name of a preference.", p.Name)
	}
	if len(p.Value) > MaxPreferenceValue {
		return errs.E(errs.TooLarge, "A preference can have %d bytes.", MaxPreferenceValue)
	}
	if p.Value = bytes.TrimSpace(p.Value); string(p.Value) == "null" {
		p.Value = nil
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		modseq, err := bumpPreferences(ctx, tx, s.Org, s.Account)
		if err != nil {
			return err
		}
		have, err := selectPreferences(ctx, tx, s.Org, s.Account, 0)
		if err != nil {
			return err
		}
		known := false
		for _, h := range have {
			known = known || h.Name == p.Name
		}
		if !known && len(have) >= MaxPreferences {
			return errs.E(errs.OverQuota, "A person can have %d preferences.", MaxPreferences)
		}
		if d.tellPreference != nil {
			tx.OnCommit(func() { d.tellPreference(s.Account) })
		}
		return putPreference(ctx, tx, s.Org, s.Account, p, modseq)
	})
}
