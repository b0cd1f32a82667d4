package oidc

import (
	"net/url"
	"sync"
	"testing"

	"chancery/kit/testkit"
)

// TestRaces is a code, and a refresh token, that several clients exchange at
// the same moment: of a code nobody keeps anything, of a refresh token one
// gets the next at most.
func TestRaces(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, dbURL string) {
		o := newOffice(t, dbURL)
		c, _ := o.client(native)
		race := func(form url.Values) (won []Tokens) {
			var mu sync.Mutex
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					out, err := o.p.Exchange(t.Context(), Credentials{ID: c.ID}, form, base, here)
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						won = append(won, out)
					} else if err != errGrant {
						t.Errorf("%v", err)
					}
				})
			}
			all.Wait()
			return won
		}
		won := race(exchange(c, o.consented(request(c), annAddress).Get("code")))
		if len(won) > 1 {
			t.Errorf("%d got tokens for one code", len(won))
		}
		for _, tokens := range won {
			if status, _ := o.userInfo(tokens.Access); status != 401 {
				t.Errorf("a code came four times, and its tokens live: %d", status)
			}
		}
		_, tokens := o.post("/oauth/token", exchange(c, o.consented(request(c), annAddress).Get("code")))
		won = race(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {text(tokens, "refresh_token")}})
		if len(won) > 1 {
			t.Errorf("%d got the next of one refresh token", len(won))
		}
	})
}
