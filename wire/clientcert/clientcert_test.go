package clientcert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"
)

func certificate(t testing.TB, extensions ...pkix.Extension) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{Country: []string{"TW"}, CommonName: "王小明", SerialNumber: "1010101010101010"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1e9, 0), ExtraExtensions: extensions}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return c
}

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestRead reads names from extensions written by hand.
func TestRead(t *testing.T) {
	san := func(text string) pkix.Extension {
		return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 17}, Value: unhex(t, text)}
	}
	directory := func(text string) pkix.Extension {
		return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 9}, Value: unhex(t, text)}
	}
	const upn = "a010 060a2b060104018237140203 a002 0c00"
	for name, c := range map[string]struct {
		extension    pkix.Extension
		emails, upns []string
		bad          bool
	}{
		"an address":               {extension: san("3005 8103 614062"), emails: []string{"a@b"}},
		"two, and a DNS name":      {extension: san("300d 8103 614062 8201 78 8103 634064"), emails: []string{"a@b", "c@d"}},
		"a principal name":         {extension: san("3015 a013 060a2b060104018237140203 a005 0c03 614062"), upns: []string{"a@b"}},
		"another kind of name":     {extension: san("3009 a007 06022a03 a001 00")},
		"a zero byte":              {extension: san("3007 8105 6140620078"), bad: true},
		"a line break":             {extension: san("3005 8103 61400a"), bad: true},
		"no text":                  {extension: san("3002 8100"), bad: true},
		"a principal name, empty":  {extension: san("3012" + upn), bad: true},
		"a principal name, IA5":    {extension: san("3015 a013 060a2b060104018237140203 a005 1603 614062"), bad: true},
		"directory: a kind":        {extension: directory("3016 3014 0607608648 01 0203 04 3109 06076086480102 0304")},
		"directory: no set":        {extension: directory("3007 3005 06012a 3000"), bad: true},
		"directory: no sequence":   {extension: directory("3100"), bad: true},
		"directory: a photograph":  {extension: directory("3009 3007 06012a 3102 0400")},
		"directory: a text":        {extension: directory("300a 3008 06012a 3103 0c0178")},
		"directory: an empty text": {extension: directory("3009 3007 06012a 3102 0c00"), bad: true},
	} {
		f, err := Read(certificate(t, c.extension))
		if (err != nil) != c.bad {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err == nil && (!reflect.DeepEqual(f.Emails, c.emails) || !reflect.DeepEqual(f.UPNs, c.upns)) {
			t.Errorf("%s: %q, %q", name, f.Emails, f.UPNs)
		}
		if err == nil && (len(f.Numbers) != 1 || f.Numbers[0] != "1010101010101010" || !f.Has("2.5.4.6", "TW") || f.Has("2.5.4.6", "JP")) {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if f, err := Read(certificate(t, directory("300a 3008 06012a 3103 0c0178"))); err != nil || !f.Has("1.2", "x") || !f.Has("1.2", "") {
		t.Errorf("%+v, %v", f, err)
	}
}

// TestHeader reads what a proxy writes, and nothing that looks nearly like it.
func TestHeader(t *testing.T) {
	c := certificate(t)
	text := base64.StdEncoding.EncodeToString(c.Raw)
	for name, h := range map[string]struct {
		lines []string
		good  bool
	}{
		"one":                {[]string{":" + text + ":"}, true},
		"with spaces":        {[]string{" :" + text + ": "}, true},
		"none":               {nil, false},
		"empty":              {[]string{""}, false},
		"two lines":          {[]string{":" + text + ":", ":" + text + ":"}, false},
		"two items":          {[]string{":" + text + ":, :" + text + ":"}, false},
		"a parameter":        {[]string{":" + text + ":;a=1"}, false},
		"no colons":          {[]string{text}, false},
		"one colon":          {[]string{":"}, false},
		"PEM in the URL":     {[]string{"-----BEGIN%20CERTIFICATE-----"}, false},
		"something after":    {[]string{":" + base64.StdEncoding.EncodeToString(append(c.Raw[:len(c.Raw):len(c.Raw)], 0)) + ":"}, false},
		"too long":           {[]string{":" + strings.Repeat("A", MaxHeader) + ":"}, false},
		"a line break in it": {[]string{":" + text[:10] + "\n" + text[10:] + ":"}, false},
	} {
		got, err := ParseHeader(h.lines)
		if (err == nil) != h.good || err == nil && !got.Equal(c) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPoint reads scopes of revocation lists.
func TestPoint(t *testing.T) {
	for text, want := range map[string]*Point{
		"3000":                             {},
		"3003 8101ff":                      {UsersOnly: true},
		"3003 8201ff":                      {CAsOnly: true},
		"3003 830106":                      {Other: true},
		"3003 8401ff":                      {Other: true},
		"3003 840100":                      {},
		"300c a00a a008 8606 687474703a2f": {Named: true, URIs: []string{"http:/"}},
		"3008 a006 a104 30020500":          {Named: true},
		"3003 8901ff":                      {Other: true},
		"30":                               nil,
		"3002 8100":                        nil,
		"3002 a000":                        nil,
		"3100":                             nil,
		"3003 0101ff":                      nil,
	} {
		got, err := ReadPoint(unhex(t, text))
		if (err == nil) != (want != nil) || want != nil && !reflect.DeepEqual(got, *want) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

// FuzzRead holds that no certificate ends the program, and that what is read
// can be shown.
func FuzzRead(f *testing.F) {
	f.Add(unhex(f, "3005 8103 614062"), unhex(f, "300a 3008 06012a 3103 0c0178"))
	f.Add(unhex(f, "3015 a013 060a2b060104018237140203 a005 0c03 614062"), unhex(f, "3000"))
	f.Fuzz(func(t *testing.T, san, directory []byte) {
		facts, err := Read(&x509.Certificate{Extensions: []pkix.Extension{{Id: oidSAN, Value: san}, {Id: oidDirectory, Value: directory}}})
		if err != nil {
			return
		}
		for _, list := range [][]string{facts.Emails, facts.UPNs} {
			for _, s := range list {
				if plain(s) != nil {
					t.Errorf("%q", s)
				}
			}
		}
	})
}

// FuzzHeader holds that a certificate is read as it was written, or not at all.
func FuzzHeader(f *testing.F) {
	f.Add(":" + base64.StdEncoding.EncodeToString(certificate(f).Raw) + ":")
	f.Add("::")
	f.Fuzz(func(t *testing.T, line string) {
		c, err := ParseHeader([]string{line})
		if err == nil && strings.Trim(line, " ") != ":"+base64.StdEncoding.EncodeToString(c.Raw)+":" {
			t.Errorf("%q is read as another", line)
		}
	})
}

// FuzzPoint holds that no scope ends the program.
func FuzzPoint(f *testing.F) {
	f.Add(unhex(f, "300c a00a a008 8606 687474703a2f"))
	f.Add(unhex(f, "3003 8101ff"))
	f.Fuzz(func(t *testing.T, der []byte) {
		if p, err := ReadPoint(der); err == nil && len(p.URIs) > 0 && !p.Named {
			t.Error("an address without a place")
		}
	})
}
