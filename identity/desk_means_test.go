package identity

import (
	"strings"
	"testing"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/testkit"
)

// TestMeans lets security administrators alone see and change what somebody
// proves with who they are; the record has it, and the person is told.
func TestMeans(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newTown(t, url, Life{})
		o.conf.SecondAddress = true
		told := &letters{}
		o.UseNotices(told)
		o.UseTexts(&texts{})
		some := func(text string) *string { return &text }
		set := MeansChange{Phone: some(annsPhone), Second: some("Bo@Elsewhere.example")}
		for as, want := range map[string]errs.Kind{"officer": errs.Forbidden, "chief": errs.Forbidden, "bo": errs.Forbidden, "wen": errs.Forbidden} {
			if _, err := o.MeansOf(ctx, o.as(as), o.person["bo"]); !errs.Is(err, want) {
				t.Errorf("%s sees bo's means: %v", as, err)
			}
			if err := o.ChangeMeans(ctx, o.as(as), o.person["bo"], set); !errs.Is(err, want) {
				t.Errorf("%s changes bo's means: %v", as, err)
			}
		}
		boss := o.as("boss")
		if err := o.ChangeMeans(ctx, boss, o.person["boss"], set); !errs.Is(err, errs.Forbidden) {
			t.Errorf("the own means: %v", err)
		}
		stale := boss
		stale.Proved = o.now.Now().Add(-2 * stepUpAge)
		if err := o.ChangeMeans(ctx, stale, o.person["bo"], set); !errs.Is(err, errs.StepUp) {
			t.Errorf("without a fresh sign-in: %v", err)
		}
		for _, bad := range []MeansChange{{Phone: some("4")}, {Second: some("nowhere")}, {Second: some("bo@city.example")}, {Factor: 7}} {
			if err := o.ChangeMeans(ctx, boss, o.person["bo"], bad); !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.NotFound) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		if len(told.means) != 0 {
			t.Errorf("told of nothing: %+v", told.means)
		}
		if err := o.ChangeMeans(ctx, boss, o.person["bo"], set); err != nil {
			t.Fatal(err)
		}
		if m, err := o.MeansOf(ctx, boss, o.person["bo"]); err != nil || m.Phone != masked(annsPhone) || m.Second != "bo@elsewhere.example" {
			t.Errorf("%+v %v", m, err)
		}
		if n, err := o.phoneOf(ctx, 1, o.who["bo"].ID); err != nil || n != annsPhone {
			t.Errorf("the telephone is %q %v", n, err)
		}
		list, err := audit.List(ctx, o.db, 1, 2)
		if err != nil || list[1].Verb != "means.change" || strings.Contains(list[1].Before, "elsewhere") || !strings.Contains(list[1].After, "bo@elsewhere.example") || strings.Contains(list[1].After, annsPhone) {
			t.Errorf("the record: %+v %v", list, err)
		}
		// Taken away: the first address that there was is told too.
		if err := o.ChangeMeans(ctx, boss, o.person["bo"], MeansChange{Phone: some(""), Second: some("")}); err != nil {
			t.Fatal(err)
		}
		if m, err := o.MeansOf(ctx, boss, o.person["bo"]); err != nil || m.Phone != "" || m.Second != "" {
			t.Errorf("%+v %v", m, err)
		}
		if n := len(told.means); n != 2 || told.means[0].Second != "" || told.means[1].Second != "bo@elsewhere.example" || strings.Join(told.means[1].What, " ") != "phone secondAddress" || told.means[1].By != "boss@city.example" {
			t.Errorf("told: %+v", told.means)
		}
	})
}

// TestMeansFactor takes the only second factor of somebody away: the password
// is enough then, and the recovery codes are void.
func TestMeansFactor(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newTown(t, url, Life{})
		o.UseTexts(&texts{})
		o.conf.Zones[0].Methods = append(o.conf.Zones[0].Methods, SMS)
		number := annsPhone
		if err := o.ChangeMeans(ctx, o.as("boss"), o.person["bo"], MeansChange{Phone: &number}); err != nil {
			t.Fatal(err)
		}
		if _, err := o.UsePhone(ctx, o.as("bo")); err != nil {
			t.Fatal(err)
		}
		m, err := o.MeansOf(ctx, o.as("boss"), o.person["bo"])
		if err != nil || len(m.Factors) != 1 || m.Recovery != recoveryCodes {
			t.Fatalf("%+v %v", m, err)
		}
		if step, err := o.SignIn(ctx, "bo@city.example", password, inside); err != nil || step.Ticket == "" {
			t.Errorf("with the factor: %+v %v", step, err)
		}
		if err := o.ChangeMeans(ctx, o.as("boss"), o.person["bo"], MeansChange{Factor: m.Factors[0].ID}); err != nil {
			t.Fatal(err)
		}
		if m, err = o.MeansOf(ctx, o.as("boss"), o.person["bo"]); err != nil || len(m.Factors) != 0 || m.Recovery != 0 {
			t.Errorf("%+v %v", m, err)
		}
		if step, err := o.SignIn(ctx, "bo@city.example", password, inside); err != nil || step.Ticket != "" {
			t.Errorf("without the factor: %+v %v", step, err)
		}
	})
}
