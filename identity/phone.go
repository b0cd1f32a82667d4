package identity

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"strconv"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// SMS is the kind of second factor that is a code sent to the person's
// telephone (N44, K07). It is weaker than the others: numbers are taken over,
// messages are read on the way (NIST SP 800-63B-4 section 3.2.9 restricts it).
const SMS = "sms"

// TextCode is a code on its way to a telephone.
type TextCode struct {
	Account  directory.Account
	To, Code string
	Until    time.Time
	Peer     Peer // where it was asked for
	SignIn   bool // it is for signing in, not for registering the number
}

// Texts writes short messages to people's telephones. Late is true where the
// gateway has not taken one yet.
type Texts interface {
	// Number reads a number that somebody typed; those that are not written to are refused.
	Number(text string) (string, error)
	// Code sends a code, ResetText a link for a new password, DeviceText word of a new device.
	Code(ctx context.Context, c TextCode) (late bool, err error)
	ResetText(ctx context.Context, l ResetLink, peer Peer) error
	DeviceText(ctx context.Context, n NewDevice, peer Peer) error
}

// UseTexts sets who writes to telephones; until then there are no codes by SMS.
func (i *Identity) UseTexts(t Texts) { i.texts = t }

// A code by SMS is good for some tries within some minutes.
const (
	textLife  = 5 * time.Minute
	textTries = 5
)

var (
	errNoTexts  = refuse("noPhones", errs.E(errs.Unsupported, "Codes by SMS are not used here."))
	errNotSent  = refuse("notSent", errs.E(errs.Unavailable, "The message could not be sent. Please use another way, or try again later."))
	errNoPhone  = errs.E(errs.NotFound, "There is no telephone.")
	errBadPhone = refuse("badNumber", errs.E(errs.Invalid, "That is not a telephone number that messages are sent to."))
)

// PhoneState is the telephone of a person.
type PhoneState struct {
	Number  string // "" = none
	Pending string // waits for its code
	Second  bool   // codes go there when one signs in
	Useful  bool   // some network zone takes such codes
}

func phonePurpose(account int64) string { return "phone " + strconv.FormatInt(account, 10) }

// codeHash binds a code to what it is for; what names that is not in the table.
func codeHash(what, code string) []byte {
	sum := sha256.Sum256([]byte(what + "\n" + digits(code)))
	return sum[:]
}

// number opens a number.
func (i *Identity) number(ctx context.Context, org, account int64, p phone) (string, error) {
	b, err := i.db.Unseal(ctx, store.Scope{Org: org}, phonePurpose(account), p.number)
	return string(b), err
}

// phoneOf returns the number of an account, "" where it has none.
func (i *Identity) phoneOf(ctx context.Context, org, account int64) (string, error) {
	var p phone
	err := i.db.Read(ctx, func(tx *store.Tx) (err error) {
		p, err = selectPhone(ctx, tx, org, account, true)
		return err
	})
	if there, err := store.Found(err); err != nil || !there {
		return "", err
	}
	return i.number(ctx, org, account, p)
}

// Phone returns the person's telephone, and one that waits for its code.
func (i *Identity) Phone(ctx context.Context, s policy.Subject) (out PhoneState, err error) {
	if out.Number, err = i.phoneOf(ctx, s.Org, s.Account); err != nil {
		return out, err
	}
	out.Useful = i.texts != nil && slices.ContainsFunc(i.conf.Zones, func(z Zone) bool { return !z.Closed && z.takes(SMS) })
	var wait phone
	var all []factor
	err = i.db.Read(ctx, func(tx *store.Tx) (err error) {
		if all, err = selectFactors(ctx, tx, s.Org, s.Account); err != nil {
			return err
		}
		wait, err = selectPhone(ctx, tx, s.Org, s.Account, false)
		return err
	})
	out.Second = hasFactor(all, SMS)
	there, err := store.Found(err)
	if err == nil && there && i.clock.Now().Sub(millis(wait.made)) <= textLife {
		out.Pending, err = i.number(ctx, s.Org, s.Account, wait)
	}
	return out, err
}

func hasFactor(all []factor, kind string) bool {
	return slices.ContainsFunc(all, func(f factor) bool { return f.kind == kind && f.confirmed })
}

// AddPhone begins to register a telephone: a code goes there.
func (i *Identity) AddPhone(ctx context.Context, s policy.Subject, number string, peer Peer) (late bool, err error) {
	if i.texts == nil {
		return false, errNoTexts
	}
	if err := i.fresh(s); err != nil {
		return false, err
	}
	if number, err = i.texts.Number(number); err != nil {
		return false, errBadPhone
	}
	a, err := i.dir.Account(ctx, s.Org, s.Account)
	if err != nil {
		return false, err
	}
	code, err := sixDigits()
	if err != nil {
		return false, err
	}
	now := i.clock.Now()
	p := phone{code: codeHash(accountText(a.ID)+number, code), made: now.UnixMilli()}
	if p.number, err = i.db.Seal(ctx, store.Scope{Org: s.Org}, phonePurpose(a.ID), []byte(number)); err != nil {
		return false, err
	}
	if late, err = i.send(ctx, TextCode{Account: a, To: number, Code: code, Until: now.Add(textLife), Peer: peer}); err != nil {
		return false, err // a code that was sent before stays good
	}
	return late, i.db.Write(ctx, func(tx *store.Tx) error {
		if err := putPhone(ctx, tx, s.Org, a.ID, p); err != nil {
			return err
		}
		return i.note(ctx, tx, s, "phone.ask", masked(number))
	})
}

// send hands a code over. Why a gateway does not take it is for the log.
func (i *Identity) send(ctx context.Context, c TextCode) (late bool, err error) {
	late, err = i.texts.Code(ctx, c)
	if err != nil && !errs.Is(err, errs.RateLimited) {
		i.log.Error("a code by SMS was not sent", "error", err)
		err = errNotSent
	}
	return late, err
}

// masked is what is shown of a number where others may look on.
func masked(number string) string {
	if len(number) < 3 {
		return ""
	}
	return "…" + number[len(number)-3:]
}

// ConfirmPhone takes the code that was sent: from then on the telephone is the
// person's. A try is counted before the code is looked at.
func (i *Identity) ConfirmPhone(ctx context.Context, s policy.Subject, code string) error {
	if err := i.fresh(s); err != nil {
		return err
	}
	var wait phone
	err := i.db.Write(ctx, func(tx *store.Tx) (err error) {
		if err = tryPhone(ctx, tx, s.Org, s.Account); err != nil {
			return err
		}
		wait, err = selectPhone(ctx, tx, s.Org, s.Account, false)
		return err
	})
	there, err := store.Found(err)
	if err != nil {
		return err
	}
	if !there || wait.tries > textTries || i.clock.Now().Sub(millis(wait.made)) > textLife {
		return errSecondCode
	}
	number, err := i.number(ctx, s.Org, s.Account, wait)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(wait.code, codeHash(accountText(s.Account)+number, code)) != 1 {
		return errSecondCode
	}
	return i.db.Write(ctx, func(tx *store.Tx) error {
		now, err := selectPhone(ctx, tx, s.Org, s.Account, false)
		if there, err := store.Found(err); err != nil {
			return err
		} else if !there || subtle.ConstantTimeCompare(now.code, wait.code) != 1 { // taken by another request, or replaced
			return errSecondCode
		}
		wait.confirmed, wait.code, wait.tries, wait.made = true, []byte{}, 0, i.clock.Now().UnixMilli()
		if err := putPhone(ctx, tx, s.Org, s.Account, wait); err != nil {
			return err
		}
		if err := deletePendingPhone(ctx, tx, s.Org, s.Account); err != nil {
			return err
		}
		return i.note(ctx, tx, s, "phone.add", masked(number))
	})
}

// UsePhone makes codes to the telephone a second factor. The first factor of
// an account brings its recovery codes with it.
func (i *Identity) UsePhone(ctx context.Context, s policy.Subject) (codes []string, err error) {
	if err = i.fresh(s); err != nil {
		return nil, err
	}
	state, err := i.Phone(ctx, s)
	switch {
	case err != nil:
		return nil, err
	case !state.Useful:
		return nil, errNoTexts
	case state.Number == "":
		return nil, errNoPhone
	case state.Second:
		return nil, errs.E(errs.Exists, "Codes by SMS are a second factor already.")
	}
	now := i.clock.Now().UnixMilli()
	f := factor{id: id.New(), kind: SMS, name: "SMS " + masked(state.Number), secret: []byte{}, confirmed: true, made: now}
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := selectPhone(ctx, tx, s.Org, s.Account, true); err != nil {
			return err
		}
		if err := i.putFactor(ctx, tx, s, f); err != nil {
			return err
		}
		codes, err = i.gained(ctx, tx, s, SMS)
		return err
	})
	return codes, err
}

// RemovePhone forgets the telephone, one that waits, and the codes that go there.
func (i *Identity) RemovePhone(ctx context.Context, s policy.Subject) error {
	if err := i.fresh(s); err != nil {
		return err
	}
	return i.db.Write(ctx, func(tx *store.Tx) error {
		n, err := i.dropPhones(ctx, tx, s.Org, s.Account, 0)
		if err == nil && n == 0 {
			err = errNoPhone
		}
		if err != nil {
			return err
		}
		c, err := selectCredential(ctx, tx, s.Org, s.Account)
		if err == nil && !c.second {
			err = replaceRecoveryCodes(ctx, tx, s.Org, s.Account, nil)
		}
		if err != nil {
			return err
		}
		return i.note(ctx, tx, s, "phone.remove", "")
	})
}

// dropPhones forgets the telephones that were registered since a time, and
// that codes go there.
func (i *Identity) dropPhones(ctx context.Context, tx *store.Tx, org, account, since int64) (int64, error) {
	n, err := deletePhones(ctx, tx, org, account, since)
	if err == nil {
		err = deleteSMSFactor(ctx, tx, org, account)
	}
	if err == nil {
		err = deleteResets(ctx, tx, org, account, 0) // a link that went there
	}
	if err == nil {
		err = noteSecond(ctx, tx, org, account)
	}
	return n, err
}
