package httpdoor

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

// TestPeer believes the trusted proxy's own last word and nothing that came
// through it.
func TestPeer(t *testing.T) {
	d := &Door{conf: Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}
	for name, c := range map[string]struct {
		remote   string
		lines    []string
		protos   []string
		want     string
		isSecure bool
	}{
		"no proxy":              {remote: "192.0.2.9:1", lines: []string{"198.51.100.1"}, protos: []string{"https"}, want: "192.0.2.9"},
		"one line":              {remote: "10.0.0.1:1", lines: []string{"198.51.100.1"}, protos: []string{"https"}, want: "198.51.100.1", isSecure: true},
		"forged in the line":    {remote: "10.0.0.1:1", lines: []string{"203.0.113.5, 198.51.100.1"}, want: "198.51.100.1"},
		"forged in a line":      {remote: "10.0.0.1:1", lines: []string{"203.0.113.5", "198.51.100.1"}, protos: []string{"https", "http"}, want: "198.51.100.1"},
		"the proxy says nought": {remote: "10.0.0.1:1", want: "10.0.0.1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		for _, l := range c.lines {
			r.Header.Add("X-Forwarded-For", l)
		}
		for _, p := range c.protos {
			r.Header.Add("X-Forwarded-Proto", p)
		}
		if got := d.peer(r).String(); got != c.want || d.IsTLS(r) != c.isSecure {
			t.Errorf("%s: %s, TLS %v", name, got, d.IsTLS(r))
		}
	}
}
