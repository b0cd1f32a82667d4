package demo

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"mime"
	"net/mail"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files anew")

// rendered is the office of seed 1 on Monday with the bytes of each message,
// made once for all tests that only read.
var rendered = sync.OnceValues(func() (map[string][]byte, error) {
	o, err := Generate(1, monday, "")
	if err != nil {
		return nil, err
	}
	out := make(map[string][]byte, len(o.Messages))
	for _, m := range o.Messages {
		if out[m.ID], err = m.Bytes(); err != nil {
			return nil, fmt.Errorf("%s: %w", m.Thread, err)
		}
	}
	return out, nil
})

func mustBytes(t *testing.T, m Message) []byte {
	t.Helper()
	all, err := rendered()
	if err != nil {
		t.Fatal(err)
	}
	b, ok := all[m.ID]
	if !ok {
		t.Fatalf("%s is not a message of seed 1", m.ID)
	}
	return b
}

// digest covers everything that Generate makes, bytes of messages included.
func digest(t *testing.T, o *Office) string {
	t.Helper()
	h := sha256.New()
	fmt.Fprintf(h, "%v %v %v %v %v", o.Domain, o.Units, o.People, o.Shared, o.Lists)
	for _, m := range o.Messages {
		b, err := m.Bytes()
		if err != nil {
			t.Fatalf("%s: %v", m.Thread, err)
		}
		fmt.Fprintf(h, "%s %s %v %v", m.ID, m.Thread, m.Date, m.Deliveries)
		h.Write(b)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

func TestDeterminism(t *testing.T) {
	a := digest(t, mustOffice(t, 7, monday, ""))
	// The same moment told in another zone is the same moment.
	if b := digest(t, mustOffice(t, 7, monday.UTC(), "")); a != b {
		t.Error("two runs with one seed differ")
	}
	one, other := mustOffice(t, 7, monday, ""), mustOffice(t, 8, monday, "")
	if fmt.Sprint(one.Messages[0].ID, one.Messages[0].Date) == fmt.Sprint(other.Messages[0].ID, other.Messages[0].Date) {
		t.Error("the seed changes nothing")
	}
}

var headerLine = regexp.MustCompile(`^[!-9;-~]+:[ ][ -~\t]*$|^[ \t][ -~\t]*$`)

// TestMessages holds every message to RFC 5322: parsable, complete, with
// legal lines, of known people, its thread resolved.
func TestMessages(t *testing.T) {
	o := mustOffice(t, 1, monday, "")
	ids := map[string]time.Time{}
	big := 0
	for _, m := range o.Messages {
		b := mustBytes(t, m)
		if len(b) > 1<<20 {
			big++
			if raw := len(b) * 57 / 78; raw < 14<<20 || raw > 17<<20 {
				t.Errorf("%s carries %d bytes", m.Thread, raw)
			}
		}
		checkLines(t, m, b)
		msg, err := mail.ReadMessage(bytes.NewReader(b))
		if err != nil {
			t.Errorf("%s: %v", m.Thread, err)
			continue
		}
		if date, err := msg.Header.Date(); err != nil || !date.Equal(m.Date) {
			t.Errorf("%s: date %v, %v, want %v", m.Thread, date, err, m.Date)
		}
		if _, twice := ids[m.ID]; twice || msg.Header.Get("Message-Id") != "<"+m.ID+">" {
			t.Errorf("%s: Message-ID %q", m.Thread, msg.Header.Get("Message-Id"))
		}
		ids[m.ID] = m.Date
		checkPeople(t, o, m, msg.Header)
		for _, ref := range strings.Fields(msg.Header.Get("References") + " " + msg.Header.Get("In-Reply-To")) {
			if at, ok := ids[strings.Trim(ref, "<>")]; !ok || !at.Before(m.Date) {
				t.Errorf("%s: refers to %s, which is not an earlier message", m.Thread, ref)
			}
		}
		if subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject")); err == nil && strings.Contains(subject, "{") {
			t.Errorf("%s: unfilled subject %q", m.Thread, subject)
		}
	}
	if big != 1 {
		t.Errorf("%d messages over 1 MB, want the one with the survey picture", big)
	}
}

func checkLines(t *testing.T, m Message, b []byte) {
	t.Helper()
	if n := bytes.Count(b, []byte("\n")); n != bytes.Count(b, []byte("\r\n")) || n != bytes.Count(b, []byte("\r")) {
		t.Errorf("%s: a bare CR or LF", m.Thread)
	}
	header, _, _ := bytes.Cut(b, []byte("\r\n\r\n"))
	for line := range bytes.SplitSeq(header, []byte("\r\n")) {
		if len(line) > 200 || !headerLine.Match(line) {
			t.Errorf("%s: header line %q", m.Thread, line)
		}
	}
	for line := range bytes.SplitSeq(b, []byte("\r\n")) {
		if len(line) > 998 { // RFC 5322 section 2.1.1
			t.Errorf("%s: a line of %d characters", m.Thread, len(line))
		}
	}
}

// checkPeople allows addresses of the office, its lookalike and .example only.
func checkPeople(t *testing.T, o *Office, m Message, h mail.Header) {
	t.Helper()
	known := map[string]bool{"noreply@" + o.Domain: true}
	for _, p := range o.People {
		known[p.Address] = true
	}
	for _, s := range o.Shared {
		known[s.Address] = true
	}
	for _, l := range o.Lists {
		known[l.Address] = true
	}
	for _, field := range []string{"From", "Sender", "To", "Cc", "Reply-To"} {
		if h.Get(field) == "" {
			if field == "From" || field == "To" {
				t.Errorf("%s: no %s", m.Thread, field)
			}
			continue
		}
		list, err := (&mail.AddressParser{WordDecoder: &mime.WordDecoder{CharsetReader: anyCharset}}).ParseList(h.Get(field))
		if err != nil {
			t.Errorf("%s: %s %q: %v", m.Thread, field, h.Get(field), err)
		}
		for _, a := range list {
			if strings.HasSuffix(a.Address, "@"+o.Domain) && !known[a.Address] || !strings.HasSuffix(a.Address, ".example") {
				t.Errorf("%s: %s names %s", m.Thread, field, a.Address)
			}
		}
	}
}

// TestDeliveries checks that copies go to mailboxes that exist, one each, and
// that what is in Sent reached every addressee inside.
func TestDeliveries(t *testing.T) {
	o := mustOffice(t, 1, monday, "")
	known := map[string]bool{}
	for _, p := range o.People {
		known[p.Key] = true
	}
	for _, s := range o.Shared {
		known[s.Key] = true
	}
	for _, m := range o.Messages {
		if len(m.Deliveries) == 0 {
			t.Errorf("%s: nobody has it", m.Thread)
		}
		seen := map[string]bool{}
		for _, d := range m.Deliveries {
			if !known[d.To] || seen[d.To] || d.Folder == "" || strings.Contains(d.Folder, "//") {
				t.Errorf("%s: delivery %+v", m.Thread, d)
			}
			seen[d.To] = true
			if d.Received.Before(m.Date) || d.Received.After(m.Date.Add(time.Minute)) {
				t.Errorf("%s: received %v, sent %v", m.Thread, d.Received, m.Date)
			}
			if d.Folder == Drafts && !slices.Contains(d.Flags, Draft) {
				t.Errorf("%s: a draft without its flag", m.Thread)
			}
		}
	}
}

// TestAnyDay plays the scripts on every weekday: threads stay in order and
// nothing comes from the future.
func TestAnyDay(t *testing.T) {
	for day := range 7 {
		for _, hour := range []int{1, 8, 14, 23} {
			now := time.Date(2026, 12, 28+day, hour, 5, 0, 0, zone)
			o := mustOffice(t, 1, now, "")
			for i, m := range o.Messages {
				if m.Date.After(now) || i > 0 && m.Date.Before(o.Messages[i-1].Date) {
					t.Errorf("%v: %s is of %v", now, m.Thread, m.Date)
				}
				if now.Sub(m.Date) > 75*24*time.Hour {
					t.Errorf("%v: %s is too old: %v", now, m.Thread, m.Date)
				}
			}
			checkOrder(t, now)
		}
	}
}

// checkOrder looks at the plans, where parents are known.
func checkOrder(t *testing.T, now time.Time) {
	t.Helper()
	w := allPlans(t, now)
	for _, p := range w.plans {
		if p.parent != nil && !p.date.After(p.parent.date) {
			t.Errorf("%v: %s answers a letter of %v at %v", now, p.script.id, p.parent.date, p.date)
		}
	}
}

// TestRichness holds the mailboxes to what a visitor should find.
func TestRichness(t *testing.T) {
	o := mustOffice(t, 1, monday, "")
	if n := len(o.Messages); n < 450 {
		t.Errorf("%d messages", n)
	}
	count, unread, flagged, folders := map[string]int{}, map[string]int{}, map[string]int{}, map[string]map[string]bool{}
	for _, m := range o.Messages {
		for _, d := range m.Deliveries {
			count[d.To]++
			if folders[d.To] == nil {
				folders[d.To] = map[string]bool{}
			}
			folders[d.To][d.Folder] = true
			if !slices.Contains(d.Flags, Seen) && d.Folder == Inbox {
				unread[d.To]++
			}
			if slices.Contains(d.Flags, Flagged) {
				flagged[d.To]++
			}
		}
	}
	for key, least := range map[string]int{"lin.yating": 200, "grace.ellison": 100, "nguyen.thuha": 50, "kim.seoyeon": 50, "zhou.mingyuan": 40} {
		if count[key] < least || unread[key] < 3 || unread[key] > 30 || flagged[key] == 0 {
			t.Errorf("%s: %d messages, %d unread in the inbox, %d starred", key, count[key], unread[key], flagged[key])
		}
		for _, folder := range []string{Inbox, Sent, Drafts, Junk} {
			if !folders[key][folder] {
				t.Errorf("%s has nothing in %s", key, folder)
			}
		}
	}
	for _, p := range o.People {
		if count[p.Key] < 12 {
			t.Errorf("%s has %d messages", p.Key, count[p.Key])
		}
	}
	for _, s := range o.Shared {
		if count[s.Key] < 10 {
			t.Errorf("the shared mailbox %s has %d messages", s.Key, count[s.Key])
		}
	}
}

// TestMailbox compares two mailboxes with lists that a person can read.
func TestMailbox(t *testing.T) {
	o := mustOffice(t, 1, monday, "")
	for _, key := range tryKeys {
		var b strings.Builder
		for _, m := range o.Messages {
			for _, d := range m.Deliveries {
				if d.To != key {
					continue
				}
				msg, err := mail.ReadMessage(bytes.NewReader(mustBytes(t, m)))
				if err != nil {
					t.Fatal(err)
				}
				dec := &mime.WordDecoder{CharsetReader: anyCharset}
				subject, _ := dec.DecodeHeader(msg.Header.Get("Subject"))
				from, _ := dec.DecodeHeader(msg.Header.Get("From"))
				fmt.Fprintf(&b, "%s  %-24s %-22s %s | %s\n", d.Received.Format("01-02 15:04"), d.Folder, strings.Join(d.Flags, " "), from, subject)
			}
		}
		golden(t, "testdata/"+key+".txt", b.String())
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what comes out now; look at the difference and run with -update", name)
	}
}
