package jmap

import (
	"chancery/kit/errs"
	"chancery/kit/id"
)

// accountPrefix begins the id of an account in every room.
const accountPrefix = 'a'

// OpenAccount opens the account that a call names by its id, as a room does.
// Whatever is not there, or may not be known, is accountNotFound (RFC 8620
// section 3.6.2).
func OpenAccount[T any](text ID, open func(account int64) (T, error)) (T, error) {
	var none T
	if err := CheckAccount(text); err != nil {
		return none, err
	}
	n, ok := id.Parse(accountPrefix, text)
	if !ok {
		return none, Fail(AccountNotFound, "There is no account %s.", text)
	}
	acc, err := open(n)
	if errs.Is(err, errs.NotFound) {
		return none, Fail(AccountNotFound, "There is no account %s.", text)
	}
	return acc, err
}
