package search

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"chancery/kit/testkit"
	"chancery/store"
)

func openIndex(t testing.TB, dir, url string) (*store.Store, *Index) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Dir: dir, URL: url, Log: testkit.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	x, err := Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return db, x
}

func newIndex(t testing.TB, url string) *Index {
	t.Helper()
	db, x := openIndex(t, t.TempDir(), url)
	t.Cleanup(func() { x.Close(); db.Close() })
	return x
}

// text makes a text of fields and their values by turns.
func text(pairs ...any) *Text {
	t := &Text{}
	for i := 0; i < len(pairs); i += 2 {
		t.Add(pairs[i].(Field), pairs[i+1].(string))
	}
	return t
}

func put(t testing.TB, x *Index, account int64, docs ...Document) {
	t.Helper()
	mark, err := x.Covered(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	top := mark.Doc
	for _, d := range docs {
		top = max(top, d.Doc)
	}
	err = x.Apply(t.Context(), Batch{Account: account, Put: docs, Mark: Watermark{Doc: top, Modseq: top}})
	if err != nil {
		t.Fatal(err)
	}
}

func find(t testing.TB, x *Index, account int64, f Field, query string, opt Options) []int64 {
	t.Helper()
	docs, _, err := x.Search(t.Context(), account, f, Parse(query, opt))
	if err != nil {
		t.Fatalf("%q: %v", query, err)
	}
	return docs
}

// letters are texts in the languages of the suite, by document number.
var letters = map[int64]*Text{
	1: text(Subject, "臺北市政府公文系統", From, "王大明 <ta-ming.wang@taipei.example>", Body, "依第3條規定辦理，請查照。電子\r\n公文 ABC公司 123-4567", Names, "附件一.pdf"),
	2: text(Subject, "台北市政府 电子邮件", From, "李四 lisi@beijing.example", Body, "国务院 办公厅 关于 公共 文件 的 通知"),
	3: text(Subject, "전자우편 시스템", To, "김철수 kim@seoul.example", Body, "정부 전자문서를 보냅니다. 회의는 내일입니다"),
	4: text(Subject, "Công văn số 12/2026", Cc, "Nguyễn Văn Đức", Body, "Kính gửi quý cơ quan, hòa bình và việc học tiếng Việt"),
	5: text(Subject, "Cong van khong dau", Bcc, "secret@city.example", Body, "viet nam, duc, hoa binh"),
	6: text(Subject, "会議のお知らせ", From, "山田太郎", Body, "来週の会議はサーバー室で行います。ﾊﾝｶｸｶﾅ"),
	7: text(Subject, "Meeting minutes — Straße 7", From, `"O'Neil, Ann" <Ann.Lee+list@City.Example>`, Body, "The naïve café résumé AB1234x code; under_score file.name.txt https://example.org/a?b=c 🎉 ＦＵＬＬ １２", Names, "Report FINAL.docx"),
	8: text(Body, "การประชุม สำนักงาน"),
}

// queries lists what each query must find.
var queries = []struct {
	field Field
	query string
	opt   Options
	want  []int64
}{
	{Any, "公文", Options{}, []int64{1}},
	{Any, "政府公文", Options{}, []int64{1}},
	{Any, "府公", Options{}, []int64{1}},
	{Any, "電子公文", Options{}, []int64{1}}, // broken over a line
	{Any, "台北市", Options{}, []int64{1, 2}},
	{Any, "臺北市", Options{}, []int64{1, 2}},
	{Any, "电子", Options{}, []int64{1, 2}},
	{Any, "文", Options{}, []int64{1, 2}},
	{Subject, "文", Options{}, []int64{1}},
	{Any, "公司", Options{}, []int64{1}},
	{Any, "abc公司", Options{}, []int64{1}},
	{Any, "第3條", Options{}, []int64{1}},
	{Any, "3條", Options{}, []int64{1}},
	{Any, "第4條", Options{}, nil},
	{Any, "公文 规定", Options{}, []int64{1}},
	{Any, `"公文 规定"`, Options{}, nil},
	{Any, "1234567", Options{}, nil},
	{Any, "123-4567", Options{}, []int64{1}},
	{Any, "附件", Options{}, []int64{1}},
	{Names, "附件", Options{}, []int64{1}},
	{Body, "附件", Options{}, nil},
	{Any, "王", Options{}, []int64{1}},
	{From, "ta-ming.wang@taipei.example", Options{}, []int64{1}},
	{From, "wang@taipei.example", Options{}, []int64{1}},
	{From, "taipei", Options{}, []int64{1}},
	{To, "taipei", Options{}, nil},
	{Any, "전자", Options{}, []int64{3}},
	{Any, "전자문서", Options{}, []int64{3}},
	{Any, "자문", Options{}, []int64{3}},
	{Any, "회", Options{}, []int64{3}},
	{Any, "김철수", Options{}, []int64{3}},
	{Any, "cong van", Options{}, []int64{4, 5}},
	{Any, "công văn", Options{}, []int64{4}},
	{Any, "CÔNG VĂN", Options{}, []int64{4}},
	{Any, "hoà bình", Options{}, []int64{4}},
	{Any, "hoa binh", Options{}, []int64{4, 5}},
	{Any, "Đức", Options{}, []int64{4}},
	{Any, "duc", Options{}, []int64{4, 5}},
	{Cc, "nguyen", Options{}, []int64{4}},
	{Subject, "việt", Options{}, nil},
	{Body, "việ", Options{Prefix: true}, []int64{4}},
	{Any, "việt", Options{}, []int64{4}},
	{Any, "viet", Options{}, []int64{4, 5}},
	{Bcc, "secret", Options{}, []int64{5}},
	{Any, "会議", Options{}, []int64{6}},
	{Any, "會議", Options{}, []int64{6}},
	{Any, "サーバー", Options{}, []int64{6}},
	{Any, "ハンカク", Options{}, []int64{6}},
	{Any, "meeting", Options{}, []int64{7}},
	{Any, "meet", Options{}, nil},
	{Any, "meet*", Options{}, []int64{7}},
	{Any, "minutes meet", Options{Prefix: true}, []int64{7}},
	{Any, "STRASSE", Options{}, []int64{7}},
	{Any, "cafe", Options{}, []int64{7}},
	{Any, "café", Options{}, []int64{7}},
	{Any, "cafè", Options{}, nil},
	{Any, "AB1234", Options{}, []int64{7}},
	{Any, "1234", Options{}, []int64{7}},
	{Any, "under_score", Options{}, []int64{7}},
	{Any, "score", Options{}, []int64{7}},
	{Any, "file.name.txt", Options{}, []int64{7}},
	{Any, "example.org", Options{}, []int64{7}},
	{Any, "🎉", Options{}, []int64{7}},
	{Any, "full 12", Options{}, []int64{4, 7}[1:]},
	{From, "o'neil", Options{}, []int64{7}},
	{From, "'lee list'", Options{}, []int64{7}},
	{From, `"ann lee"`, Options{}, []int64{7}},
	{From, `"lee ann"`, Options{}, nil},
	{From, "lee ann", Options{}, []int64{7}},
	{Any, "final.docx", Options{}, []int64{7}},
	{Any, "ประชุม", Options{}, []int64{8}},
	{Any, "!!!", Options{}, nil},
	{Any, "", Options{}, nil},
	{Any, `" OR body:x NEAR(a b) ^ * -`, Options{}, nil},
	{Any, `'&|!:*<->(`, Options{}, nil},
	{Any, "example", Options{}, []int64{1, 2, 3, 5, 7}},
}

// TestQueries asks every query of the index on both engines, and of the text.
func TestQueries(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		x := newIndex(t, url)
		put(t, x, 77, Document{1, text(Body, "公文 example công văn")})
		for doc := range int64(len(letters)) {
			put(t, x, 5, Document{doc + 1, letters[doc+1]})
		}
		put(t, x, 78, Document{1, text(Body, "公文 example công văn")})
		for _, q := range queries {
			if got := find(t, x, 5, q.field, q.query, q.opt); !slices.Equal(got, q.want) {
				t.Errorf("field %d %q %+v: found %v, want %v", q.field, q.query, q.opt, got, q.want)
			}
			var read []int64
			for doc := range int64(len(letters)) {
				if Parse(q.query, q.opt).Match(letters[doc+1], q.field) {
					read = append(read, doc+1)
				}
			}
			if !slices.Equal(read, q.want) {
				t.Errorf("field %d %q %+v: read %v, want %v", q.field, q.query, q.opt, read, q.want)
			}
		}
	})
}

// TestChange puts in, replaces and takes out, and reopens.
func TestChange(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		dir := t.TempDir()
		db, x := openIndex(t, dir, url)
		var docs []Document
		for i := range int64(50) {
			docs = append(docs, Document{i + 1, text(Subject, fmt.Sprintf("公文 number %d", i+1))})
		}
		put(t, x, 1, docs...)
		put(t, x, 2, docs[:10]...)
		put(t, x, 1, Document{7, text(Subject, "replaced")})
		err := x.Apply(ctx, Batch{Account: 1, Remove: []int64{1, 2, 3, 99}, Mark: Watermark{Doc: 50, Modseq: 80}})
		if err != nil {
			t.Fatal(err)
		}
		if got := find(t, x, 1, Any, "公文", Options{}); len(got) != 46 || got[0] != 4 {
			t.Errorf("after removal: %v", got)
		}
		if got := find(t, x, 1, Any, "replaced", Options{}); !slices.Equal(got, []int64{7}) {
			t.Errorf("replaced: %v", got)
		}
		if got := find(t, x, 2, Any, "公文", Options{}); len(got) != 10 {
			t.Errorf("the other account: %v", got)
		}
		// A process that is behind puts in again what is in already.
		err = x.Apply(ctx, Batch{Account: 1, Put: docs[9:12], Mark: Watermark{Doc: 12, Modseq: 80}})
		if err != nil {
			t.Fatal(err)
		}
		if got := find(t, x, 1, Any, "公文", Options{}); len(got) != 46 {
			t.Errorf("put in twice: %v", got)
		}
		x.Close()
		db.Close()
		db, x = openIndex(t, dir, url)
		defer func() { x.Close(); db.Close() }()
		marks, err := x.Marks(ctx)
		if err != nil || marks[1] != (Watermark{50, 80}) || marks[2] != (Watermark{10, 10}) {
			t.Errorf("after reopening: %v %v", marks, err)
		}
		if list, err := x.Docs(ctx, 1); err != nil || len(list) != 47 || list[0] != 4 {
			t.Errorf("documents %v %v", list, err)
		}
		if err := x.Forget(ctx, 1); err != nil {
			t.Fatal(err)
		}
		if m, err := x.Covered(ctx, 1); err != nil || m != (Watermark{}) {
			t.Errorf("after forgetting: %v %v", m, err)
		}
		if got := find(t, x, 1, Any, "公文", Options{}); len(got) != 0 {
			t.Errorf("after forgetting: %v", got)
		}
		if got := find(t, x, 2, Any, "公文", Options{}); len(got) != 10 {
			t.Errorf("the other account after forgetting: %v", got)
		}
	})
}

// TestNewForm checks that an index of an older form is emptied.
func TestNewForm(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		dir := t.TempDir()
		db, x := openIndex(t, dir, url)
		put(t, x, 1, Document{1, text(Body, "word")})
		err := x.db.Write(t.Context(), func(tx *store.Tx) error { return updateForm(context.Background(), tx, formVersion+1) })
		if err != nil {
			t.Fatal(err)
		}
		x.Close()
		db.Close()
		db, x = openIndex(t, dir, url)
		defer func() { x.Close(); db.Close() }()
		if m, _ := x.Covered(t.Context(), 1); m != (Watermark{}) {
			t.Errorf("watermark %v", m)
		}
		if got := find(t, x, 1, Any, "word", Options{}); len(got) != 0 {
			t.Errorf("found %v", got)
		}
	})
}

// TestBounds refuses what the index cannot hold and survives what is large.
func TestBounds(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		x := newIndex(t, url)
		for _, doc := range []int64{0, -1, 1 << 32, 100} {
			if err := x.Apply(t.Context(), Batch{Account: 1, Put: []Document{{doc, text()}}, Mark: Watermark{Doc: 99}}); err == nil {
				t.Errorf("document %d was taken", doc)
			}
		}
		many := make([]byte, 0, 2<<20)
		for i := range 100_000 {
			many = fmt.Appendf(many, "w%dword%s ", i, "ệđ字😀")
		}
		long := make([]byte, 1<<20)
		for i := range long {
			long[i] = 'a' + byte(i%26)
		}
		put(t, x, 1, Document{1, text(Subject, "first", Body, string(many))}, Document{2, text(Body, string(long)+" tail")}, Document{3, text()})
		for query, want := range map[string]int64{"first": 1, "w0worded": 1, "tail": 2, string(long[:100]): 2} {
			if got := find(t, x, 1, Any, query, Options{}); !slices.Equal(got, []int64{want}) {
				t.Errorf("%.20q: %v", query, got)
			}
		}
	})
}
