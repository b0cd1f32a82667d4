package mailapi

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/mail"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmap"
)

// office is a mail room on a store of its own, with two people and a shared
// mailbox that the first may use.
type office struct {
	api         *API
	room        *mail.Room
	who         policy.Subject
	ann, shared jmap.ID
	methods     map[string]jmap.Method
	blobs       map[string]jmap.ID
}

type whoKey struct{}

func newOffice(t testing.TB) *office {
	t.Helper()
	ctx := t.Context()
	db, err := store.Open(ctx, store.Options{Dir: t.TempDir(), Log: testkit.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	now := clock.NewFake(time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC))
	dir, err := directory.New(ctx, db, now)
	if err != nil {
		t.Fatal(err)
	}
	room, err := mail.New(ctx, db, dir, mail.Config{Hostname: "mail.city.example"}, now, testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	people := map[string]directory.Account{}
	for _, name := range []string{"ann", "bob", "shared"} {
		a, err := dir.AddAccount(ctx, directory.Account{Address: name + "@city.example", Clearance: policy.TopSecret})
		if err != nil {
			t.Fatal(err)
		}
		people[name] = a
	}
	if err := dir.Grant(ctx, 1, people["shared"].ID, people["ann"].ID, policy.Read|policy.Mark|policy.Insert); err != nil {
		t.Fatal(err)
	}
	a := people["ann"]
	o := &office{room: room, blobs: map[string]jmap.ID{}, methods: map[string]jmap.Method{}}
	o.who = policy.Subject{Org: a.Org, Account: a.ID, Address: a.Address, Clearance: a.Clearance, Zone: policy.Inner}
	o.ann, o.shared = id.Text(accountID, a.ID), id.Text(accountID, people["shared"].ID)
	o.api = New(room, func(context.Context) (policy.Subject, error) { return o.who, nil }, Config{Clock: now})
	for _, c := range o.api.Capabilities() {
		for name, m := range c.Methods {
			o.methods[name] = m
		}
	}
	return o
}

// upload puts a file of testdata/letters into ann's account.
func (o *office) upload(t testing.TB, name string, text []byte) jmap.ID {
	t.Helper()
	b, n, err := o.api.Upload(t.Context(), o.ann, "message/rfc822", strings.NewReader(string(text)))
	if err != nil || n != int64(len(text)) {
		t.Fatalf("upload %s: %d %v", name, n, err)
	}
	o.blobs["BLOB("+name+")"] = b
	return b
}

// request runs method calls given as "Name {arguments}" and returns the
// answers in the same form. It does what doors/jmap does.
func (o *office) request(t testing.TB, calls []string) []string {
	t.Helper()
	var earlier []*jmap.Answer
	created := map[jmap.ID]jmap.ID{}
	for i, text := range calls {
		name, args, _ := strings.Cut(text, " ")
		call := &jmap.Call{Name: name, ID: fmt.Sprint(i), Limits: jmap.DefaultLimits(), Created: created}
		fail := func(err error) {
			b, _ := json.Marshal(jmap.MethodErrorOf(err))
			earlier = append(earlier, &jmap.Answer{Name: "error", Args: b, ID: call.ID})
		}
		raw, err := jmap.ResolveReferences(json.RawMessage(args), earlier)
		if err != nil {
			fail(err)
			continue
		}
		call.Args = raw
		run, ok := o.methods[name]
		if !ok {
			t.Fatalf("no method %q", name)
		}
		v, err := run(t.Context(), call)
		if err != nil {
			fail(err)
			continue
		}
		for _, x := range append([]jmap.Extra{{Name: name, Args: v}}, call.Extras()...) {
			b, err := jmap.AppendValue(nil, x.Args)
			if err == nil {
				err = jmap.CheckIJSON(b)
			}
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, b)
			}
			earlier = append(earlier, &jmap.Answer{Name: x.Name, Args: b, ID: call.ID})
		}
	}
	var out []string
	for _, a := range earlier {
		out = append(out, a.Name+" "+string(a.Args))
	}
	return out
}

// ask runs one call and decodes its answer.
func (o *office) ask(t testing.TB, name string, args, into any) {
	t.Helper()
	b, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	got, body, _ := strings.Cut(o.request(t, []string{name + " " + string(b)})[0], " ")
	if got != name {
		t.Fatalf("%s %s: %s %s", name, b, got, body)
	}
	if err := json.Unmarshal([]byte(body), into); err != nil {
		t.Fatalf("%s: %v in %s", name, err, body)
	}
}

var update = flag.Bool("update", false, "write the answers into the dialogues anew")

// madeUp are the parts of an answer that differ from run to run.
var madeUp = regexp.MustCompile(`[a-z2-7]{24}@city\.example|\bb[0-9a-f]{64}\b|\b[skmq][0-9a-z]{12}\b`)

// TestDialogues replays testdata/*.txt: lines "> Name {arguments}" make one
// request, lines "< Name {answer}" are what must come back. ACC and SHARED
// stand for the accounts, IDENTITY for ann's first one, BLOB(name) for a letter of testdata/letters or a script of testdata/scripts.
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no dialogues", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			o := newOffice(t)
			letters, _ := filepath.Glob("testdata/letters/*.eml")
			for _, l := range letters {
				b, err := os.ReadFile(l)
				if err != nil {
					t.Fatal(err)
				}
				text := strings.ReplaceAll(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n", "\r\n")
				o.upload(t, strings.TrimSuffix(filepath.Base(l), ".eml"), []byte(text))
			}
			scripts, _ := filepath.Glob("testdata/scripts/*.sieve")
			for _, s := range scripts {
				b, err := os.ReadFile(s)
				if err != nil {
					t.Fatal(err)
				}
				o.upload(t, filepath.Base(s), b)
			}
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := o.replay(t, string(b))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(b) {
				t.Errorf("%s", firstDifference(string(b), got))
			}
		})
	}
}

// replay answers every request of a dialogue and returns the dialogue with
// the answers that came.
func (o *office) replay(t *testing.T, text string) string {
	names := []string{"ACC", o.ann, "SHARED", o.shared}
	back := []string{o.ann, "ACC", o.shared, "SHARED"}
	if strings.Contains(text, "IDENTITY") {
		var got struct{ List []struct{ ID string } }
		o.ask(t, "Identity/get", map[string]any{"accountId": o.ann}, &got)
		names, back = append(names, "IDENTITY", got.List[0].ID), append(back, got.List[0].ID, "IDENTITY")
	}
	for name, b := range o.blobs {
		names, back = append(names, name, b), append(back, b, name)
	}
	in, out := strings.NewReplacer(names...), strings.NewReplacer(back...)
	var b strings.Builder
	var calls []string
	flush := func() {
		if calls == nil {
			return
		}
		for _, a := range o.request(t, calls) {
			a = out.Replace(a)
			a = madeUp.ReplaceAllString(a, "MADE")
			b.WriteString("< " + a + "\n")
		}
		calls = nil
	}
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "> "):
			calls = append(calls, strings.TrimSpace(in.Replace(line[2:])))
			b.WriteString(line)
		case strings.HasPrefix(line, "< "):
			flush()
		default:
			flush()
			b.WriteString(line)
		}
	}
	flush()
	return b.String()
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d:\nwant %s\ngot  %s", i+1, w[i], g[i])
		}
	}
	return fmt.Sprintf("want %d lines, got %d", len(w), len(g))
}
