package identity

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"image/png"
	"strconv"
	"strings"
	"time"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// Kinds of second factor. A recovery code is one too, when a telephone is lost.
const (
	TOTP     = "totp" // codes from an app (N43, K08; RFC 6238)
	Recovery = "recovery"
)

// period is the time step of codes, the default that every app knows.
const period = 30 * time.Second

// Limits of what one account can have.
const (
	maxFactors      = 10
	maxAppPasswords = 50
	maxName         = 100 // bytes of the name of a factor or app password
	recoveryCodes   = 10
)

// Factor is a second factor of an account.
type Factor struct {
	ID         int64
	Kind, Name string
	Confirmed  bool
	Made, Used time.Time // Used is zero when it was never
}

// factor is one with its secret, sealed.
type factor struct {
	id, step, made, used int64
	kind, name           string
	secret               []byte
	confirmed            bool
}

// Enrolment is what a person puts into their app.
type Enrolment struct {
	Factor
	Secret string // base32
	URI    string // otpauth://
	QR     []byte // the URI as a picture, PNG
}

func millis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func (f factor) public() Factor {
	return Factor{f.id, f.kind, f.name, f.confirmed, millis(f.made), millis(f.used)}
}

// stepUpAge is how long ago somebody may have proved who they are, to change
// how they sign in.
const stepUpAge = 10 * time.Minute

// fresh refuses who did not prove lately who they are, and programs always (N47).
func (i *Identity) fresh(s policy.Subject) error {
	switch {
	case s.Account == 0 || s.Assurance == policy.ByProgram:
		return errs.E(errs.Forbidden, "An app password cannot change how one signs in.")
	case i.clock.Now().Sub(s.Proved) > stepUpAge:
		return errs.E(errs.StepUp, "Please sign in once more to change how you sign in.")
	}
	return nil
}

// errFirstCode is the answer to a wrong code while an app is enrolled.
var errFirstCode = errs.E(errs.Invalid, "The code is not right. See that the clock of the telephone is right, and type the code it shows now.")

// Factors lists the subject's second factors, and how many recovery codes are left.
func (i *Identity) Factors(ctx context.Context, s policy.Subject) (list []Factor, codes int, err error) {
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		all, err := selectFactors(ctx, tx, s.Org, s.Account)
		for _, f := range all {
			list = append(list, f.public())
		}
		if err == nil {
			codes, err = countRecoveryCodes(ctx, tx, s.Org, s.Account)
		}
		return err
	})
	return list, codes, err
}

// AddTOTP begins the enrolment of an app; it is asked for once a code of it
// was confirmed.
func (i *Identity) AddTOTP(ctx context.Context, s policy.Subject, name string) (e Enrolment, err error) {
	if err = i.fresh(s); err != nil {
		return e, err
	}
	if name, err = checkName(name); err != nil {
		return e, err
	}
	e, f, err := i.newTOTP(ctx, s, name)
	if err != nil {
		return e, err
	}
	return e, i.db.Write(ctx, func(tx *store.Tx) error { return i.putFactor(ctx, tx, s, f) })
}

// newTOTP makes the secret of an app and its picture.
func (i *Identity) newTOTP(ctx context.Context, s policy.Subject, name string) (e Enrolment, f factor, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Chancery", AccountName: s.Address, SecretSize: 20})
	if err != nil {
		return e, f, err
	}
	e.Secret, e.URI = key.Secret(), key.URL()
	if e.QR, err = picture(key); err != nil {
		return e, f, err
	}
	f = factor{id: id.New(), kind: TOTP, name: name, made: i.clock.Now().UnixMilli()}
	f.secret, err = i.db.Seal(ctx, store.Scope{Org: s.Org}, sealPurpose(f.id), []byte(e.Secret))
	e.Factor = f.public()
	return e, f, err
}

// putFactor stores a factor that is not confirmed yet, in place of those that
// were begun and left.
func (i *Identity) putFactor(ctx context.Context, tx *store.Tx, s policy.Subject, f factor) error {
	have, err := selectFactors(ctx, tx, s.Org, s.Account)
	if err != nil {
		return err
	}
	n := 0
	for _, old := range have {
		if old.confirmed {
			n++
			continue
		}
		if err := deleteFactor(ctx, tx, s.Org, s.Account, old.id); err != nil {
			return err
		}
	}
	if n >= maxFactors {
		return errs.E(errs.TooLarge, "There are %d second factors already; remove one first.", maxFactors)
	}
	return insertFactor(ctx, tx, s.Org, s.Account, f)
}

func sealPurpose(factor int64) string { return "factor " + strconv.FormatInt(factor, 10) }

func checkName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > maxName {
		return "", errs.E(errs.Invalid, "Please give it a name of at most %d bytes.", maxName)
	}
	return name, nil
}

// picture draws the address of a key for the camera.
func picture(key *otp.Key) ([]byte, error) {
	img, err := key.Image(240, 240)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = png.Encode(&b, img)
	return b.Bytes(), err
}

// ConfirmTOTP ends the enrolment with the first code. The first factor of an
// account brings its recovery codes with it.
func (i *Identity) ConfirmTOTP(ctx context.Context, s policy.Subject, factorID int64, code string) (codes []string, err error) {
	if err = i.fresh(s); err != nil {
		return nil, err
	}
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		codes, err = i.endTOTP(ctx, tx, s, factorID, code)
		return err
	})
	return codes, err
}

// endTOTP takes the first code of an app.
func (i *Identity) endTOTP(ctx context.Context, tx *store.Tx, s policy.Subject, factorID int64, code string) ([]string, error) {
	f, err := i.oneFactor(ctx, tx, s, factorID)
	if err != nil {
		return nil, err
	}
	if f.kind != TOTP {
		return nil, errFirstCode
	}
	ok, err := i.takeCode(ctx, tx, s.Org, s.Account, f, code)
	if err == nil && !ok {
		err = errFirstCode
	}
	if err != nil {
		return nil, err
	}
	return i.gained(ctx, tx, s, f.name)
}

// gained notes that a factor was added; the first brings recovery codes.
func (i *Identity) gained(ctx context.Context, tx *store.Tx, s policy.Subject, name string) (codes []string, err error) {
	if err := noteSecond(ctx, tx, s.Org, s.Account); err != nil {
		return nil, err
	}
	left, err := countRecoveryCodes(ctx, tx, s.Org, s.Account)
	if err == nil && left == 0 {
		codes, err = i.renewCodes(ctx, tx, s)
	}
	if err != nil {
		return nil, err
	}
	return codes, i.note(ctx, tx, s, "factor.add", name)
}

func (i *Identity) oneFactor(ctx context.Context, tx *store.Tx, s policy.Subject, factorID int64) (factor, error) {
	all, err := selectFactors(ctx, tx, s.Org, s.Account)
	for _, f := range all {
		if f.id == factorID {
			return f, nil
		}
	}
	if err == nil {
		err = errs.E(errs.NotFound, "There is no such second factor.")
	}
	return factor{}, err
}

// takeCode checks a code and uses it up. The clock of a telephone may be off
// by one step (RFC 6238 section 5.2).
func (i *Identity) takeCode(ctx context.Context, tx *store.Tx, org, account int64, f factor, code string) (bool, error) {
	secret, err := i.db.Unseal(ctx, store.Scope{Org: org}, sealPurpose(f.id), f.secret)
	if err != nil {
		return false, err
	}
	now := i.clock.Now()
	for _, off := range []time.Duration{0, -period, period} {
		at := now.Add(off)
		want, err := totp.GenerateCodeCustom(string(secret), at, totp.ValidateOpts{Period: uint(period.Seconds()), Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return false, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(digits(code))) == 1 {
			return takeStep(ctx, tx, org, account, f.id, at.Unix()/int64(period.Seconds()), now.UnixMilli())
		}
	}
	return false, nil
}

// digits leaves out the spaces people type.
func digits(code string) string { return strings.ReplaceAll(strings.TrimSpace(code), " ", "") }

// RenameFactor gives a second factor another name.
func (i *Identity) RenameFactor(ctx context.Context, s policy.Subject, factorID int64, name string) error {
	if err := i.fresh(s); err != nil {
		return err
	}
	name, err := checkName(name)
	if err != nil {
		return err
	}
	return i.db.Write(ctx, func(tx *store.Tx) error {
		there, err := renameFactor(ctx, tx, s.Org, s.Account, factorID, name)
		if err == nil && !there {
			err = errs.E(errs.NotFound, "There is no such second factor.")
		}
		if err != nil {
			return err
		}
		return i.note(ctx, tx, s, "factor.rename", name)
	})
}

// RemoveFactor takes a second factor away. With the last one the recovery
// codes go too.
func (i *Identity) RemoveFactor(ctx context.Context, s policy.Subject, factorID int64) error {
	if err := i.fresh(s); err != nil {
		return err
	}
	return i.db.Write(ctx, func(tx *store.Tx) error {
		f, err := i.oneFactor(ctx, tx, s, factorID)
		if err != nil {
			return err
		}
		if err := deleteFactor(ctx, tx, s.Org, s.Account, f.id); err != nil {
			return err
		}
		if err := noteSecond(ctx, tx, s.Org, s.Account); err != nil {
			return err
		}
		c, err := selectCredential(ctx, tx, s.Org, s.Account)
		if err == nil && !c.second {
			err = replaceRecoveryCodes(ctx, tx, s.Org, s.Account, nil)
		}
		if err != nil {
			return err
		}
		return i.note(ctx, tx, s, "factor.remove", f.name)
	})
}

// ForgetFactors takes all second factors and recovery codes of an account
// away, for somebody who lost them, by whoever runs the server: in a room the
// caller asks policy first.
func (i *Identity) ForgetFactors(ctx context.Context, by policy.Subject, org, account int64) error {
	return i.db.Write(ctx, func(tx *store.Tx) error { return i.forgetFactors(ctx, tx, by, org, account) })
}

func (i *Identity) forgetFactors(ctx context.Context, tx *store.Tx, by policy.Subject, org, account int64) error {
	all, err := selectFactors(ctx, tx, org, account)
	if err != nil {
		return err
	}
	for _, f := range all {
		if err := deleteFactor(ctx, tx, org, account, f.id); err != nil {
			return err
		}
	}
	if err := replaceRecoveryCodes(ctx, tx, org, account, nil); err != nil {
		return err
	}
	if err := i.undoElse(ctx, tx, org, account, 0); err != nil {
		return err
	}
	// With a lost telephone somebody else would choose the next password.
	if _, err := i.dropPhones(ctx, tx, org, account, 0); err != nil {
		return err
	}
	by.Org = org
	return audit.Append(ctx, tx, i.clock.Now(), audit.By(by, "factor.forget", accountText(account), nil))
}

// RenewRecoveryCodes makes new recovery codes; the old ones are void.
func (i *Identity) RenewRecoveryCodes(ctx context.Context, s policy.Subject) (codes []string, err error) {
	if err = i.fresh(s); err != nil {
		return nil, err
	}
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		c, err := selectCredential(ctx, tx, s.Org, s.Account)
		if err != nil {
			return err
		}
		if !c.second {
			return errs.E(errs.Invalid, "Recovery codes stand in for a second factor, and there is none.")
		}
		if codes, err = i.renewCodes(ctx, tx, s); err != nil {
			return err
		}
		return i.note(ctx, tx, s, "recovery.renew", "")
	})
	return codes, err
}

func (i *Identity) renewCodes(ctx context.Context, tx *store.Tx, s policy.Subject) ([]string, error) {
	var codes []string
	var hashes [][]byte
	for range recoveryCodes {
		text := id.Token(10) // 16 letters, 80 bits
		codes = append(codes, text[:4]+"-"+text[4:8]+"-"+text[8:12]+"-"+text[12:])
		hashes = append(hashes, secretHash(text))
	}
	return codes, replaceRecoveryCodes(ctx, tx, s.Org, s.Account, hashes)
}

// secretHash is what is kept of a random secret of ours: with 80 bits it needs
// no slow hash. Hyphens, spaces and case do not count.
func secretHash(text string) []byte {
	plain := strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(text))
	sum := sha256.Sum256([]byte(plain))
	return sum[:]
}

// note records a change of how the subject signs in.
func (i *Identity) note(ctx context.Context, tx *store.Tx, s policy.Subject, verb, what string) error {
	object := accountText(s.Account)
	if what != "" {
		object += ": " + what
	}
	return audit.Append(ctx, tx, i.clock.Now(), audit.By(s, verb, object, nil))
}
