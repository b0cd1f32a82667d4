package mail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/compose"
	"chancery/wire/mime"
	"chancery/wire/sieve"
)

// answerEvery is how long a sender is not answered again (RFC 5230 section 4.2).
const answerEvery = 7 * 24 * time.Hour

// answerLater answers a letter that was just filed, beside the delivery: an
// answer that a crash swallows does no harm.
func (r *Room) answerLater(a directory.Account, in Incoming, l *Letter) {
	// What cannot be answered by anybody is sorted out without the database.
	if !r.away.maybe(a.ID, r.clock.Now()) {
		return
	}
	r.answerBeside(a, in, l, func(ctx context.Context) error { return r.answer(ctx, a, in.From, l.Content.Message) })
}

// answerByScript does the same for a letter that a script has looked at: with
// the script's own answer if it gave one, so that nobody is answered twice.
func (r *Room) answerByScript(a directory.Account, in Incoming, l *Letter, v *ruling, isMember bool) {
	i := slices.IndexFunc(v.actions, func(x sieve.Action) bool { return x.Kind == sieve.Answer })
	switch {
	case isMember:
	case i >= 0:
		r.answerBeside(a, in, l, func(ctx context.Context) error {
			return r.answerWith(ctx, a, in.From, l.Content.Message, scriptReply(v.actions[i].Vacation))
		})
	case v.keeps():
		r.answerLater(a, in, l)
	}
}

func (r *Room) answerBeside(a directory.Account, in Incoming, l *Letter, do func(context.Context) error) {
	if a.Kind == directory.KindList || in.Role != "" && in.Role != RoleInbox || !answerable(in.From, l.Content.Message) {
		return
	}
	r.beside("automatic answer not sent", a.ID, do)
}

// beside does something for an account after a delivery.
func (r *Room) beside(failed string, account int64, do func(context.Context) error) {
	taken := r.away.beside(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := do(ctx); err != nil {
			r.log.Warn(failed, "account", account, "error", err)
		}
	})
	if !taken {
		r.log.Warn(failed, "account", account, "error", "too many wait")
	}
}

// reply is an answer about to be given.
type reply struct {
	subject, text, html string
	from                string   // "" = the account's address
	addresses           []string // of the person, beside those of the account
	mime                bool     // text is a MIME entity with its header
	handle              string   // what counts as the same answer
	every               time.Duration
}

// scriptReply makes the answer that a script gives (RFC 5230).
func scriptReply(v *sieve.Vacation) reply {
	p := reply{subject: v.Subject, text: v.Text, from: v.From, addresses: v.Addresses, mime: v.MIME, handle: v.Handle, every: v.Every}
	if p.handle == "" {
		// RFC 5230 section 4.2: without :handle, other words are another answer.
		sum := sha256.Sum256([]byte(v.Subject + "\x00" + v.From + "\x00" + v.Text))
		p.handle = hex.EncodeToString(sum[:8])
	}
	return p
}

// answerable applies the rules that keep programs from answering each other
// (RFC 3834 section 2, RFC 5230 section 4.6).
func answerable(sender string, m *mime.Message) bool {
	local, _, ok := strings.Cut(strings.ToLower(sender), "@")
	if !ok || m == nil || strings.HasPrefix(local, "owner-") || strings.HasSuffix(local, "-request") {
		return false
	}
	switch local {
	case "mailer-daemon", "listserv", "majordomo", "postmaster", "noreply", "no-reply", "donotreply", "bounce", "bounces":
		return false
	}
	for _, f := range m.Header {
		name, value := strings.ToLower(f.Name), strings.ToLower(strings.TrimSpace(f.Value))
		switch {
		case name == "auto-submitted" && value != "no",
			strings.HasPrefix(name, "list-"),
			name == "precedence" && (value == "bulk" || value == "junk" || value == "list"),
			name == "x-auto-response-suppress",
			name == "x-spam-flag" && value == "yes":
			return false
		}
	}
	return true
}

// answer answers one letter if the account's person is away: colleagues and
// people outside may get different words.
func (r *Room) answer(ctx context.Context, a directory.Account, sender string, m *mime.Message) error {
	v, on, err := r.away.of(ctx, r.db, a.ID, r.clock.Now())
	if err != nil || !on {
		return err
	}
	p := reply{subject: v.Subject, text: v.Text, html: v.HTML, every: answerEvery}
	if o := v.Outside; o.Enabled && r.inside(a.Org, sender) != nil {
		if o.Audience == AudienceNone {
			return nil
		}
		p.subject, p.text, p.html = o.Subject, o.Text, o.HTML
	}
	return r.answerWith(ctx, a, sender, m, p)
}

// answerWith answers if the account's person is named in the letter and has
// not answered the sender lately.
func (r *Room) answerWith(ctx context.Context, a directory.Account, sender string, m *mime.Message, p reply) error {
	now := r.clock.Now()
	own, err := r.dir.Addresses(ctx, a.Org, a.ID)
	if err != nil {
		return err
	}
	is := func(address string) bool {
		return slices.ContainsFunc(own, func(o string) bool { return strings.EqualFold(o, address) })
	}
	// :addresses widens whom the letter may name, not whom it may come from.
	listed := func(address string) bool {
		return slices.ContainsFunc(p.addresses, func(o string) bool { return strings.EqualFold(o, address) })
	}
	e := &m.Envelope
	named := slices.ContainsFunc(mime.Mailboxes(slices.Concat(e.To, e.Cc, e.Bcc)), func(to mime.Address) bool { return is(to.Email()) || listed(to.Email()) })
	if !named || is(sender) || listed(sender) {
		return nil
	}
	if !is(p.from) {
		p.from = "" // RFC 5230 section 4.5: a :from that is not the person's is left out
	}
	key := strings.ToLower(sender)
	if p.handle != "" {
		key += "#" + p.handle
	}
	var first bool
	err = r.db.Write(ctx, func(tx *store.Tx) (err error) {
		first, err = claimAnswer(ctx, tx, a.ID, key, now.UnixMilli(), now.Add(-p.every).UnixMilli())
		return err
	})
	if err != nil || !first {
		return err
	}
	return r.sendAnswer(ctx, a, p, sender, e, now)
}

// sendAnswer writes and posts the answer. Its envelope has no sender, so that
// nothing comes back for it (RFC 3834 section 3.3).
func (r *Room) sendAnswer(ctx context.Context, a directory.Account, v reply, sender string, e *mime.Envelope, now time.Time) error {
	by := policy.System(a.Org)
	by.Terms = a.Terms // an answer goes no further than the person's own letters
	p, err := r.plan(ctx, by, Envelope{Rcpts: []RcptTo{{Address: sender}}}, policy.Unlabelled, nil)
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) || errs.Is(err, errs.Forbidden) {
		return nil // nobody to answer
	}
	if err != nil {
		return err
	}
	subject := v.subject
	if subject == "" {
		subject = strings.TrimSpace("Auto: " + e.Subject) // RFC 5230 section 4.3
	}
	address := func(text, name string) []mime.Address {
		list := mime.ParseAddresses("<"+text+">", "", 1)
		if len(list) == 1 {
			list[0].Name = name
		}
		return list
	}
	if v.from == "" {
		v.from = a.Address
	}
	_, domain, _ := strings.Cut(a.Address, "@")
	header := []compose.Field{
		compose.Date("Date", now),
		compose.Addresses("From", address(v.from, a.Name), compose.Encoded),
		compose.Addresses("To", address(sender, ""), compose.Encoded),
		compose.Text("Subject", subject, compose.Encoded),
		compose.MessageIDs("Message-ID", []string{compose.NewMessageID(domain)}),
		compose.Token("Auto-Submitted", "auto-replied"),
	}
	if e.MessageID != "" {
		header = append(header, compose.MessageIDs("In-Reply-To", []string{e.MessageID}),
			compose.MessageIDs("References", append(slices.Clone(e.References), e.MessageID)))
	}
	var text bytes.Buffer
	m := compose.Message{Header: header, Body: compose.Body(v.text, v.html, nil, nil)}
	if v.mime {
		err = writeEntity(&text, header, v.text)
	} else {
		_, err = m.WriteTo(&text)
	}
	if err != nil {
		return err
	}
	l, err := r.spool(ctx, store.Scope{Org: a.Org}, &text)
	if err != nil {
		return err
	}
	p.account = a.ID
	if err := r.post(ctx, p, l, nil); err != nil {
		l.Discard()
		return err
	}
	return nil
}

// writeEntity writes an answer whose body is a MIME entity with its own header
// (RFC 5230 section 4.6 :mime). Only Content fields are taken from it.
func writeEntity(w *bytes.Buffer, header []compose.Field, entity string) error {
	var head bytes.Buffer
	if _, err := (&compose.Message{Header: header, Body: compose.Body("", "", nil, nil)}).WriteTo(&head); err != nil {
		return err
	}
	block, _, _ := strings.Cut(head.String(), "\r\n\r\n")
	for _, f := range mime.ParseHeader(block + "\r\n") {
		if n := strings.ToLower(f.Name); !strings.HasPrefix(n, "content-") && n != "mime-version" {
			fmt.Fprintf(w, "%s:%s\r\n", f.Name, f.Value)
		}
	}
	own, body, _ := strings.Cut(entity, "\r\n\r\n")
	w.WriteString("MIME-Version: 1.0\r\n")
	for _, f := range mime.ParseHeader(own + "\r\n") {
		if strings.HasPrefix(strings.ToLower(f.Name), "content-") {
			fmt.Fprintf(w, "%s:%s\r\n", f.Name, f.Value)
		}
	}
	w.WriteString("\r\n" + body)
	return nil
}
