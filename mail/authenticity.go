package mail

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/netip"
	"strings"
	"sync"

	"chancery/kit/errs"
	"chancery/store"
	"chancery/wire/mailauth"
	"chancery/wire/mime"
)

// Authenticity are the settings of the checks of letters from outside. Zero
// values mean the documented default.
type Authenticity struct {
	mailauth.Config
	Off        bool // nothing is checked
	Reject     bool // refuse what fails DMARC under p=reject
	CheckInner bool // check SPF of what comes from private addresses too: where there is no relay of our own
}

// headRoom is how much of a letter is looked at in memory. A header that is
// longer is not real; what a forger puts behind it nobody believes.
const headRoom = 256 << 10

// heads are used again, since every letter from outside needs one.
var heads = sync.Pool{New: func() any { b := make([]byte, headRoom); return &b }}

// SpoolOutside is SpoolTraced for a letter of another server: forged results
// of ours are taken out of its header (RFC 8601 section 5), and what SPF, DKIM
// and DMARC say of it is put on top. Forbidden where its domain's owner asks
// to refuse it and the settings follow.
func (r *Room) SpoolOutside(ctx context.Context, org int64, t Trace, src io.Reader) (*Letter, error) {
	buffer := heads.Get().(*[]byte)
	defer heads.Put(buffer)
	head := *buffer
	n, err := io.ReadFull(src, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	whole := err != nil
	h := splitHead(head[:n], r.conf.Hostname)
	rest := io.MultiReader(h.reader(), src)
	letter := h.letter(t, r.conf.Authenticity.CheckInner)
	if r.conf.Authenticity.Off || !letter.Direct && !letter.Signed {
		return r.SpoolTraced(ctx, org, t, rest) // there is nothing to check
	}
	var results mailauth.Results
	switch {
	case whole || !letter.Signed:
		letter.Bytes = h.reader()
		results = r.origin.Check(ctx, letter)
	default:
		// Too large to keep in memory, and signed as a whole: it is put on
		// the disk, checked there, and written once more under its result.
		first, err := r.db.Stage(ctx, store.Scope{Org: org}, rest, r.conf.MaxMessage)
		if err != nil {
			return nil, err
		}
		defer first.Discard()
		b, err := first.Open(ctx)
		if err != nil {
			return nil, err
		}
		defer b.Close()
		letter.Bytes = b.Reader()
		results = r.origin.Check(ctx, letter)
		rest = b.Reader()
	}
	if r.conf.Authenticity.Reject && results.DMARC == mailauth.Fail && results.Policy == "reject" {
		return nil, errs.E(errs.Forbidden, "The domain %s says that this letter is not genuine (DMARC).", results.Author)
	}
	t.Results = results.Field(r.conf.Hostname)
	return r.SpoolTraced(ctx, org, t, rest)
}

// head is the beginning of a letter, its header taken apart.
type head struct {
	fields []headerField
	rest   []byte // from the blank line on
}

// splitHead divides the beginning of a letter. Fields in which somebody else
// speaks as this host are left out.
func splitHead(b []byte, host string) *head {
	h := &head{}
	name, start := "", b // of the field being read
	end := func() {
		if name != "" {
			h.fields = append(h.fields, headerField{name, string(start[:len(start)-len(b)])})
		}
		name, start = "", b
	}
	for len(b) > 0 && b[0] != '\r' && b[0] != '\n' {
		line := b
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			line = b[:i+1]
		}
		// A folded field is cut out once, at its end: adding line by line
		// would let a header of many short lines cost seconds.
		if name == "" || line[0] != ' ' && line[0] != '\t' {
			end()
			before, _, found := bytes.Cut(line, []byte(":"))
			if !found {
				break // the body has begun without a blank line
			}
			if name = strings.ToLower(strings.TrimRight(string(before), " \t")); name == "" {
				name = ":"
			}
		}
		b = b[len(line):]
	}
	end()
	h.rest = b
	kept := h.fields[:0]
	for _, f := range h.fields {
		_, value, _ := strings.Cut(f.text, ":")
		if f.name != "authentication-results" || !mailauth.SameHost(value, host) {
			kept = append(kept, f)
		}
	}
	h.fields = kept
	return h
}

func (h *head) reader() io.Reader {
	var b strings.Builder
	for _, f := range h.fields {
		b.WriteString(f.text)
	}
	return io.MultiReader(strings.NewReader(b.String()), bytes.NewReader(h.rest))
}

// letter says what there is to check. What a relay of our own hands on tells
// nothing about the server of the sender.
func (h *head) letter(t Trace, inner bool) mailauth.Letter {
	l := mailauth.Letter{Addr: t.Addr, Helo: t.Helo, From: t.From, Direct: inner || !isInner(t.Addr)}
	authors := 0
	for _, f := range h.fields {
		switch f.name {
		case "dkim-signature":
			l.Signed = true
		case "from":
			_, value, _ := strings.Cut(f.text, ":")
			for _, a := range mime.Mailboxes(mime.AsAddresses(value)) {
				authors++
				l.Author = a.Host
			}
		}
	}
	if authors != 1 {
		l.Author = "" // RFC 7489 section 6.6.1: nothing can be said of several
	}
	return l
}

func isInner(a netip.Addr) bool {
	return !a.IsValid() || a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast()
}

// Origin says where a letter comes from, for people.
type Origin struct {
	Verdict string // verified, unverified, failed, internal
	Outside bool   // its author is at no domain of ours
	mailauth.Results
}

// Internal is the verdict on a letter that was sent by this server.
const Internal = "internal"

// Origin reads from a letter's header where it comes from. Only the lines on
// top are believed, which this server wrote when the letter came; of one that
// was imported none, since anybody could have written them.
func (r *Room) Origin(h mime.Header, e *mime.Envelope, imported bool) Origin {
	o := Origin{Verdict: mailauth.Unverified, Outside: true}
	for _, a := range mime.Mailboxes(e.From) {
		if _, local := r.dir.OrgOf(strings.ToLower(a.Host)); local {
			o.Outside = false
		}
	}
	if len(h) > 0 && strings.EqualFold(h[0].Name, "Return-Path") {
		h = h[1:]
	}
	if len(h) == 0 {
		return o
	}
	top := strings.Join(strings.Fields(h[0].Value), " ")
	_, received := h.Get("Received")
	_, checked := h.Get("Authentication-Results")
	switch {
	case imported && (received || checked):
		o.Outside = true
	case strings.EqualFold(h[0].Name, "Authentication-Results"):
		if results, ok := mailauth.Parse(top, r.conf.Hostname); ok {
			o.Results, o.Verdict = results, results.Verdict()
		}
		// Who claims to be a colleague and comes from outside is outside.
		o.Outside = o.Outside || o.Verdict != mailauth.Verified
	case o.Outside:
	case !strings.EqualFold(h[0].Name, "Received"):
		if !received {
			o.Verdict = Internal // written here and not sent yet, or the copy of what was
		}
	case r.submitted(top):
		o.Verdict = Internal
	default:
		o.Outside = true // in the name of a colleague, by the door for strangers
	}
	return o
}

// submitted says whether a Received field is ours for somebody signed in:
// "by HOST with HTTP|ESMTPA|ESMTPSA|UTF8SMTPSA id ..." (RFC 3848).
func (r *Room) submitted(received string) bool {
	_, after, ok := strings.Cut(received, "by "+r.conf.Hostname+" with ")
	protocol, _, _ := strings.Cut(after, " ")
	return ok && (protocol == "HTTP" || strings.HasPrefix(protocol, "ESMTP") && strings.HasSuffix(protocol, "A") || strings.HasPrefix(protocol, "UTF8SMTP") && strings.HasSuffix(protocol, "A"))
}

// Origin says where a message of the account comes from.
func (a *Account) Origin(h mime.Header, e *mime.Envelope, imported bool) Origin {
	return a.room.Origin(h, e, imported)
}
