package mail

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestSearchSpeed fills a mailbox, indexes it and searches it in the ways of
// JMAP and IMAP. It is for `make bench`: CHANCERY_BENCH=100000 sets the number.
func TestSearchSpeed(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("CHANCERY_BENCH"))
	if n == 0 {
		t.Skip("set CHANCERY_BENCH to the number of letters")
	}
	o := newOffice(t, "")
	o.withIndex(t)
	ctx := context.Background()
	inbox, _ := must(o.ann.Snapshot(ctx)).ByRole(RoleInbox)
	r := rand.New(rand.NewPCG(1, 2))
	began := time.Now()
	var news []NewMessage
	for i := range n {
		var body strings.Builder
		for body.Len() < 2000 {
			if i%2 == 0 {
				body.WriteRune(0x4e00 + rune(min(r.IntN(2000), r.IntN(2000))))
			} else {
				fmt.Fprintf(&body, "word%c%c ", 'a'+rune(r.IntN(26)), 'a'+rune(r.IntN(26)))
			}
		}
		l, err := o.ann.Spool(ctx, strings.NewReader(letterOf(fmt.Sprintf("Person %d <p%d@city.example>", i%500, i%500), "ann@city.example", fmt.Sprintf("公文 letter %d", i), body.String())))
		if err != nil {
			t.Fatal(err)
		}
		if news = append(news, NewMessage{Letter: l, Mailboxes: []int64{inbox.ID}}); len(news) == 100 || i == n-1 {
			must(o.ann.Append(ctx, news...))
			news = nil
		}
	}
	t.Logf("%d letters of 2 KB stored in %v", n, time.Since(began).Round(time.Millisecond))
	began = time.Now()
	o.indexNow(t)
	t.Logf("indexed: %.0f a second", float64(n)/time.Since(began).Seconds())
	snap := must(o.ann.Snapshot(ctx))
	for _, q := range []struct {
		name string
		f    Filter
	}{
		{"rare word", Filter{Text: []TextTest{{Field: InAny, Words: "77"}}}},
		{"word in all", Filter{Text: []TextTest{{Field: InAny, Words: "letter"}}}},
		{"two characters in all", Filter{Text: []TextTest{{Field: InAny, Words: "公文"}}}},
		{"one character in all", Filter{Text: []TextTest{{Field: InAny, Words: "文"}}}},
		{"two characters", Filter{Text: []TextTest{{Field: InAny, Words: "一丁"}}}},
		{"one character", Filter{Text: []TextTest{{Field: InAny, Words: "一"}}}},
		{"in the inbox", Filter{InMailbox: inbox.ID, Text: []TextTest{{Field: InAny, Words: "person77"}}}},
		{"SEARCH TEXT wordab", Filter{InMailbox: inbox.ID, Text: []TextTest{{Field: InWhole, Words: "wordab", Substring: true}}}},
		{"SEARCH BODY 一丁", Filter{InMailbox: inbox.ID, Text: []TextTest{{Field: InBody, Words: "一丁", Substring: true}}}},
		{"SEARCH FROM p77@", Filter{InMailbox: inbox.ID, Text: []TextTest{{Field: InFrom, Words: "p77@", Substring: true}}}},
		{"SEARCH SUBJECT 公文", Filter{InMailbox: inbox.ID, Text: []TextTest{{Field: InSubject, Words: "公文", Substring: true}}}},
		{"SEARCH SUBJECT etter", Filter{InMailbox: inbox.ID, Text: []TextTest{{Field: InSubject, Words: "etter", Substring: true}}}},
	} {
		var best, worst time.Duration
		var found int
		for i := range 3 {
			began := time.Now()
			found = len(must(o.ann.Query(ctx, snap, q.f, nil, false)))
			took := time.Since(began)
			if worst = max(worst, took); i == 0 || took < best {
				best = took
			}
		}
		t.Logf("%-24s %6d found, best %8v worst %8v", q.name, found, best.Round(10*time.Microsecond), worst.Round(10*time.Microsecond))
	}
}
