package mail

import (
	"strings"
	"testing"
)

// TestSnippet shows words found, in several scripts.
func TestSnippet(t *testing.T) {
	o := newOffice(t, "")
	inbox, _ := must(o.ann.Snapshot(t.Context())).ByRole(RoleInbox)
	long := strings.Repeat("Lorem ipsum dolor & sit amet <i>. ", 40)
	for _, text := range append(textLetters, letterOf("a@b.example", "c@d.example", "Budget <2026> & more", long+"The BUDGET is ｆｕｌｌ. "+long),
		letterOf("a@b.example", "c@d.example", "x", strings.Repeat("budget ", 100)), letterOf("a@b.example", "c@d.example", "x", strings.Repeat("<&>", 400)+"word")) {
		o.append(t, o.ann, inbox.ID, text)
	}
	for _, s := range []struct {
		id               int64
		words            string
		subject, preview string
	}{
		{1, "公文", "臺北市政府<mark>公文</mark>系統", ""},
		{1, "规定 文", "臺北市政府公<mark>文</mark>系統", "依第3條<mark>規定</mark>辦理，請查照。"},
		{1, "辦", "", "依第3條規定<mark>辦</mark>理，請查照。"},
		{2, "hoa", "", "Kính gửi quý cơ quan, <mark>hòa</mark> bình"},
		{2, "hoà bình công", "<mark>Công</mark> văn", "Kính gửi quý cơ quan, <mark>hòa</mark> <mark>bình</mark>"},
		{2, "hóa", "", ""},
		{3, `"the minutes" meet*`, "<mark>Meeting</mark> minutes", "Please read <mark>the minutes</mark> of the <mark>meeting</mark> in Hauptstraße"},
		{3, "HAUPTSTRASSE", "", "Please read the minutes of the meeting in <mark>Hauptstraße</mark>"},
		{4, "전자", "<mark>전자</mark>우편", "정부 <mark>전자</mark>문서"},
		{6, "budget full", "<mark>Budget</mark> &lt;2026&gt; &amp; more",
			"&amp; sit amet &lt;i&gt;. Lorem ipsum dolor &amp; sit amet &lt;i&gt;. The <mark>BUDGET</mark> is <mark>ｆｕｌｌ</mark>. Lorem ipsum dolor &amp; sit amet &lt;i&gt;. Lorem ipsum dolor &amp; sit amet &lt;i&gt;. Lorem ipsum dolor &amp; sit amet &lt;i&gt;."},
		{1, "!", "", ""},
	} {
		got := must(o.ann.Snippet(t.Context(), s.id, []string{s.words}, []string{s.words}))
		if got.Subject != s.subject || got.Preview != s.preview {
			t.Errorf("%d %q:\n%q\n%q\nwant\n%q\n%q", s.id, s.words, got.Subject, got.Preview, s.subject, s.preview)
		}
	}
	for id, words := range map[int64]string{6: "lorem ipsum", 7: "budget", 8: "word"} {
		p := must(o.ann.Snippet(t.Context(), id, nil, []string{words})).Preview
		if p == "" || len(p) > maxPreview || strings.Count(p, "<mark>") != strings.Count(p, "</mark>") {
			t.Errorf("%d: %d bytes: %q", id, len(p), p)
		}
	}
}
