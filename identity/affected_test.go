package identity

import (
	"strings"
	"testing"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// crew is a house with people of all kinds, seven months after it began: the
// passwords of all but one are that old.
func crew(t *testing.T, url string) (*Identity, map[string]policy.Subject) {
	t.Helper()
	ctx := t.Context()
	i, now, _ := newIdentity(t, url)
	units, err := i.dir.AddUnits(ctx, policy.System(1), []directory.Unit{{Names: map[string]string{"en": "Works"}}, {Names: map[string]string{"en": "Police"}}})
	if err != nil {
		t.Fatal(err)
	}
	subjects := map[string]policy.Subject{}
	for name, unit := range map[string]int{"old": 0, "fresh": 0, "phones": 0, "mail": 1, "boss": 0, "guard": 0} {
		p, _, err := i.dir.AddMember(ctx, policy.System(1), directory.Person{Name: name, Address: name + "@city.example", Posts: []directory.Post{{Unit: units[unit].ID, Kind: directory.PostMain}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := i.SetPassword(ctx, policy.System(1), 1, p.Account, "Đường về 12"); err != nil {
			t.Fatal(err)
		}
		subjects[name] = policy.Subject{Org: 1, Account: p.Account, Address: p.Address, Assurance: policy.ByTwo, Door: "http"}
	}
	for name, grant := range map[string]policy.RoleGrant{"boss": {Role: policy.RolePersonnel, Unit: units[0].ID}, "guard": {Role: policy.RoleSecurity}} {
		if _, err := i.dir.GrantRole(ctx, policy.System(1), directory.Holding{Account: subjects[name].Account, RoleGrant: grant}); err != nil {
			t.Fatal(err)
		}
	}
	now.Advance(210 * 24 * time.Hour)
	if err := i.SetPassword(ctx, policy.System(1), 1, subjects["fresh"].Account, "Đường về 13"); err != nil {
		t.Fatal(err)
	}
	signIn := func(name, agent string) policy.Subject {
		t.Helper()
		s, err := i.Verify(ctx, name+"@city.example", "Đường về 12", inside)
		if err != nil {
			t.Fatal(err)
		}
		peer := inside
		peer.Agent = agent
		if _, err := i.OpenSession(ctx, s, peer); err != nil {
			t.Fatal(err)
		}
		s.Proved, s.Assurance = now.Now(), policy.ByTwo
		return s
	}
	signIn("phones", "Mobile Safari")
	signIn("phones", "Android Mobile")
	s := signIn("mail", "Firefox")
	if _, _, err := i.AddAppPassword(ctx, s, "Thunderbird"); err != nil {
		t.Fatal(err)
	}
	e, err := i.AddTOTP(ctx, s, "Telephone")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.ConfirmTOTP(ctx, s, e.ID, code(t, e.Secret, now.Now())); err != nil {
		t.Fatal(err)
	}
	return i, subjects
}

// TestAffected asks whom rules would touch: each question over the real
// accounts, by those who may, and within what they administer.
func TestAffected(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, subjects := crew(t, url)
		for _, c := range []struct {
			by, question string
			months       int
			want         string
		}{
			{"guard", WithoutSecond, 0, "ann boss fresh guard old phones"},
			{"boss", WithoutSecond, 0, "boss fresh guard old phones"},
			{"guard", OldPassword, 6, "ann boss guard mail old phones"},
			{"guard", OldPassword, 12, ""},
			{"guard", Unused, 6, "ann boss fresh guard old"},
			{"boss", Unused, 6, "boss fresh guard old"},
			{"guard", SeveralPhones, 0, "phones"},
			{"guard", Programs, 0, "mail"},
			{"boss", Programs, 0, ""},
		} {
			list, err := i.Affected(ctx, subjects[c.by], c.question, c.months)
			var got []string
			for _, a := range list {
				name, _, _ := strings.Cut(a.Address, "@")
				got = append(got, name)
			}
			if err != nil || strings.Join(got, " ") != c.want {
				t.Errorf("%s asks %s %d: %q %v, not %q", c.by, c.question, c.months, got, err, c.want)
			}
		}
		program := subjects["guard"]
		program.Assurance = policy.ByProgram
		for _, c := range []struct {
			by       policy.Subject
			question string
			months   int
			want     errs.Kind
		}{{subjects["old"], WithoutSecond, 0, errs.Forbidden}, {program, WithoutSecond, 0, errs.Forbidden}, {subjects["guard"], "who", 0, errs.Invalid}, {subjects["guard"], Unused, 1000, errs.Invalid}} {
			if _, err := i.Affected(ctx, c.by, c.question, c.months); !errs.Is(err, c.want) {
				t.Errorf("%s %s: %v", c.by.Address, c.question, err)
			}
		}
	})
}
