package ldapclient

import (
	"os"
	"strings"
	"testing"
	"time"

	"chancery/kit/errs"
	"chancery/kit/testkit"
)

// TestDial speaks TLS before anything else, with the authority that was named.
func TestDial(t *testing.T) {
	s, other := testkit.NewSlapd(t, ""), testkit.NewSlapd(t, "")
	pem, err := os.ReadFile(s.Authority)
	if err != nil {
		t.Fatal(err)
	}
	byName := func(url string) string { return strings.Replace(url, "127.0.0.1", "localhost", 1) }
	for name, c := range map[string]struct {
		server Server
		tls    bool
		fails  errs.Kind
	}{
		"LDAPS":                        {Server{URL: s.Secure, Authority: pem}, true, 0},
		"StartTLS":                     {Server{URL: byName(s.Plain), Authority: pem}, true, 0},
		"this machine itself":          {Server{URL: s.Plain}, false, 0},
		"another authority":            {Server{URL: other.Secure, Authority: pem}, false, errs.Unavailable},
		"StartTLS, another authority":  {Server{URL: byName(other.Plain), Authority: pem}, false, errs.Unavailable},
		"whom the machine trusts":      {Server{URL: s.Secure}, false, errs.Unavailable},
		"nobody there":                 {Server{URL: "ldaps://127.0.0.1:1"}, false, errs.Unavailable},
		"an authority that is no file": {Server{URL: s.Secure, Authority: []byte("x")}, false, errs.Invalid},
		"another scheme":               {Server{URL: "https://127.0.0.1"}, false, errs.Invalid},
		"a path":                       {Server{URL: "ldaps://127.0.0.1/dc=city"}, false, errs.Invalid},
	} {
		c.server.Timeout = 5 * time.Second
		conn, err := c.server.Dial(t.Context())
		if errs.KindOf(err) != c.fails && (err != nil || c.fails != 0) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil {
			continue
		}
		if _, private := conn.TLSConnectionState(); private != c.tls {
			t.Errorf("%s: TLS is spoken: %v", name, private)
		}
		conn.Close()
	}
}
