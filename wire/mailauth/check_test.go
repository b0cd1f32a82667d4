package mailauth

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
)

// zone is a resolver that knows a few names. A value of "!" answers with
// trouble, "~" takes for ever.
type zone struct {
	txt   map[string]string
	asked int
}

func (z *zone) LookupTXT(ctx context.Context, name string) ([]string, error) {
	z.asked++
	text, ok := z.txt[strings.TrimSuffix(name, ".")]
	switch {
	case !ok:
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	case text == "!":
		return nil, &net.DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
	case text == "~":
		<-ctx.Done()
		return nil, &net.DNSError{Err: ctx.Err().Error(), Name: name, IsTimeout: true, IsTemporary: true}
	}
	return []string{text}, nil
}

func (z *zone) LookupMX(context.Context, string) ([]*net.MX, error) { return nil, notFound }
func (z *zone) LookupIPAddr(context.Context, string) ([]net.IPAddr, error) {
	return nil, notFound
}
func (z *zone) LookupAddr(context.Context, string) ([]string, error) { return nil, notFound }

var notFound = &net.DNSError{Err: "no such host", IsNotFound: true}

const plain = "From: Ann <ann@%s>\r\nTo: bob@city.example\r\nSubject: Plan\r\nDate: Mon, 02 Mar 2026 12:00:00 +0000\r\nMessage-ID: <1@x>\r\n\r\nHello\r\n"

// sign signs a letter for a domain and puts its key into the zone.
func sign(t testing.TB, z *zone, domain, text string) string {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	z.txt["k._domainkey."+domain] = "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
	var out bytes.Buffer
	err = dkim.Sign(&out, strings.NewReader(text), &dkim.SignOptions{Domain: domain, Selector: "k", Signer: private, HeaderKeys: []string{"From", "To", "Subject", "Date", "Message-ID"}})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestCheck is the table of what the checks say.
func TestCheck(t *testing.T) {
	const good, other = "192.0.2.1", "198.51.100.9"
	for _, c := range []struct {
		name    string
		zone    map[string]string
		addr    string
		relayed bool
		from    string // envelope; default ann@AUTHOR
		author  string // default sender.example
		signer  string
		spoil   bool
		want    string // spf dkim dmarc verdict
	}{
		{name: "nothing known", addr: good, want: "none none none unverified"},
		{name: "spf", zone: map[string]string{"sender.example": "v=spf1 ip4:192.0.2.1 -all"}, addr: good, want: "pass none none verified"},
		{name: "spf of a stranger", zone: map[string]string{"sender.example": "v=spf1 ip4:192.0.2.1 -all"}, addr: other, want: "fail none none failed"},
		{name: "spf soft", zone: map[string]string{"sender.example": "v=spf1 ip4:192.0.2.1 ~all"}, addr: other, want: "softfail none none unverified"},
		{name: "spf broken", zone: map[string]string{"sender.example": "v=spf1 nonsense:x -all"}, addr: good, want: "permerror none none unverified"},
		{name: "spf not asked of a relay of ours", zone: map[string]string{"sender.example": "v=spf1 -all"}, addr: good, relayed: true, want: "none none none unverified"},
		{name: "spf passes for another than the author", zone: map[string]string{"bulk.example": "v=spf1 ip4:192.0.2.1 -all", "_dmarc.sender.example": "v=DMARC1; p=reject"}, addr: good, from: "x@bulk.example", want: "pass none fail failed"},
		{name: "dkim", addr: good, signer: "sender.example", want: "none pass none verified"},
		{name: "dkim of a changed letter", addr: good, signer: "sender.example", spoil: true, want: "none fail none failed"},
		{name: "dkim of another", zone: map[string]string{"_dmarc.sender.example": "v=DMARC1; p=quarantine"}, addr: good, signer: "bulk.example", want: "none pass fail failed"},
		{name: "dmarc by dkim of the organisation", zone: map[string]string{"_dmarc.news.sender.co.uk": "v=DMARC1; p=reject"}, addr: good, author: "news.sender.co.uk", signer: "sender.co.uk", want: "none pass pass verified"},
		{name: "dmarc strict", zone: map[string]string{"_dmarc.news.sender.co.uk": "v=DMARC1; p=reject; adkim=s"}, addr: good, author: "news.sender.co.uk", signer: "sender.co.uk", want: "none pass fail failed"},
		{name: "dmarc of the organisation", zone: map[string]string{"_dmarc.sender.co.uk": "v=DMARC1; p=none; sp=reject"}, addr: good, author: "news.sender.co.uk", want: "none none fail failed"},
		{name: "a public suffix is no organisation", addr: good, author: "one.co.uk", signer: "two.co.uk", want: "none pass none unverified"},
		{name: "dmarc without consequence", zone: map[string]string{"_dmarc.sender.example": "v=DMARC1; p=none"}, addr: good, want: "none none fail unverified"},
		{name: "dns trouble", zone: map[string]string{"sender.example": "!", "_dmarc.sender.example": "!"}, addr: good, want: "temperror none temperror unverified"},
		{name: "dns that hangs", zone: map[string]string{"sender.example": "~", "_dmarc.sender.example": "~"}, addr: good, want: "temperror none temperror unverified"},
		{name: "key in trouble", zone: map[string]string{"_dmarc.sender.example": "v=DMARC1; p=reject", "k._domainkey.bulk.example": "!"}, addr: good, signer: "bulk.example", want: "none temperror fail failed"},
		{name: "the author's key in trouble", zone: map[string]string{"_dmarc.sender.example": "v=DMARC1; p=reject", "k._domainkey.sender.example": "!"}, addr: good, signer: "sender.example", want: "none temperror temperror unverified"},
		{name: "spf in trouble", zone: map[string]string{"_dmarc.sender.example": "v=DMARC1; p=reject", "sender.example": "!"}, addr: good, want: "temperror none temperror unverified"},
		{name: "a stranger's slow names hide no policy", zone: map[string]string{"_dmarc.sender.example": "v=DMARC1; p=reject", "slow.example": "~"}, addr: good, from: "x@slow.example", want: "temperror none fail failed"},
		{name: "nor do slow names and a slow key", zone: map[string]string{"_dmarc.sender.example": "v=DMARC1; p=reject", "slow.example": "~", "k._domainkey.slow.example": "~"}, addr: good, from: "x@slow.example", signer: "slow.example", want: "temperror temperror fail failed"},
		{name: "no author", zone: map[string]string{"sender.example": "v=spf1 ip4:192.0.2.1 -all"}, addr: good, author: "-", from: "ann@sender.example", want: "pass none none unverified"},
		{name: "a domain in Han", zone: map[string]string{"xn--fsqu00a.example": "v=spf1 ip4:192.0.2.1 -all"}, addr: good, author: "例子.example", want: "pass none none verified"},
	} {
		t.Run(c.name, func(t *testing.T) {
			z := &zone{txt: map[string]string{}}
			if c.author == "" {
				c.author = "sender.example"
			}
			text := fmt.Sprintf(plain, c.author)
			if c.signer != "" {
				text = sign(t, z, c.signer, text)
			}
			for name, v := range c.zone {
				z.txt[name] = v
			}
			if c.spoil {
				text = strings.Replace(text, "Hello", "Hullo", 1)
			}
			if c.from == "" {
				c.from = "ann@" + c.author
			}
			checker := New(Config{Resolver: z, Time: 100 * time.Millisecond})
			begun := time.Now()
			r := checker.Check(t.Context(), Letter{
				Addr: netip.MustParseAddr(c.addr), Direct: !c.relayed, Helo: "mx.sender.example", From: c.from,
				Author: strings.TrimPrefix(c.author, "-"), Signed: c.signer != "", Bytes: strings.NewReader(text),
			})
			if got := strings.Join([]string{r.SPF, r.DKIM, r.DMARC, r.Verdict()}, " "); got != c.want {
				t.Errorf("%s, want %s: %+v", got, c.want, r)
			}
			if time.Since(begun) > time.Second {
				t.Errorf("took %v", time.Since(begun))
			}
			back, ok := Parse(strings.TrimPrefix(strings.ReplaceAll(r.Field("mail.city.example"), "\r\n\t", " "), "Authentication-Results:"), "mail.city.example")
			if !ok || back != r {
				t.Errorf("written as %q, read as %+v", r.Field("mail.city.example"), back)
			}
		})
	}
}

// TestSignatures says that a letter with very many signatures costs little.
func TestSignatures(t *testing.T) {
	z := &zone{txt: map[string]string{}}
	text := fmt.Sprintf(plain, "sender.example")
	for range 30 {
		text = sign(t, z, "sender.example", text)
	}
	z.asked = 0
	r := New(Config{Resolver: z}).Check(t.Context(), Letter{Author: "sender.example", Signed: true, Bytes: strings.NewReader(text)})
	if z.asked > 7 || r.DKIM != Pass {
		t.Errorf("%d lookups, %+v", z.asked, r)
	}
}

// TestDown says that dead name servers are asked a few times and then left alone.
func TestDown(t *testing.T) {
	z := &zone{txt: map[string]string{}}
	now := time.Now()
	c := newCache(z, func() time.Time { return now })
	for i := range 50 {
		name := fmt.Sprintf("d%d.example", i)
		z.txt[name] = "!"
		if _, err := c.LookupTXT(t.Context(), name); err == nil {
			t.Fatal("no error")
		}
	}
	if z.asked != breakAfter {
		t.Errorf("asked %d times", z.asked)
	}
	now = now.Add(keepTrouble + time.Second)
	z.txt["up.example"] = "words"
	for range 3 {
		if list, err := c.LookupTXT(t.Context(), "up.example"); err != nil || len(list) != 1 {
			t.Errorf("%v %v", list, err)
		}
	}
	if z.asked != breakAfter+1 {
		t.Errorf("asked %d times: an answer is kept", z.asked)
	}
	z.txt["long.example"] = strings.Repeat("x", maxTXT+1)
	if list, _ := c.LookupTXT(t.Context(), "long.example"); len(list) != 0 {
		t.Error("a record of any length is taken")
	}
}

// TestOneStranger lets the dead name servers of one domain keep nobody else waiting.
func TestOneStranger(t *testing.T) {
	z := &zone{txt: map[string]string{"up.example": "words"}}
	c := newCache(z, time.Now)
	for i := range 3 * breakAfter {
		name := fmt.Sprintf("d%d.evil.example", i)
		z.txt[name] = "!"
		if _, err := c.LookupTXT(t.Context(), name); err == nil {
			t.Fatal("no error")
		}
	}
	if list, err := c.LookupTXT(t.Context(), "up.example"); err != nil || len(list) != 1 {
		t.Errorf("%v %v", list, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	z.txt["later.example"] = "~"
	_, _ = c.LookupTXT(gone, "later.example")
	z.txt["later.example"] = "words"
	if list, err := c.LookupTXT(t.Context(), "later.example"); err != nil || len(list) != 1 {
		t.Errorf("who went away is remembered as trouble: %v %v", list, err)
	}
}

// FuzzParse reads fields of strangers; what is read as ours is written alike.
func FuzzParse(f *testing.F) {
	f.Add("mail.city.example; spf=pass smtp.mailfrom=a.example; dkim=none; dmarc=fail header.from=a.example policy.published-domain-policy=reject")
	f.Add("mail.city.example 1; spf=pass")
	f.Add("mail.city.example; spf=pass policy.aligned=yes; dkim=pass header.d=x; dmarc=none;")
	f.Add("\"mail.city.example\";none")
	f.Fuzz(func(t *testing.T, value string) {
		r, ok := Parse(value, "mail.city.example")
		if !ok {
			return
		}
		again, ok := Parse(strings.ReplaceAll(strings.TrimPrefix(r.Field("mail.city.example"), "Authentication-Results:"), "\r\n\t", " "), "mail.city.example")
		if !ok || again != r {
			t.Errorf("%q: %+v, then %+v", value, r, again)
		}
	})
}

// FuzzCheck takes any letter.
func FuzzCheck(f *testing.F) {
	z := &zone{txt: map[string]string{"_dmarc.a.example": "v=DMARC1; p=reject"}}
	f.Add(sign(f, z, "a.example", fmt.Sprintf(plain, "a.example")))
	f.Add("DKIM-Signature: v=1; a=rsa-sha256; d=a.example; s=k; h=from; bh=; b=\r\n\r\n")
	f.Add("DKIM-Signature: \r\nDKIM-Signature: v=1\r\nFrom: x\r\n\r\nbody")
	c := New(Config{Resolver: z, Time: time.Second})
	f.Fuzz(func(t *testing.T, text string) {
		r := c.Check(context.Background(), Letter{Addr: netip.MustParseAddr("192.0.2.1"), Direct: true, From: "x@a.example", Author: "a.example", Signed: true, Bytes: strings.NewReader(text)})
		if !isResult(r.DKIM) || !isResult(r.SPF) || !isResult(r.DMARC) {
			t.Errorf("%+v", r)
		}
	})
}
