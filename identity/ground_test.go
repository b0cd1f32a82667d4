package identity

import (
	"testing"

	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// TestAppPasswordEnds ends the connection of a mail program when its app
// password is taken away, and no other; a ground of nobody's stands for none.
func TestAppPasswordEnds(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		i, now, a := newIdentity(t, url)
		ctx := t.Context()
		by := i.subject(a, inside, policy.ByPassword, now.Now(), 1)
		imap := Peer{Addr: inside.Addr, Door: "imap"}
		var proofs []Proof
		var made []AppPassword
		for _, name := range []string{"desk", "phone"} {
			p, text, err := i.AddAppPassword(ctx, by, name)
			if err != nil {
				t.Fatal(err)
			}
			s, err := i.Verify(ctx, a.Address, text, imap)
			if err != nil {
				t.Fatal(err)
			}
			made, proofs = append(made, p), append(proofs, ProofOf(s))
		}
		if err := i.RemoveAppPassword(ctx, by, made[0].ID); err != nil {
			t.Fatal(err)
		}
		if _, err := i.Standing(ctx, proofs[0], imap); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the connection of one that was removed: %v", err)
		}
		if s, err := i.Standing(ctx, proofs[1], imap); err != nil || s.Ground != made[1].ID {
			t.Errorf("the connection of the other: %+v, %v", s, err)
		}
		proofs[1].Account++
		if _, err := i.Standing(ctx, proofs[1], imap); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("one of another account: %v", err)
		}
		plain, err := i.Verify(ctx, a.Address, password, imap)
		if err != nil || plain.Ground != 0 {
			t.Errorf("by the password: %+v, %v", plain, err)
		}
	})
}
