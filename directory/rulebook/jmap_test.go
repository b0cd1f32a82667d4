package rulebook

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/wire/jmap"
)

var anHour = regexp.MustCompile(`T\d\d:\d\d:00Z`)

var update = flag.Bool("update", false, "write the answers of the dialogue anew")

// TestDialogue replays testdata/rulebook.txt on both engines: "as officer"
// changes who asks, "> Name {arguments}" are calls, and lines that begin with
// "<" what must come back. Ids that are made stand as $1 and so on.
func TestDialogue(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		const file = "testdata/rulebook.txt"
		text, err := os.ReadFile(file)
		must(t, err)
		o := newOffice(t, url)
		who := o.officer
		methods := o.Capabilities(func(context.Context) (policy.Subject, error) { return who, nil })[0].Methods
		people := map[string]policy.Subject{"officer": o.officer, "security": o.security, "auditor": o.auditor, "roadman": o.roadman}
		named := map[string]string{"roads": id.Text(unitID, o.roads)}
		for name, s := range people {
			named[name] = id.Text(accountID, s.Account)
		}
		made := 0
		var out []string
		for line := range strings.Lines(string(text)) {
			line = strings.TrimRight(line, "\n")
			if strings.HasPrefix(line, "<") {
				continue
			}
			out = append(out, line)
			if name, ok := strings.CutPrefix(line, "as "); ok {
				name, program := strings.CutSuffix(name, " by program")
				if who = people[name]; program {
					who.Assurance = policy.ByProgram
				}
			}
			if days, ok := strings.CutPrefix(line, "after days "); ok {
				n, err := strconv.Atoi(days)
				must(t, err)
				o.now.Advance(time.Duration(n) * 24 * time.Hour)
			}
			call, ok := strings.CutPrefix(line, "> ")
			if !ok {
				continue
			}
			name, args, _ := strings.Cut(call, " ")
			for key, text := range named {
				args = strings.ReplaceAll(args, "@"+key+`"`, text+`"`)
			}
			answer, err := methods[name](t.Context(), &jmap.Call{Name: name, Args: json.RawMessage(args), Limits: jmap.DefaultLimits()})
			if err != nil {
				answer = jmap.MethodErrorOf(err)
			}
			b, err := jmap.AppendValue(nil, answer)
			must(t, err)
			said := anHour.ReplaceAllString(string(b), "T09:00:00Z") // whatever the zone of the machine
			for _, word := range strings.FieldsFunc(said, func(r rune) bool { return strings.ContainsRune(`{}[]":,`, r) }) {
				n, ok := id.Parse(word[0], word)
				if ok && time.UnixMilli(n>>20).Year() >= 2026 && !known(named, word) {
					made++
					named[strconv.Itoa(made)] = word
				}
			}
			for key, text := range named {
				said = strings.ReplaceAll(said, `"`+text+`"`, `"@`+key+`"`)
			}
			out = append(out, "< "+said)
		}
		got := strings.Join(out, "\n") + "\n"
		if *update {
			must(t, os.WriteFile(file, []byte(got), 0o644))
		} else if got != string(text) {
			t.Errorf("%s differs; got:\n%s", file, got)
		}
	})
}

func known(named map[string]string, word string) bool {
	for _, text := range named {
		if text == word {
			return true
		}
	}
	return false
}
