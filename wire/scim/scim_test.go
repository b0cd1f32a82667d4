package scim

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

const bjensen = `{"id":"1","userName":"bjensen","externalId":"Ab","active":true,"age":42,"title":"Chief",
 "name":{"familyName":"O'Malley","givenName":"Barbara"},"emails":[{"type":"work","value":"b@example.com","primary":true},{"type":"home","value":"babs@jensen.org"}],
 "phoneNumbers":[],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Tour","manager":{"value":"26"}},
 "meta":{"resourceType":"User","lastModified":"2011-05-13T04:42:34Z"}}`

func read(t testing.TB, text string) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestFilters is every operator and the examples of RFC 7644 section 3.4.2.2;
// "!" before the result is a filter that cannot be read.
func TestFilters(t *testing.T) {
	user := read(t, bjensen)
	for _, c := range []struct {
		filter string
		want   string // yes, no, or why it cannot be read
	}{
		{`userName eq "bjensen"`, "yes"},
		{`username EQ "BJensen"`, "yes"},
		{`externalId eq "Ab"`, "yes"},
		{`externalId eq "ab"`, "no"},
		{`name.familyName co "O'Malley"`, "yes"},
		{`userName sw "B"`, "yes"},
		{`userName ew "sen"`, "yes"},
		{`urn:ietf:params:scim:schemas:core:2.0:User:userName sw "b"`, "yes"},
		{`title pr`, "yes"},
		{`nickName pr`, "no"},
		{`phoneNumbers pr`, "no"},
		{`emails pr`, "yes"},
		{`meta.lastModified gt "2011-05-13T04:42:33Z"`, "yes"},
		{`meta.lastModified lt "2011-05-13T04:42:33Z"`, "no"},
		{`age ge 42`, "yes"},
		{`age gt 42`, "no"},
		{`active eq true`, "yes"},
		{`active eq "true"`, "no"},
		{`active ne false`, "yes"},
		{`nickName eq null`, "yes"},
		{`title pr and userType eq "Employee"`, "no"},
		{`title pr or userType eq "Intern"`, "yes"},
		{`schemas eq "urn:x"`, "no"},
		{`userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")`, "no"},
		{`emails[type eq "work" and value co "@example.com"]`, "yes"},
		{`emails[type eq "home" and value co "@example.com"]`, "no"},
		{`emails.type eq "home"`, "yes"},
		{`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "tour"`, "yes"},
		{`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "26"`, "yes"},
		{`title eq "x" or title eq "Chief" and userName eq "y"`, "no"},
		{`(title eq "Chief" or title eq "x") and userName eq "bjensen"`, "yes"},
		{`userName eq "a\"b"`, "no"},
		{``, "at byte 1 there should be an attribute"},
		{`userName`, "at byte 9 there should be an operator"},
		{`userName eq`, "at byte 12 there should be a value"},
		{`userName eq bjensen`, "there should be a value"},
		{`userName eq "b" and`, "there should be an attribute"},
		{`userName is "b"`, "there should be an operator"},
		{`(userName eq "b"`, "there should be )"},
		{`emails[type eq "work"`, "there should be ]"},
		{`userName eq "b" x`, "there should be the end"},
		{`userName eq {"a":1}`, "there should be a simple value"},
		{`not userName eq "b"`, "there should be ( after not"},
		{`1x eq "b"`, "there should be an attribute"},
		{strings.Repeat("(", 30) + `a pr` + strings.Repeat(")", 30), "brackets can be 20 deep"},
		{`a eq "` + strings.Repeat("x", MaxFilter) + `"`, "can have 4096 bytes"},
	} {
		f, err := ParseFilter(c.filter)
		got := "no"
		switch {
		case err != nil:
			got = err.Error()
		case f.Match(user):
			got = "yes"
		}
		if got != c.want && (err == nil || !strings.Contains(got, c.want)) {
			t.Errorf("%s is %s, want %s", c.filter, got, c.want)
		}
	}
}

// TestPatch carries out operations on one user after another, from a file that
// a person can read.
func TestPatch(t *testing.T) {
	var b strings.Builder
	for _, op := range []string{
		`{"op":"replace","path":"userName","value":"babs"}`,
		`{"op":"Replace","path":"active","value":"False"}`,
		`{"op":"add","value":{"nickName":"Babs","name.givenName":"Babs","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department":"Fire"}}`,
		`{"op":"add","value":{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Fire"}}}`,
		`{"op":"replace","path":"name","value":{"familyName":"Jensen"}}`,
		`{"op":"add","path":"name","value":{"familyName":"Jensen"}}`,
		`{"op":"add","path":"emails","value":[{"type":"work","value":"b@example.com"},{"value":"new@example.com"}]}`,
		`{"op":"replace","path":"emails[type eq \"work\"].value","value":"w@example.com"}`,
		`{"op":"replace","path":"emails[type eq \"work\"]","value":{"type":"work","value":"only@example.com"}}`,
		`{"op":"remove","path":"emails[type eq \"home\"]"}`,
		`{"op":"remove","path":"emails[type eq \"home\"].value"}`,
		`{"op":"remove","path":"emails","value":[{"value":"b@example.com"}]}`,
		`{"op":"add","path":"phoneNumbers[type eq \"work\"].value","value":"100"}`,
		`{"op":"replace","path":"phoneNumbers[type eq \"work\"].value","value":"100"}`,
		`{"op":"remove","path":"title"}`,
		`{"op":"remove","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"}`,
		`{"op":"remove"}`,
		`{"op":"move","path":"title"}`,
		`{"op":"add","path":"title[","value":1}`,
		`{"op":"add","path":"title.x","value":1}`,
		`{"op":"add","path":"a.b.c","value":1}`,
		`{"op":"add","value":"x"}`,
		`{"op":"replace","path":"emails[type eq \"work\"]","value":"x"}`,
	} {
		user := read(t, bjensen)
		delete(user, "meta")
		p, err := ParsePatch([]byte(`{"schemas":["` + PatchURN + `"],"Operations":[` + op + `]}`))
		if err == nil {
			err = p.Apply(user)
		}
		fmt.Fprintf(&b, "> %s\n", op)
		if err != nil {
			var e *Error
			e, _ = err.(*Error)
			fmt.Fprintf(&b, "%d %s: %s\n\n", e.Status, e.Type, e.Detail)
			continue
		}
		text, err := json.Marshal(user)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s\n\n", text)
	}
	for _, body := range []string{`{}`, `[`, `{"schemas":["` + PatchURN + `"],"Operations":[]}`} {
		if _, err := ParsePatch([]byte(body)); err == nil {
			t.Errorf("%s is a PATCH", body)
		}
	}
	if *update {
		if err := os.WriteFile("testdata/patch.txt", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/patch.txt")
	if err != nil || string(want) != b.String() {
		t.Errorf("patches differ (%v):\n%s", err, b.String())
	}
}

// FuzzFilter reads anything as a filter, and asks it about a user.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{`userName eq "bjensen"`, `emails[type eq "work" and not (value co "@")]`, `a pr or b ge 1.5 and (c ne null)`, `urn:ietf:params:scim:schemas:core:2.0:User:name.familyName sw "O"`, `a[b[c eq 1]]`} {
		f.Add(s)
	}
	user := read(f, bjensen)
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := ParseFilter(text)
		if err != nil {
			return
		}
		if not := (&Filter{Not: filter}); filter.Match(user) == not.Match(user) {
			t.Errorf("%q and its contrary are the same", text)
		}
	})
}

// FuzzPatch reads anything as the path and value of each operation.
func FuzzPatch(f *testing.F) {
	f.Add("add", "emails[type eq \"work\"].value", `"x"`)
	f.Add("replace", "", `{"name.givenName":"x","urn:a:b:c":{"d":1}}`)
	f.Add("remove", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", ``)
	f.Add("remove", "emails", `[{"value":"b@example.com"}]`)
	f.Fuzz(func(t *testing.T, op, path, value string) {
		user := read(t, bjensen)
		p := Patch{Operations: []Operation{{Op: op, Path: path, Value: json.RawMessage(value)}}}
		if err := p.Apply(user); err != nil {
			if _, ok := err.(*Error); !ok {
				t.Errorf("%v is no error of SCIM", err)
			}
			return
		}
		if _, err := json.Marshal(user); err != nil {
			t.Error(err)
		}
	})
}
