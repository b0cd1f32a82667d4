package main

import (
	"strings"
	"testing"
)

// TestRole names administrators at the machine, beside a running server.
func TestRole(t *testing.T) {
	s := server(t, t.TempDir(), "", "p0@city.example")
	start(t, s)
	must(t, s.AddAccounts(t.Context(), "p1@city.example"))
	for _, c := range []struct {
		args string
		want string // what it says
		fail bool
	}{
		{"role grant p0@city.example security", "granted security to p0@city.example", false},
		{"role grant p0@city.example audit", "excludes this one", true},
		{"role grant p1@city.example unit", "needs a unit", true},
		{"role grant p1@city.example unit --unit Nowhere", `there is no unit "Nowhere"`, true},
		{"role grant p1@city.example king", `There is no role "king"`, true},
		{"role grant nobody@city.example audit", "nobody@city.example", true},
		{"role grant p1@city.example audit", "granted audit to p1@city.example", false},
		{"role list", "p0@city.example\tsecurity\twhole organisation", false},
		{"role revoke p0@city.example security", "last security administrator", true},
		{"role revoke p0@city.example system", "does not hold the role system", true},
		{"role revoke p1@city.example audit", "took audit back from p1@city.example", false},
	} {
		out, err := s.Command(t.Context(), strings.Fields(c.args)...).CombinedOutput()
		if (err != nil) != c.fail || !strings.Contains(string(out), c.want) || strings.Contains(string(out), "goroutine") {
			t.Errorf("%s says (%v): %s", c.args, err, out)
		}
	}
	checkClean(t, s)
}
