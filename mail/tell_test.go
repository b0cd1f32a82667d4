package mail

import (
	"strings"
	"testing"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/testkit"
)

// TestTellOutside queues a letter of the house for an address elsewhere, and
// delivers one for an address here; a wrong address is refused.
func TestTellOutside(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		a := must(o.dir.AddAccount(ctx, directory.Account{Address: "mia@city.example"}))
		if err := o.room.TellOutside(ctx, a, "ann@elsewhere.example", strings.NewReader(letterText(1, ""))); err != nil {
			t.Fatal(err)
		}
		if n := must(o.room.QueueLength(ctx)); n != 1 {
			t.Errorf("%d letters wait", n)
		}
		b := must(o.dir.AddAccount(ctx, directory.Account{Address: "bea@city.example"}))
		if err := o.room.TellOutside(ctx, a, "bea@city.example", strings.NewReader(letterText(2, ""))); err != nil {
			t.Fatal(err)
		}
		if got := o.found(t, must(o.room.Account(ctx, subject(b), b.ID))); len(got) != 1 {
			t.Errorf("%q", got)
		}
		for _, to := range []string{"nobody@city.example", "no address"} {
			if err := o.room.TellOutside(ctx, a, to, strings.NewReader(letterText(3, ""))); err == nil {
				t.Errorf("%s was written to", to)
			}
		}
	})
}

// TestTell puts a letter of the house into an inbox that is full, and past a
// script that throws everything away; a list has no inbox.
func TestTell(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		a := must(o.dir.AddAccount(ctx, directory.Account{Address: "small@city.example", Quota: 10}))
		box := must(o.room.Account(ctx, subject(a), a.ID))
		o.script(t, box, "discard;")
		if err := o.room.Tell(ctx, a, strings.NewReader(letterText(1, ""))); err != nil {
			t.Fatal(err)
		}
		if got := o.found(t, box); len(got) != 1 || !strings.HasPrefix(strings.ToUpper(got[0]), "INBOX: ") {
			t.Errorf("%q", got)
		}
		list := must(o.dir.AddAccount(ctx, directory.Account{Address: "all@city.example", Kind: directory.KindList}))
		if err := o.room.Tell(ctx, list, strings.NewReader(letterText(2, ""))); !errs.Is(err, errs.Invalid) {
			t.Errorf("a list was told: %v", err)
		}
	})
}
