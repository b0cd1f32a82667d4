package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"chancery/kit/testkit"
)

// TestFeedCSV brings a personnel list into an office beside a running server:
// wrong columns and rows are named and change nothing; a dry run says what
// would be done; the second run changes nothing; the way back leads back.
func TestFeedCSV(t *testing.T) {
	s := server(t, t.TempDir(), "", "p0@city.example")
	start(t, s)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	units := file("units.csv", "key;parent;name;name:zh-TW\nhall;;City Hall;市政府\nroads;hall;Roads;道路科\n")
	people := file("people.csv", "\ufeffkey,address,name,unit,title\n1,lin@city.example,林雅庭,roads,科長\n2,an@city.example,\"An, Nguyễn\",hall,clerk\n")
	wrong := file("wrong.csv", "key,mail,name\n1,lin@city.example,Lin\n")
	rows := file("rows.csv", "key,address,name,unit\n3,bo@city.example,Bo,roads\n4,not an address,Cy,roads\n5,di@city.example,Di,nowhere\n")
	run := ""
	for _, c := range []struct {
		args string
		want string // what it says
		fail bool
	}{
		{"feed add Personnel!", "small letters", true},
		{"feed add personnel --units --language vi", "feed personnel", false},
		{"feed add personnel", "already", true},
		{"feed csv personnel " + people, "--dry-run or --apply", true},
		{"feed csv elsewhere " + people + " --dry-run", `no feed "elsewhere"`, true},
		{"feed csv personnel " + wrong + " --apply", `line 1: there is no column "mail"; the columns are key, address`, true},
		{"feed csv personnel " + people + " --units " + units + " --dry-run", "add 林雅庭 (1)", false},
		{"feed csv personnel " + people + " --units " + units + " --apply", "done: 4 steps", false},
		{"feed csv personnel " + people + " --units " + units + " --apply", "nothing to change", false},
		{"feed csv personnel " + rows + " --part --apply", `REFUSED line 3, 4, Cy [address] "not an address" is not a mail address`, true},
		{"feed csv personnel " + rows + " --part --apply", `REFUSED line 4, 5, Di [unit] There is no unit "nowhere"`, true},
		{"feed runs personnel", "4 of 4 steps", false},
		{"feed list", "units and people", false},
		{"feed rollback LAST --apply", "leaves: An, Nguyễn (2)", false},
		{"feed pull personnel --dry-run", "personnel is no ldap feed", true},
		{"feed add ad --kind ldap", "needs an address and a base", true},
		{"feed add ad --kind ldap --url ldaps://127.0.0.1:1 --base dc=x --attribute address=proxyAddresses", "feed ad", false},
		{"feed pull ad --dry-run", "127.0.0.1:1 cannot be reached", true},
		{"feed every ad 1", "every 5 to 10080 minutes", true},
		{"feed every personnel 60", "personnel is no ldap feed", true},
		{"feed every ad 60", "every 60 minutes", false},
		{"feed list", "every 60 minutes", false},
		{"feed rollback nothing", "no such run", true},
		{"feed remove personnel", "removed personnel", false},
	} {
		args := strings.ReplaceAll(c.args, "LAST", run)
		out, err := s.Command(t.Context(), strings.Fields(args)...).CombinedOutput()
		if (err != nil) != c.fail || !strings.Contains(string(out), c.want) || strings.Contains(string(out), "goroutine") {
			t.Errorf("%s says (%v): %s", args, err, out)
		}
		if m := regexp.MustCompile(`(?m)^run (\S+)\ndone: 4`).FindStringSubmatch(string(out)); m != nil {
			run = m[1]
		}
	}
	out, err := s.Command(t.Context(), "role", "grant", "bo@city.example", "helpdesk").CombinedOutput()
	if err == nil {
		t.Errorf("a refused run made an account: %s", out)
	}
	checkClean(t, s)
}

// TestFeedSCIM has a client bring, change and remove somebody over the door of
// a running server; the operator sees the run and takes it back.
func TestFeedSCIM(t *testing.T) {
	s := server(t, t.TempDir(), "", "p0@city.example")
	start(t, s)
	command := func(args string) string {
		t.Helper()
		out, err := s.Command(t.Context(), strings.Fields(args)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v %s", args, err, out)
		}
		return string(out)
	}
	_, token, _ := strings.Cut(command("feed add idp --kind scim"), "token ")
	ask := func(method, path, body string, want int) (answer struct{ ID, UserName string }) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.HTTP+"/scim/v2"+path, strings.NewReader(body))
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(token))
		r.Header.Set("Content-Type", "application/scim+json")
		res, err := http.DefaultClient.Do(r)
		must(t, err)
		defer res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s %s: %s", method, path, res.Status)
		}
		if res.StatusCode < 300 && want != http.StatusNoContent {
			must(t, json.NewDecoder(res.Body).Decode(&answer))
		}
		return answer
	}
	made := ask("POST", "/Users", `{"userName":"lin@city.example","externalId":"7","displayName":"Lin"}`, http.StatusCreated)
	ask("PATCH", "/Users/"+made.ID, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}`, http.StatusOK)
	if got := ask("GET", "/Users/"+made.ID, "", http.StatusOK); got.UserName != "lin@city.example" {
		t.Errorf("the user is %+v", got)
	}
	ask("DELETE", "/Users/"+made.ID, "", http.StatusNoContent)
	run, rest, _ := strings.Cut(command("feed runs idp"), " ")
	if !strings.Contains(rest, "3 of 3 steps") {
		t.Errorf("the run is %s", rest)
	}
	if said := command("feed rollback " + run + " --apply"); !strings.Contains(said, "unlock Lin (7)") || !strings.Contains(said, "done: 3 steps") {
		t.Errorf("the way back is %s", said)
	}
	checkClean(t, s)
}

// TestFeedWebhook has a personnel system tell a running server of somebody.
func TestFeedWebhook(t *testing.T) {
	s := server(t, t.TempDir(), "", "p0@city.example")
	start(t, s)
	out, err := s.Command(t.Context(), "feed", "add", "personnel", "--kind", "webhook").CombinedOutput()
	said := strings.Fields(string(out))
	if err != nil || len(said) != 6 {
		t.Fatalf("%v %s", err, out)
	}
	system := testkit.Personnel{URL: "http://" + s.HTTP + said[3], Secret: said[5], Now: time.Now, Client: http.DefaultClient}
	for i, want := range []string{`{"changed":1}`, `{"changed":0}`} {
		status, answer, err := system.Tell(t.Context(), strconv.Itoa(i), `{"people":[{"key":"1","address":"ann@city.example","name":"Ann"}]}`)
		if err != nil || status != http.StatusOK || answer != want {
			t.Errorf("%d %s %v, want %s", status, answer, err, want)
		}
	}
	checkClean(t, s)
}
