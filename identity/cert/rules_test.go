package cert

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"chancery/kit/testkit"
	"chancery/policy"
)

var update = flag.Bool("update", false, "write the golden table anew")

// TestRulesText refuses rules that say nothing, and says why.
func TestRulesText(t *testing.T) {
	for text, good := range map[string]bool{
		"pin": true, "serial; issuer=CN=MOICA,O=Gov": true, "email;domain=city.example;counts=two": true,
		"upn; policy=1.2.3; has=2.16.886.1.100.2.1:2.16.886.1.100.3.1.1": true,
		"": false, "name": false, "pin; domain=city.example": false, "email; domain": false, "email; domain=": false,
		"email; policy=x": false, "email; counts=much": false, "pin; colour=red": false,
	} {
		if _, err := ParseRule(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// named is a certificate of the table.
type named struct {
	name string
	h    *holder
}

func number(n string) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.Subject.SerialNumber = n }
}

// cards are those of the table: they differ in what they say of their holder.
func (o *office) cards(old, other *holder) []named {
	t := o.t
	policy3, err := x509.ParseOID("1.2.3")
	must(t, err)
	citizen := asn1.ObjectIdentifier{2, 16, 886, 1, 100, 2, 1}
	kind := func(text string) pkix.Extension {
		value, err := asn1.Marshal(asn1.ObjectIdentifier{2, 16, 886, 1, 100, 3, 1, 1})
		must(t, err)
		if text != "" {
			value, err = asn1.MarshalWithParams(text, "utf8")
			must(t, err)
		}
		type attribute struct {
			OID    asn1.ObjectIdentifier
			Values []asn1.RawValue `asn1:"set"`
		}
		return extension(t, false, asn1.ObjectIdentifier{2, 5, 29, 9}, []attribute{{citizen, []asn1.RawValue{{FullBytes: value}}}})
	}
	mail := func(list ...string) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.ExtraExtensions = append(c.ExtraExtensions, otherName(t, list, nil)) }
	}
	upn := func(list ...string) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.ExtraExtensions = append(c.ExtraExtensions, otherName(t, nil, list)) }
	}
	return []named{
		{"ann's mail", o.ca.issue(t, "ann", mail("ann@city.example"))},
		{"ann's mail, capitals", o.ca.issue(t, "ann", mail("Ann@City.Example"))},
		{"ann's and bob's", o.ca.issue(t, "both", mail("ann@city.example", "bob@city.example"))},
		{"ann's and a stranger's", o.ca.issue(t, "both", mail("ann@city.example", "x@else.example"))},
		{"nobody's mail", o.ca.issue(t, "x", mail("x@city.example"))},
		{"a zero byte in it", o.ca.issue(t, "x", mail("ann@city.example\x00.evil.example"))},
		{"ann's UPN", o.ca.issue(t, "ann", upn("ann@city.example"))},
		{"registered card", old},
		{"next card", o.ca.issue(t, "card of ann", number("1010101010101010"))},
		{"same number, other CA", other.issue(t, "card of ann", number("1010101010101010"))},
		{"two numbers", o.ca.issue(t, "two", func(c *x509.Certificate) {
			c.Subject.ExtraNames = []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{2, 5, 4, 5}, Value: "1010101010101010"}, {Type: asn1.ObjectIdentifier{2, 5, 4, 5}, Value: "2"}}
		})},
		{"no number", o.ca.issue(t, "card of ann")},
		{"citizen with mail", o.ca.issue(t, "ann", mail("ann@city.example"), func(c *x509.Certificate) { c.ExtraExtensions = append(c.ExtraExtensions, kind("")) })},
		{"policy and mail", o.ca.issue(t, "ann", mail("ann@city.example"), func(c *x509.Certificate) { c.Policies = []x509.OID{policy3} })},
		{"number of ann, mail of bob", o.ca.issue(t, "mixed", number("1010101010101010"), mail("bob@city.example"))},
	}
}

// TestWhose is the golden table of rules, certificates and accounts.
func TestWhose(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		bob := o.account("bob@city.example")
		old := o.ca.issue(t, "card of ann", number("1010101010101010"))
		other := o.root.issue(t, "Other CA", authority)
		cards := o.cards(old, other)
		all := []string{"pin", "serial", "email", "upn", "email; domain=else.example", "email; issuer=CN=Other CA,O=City", "email; policy=1.2.3; counts=two",
			"email; has=2.16.886.1.100.2.1:2.16.886.1.100.3.1.1", "serial + email"}
		register := func(rule string) {
			o.rules(rule)
			_, err := o.d.Register(t.Context(), o.admin, o.ann.ID, old.cert)
			must(t, err)
		}
		register("pin")
		register("serial")
		var b strings.Builder
		b.WriteString("Whose a certificate is, by one rule each (TestWhose). Registered for ann: the card, by pin and by serial.\n")
		for _, text := range all {
			o.rules(strings.Split(text, " + ")...)
			fmt.Fprintf(&b, "\n%s\n", text)
			for _, c := range cards {
				v, err := o.d.Check(t.Context(), 1, []*x509.Certificate{c.h.cert, o.ca.cert, other.cert})
				told := map[int64]string{o.ann.ID: "ann", bob.ID: "bob"}[v.Account]
				var r refusal
				switch {
				case errors.As(err, &r):
					told = "no: " + r.reason
				case err != nil:
					told = err.Error()
				case v.Counts != policy.ByHardware:
					told += ", counts " + strconv.Itoa(int(v.Counts))
				}
				fmt.Fprintf(&b, "  %-28s %s\n", c.name, told)
			}
		}
		const file = "testdata/whose.txt"
		if *update {
			must(t, os.MkdirAll("testdata", 0o755))
			must(t, os.WriteFile(file, []byte(b.String()), 0o644))
		}
		want, err := os.ReadFile(file)
		must(t, err)
		if b.String() != string(want) {
			t.Errorf("%s differs:\n%s", file, b.String())
		}
	})
}
