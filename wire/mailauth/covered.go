package mailauth

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

// Covered returns the domains whose signatures of a letter are right at this
// moment and cover all the given fields (RFC 6376 section 3.5, tag h).
func (c *Checker) Covered(ctx context.Context, r io.Reader, fields ...string) (domains []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.conf.Time)
	defer cancel()
	list, err := dkim.VerifyWithOptions(&patient{ctx, r}, &dkim.VerifyOptions{
		MaxVerifications: c.conf.MaxSignatures,
		LookupTXT:        func(name string) ([]string, error) { return c.dns.LookupTXT(ctx, name) },
	})
	if err != nil && !errors.Is(err, dkim.ErrTooManySignatures) {
		return nil, err
	}
	for _, v := range list {
		covers := !slices.ContainsFunc(fields, func(f string) bool {
			return !slices.ContainsFunc(v.HeaderKeys, func(have string) bool { return strings.EqualFold(strings.TrimSpace(have), f) })
		})
		if d := ascii(v.Domain); v.Err == nil && covers && d != "" {
			domains = append(domains, d)
		}
	}
	return domains, nil
}
