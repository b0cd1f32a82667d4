package vcard

import (
	"slices"
	"strings"
	"testing"
)

// apple is a card as Apple's Contacts writes one, with all that JSContact has
// no words for.
const apple = `BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//iPhone OS 18.1//EN
N:Nguyễn;An;Văn;;
FN:Nguyễn Văn An
ORG:City;Works
TITLE:chief\, roads
item1.EMAIL;TYPE=INTERNET;TYPE=pref:an@city.example
item1.X-ABLabel:_$!<Office>!$_
TEL;TYPE=CELL;TYPE=IPHONE:+84 90 1
TEL;TYPE=WORK;X-EXTENSION=12:+84 24 2
item2.ADR;TYPE=HOME:;;1 Lê Lợi;Hà Nội;;10000;Việt Nam
item2.X-ABADR:vn
NOTE;LANGUAGE=vi:một\nhai
BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12
X-ANNIVERSARY:2010-05-06
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ
X-SOCIALPROFILE;TYPE=twitter;X-USER=an:https://x.example/an
X-PHONETIC-LAST-NAME:nguyen
UID:one
END:VCARD
`

// TestTo3 turns a card into JSContact and back into version 3.0: what it said
// it still says, known here or not.
func TestTo3(t *testing.T) {
	cards, err := Parse([]byte(apple), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	js, _ := plain(t, ToJS(cards[0])).(JS)
	got := meanings(string(FromJS(js).To3().Encode()))
	for _, want := range meanings(apple) {
		if !slices.Contains(got, want) {
			t.Errorf("%s is lost; there is\n%s", want, strings.Join(got, "\n"))
		}
	}
	if len(js["anniversaries"].(JS)) != 2 {
		t.Errorf("anniversaries: %v", js["anniversaries"])
	}
	again(t, "apple", cards[0])
}

// meanings brings each line into a form that does not depend on the order of
// parameters or on capital letters where they mean nothing.
func meanings(text string) (out []string) {
	cards, err := Parse([]byte(text), Limits{})
	if err != nil {
		return nil
	}
	for _, p := range cards[0] {
		var params []string
		for _, x := range p.Params {
			for _, v := range x.Values {
				if v := strings.ToLower(v); v != "internet" {
					params = append(params, x.Name+"="+v)
				}
			}
		}
		slices.Sort(params)
		out = append(out, p.Group+"."+p.Name+";"+strings.Join(params, ";")+":"+p.Value)
	}
	return out
}

// TestTo3Of4 writes what 4.0 alone knows as programs of the time of 3.0 read it.
func TestTo3Of4(t *testing.T) {
	cards, err := Parse([]byte("BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:a\\, b\nUID:u\nMEMBER:urn:uuid:2\nBDAY:19850412\nDEATHDATE:--0412\nEMAIL;PREF=1;ALTID=1:a@b\nPHOTO:data:image/png;base64,AAAA\nLOGO:https://x.example/l\nCREATED:20260102T030405Z\nEND:VCARD"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := "BEGIN:VCARD\r\nVERSION:3.0\r\nX-ADDRESSBOOKSERVER-KIND:group\r\nFN:a\\, b\r\nN:a\\, b;;;;\r\nUID:u\r\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:2\r\nBDAY:1985-04-12\r\n" +
		"X-DEATHDATE;X-APPLE-OMIT-YEAR=1604:1604-04-12\r\nEMAIL;TYPE=pref:a@b\r\nPHOTO;ENCODING=b;TYPE=PNG:AAAA\r\nLOGO;VALUE=uri:https://x.example/l\r\nEND:VCARD\r\n"
	if got := string(cards[0].To3().Encode()); got != want {
		t.Errorf("%s", got)
	}
}
