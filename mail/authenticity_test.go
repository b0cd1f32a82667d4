package mail

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/wire/mailauth"
)

// names answers for one domain whose server is 192.0.2.1.
type names struct{}

var nobody = &net.DNSError{Err: "no such host", IsNotFound: true}

func (names) LookupTXT(_ context.Context, name string) ([]string, error) {
	switch strings.TrimSuffix(name, ".") {
	case "sender.example", "city.example":
		return []string{"v=spf1 ip4:192.0.2.1 -all"}, nil
	case "_dmarc.sender.example", "_dmarc.city.example":
		return []string{"v=DMARC1; p=reject"}, nil
	}
	return nil, nobody
}
func (names) LookupMX(context.Context, string) ([]*net.MX, error)        { return nil, nobody }
func (names) LookupIPAddr(context.Context, string) ([]net.IPAddr, error) { return nil, nobody }
func (names) LookupAddr(context.Context, string) ([]string, error)       { return nil, nobody }

// TestOrigin takes letters in and says of each where it comes from, whatever
// its own header claims.
func TestOrigin(t *testing.T) {
	o := newOffice(t, "")
	o.room.origin = mailauth.New(mailauth.Config{Resolver: names{}})
	forged := "Authentication-Results: mail.city.example; spf=pass; dkim=pass; dmarc=pass\r\n"
	for _, c := range []struct {
		name, addr, from, header string
		size                     int
		verdict                  string
		outside                  bool
	}{
		{"proved", "192.0.2.1", "x@sender.example", "", 0, "verified", true},
		{"proved and large", "192.0.2.1", "x@sender.example", "", headRoom + 7, "verified", true},
		{"signed badly and large", "192.0.2.1", "x@sender.example", "DKIM-Signature: v=1; a=rsa-sha256; d=sender.example; s=k; h=from; bh=x; b=y\r\n", headRoom, "verified", true},
		{"from elsewhere", "198.51.100.1", "x@sender.example", forged, 0, "failed", true},
		{"a stranger", "198.51.100.1", "x@other.example", "Authentication-Results: other.example; spf=pass\r\n" + forged, 0, "unverified", true},
		{"in the name of a colleague", "198.51.100.1", "bob@city.example", forged, 0, "failed", true},
		{"claims to be sent from here", "198.51.100.1", "bob@city.example", "Received: by mail.city.example with HTTP id m1; Mon, 2 Mar 2026 12:00:00 +0000\r\n", 0, "failed", true},
		{"a colleague on the way round outside", "192.0.2.1", "bob@city.example", "", 0, "verified", false},
		{"by a relay of ours", "10.0.0.5", "x@sender.example", "", 0, "unverified", true},
		{"a colleague by a relay of ours", "10.0.0.5", "bob@city.example", forged, 0, "unverified", true},
		{"with two authors", "192.0.2.1", "x@sender.example", "From: bob@city.example\r\n", 0, "unverified", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := fmt.Sprintf("%sFrom: %s\r\nTo: ann@city.example\r\nSubject: x\r\n\r\nBody%s\r\n", c.header, c.from, strings.Repeat(" word", c.size/5))
			l, err := o.room.SpoolOutside(t.Context(), 1, Trace{From: c.from, Addr: netip.MustParseAddr(c.addr), Helo: "mx", Protocol: "ESMTP", ID: "m1"}, strings.NewReader(text))
			check(t, err)
			defer l.Discard()
			got := o.room.Origin(l.Content.Message.Header, &l.Content.Message.Envelope, l.Content.Imported)
			if got.Verdict != c.verdict || got.Outside != c.outside {
				t.Errorf("%s, outside %v: %+v", got.Verdict, got.Outside, got)
			}
			b, err := l.Open(t.Context())
			check(t, err)
			defer b.Close()
			all, err := io.ReadAll(b.Reader())
			check(t, err)
			if n := strings.Count(string(all), "Authentication-Results: mail.city.example"); n != 1 && !strings.HasPrefix(c.addr, "10.") {
				t.Errorf("%d results of ours", n)
			}
			if want := strings.Replace(text, forged, "", 1); !strings.HasSuffix(string(all), want) {
				t.Errorf("the letter was changed: %.400q", all)
			}
		})
	}
}

// TestDMARCReject refuses only where the owner asks for it and the settings follow.
func TestDMARCReject(t *testing.T) {
	o := newOffice(t, "")
	o.room.origin = mailauth.New(mailauth.Config{Resolver: names{}})
	take := func(from string) error {
		l, err := o.room.SpoolOutside(t.Context(), 1, Trace{From: from, Addr: netip.MustParseAddr("198.51.100.1"), Protocol: "ESMTP", ID: "m1"}, strings.NewReader("From: "+from+"\r\n\r\nx\r\n"))
		l.Discard()
		return err
	}
	if err := take("x@sender.example"); err != nil {
		t.Errorf("refused by default: %v", err)
	}
	o.room.conf.Authenticity.Reject = true
	if err := take("x@sender.example"); !errs.Is(err, errs.Forbidden) {
		t.Errorf("not refused: %v", err)
	}
	if err := take("x@other.example"); err != nil {
		t.Errorf("without a policy: %v", err)
	}
}

// TestOriginInternal says what was written here.
func TestOriginInternal(t *testing.T) {
	p := newPostOffice(t, "", Outbound{})
	n := p.draft(t, "To: bob@city.example\r\nAuthentication-Results: mail.city.example; spf=pass; dkim=pass; dmarc=pass\r\n")
	must(p.ann.Submit(t.Context(), n))
	until(t, "it is there", func() bool { return len(p.letters(t, p.bob)) == 1 })
	if text := p.letters(t, p.bob)[0]; strings.Contains(text, "Authentication-Results") {
		t.Errorf("a sender says what is proved: %s", text)
	}
	snap := must(p.bob.Snapshot(t.Context()))
	l := must(p.room.Spool(t.Context(), 1, strings.NewReader(p.letters(t, p.bob)[0])))
	defer l.Discard()
	if got := p.bob.Origin(l.Content.Message.Header, &l.Content.Message.Envelope, false); got.Verdict != Internal || got.Outside {
		t.Errorf("%+v, %d", got, snap.Len())
	}
}

// TestOriginImported believes nothing of a letter that somebody brought, and
// still what this server wrote where such a letter is copied or filed again.
func TestOriginImported(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		p := newPostOffice(t, url, Outbound{})
		ctx := t.Context()
		origin := func(a *Account, id int64) Origin {
			t.Helper()
			b, c, err := a.OpenMessage(ctx, id)
			check(t, err)
			defer b.Close()
			return a.Origin(must(c.Message.Root.ReadHeader(b, 64<<10)), &c.Message.Envelope, c.Imported)
		}
		inbox := []int64{inboxID}
		for name, top := range map[string]string{
			"results":              "Authentication-Results: mail.city.example; spf=pass; dkim=pass; dmarc=pass policy.aligned=yes\r\n",
			"path and results":     "Return-Path: <bob@city.example>\r\nAuthentication-Results: mail.city.example; spf=pass; dkim=pass; dmarc=pass\r\n",
			"a way within":         "Received: by mail.city.example with HTTP id m1; Mon, 2 Mar 2026 12:00:00 +0000\r\n",
			"results beneath":      "X-A: b\r\nAuthentication-Results: mail.city.example; spf=pass; dkim=pass; dmarc=pass\r\n",
			"as one that was sent": "Return-Path: <bob@city.example>\r\nReceived: by mail.city.example with ESMTPSA id m1; Mon, 2 Mar 2026 12:00:00 +0000\r\n",
		} {
			l := must(p.ann.Spool(ctx, strings.NewReader(top+"From: bob@city.example\r\nSubject: "+name+"\r\n\r\nPay\r\n")))
			made := must(p.ann.Append(ctx, NewMessage{Letter: l, Mailboxes: inbox}))[0]
			if got := origin(p.ann, made.ID); got.Verdict != mailauth.Unverified || !got.Outside {
				t.Errorf("%s: %+v", name, got)
			}
			p.room.parts = newContentCache(1 << 20) // as after a restart
			if got := origin(p.ann, made.ID); got.Verdict != mailauth.Unverified {
				t.Errorf("%s, read again: %+v", name, got)
			}
		}

		// What ann sent to herself is known to be hers, wherever she puts it.
		must(p.ann.Submit(ctx, p.draft(t, "To: ann@city.example\r\n")))
		var real int64
		until(t, "it is there", func() bool {
			snap := must(p.ann.Snapshot(ctx))
			snap.Each(func(m *Message) bool {
				if _, in := m.In(inboxID); in && origin(p.ann, m.ID).Verdict == Internal {
					real = m.ID
				}
				return true
			})
			return real != 0
		})
		copied := must(p.ann.Copy(ctx, p.ann, []CopyOf{{ID: real, Mailboxes: inbox}}))[0]
		again := must(p.ann.Append(ctx, NewMessage{Letter: must(p.ann.Reuse(ctx, must(p.ann.Content(ctx, real))[0].Blob)), Mailboxes: inbox}))[0]
		for _, id := range []int64{copied.ID, again.ID} {
			if got := origin(p.ann, id); got.Verdict != Internal || got.Outside {
				t.Errorf("%d: %+v", id, got)
			}
		}
	})
}

// TestSplitHeadCost says that a header of very many lines costs little.
func TestSplitHeadCost(t *testing.T) {
	begun := time.Now()
	h := splitHead([]byte("X: y\r\n"+strings.Repeat(" \n", headRoom/2)), "host")
	if took := time.Since(begun); took > time.Second || len(h.fields) != 1 {
		t.Errorf("%d fields in %v", len(h.fields), took)
	}
}

// FuzzSplitHead says that nothing of a letter is lost but forged results.
func FuzzSplitHead(f *testing.F) {
	f.Add("From: a\r\nAuthentication-Results: host; spf=pass\r\n\tx\r\n\r\nbody")
	f.Add("From: a\n folded\n\nbody")
	f.Add("no header at all")
	f.Add("\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		h := splitHead([]byte(text), "host")
		got, _ := io.ReadAll(h.reader())
		if !strings.Contains(strings.ToLower(text), "authentication-results") && string(got) != text {
			t.Errorf("%q became %q", text, got)
		}
		again := splitHead(got, "host")
		if len(again.fields) > len(h.fields) {
			t.Errorf("%q: %d fields, then %d", text, len(h.fields), len(again.fields))
		}
		h.letter(Trace{}, true)
	})
}
