package mime

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// expected is the part of the corpus's parses (mail-parser project) that we
// can compare: fields of the message, and the leaves in their order.
type expected struct {
	Parts []expectedPart `json:"parts"`
}

type expectedPart struct {
	Headers []struct {
		Name  json.RawMessage `json:"name"` // a string, or {"other": ...}
		Value json.RawMessage `json:"value"`
	} `json:"headers"`
	Body  map[string]json.RawMessage `json:"body"`
	Start int64                      `json:"offset_header"`
	Body0 int64                      `json:"offset_body"`
	End   int64                      `json:"offset_end"`
}

// TestParses compares with the parses of the mail-parser project and reports
// the score; differences are listed with their reasons in knownParses.
func TestParses(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpusDir(t), "mime", "eml", "*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no parses: %v", err)
	}
	same, total := map[string]int{}, map[string]int{}
	for _, file := range files {
		base := strings.TrimSuffix(file, ".json")
		isCRLF := strings.HasSuffix(base, ".crlf")
		base = strings.TrimSuffix(base, ".crlf")
		name := filepath.Base(filepath.Dir(base)) + "/" + filepath.Base(base)
		raw, err := os.ReadFile(base + ".eml")
		if err != nil {
			t.Fatal(err)
		}
		// The parses are those of the text with LF and of that with CRLF.
		raw = lf(raw)
		if isCRLF {
			raw = bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var want expected
		if err := json.Unmarshal(text, &want); err != nil || len(want.Parts) == 0 {
			t.Fatalf("%s: %v", file, err)
		}
		m, err := Parse(bytes.NewReader(raw), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		diffs := compareParse(m, &want, bytes.NewReader(raw))
		for _, kind := range []string{"fields", "offsets", "texts"} {
			total[kind]++
			d, differs := diffs[kind]
			reason, isKnown := knownParses[name+" "+kind]
			switch {
			case !differs:
				same[kind]++
			case !isKnown:
				t.Errorf("%s (CRLF %v) %s: %s", name, isCRLF, kind, d)
			default:
				t.Logf("%s %s as known (%s): %s", name, kind, reason, d)
			}
		}
	}
	t.Logf("of %d parses agree: fields %d, offsets %d, texts %d", total["fields"], same["fields"], same["offsets"], same["texts"])
}

// compareParse returns the first difference of each kind.
func compareParse(m *Message, want *expected, src *bytes.Reader) map[string]string {
	diffs := map[string]string{}
	note := func(kind, format string, args ...any) {
		if _, ok := diffs[kind]; !ok {
			diffs[kind] = fmt.Sprintf(format, args...)
		}
	}
	compareFields(m, &want.Parts[0], note)
	var leaves []*Part
	m.Walk(false, func(p *Part) bool {
		if len(p.Parts) == 0 {
			leaves = append(leaves, p)
		}
		return true
	})
	at := 0
	for i := range want.Parts {
		w := &want.Parts[i]
		if _, ok := w.Body["Multipart"]; ok {
			continue
		}
		if at >= len(leaves) {
			note("offsets", "%d leaves, want more", len(leaves))
			return diffs
		}
		p := leaves[at]
		at++
		if p.Header != w.Start || p.Body != w.Body0 || p.End != w.End {
			note("offsets", "part %q (%s) at %d %d %d, want %d %d %d", p.Number, p.Type, p.Header, p.Body, p.End, w.Start, w.Body0, w.End)
		}
		for _, key := range []string{"Text", "Html"} {
			if b, ok := w.Body[key]; ok {
				var s string
				if err := json.Unmarshal(b, &s); err != nil {
					note("texts", "%v", err)
				}
				got, _, _ := p.Text(src, 1<<20)
				if s = strings.ReplaceAll(s, "\r\n", "\n"); got != s {
					note("texts", "part %q (%s, %s, %s): %.200q, want %.200q", p.Number, p.Type, p.CTE, p.Charset(), got, s)
				}
			}
		}
	}
	if at != len(leaves) {
		note("offsets", "%d leaves, want %d", len(leaves), at)
	}
	return diffs
}

type expectedAddr struct{ Name, Address string }

// compareFields compares the decoded main fields; of several the last.
func compareFields(m *Message, w *expectedPart, note func(string, string, ...any)) {
	values := map[string]json.RawMessage{}
	for _, h := range w.Headers {
		values[strings.Trim(string(h.Name), `"`)] = h.Value
	}
	e := &m.Envelope
	for name, value := range values {
		switch name {
		case "subject":
			var v struct{ Text string }
			if json.Unmarshal(value, &v) == nil && v.Text != e.Subject {
				note("fields", "subject %q, want %q", e.Subject, v.Text)
			}
		case "from", "to", "cc", "reply_to", "sender", "bcc":
			list := map[string][]Address{"from": e.From, "to": e.To, "cc": e.Cc, "reply_to": e.ReplyTo, "sender": e.Sender, "bcc": e.Bcc}[name]
			if got, want := shownAddresses(list), wantedAddresses(value); got != want {
				note("fields", "%s %s, want %s", name, got, want)
			}
		case "date":
			var v struct {
				DateTime *struct {
					Year, Month, Day, Hour, Minute, Second int
					Before                                 bool `json:"tz_before_gmt"`
					TZHour                                 int  `json:"tz_hour"`
					TZMinute                               int  `json:"tz_minute"`
				}
			}
			if json.Unmarshal(value, &v) == nil && v.DateTime != nil {
				d := v.DateTime
				zone := (d.TZHour*60 + d.TZMinute) * 60
				if d.Before {
					zone = -zone
				}
				want := time.Date(d.Year, time.Month(d.Month), d.Day, d.Hour, d.Minute, d.Second, 0, time.FixedZone("", zone))
				if !want.Equal(e.Sent) {
					note("fields", "date %v, want %v", e.Sent, want)
				}
			}
		}
	}
}

func shownAddresses(list []Address) string {
	var b strings.Builder
	for _, a := range list {
		switch a.Mark {
		case GroupStart:
			fmt.Fprintf(&b, "{%s: ", a.Name)
		case GroupEnd:
			b.WriteString("}")
		default:
			fmt.Fprintf(&b, "[%s <%s>]", a.Name, a.Email())
		}
	}
	return b.String()
}

func wantedAddresses(value json.RawMessage) string {
	var v struct {
		Address struct {
			List  []expectedAddr
			Group []struct {
				Name      string
				Addresses []expectedAddr
			}
		}
	}
	if err := json.Unmarshal(value, &v); err != nil {
		return err.Error()
	}
	var b strings.Builder
	put := func(list []expectedAddr) {
		for _, a := range list {
			fmt.Fprintf(&b, "[%s <%s>]", a.Name, a.Address)
		}
	}
	put(v.Address.List)
	for _, g := range v.Address.Group {
		if g.Name != "" {
			fmt.Fprintf(&b, "{%s: ", g.Name)
			put(g.Addresses)
			b.WriteString("}")
		} else {
			put(g.Addresses)
		}
	}
	return b.String()
}

// knownParses says where and why we differ.
var knownParses = map[string]string{
	"legacy/010 fields":      "raw 8-bit: we guess its charset, they write U+FFFD",
	"legacy/017 fields":      "raw 8-bit: we guess its charset, they write U+FFFD",
	"legacy/020 fields":      "raw 8-bit: we guess its charset, they write U+FFFD",
	"legacy/022 fields":      "raw 8-bit: we guess its charset, they write U+FFFD",
	"legacy/026 texts":       "we decode x-uuencode",
	"legacy/027 fields":      "raw 8-bit: we guess its charset, they write U+FFFD",
	"legacy/033 texts":       "raw 8-bit: we guess its charset, they write U+FFFD",
	"legacy/049 offsets":     "LF and CRLF are mixed in the file",
	"legacy/049 texts":       "LF and CRLF are mixed in the file",
	"legacy/052 fields":      "raw 8-bit: we guess its charset, they write U+FFFD",
	"legacy/052 texts":       "raw 8-bit: we guess its charset, they write U+FFFD",
	"malformed/000 offsets":  "they make no parts of parts without a body",
	"malformed/001 offsets":  "a boundary of an outer multipart ends the inner one (RFC 2046 section 5.1.2); they read on",
	"malformed/001 texts":    "a boundary of an outer multipart ends the inner one (RFC 2046 section 5.1.2); they read on",
	"malformed/004 offsets":  "no boundary line matches: we show the whole as text",
	"malformed/004 texts":    "no boundary line matches: we show the whole as text",
	"malformed/007 offsets":  "a boundary of an outer multipart ends the inner one (RFC 2046 section 5.1.2); they read on",
	"malformed/008 offsets":  "they count the part from inside its boundary line",
	"malformed/009 offsets":  "a boundary of an outer multipart ends the inner one (RFC 2046 section 5.1.2); they read on",
	"malformed/009 texts":    "a boundary of an outer multipart ends the inner one (RFC 2046 section 5.1.2); they read on",
	"malformed/011 offsets":  "a boundary of an outer multipart ends the inner one (RFC 2046 section 5.1.2); they read on",
	"malformed/011 texts":    "a boundary of an outer multipart ends the inner one (RFC 2046 section 5.1.2); they read on",
	"malformed/012 offsets":  "a boundary of an outer multipart ends the inner one (RFC 2046 section 5.1.2); they read on",
	"malformed/016 offsets":  "boundaries that begin with each other: we match whole lines",
	"malformed/016 texts":    "boundaries that begin with each other: we match whole lines",
	"malformed/019 offsets":  "no blank line: we show the text as the body",
	"malformed/019 texts":    "no blank line: we show the text as the body",
	"malformed/020 offsets":  "two Content-Type fields: the first counts with us",
	"malformed/020 texts":    "two Content-Type fields: the first counts with us",
	"malformed/021 offsets":  "two Content-Type fields: the first counts with us",
	"malformed/021 texts":    "two Content-Type fields: the first counts with us",
	"malformed/022 offsets":  "an attached message that is none runs to its boundary, theirs to the end",
	"rfc/000 texts":          "text in place of base64: we decode what is there",
	"rfc/001 fields":         "a word without @ is the address with us, the name with them",
	"rfc/004 fields":         "a word without @ is the address with us, the name with them",
	"thirdparty/002 texts":   "text in place of base64: we decode what is there",
	"thirdparty/005 offsets": "a boundary must start a line (RFC 2046 section 5.1.1)",
	"thirdparty/005 texts":   "a boundary must start a line (RFC 2046 section 5.1.1)",
	"thirdparty/015 offsets": "a boundary of an outer multipart ends the inner one (RFC 2046 section 5.1.2); they read on",
}
