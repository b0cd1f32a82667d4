package identity

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// errPresent is the answer to a wrong present password.
var errPresent = errs.E(errs.Invalid, "The present password is wrong.")

// errWeak is an error about the new password.
type errWeak struct{ error }

// Unwrap returns what it says.
func (e errWeak) Unwrap() error { return e.error }

// Rules say what a password that somebody chooses must be (K06). Zero values
// mean the documented default.
type Rules struct {
	MinLength int // characters; default 10
	Classes   int // of capital letters, small letters, digits and signs, how many must be in it; default 0
}

// least is the number of characters a password needs.
func (r Rules) least() int {
	if r.MinLength == 0 {
		return 10
	}
	return r.MinLength
}

// check refuses a password that the rules do not allow.
func (r Rules) check(password, address string) error {
	least := r.least()
	if utf8.RuneCountInString(password) < least {
		return errs.E(errs.Invalid, "A password needs at least %d characters.", least)
	}
	if len(password) > maxPassword {
		return errs.E(errs.Invalid, "A password has at most %d bytes.", maxPassword)
	}
	if local, _, _ := strings.Cut(address, "@"); len(local) > 3 && strings.Contains(strings.ToLower(password), local) {
		return errs.E(errs.Invalid, "A password must not hold the name of the account.")
	}
	if n := classes(password); n < r.Classes {
		return errs.E(errs.Invalid, "A password needs %d of: capital letters, small letters, digits, signs.", r.Classes)
	}
	return nil
}

// classes counts the kinds of character in a password. Letters without case,
// such as Han characters, count as small ones.
func classes(password string) int {
	var have [4]bool
	for _, r := range password {
		switch {
		case unicode.IsUpper(r):
			have[0] = true
		case unicode.IsLetter(r):
			have[1] = true
		case unicode.IsDigit(r):
			have[2] = true
		default:
			have[3] = true
		}
	}
	n := 0
	for _, h := range have {
		if h {
			n++
		}
	}
	return n
}

// ChangePassword gives the subject another password. Their other
// sessions and their app passwords end.
func (i *Identity) ChangePassword(ctx context.Context, s policy.Subject, old, password string, peer Peer) error {
	if s.Account == 0 || s.Assurance == policy.ByProgram {
		return errs.E(errs.Forbidden, "An app password cannot change how one signs in.")
	}
	if kept, err := i.kept(ctx, directory.Account{Org: s.Org, ID: s.Account, Address: s.Address}, ""); err != nil || kept != 0 {
		return either(err, errKept)
	}
	a, cred, err := i.verify(ctx, s.Address, old, peer)
	if err == nil && (cred.app || a.ID != s.Account) {
		err = errWrong
	}
	if errs.Is(err, errs.Unauthenticated) {
		return errPresent
	}
	if err != nil {
		return err
	}
	if err := i.conf.Passwords.check(password, s.Address); err != nil {
		return errWeak{err}
	}
	if password == old {
		return errWeak{errs.E(errs.Invalid, "That is the password you have.")}
	}
	hash := hashPassword(password)
	return i.db.Write(ctx, func(tx *store.Tx) error { return i.changePassword(ctx, tx, s, a, hash) })
}

func (i *Identity) changePassword(ctx context.Context, tx *store.Tx, s policy.Subject, a directory.Account, hash string) error {
	if err := i.PutPasswordHash(ctx, tx, s, a.Org, a.ID, hash); err != nil {
		return err
	}
	c, err := selectCredential(ctx, tx, a.Org, a.ID)
	if err != nil {
		return err
	}
	return keepSession(ctx, tx, a.Org, a.ID, s.Session, c.version)
}
