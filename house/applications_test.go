package house

import (
	"strings"
	"testing"

	"chancery/directory"
	"chancery/directory/application"
	"chancery/identity"
	"chancery/policy"
)

// TestApplicantLetters writes to applicants in their language: the link leads
// home, the officer's words arrive, and nothing that the applicant wrote does.
func TestApplicantLetters(t *testing.T) {
	ctx := t.Context()
	h := lifeHouse(t)
	there, err := h.AddAccount(ctx, policy.System(1), NewAccount{Address: "contact@other.example", PasswordHash: identity.HashPassword("A good password")})
	if err != nil {
		t.Fatal(err)
	}
	subjects := map[string][4]string{}
	for language, words := range applicationWords {
		a := application.Application{Org: directory.DefaultOrg, Form: application.Form{Name: "Buy now at evil.example", Contact: there.Address, Address: "new@city.example", Language: language}}
		n := notices{h}
		before := len(inbox(ctx, t, h, there.Org, there.ID))
		for _, err := range []error{n.Prove(ctx, a, "https://evil.example", "1.token"), n.Decided(ctx, a, "new@city.example", ""), n.Decided(ctx, a, "", "Not of this bureau."), n.Decided(ctx, a, "", "")} {
			if err != nil {
				t.Fatal(err)
			}
		}
		letters := inbox(ctx, t, h, there.Org, there.ID)
		if len(letters)-before != 4 {
			t.Fatalf("%s: %d letters", language, len(letters)-before)
		}
		all := strings.Join(letters, "\n")
		for _, want := range []string{words[0][0], words[1][0], words[2][0], words[3][0], "/apply#1.token", "new@city.example", "Not of this bureau."} {
			if !strings.Contains(all, want) {
				t.Errorf("%s: %q is in no letter", language, want)
			}
		}
		if strings.Contains(all, "Buy now") || strings.Contains(all, "%!") {
			t.Errorf("%s: %s", language, all)
		}
		subjects[language] = [4]string{words[0][0], words[1][0], words[2][0], words[3][0]}
	}
	if len(subjects) != len(directory.Languages) {
		t.Errorf("%d languages", len(subjects))
	}
}

// TestOfficerLetters tells officers how many applications wait, and people
// what an administrator changed of how they sign in, in their languages.
func TestOfficerLetters(t *testing.T) {
	ctx := t.Context()
	h := lifeHouse(t)
	n := notices{h}
	subjects := map[string]bool{}
	for _, language := range directory.Languages {
		a, err := h.AddAccount(ctx, policy.System(1), NewAccount{Address: strings.ToLower(language) + "@city.example", PasswordHash: identity.HashPassword("A good password"), Language: language})
		if err != nil {
			t.Fatal(err)
		}
		if err := n.Waiting(ctx, application.Digest{Officer: a, Fresh: 3, Waiting: 17}); err != nil {
			t.Fatal(err)
		}
		if err := n.MeansChanged(ctx, identity.MeansChanged{Account: a, By: "guard@city.example", What: []string{identity.MeansPhone, identity.MeansSecond, identity.MeansFactor, identity.MeansCertificate}}); err != nil {
			t.Fatal(err)
		}
		letters := strings.Join(inbox(ctx, t, h, a.Org, a.ID), "\n")
		words := meansWords[language]
		for _, want := range []string{digestWords[language][0], "3", "17", "/console/applications", words.subject, "guard@city.example", words.what[identity.MeansCertificate]} {
			if want == "" || !strings.Contains(letters, want) {
				t.Errorf("%s: %q is in no letter", language, want)
			}
		}
		if strings.Contains(letters, "%!") {
			t.Errorf("%s: %s", language, letters)
		}
		subjects[digestWords[language][0]], subjects[words.subject] = true, true
	}
	if len(subjects) != 2*len(directory.Languages) {
		t.Errorf("%d subjects", len(subjects))
	}
}
