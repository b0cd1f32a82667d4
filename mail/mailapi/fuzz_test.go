package mailapi

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"chancery/kit/id"
	"chancery/wire/compose"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
	"chancery/wire/mime"
)

// FuzzCreate makes messages of JMAP objects as a hostile client may send them:
// whatever is accepted must be a message with exactly the fields asked for.
func FuzzCreate(f *testing.F) {
	for _, s := range []string{
		`{"mailboxIds":{"f2":true},"subject":"x","from":[{"name":"n","email":"a@b"}],"textBody":[{"partId":"1"}],"bodyValues":{"1":{"value":"v"}}}`,
		`{"header:X-A":" a\r\n b","header:To:asGroupedAddresses":[{"name":"g","addresses":[{"email":"x@y"}]}]}`,
		`{"bodyStructure":{"type":"multipart/mixed","subParts":[{"partId":"1","name":"n\u0000","language":["a\r\nb"],"cid":"<c>"}]},"bodyValues":{"1":{"value":""}}}`,
		`{"header:X:asURLs:all":[["http://a>"]],"sentAt":"2026-01-01T00:00:00Z","messageId":["a@b>\r\nX: y"]}`,
	} {
		f.Add([]byte(s))
	}
	o := newOffice(f)
	n, _ := id.Parse(accountID, o.ann)
	acc, err := o.room.Account(f.Context(), o.who, n)
	if err != nil {
		f.Fatal(err)
	}
	api := o.api
	f.Fuzz(func(t *testing.T, raw []byte) {
		var object jmap.Members
		if jmap.CheckIJSON(raw) != nil || json.Unmarshal(raw, &object) != nil {
			return
		}
		d := &draft{ctx: t.Context(), api: api, acc: acc, call: &jmap.Call{}, named: map[string]string{}, lists: map[string][]json.RawMessage{}}
		for _, m := range object {
			if d.property(m.Key, m.Value) != nil {
				return
			}
		}
		body, err := d.body()
		if err != nil {
			return
		}
		d.complete()
		var out bytes.Buffer
		if _, err := (&compose.Message{Header: d.header, Body: body}).WriteTo(&out); err != nil {
			return
		}
		m, err := mime.Parse(bytes.NewReader(out.Bytes()), mime.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		// Fields given, and those that the composer adds for MIME.
		for _, have := range m.Header {
			name := strings.ToLower(have.Name)
			if d.named[name] == "" && name != "date" && name != "message-id" && name != "mime-version" && !strings.HasPrefix(name, "content-") && !has(body.Header, have.Name) {
				t.Fatalf("a field %q came in:\n%s", have.Name, out.String())
			}
		}
	})
}

func has(list []compose.Field, name string) bool {
	for _, f := range list {
		if strings.EqualFold(f.Name, name) {
			return true
		}
	}
	return false
}

// FuzzHeaderProperty checks the names of header properties, and that every
// form of every value is I-JSON.
func FuzzHeaderProperty(f *testing.F) {
	f.Add("header:From:asAddresses:all", " =?utf-8?q?=C3=A9?= <a@b>, g: x@y;")
	f.Add("header:X:asURLs", "<http://a>")
	f.Add("header::asText", "\xff\x00")
	f.Fuzz(func(t *testing.T, name, value string) {
		h, err := parseHeaderProperty("header:" + strings.TrimPrefix(name, "header:"))
		if err != nil {
			return
		}
		for _, form := range []string{"asRaw", "asText", "asAddresses", "asGroupedAddresses", "asMessageIds", "asDate", "asURLs"} {
			h.form = form
			b := h.of(nil, mime.Header{{Name: h.field, Value: value}})
			if err := jmap.CheckIJSON(b); err != nil {
				t.Fatalf("%s of %q: %v in %s", form, value, err, b)
			}
		}
	})
}

// FuzzEnvelope checks that parameters cannot smuggle others in, and that what
// is read is shown again as it was meant.
func FuzzEnvelope(f *testing.F) {
	f.Add("ENVID", "a b+", "NOTIFY", "NEVER")
	f.Add("HOLDFOR", "60", "ORCPT", "rfc822;a@b")
	f.Add("holdfor", "1 RET=FULL", "x", "\r\n")
	now := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2 string) {
		in := &jmapmail.Envelope{
			MailFrom: jmapmail.EnvelopeAddress{Email: "a@b", Parameters: map[string]*string{k1: &v1}},
			RcptTo:   []jmapmail.EnvelopeAddress{{Email: "c@d", Parameters: map[string]*string{k2: &v2}}},
		}
		e, err := readEnvelope(in, now)
		if err != nil {
			return
		}
		set := 0
		for _, is := range []bool{e.Ret != "", e.EnvID != "", e.UTF8, !e.HoldUntil.IsZero()} {
			if is {
				set++
			}
		}
		if set > 1 {
			t.Fatalf("%q=%q became %+v", k1, v1, e)
		}
		again, err := readEnvelope(envelope(*e), now)
		if err != nil || again.EnvID != e.EnvID || again.Ret != e.Ret || again.Rcpts[0] != e.Rcpts[0] {
			t.Fatalf("%+v shown and read again: %+v, %v", e, again, err)
		}
	})
}
