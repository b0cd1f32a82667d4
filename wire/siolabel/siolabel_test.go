package siolabel

import (
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRoundTrip(t *testing.T) {
	for name, l := range map[string]Label{
		"marking alone": {Marking: "For the council only"},
		"all of it":     {Marking: "極機密 Top secret", Foreground: "#ffffff", Background: "#8a1538", Policy: Policy(1), Class: TopSecret, Until: time.Date(2036, 11, 22, 0, 0, 0, 0, time.UTC)},
		"quotes":        {Marking: `a "quoted" \ mark; with = signs`, Policy: Policy(12), Class: Unclassified},
		"long":          {Marking: strings.Repeat("絕", 64), Policy: Policy(2), Class: Secret},
	} {
		value := l.String()
		got, err := Parse(value)
		if err != nil || got != l {
			t.Errorf("%s: %q became %+v, %v", name, value, got, err)
		}
		for line := range strings.SplitSeq(Field+": "+value, "\r\n") {
			if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
				t.Errorf("%s: a line of %d bytes", name, len(line))
			}
		}
	}
}

// TestOthers reads what other programs write.
func TestOthers(t *testing.T) {
	for value, want := range map[string]Label{
		`marking="EXAMPLE CONFIDENTIAL"; fgcolor=black; bgcolor=#ff0000; type=":ess"; label="MQYCAQMGASk="`: {Marking: "EXAMPLE CONFIDENTIAL", Foreground: "black", Background: "#ff0000", Policy: "1.1", Class: Confidential},
		`marking="EXAMPLE CONFIDENTIAL"; type=":ess"; label="MQYGASkCAQM="`:                                 {Marking: "EXAMPLE CONFIDENTIAL", Policy: "1.1", Class: Confidential},
		"marking=\"SECRET\";\r\n type=\":xml\";\r\n label*0=\"PFNlY0xhYmVs\";\r\n label*1=\"Lz4=\"":         {Marking: "SECRET"},
		`marking*=utf-8''%E5%AF%86`: {Marking: "密"},
		`marking=SECRET;`:           {Marking: "SECRET"},
	} {
		if got, err := Parse(value); err != nil || got != want {
			t.Errorf("%s: %+v, %v", value, got, err)
		}
	}
}

func TestBad(t *testing.T) {
	for _, value := range []string{
		"", ";", "SECRET", `marking=`, `fgcolor=red`, `marking=a; marking=b`,
		`marking=a; type=":ess"`, `marking=a; label=AAAA`, `type=":ess"; label="!!"`, `type=":ess"; label="AAAA"`,
		`type=":ess"; label="MQMCAQM="`,     // no policy
		`type=":ess"; label="MQcGASkCAgEB"`, // a classification of 257
		`type=":ess"; label="MQYGASkCAQMA"`, // something behind it
		strings.Repeat("a", MaxValue+1),
	} {
		if l, err := Parse(value); err == nil {
			t.Errorf("%.60q was taken: %+v", value, l)
		}
	}
}

// TestOpenSSL has another program read the label.
func TestOpenSSL(t *testing.T) {
	l := Label{Policy: Policy(1), Class: Secret, Until: time.Date(2036, 1, 2, 3, 4, 5, 0, time.UTC)}
	_, label, _ := strings.Cut(l.String(), "label=")
	der, err := base64.StdEncoding.DecodeString(strings.Trim(label, `"`))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "label.der")
	if err := os.WriteFile(file, der, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("openssl", "asn1parse", "-inform", "DER", "-in", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	for _, want := range []string{"SET", "INTEGER           :04", "OBJECT            :" + Policy(1), "GENERALIZEDTIME   :20360102030405Z"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("openssl does not see %q in\n%s", want, out)
		}
	}
}

func TestNumber(t *testing.T) {
	if n, ok := Number(Policy(7)); !ok || n != 7 {
		t.Error(n, ok)
	}
	for _, policy := range []string{"", "1.1", arc + ".1.", arc + ".1.x", arc + ".1.-1"} {
		if _, ok := Number(policy); ok {
			t.Error(policy)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`marking="EXAMPLE CONFIDENTIAL"; fgcolor=black; bgcolor=red; type=":ess"; label="MQYGASkCAQM="`)
	f.Add(Label{Marking: "極機密", Policy: Policy(1), Class: TopSecret, Until: time.Date(2036, 1, 2, 3, 4, 5, 0, time.UTC)}.String())
	f.Fuzz(func(t *testing.T, value string) {
		l, err := Parse(value)
		if err != nil {
			return
		}
		again, err := Parse(l.String())
		if r := []rune(l.Marking); len(r) > 64 {
			l.Marking = string(r[:64])
		}
		if err != nil && (l.Policy != "" || l.Marking != "") {
			t.Fatalf("%q became %+v, which is written as %q: %v", value, l, l.String(), err)
		}
		if err == nil && (again.Class != l.Class || again.Policy != l.Policy || again.Marking != l.Marking) {
			t.Fatalf("%+v became %+v", l, again)
		}
	})
}
