package oidc

import (
	"net/url"
	"testing"
	"time"

	"chancery/identity"
	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"

	"github.com/pquerna/otp/totp"
)

// stepsUp asks the page of a request, and returns what it says.
func (o *office) stepsUp(c Client, more ...string) (ask string, said map[string]any) {
	o.t.Helper()
	to := o.get("/oauth/authorize", request(c, more...), annAddress)
	ask, ok := askOf(to)
	if !ok {
		return "", map[string]any{"redirect": to.String(), "error": to.Query().Get("error"), "code": to.Query().Get("code")}
	}
	_, said = o.page("/sso/api/ask", sso.PageRequest{Ask: ask}, annAddress)
	return ask, said
}

// TestStepUp sends a person to a surer sign-in where the system or its request
// wants one, and then back with the request: by a second factor that they add
// or have, not by a code by SMS, and never in a loop.
func TestStepUp(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db string) {
		o := newOffice(t, db)
		ctx := t.Context()
		sure, _ := o.client(Client{Name: "Attendance", Kind: KindWeb, Redirects: []string{"https://att.city.example/cb"}, Assurance: policy.ByTwo, Consent: ConsentNever})
		any, _ := o.client(Client{Name: "Canteen", Kind: KindWeb, Redirects: []string{"https://eat.city.example/cb"}, Consent: ConsentNever})
		aal2, aal1 := acrOf(policy.ByTwo), acrOf(policy.ByPassword)
		step := func(name string, c Client, want float64, more ...string) string {
			t.Helper()
			ask, said := o.stepsUp(c, more...)
			if got, _ := said["least"].(float64); got != want || (said["signIn"] == true) != (want > 0) {
				t.Errorf("%s: %v", name, said)
			}
			return ask
		}
		ask := step("a system that wants two factors", sure, 2)
		step("a request that wants them", any, 2, "acr_values", aal2)
		step("one that wants hardware, where the system wants two", sure, 3, "acr_values", acrOf(policy.ByHardware))
		step("one that would have either", any, 0, "acr_values", aal2+" "+aal1)
		step("a class that nobody knows", any, 0, "acr_values", "urn:x")
		if _, said := o.stepsUp(sure, "prompt", "none"); said["error"] != "unmet_authentication_requirements" {
			t.Errorf("without a page: %v", said)
		}
		if _, said := o.stepsUp(any, "prompt", "none", "acr_values", aal2); said["code"] == "" {
			t.Errorf("a wish, without a page: %v", said)
		}

		// The sign-in that the page begins asks for what is missing.
		o.now.Advance(time.Second)
		peer := here
		peer.Least = policy.ByTwo
		next, err := o.id.SignIn(ctx, annAddress, "Đường về 12", peer)
		must(t, err)
		if !next.Enrol || len(next.Methods) == 0 {
			t.Fatalf("who has no second factor: %+v", next)
		}
		first, err := o.id.Enrol(ctx, next.Ticket, identity.TOTP, "app", here)
		must(t, err)
		code, err := totp.GenerateCode(first.Secret, o.now.Now())
		must(t, err)
		next, err = o.id.Answer(ctx, next.Ticket, identity.TOTP, code, here)
		must(t, err)
		o.open(next)
		if _, said := o.page("/sso/api/ask", sso.PageRequest{Ask: ask}, annAddress); said["redirect"] == nil || said["signIn"] == true {
			t.Errorf("with a second factor, the kept request: %v", said)
		}
		if _, said := o.stepsUp(any, "acr_values", aal2); said["code"] == "" {
			t.Errorf("a new request: %v", said)
		}

		// Who comes back with less than was asked is not asked for ever.
		ask = step("hardware", any, 3, "acr_values", acrOf(policy.ByHardware))
		o.now.Advance(time.Minute)
		next, err = o.id.SignIn(ctx, annAddress, "Đường về 12", here)
		must(t, err)
		code, err = totp.GenerateCode(first.Secret, o.now.Now())
		must(t, err)
		next, err = o.id.Answer(ctx, next.Ticket, identity.TOTP, code, here)
		must(t, err)
		o.open(next)
		if _, said := o.page("/sso/api/ask", sso.PageRequest{Ask: ask}, annAddress); said["redirect"] == nil {
			t.Errorf("a wish that was not reached: %v", said)
		}
		// The page may lie about what is wanted: the request still says.
		o.shown = func(s *policy.Subject) { s.Weak = true }
		if _, said := o.stepsUp(sure); said["least"] != float64(2) {
			t.Errorf("by a code by SMS: %v", said)
		}
	})
}

// open opens the session of a sign-in as ann's browser has it.
func (o *office) open(step identity.Step) {
	o.t.Helper()
	if step.Ticket != "" {
		o.t.Fatalf("not signed in: %+v", step)
	}
	opened, err := o.id.OpenSession(o.t.Context(), step.Subject, here)
	must(o.t, err)
	o.token[annAddress] = opened.Token
}

// TestDeviceStepUp lets a device in only after a sign-in that is sure enough:
// by what the device asked for, or what its registration says.
func TestDeviceStepUp(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db string) {
		o := newOffice(t, db)
		any, _ := o.client(Client{Name: "Screen", Kind: KindNative, Device: true})
		sure, _ := o.client(Client{Name: "Door", Kind: KindNative, Device: true, Assurance: policy.ByTwo})
		for _, c := range []struct {
			client Client
			acr    string
			least  float64
		}{{any, "", 0}, {any, acrOf(policy.ByPassword), 0}, {any, acrOf(policy.ByTwo), 2}, {any, acrOf(policy.ByHardware), 3}, {sure, "", 2}, {sure, acrOf(policy.ByPassword), 2}} {
			status, started := o.post("/oauth/device", url.Values{"client_id": {c.client.ID}, "scope": {"openid"}, "acr_values": {c.acr}})
			code, ok := started["user_code"].(string)
			if !ok {
				t.Fatalf("%s: %d %v", c.client.Name, status, started)
			}
			_, said := o.page("/sso/api/device", sso.PageRequest{Code: code}, annAddress)
			if least, _ := said["least"].(float64); least != c.least || (said["again"] == true) != (c.least > 0) || (said["consent"] != nil) != (c.least == 0) {
				t.Errorf("%s %s: %v", c.client.Name, c.acr, said)
			}
			if c.least == 0 {
				continue
			}
			who, err := o.id.Session(t.Context(), o.token[annAddress], here)
			must(t, err)
			if err := o.p.AnswerDevice(t.Context(), code, "", true, who); !errs.Is(err, errs.Forbidden) {
				t.Errorf("let in all the same: %v", err)
			}
			// After a surer sign-in the same code asks for consent.
			o.shown = func(s *policy.Subject) { s.Assurance = policy.Assurance(c.least) }
			if _, said := o.page("/sso/api/device", sso.PageRequest{Code: code}, annAddress); said["consent"] == nil {
				t.Errorf("after the second factor: %v", said)
			}
			o.shown = nil
		}
	})
}
