package identity

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// rulings is a rule book of one text, for every account.
type rulings struct {
	late     bool
	accepted []string // address and answer of each word
	stays    bool     // accepting is not all
}

func (r *rulings) Overdue(context.Context, int64, int64) (bool, error) { return r.late, nil }

func (r *rulings) Late(context.Context, int64, int64) (json.RawMessage, error) {
	return json.RawMessage(`{"list":["text"]}`), nil
}

func (r *rulings) Accept(_ context.Context, s policy.Subject, answer string) error {
	if answer != "e1" {
		return errs.E(errs.NotFound, "There is no such text.")
	}
	r.accepted = append(r.accepted, s.Address+" "+s.Peer+" "+answer)
	r.late = r.stays
	return nil
}

// TestAcceptFirst shuts every door for whose time for a regulation is over,
// and opens them by the last step of the next sign-in (N67).
func TestAcceptFirst(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, _, a := newIdentity(t, url)
		book := &rulings{}
		i.UseRegulations(book)
		step, err := i.SignIn(ctx, a.Address, "Đường về 12", inside)
		if err != nil || step.Ticket != "" {
			t.Fatalf("%+v %v", step, err)
		}
		o, err := i.OpenSession(ctx, step.Subject, inside)
		if err != nil {
			t.Fatal(err)
		}
		proof := ProofOf(step.Subject)
		book.late = true
		if _, err := i.Session(ctx, o.Token, inside); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the session goes on: %v", err)
		}
		if _, err := i.Verify(ctx, a.Address, "Đường về 12", here); !errs.Is(err, errs.Unauthenticated) || !strings.Contains(errs.Text(err), "has to be accepted first") {
			t.Errorf("a mail program comes in: %v", err)
		}
		if _, err := i.Standing(ctx, proof, here); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("a connection goes on: %v", err)
		}
		if _, err := i.SignIn(ctx, a.Address, "wrong", inside); !errors.Is(err, errWrong) {
			t.Errorf("a wrong password hears of it: %v", err)
		}
		step, err = i.SignIn(ctx, a.Address, "Đường về 12", inside)
		if err != nil || step.Subject.Account != 0 || !slices.Equal(step.Methods, []string{Accept}) || string(step.Options) != `{"list":["text"]}` {
			t.Fatalf("%+v %v", step, err)
		}
		for _, c := range []struct{ method, code, want string }{{TOTP, "123456", "tooLate"}, {Password, mine, "tooLate"}, {"", "e1", "tooLate"}, {Accept, strings.Repeat("e", maxAccept+1), "tooLate"}} {
			_, err := i.Answer(ctx, step.Ticket, c.method, c.code, inside)
			wantReason(t, err, c.want)
		}
		if _, err := i.Answer(ctx, "1.xyz", Accept, "e1", inside); err == nil {
			t.Error("a made up ticket")
		}
		book.stays = true
		next, err := i.Answer(ctx, step.Ticket, Accept, "e1", inside)
		if err != nil || next.Ticket == "" || next.Ticket == step.Ticket || !slices.Equal(next.Methods, []string{Accept}) {
			t.Fatalf("with more to accept: %+v %v", next, err)
		}
		if _, err := i.Answer(ctx, step.Ticket, Accept, "e1", inside); err == nil {
			t.Error("a ticket works twice")
		}
		book.stays = false
		done, err := i.Answer(ctx, next.Ticket, Accept, "e1", inside)
		if err != nil || done.Subject.Account != a.ID || done.Subject.Assurance != policy.ByPassword || len(book.accepted) != 2 || !strings.HasPrefix(book.accepted[0], a.Address) {
			t.Fatalf("%+v %v %q", done, err, book.accepted)
		}
		if _, err := i.OpenSession(ctx, done.Subject, inside); err != nil {
			t.Error(err)
		}
		if _, err := i.Session(ctx, o.Token, inside); err != nil {
			t.Errorf("the session of before: %v", err)
		}
		if _, err := i.Verify(ctx, a.Address, "Đường về 12", here); err != nil {
			t.Errorf("a mail program afterwards: %v", err)
		}
	})
}

// TestAcceptAfterPassword asks who is new for a password first and for their
// word then, and takes no ticket of the one step for the other.
func TestAcceptAfterPassword(t *testing.T) {
	ctx := t.Context()
	i, now, a := lifeOf(t, "", Life{FirstDays: 3})
	book := &rulings{late: true}
	i.UseRegulations(book)
	step, err := i.SignIn(ctx, a.Address, given, inside)
	if err != nil || !slices.Equal(step.Methods, []string{Password}) {
		t.Fatalf("%+v %v", step, err)
	}
	_, err = i.Answer(ctx, step.Ticket, Accept, "e1", inside)
	wantReason(t, err, "tooLate")
	next, err := i.Answer(ctx, step.Ticket, Password, mine, inside)
	if err != nil || !slices.Equal(next.Methods, []string{Accept}) {
		t.Fatalf("%+v %v", next, err)
	}
	if _, err := i.Answer(ctx, next.Ticket, Accept, "e2", inside); !errs.Is(err, errs.NotFound) || len(book.accepted) != 0 {
		t.Errorf("a text that is not there: %v %q", err, book.accepted)
	}
	again, err := i.SignIn(ctx, a.Address, mine, inside)
	if err != nil {
		t.Fatal(err)
	}
	now.Advance(enrolLife + time.Second)
	_, err = i.Answer(ctx, again.Ticket, Accept, "e1", inside)
	wantReason(t, err, "tooLate")
	again, err = i.SignIn(ctx, a.Address, mine, inside)
	if err != nil {
		t.Fatal(err)
	}
	if done, err := i.Answer(ctx, again.Ticket, Accept, "e1", inside); err != nil || done.Subject.Account != a.ID {
		t.Errorf("%+v %v", done, err)
	}
}
