package flow

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// maxAddress is the longest address, in bytes (RFC 5321 section 4.5.3.1.3).
const maxAddress = 254

// splitAddress parts an address at its last @.
func splitAddress(a string) (local, domain string) {
	i := strings.LastIndexByte(a, '@')
	if i < 0 {
		return a, ""
	}
	return a[:i], a[i+1:]
}

func isAddress(a string) bool {
	local, domain := splitAddress(a)
	return local != "" && len(a) <= maxAddress && isDomain(domain) && !strings.ContainsFunc(local, breaks)
}

func isDomain(d string) bool {
	if d == "" || len(d) > maxAddress || strings.ContainsFunc(d, breaks) || strings.ContainsRune(d, '@') {
		return false
	}
	for label := range strings.SplitSeq(d, ".") {
		if label == "" {
			return false
		}
	}
	return true
}

// breaks finds what stands in no address that a rule can name.
func breaks(c rune) bool {
	return c < ' ' || c == 0x7F || c == unicode.ReplacementChar || unicode.IsSpace(c) || strings.ContainsRune(`<>,;"()[]`, c)
}

// foldAddress brings an address, or a domain after an @, into the form in which
// they are compared: folded, the domain as the name servers have it (RFC 5890).
func foldAddress(a string) string {
	local, domain := splitAddress(folded(a))
	domain = strings.TrimSuffix(domain, ".")
	rest, isBelow := strings.CutPrefix(domain, ".")
	if ascii, err := idna.Punycode.ToASCII(rest); err == nil {
		rest = ascii
	}
	if isBelow {
		rest = "." + rest
	}
	return local + "@" + rest
}

// patterns are the entries of a list of addresses.
type patterns struct {
	exact map[string]bool // "a@b" and "@b"
	below []string        // ".b", of "@.b"
}

func newPatterns(list []string) patterns {
	p := patterns{exact: map[string]bool{}}
	for _, a := range list {
		a = foldAddress(a)
		if domain, ok := strings.CutPrefix(a, "@."); ok {
			p.below = append(p.below, "."+domain)
			a = "@" + domain
		}
		p.exact[a] = true
	}
	return p
}

func (p patterns) isEmpty() bool { return len(p.exact) == 0 }

// holds says whether a folded address is meant.
func (p patterns) holds(folded string) bool {
	local, domain := splitAddress(folded)
	if local == "" {
		return false // the empty sender of reports
	}
	if p.exact[folded] || p.exact["@"+domain] {
		return true
	}
	for _, b := range p.below {
		if strings.HasSuffix(domain, b) {
			return true
		}
	}
	return false
}
