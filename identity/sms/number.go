package sms

import (
	"strings"

	"chancery/kit/errs"
)

// Digits of a number with its country: 15 at most (ITU-T E.164 section 6.2.1).
const minDigits, maxDigits = 8, 15

// chinaCode is the country whose numbers have no zero in front at home.
const chinaCode = "86"

// Parse reads a number as people type it: with spaces, hyphens, brackets, in
// digits of full width; with + or 00 and the country, or as at home, where
// country (the calling code, without +) says where that is.
func Parse(text, country string) (string, error) {
	var b strings.Builder
	plus := false
	for _, r := range strings.TrimSpace(text) {
		if r >= '０' && r <= '９' {
			r += '0' - '０'
		}
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case (r == '+' || r == '＋') && b.Len() == 0 && !plus:
			plus = true
		case strings.ContainsRune(" \u3000-－.()（）", r):
		default:
			return "", errNumber
		}
	}
	digits := b.String()
	switch {
	case plus:
	case strings.HasPrefix(digits, "00"):
		digits = digits[2:]
	case country == "":
		return "", errNumber
	default:
		digits = country + strings.TrimPrefix(digits, "0")
	}
	if len(digits) < minDigits || len(digits) > maxDigits || digits[0] == '0' {
		return "", errNumber
	}
	return "+" + digits, nil
}

var errNumber = errs.E(errs.Invalid, "That is not a telephone number.")

// local is the number as it is dialled in its own country.
func local(number, country string) string {
	rest, at := strings.CutPrefix(number, "+"+country)
	switch {
	case country == "" || !at:
		return number
	case country == chinaCode:
		return rest
	}
	return "0" + rest
}
