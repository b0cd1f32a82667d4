package mail

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/store"
	"chancery/wire/compose"
	"chancery/wire/mime"
)

// answerEvery is how long a sender is not answered again (RFC 5230 section 4.2).
const answerEvery = 7 * 24 * time.Hour

// answerLater answers a letter that was just filed, beside the delivery: an
// answer that a crash swallows does no harm.
func (r *Room) answerLater(a directory.Account, in Incoming, l *Letter) {
	// What cannot be answered by anybody is sorted out without the database.
	if !r.away.maybe(a.ID, r.clock.Now()) || a.Kind == directory.KindList || in.Role != "" && in.Role != RoleInbox || !answerable(in.From, l.Content.Message) {
		return
	}
	go func() {
		r.away.slots <- struct{}{}
		defer func() { <-r.away.slots }()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := r.answer(ctx, a, in.From, l.Content.Message); err != nil {
			r.log.Warn("automatic answer not sent", "account", a.ID, "error", err)
		}
	}()
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

// answer answers one letter if the account's person is away, is named in the
// letter and has not answered the sender lately.
func (r *Room) answer(ctx context.Context, a directory.Account, sender string, m *mime.Message) error {
	now := r.clock.Now()
	v, on, err := r.away.of(ctx, r.db, a.ID, now)
	if err != nil || !on {
		return err
	}
	own, err := r.dir.Addresses(ctx, a.Org, a.ID)
	if err != nil {
		return err
	}
	is := func(address string) bool {
		return slices.ContainsFunc(own, func(o string) bool { return strings.EqualFold(o, address) })
	}
	e := &m.Envelope
	named := slices.ContainsFunc(mime.Mailboxes(slices.Concat(e.To, e.Cc, e.Bcc)), func(to mime.Address) bool { return is(to.Email()) })
	if !named || is(sender) {
		return nil
	}
	var first bool
	err = r.db.Write(ctx, func(tx *store.Tx) (err error) {
		first, err = claimAnswer(ctx, tx, a.ID, strings.ToLower(sender), now.UnixMilli(), now.Add(-answerEvery).UnixMilli())
		return err
	})
	if err != nil || !first {
		return err
	}
	return r.sendAnswer(ctx, a, v, sender, e, now)
}

// sendAnswer writes and posts the answer. Its envelope has no sender, so that
// nothing comes back for it (RFC 3834 section 3.3).
func (r *Room) sendAnswer(ctx context.Context, a directory.Account, v Vacation, sender string, e *mime.Envelope, now time.Time) error {
	p, err := r.plan(ctx, a.Org, Envelope{Rcpts: []RcptTo{{Address: sender}}})
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) || errs.Is(err, errs.Forbidden) {
		return nil // nobody to answer
	}
	if err != nil {
		return err
	}
	subject := v.Subject
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
	_, domain, _ := strings.Cut(a.Address, "@")
	header := []compose.Field{
		compose.Date("Date", now),
		compose.Addresses("From", address(a.Address, a.Name), compose.Encoded),
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
	m := compose.Message{Header: header, Body: compose.Body(v.Text, v.HTML, nil, nil)}
	if _, err := m.WriteTo(&text); err != nil {
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
