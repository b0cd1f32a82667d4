package mbox

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// one is a letter read to its end.
type one struct {
	sender, text string
	at           time.Time
	keywords     []string
}

func readAll(t testing.TB, r io.Reader, lim Limits) []one {
	t.Helper()
	var out []one
	for mr := NewReader(r, lim); ; {
		l, err := mr.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(l)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, one{l.Sender, string(b), l.At, l.Keywords})
	}
}

func TestDialects(t *testing.T) {
	raw, err := os.ReadFile("testdata/dialects.mbox")
	if err != nil {
		t.Fatal(err)
	}
	want := []one{
		{"ann@city.example", "From: Ann <ann@city.example>\nSubject: First\n\nDear all,\n\nFrom now on we write so.\n>From twice.\nFrom here on it is not a separator.\n",
			time.Date(2025, 11, 20, 1, 2, 3, 0, time.UTC), []string{"$answered", "$flagged", "$seen", "work"}},
		{"MAILER-DAEMON", "Subject: =?UTF-8?B?56ys5LqM?=\n\nSecond.\n\n", time.Date(2025, 11, 20, 1, 2, 3, 0, time.UTC), nil},
		{`"two`, "Subject: Third\n\nThird, and the file ends without a blank line.\n", time.Date(2025, 11, 6, 1, 2, 3, 0, time.UTC), nil},
	}
	for name, text := range map[string]string{"LF": string(raw), "CRLF": strings.ReplaceAll(string(raw), "\n", "\r\n")} {
		for _, one := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
			got := readAll(t, one, Limits{})
			if len(got) != len(want) {
				t.Fatalf("%s: %d letters, want %d", name, len(got), len(want))
			}
			for i, g := range got {
				w := want[i]
				if g.sender != w.sender || g.text != strings.ReplaceAll(w.text, "\n", "\r\n") || !g.at.Equal(w.at) || !slices.Equal(g.keywords, w.keywords) {
					t.Errorf("%s: letter %d is %+v, want %+v", name, i, g, w)
				}
			}
		}
	}
}

func TestNotAFile(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                nil,
		"\n\n":                            nil,
		"Subject: alone\n\nText\n":        {"Subject: alone\r\n\r\nText\r\n"},
		"From nobody knows when\nx":       {"From nobody knows when\r\nx"},
		"From a Thu Nov 20 01:02:03 2025": {""},
		"From a Thu Nov 20 01:02:03 2025\nFrom b Thu Nov 20 01:02:03 2025\nS: 1\n": {"", "S: 1\r\n"},
	} {
		got := readAll(t, strings.NewReader(text), Limits{})
		var texts []string
		for _, g := range got {
			texts = append(texts, g.text)
		}
		if !slices.Equal(texts, want) {
			t.Errorf("%q: %q, want %q", text, texts, want)
		}
	}
}

// TestSkipped checks that a letter that is not read does not shift the next.
func TestSkipped(t *testing.T) {
	raw, err := os.ReadFile("testdata/dialects.mbox")
	if err != nil {
		t.Fatal(err)
	}
	r := NewReader(bytes.NewReader(raw), Limits{})
	for _, want := range []string{"ann@city.example", "MAILER-DAEMON", `"two`} {
		l, err := r.Next()
		if err != nil || l.Sender != want {
			t.Fatalf("sender %v, error %v, want %s", l, err, want)
		}
	}
}

// TestRoundTrip checks that letters come back byte for byte, whatever their
// lines begin with and however long they are.
func TestRoundTrip(t *testing.T) {
	at := time.Date(2025, 2, 3, 4, 5, 6, 0, time.UTC)
	long := strings.Repeat("x", 3*maxSeparator)
	letters := []string{
		"Subject: a\r\n\r\nText\r\n",
		"Subject: b\r\n\r\nFrom a@b.example Thu Nov 20 01:02:03 2025\r\n>From b\r\n>>From c\r\n\r\n\r\n",
		"Subject: c\r\n\r\n\r\nFrom x\r\n\r\n",
		"Subject: d\r\n folded\r\n\r\n" + long + "From z\r\n" + long + "\r\n",
		"Subject: e\r\n\r\n" + long[:1023] + "\r\nFrom the cut\r\n",
	}
	keywords := []string{"$answered", "$draft", "$flagged", "$seen", "team/計畫"}
	keywords[4] = "team"
	var file bytes.Buffer
	w := NewWriter(&file)
	for _, l := range letters {
		if err := w.Write("ann@city.example", at, keywords, strings.NewReader(l)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	got := readAll(t, &file, Limits{Line: 1})
	if len(got) != len(letters) {
		t.Fatalf("%d letters, want %d:\n%s", len(got), len(letters), file.String())
	}
	for i, g := range got {
		if g.text != letters[i] || !g.at.Equal(at) || !slices.Equal(g.keywords, keywords) {
			t.Errorf("letter %d: %+v, want %q", i, g, letters[i])
		}
	}
}

// TestOwnState checks that state fields of the letter do not survive beside ours.
func TestOwnState(t *testing.T) {
	var file bytes.Buffer
	w := NewWriter(&file)
	_ = w.Write("", time.Unix(0, 0), nil, strings.NewReader("Status: RO\nX-Status: D\n more\nSubject: s\n\nStatus: stays"))
	_ = w.Flush()
	want := "From MAILER-DAEMON Thu Jan  1 00:00:00 1970\nSubject: s\nStatus: O\n\nStatus: stays\n\n"
	if file.String() != want {
		t.Errorf("%q, want %q", file.String(), want)
	}
}

// FuzzReader checks that any file is read to its end in letters that survive
// being written and read again.
func FuzzReader(f *testing.F) {
	raw, err := os.ReadFile("testdata/dialects.mbox")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte("Subject: a\r\r\n\r\n\r"))
	f.Add([]byte("From a Thu Nov 20 01:02:03 2025\n\n\n\nFrom b Thu Nov 20 01:02:03 2025\nStatus"))
	f.Fuzz(func(t *testing.T, b []byte) {
		first := readAll(t, bytes.NewReader(b), Limits{Line: 1, HeaderBytes: 4096})
		var file bytes.Buffer
		w := NewWriter(&file)
		for _, l := range first {
			if err := w.Write(l.sender, l.at, l.keywords, strings.NewReader(l.text)); err != nil {
				t.Fatal(err)
			}
		}
		_ = w.Flush()
		second := readAll(t, bytes.NewReader(file.Bytes()), Limits{Line: 1, HeaderBytes: 4096})
		if len(first) != len(second) {
			t.Fatalf("%d letters became %d: %q -> %q", len(first), len(second), b, file.Bytes())
		}
		for i := range first {
			if len(first[i].text) > 2000 {
				continue // its header may have been cut at the limit
			}
			if a, b := settled(first[i].text), settled(second[i].text); a != b {
				t.Fatalf("letter %d: %q became %q", i, a, b)
			}
		}
	})
}

// settled is a letter without the state fields that a second look finds, and
// without its last line ends.
func settled(text string) string {
	for strings.Contains(text, "\r\r\n") { // a CR before a line end is part of it in a file
		text = strings.ReplaceAll(text, "\r\r\n", "\r\n")
	}
	head, rest, _ := strings.Cut(text, "\r\n\r\n")
	var keep []string
	for line := range strings.SplitSeq(head, "\r\n") {
		name, _, _ := strings.Cut(line, ":")
		if !isStateField(strings.TrimSpace(name)) {
			keep = append(keep, line)
		}
	}
	return strings.TrimRight(strings.Join(keep, "\r\n")+"\r\n\r\n"+rest, "\r\n")
}
