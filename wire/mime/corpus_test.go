package mime

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// corpusDir finds the corpus of real mail or skips the test.
func corpusDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("CHANCERY_CORPUS")
	if dir == "" {
		dir = "../shared/corpora"
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join("../..", dir) // it is relative to the repository's root
	}
	dir = filepath.Join(dir, "mail")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no corpus of real mail at %s; set CHANCERY_CORPUS", dir)
	}
	return dir
}

// eachMessage calls visit with every message file of the corpus.
func eachMessage(t testing.TB, visit func(name string, raw []byte)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(corpusDir(t), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".eml") && !strings.HasSuffix(name, ".msg") {
			return err
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		n++
		visit(name, raw)
		return nil
	})
	if err != nil || n == 0 {
		t.Fatalf("%d messages read: %v", n, err)
	}
}

// TestCorpus parses all real mail, as stored and with CRLF, and checks the tree.
func TestCorpus(t *testing.T) {
	var total, jsonBytes, problems int
	eachMessage(t, func(name string, raw []byte) {
		lf := bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
		for _, b := range [][]byte{raw, bytes.ReplaceAll(lf, []byte("\n"), []byte("\r\n"))} {
			m, err := Parse(bytes.NewReader(b), Limits{})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			checkTree(t, name, m, b)
			stored, err := m.Encode()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			again, err := Decode(stored)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			header := m.Header
			m.Header = nil
			if !sameTree(m, again) {
				t.Errorf("%s: the stored form loses something:\n%s", name, stored)
			}
			m.Header = header
			total++
			jsonBytes += len(stored)
			m.Walk(true, func(p *Part) bool {
				if p.IsText() {
					text, _, bad := p.Text(bytes.NewReader(b), 1<<20)
					if !utf8.ValidString(text) {
						t.Errorf("%s: part %s: text is not UTF-8", name, p.Number)
					}
					if bad {
						problems++
					}
				}
				return true
			})
		}
	})
	t.Logf("%d messages, %d bytes of JSON on average, %d text parts with an encoding problem", total, jsonBytes/total, problems)
}

func sameTree(a, b *Message) bool {
	x, _ := a.Encode()
	y, _ := b.Encode()
	var numbers [2][]string
	for i, m := range []*Message{a, b} {
		m.Walk(true, func(p *Part) bool { numbers[i] = append(numbers[i], p.Number); return true })
	}
	return bytes.Equal(x, y) && reflect.DeepEqual(numbers[0], numbers[1])
}

// checkTree checks offsets, line counts, sizes and numbers against the bytes.
func checkTree(t testing.TB, name string, m *Message, raw []byte) {
	t.Helper()
	if m.Root.Header != 0 || m.Root.End != int64(len(raw)) {
		t.Errorf("%s: the root spans %d-%d of %d bytes", name, m.Root.Header, m.Root.End, len(raw))
	}
	src := bytes.NewReader(raw)
	m.Walk(true, func(p *Part) bool {
		if !(0 <= p.Header && p.Header <= p.Body && p.Body <= p.End && p.End <= int64(len(raw))) {
			t.Errorf("%s: part %q: offsets %d %d %d of %d", name, p.Number, p.Header, p.Body, p.End, len(raw))
			return false
		}
		body := raw[p.Body:p.End]
		lines := int64(bytes.Count(body, []byte("\n")))
		if len(body) > 0 && body[len(body)-1] != '\n' {
			lines++
		}
		if p.Lines != lines {
			t.Errorf("%s: part %q (%s): %d lines, counted %d", name, p.Number, p.Type, p.Lines, lines)
		}
		at := p.Body
		for _, k := range p.Parts {
			if k.Header < at || k.End > p.End {
				t.Errorf("%s: part %q is not inside %q or not in order", name, k.Number, p.Number)
			}
			at = k.End
		}
		if p.Nested != nil && (p.Nested.Root.Header != p.Body || p.Nested.Root.End != p.End) {
			t.Errorf("%s: message in %q spans %d-%d, its part %d-%d", name, p.Number, p.Nested.Root.Header, p.Nested.Root.End, p.Body, p.End)
		}
		if len(p.Parts) == 0 && strings.HasPrefix(p.Type, "multipart/") {
			t.Errorf("%s: part %q: a multipart without children", name, p.Number)
		}
		var n bytes.Buffer
		if _, err := n.ReadFrom(p.Open(src)); err != nil || int64(n.Len()) != p.ContentSize() {
			t.Errorf("%s: part %q (%s, %s): content has %d bytes, size says %d (%v)", name, p.Number, p.Type, p.CTE, n.Len(), p.ContentSize(), err)
		}
		if found, ok := m.Find(p.Number); !ok || found != p {
			if p != m.Root && !(found != nil && found.Nested != nil && found.Nested.Root == p) {
				t.Errorf("%s: Find(%q) gives another part", name, p.Number)
			}
		}
		return true
	})
}
