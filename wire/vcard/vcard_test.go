package vcard

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"chancery/kit/testkit"
)

// TestToJS reads cards of the three versions as people's programs write them.
func TestToJS(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"2.1 with bare types and quoted-printable", "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E9=99=B3;=E5=BF=97=\r\n=E6=98=8E\r\nTEL;WORK;VOICE:02-2720\r\nTEL;CELL:0912\r\nEMAIL;INTERNET;PREF:chen@city.example\r\nEND:VCARD\r\n",
			`{"@type":"Card","version":"1.0","name":{"components":[{"kind":"surname","value":"陳"},{"kind":"given","value":"志明"}]},"phones":{"p1":{"number":"02-2720","contexts":{"work":true},"features":{"voice":true}},"p2":{"number":"0912","features":{"mobile":true}}},"emails":{"e1":{"address":"chen@city.example","pref":1}}}`},
		{"3.0 with escapes, a folded line and a group", "BEGIN:VCARD\nVERSION:3.0\nFN:Nguyễn Thị \n Hồng\nN:Nguyễn;Hồng;Thị;;\nORG:Sở Nội vụ;Phòng Tổ chức\nTITLE:Chuyên viên\nADR;TYPE=WORK:;;1 Lê Lợi\\, P. Bến Nghé;TP. HCM;;70000;Việt Nam\nNOTE:một\\nhai\nitem1.URL:https://x.example/a;b\nitem1.X-ABLabel:Trang\nBDAY:1985-04-12\nCATEGORIES:a,b\\,c\nEND:VCARD\n",
			`{"@type":"Card","version":"1.0","name":{"full":"Nguyễn Thị Hồng","components":[{"kind":"surname","value":"Nguyễn"},{"kind":"given","value":"Hồng"},{"kind":"given2","value":"Thị"}]},"organizations":{"o1":{"name":"Sở Nội vụ","units":[{"name":"Phòng Tổ chức"}]}},"titles":{"t1":{"name":"Chuyên viên","kind":"title"}},"addresses":{"a1":{"components":[{"kind":"name","value":"1 Lê Lợi, P. Bến Nghé"},{"kind":"locality","value":"TP. HCM"},{"kind":"postcode","value":"70000"},{"kind":"country","value":"Việt Nam"}],"contexts":{"work":true}}},"notes":{"n1":{"note":"một\nhai"}},"links":{"l1":{"uri":"https://x.example/a;b","vCardParams":{"group":"item1"}}},"anniversaries":{"y1":{"kind":"birth","date":{"@type":"PartialDate","year":1985,"month":4,"day":12}}},"keywords":{"a":true,"b,c":true},"vCardProps":[["x-ablabel",{"group":"item1"},"unknown","Trang"]]}`},
		{"4.0 group", "BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:Works\nUID:urn:uuid:1\nMEMBER:urn:uuid:2\nREV:20260102T030405Z\nEMAIL;TYPE=home;PREF=2:a@b.example\nEND:VCARD",
			`{"@type":"Card","version":"1.0","kind":"group","name":{"full":"Works"},"uid":"urn:uuid:1","members":{"urn:uuid:2":true},"updated":"2026-01-02T03:04:05Z","emails":{"e1":{"address":"a@b.example","contexts":{"private":true},"pref":2}}}`},
		{"no name", "BEGIN:VCARD\nVERSION:3.0\nEMAIL:x@y.example\nEND:VCARD", `{"@type":"Card","version":"1.0","name":{"full":"x@y.example"},"emails":{"e1":{"address":"x@y.example"}}}`},
		{"Big5 without a word about it", "BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=BIG5:\xb3\xaf\xa7\xd3\xa9\xfa\nEND:VCARD", `{"@type":"Card","version":"1.0","name":{"full":"陳志明"}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			cards, err := Parse([]byte(c.in), Limits{})
			if err != nil || len(cards) != 1 {
				t.Fatalf("%d cards, %v", len(cards), err)
			}
			var want any
			if err := json.Unmarshal([]byte(c.want), &want); err != nil {
				t.Fatal(err)
			}
			if got := plain(t, ToJS(cards[0])); !reflect.DeepEqual(got, want) {
				b, _ := json.Marshal(got)
				t.Errorf("got  %s\nwant %s", b, c.want)
			}
		})
	}
}

// plain brings a card into the form that JSON decoding gives.
func plain(t testing.TB, js any) any {
	t.Helper()
	b, err := json.Marshal(js)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestCorpus reads every card of the corpus, writes it as 4.0 and reads it
// again: nothing may be different the second time, and no address may be lost.
func TestCorpus(t *testing.T) {
	dir := testkit.Corpus(t, "calendar/vcard")
	names, err := filepath.Glob(filepath.Join(dir, "*.vcf"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no cards in %s: %v", dir, err)
	}
	total := 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		cards, err := Parse(text, Limits{})
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(name), err)
			continue
		}
		for _, c := range cards {
			total++
			again(t, filepath.Base(name), c)
		}
	}
	t.Logf("%d cards in %d files", total, len(names))
}

// again holds one card to the round trip.
func again(t testing.TB, name string, c Card) {
	t.Helper()
	js, _ := plain(t, ToJS(c)).(JS)
	text := FromJS(js).Encode()
	back, err := Parse(text, Limits{})
	if err != nil || len(back) != 1 {
		t.Fatalf("%s: written as\n%s\nread as %d cards, %v", name, text, len(back), err)
	}
	twice, _ := plain(t, ToJS(back[0])).(JS)
	if want := FullName(js); FullName(twice) != want {
		t.Errorf("%s: the name %q became %q", name, want, FullName(twice))
	}
	for _, member := range []string{"emails", "phones", "notes", "organizations", "members", "keywords", "uid", "anniversaries", "links"} {
		if !reflect.DeepEqual(js[member], twice[member]) {
			t.Errorf("%s: %s: %v became %v", name, member, js[member], twice[member])
		}
	}
	for _, line := range strings.Split(string(text), "\r\n") {
		if len(line) > maxLine {
			t.Errorf("%s: a line of %d bytes", name, len(line))
		}
	}
}

// FuzzParse holds any text to the round trip.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"BEGIN:VCARD\nVERSION:2.1\nTEL;WORK:1\nN:a;b\nEND:VCARD", "BEGIN:VCARD\nFN;X=\"a:b\";Y=c,d:x\\,y\nEND:VCARD", "BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:a=0D=0Ab=\nc\nEND:VCARD",
		"\xff\xfeB\x00E\x00", "BEGIN:VCARD\nBDAY:--0412\nPHOTO;ENCODING=b:AAAA\nA.X-Y:1\nEND:VCARD"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		cards, err := Parse(text, Limits{Bytes: 1 << 16, Cards: 100, Properties: 100})
		if err != nil {
			return
		}
		for _, c := range cards {
			js, _ := plain(t, ToJS(c)).(JS)
			if _, err := Parse(FromJS(js).Encode(), Limits{}); err != nil {
				t.Fatalf("not read again: %v", err)
			}
		}
	})
}

// TestLimits refuses what is over them.
func TestLimits(t *testing.T) {
	one := "BEGIN:VCARD\nFN:a\nEND:VCARD\n"
	for _, c := range []struct {
		text string
		lim  Limits
	}{{strings.Repeat(one, 4), Limits{Cards: 3}}, {one, Limits{Bytes: 10}}, {"BEGIN:VCARD\nFN:a\nFN:b\nFN:c\n", Limits{Properties: 2}}, {"hello", Limits{}}} {
		if _, err := Parse([]byte(c.text), c.lim); err == nil {
			t.Errorf("%.20q with %+v was read", c.text, c.lim)
		}
	}
}
