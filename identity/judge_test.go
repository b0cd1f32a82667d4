package identity

import (
	"context"
	"strings"
	"testing"
	"time"

	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// agency is a directory that keeps the passwords of a domain.
type agency struct {
	password string
	asked    int
}

func (g *agency) Keeps(_ context.Context, _ int64, address string) (int64, error) {
	if strings.HasSuffix(address, "@city.example") {
		return 7, nil
	}
	return 0, nil
}

func (g *agency) Right(_ context.Context, _ int64, _, password string) (bool, error) {
	g.asked++
	return password == g.password, nil
}

// TestJudgedFor asks the agency's directory each time, or as often as the
// setting says; a wrong password is always asked about.
func TestJudgedFor(t *testing.T) {
	for name, c := range map[string]struct {
		keep  time.Duration
		asked int
	}{"each time": {0, 3}, "for a while": {10 * time.Minute, 2}} {
		i, now, a := newIdentity(t, "")
		i.conf.JudgedFor = c.keep
		g := &agency{password: "agency's own"}
		i.UseJudge(g)
		now.Advance(time.Hour - time.Duration(now.Now().UnixNano()%int64(time.Hour))) // at the beginning of a while
		imap := Peer{Addr: inside.Addr, Door: "imap"}
		for _, wait := range []time.Duration{0, time.Minute, 11 * time.Minute} {
			now.Advance(wait)
			if _, err := i.Verify(t.Context(), a.Address, "agency's own", imap); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if g.asked != c.asked {
			t.Errorf("%s: asked %d times, want %d", name, g.asked, c.asked)
		}
		if _, err := i.Verify(t.Context(), a.Address, "wrong", imap); !errs.Is(err, errs.Unauthenticated) || g.asked != c.asked+1 {
			t.Errorf("%s: a wrong one: %v, asked %d times", name, err, g.asked)
		}
	}
}

// TestKeptElsewhere does not lock, warn or send links to those whose password
// is kept elsewhere, whatever they had here.
func TestKeptElsewhere(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		i, now, a := newIdentity(t, url)
		ctx := t.Context()
		i.conf.Life = Life{FirstDays: 3, Warn: []int{7}}
		if err := i.SetFirstPassword(ctx, policy.System(1), 1, a.ID, "once and for all"); err != nil {
			t.Fatal(err)
		}
		g := &agency{password: "agency's own"}
		i.UseJudge(g)
		now.Advance(60 * 24 * time.Hour)
		if err := i.Tend(ctx); err != nil {
			t.Fatal(err)
		}
		step, err := i.SignIn(ctx, a.Address, "agency's own", inside)
		if err != nil || step.Ticket != "" {
			t.Errorf("after the time of a one-time password: %+v, %v", step, err)
		}
		for _, password := range []string{"once and for all", ""} {
			if _, err := i.SignIn(ctx, a.Address, password, inside); !errs.Is(err, errs.Unauthenticated) {
				t.Errorf("%q: %v", password, err)
			}
		}
	})
}
