package mail

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

// TestSearchReadsNothingAbove: counts, snippets and the work of a search are
// the same whether letters above the ceiling have the words or not. Their
// contents are made unreadable, so that a search that looks at one fails: what
// is not looked at takes no time that tells of it (C15).
func TestSearchReadsNothingAbove(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		o.withIndex(t)
		top, low := o.at(t, o.ann, policy.TopSecret), o.at(t, o.ann, policy.Internal)
		inbox, _ := must(top.Snapshot(ctx)).ByRole(RoleInbox)
		letter := func(n int, l policy.Level) NewMessage {
			text := fmt.Sprintf("From: Needle %d <n%d@city.example>\r\nTo: ann@city.example\r\nSubject: needle, %d\r\nX-Note: needle\r\nMessage-ID: <l%d@city.example>\r\n%s\r\nA needle in the hay, 公文.\r\n", n, n, n, n, o.labelLine(l, time.Time{}))
			return NewMessage{Letter: spooled(t, top, text), Mailboxes: []int64{inbox.ID}}
		}
		var seen, above []NewMessage
		for n := range maxUnindexed + 100 { // more than are read one by one
			seen, above = append(seen, letter(n, policy.Internal)), append(above, letter(10_000+n, policy.Secret))
		}
		for part := range slices.Chunk(seen, 100) {
			must(top.Append(ctx, part...))
		}
		filters := []Filter{}
		for _, f := range []Field{InAny, InWhole, InFrom, InTo, InSubject, InBody, "header:subject", "header:x-note", "header:message-id"} {
			filters = append(filters, Filter{Text: []TextTest{{Field: f, Words: "needle"}}}, Filter{Text: []TextTest{{Field: f, Words: "eedl", Substring: true}}}, Filter{Text: []TextTest{{Field: f, Words: ",", Substring: true}}})
		}
		ask := func(a *Account) (out []string) {
			snap := must(a.Snapshot(ctx))
			for _, f := range filters {
				for _, by := range [][]Sort{nil, {{By: BySubject}}, {{By: ByFrom}}} {
					found, err := a.Query(ctx, snap, f, by, false)
					if err != nil {
						t.Fatalf("%+v: %v", f, err)
					}
					out = append(out, fmt.Sprintf("%+v finds %d", f, len(found)))
				}
			}
			return out
		}
		o.indexNow(t)
		before := ask(low)
		var hidden []int64
		for part := range slices.Chunk(above, 100) {
			for _, m := range must(top.Append(ctx, part...)) {
				hidden = append(hidden, m.ID)
			}
		}
		o.indexNow(t)
		o.spoil(t, top, hidden)
		if after := ask(low); !slices.Equal(after, before) {
			t.Errorf("before %q\nafter  %q", before, after)
		}
		if _, err := top.Query(ctx, must(top.Snapshot(ctx)), Filter{Text: []TextTest{{Field: InSubject, Words: ",", Substring: true}}}, nil, false); err == nil {
			t.Error("nothing is spoilt: the test tells nothing")
		}
		if s, err := low.Snippet(ctx, hidden[0], []string{"needle"}, nil); err == nil {
			t.Errorf("a snippet of a letter above: %+v", s)
		}
	})
}

func spooled(t *testing.T, a *Account, text string) *Letter {
	t.Helper()
	return must(a.Spool(t.Context(), strings.NewReader(text)))
}

// spoil makes the contents of letters unreadable.
func (o *office) spoil(t *testing.T, a *Account, ids []int64) {
	t.Helper()
	err := o.db.Write(t.Context(), func(tx *store.Tx) error {
		for _, n := range ids {
			if _, err := tx.Exec(context.WithoutCancel(t.Context()), "UPDATE message_content SET content = $3 WHERE account_id = $1 AND id = $2", a.ID(), n, []byte("needle,")); err != nil {
				return err
			}
		}
		return nil
	})
	check(t, err)
}
