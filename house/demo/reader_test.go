package demo

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"chancery/wire/mime"
)

// allPlans plays every script and keeps the plans, which Generate does not show.
func allPlans(t *testing.T, now time.Time) *writer {
	t.Helper()
	o, err := readOffice(DefaultDomain)
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := readScripts()
	if err != nil {
		t.Fatal(err)
	}
	w := newWriter(o, 1, now)
	for _, s := range scripts {
		if err := w.play(s); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// same compares as a reader does: the old Vietnamese charsets come back with
// tone marks apart.
func same(a, b string) bool {
	clean := func(s string) string { return strings.Join(strings.Fields(norm.NFC.String(s)), " ") }
	return clean(a) == clean(b)
}

// TestReadBack lets our own reader, which was written apart from this
// package, read every message: what the script says is what arrives, in every
// charset and encoding.
func TestReadBack(t *testing.T) {
	w := allPlans(t, monday)
	for _, p := range w.plans {
		raw := mustBytes(t, Message{ID: p.id})
		src := bytes.NewReader(raw)
		m, err := mime.Parse(bytes.NewReader(raw), mime.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if !same(m.Envelope.Subject, p.subject) {
			t.Errorf("%s: subject %q, want %q", p.script.id, m.Envelope.Subject, p.subject)
		}
		if from := m.Envelope.From; len(from) != 1 || !same(from[0].Name, p.from.name) {
			t.Errorf("%s: from %+v, want %q", p.script.id, from, p.from.name)
		}
		checkBodies(t, p, m, src)
	}
}

func checkBodies(t *testing.T, p *plan, m *mime.Message, src *bytes.Reader) {
	t.Helper()
	bodies := m.Bodies()
	text, _, problem := bodies.Text[0].Text(src, 1<<20)
	if problem {
		t.Errorf("%s: the text (%s) has a problem", p.script.id, bodies.Text[0].Charset())
	}
	opening, _, _ := strings.Cut(strings.TrimSpace(plainText(p.body)), "\n")
	if bodies.Text[0].Type == "text/plain" && !strings.Contains(norm.NFC.String(text), norm.NFC.String(opening)) {
		t.Errorf("%s: the text does not open with %q:\n%s", p.script.id, opening, text)
	}
	var want, got []string
	for _, part := range p.parts {
		if !strings.HasPrefix(part.name, "invite ") {
			want = append(want, strings.TrimPrefix(part.name, "inline "))
		}
	}
	m.Walk(false, func(part *mime.Part) bool {
		if name := part.Name(); name != "" {
			got = append(got, name)
		}
		return true
	})
	if !same(strings.Join(got, "|"), strings.Join(want, "|")) {
		t.Errorf("%s: files %q, want %q", p.script.id, got, want)
	}
}
