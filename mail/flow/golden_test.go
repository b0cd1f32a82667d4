package flow

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"chancery/policy"
)

var update = flag.Bool("update", false, "write the verdicts of testdata anew")

const goldenFile = "testdata/rules.txt"

// TestRules reads rules and letters and compares what becomes of them. A block
// has rules, one letter, and its verdict; the rules of a block are also those of
// the next ones that have none of their own.
func TestRules(t *testing.T) {
	raw, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	var rules []Rule
	for block := range strings.SplitSeq(strings.TrimSpace(string(raw)), "\n\n") {
		var kept []string
		f := &Facts{Level: policy.Unlabelled}
		isLetter := false
		own := false
		for line := range strings.SplitSeq(block, "\n") {
			key, value, _ := strings.Cut(line, " ")
			switch {
			case key == "=":
				continue
			case key == "rule":
				if !own {
					rules, own = nil, true
				}
				r, err := Parse([]byte(value))
				if err != nil {
					t.Fatalf("%s: %v", line, err)
				}
				again, err := r.Encode()
				if err != nil || string(again) != value {
					t.Errorf("the rule is written as\n%s, not\n%s (%v)", again, value, err)
				}
				rules = append(rules, r)
			case !strings.HasPrefix(line, "#"):
				isLetter = true
				readFact(t, f, key, value)
			}
			kept = append(kept, line)
		}
		if isLetter {
			set := NewSet(rules)
			v := set.Judge(f)
			kept = append(kept, verdictText(v))
		}
		out = append(out, strings.Join(kept, "\n"))
	}
	got := strings.Join(out, "\n\n") + "\n"
	if *update {
		if err := os.WriteFile(goldenFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for i, block := range strings.Split(strings.TrimSpace(string(raw)), "\n\n") {
		if block != strings.TrimSuffix(out[i], "\n") {
			t.Errorf("the file says\n%s\n\nand it is\n%s", block, out[i])
		}
	}
}

// readFact reads a line of a letter.
func readFact(t *testing.T, f *Facts, key, value string) {
	t.Helper()
	plain := value
	if strings.HasPrefix(value, `"`) {
		var err error
		if plain, err = strconv.Unquote(value); err != nil {
			t.Fatalf("%s: %v", value, err)
		}
	}
	words := strings.Fields(value)
	switch key {
	case "from":
		f.Direction, f.Sender = words[0], words[1]
		f.SenderUnits = ids(words[2:])
	case "to":
		r := Recipient{Address: words[0]}
		if r.Outside = slices.Contains(words, "outside"); !r.Outside {
			r.Units = ids(words[1:])
		}
		f.Recipients = append(f.Recipients, r)
	case "level":
		level, err := policy.LevelOf(value)
		if err != nil {
			t.Fatal(err)
		}
		f.Level = level
	case "subject":
		f.Subject = plain
	case "text":
		f.Text = func() string { return plain }
	case "file": // size, type, name
		size, err := strconv.ParseInt(words[0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.Join(words[2:], " ")
		if s, err := strconv.Unquote(name); err == nil {
			name = s
		}
		f.Files = append(f.Files, File{Name: name, Type: words[1], Size: size})
		contents := make([]Content, len(f.Files))
		if f.Contents != nil {
			copy(contents, f.Contents())
		}
		f.Contents = func() []Content { return contents }
	case "within": // what is in the last file; "closed" before it: there may be more
		last := &f.Contents()[len(f.Files)-1]
		last.Text, last.IsClosed = strings.CutPrefix(plain, "closed")
	case "signed":
		f.Signed = true
	case "encrypted":
		f.Encrypted = true
	default:
		t.Fatalf("a letter has no %q", key)
	}
}

func ids(words []string) (list []int64) {
	for _, w := range words {
		n, _ := strconv.ParseInt(w, 10, 64)
		list = append(list, n)
	}
	return list
}

// verdictText writes a verdict, one line for each rule that holds.
func verdictText(v Verdict) string {
	if len(v.Hits) == 0 {
		return "= passes"
	}
	var lines []string
	for _, h := range v.Hits {
		line := "= " + h.Rule.Name
		for _, m := range h.Found {
			line += fmt.Sprintf(" | %s %s %q", m.Where, m.Kind, m.Text)
			if m.File != "" {
				line += fmt.Sprintf(" in %q", m.File)
			}
		}
		lines = append(lines, line)
	}
	var done []string
	note := func(is bool, format string, args ...any) {
		if is {
			done = append(done, fmt.Sprintf(format, args...))
		}
	}
	note(v.Refuse != nil, "refused")
	note(v.Missing != nil, "lacks something")
	note(len(v.Holds) > 0, "held by %d", len(v.Holds))
	note(len(v.Monitors) > 0, "monitored by %s", strings.Join(v.Monitors, ", "))
	note(v.Journal, "journal")
	note(len(v.Disclaimers) > 0, "%d texts", len(v.Disclaimers))
	note(len(v.Warnings) > 0, "%d warnings", len(v.Warnings))
	if len(done) > 0 {
		lines = append(lines, "= so: "+strings.Join(done, ", "))
	}
	return strings.Join(lines, "\n")
}
