package contacts

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/policy"
)

func text(uid, name string) []byte {
	return fmt.Appendf(nil, "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%s\r\nFN:%s\r\nN:%s;;;;\r\nX-OWN;A=b:kept\r\nEND:VCARD\r\n", uid, name, name)
}

func always(*Card) error { return nil }

func open(t *testing.T, o *office, s policy.Subject, account int64) *Account {
	t.Helper()
	a, err := o.room.Account(t.Context(), s, account)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func told(t *testing.T, a *Account, book, since int64) string {
	t.Helper()
	list, err := a.Entries(t.Context(), book, since)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range list {
		name := e.Name
		if e.Gone {
			name = "-" + name
		}
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

// TestNamed puts, changes and takes away cards as programs do that name them,
// beside those that do not.
func TestNamed(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url, Config{MaxCard: 2000})
		a := open(t, o, o.ann, o.ann.Account)
		books, err := a.NamedBooks(ctx)
		if err != nil || len(books) != 1 || books[0].Path != id.Text(bookID, books[0].ID) {
			t.Fatalf("%+v %v", books, err)
		}
		first := books[0].ID
		second, err := a.CreateNamedBook(ctx, "friends", Book{Name: "Friends"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.CreateNamedBook(ctx, "friends", Book{Name: "More"}); !errs.Is(err, errs.Exists) {
			t.Error(err)
		}
		c, created, err := a.PutCard(ctx, first, "x.vcf", text("one", "An"), always)
		if err != nil || !created || c.UID != "one" {
			t.Fatal(c, created, err)
		}
		at := state2(t, a)
		if got, err := a.NamedCard(ctx, first, "x.vcf"); err != nil || got.VCard != string(text("one", "An")) {
			t.Errorf("%+v %v", got, err)
		}
		if _, err := a.NamedCard(ctx, second.ID, "x.vcf"); !errs.Is(err, errs.NotFound) {
			t.Error(err)
		}
		if _, err := a.NamedCard(ctx, first, id.Text(cardID, c.ID)+".vcf"); !errs.Is(err, errs.NotFound) {
			t.Error("a card is found under two names", err)
		}
		// Changed in the web client: the program's text holds no longer, what
		// it said that nobody here knows does.
		if _, err := a.UpdateCard(ctx, c.ID, func(old *Card) (Card, error) {
			o := cardObject(old)
			o["name"] = map[string]any{"full": "An Nguyen"}
			o["preferredLanguages"] = map[string]any{"l1": map[string]any{"language": "vi"}}
			return fromObject(o)
		}); err != nil {
			t.Fatal(err)
		}
		got, err := a.NamedCard(ctx, first, "x.vcf")
		if err != nil || got.VCard != "" || !strings.Contains(fmt.Sprint(got.JS["vCardProps"]), "kept") {
			t.Errorf("%+v %v", got, err)
		}
		if list := told(t, a, first, at); list != "x.vcf" {
			t.Errorf("changed: %q", list)
		}
		// And by the program again: what it has no words for stays.
		if _, created, err = a.PutCard(ctx, first, "x.vcf", text("one", "An 2"), always); err != nil || created {
			t.Fatal(created, err)
		}
		if got, err := a.NamedCard(ctx, first, "x.vcf"); err != nil || got.JS["preferredLanguages"] == nil || got.JS["created"] == nil {
			t.Errorf("%+v %v", got, err)
		}
	})
}

// TestNamedMoves puts a card into another book and takes it out of the first,
// as programs move one, and gives a name away again.
func TestNamedMoves(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url, Config{})
		a := open(t, o, o.ann, o.ann.Account)
		books, err := a.NamedBooks(ctx)
		if err != nil {
			t.Fatal(err)
		}
		first := books[0].ID
		second, err := a.CreateNamedBook(ctx, "friends", Book{Name: "Friends"})
		if err != nil {
			t.Fatal(err)
		}
		_, created, err := a.PutCard(ctx, first, "x.vcf", text("one", "An"), always)
		if err != nil || !created {
			t.Fatal(created, err)
		}
		if _, created, err = a.PutCard(ctx, second.ID, "y.vcf", text("one", "An 3"), always); err != nil || !created {
			t.Fatal(created, err)
		}
		at := state2(t, a)
		if err := a.RemoveCard(ctx, first, "x.vcf", always); err != nil {
			t.Fatal(err)
		}
		if one, two := told(t, a, first, at), told(t, a, second.ID, at); one != "-x.vcf" || two != "y.vcf" {
			t.Errorf("moved: %q %q", one, two)
		}
		plain, err := a.CreateCard(ctx, Card{Books: map[int64]bool{first: true}, JS: map[string]any{"name": map[string]any{"full": "Web"}}})
		if err != nil {
			t.Fatal(err)
		}
		if list := told(t, a, first, 0); list != plainCard(plain.ID) {
			t.Errorf("all: %q", list)
		}
		// The name is free again, and is not told as gone beside the new card.
		if _, _, err := a.PutCard(ctx, first, "x.vcf", text("two", "Binh"), always); err != nil {
			t.Fatal(err)
		}
		if list := told(t, a, first, at); !strings.HasSuffix(list, plainCard(plain.ID)+" x.vcf") || strings.Contains(list, "-x.vcf") {
			t.Errorf("a name again: %q", list)
		}
		if err := a.RemoveCard(ctx, second.ID, "y.vcf", always); err != nil {
			t.Fatal(err)
		}
		if list := told(t, a, second.ID, at); list != "-y.vcf" {
			t.Errorf("gone: %q", list)
		}
	})
}

func state2(t *testing.T, a *Account) int64 {
	t.Helper()
	s, err := a.States(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s.Cards
}

// TestNamedRefused changes nothing: cards that are none, of another's uid or
// over the limits, what the caller's condition forbids, and who may only read.
func TestNamedRefused(t *testing.T) {
	o := newOffice(t, "", Config{MaxCard: 2000, MaxCards: 2})
	ctx := t.Context()
	a := open(t, o, o.ann, o.ann.Account)
	books, err := a.NamedBooks(ctx)
	if err != nil {
		t.Fatal(err)
	}
	book := books[0].ID
	for _, name := range []string{"a.vcf", "b.vcf"} {
		if _, _, err := a.PutCard(ctx, book, name, text(name, "Somebody"), always); err != nil {
			t.Fatal(err)
		}
	}
	at := state2(t, a)
	no := errs.E(errs.Conflict, "not met")
	for what, c := range map[string]struct {
		name, text string
		may        func(*Card) error
		kind       errs.Kind
	}{
		"no card":          {"c.vcf", "hello", always, errs.Invalid},
		"two cards":        {"c.vcf", string(text("c", "C")) + string(text("d", "D")), always, errs.Invalid},
		"version 2.1":      {"c.vcf", "BEGIN:VCARD\nVERSION:2.1\nUID:c\nFN:C\nEND:VCARD\n", always, errs.Invalid},
		"no uid":           {"c.vcf", "BEGIN:VCARD\nVERSION:3.0\nFN:C\nEND:VCARD\n", always, errs.Invalid},
		"NUL":              {"c.vcf", string(text("c", "C\x00")), always, errs.Invalid},
		"not UTF-8":        {"c.vcf", string(text("c", "C\xff")), always, errs.Invalid},
		"too large":        {"c.vcf", string(text("c", strings.Repeat("C", 2000))), always, errs.TooLarge},
		"a slash":          {"c/d.vcf", string(text("c", "C")), always, errs.Forbidden},
		"one too many":     {"c.vcf", string(text("c", "C")), always, errs.OverQuota},
		"not met":          {"a.vcf", string(text("a.vcf", "C")), func(old *Card) error { return no }, errs.Conflict},
		"no book":          {"a.vcf", "", always, errs.Invalid},
		"another's uid":    {"c.vcf", string(text("a.vcf", "C")), always, errs.Internal},
		"changes its uid":  {"a.vcf", string(text("c", "C")), always, errs.Internal},
		"two of one other": {"a.vcf", string(text("b.vcf", "C")), always, errs.Internal},
	} {
		_, _, err := a.PutCard(ctx, book, c.name, []byte(c.text), c.may)
		var same *SameUID
		if c.kind == errs.Internal && !errors.As(err, &same) || c.kind != errs.Internal && !errs.Is(err, c.kind) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := a.RemoveCard(ctx, book, "a.vcf", func(*Card) error { return no }); !errors.Is(err, no) {
		t.Error(err)
	}
	team, _ := id.Parse(accountID, o.team)
	bob := open(t, o, o.bob, team)
	shared, err := bob.NamedBooks(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := bob.PutCard(ctx, shared[0].ID, "c.vcf", text("c", "C"), always); !errs.Is(err, errs.Forbidden) {
		t.Error(err)
	}
	if err := bob.RemoveCard(ctx, shared[0].ID, "c.vcf", always); !errs.Is(err, errs.Forbidden) {
		t.Error(err)
	}
	if state2(t, a) != at || told(t, a, book, 0) != "a.vcf b.vcf" {
		t.Errorf("something was changed: %s", told(t, a, book, 0))
	}
}
