package identity

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/wire/jmap"
)

// signedIn gives somebody a session on a phone and one at a desk, and an app
// password, and returns the tokens of the sessions and the password.
func (o *town) signedIn(name string) (phone, atDesk, program string) {
	o.t.Helper()
	s := o.subject(o.who[name], inside, policy.ByPassword, o.now.Now(), 1)
	for _, x := range []struct {
		agent string
		token *string
	}{{"Phone Mobile", &phone}, {"Desk", &atDesk}} {
		at := inside
		at.Agent = x.agent
		opened, err := o.OpenSession(o.t.Context(), s, at)
		if err != nil {
			o.t.Fatal(err)
		}
		*x.token = opened.Token
	}
	_, program, err := o.AddAppPassword(o.t.Context(), o.as(name), "Thunderbird")
	if err != nil {
		o.t.Fatal(err)
	}
	return phone, atDesk, program
}

// TestAccess lets administrators of accounts see and end what the people of
// their subtree are signed in with, and nobody else.
func TestAccess(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newTown(t, url, Life{})
		for name, g := range map[string]policy.RoleGrant{"wen": {Role: policy.RoleUnit, Unit: o.units["water"]}} {
			if _, err := o.dir.GrantRole(ctx, policy.System(1), directory.Holding{Account: o.who[name].ID, RoleGrant: g}); err != nil {
				t.Fatal(err)
			}
		}
		phone, atDesk, program := o.signedIn("bo")
		for as, want := range map[string]errs.Kind{"wen": errs.Forbidden, "chief": errs.Forbidden, "helper": errs.Forbidden, "boss": errs.Forbidden, "bo": errs.Forbidden} {
			if _, err := o.AccessOf(ctx, o.as(as), o.person["bo"]); !errs.Is(err, want) {
				t.Errorf("%s sees what bo is signed in with: %v", as, err)
			}
			if err := o.EndAccess(ctx, o.as(as), o.person["bo"], AccessAll, 0); !errs.Is(err, want) {
				t.Errorf("%s signs bo out: %v", as, err)
			}
		}
		// A head of a unit reaches nobody who holds a role, even in the unit.
		if _, err := o.AccessOf(ctx, o.as("wen"), o.person["chief"]); !errs.Is(err, errs.Forbidden) {
			t.Errorf("the head of water sees the help desk: %v", err)
		}
		officer := o.as("officer")
		byProgram := officer
		byProgram.Assurance = policy.ByProgram
		if _, err := o.AccessOf(ctx, byProgram, o.person["bo"]); !errs.Is(err, errs.Forbidden) {
			t.Errorf("an app password: %v", err)
		}
		abroad := officer
		abroad.Org = 2
		if _, err := o.AccessOf(ctx, abroad, o.person["bo"]); !errs.Is(err, errs.Forbidden) {
			t.Errorf("another organisation: %v", err)
		}
		x, err := o.AccessOf(ctx, officer, o.person["bo"])
		if err != nil || len(x.Sessions) != 2 || len(x.Devices) != 2 || len(x.AppPasswords) != 1 {
			t.Fatalf("%+v %v", x, err)
		}
		var onPhone int64
		for _, s := range x.Sessions {
			if s.Agent == "Phone Mobile" {
				onPhone = s.ID
			}
		}
		if err := o.EndAccess(ctx, officer, o.person["bo"], AccessSession, onPhone); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Session(ctx, phone, inside); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the ended session: %v", err)
		}
		if _, err := o.Session(ctx, atDesk, inside); err != nil {
			t.Errorf("the other session: %v", err)
		}
		if err := o.EndAccess(ctx, officer, o.person["bo"], AccessSession, onPhone); !errs.Is(err, errs.NotFound) {
			t.Errorf("ended twice: %v", err)
		}
		if err := o.EndAccess(ctx, officer, o.person["wen"], AccessDevice, x.Devices[0].ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("the device of somebody else: %v", err)
		}
		list, err := audit.List(ctx, o.db, 1, 3)
		if err != nil || list[0].Verb != "access.end" || !strings.Contains(list[0].Before, "Phone Mobile") || strings.Contains(list[0].After, "Phone Mobile") || list[0].Account != officer.Account {
			t.Errorf("the record: %+v %v", list, err)
		}
		if err := o.EndAccess(ctx, officer, o.person["bo"], AccessAll, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Session(ctx, atDesk, inside); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("after all was ended: %v", err)
		}
		if _, err := o.Verify(ctx, "bo@city.example", program, Peer{Addr: inside.Addr, Door: "imap"}); err == nil {
			t.Error("the app password still opens")
		}
		if _, err := o.Standing(ctx, Proof{Org: 1, Account: o.who["bo"].ID, Credential: 1}, inside); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("a token of before: %v", err)
		}
		if _, err := o.Verify(ctx, "bo@city.example", password, inside); err != nil {
			t.Errorf("the password is as it was: %v", err)
		}
	})
}

// TestAccessJMAP is the same by JMAP, which tells no secret.
func TestAccessJMAP(t *testing.T) {
	ctx := t.Context()
	o := newTown(t, "", Life{})
	o.now.Advance(time.Minute)
	o.signedIn("bo")
	call := func(as, method, args string) (string, error) {
		s := o.as(as)
		for _, c := range o.Capabilities(Who{Subject: func(context.Context) (policy.Subject, error) { return s, nil }}) {
			m, ok := c.Methods[method]
			if !ok {
				continue
			}
			if _, offered, err := c.Offer(ctx); err != nil || offered != (as == "officer") {
				t.Errorf("offered to %s: %v %v", as, offered, err)
			}
			args = strings.NewReplacer("$me", string(id.Text(accountID, s.Account)), "$bo", string(id.Text(personID, o.person["bo"]))).Replace(args)
			out, err := m(ctx, &jmap.Call{Name: method, Args: json.RawMessage(args), Limits: jmap.DefaultLimits()})
			if err != nil {
				return "", err
			}
			text, err := json.Marshal(out)
			return string(text), err
		}
		return "", errors.New("no such method")
	}
	got, err := call("officer", "AccountAccess/get", `{"accountId":"$me","personId":"$bo"}`)
	if err != nil || !strings.Contains(got, `"agent":"Phone Mobile"`) || !strings.Contains(got, `"name":"Thunderbird"`) {
		t.Fatalf("%s %v", got, err)
	}
	var x AccountAccess
	if err := json.Unmarshal([]byte(got), &x); err != nil {
		t.Fatal(err)
	}
	for kind, key := range map[string]jmap.ID{"device": x.Devices[0].ID, "appPassword": x.AppPasswords[0].ID} {
		if _, err := call("officer", "AccountAccess/end", `{"accountId":"$me","personId":"$bo","kind":"`+kind+`","id":"`+string(key)+`"}`); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	for _, args := range []string{`{"accountId":"$me","personId":"$bo","kind":"session","id":"` + string(x.Devices[0].ID) + `"}`,
		`{"accountId":"$me","personId":"$bo","kind":"everything"}`, `{"accountId":"$bo","personId":"$bo","kind":"all"}`, `{"accountId":"$me","personId":"x","kind":"all"}`} {
		if _, err := call("officer", "AccountAccess/end", args); err == nil {
			t.Errorf("%s was taken", args)
		}
	}
	if _, err := call("bo", "AccountAccess/get", `{"accountId":"$me","personId":"$bo"}`); err == nil {
		t.Error("a clerk administers")
	}
	if got, err = call("officer", "AccountAccess/get", `{"accountId":"$me","personId":"$bo"}`); err != nil || strings.Contains(got, "Thunderbird") {
		t.Errorf("%s %v", got, err)
	}
}
