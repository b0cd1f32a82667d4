package sasl

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"chancery/kit/errs"
)

// maxIdentity bounds the identity in bytes.
const maxIdentity = 320

// ParseExternal reads the answer of EXTERNAL (RFC 4422 appendix A.1): whom the
// client wants to act as, empty for whom its certificate names.
func ParseExternal(message []byte) (as string, err error) {
	as = string(message)
	if len(as) > maxIdentity || !utf8.ValidString(as) || strings.ContainsFunc(as, unicode.IsControl) {
		return "", errs.E(errs.Invalid, "The answer is not a message of EXTERNAL.")
	}
	return as, nil
}
