package chancery

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

func readFile(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestDeps checks that every directly required module stands in deps.txt with
// a reason, and that deps.txt names no module that is gone.
func TestDeps(t *testing.T) {
	required := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^(?:\t|require )(\S+) v\S+$`).FindAllStringSubmatch(readFile(t, "go.mod"), -1) {
		required[m[1]] = true
	}
	named := map[string]bool{}
	for line := range strings.Lines(readFile(t, "deps.txt")) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.SplitN(line, "\t", 3)
		if len(fields) != 3 {
			t.Errorf("deps.txt: %q wants module, licence and reason, separated by tabs", line)
			continue
		}
		named[fields[0]] = true
	}
	for m := range required {
		if !named[m] {
			t.Errorf("go.mod requires %s, which deps.txt does not name", m)
		}
	}
	for m := range named {
		if !strings.HasPrefix(m, "npm:") && !required[m] {
			t.Errorf("deps.txt names %s, which go.mod does not require directly", m)
		}
	}
}

// TestReadme keeps the README a page.
func TestReadme(t *testing.T) {
	if n := strings.Count(readFile(t, "README.md"), "\n"); n > 120 {
		t.Errorf("README.md has %d lines, at most 120", n)
	}
}

// TestSpec checks that every test named in doc/spec exists.
func TestSpec(t *testing.T) {
	entries, err := os.ReadDir("doc/spec")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		for _, m := range regexp.MustCompile("`([\\w./-]+(?:_test\\.go|\\.spec\\.ts|\\.test\\.tsx?))(?::(\\w+))?`").FindAllStringSubmatch(readFile(t, "doc/spec/"+e.Name()), -1) {
			b, err := os.ReadFile(m[1])
			if err != nil {
				t.Errorf("doc/spec/%s names %s, which is not there", e.Name(), m[1])
				continue
			}
			if m[2] != "" && !strings.Contains(string(b), "func "+m[2]+"(") {
				t.Errorf("doc/spec/%s: %s has no %s", e.Name(), m[1], m[2])
			}
		}
	}
}

// TestNothingStray checks that no build result or test output is tracked.
func TestNothingStray(t *testing.T) {
	out, err := exec.Command("git", "ls-files").Output()
	if err != nil {
		t.Skip("not a git checkout")
	}
	for name := range strings.Lines(string(out)) {
		name = strings.TrimSpace(name)
		if strings.HasPrefix(name, "bin/") || strings.HasPrefix(name, "web/dist/assets") || strings.Contains(name, "node_modules/") {
			t.Errorf("%s: built, not written; take it out of git", name)
		}
	}
}
