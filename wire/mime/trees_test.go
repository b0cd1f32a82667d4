package mime

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// treeNode is the part of the corpus's trees that we compare: elements with
// their children and the file that holds a decoded body.
type treeNode struct {
	XMLName xml.Name
	File    string     `xml:"name,attr"`
	Nodes   []treeNode `xml:",any"`
}

// knownTrees are the messages whose tree differs from the corpus's, and why.
var knownTrees = map[string]string{
	"frag":                                  "base64 cut short: we give the whole bytes of the last group, they drop it",
	"multi-frag":                            "base64 cut short: we give the whole bytes of the last group, they drop it",
	"hdr-fakeout":                           "no blank line: we show the text as the body, they take it for header",
	"basic-plain-with-bad-header-separator": "no blank line: we show the text as the body, they take it for header",
	"malformedHeader-nocrlfcrlf":            "a line that is no field starts the body; they skip it",
	"malformedHeader-noheader":              "a line that is no field starts the body; they skip it",
	"malformedHeaderStartsBody-nocrlfcrlf":  "we keep the whole body, they lose the line after the bad one",
	"malformedHeaderStartsBody-noheader":    "we keep the whole body, they lose its first line",
	"multi-2gifs-base64":                    "a message in base64 is a leaf: offsets into it would mean nothing to IMAP",
	"bad-newlines-multiple-parts-base64":    "a message in base64 is a leaf: offsets into it would mean nothing to IMAP",
	"base64encoded-rfc822message-nested":    "a message in base64 is a leaf: offsets into it would mean nothing to IMAP",
	"base64encoded-rfc822message":           "a message in base64 is a leaf: offsets into it would mean nothing to IMAP",
	"obsolete":                              "we keep a field with 8-bit letters in its name",
	"very-very-long-boundary":               "a boundary of 7,000 bytes is beyond our limit",
	"very-long-boundary":                    "a boundary may not end in white space, so we match without it",
	"weird-boundary":                        "a boundary may not end in white space, so we match without it",
}

// TestTrees compares structure and decoded content with the trees of the
// mime4j project.
func TestTrees(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpusDir(t), "mime-trees", "*", "*_decoded.xml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no trees: %v", err)
	}
	same := 0
	for _, file := range files {
		base := strings.TrimSuffix(file, "_decoded.xml")
		name := filepath.Base(base)
		raw, err := os.ReadFile(base + ".msg")
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(bytes.NewReader(text))
		d.Strict = false
		d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
		var want treeNode
		if err := d.Decode(&want); err != nil {
			t.Logf("%s: the tree cannot be read: %v", name, err)
			continue
		}
		m, err := Parse(bytes.NewReader(raw), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		diff := compareTree(filepath.Dir(file), m.Root, &want, bytes.NewReader(raw))
		reason, isKnown := knownTrees[name]
		switch {
		case diff == "":
			same++
			if isKnown {
				t.Errorf("%s agrees now; take it off the list", name)
			}
		case !isKnown:
			t.Errorf("%s: %s", name, diff)
		default:
			t.Logf("%s differs as known (%s): %s", name, reason, diff)
		}
	}
	t.Logf("%d of %d trees agree", same, len(files))
}

// compareTree compares a part with an element that holds a header and a body.
func compareTree(dir string, p *Part, n *treeNode, src io.ReaderAt) string {
	var fields int
	for i := range n.Nodes {
		k := &n.Nodes[i]
		switch k.XMLName.Local {
		case "header":
			for _, f := range k.Nodes {
				if f.XMLName.Local == "field" {
					fields++
				}
			}
			h, err := p.ReadHeader(src, 1<<20)
			if err != nil || len(h) != fields {
				return fmt.Sprintf("part %q has %d fields, want %d", p.Number, len(h), fields)
			}
		case "multipart":
			at := 0
			for j := range k.Nodes {
				if k.Nodes[j].XMLName.Local != "body-part" {
					continue
				}
				if at >= len(p.Parts) {
					return fmt.Sprintf("part %q (%s) has %d parts, want more", p.Number, p.Type, len(p.Parts))
				}
				if diff := compareTree(dir, p.Parts[at], &k.Nodes[j], src); diff != "" {
					return diff
				}
				at++
			}
			if at != len(p.Parts) {
				return fmt.Sprintf("part %q has %d parts, want %d", p.Number, len(p.Parts), at)
			}
		case "message":
			if p.Nested == nil {
				return fmt.Sprintf("part %q (%s) is no message", p.Number, p.Type)
			}
			if diff := compareTree(dir, p.Nested.Root, k, src); diff != "" {
				return diff
			}
		case "text-body", "binary-body":
			if len(p.Parts) > 0 || p.Nested != nil {
				return fmt.Sprintf("part %q (%s) is no leaf", p.Number, p.Type)
			}
			want, err := os.ReadFile(filepath.Join(dir, k.File))
			if err != nil {
				return err.Error()
			}
			got, err := io.ReadAll(p.Open(src))
			if err != nil {
				return err.Error()
			}
			if k.XMLName.Local == "text-body" {
				got, want = lf(got), lf(want)
			}
			if !bytes.Equal(got, want) {
				return fmt.Sprintf("part %q (%s, %s): %d bytes %.60q, want %d bytes %.60q", p.Number, p.Type, p.CTE, len(got), got, len(want), want)
			}
		}
	}
	return ""
}

func lf(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }
