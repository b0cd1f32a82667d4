package compose

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"chancery/wire/mime"
)

var (
	// line is text for a header: any letters, single spaces, no ends of space.
	line = rapid.Custom(func(t *rapid.T) string {
		s := rapid.StringOfN(rapid.RuneFrom([]rune(`aZ9 "\(),.:;<>@[]=?_-*'%/!會議通知Ủyế회의カフェ🎉é`), unicode.Han, unicode.Hangul, unicode.Latin), 0, 120, -1).Draw(t, "line")
		return norm.NFC.String(strings.Join(strings.Fields(s), " "))
	})
	body = rapid.Custom(func(t *rapid.T) string {
		s := rapid.StringOfN(rapid.RuneFrom([]rune("ab =.\t\n\n\n會議\r-F"), unicode.Latin, unicode.Han), 0, 3000, -1).Draw(t, "body")
		return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	})
	style = rapid.SampledFrom([]Style{Encoded, UTF8})
	local = rapid.StringMatching(`[a-z0-9!#+.@ "\\-]{1,30}`)
	host  = rapid.StringMatching(`[a-z0-9]{1,20}(\.[a-z]{2,5}){1,3}`)
)

func drawAddress(t *rapid.T) mime.Address {
	return mime.Address{Name: line.Draw(t, "name"), Local: local.Draw(t, "local"), Host: host.Draw(t, "host")}
}

// TestRoundTrip writes random messages and reads them back.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := style.Draw(t, "style")
		env := &mime.Envelope{
			Sent:    time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "sent"), 0).In(time.FixedZone("", rapid.IntRange(-12, 14).Draw(t, "zone")*3600)),
			From:    []mime.Address{drawAddress(t)},
			To:      rapid.SliceOfN(rapid.Custom(drawAddress), 1, 30).Draw(t, "to"),
			Subject: line.Draw(t, "subject"), MessageID: NewMessageID("a.example"),
			References: rapid.SliceOfN(rapid.Just(NewMessageID("b.example")), 0, 20).Draw(t, "refs"),
		}
		text, html := body.Draw(t, "text"), body.Draw(t, "html")
		files := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) File {
			data := rapid.SliceOf(rapid.Byte()).Draw(t, "data")
			return File{Name: line.Draw(t, "file"), Type: rapid.SampledFrom([]string{"", "image/png", "text/csv"}).Draw(t, "type"),
				Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
		}), 0, 4).Draw(t, "files")
		m := &Message{Header: Envelope(env, s), Style: s, Body: Body(text, html, nil, files)}
		var out bytes.Buffer
		if _, err := m.WriteTo(&out); err != nil {
			t.Fatal(err)
		}
		checkRead(t, out.Bytes(), env, text, html, files)
	})
}

// checkRead parses what was written and compares.
func checkRead(t *rapid.T, raw []byte, env *mime.Envelope, text, html string, files []File) {
	for l := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(l) > 998 || bytes.ContainsAny(l, "\r\n") {
			t.Fatalf("bad line %q", l)
		}
	}
	got, err := mime.Parse(bytes.NewReader(raw), mime.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	e := &got.Envelope
	if e.Subject != env.Subject || !e.Sent.Equal(env.Sent) || e.MessageID != env.MessageID || len(e.References) != len(env.References) {
		t.Fatalf("subject %q, want %q; date %v, want %v; refs %v\n%s", e.Subject, env.Subject, e.Sent, env.Sent, e.References, raw)
	}
	for i, list := range [][]mime.Address{e.From, e.To} {
		want := [][]mime.Address{env.From, env.To}[i]
		if len(list) != len(want) {
			t.Fatalf("%d addresses, want %d\n%s", len(list), len(want), raw)
		}
		for j := range list {
			if list[j].Name != want[j].Name || list[j].Local != want[j].Local || list[j].Host != want[j].Host {
				t.Fatalf("address %+v, want %+v\n%s", list[j], want[j], raw)
			}
		}
	}
	bodies := got.Bodies()
	src := bytes.NewReader(raw)
	checkText := func(p *mime.Part, want string) {
		s, cut, bad := p.Text(src, 0)
		if strings.TrimSuffix(s, "\n") != strings.TrimSuffix(want, "\n") || cut || bad {
			t.Fatalf("text %q, want %q (%v %v)", s, want, cut, bad)
		}
	}
	if html != "" {
		checkText(bodies.HTML[0], html)
	}
	if text != "" || html == "" {
		checkText(bodies.Text[0], text)
	}
	var parts []*mime.Part
	got.Walk(false, func(p *mime.Part) bool {
		if p.Disp == "attachment" {
			parts = append(parts, p)
		}
		return true
	})
	if len(parts) != len(files) {
		t.Fatalf("%d attachments, want %d", len(parts), len(files))
	}
	for i, f := range files {
		r, _ := f.Open()
		want, _ := io.ReadAll(r)
		data, err := io.ReadAll(parts[i].Open(src))
		if err != nil || !bytes.Equal(data, want) || parts[i].Name() != f.Name || parts[i].ContentSize() != int64(len(want)) {
			t.Fatalf("attachment %q of %d bytes, want %q of %d (%v)\n%s", parts[i].Name(), len(data), f.Name, len(want), err, raw)
		}
	}
}

// FuzzFields writes any text in every kind of field and checks that the
// header still has just those fields.
func FuzzFields(f *testing.F) {
	f.Add("會議 =?utf-8?q?x?= \"a\" <b>", true)
	f.Add(strings.Repeat("x", 2000), false)
	f.Add("a\r\nBcc: x", true)
	f.Fuzz(func(t *testing.T, s string, isUTF8 bool) {
		st := Encoded
		if isUTF8 {
			st = UTF8
		}
		m := &Message{Style: st, Body: &Node{Name: s, Description: s}, Header: []Field{
			Text("Subject", s, st), Addresses("To", []mime.Address{{Name: s, Local: "a", Host: "b.example"}}, st), Token("MIME-Version", "1.0"),
		}}
		var out bytes.Buffer
		if _, err := m.WriteTo(&out); err != nil {
			return // refused: nothing is sent
		}
		got, err := mime.Parse(bytes.NewReader(out.Bytes()), mime.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range got.Header {
			switch name := got.Header[i].Name; name {
			case "Subject", "To", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-Description":
			default:
				t.Fatalf("%q brings in the field %q", s, name)
			}
		}
		if list := got.Envelope.To; len(list) != 1 || list[0].Email() != "a@b.example" {
			t.Fatalf("%q: recipients %+v", s, list)
		}
	})
}
