package smtp

import (
	"errors"

	"chancery/kit/errs"
	"chancery/mail"
	wire "chancery/wire/smtp"
)

// stage is where in the dialogue an error came up; some kinds mean another
// code there.
type stage uint8

const (
	atMail stage = iota
	atRcpt
	atData
	atAuth
)

// codes is the one place where error kinds become reply codes (RFC 5321
// section 4.2.3, RFC 3463).
func (x *session) codes(at stage, err error) (code int, enhanced string) {
	switch {
	case errors.Is(err, mail.ErrLoop):
		return 554, "5.4.6"
	case errors.Is(err, wire.ErrBareLine), errors.Is(err, wire.ErrLongLine):
		return 554, "5.6.0"
	}
	switch errs.KindOf(err) {
	case errs.Invalid:
		switch at {
		case atMail:
			return 501, "5.1.7"
		case atRcpt:
			return 501, "5.1.3"
		case atAuth:
			return 501, "5.5.2"
		}
		return 554, "5.6.0"
	case errs.Unsupported:
		if at == atData {
			return 554, "5.6.7"
		}
		return 555, "5.5.4"
	case errs.NotFound:
		return 550, "5.1.1"
	case errs.Forbidden:
		if at == atRcpt {
			return 550, "5.7.1"
		}
		return 554, "5.7.1"
	case errs.Unauthenticated:
		if at == atAuth {
			return 535, "5.7.8" // RFC 4954 section 6
		}
		return 530, "5.7.0"
	case errs.TooLarge:
		return 552, "5.3.4"
	case errs.OverQuota:
		if x.srv.conf.FullIsFinal {
			return 552, "5.2.2"
		}
		return 452, "4.2.2"
	case errs.RateLimited:
		return 450, "4.7.0"
	case errs.Unavailable, errs.Conflict, errs.Exists:
		return 451, "4.3.0"
	}
	return 451, "4.3.0" // Internal: a fault of ours may be gone tomorrow
}
