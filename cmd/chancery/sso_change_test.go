package main

import (
	"strings"
	"testing"
)

// TestClientChange changes a client and its secret at the command line: what is
// not given stays, what is wrong changes nothing, and the record has both.
func TestClientChange(t *testing.T) {
	s := server(t, t.TempDir(), "", "ann@city.example")
	run := func(args ...string) (string, error) {
		return s.Run(t.Context(), append([]string{"sso", "client"}, args...)...)
	}
	out, err := run("add", "Attendance", "--redirect", "https://att.city.example/cb", "--consent", "never", "--device")
	must(t, err)
	words := strings.Fields(out)
	id, first := words[1], words[3]
	row := func() string {
		t.Helper()
		out, err := run("list")
		must(t, err)
		return out
	}
	for _, c := range []struct {
		args []string
		good bool
		want []string
	}{
		{[]string{"--name", "Attendance of the city"}, true, []string{"Attendance of the city", "consent never", "https://att.city.example/cb"}},
		{[]string{"--redirect", "https://a.city.example/cb", "--redirect", "https://b.city.example/cb", "--consent", "always"}, true,
			[]string{"Attendance of the city", "consent always", "https://a.city.example/cb https://b.city.example/cb"}},
		{[]string{"--redirect", "http://att.city.example/cb", "--name", "In the clear"}, false, []string{"Attendance of the city", "https://a.city.example/cb"}},
		{[]string{"--assurance", "4"}, false, []string{"Attendance of the city"}},
		{[]string{"--no-device", "--offline", "--assurance", "2"}, true, []string{"Attendance of the city", "consent always"}},
	} {
		_, err := run(append([]string{"change", id}, c.args...)...)
		if (err == nil) != c.good {
			t.Errorf("%v: %v", c.args, err)
		}
		for _, want := range c.want {
			if got := row(); !strings.Contains(got, want) {
				t.Errorf("%v: %s has no %q", c.args, got, want)
			}
		}
	}
	if _, err := run("change", "1.none", "--name", "X"); err == nil {
		t.Error("a client that is not there was changed")
	}
	out, err = run("secret", id)
	must(t, err)
	if second := strings.Fields(out)[1]; len(second) < 40 || second == first {
		t.Errorf("another secret: %q", out)
	}
	if out, err := run("add", "Program", "--kind", "native", "--redirect", "http://127.0.0.1/cb"); err != nil {
		t.Error(out, err)
	} else if _, err := run("secret", strings.Fields(out)[1]); err == nil {
		t.Error("a program without a secret got one")
	}
}
