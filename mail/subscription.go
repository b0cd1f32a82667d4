package mail

import (
	"context"

	"chancery/policy"
	"chancery/store"
)

// maxLostSubscriptions bounds the subscriptions kept for mailboxes that are gone.
const maxLostSubscriptions = 1000

// LostSubscriptions lists the paths of mailboxes that are gone but still
// subscribed to: removing a mailbox leaves the subscription (RFC 9051 section
// 6.3.5).
func (a *Account) LostSubscriptions(ctx context.Context) (paths []string, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) error {
		paths, err = selectLostSubscriptions(ctx, tx, a.info.ID, maxLostSubscriptions)
		return err
	})
	return paths, err
}

// KeepSubscription keeps, or with keep false forgets, the subscription to a
// mailbox that is not there.
func (a *Account) KeepSubscription(ctx context.Context, path string, keep bool) error {
	if err := a.can(ctx, policy.Organise); err != nil {
		return err
	}
	return a.write(ctx, nil, func(tx *store.Tx) error {
		if !keep {
			return deleteLostSubscription(ctx, tx, a.info.ID, path)
		}
		paths, err := selectLostSubscriptions(ctx, tx, a.info.ID, maxLostSubscriptions)
		if err != nil || len(paths) == maxLostSubscriptions {
			return err
		}
		return insertLostSubscription(ctx, tx, a.info.ID, path)
	})
}
