package mail

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/compose"
	"chancery/wire/mime"
)

// MDNSent says that a receipt was sent or declined (RFC 3503).
const MDNSent = "$mdnsent"

// NewReceipt says what read receipt to send (RFC 9007 section 1.4).
type NewReceipt struct {
	Message  int64
	Identity int64
	Subject  string // "" = "Read: " and the letter's
	Text     string
	Fields   mime.Disposition // final recipient and message id are filled in
	Include  bool             // send the letter back
}

// What can be wrong with a receipt; RFC 9007 section 2.1 names them.
var (
	ErrReceiptSent   = errs.E(errs.Exists, "A receipt was sent or declined before.")
	ErrReceiptUnwant = errs.E(errs.Invalid, "The letter asks for no receipt.")
	ErrReceiptLoop   = errs.E(errs.Forbidden, "No receipt is sent for what a program wrote.")
)

// maxReceiptTo bounds who gets one receipt.
const maxReceiptTo = 5

// SendReceipt sends a read receipt for a letter of the account. One is sent
// for a letter at most, none for receipts, reports and what programs write
// (RFC 8098 section 2.1), and none by itself to another address than the
// letter's own return path.
func (a *Account) SendReceipt(ctx context.Context, n NewReceipt) (mime.Disposition, error) {
	f := n.Fields
	if err := a.maySubmit(ctx); err != nil {
		return f, err
	}
	if err := a.can(ctx, policy.Mark); err != nil {
		return f, err
	}
	who, err := a.identity(ctx, n.Identity)
	if err != nil {
		return f, err
	}
	m, to, err := a.wantsReceipt(ctx, n)
	if err != nil {
		return f, err
	}
	blob, content, err := a.OpenMessage(ctx, n.Message)
	if err != nil {
		return f, err
	}
	defer blob.Close()
	e := &content.Message.Envelope
	if f.FinalRecipient == "" {
		f.FinalRecipient = who.Email
	} else if err := a.room.MaySend(ctx, a.subject, f.FinalRecipient); err != nil {
		return f, err
	}
	f.OriginalMessageID = e.MessageID
	if n.Subject == "" {
		n.Subject = strings.TrimSpace("Read: " + e.Subject)
	}
	l, err := a.writeReceipt(ctx, who, n, f, to, e, blob)
	if err != nil {
		return f, err
	}
	p, err := a.room.plan(ctx, a.subject, Envelope{Rcpts: rcpts(to)}, l.level, nil)
	if err != nil {
		l.Discard()
		return f, err
	}
	p.account = a.info.ID
	err = a.room.post(ctx, p, l, func(tx *store.Tx) error {
		// Under the account's lock, so that two devices send one receipt.
		if _, err := bump(ctx, tx, a.info.ID, touched{email: true}); err != nil {
			return err
		}
		now, err := a.message(ctx, tx, m.ID)
		if found, err := store.Found(err); !found {
			return err
		}
		if now.Keywords.Has(MDNSent) {
			return ErrReceiptSent
		}
		tx.OnCommit(func() { a.room.changed(a.info.ID) })
		_, err = a.changePart(ctx, tx, []Change{{ID: m.ID, AddKeywords: []string{MDNSent}}})
		return err
	})
	if err != nil {
		l.Discard()
	}
	return f, err
}

func rcpts(to []mime.Address) (out []RcptTo) {
	for _, a := range to {
		out = append(out, RcptTo{Address: a.Email()})
	}
	return out
}

// wantsReceipt checks that a receipt may be sent and returns for whom.
func (a *Account) wantsReceipt(ctx context.Context, n NewReceipt) (m *Message, to []mime.Address, err error) {
	snap, err := a.Snapshot(ctx)
	if err != nil {
		return nil, nil, err
	}
	m, ok := snap.Message(n.Message)
	if !ok {
		return nil, nil, errs.E(errs.NotFound, "There is no such message.")
	}
	if m.Keywords.Has(MDNSent) {
		return nil, nil, ErrReceiptSent
	}
	blob, content, err := a.OpenMessage(ctx, n.Message)
	if err != nil {
		return nil, nil, err
	}
	defer blob.Close()
	h, err := content.Message.Root.ReadHeader(blob, maxHeader)
	if err != nil {
		return nil, nil, err
	}
	value, _ := h.Get("Disposition-Notification-To")
	to = mime.Mailboxes(mime.AsAddresses(value))
	to = to[:min(len(to), maxReceiptTo)]
	path, hasPath := h.Get("Return-Path")
	sender := strings.Trim(strings.TrimSpace(path), "<>")
	auto, _ := h.Get("Auto-Submitted")
	auto = strings.ToLower(strings.TrimSpace(auto))
	switch {
	case len(to) == 0:
		return nil, nil, ErrReceiptUnwant
	case content.Message.Root.Type == "multipart/report", hasPath && sender == "", auto != "" && auto != "no":
		return nil, nil, ErrReceiptLoop
	case n.Fields.SendingMode == "mdn-sent-automatically" && hasPath && !isAmong(to, sender):
		return nil, nil, errs.E(errs.Forbidden, "The receipt would go to another address than the letter came from: somebody has to agree.")
	}
	return m, to, nil
}

func isAmong(list []mime.Address, address string) bool {
	return slices.ContainsFunc(list, func(a mime.Address) bool { return strings.EqualFold(a.Email(), address) })
}

func (a *Account) writeReceipt(ctx context.Context, who Identity, n NewReceipt, f mime.Disposition, to []mime.Address, e *mime.Envelope, blob *store.Blob) (*Letter, error) {
	from := mime.ParseAddresses("<"+who.Email+">", "", 1)
	if len(from) != 1 {
		return nil, errs.E(errs.Invalid, "The identity has no address.")
	}
	from[0].Name = who.Name
	_, domain, _ := strings.Cut(who.Email, "@")
	d := compose.MDN{From: from[0], To: to, Subject: n.Subject, Text: n.Text, MessageID: compose.NewMessageID(domain), InReplyTo: e.MessageID, Date: a.room.clock.Now(), Fields: f}
	if n.Include {
		d.Original = func() (io.ReadCloser, error) { return io.NopCloser(blob.Reader()), nil }
	}
	m, err := d.Message()
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if _, err := m.WriteTo(&text); err != nil {
		return nil, err
	}
	return a.room.spool(ctx, a.scope, &text)
}

// Receipt says that a letter was shown to a recipient, or what became of it
// otherwise.
type Receipt struct {
	Recipient string
	Type      string // displayed, deleted, dispatched, processed
	At        time.Time
}

// noteReceipt records the receipt that a letter is at the letter it is about,
// beside the delivery: one that a crash swallows is still in the mailbox.
func (r *Room) noteReceipt(a directory.Account, l *Letter) {
	if l.receipt == nil || l.receipt.OriginalMessageID == "" {
		return
	}
	r.beside("read receipt not recorded", a.ID, func(ctx context.Context) error { return r.recordReceipt(ctx, a, *l.receipt) })
}

// recordReceipt finds the letter. A receipt of somebody whom the letter did
// not go to says nothing.
func (r *Room) recordReceipt(ctx context.Context, a directory.Account, d mime.Disposition) error {
	var threads []int64
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		threads, err = selectThreadsOf(ctx, tx, a.ID, hash64(d.OriginalMessageID))
		return err
	})
	if err != nil || len(threads) == 0 {
		return err
	}
	acc := &Account{room: r, info: AccountInfo{ID: a.ID}, scope: store.Scope{Org: a.Org}}
	snap, err := acc.Snapshot(ctx)
	if err != nil {
		return err
	}
	var ids []int64
	for _, t := range threads {
		for _, m := range snap.Thread(t) {
			list, err := acc.Content(ctx, m.ID)
			if err != nil {
				return err
			}
			if list[0] == nil {
				continue
			}
			e := &list[0].Message.Envelope
			if e.MessageID == d.OriginalMessageID && isAmong(mime.Mailboxes(slices.Concat(e.To, e.Cc, e.Bcc)), d.FinalRecipient) {
				ids = append(ids, m.ID)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return r.write(ctx, a.ID, nil, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.ID, touched{email: true})
		if err != nil {
			return err
		}
		for _, n := range ids {
			if err := putReceipt(ctx, tx, a.ID, n, Receipt{strings.ToLower(d.FinalRecipient), d.Type, r.clock.Now()}); err != nil {
				return err
			}
		}
		return touchMessages(ctx, tx, a.ID, ids, row.modseq)
	})
}
