package sieve

import (
	"cmp"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The comparators (RFC 4790 section 9, RFC 5051).
const (
	octet          = "i;octet"
	casemap        = "i;ascii-casemap"
	numeric        = "i;ascii-numeric"
	unicodeCasemap = "i;unicode-casemap"
)

func knownComparator(name string) bool {
	return name == octet || name == casemap || name == numeric || name == unicodeCasemap
}

// matcher compares values with keys as the tags of a test say.
type matcher struct {
	r          *run
	kind       string // is, contains, matches, count, value
	relation   string
	comparator string
	capture    bool // a match with wildcards sets ${0} and on
}

func (r *run) matcher(x *command) *matcher {
	m := &matcher{r: r, kind: "is", comparator: casemap, capture: r.script.has["variables"]}
	for tag := range x.tags {
		switch tag {
		case "is", "contains", "matches":
			m.kind = tag
		case "count", "value":
			m.kind, m.relation = tag, x.tags[tag].list[0]
		case "comparator":
			m.comparator = x.tags[tag].list[0]
		}
	}
	return m
}

// keys expands the keys of a test.
func (r *run) keys(list []string) []string {
	if !r.script.has["variables"] {
		return list
	}
	out := make([]string, len(list))
	for i, k := range list {
		out[i] = r.expand(k)
	}
	return out
}

// any says whether one of the values matches one of the keys. With :count it
// is the number of values that counts (RFC 5231 section 4.2).
func (m *matcher) any(values, keys []string) bool {
	if m.kind == "count" {
		values = []string{strconv.Itoa(len(values))}
	}
	if m.kind == "contains" {
		return m.contains(values, keys)
	}
	for _, v := range values {
		for _, k := range keys {
			if m.one(v, k) {
				return true
			}
		}
	}
	return false
}

// contains folds a value once for all keys, as bodies are long.
func (m *matcher) contains(values, keys []string) bool {
	folded := make([]string, len(keys))
	for i, k := range keys {
		folded[i] = m.fold(k)
	}
	for _, v := range values {
		if !m.r.spend(1 + len(v)) {
			return false
		}
		f := m.fold(v)
		for _, k := range folded {
			// Looking for a text costs far less than a step a byte.
			if !m.r.spend(1 + len(v)/searchFactor) {
				return false
			}
			if strings.Contains(f, k) {
				return true
			}
		}
	}
	return false
}

// searchFactor is how many bytes are searched in the time of one step.
const searchFactor = 32

func (m *matcher) one(v, key string) bool {
	if !m.r.spend(1 + len(v) + len(key)) {
		return false
	}
	switch m.kind {
	case "matches":
		return m.glob(v, key)
	case "count", "value":
		return related(m.compare(v, key), m.relation)
	}
	return m.compare(v, key) == 0
}

func related(order int, relation string) bool {
	switch relation {
	case "gt":
		return order > 0
	case "ge":
		return order >= 0
	case "lt":
		return order < 0
	case "le":
		return order <= 0
	case "ne":
		return order != 0
	}
	return order == 0
}

// fold puts a text into the form in which the comparator sees it.
func (m *matcher) fold(s string) string {
	switch m.comparator {
	case casemap:
		return lowerASCII(s)
	case unicodeCasemap: // RFC 5051 section 2: title case, then decomposition
		return norm.NFKD.String(strings.Map(unicode.ToTitle, norm.NFD.String(s)))
	}
	return s
}

func lowerASCII(s string) string {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= 'A' && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

func (m *matcher) compare(a, b string) int {
	if m.comparator == numeric || m.kind == "count" {
		return compareNumbers(a, b)
	}
	return strings.Compare(m.fold(a), m.fold(b))
}

// compareNumbers is i;ascii-numeric (RFC 4790 section 9.1.1): the digits at
// the beginning count; a text without any is more than every number.
func compareNumbers(a, b string) int {
	digits := func(s string) string {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		return s[:n]
	}
	x, y := digits(a), digits(b)
	if x == "" || y == "" {
		return cmp.Compare(boolInt(x == ""), boolInt(y == ""))
	}
	if len(x) < 18 && len(y) < 18 {
		m, _ := strconv.ParseInt(x, 10, 64)
		n, _ := strconv.ParseInt(y, 10, 64)
		return cmp.Compare(m, n)
	}
	m, _ := new(big.Int).SetString(x[:min(len(x), 1000)], 10)
	n, _ := new(big.Int).SetString(y[:min(len(y), 1000)], 10)
	return m.Cmp(n)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// piece is one element of a pattern: a character, ? or *.
type piece struct {
	r    rune
	kind byte // 'c', '?' or '*'
}

// glob matches * and ? (RFC 5228 section 2.7.1); a backslash takes the next
// character as it is. Each * takes as little as it can (RFC 5229 section 3.2).
// Only the last * seen ever has to take more, which bounds the work by the
// product of the lengths.
func (m *matcher) glob(v, pattern string) bool {
	var pieces []piece
	for i := 0; i < len(pattern); {
		r, n := utf8.DecodeRuneInString(pattern[i:])
		kind := byte('c')
		switch {
		case r == '\\' && i+n < len(pattern):
			i += n
			r, n = utf8.DecodeRuneInString(pattern[i:])
		case r == '*' || r == '?':
			kind = byte(r)
		}
		pieces = append(pieces, piece{m.rune(r), kind})
		i += n
	}
	// spans[p] is what piece p stands for, in bytes of v.
	spans := make([][2]int, len(pieces))
	at, p, star, retry := 0, 0, -1, 0
	for at < len(v) || p < len(pieces) {
		if !m.r.spend(1) {
			return false
		}
		if p < len(pieces) && pieces[p].kind == '*' {
			star, retry = p, at
			spans[p] = [2]int{at, at}
			p++
			continue
		}
		if at < len(v) && p < len(pieces) {
			r, n := utf8.DecodeRuneInString(v[at:])
			if pieces[p].kind == '?' || pieces[p].r == m.rune(r) {
				spans[p] = [2]int{at, at + n}
				at, p = at+n, p+1
				continue
			}
		}
		if star < 0 || retry >= len(v) {
			return false
		}
		_, n := utf8.DecodeRuneInString(v[retry:])
		retry += n
		spans[star][1] = retry
		at, p = retry, star+1
	}
	if m.capture {
		matched := []string{v}
		for i, x := range pieces {
			if x.kind != 'c' {
				matched = append(matched, v[spans[i][0]:spans[i][1]])
			}
		}
		m.r.matched = matched
	}
	return true
}

// rune is fold for one character.
func (m *matcher) rune(r rune) rune {
	switch {
	case m.comparator == casemap && r >= 'A' && r <= 'Z':
		return r + 'a' - 'A'
	case m.comparator == unicodeCasemap:
		return unicode.ToTitle(r)
	}
	return r
}
