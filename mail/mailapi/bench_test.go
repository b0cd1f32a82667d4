package mailapi

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
)

// listProperties are what a client shows of a message in a list.
const listProperties = `["id","threadId","mailboxIds","keywords","from","to","subject","receivedAt","size","preview","hasAttachment"]`

// fill puts n letters into ann's inbox.
func (o *office) fill(b *testing.B, n int) {
	b.Helper()
	number, _ := id.Parse(accountID, o.ann)
	acc, err := o.room.Account(b.Context(), o.who, number)
	if err != nil {
		b.Fatal(err)
	}
	for at := 0; at < n; at += 500 {
		var news []mail.NewMessage
		for i := at; i < min(at+500, n); i++ {
			l, err := acc.Spool(b.Context(), strings.NewReader(fmt.Sprintf("From: Sender %d <s%d@out.example>\r\nTo: Ann <ann@city.example>\r\n"+
				"Subject: Letter %d\r\nMessage-ID: <m%d@out.example>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\n\r\nA few words of letter %d for the preview.\r\n", i%50, i%50, i, i, i)))
			if err != nil {
				b.Fatal(err)
			}
			news = append(news, mail.NewMessage{Letter: l, Mailboxes: []int64{1}, Received: time.Unix(int64(1_700_000_000+i), 0)})
		}
		if _, err := acc.Append(b.Context(), news...); err != nil {
			b.Fatal(err)
		}
	}
}

// run does what doors/jmap does for one request, without the network.
func (o *office) run(b *testing.B, calls ...string) []*jmap.Answer {
	var earlier []*jmap.Answer
	for i := 0; i < len(calls); i += 2 {
		args, err := jmap.ResolveReferences(json.RawMessage(calls[i+1]), earlier)
		if err != nil {
			b.Fatal(err)
		}
		v, err := o.methods[calls[i]](b.Context(), &jmap.Call{Name: calls[i], Args: args, Limits: jmap.DefaultLimits()})
		if err != nil {
			b.Fatal(err)
		}
		out, err := jmap.AppendValue(nil, v)
		if err != nil {
			b.Fatal(err)
		}
		earlier = append(earlier, &jmap.Answer{Name: calls[i], Args: out, ID: fmt.Sprint(i)})
	}
	return earlier
}

// BenchmarkList50 is the query for and the reading of fifty rows of an inbox
// of 10,000, as a client does when it opens a folder.
func BenchmarkList50(b *testing.B) {
	o := newOffice(b)
	o.fill(b, 10_000)
	query := `{"accountId":"` + o.ann + `","filter":{"inMailbox":"f1"},"sort":[{"property":"receivedAt","isAscending":false}],"limit":50,"calculateTotal":true}`
	get := `{"accountId":"` + o.ann + `","#ids":{"resultOf":"0","name":"Email/query","path":"/ids"},"properties":` + listProperties + `}`
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			o.run(b, "Email/query", query, "Email/get", get)
		}
	})
}

// BenchmarkFlagIn100000 changes a keyword in an inbox of 100,000 and then asks
// for what changed in the list, threads collapsed, as an open client does.
func BenchmarkFlagIn100000(b *testing.B) {
	o := newOffice(b)
	o.fill(b, 100_000)
	list := `"accountId":"` + o.ann + `","filter":{"inMailbox":"f1"},"sort":[{"property":"receivedAt","isAscending":false}],"collapseThreads":true`
	var state struct {
		QueryState string `json:"queryState"`
	}
	first := o.run(b, "Email/query", `{`+list+`,"limit":50}`)
	if err := json.Unmarshal(first[0].Args, &state); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for i := range b.N {
		out := o.run(b, "Email/set", fmt.Sprintf(`{"accountId":%q,"update":{"e%s":{"keywords/k%d":true}}}`, o.ann, id.Text('e', 50_000)[1:], i%90),
			"Email/queryChanges", `{`+list+`,"sinceQueryState":"`+state.QueryState+`"}`)
		var changes struct {
			NewQueryState string `json:"newQueryState"`
		}
		if err := json.Unmarshal(out[1].Args, &changes); err != nil {
			b.Fatal(err)
		}
		state.QueryState = changes.NewQueryState
	}
}
