package mailauth

import (
	"strings"
)

// Results are what the checks found, in the words of RFC 8601 section 2.7.
type Results struct {
	SPF, DKIM, DMARC      string
	SPFDomain, DKIMDomain string
	Author                string // domain of From, A-labels
	Policy                string // of DMARC: none, quarantine, reject; "" without a record
	Aligned               bool   // a proved domain is the author's
}

// The verdicts, for people.
const (
	Verified   = "verified"
	Unverified = "unverified"
	Failed     = "failed"
)

// Verdict sums up: verified when the author's own domain is proved, failed
// when its owner says that such letters are not genuine, else unverified.
func (r Results) Verdict() string {
	switch {
	case r.DMARC == Pass, r.DMARC == None && r.Aligned:
		return Verified
	case r.DMARC == Fail && (r.Policy == "reject" || r.Policy == "quarantine"):
		return Failed
	case r.DMARC == None && (r.SPF == Fail || r.DKIM == Fail):
		return Failed
	}
	return Unverified
}

// Field writes the Authentication-Results field with its line end (RFC 8601
// section 2.2).
func (r Results) Field(host string) string {
	var b strings.Builder
	b.WriteString("Authentication-Results: " + host)
	add := func(method, result, property, value string) {
		b.WriteString(";\r\n\t" + method + "=" + result)
		if value != "" {
			b.WriteString(" " + property + "=" + value)
		}
	}
	add("spf", r.SPF, "smtp.mailfrom", r.SPFDomain)
	add("dkim", r.DKIM, "header.d", r.DKIMDomain)
	add("dmarc", r.DMARC, "header.from", r.Author)
	if r.Policy != "" {
		b.WriteString(" policy.published-domain-policy=" + r.Policy)
	}
	if r.Aligned {
		b.WriteString(" policy.aligned=yes")
	}
	return b.String() + "\r\n"
}

// maxField bounds what is read of a field.
const maxField = 4 << 10

// Parse reads the value of a field that Field wrote for a host; ok is false
// for another host's and for what Field does not write.
func Parse(value, host string) (r Results, ok bool) {
	if len(value) > maxField {
		return r, false
	}
	parts := strings.Split(value, ";")
	if !SameHost(parts[0], host) {
		return r, false
	}
	into := map[string]*string{"spf": &r.SPF, "dkim": &r.DKIM, "dmarc": &r.DMARC}
	properties := map[string]*string{"smtp.mailfrom": &r.SPFDomain, "header.d": &r.DKIMDomain, "header.from": &r.Author, "policy.published-domain-policy": &r.Policy}
	for _, part := range parts[1:] {
		for i, word := range strings.Fields(part) {
			name, v, found := strings.Cut(word, "=")
			switch {
			case !found:
				return r, false
			case i == 0 && into[name] != nil && isResult(v):
				*into[name] = v
			case i > 0 && properties[name] != nil:
				*properties[name] = v
			case i > 0 && name == "policy.aligned":
				r.Aligned = v == "yes"
			default:
				return r, false
			}
		}
	}
	return r, r.SPF != "" && r.DKIM != "" && r.DMARC != ""
}

func isResult(s string) bool {
	switch s {
	case None, Pass, Fail, SoftFail, Neutral, TempError, PermError:
		return true
	}
	return false
}

// SameHost says whether the beginning of a field's value names a host as the
// server that wrote it (RFC 8601 section 2.5), with or without a version or a
// comment behind it.
func SameHost(value, host string) bool {
	value, _, _ = strings.Cut(value, ";")
	words := strings.Fields(value)
	return len(words) > 0 && strings.EqualFold(strings.Trim(words[0], `"`), host)
}
