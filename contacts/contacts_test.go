package contacts

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmap"
)

var update = flag.Bool("update", false, "write the answers into the dialogue anew")

// office is a contacts room with ann, bob, and a shared account that ann may
// put in order and bob may only read.
type office struct {
	room               *Room
	who                policy.Subject
	ann, bob           policy.Subject
	annID, bobID, team jmap.ID
	methods            map[string]jmap.Method
	told               map[int64]int
}

func newOffice(t *testing.T, url string, conf Config) *office {
	t.Helper()
	ctx := t.Context()
	db, err := store.Open(ctx, store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	now := clock.NewFake(time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC))
	dir, err := directory.New(ctx, db, now)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{told: map[int64]int{}, methods: map[string]jmap.Method{}}
	conf.Changed = func(account int64) { o.told[account]++ }
	if o.room, err = New(ctx, db, dir, conf, now, testkit.Log(t)); err != nil {
		t.Fatal(err)
	}
	made := map[string]directory.Account{}
	for _, name := range []string{"ann", "bob", "team"} {
		if made[name], err = dir.AddAccount(ctx, directory.Account{Address: name + "@city.example", Clearance: policy.Secret}); err != nil {
			t.Fatal(err)
		}
	}
	for name, rights := range map[string]policy.Rights{"ann": policy.Read | policy.Organise, "bob": policy.Read} {
		if err := dir.Grant(ctx, 1, made["team"].ID, made[name].ID, rights); err != nil {
			t.Fatal(err)
		}
	}
	subject := func(a directory.Account) policy.Subject {
		return policy.Subject{Org: a.Org, Account: a.ID, Address: a.Address, Clearance: a.Clearance, Zone: policy.Inner}
	}
	o.ann, o.bob = subject(made["ann"]), subject(made["bob"])
	o.who = o.ann
	o.annID, o.bobID, o.team = id.Text(accountID, made["ann"].ID), id.Text(accountID, made["bob"].ID), id.Text(accountID, made["team"].ID)
	for _, c := range o.room.Capabilities(func(context.Context) (policy.Subject, error) { return o.who, nil }) {
		for name, m := range c.Methods {
			o.methods[name] = m
		}
	}
	return o
}

// call runs one method and returns its answer, or the error, as JSON.
func (o *office) call(t *testing.T, line string, created map[jmap.ID]jmap.ID) []string {
	t.Helper()
	name, args, _ := strings.Cut(line, " ")
	call := &jmap.Call{Name: name, ID: "0", Args: json.RawMessage(args), Limits: jmap.DefaultLimits(), Created: created}
	v, err := o.methods[name](t.Context(), call)
	if err != nil {
		b, _ := json.Marshal(jmap.MethodErrorOf(err))
		return []string{"error " + string(b)}
	}
	var out []string
	for _, x := range append([]jmap.Extra{{Name: name, Args: v}}, call.Extras()...) {
		b, err := jmap.AppendValue(nil, x.Args)
		if err == nil {
			err = jmap.CheckIJSON(b)
		}
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		out = append(out, x.Name+" "+string(b))
	}
	return out
}

var ids = regexp.MustCompile(`\b[akc][0-9a-z]{11,13}\b`)

// TestDialogue replays testdata/contacts.txt on both engines: lines "> Name
// {arguments}" are calls, lines "< Name {answer}" what must come back. ANN,
// BOB and TEAM are accounts; "as bob" changes who asks. Ids that the server
// gives are named K1, C1 in the order they appear.
func TestDialogue(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		const file = "testdata/contacts.txt"
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got := newOffice(t, url, Config{MaxBooks: 3, MaxCard: 2000}).replay(t, string(text))
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			return
		}
		want := strings.Split(string(text), "\n")
		for i, line := range strings.Split(got, "\n") {
			if i >= len(want) || line != want[i] {
				t.Fatalf("line %d is\n%s\nwant\n%s", i+1, line, want[min(i, len(want)-1)])
			}
		}
	})
}

func (o *office) replay(t *testing.T, text string) string {
	names := map[string]string{o.annID: "ANN", o.bobID: "BOB", o.team: "TEAM"}
	real := map[string]string{"ANN": o.annID, "BOB": o.bobID, "TEAM": o.team}
	count := map[byte]int{}
	created := map[jmap.ID]jmap.ID{}
	uid := regexp.MustCompile(`urn:uuid:[0-9a-f-]{36}`)
	var out []string
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "<") {
			continue
		}
		out = append(out, line)
		if who, ok := strings.CutPrefix(line, "as "); ok {
			o.who = map[string]policy.Subject{"ann": o.ann, "bob": o.bob}[who]
		}
		call, ok := strings.CutPrefix(line, "> ")
		if !ok {
			continue
		}
		call = regexp.MustCompile(`\b(ANN|BOB|TEAM|K\d+|C\d+)\b`).ReplaceAllStringFunc(call, func(s string) string {
			if r := real[s]; r != "" {
				return r
			}
			return s
		})
		call = regexp.MustCompile(`BASE64\((.*)\)`).ReplaceAllStringFunc(call, func(s string) string {
			return base64.StdEncoding.EncodeToString([]byte(strings.ReplaceAll(s[7:len(s)-1], "|", "\r\n")))
		})
		for _, answer := range o.call(t, call, created) {
			answer = ids.ReplaceAllStringFunc(uid.ReplaceAllString(answer, "UUID"), func(s string) string {
				if names[s] == "" {
					if _, ok := id.Parse(s[0], s); !ok {
						return s
					}
					count[s[0]]++
					name := strings.ToUpper(s[:1]) + id.Text('x', int64(count[s[0]]))[1:]
					names[s], real[name] = name, s
				}
				return names[s]
			})
			out = append(out, "< "+answer)
		}
	}
	return strings.Join(out, "\n")
}

// TestRights holds who may do what, as a table.
func TestRights(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url, Config{})
		team, _ := id.Parse(accountID, o.team)
		for _, c := range []struct {
			name        string
			who         policy.Subject
			account     int64
			open, write bool
		}{
			{"own", o.ann, o.ann.Account, true, true},
			{"another's", o.bob, o.ann.Account, false, false},
			{"shared, may organise", o.ann, team, true, true},
			{"shared, may read", o.bob, team, true, false},
		} {
			acc, err := o.room.Account(t.Context(), c.who, c.account)
			if (err == nil) != c.open || err != nil && !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: opening gives %v", c.name, err)
			}
			if err != nil {
				continue
			}
			if _, err := acc.CreateBook(t.Context(), Book{Name: "x"}); (err == nil) != c.write || err != nil && !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s: writing gives %v", c.name, err)
			}
		}
		if o.told[team] != 1 || o.told[o.ann.Account] != 1 {
			t.Errorf("told of %v", o.told)
		}
	})
}

// TestLimits holds the number of cards.
func TestLimits(t *testing.T) {
	o := newOffice(t, "", Config{MaxCards: 2})
	acc, err := o.room.Account(t.Context(), o.ann, o.ann.Account)
	if err != nil {
		t.Fatal(err)
	}
	books, err := acc.Books(t.Context())
	if err != nil || len(books) != 1 {
		t.Fatal(books, err)
	}
	text := strings.Repeat("BEGIN:VCARD\nFN:x\nEND:VCARD\n", 3)
	if _, err := acc.Import(t.Context(), books[0].ID, []byte(text)); !errs.Is(err, errs.TooLarge) {
		t.Errorf("a file over the limit: %v", err)
	}
	two := text[:strings.LastIndex(text, "BEGIN")]
	if n, err := acc.Import(t.Context(), books[0].ID, []byte(two)); err != nil || n.Created != 2 {
		t.Errorf("two: %+v %v", n, err)
	}
	if n, err := acc.Import(t.Context(), books[0].ID, []byte(two)); !errs.Is(err, errs.OverQuota) {
		t.Errorf("two more: %+v %v", n, err)
	}
	if cards, err := acc.Cards(t.Context(), nil); err != nil || len(cards) != 2 {
		t.Errorf("%d cards, %v", len(cards), err)
	}
}

// TestManyCards imports as many cards as an account may have: the time must
// not grow with the square of their number.
func TestManyCards(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	o := newOffice(t, "", Config{})
	acc, err := o.room.Account(t.Context(), o.ann, o.ann.Account)
	if err != nil {
		t.Fatal(err)
	}
	books, err := acc.Books(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	const many = 20_000
	if n, err := acc.Import(t.Context(), books[0].ID, []byte(strings.Repeat("BEGIN:VCARD\nFN:x\nEND:VCARD\n", many))); err != nil || n.Created != many {
		t.Fatalf("%+v %v", n, err)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("importing took %s", took)
	}
}

// TestNamedTwice gives a card that is named very often once.
func TestNamedTwice(t *testing.T) {
	o := newOffice(t, "", Config{})
	acc, err := o.room.Account(t.Context(), o.ann, o.ann.Account)
	if err != nil {
		t.Fatal(err)
	}
	books, err := acc.Books(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := acc.CreateCard(t.Context(), Card{Books: map[int64]bool{books[0].ID: true}, JS: map[string]any{"name": map[string]any{"full": "x"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, n, err := acc.Export(t.Context(), []int64{c.ID, c.ID, c.ID, 1}); n != 1 || err != nil {
		t.Errorf("%d cards, %v", n, err)
	}
}

// TestPatchedTogether lets clients change different members of one card at once.
func TestPatchedTogether(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url, Config{})
		acc, err := o.room.Account(t.Context(), o.ann, o.ann.Account)
		if err != nil {
			t.Fatal(err)
		}
		books, err := acc.Books(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		made := o.call(t, `ContactCard/set {"accountId":"`+o.annID+`","create":{"c":{"addressBookIds":{"`+id.Text(bookID, books[0].ID)+`":true},"uid":"u1","name":{"full":"x"}}}}`, map[jmap.ID]jmap.ID{})
		var got struct {
			Created map[string]struct{ ID string }
		}
		_, body, _ := strings.Cut(made[0], " ")
		if err := json.Unmarshal([]byte(body), &got); err != nil || got.Created["c"].ID == "" {
			t.Fatal(made, err)
		}
		for range 10 {
			var done sync.WaitGroup
			for _, member := range []string{"language", "prodId", "kind"} {
				done.Go(func() {
					o.call(t, `ContactCard/set {"accountId":"`+o.annID+`","update":{"`+got.Created["c"].ID+`":{"`+member+`":"individual"}}}`, map[jmap.ID]jmap.ID{})
				})
			}
			done.Wait()
			card := o.call(t, `ContactCard/get {"accountId":"`+o.annID+`"}`, map[jmap.ID]jmap.ID{})[0]
			if strings.Count(card, `:"individual"`) != 3 {
				t.Fatalf("a change is lost: %s", card)
			}
			o.call(t, `ContactCard/set {"accountId":"`+o.annID+`","update":{"`+got.Created["c"].ID+`":{"language":null,"prodId":null,"kind":null}}}`, map[jmap.ID]jmap.ID{})
		}
	})
}
