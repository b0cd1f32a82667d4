package sieve

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chancery/wire/mime"
)

var update = flag.Bool("update", false, "write what scripts do into testdata anew")

// now is when every script of testdata runs: a Thursday.
var now = time.Date(2026, 11, 19, 9, 30, 15, 0, time.FixedZone("", 8*3600))

// TestExamples runs testdata/*.txt. A file is made of cases: "=== name", the
// script, then for each letter "--- letter [from=A] [to=B]" with the letter
// and "--- does" with the actions; or "--- errors" with what is wrong.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no examples", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := replay(string(b))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			w, g := strings.Split(string(b), "\n"), strings.Split(got, "\n")
			for i := range max(len(w), len(g)) {
				if i >= len(w) || i >= len(g) || w[i] != g[i] {
					t.Fatalf("line %d:\nwant %q\ngot  %q", i+1, w[min(i, len(w)-1):min(i+3, len(w))], g[min(i, len(g)-1):min(i+3, len(g))])
				}
			}
		})
	}
}

// replay returns the file with the answers that scripts give.
func replay(text string) string {
	var out strings.Builder
	head, rest, found := strings.Cut(text, "=== ")
	out.WriteString(head)
	for found {
		var one string
		one, rest, found = strings.Cut(rest, "\n=== ")
		out.WriteString("=== ")
		replayCase(&out, strings.TrimRight(one, "\n"))
		if found {
			out.WriteString("\n")
		}
	}
	return out.String()
}

func replayCase(out *strings.Builder, text string) {
	parts := strings.Split(text, "\n--- ")
	_, script, _ := strings.Cut(parts[0], "\n")
	out.WriteString(parts[0] + "\n")
	s, err := Parse(script, Limits{})
	if err != nil {
		out.WriteString("--- errors\n" + err.Error() + "\n")
		return
	}
	for _, p := range parts[1:] {
		head, letter, _ := strings.Cut(p, "\n")
		args, isLetter := strings.CutPrefix(head, "letter")
		if !isLetter {
			continue
		}
		out.WriteString("--- " + head + "\n" + letter + "\n--- does\n")
		for _, line := range describe(s.Run(testEnv(args, letter))) {
			out.WriteString(line + "\n")
		}
	}
}

func testEnv(args, letter string) Env {
	raw := []byte(strings.ReplaceAll(letter, "\n", "\r\n") + "\r\n")
	m, err := mime.Parse(bytes.NewReader(raw), mime.Limits{})
	if err != nil {
		panic(err)
	}
	env := Env{Letter: NewLetter(m, bytes.NewReader(raw), int64(len(raw))), From: "tim@example.com", To: "me@example.org", Now: now,
		Mailbox: func(name string) bool { return name == "INBOX" || name == "Partners" }, MailboxID: func(id string) bool { return id == "f1" },
		CanRedirect: func(a string) error {
			if strings.HasSuffix(a, ".outside") {
				return fmt.Errorf("%s is outside", a)
			}
			return nil
		}}
	for arg := range strings.FieldsSeq(args) {
		k, v, _ := strings.Cut(arg, "=")
		switch k {
		case "from":
			env.From = v
		case "to":
			env.To = v
		}
	}
	return env
}

// describe writes a result for a person.
func describe(r Result) (lines []string) {
	for _, a := range r.Actions {
		var b strings.Builder
		switch a.Kind {
		case Keep:
			b.WriteString("keep")
		case FileInto:
			fmt.Fprintf(&b, "fileinto %q", a.Mailbox)
			if a.MailboxID != "" {
				b.WriteString(" id " + a.MailboxID)
			}
			if a.Create {
				b.WriteString(" create")
			}
		case SendOn:
			b.WriteString("redirect " + a.Address)
		case Answer:
			v := a.Vacation
			fmt.Fprintf(&b, "vacation every %v subject %q from %q addresses %v mime %v handle %q\n  %q", v.Every, v.Subject, v.From, v.Addresses, v.MIME, v.Handle, v.Text)
		}
		if len(a.Flags) > 0 {
			b.WriteString(" flags " + strings.Join(a.Flags, " "))
		}
		lines = append(lines, b.String())
	}
	if r.Discards() {
		lines = append(lines, "(not kept)")
	}
	if r.Err != nil {
		lines = append(lines, "error "+r.Err.Error())
	}
	return lines
}
