package sieve

import (
	"fmt"
	"strings"
	"testing"
)

// TestLimits asks for more than is allowed, when a script is read and when it runs.
func TestLimits(t *testing.T) {
	const head = `require ["fileinto", "variables", "body"]; `
	many := func(n int, form string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, form, i)
		}
		return b.String()
	}
	for name, c := range map[string]struct {
		script string
		lim    Limits
		want   string
	}{
		"script":    {strings.Repeat(" ", 101), Limits{Script: 100}, "at most 100"},
		"nesting":   {strings.Repeat("if true {", 6) + "keep;" + strings.Repeat("}", 6), Limits{Nesting: 5}, "nested more than 5"},
		"not":       {"if " + strings.Repeat("not ", 5000) + "true { keep; }", Limits{}, "nested more than 32"},
		"commands":  {strings.Repeat("keep;", 11), Limits{Commands: 10}, "more than 10 commands"},
		"list":      {`if header "a" [` + many(11, `"%d",`) + `"x"] { keep; }`, Limits{List: 10}, "more than 10 texts"},
		"text":      {`redirect "` + strings.Repeat("x", 101) + `";`, Limits{Text: 100}, "at most 100"},
		"arguments": {`keep ` + strings.Repeat(":a ", 100) + `;`, Limits{}, "too many arguments"},
		"number":    {"if size :over 99999999999999999999 { keep; }", Limits{}, "too large"},
		"actions":   {head + many(11, `fileinto "a%d"; `), Limits{Actions: 10}, "more than 10 actions"},
		"redirects": {many(4, `redirect "a%d@b.example"; `), Limits{Redirects: 3}, "at most 3 addresses"},
		"variables": {head + many(5, `set "a%d" "x"; `), Limits{Variables: 4}, "more than 4 variables"},
		"steps":     {head + many(50, `if body :matches "*%d*a*b*c*d*e*f*" { keep; }`), Limits{Steps: 10_000}, "too long"},
		"doubling":  {head + `set "a" "xxxxxxxx";` + strings.Repeat(`set "a" "${a}${a}${a}${a}";`, 200), Limits{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Parse(c.script, c.lim)
			if err == nil {
				r := s.Run(testEnv("", "Subject: x\n\n"+strings.Repeat("abcdef", 1000)))
				err = r.Err
				if err != nil && (len(r.Actions) != 1 || r.Actions[0].Kind != Keep) {
					t.Errorf("after %v: %v", err, r.Actions)
				}
			}
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
