package identity

import (
	"net/netip"
	"testing"

	"chancery/kit/errs"
)

// TestStrangersLockNobodyOut: who guesses a password waits, from one address or
// from many; who knows it signs in from theirs all the while.
func TestStrangersLockNobodyOut(t *testing.T) {
	ctx := t.Context()
	i, _, a := newIdentity(t, "")
	at := func(n byte) Peer { return Peer{Addr: netip.AddrFrom4([4]byte{198, 51, 100, n})} }
	owner := func(when string) {
		t.Helper()
		if _, err := i.Verify(ctx, a.Address, "Đường về 12", here); err != nil {
			t.Errorf("the owner, %s: %v", when, err)
		}
	}
	waits := 0
	for range 500 {
		_, err := i.Verify(ctx, a.Address, "guess", at(1))
		if errs.Is(err, errs.RateLimited) {
			waits++
		} else if !errs.Is(err, errs.Unauthenticated) {
			t.Fatal(err)
		}
	}
	if waits != 500-freePerAccount {
		t.Errorf("of 500 tries from one address %d had to wait", waits)
	}
	owner("after many tries from one address")
	for n := range byte(5) {
		for range freePerAccount + 1 {
			_, _ = i.Verify(ctx, a.Address, "guess", at(n+2))
		}
		if _, err := i.Verify(ctx, a.Address, "guess", at(n+2)); !errs.Is(err, errs.RateLimited) {
			t.Errorf("address %d is not slowed: %v", n+2, err)
		}
	}
	owner("after tries from many addresses")
	// Nor is a stranger's address a way around by trying many accounts.
	for n := range freePerPeer + 1 {
		_, _ = i.Verify(ctx, string(rune('a'+n%26))+"@city.example", "guess", at(99))
	}
	if _, err := i.Verify(ctx, "zoe@city.example", "guess", at(99)); !errs.Is(err, errs.RateLimited) {
		t.Errorf("many accounts from one address: %v", err)
	}
	owner("at last")
}
