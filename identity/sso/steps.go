package sso

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"time"

	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/store"
)

// ErrOver is a step that was used up, or took too long.
var ErrOver = errs.E(errs.Unauthenticated, "This sign-in is over; please begin again.")

// Steps keep what a browser is in the middle of while it is somewhere else.
// Each is good once, and for a time.
type Steps struct {
	DB    *store.Store
	Clock clock.Clock
	Table string // where they are kept: org_id, hash, stage, kept, peer, ends_at
	Most  int    // from one network, where the oldest gives way
}

// Keep stores a step and returns its token.
func (s Steps) Keep(ctx context.Context, org int64, stage string, what any, life time.Duration, peer netip.Addr) (string, error) {
	text, err := json.Marshal(what)
	if err != nil {
		return "", err
	}
	token, hash := NewSecret(org)
	now := s.Clock.Now()
	return token, s.DB.Write(ctx, func(tx *store.Tx) error {
		return s.insert(ctx, tx, org, hash, stage, string(text), Network(peer), now.UnixMilli(), now.Add(life).UnixMilli())
	})
}

// Take uses up a step; ErrOver where there is none.
func (s Steps) Take(ctx context.Context, token, stage string, into any) (org int64, err error) {
	org, ok := OrgOf(token)
	if !ok {
		return 0, ErrOver
	}
	var text string
	err = s.DB.Write(ctx, func(tx *store.Tx) (err error) {
		text, err = s.take(ctx, tx, org, HashOf(token), stage, s.Clock.Now().UnixMilli())
		return err
	})
	if errors.Is(err, store.ErrNoRows) {
		return 0, ErrOver
	}
	if err != nil {
		return 0, err
	}
	return org, json.Unmarshal([]byte(text), into)
}
