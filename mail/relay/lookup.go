package relay

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
)

// hosts returns the names of the servers for a domain, best first (RFC 5321
// section 5.1).
func (r *Relay) hosts(ctx context.Context, domain string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, r.conf.ConnectTime)
	defer cancel()
	// The dot keeps the resolver from trying our own domain behind it.
	list, err := r.conf.Resolver.LookupMX(ctx, domain+".")
	// An error beside a list means that some names in it were not valid.
	if err != nil && len(list) == 0 {
		if !isNotFound(err) {
			return nil, failure(451, "4.4.3", err, "The servers of %s could not be looked up.", domain)
		}
		return []string{domain}, nil // implicit MX: the domain itself
	}
	if len(list) == 1 && strings.Trim(list[0].Host, ".") == "" {
		return nil, failure(556, "5.1.10", nil, "The domain %s takes no mail.", domain) // RFC 7505 section 4.2
	}
	// Equal preferences in random order, to spread the load.
	list = slices.Clone(list)
	rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	slices.SortStableFunc(list, func(a, b *net.MX) int { return cmp.Compare(a.Pref, b.Pref) })
	var out []string
	for _, mx := range list {
		name := strings.ToLower(strings.TrimSuffix(mx.Host, "."))
		if strings.EqualFold(name, r.conf.Hostname) {
			// What comes after us in the list would only send it back.
			worse := func(other *net.MX) bool { return other.Pref >= mx.Pref }
			out = out[:len(slices.DeleteFunc(slices.Clone(list), worse))]
			if len(out) == 0 {
				return nil, failure(554, "5.4.6", nil, "The domain %s points to this server, which does not know it.", domain)
			}
			return out, nil
		}
		out = append(out, name)
	}
	return out, nil
}

// addresses returns the addresses of the hosts, both families. A domain whose
// hosts have none cannot be reached; whether that is final depends on whether
// the answer was one.
func (r *Relay) addresses(ctx context.Context, domain string, hosts []string) ([]target, error) {
	var out []target
	var trouble error
	for _, host := range hosts {
		lookup, cancel := context.WithTimeout(ctx, r.conf.ConnectTime)
		ips, err := r.conf.Resolver.LookupNetIP(lookup, "ip", host+".")
		cancel()
		if err != nil && !isNotFound(err) {
			trouble = err
		}
		for _, ip := range ips {
			if len(out) < r.conf.MaxHosts {
				out = append(out, target{host: host, addr: r.at(ip.Unmap())})
			}
		}
	}
	switch {
	case len(out) > 0:
		return out, nil
	case trouble != nil:
		return nil, failure(451, "4.4.3", trouble, "The servers of %s could not be looked up.", domain)
	}
	return nil, failure(550, "5.1.2", nil, "There is no mail server for the domain %s.", domain)
}

func isNotFound(err error) bool {
	var d *net.DNSError
	return errors.As(err, &d) && d.IsNotFound
}
