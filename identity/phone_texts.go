package identity

import (
	"context"
)

// textDevice tells of a new device at the person's telephone too (T41). The
// sign-in does not wait for the gateway.
func (i *Identity) textDevice(ctx context.Context, n NewDevice, peer Peer) error {
	if i.texts == nil || !i.conf.TextDevices {
		return nil
	}
	number, err := i.phoneOf(ctx, n.Account.Org, n.Account.ID)
	if err != nil || number == "" {
		return err
	}
	n.Phone = number
	if i.waiting.Add(1) > maxBehind {
		i.waiting.Add(-1)
		return tooMany(resetTime)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), resetTime)
	i.behind.Go(func() {
		defer cancel()
		defer i.waiting.Add(-1)
		if err := i.texts.DeviceText(ctx, n, peer); err != nil {
			i.log.Error("a sign-in with a new device was not told by SMS", "error", err)
		}
	})
	return nil
}

// resetPhone returns the telephone to which an account's link for a new
// password may go, "" for none.
func (i *Identity) resetPhone(ctx context.Context, org, account int64) (string, error) {
	if i.texts == nil || !i.conf.TextReset {
		return "", nil
	}
	return i.phoneOf(ctx, org, account)
}

// resets says whether links for a new password are sent at all.
func (i *Identity) resets() bool { return i.conf.SecondAddress || i.texts != nil && i.conf.TextReset }
