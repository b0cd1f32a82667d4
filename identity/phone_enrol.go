package identity

import (
	"context"
	"crypto/subtle"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// enrolPhone sends the code by which somebody without a second factor adds one
// in the middle of a sign-in (K07). Who has registered a telephone gets it
// there, whatever number is typed.
func (i *Identity) enrolPhone(ctx context.Context, t ticket, a directory.Account, number string, needs policy.Assurance, peer Peer) (out Sent, err error) {
	now := i.clock.Now()
	if !i.mayEnrolSMS(i.ZoneOf(peer), needs) {
		return out, errs.E(errs.Invalid, "This kind of second factor cannot be added here.")
	}
	known, err := i.phoneOf(ctx, a.Org, a.ID)
	if err != nil {
		return out, err
	}
	p := phone{code: []byte{}, made: now.UnixMilli()}
	if known != "" {
		number = known
	} else if number, err = i.texts.Number(number); err != nil {
		return out, errBadPhone
	} else if p.number, err = i.db.Seal(ctx, store.Scope{Org: a.Org}, phonePurpose(a.ID), []byte(number)); err != nil {
		return out, err
	}
	code, err := sixDigits()
	if err != nil {
		return out, err
	}
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		c, err := selectCredential(ctx, tx, a.Org, a.ID)
		if err != nil {
			return err
		}
		if !t.fits(a, c, now) || c.second {
			return errTicket
		}
		return i.countCode(ctx, tx, a, t, peer, now)
	})
	if err != nil {
		return out, err
	}
	out.To = masked(number)
	if out.Late, err = i.send(ctx, TextCode{Account: a, To: number, Code: code, Until: now.Add(textLife), Peer: peer}); err != nil {
		return out, err
	}
	return out, i.db.Write(ctx, func(tx *store.Tx) error {
		if known == "" {
			if err := putPhone(ctx, tx, a.Org, a.ID, p); err != nil {
				return err
			}
		}
		return keepCode(ctx, tx, a.Org, t, number, code, now)
	})
}

// mayEnrolSMS says whether somebody without a second factor can add codes by
// SMS in a zone.
func (i *Identity) mayEnrolSMS(z Zone, needs policy.Assurance) bool {
	return i.texts != nil && z.takes(SMS) && needs < policy.ByHardware
}

// takeFirstSMS takes the first code of a telephone, and registers it where it
// was not.
func (i *Identity) takeFirstSMS(ctx context.Context, tx *store.Tx, s policy.Subject, t ticket, code string, z Zone, needs policy.Assurance) ([]string, error) {
	if !i.mayEnrolSMS(z, needs) {
		return nil, errCode
	}
	p, err := selectPhone(ctx, tx, s.Org, s.Account, true)
	registered, err := store.Found(err)
	if err == nil && !registered {
		p, err = selectPhone(ctx, tx, s.Org, s.Account, false)
	}
	if there, err := store.Found(err); err != nil || !there {
		return nil, either(err, errCode)
	}
	number, err := i.number(ctx, s.Org, s.Account, p)
	if err != nil {
		return nil, err
	}
	sent, err := selectCode(ctx, tx, s.Org, t.hash)
	there, err := store.Found(err)
	now := i.clock.Now()
	if err != nil || !there || now.Sub(millis(sent.made)) > textLife || t.tries-sent.base > textTries ||
		subtle.ConstantTimeCompare(sent.code, codeHash(t.text+number, code)) != 1 {
		return nil, either(err, errCode)
	}
	if taken, err := takeSent(ctx, tx, s.Org, t.hash, sent.code); err != nil || !taken {
		return nil, either(err, errCode)
	}
	if !registered {
		p.confirmed, p.code, p.tries, p.made = true, []byte{}, 0, now.UnixMilli()
		if err := putPhone(ctx, tx, s.Org, s.Account, p); err != nil {
			return nil, err
		}
		if err := i.note(ctx, tx, s, "phone.add", masked(number)); err != nil {
			return nil, err
		}
	}
	if err := deletePendingPhone(ctx, tx, s.Org, s.Account); err != nil {
		return nil, err
	}
	f := factor{id: id.New(), kind: SMS, name: "SMS " + masked(number), secret: []byte{}, confirmed: true, made: now.UnixMilli(), used: now.UnixMilli()}
	if err := i.putFactor(ctx, tx, s, f); err != nil {
		return nil, err
	}
	return i.gained(ctx, tx, s, SMS)
}
