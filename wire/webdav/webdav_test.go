package webdav

import (
	"encoding/xml"
	"strings"
	"testing"

	"chancery/kit/errs"
)

const propfind = `<?xml version="1.0" encoding="utf-8"?>
<A:propfind xmlns:A="DAV:"><A:prop><A:displayname/><C:addressbook-home-set xmlns:C="urn:ietf:params:xml:ns:carddav"/><made-up xmlns="urn:x"/></A:prop></A:propfind>`

// TestParse reads a request as programs send it, and refuses what none does.
func TestParse(t *testing.T) {
	n, err := Parse([]byte(propfind), Limits{})
	if err != nil || !n.Is(DAV, "propfind") || len(n.Kid(DAV, "prop").Kids) != 3 || n.Kid(DAV, "prop").Kid(CardDAV, "addressbook-home-set") == nil {
		t.Fatalf("%+v %v", n, err)
	}
	if n.Kid(DAV, "none").Kid(DAV, "prop") != nil || n.Kid(DAV, "none").Get("x") != "" || n.Kid(DAV, "none").All(DAV, "x") != nil {
		t.Error("an element that is not there has something in it")
	}
	bomb := `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><d:propfind xmlns:d="DAV:">&b;</d:propfind>`
	for name, c := range map[string]struct {
		text string
		lim  Limits
		kind errs.Kind
	}{
		"empty":       {"", Limits{}, errs.Invalid},
		"no XML":      {"GET / HTTP/1.1", Limits{}, errs.Invalid},
		"cut off":     {propfind[:90], Limits{}, errs.Invalid},
		"two tops":    {"<a/><b/>", Limits{}, errs.Invalid},
		"entities":    {bomb, Limits{}, errs.Invalid},
		"an entity":   {"<a>&b;</a>", Limits{}, errs.Invalid},
		"too long":    {propfind, Limits{Bytes: 50}, errs.TooLarge},
		"too deep":    {strings.Repeat("<a>", 33) + strings.Repeat("</a>", 33), Limits{}, errs.TooLarge},
		"too many":    {"<a>" + strings.Repeat("<b/>", 20) + "</a>", Limits{Nodes: 20}, errs.TooLarge},
		"not UTF-8":   {`<?xml version="1.0" encoding="big5"?><a/>`, Limits{}, errs.Invalid},
		"wrong bytes": {"<a>\xff</a>", Limits{}, errs.Invalid},
	} {
		if _, err := Parse([]byte(c.text), c.lim); !errs.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAnswer writes every kind of part, and reads it back.
func TestAnswer(t *testing.T) {
	var b strings.Builder
	begun := 0
	a := NewAnswer(&b, func() { begun++ })
	a.Properties("/dav/a b/<x>/", []Value{{xml.Name{Space: DAV, Local: "displayname"}, Text("R & D")}}, []xml.Name{{Space: "urn:x\"", Local: "made-up"}, {Local: "bare"}})
	a.Failed("/dav/gone.vcf", 404, "")
	a.Changes("/dav/b/", nil, []xml.Name{{Space: DAV, Local: "getetag"}}, []xml.Name{{Space: DAV, Local: "displayname"}})
	a.Failed("/dav/", 507, In(DAV, "number-of-matches-within-limits"))
	if err := a.End("urn:token"); err != nil || begun != 1 {
		t.Fatal(err, begun)
	}
	n, err := Parse([]byte(b.String()), Limits{})
	if err != nil {
		t.Fatal(err, b.String())
	}
	list := n.All(DAV, "response")
	if len(list) != 4 || list[0].Kid(DAV, "href").Text != "/dav/a%20b/%3Cx%3E/" || n.Kid(DAV, "sync-token").Text != "urn:token" {
		t.Errorf("%s", b.String())
	}
	stats := list[0].All(DAV, "propstat")
	if len(stats) != 2 || stats[0].Kid(DAV, "prop").Kid(DAV, "displayname").Text != "R & D" || stats[1].Kid(DAV, "prop").Kid("urn:x\"", "made-up") == nil {
		t.Errorf("%s", b.String())
	}
	if n, err := Parse([]byte(Failure(In(CardDAV, "valid-address-data"), "<no>")), Limits{}); err != nil || n.Kid(CardDAV, "valid-address-data") == nil {
		t.Error(err)
	}
}

// FuzzParse holds that whatever is read keeps its limits, and that its names
// can be written into an answer that is read again.
func FuzzParse(f *testing.F) {
	f.Add([]byte(propfind))
	f.Add([]byte(`<a xmlns:b="c"><b:d e="f">&lt;</b:d><!-- g --><?h i?></a>`))
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`))
	f.Add([]byte(`<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><x:y xmlns:x="z"/></d:prop></d:set></d:propertyupdate>`))
	f.Fuzz(func(t *testing.T, text []byte) {
		lim := Limits{Depth: 10, Nodes: 100}
		root, err := Parse(text, lim)
		if err != nil {
			return
		}
		nodes := 0
		var names []xml.Name
		var walk func(n *Node, depth int)
		walk = func(n *Node, depth int) {
			if nodes++; nodes > lim.Nodes || depth > lim.Depth {
				t.Fatalf("%d elements, %d deep", nodes, depth)
			}
			names = append(names, n.Name)
			for _, k := range n.Kids {
				walk(k, depth+1)
			}
		}
		walk(root, 1)
		var b strings.Builder
		a := NewAnswer(&b, func() {})
		a.Properties("/"+root.Text, nil, names)
		if err := a.End(""); err != nil {
			t.Fatal(err)
		}
		again, err := Parse([]byte(b.String()), Limits{})
		if err != nil {
			t.Fatalf("%q: %v", b.String(), err)
		}
		if got := again.Kid(DAV, "response").Kid(DAV, "propstat").Kid(DAV, "prop").Kids; len(got) != len(names) {
			t.Errorf("%d names of %d", len(got), len(names))
		}
	})
}
