package smtp

import (
	"net/netip"
	"strings"
	"unicode/utf8"

	"chancery/kit/errs"
)

// The lengths of RFC 5321 section 4.5.3.1.
const (
	MaxLocal  = 64
	MaxDomain = 255
	MaxPath   = 256
)

// ParsePath reads "<path>" at the start of s and returns the address, "" for
// the null path <>, and what follows. allowUTF8 is whether SMTPUTF8 was asked
// for or may still be.
func ParsePath(s string, allowUTF8 bool) (address, rest string, err error) {
	s = strings.TrimLeft(s, " ")
	if !strings.HasPrefix(s, "<") {
		return "", "", errs.E(errs.Invalid, "The address must stand in angle brackets.")
	}
	end := closing(s)
	if end < 0 {
		return "", "", errs.E(errs.Invalid, "The address has no closing bracket.")
	}
	inner, rest := s[1:end], s[end+1:]
	if rest != "" && rest[0] != ' ' {
		return "", "", errs.E(errs.Invalid, "There must be a space after the address.")
	}
	if inner == "" {
		return "", rest, nil
	}
	// A source route is accepted and ignored (RFC 5321 appendix F.2).
	if inner[0] == '@' {
		_, after, ok := strings.Cut(inner, ":")
		if !ok {
			return "", "", errs.E(errs.Invalid, "The source route has no end.")
		}
		inner = after
	}
	if err := CheckAddress(inner, allowUTF8); err != nil {
		return "", "", err
	}
	return inner, rest, nil
}

// closing finds the bracket that ends a path, not one in a quoted local part.
func closing(s string) int {
	quoted := false
	for i := 1; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '>' && !quoted:
			return i
		}
	}
	return -1
}

// CheckAddress says whether an address is a Mailbox of RFC 5321 section 4.1.2,
// or with allowUTF8 of RFC 6531 section 3.3. The reserved "postmaster"
// without a domain passes too (section 4.1.1.3).
func CheckAddress(address string, allowUTF8 bool) error {
	if strings.EqualFold(address, "postmaster") {
		return nil
	}
	local, domain, ok := Split(address)
	switch {
	case !ok:
		return errs.E(errs.Invalid, "An address needs a name, an @ and a domain.")
	case len(local) > MaxLocal*4 || len(domain) > MaxDomain || len(address) > MaxPath*2:
		// UTF-8 takes up to four bytes a character, so the bounds are wider
		// than the letter of the RFC; nothing here depends on them.
		return errs.E(errs.Invalid, "The address is too long.")
	case !utf8.ValidString(address):
		return errs.E(errs.Invalid, "The address is not valid UTF-8.")
	case !allowUTF8 && !IsASCII(address):
		return errs.E(errs.Unsupported, "An address with such letters needs SMTPUTF8.")
	case !isLocalPart(local):
		return errs.E(errs.Invalid, "The part before the @ is not written correctly.")
	case !isDomain(domain):
		return errs.E(errs.Invalid, "The domain of the address is not written correctly.")
	}
	return nil
}

// Split cuts an address at its last @.
func Split(address string) (local, domain string, ok bool) {
	i := strings.LastIndexByte(address, '@')
	if i <= 0 || i == len(address)-1 {
		return "", "", false
	}
	return address[:i], address[i+1:], true
}

// IsASCII says whether a text has no byte above 127.
func IsASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// isLocalPart accepts a Dot-string or Quoted-string. Dots at the ends and
// doubled are let through, because a large provider hands such addresses out.
func isLocalPart(s string) bool {
	if s[0] == '"' {
		return isQuoted(s)
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c == 0x7f || strings.IndexByte(`()<>[]:;@\,"`, c) >= 0 {
			return false
		}
	}
	return true
}

// isQuoted accepts a Quoted-string (RFC 5321 section 4.1.2).
func isQuoted(s string) bool {
	if len(s) < 2 || s[len(s)-1] != '"' {
		return false
	}
	for i := 1; i < len(s)-1; i++ {
		switch c := s[i]; {
		case c < ' ' || c == 0x7f || c == '"':
			return false
		case c == '\\':
			i++
			if i == len(s)-1 || s[i] < ' ' || s[i] == 0x7f {
				return false
			}
		}
	}
	return true
}

// isDomain accepts a Domain or an address-literal. Underscores are let
// through: host names with them send mail every day.
func isDomain(s string) bool {
	if s[0] == '[' {
		_, ok := Literal(s)
		return ok
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(s, "."), ".") {
		if label == "" || len(label) > 63*4 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := 0; i < len(label); i++ {
			c := label[i]
			if !(c >= 0x80 || c == '-' || c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z') {
				return false
			}
		}
	}
	return true
}

// Literal reads an address literal, "[192.0.2.1]" or "[IPv6:2001:db8::1]"
// (RFC 5321 section 4.1.3).
func Literal(s string) (netip.Addr, bool) {
	if len(s) < 3 || s[0] != '[' || s[len(s)-1] != ']' {
		return netip.Addr{}, false
	}
	inner := s[1 : len(s)-1]
	if len(inner) > 5 && strings.EqualFold(inner[:5], "IPv6:") {
		ip, err := netip.ParseAddr(inner[5:])
		return ip, err == nil && ip.Is6() && ip.Zone() == ""
	}
	ip, err := netip.ParseAddr(inner)
	return ip, err == nil && ip.Is4()
}

// IsHelo says whether the argument of HELO or EHLO is a domain or literal. As
// RFC 5321 section 4.1.4 wants it, a name that is merely wrong is accepted;
// what could harm a log or a Received line is not.
func IsHelo(s string) bool {
	if s == "" || len(s) > MaxDomain {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c == 0x7f || strings.IndexByte(`()<>\"`, c) >= 0 {
			return false
		}
	}
	return utf8.ValidString(s)
}
