package mail

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/kit/testkit"
	"chancery/search"
)

// withIndex gives the office a text index; it is filled only when asked.
func (o *office) withIndex(t testing.TB) *search.Index {
	t.Helper()
	x, err := search.Open(t.Context(), o.db)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	o.room.UseIndex(x)
	return x
}

func (o *office) indexNow(t testing.TB) {
	t.Helper()
	if err := o.room.index.run(t.Context(), o.room.index.take(), false); err != nil {
		t.Fatal(err)
	}
}

func letterOf(from, to, subject, body string) string {
	return "From: " + from + "\r\nTo: " + to + "\r\nSubject: " + subject +
		"\r\nList-Id: <news.city.example>\r\nX-Mark: Wichtig Straße\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body + "\r\n"
}

// textLetters are numbered from 1.
var textLetters = []string{
	letterOf("王大明 <wang@taipei.example>", "ann@city.example", "臺北市政府公文系統", "依第3條規定辦理，請查照。"),
	letterOf("Nguyễn Văn Đức <duc@hanoi.example>", "bob@city.example", "Công văn", "Kính gửi quý cơ quan, hòa bình"),
	letterOf(`"O'Neil, Ann" <ann.lee@city.example>`, "ann@city.example", "Meeting minutes", "Please read the minutes of the meeting in Hauptstraße"),
	letterOf("x@out.example", "ann@city.example\r\nCc: kim@seoul.example", "전자우편", "정부 전자문서"),
	"From: x@out.example\r\nTo: ann@city.example\r\nSubject: attached\r\nMessage-ID: <letter5@here.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: text/html\r\n\r\n<p>Hello <b>won</b>derful</p><script>hidden()</script>\r\n" +
		"--b\r\nContent-Type: text/plain; name=\"Budget 2026.txt\"\r\nContent-Disposition: attachment; filename=\"Budget 2026.txt\"\r\nContent-Transfer-Encoding: base64\r\n\r\n6aCQ566X6KGo\r\n" +
		"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner letter\r\n\r\ndeep inside\r\n--b--\r\n",
}

var textQueries = []struct {
	test TextTest
	want []int64
}{
	{TextTest{Field: InAny, Words: "公文"}, []int64{1}},
	{TextTest{Field: InAny, Words: "台北市"}, []int64{1}},
	{TextTest{Field: InBody, Words: "公文"}, nil},
	{TextTest{Field: InAny, Words: "cong van"}, []int64{2}},
	{TextTest{Field: InAny, Words: "công văn hoà"}, []int64{2}},
	{TextTest{Field: InFrom, Words: "duc"}, []int64{2}},
	{TextTest{Field: InFrom, Words: "wang@taipei.example"}, []int64{1}},
	{TextTest{Field: InAny, Words: `"minutes of"`}, []int64{3}},
	{TextTest{Field: InCc, Words: "seoul"}, []int64{4}},
	{TextTest{Field: InTo, Words: "seoul"}, nil},
	{TextTest{Field: InAny, Words: "wonderful"}, []int64{5}},
	{TextTest{Field: InAny, Words: "hidden"}, nil},
	{TextTest{Field: InBody, Words: "預算"}, []int64{5}},
	{TextTest{Field: InAny, Words: "budget"}, []int64{5}},
	{TextTest{Field: InBody, Words: "deep inner"}, []int64{5}},
	{TextTest{Field: InAny, Words: "x"}, []int64{4, 5}},
	{TextTest{Field: InAny, Words: "  "}, []int64{1, 2, 3, 4, 5}},
	{TextTest{Field: InAny, Words: "!?"}, nil},

	{TextTest{Field: InSubject, Words: "eetin", Substring: true}, []int64{3}},
	{TextTest{Field: InSubject, Words: "政府公", Substring: true}, []int64{1}},
	{TextTest{Field: InSubject, Words: "公", Substring: true}, []int64{1}},
	{TextTest{Field: InSubject, Words: "政府 公", Substring: true}, nil},
	{TextTest{Field: InFrom, Words: "NEIL, ann", Substring: true}, []int64{3}},
	{TextTest{Field: InFrom, Words: "<ann.lee@city.example>", Substring: true}, []int64{3}},
	{TextTest{Field: InTo, Words: "@city.ex", Substring: true}, []int64{1, 2, 3, 4, 5}},
	{TextTest{Field: InSubject, Words: "CÔNG", Substring: true}, []int64{2}},
	{TextTest{Field: InBody, Words: "HAUPTSTRASSE", Substring: true}, []int64{3}},
	{TextTest{Field: InBody, Words: "uptstr", Substring: true}, []int64{3}},
	{TextTest{Field: InBody, Words: "minutes", Substring: true}, []int64{3}},
	{TextTest{Field: InBody, Words: "news.city", Substring: true}, nil},
	{TextTest{Field: InWhole, Words: "news.city", Substring: true}, []int64{1, 2, 3, 4}},
	{TextTest{Field: InWhole, Words: "算表", Substring: true}, []int64{5}},
	{TextTest{Field: "header:List-ID", Substring: true}, []int64{1, 2, 3, 4}},
	{TextTest{Field: "header:list-id", Words: "WS.city", Substring: true}, []int64{1, 2, 3, 4}},
	{TextTest{Field: "header:x-mark", Words: "strasse", Substring: true}, []int64{1, 2, 3, 4}},
	{TextTest{Field: "header:subject", Words: "公文", Substring: true}, []int64{1}},
	{TextTest{Field: "header:from", Words: "\"o'neil, ann\" <", Substring: true}, []int64{3}},
	{TextTest{Field: "header:From", Words: "o'neil", Substring: true}, []int64{3}},
	{TextTest{Field: "header:Message-ID", Words: "5@here", Substring: true}, []int64{5}},
	{TextTest{Field: "header:bcc", Substring: true}, nil},
	{TextTest{Field: "header:cc", Substring: true}, []int64{4}},
}

// TestText asks every query without an index, with an empty one, with one
// that covers some messages, and with one that covers all.
func TestText(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		inbox, _ := must(o.ann.Snapshot(t.Context())).ByRole(RoleInbox)
		ask := func(state string) {
			t.Helper()
			for _, q := range textQueries {
				want := q.want[:len(q.want):len(q.want)]
				if n := int64(must(o.ann.Snapshot(t.Context())).Len()); n < 5 {
					want = slices.DeleteFunc(slices.Clone(want), func(id int64) bool { return id > n })
				}
				if got := o.find(t, Filter{Text: []TextTest{q.test}}); !slices.Equal(got, want) {
					t.Errorf("%s: %+v: got %v, want %v", state, q.test, got, want)
				}
				got := o.find(t, Filter{InMailbox: inbox.ID, And: []Filter{{Nor: []Filter{{Text: []TextTest{q.test}}}}, {MinSize: 1}}})
				if len(got)+len(want) != must(o.ann.Snapshot(t.Context())).Len() {
					t.Errorf("%s: not %+v: got %v", state, q.test, got)
				}
			}
		}
		for _, text := range textLetters[:3] {
			o.append(t, o.ann, inbox.ID, text)
		}
		ask("no index")
		o.withIndex(t)
		ask("empty index")
		o.room.index.wake(o.ann.ID())
		o.indexNow(t)
		for _, text := range textLetters[3:] {
			o.append(t, o.ann, inbox.ID, text)
		}
		ask("half an index")
		o.indexNow(t)
		ask("whole index")
		both := Filter{Text: []TextTest{{Field: InTo, Words: "ann"}, {Field: InAny, Words: "example"}}, And: []Filter{{Text: []TextTest{{Field: InBody, Words: "minutes"}}}}}
		if got := o.find(t, both); !slices.Equal(got, []int64{3}) {
			t.Errorf("three tests: %v", got)
		}
	})
}

// find returns the numbers of ann's messages that pass, ascending.
func (o *office) find(t testing.TB, f Filter) (ids []int64) {
	t.Helper()
	list, err := o.ann.Query(t.Context(), must(o.ann.Snapshot(t.Context())), f, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		ids = append(ids, m.ID)
	}
	slices.Sort(ids)
	return ids
}

// TestIndexer delivers while the indexer runs, removes, and starts again.
func TestIndexer(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		x := o.withIndex(t)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { o.room.RunIndexer(ctx); close(ended) }()
		inbox, _ := must(o.ann.Snapshot(ctx)).ByRole(RoleInbox)
		for n := range 130 {
			o.append(t, o.ann, inbox.ID, letterText(n, ""))
		}
		covered := func(doc, modseq int64) bool {
			m, err := x.Covered(t.Context(), o.ann.ID())
			return err == nil && m.Doc >= doc && m.Modseq >= modseq
		}
		eventually(t, func() bool { return covered(130, 0) })
		must(o.ann.Change(ctx, []Change{{ID: 5, Destroy: true}, {ID: 6, AddKeywords: []string{"x"}}}))
		eventually(t, func() bool { return covered(130, must(o.ann.Snapshot(ctx)).EmailState) })
		if docs := must(x.Docs(ctx, o.ann.ID())); len(docs) != 129 || slices.Contains(docs, 5) {
			t.Errorf("%d documents after a removal", len(docs))
		}
		stop()
		<-ended

		// What happens while no indexer runs is found at the next start.
		o.append(t, o.ann, inbox.ID, letterText(500, ""))
		must(o.ann.Change(t.Context(), []Change{{ID: 7, Destroy: true}}))
		o.room.UseIndex(x) // forgets what was waiting, as a crash does
		ctx, stop = context.WithCancel(t.Context())
		defer stop()
		go o.room.RunIndexer(ctx)
		eventually(t, func() bool { return covered(131, must(o.ann.Snapshot(ctx)).EmailState) })
		if docs := must(x.Docs(ctx, o.ann.ID())); len(docs) != 129 || slices.Contains(docs, 7) {
			t.Errorf("%d documents after a restart", len(docs))
		}
		if got := o.find(t, Filter{Text: []TextTest{{Field: InSubject, Words: "500"}}}); !slices.Equal(got, []int64{131}) {
			t.Errorf("the new letter: %v", got)
		}
	})
}

func eventually(t testing.TB, done func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited in vain")
		}
	}
}

// TestIndexOfAnotherTime checks that an index that knows more than the
// database, which was restored, is made again.
func TestIndexOfAnotherTime(t *testing.T) {
	o := newOffice(t, "")
	x := o.withIndex(t)
	inbox, _ := must(o.ann.Snapshot(t.Context())).ByRole(RoleInbox)
	o.append(t, o.ann, inbox.ID, letterText(1, ""))
	stale := &search.Text{}
	stale.Add(search.Body, "stale")
	err := x.Apply(t.Context(), search.Batch{Account: o.ann.ID(), Put: []search.Document{{Doc: 9, Text: stale}}, Mark: search.Watermark{Doc: 9, Modseq: 99}})
	if err != nil {
		t.Fatal(err)
	}
	o.indexNow(t)
	if docs := must(x.Docs(t.Context(), o.ann.ID())); !slices.Equal(docs, []int64{1}) {
		t.Errorf("documents %v", docs)
	}
}

// TestManyBodies checks that a substring in the bodies of many messages is
// answered by words.
func TestManyBodies(t *testing.T) {
	o := newOffice(t, "")
	o.withIndex(t)
	inbox, _ := must(o.ann.Snapshot(t.Context())).ByRole(RoleInbox)
	var news []NewMessage
	for n := range maxExact + 10 {
		l, err := o.ann.Spool(t.Context(), strings.NewReader(letterOf("a@b.example", "c@d.example", fmt.Sprint("number ", n), fmt.Sprintf("body w%d 公文系統%d", n, n))))
		if err != nil {
			t.Fatal(err)
		}
		news = append(news, NewMessage{Letter: l, Mailboxes: []int64{inbox.ID}})
	}
	if _, err := o.ann.Append(t.Context(), news...); err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]int{"w77": 1, "系統100": 11, "文系統": maxExact + 10, "bod": maxExact + 10, "odyless": 0, "number 1": 0} {
		if got := o.find(t, Filter{Text: []TextTest{{Field: InBody, Words: words, Substring: true}}}); len(got) != want {
			t.Errorf("%q: %d found, want %d", words, len(got), want)
		}
	}
	o.append(t, o.ann, inbox.ID, letterOf("Straße <a@b.example>", "c@d.example", "x", ""))
	for words, want := range map[string]int{"umber 10": 21, "BER": maxExact + 10, "asseé": 0} {
		if got := o.find(t, Filter{Text: []TextTest{{Field: InSubject, Words: words, Substring: true}}}); len(got) != want {
			t.Errorf("subject %q: %d found, want %d", words, len(got), want)
		}
	}
	if got := o.find(t, Filter{Text: []TextTest{{Field: "header:subject", Words: "umber 10", Substring: true}}}); len(got) != 21 {
		t.Errorf("header subject: %v", got)
	}
	if got := o.find(t, Filter{Text: []TextTest{{Field: InFrom, Words: "trasse", Substring: true}}}); !slices.Equal(got, []int64{maxExact + 11}) {
		t.Errorf("Straße: %v", got)
	}
	got := o.find(t, Filter{Before: time.Unix(0, 0), Text: []TextTest{{Field: InBody, Words: "ody", Substring: true}}})
	if len(got) != 0 {
		t.Errorf("before 1970: %v", got)
	}
}
