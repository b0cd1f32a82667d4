package oidc

import (
	"context"
	"net/url"
	"testing"

	"chancery/identity"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// TestGrantEnds ends a mail program's connection with the grant that it rests
// on, and a grant with what the session rested on in which it was made.
func TestGrantEnds(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db string) {
		o := newOffice(t, db)
		ctx := t.Context()
		card := int64(77)
		o.id.UseGrounds(func(_ context.Context, org, account, ground int64) (bool, error) {
			return org == 1 && account == o.ann.ID && ground == card, nil
		})
		o.shown = func(s *policy.Subject) { s.Ground = 77 }
		c, _ := o.client(Client{Name: "Thunderbird", Kind: KindMail})
		peer := identity.Peer{Addr: here.Addr, Door: "imap"}
		connect := func() (identity.Proof, map[string]any) {
			t.Helper()
			_, tokens := o.post("/oauth/token", exchange(c, o.consented(request(c), annAddress).Get("code")))
			s, err := o.p.SignInMail(ctx, "", text(tokens, "access_token"), peer)
			must(t, err)
			if _, err := o.id.Standing(ctx, identity.ProofOf(s), peer); err != nil {
				t.Errorf("a connection at its beginning: %v", err)
			}
			return identity.ProofOf(s), tokens
		}
		proof, _ := connect()
		must(t, o.p.EndGrant(ctx, policy.Subject{Org: 1, Account: o.ann.ID, Assurance: policy.ByPassword, Proved: o.now.Now()}, c.ID))
		if _, err := o.id.Standing(ctx, proof, peer); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("a connection after the grant was taken back: %v", err)
		}
		proof, tokens := connect()
		card = 0
		if _, err := o.id.Standing(ctx, proof, peer); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("a connection after the certificate's end: %v", err)
		}
		if _, err := o.p.SignInMail(ctx, "", text(tokens, "access_token"), peer); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("its token: %v", err)
		}
		if _, out := o.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {c.ID}, "refresh_token": {text(tokens, "refresh_token")}}); text(out, "error") != "invalid_grant" {
			t.Errorf("refreshed after the certificate's end: %v", out)
		}
	})
}
