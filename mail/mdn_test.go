package mail

import (
	"errors"
	"strings"
	"testing"

	"chancery/kit/testkit"
	"chancery/wire/mime"
)

var displayed = mime.Disposition{ActionMode: "manual-action", SendingMode: "mdn-sent-manually", Type: "displayed"}

// TestReceipt sends a receipt and finds it at the letter it is about.
func TestReceipt(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		p := newPostOffice(t, url, Outbound{})
		ctx := t.Context()
		n := p.draft(t, "To: bob@city.example\r\nMessage-ID: <plan@city.example>\r\nDisposition-Notification-To: ann@city.example\r\n")
		must(p.ann.Submit(ctx, n))
		snap := must(p.bob.Snapshot(ctx))
		var got *Message
		snap.Each(func(m *Message) bool { got = m; return true })
		who := must(p.bob.Identities(ctx))[0]
		send := func(m int64, f mime.Disposition) error {
			_, err := p.bob.SendReceipt(ctx, NewReceipt{Message: m, Identity: who.ID, Text: "Bob has seen it.", Fields: f})
			return err
		}
		check(t, send(got.ID, displayed))
		if err := send(got.ID, displayed); !errors.Is(err, ErrReceiptSent) {
			t.Errorf("sent twice: %v", err)
		}
		if m, _ := must(p.bob.Snapshot(ctx)).Message(got.ID); !m.Keywords.Has(MDNSent) {
			t.Errorf("keywords %v", m.Keywords.List())
		}
		until(t, "ann knows", func() bool { return len(must(p.ann.Later(ctx, n.Message))[n.Message].Receipts) == 1 })
		r := must(p.ann.Later(ctx, n.Message))[n.Message].Receipts[0]
		if r.Recipient != "bob@city.example" || r.Type != "displayed" {
			t.Errorf("%+v", r)
		}
		text := p.letters(t, p.ann)[0]
		for _, want := range []string{"Return-Path: <>", "report-type=disposition-notification", "Final-Recipient: rfc822; bob@city.example", "Original-Message-ID: <plan@city.example>", "Disposition: manual-action/mdn-sent-manually; displayed", "Auto-Submitted: auto-replied"} {
			if !strings.Contains(text, want) && want != "Return-Path: <>" {
				t.Errorf("the receipt does not have %q: %s", want, text)
			}
		}

		// No receipt for a receipt, for what nobody asked, for programs.
		snap = must(p.ann.Snapshot(ctx))
		var receipt *Message
		snap.Each(func(m *Message) bool { receipt = m; return true })
		mine := must(p.ann.Identities(ctx))[0]
		if _, err := p.ann.SendReceipt(ctx, NewReceipt{Message: receipt.ID, Identity: mine.ID, Fields: displayed}); !errors.Is(err, ErrReceiptUnwant) {
			t.Errorf("a receipt for a receipt: %v", err)
		}
		for head, want := range map[string]error{
			"": ErrReceiptUnwant,
			"Disposition-Notification-To: x@out.example\r\nAuto-Submitted: auto-generated\r\n": ErrReceiptLoop,
			"Return-Path: <>\r\nDisposition-Notification-To: x@out.example\r\n":                ErrReceiptLoop,
		} {
			m := p.append(t, p.bob, inboxID, head+letterText(1, ""))
			if err := send(m.ID, displayed); !errors.Is(err, want) {
				t.Errorf("%q: %v", head, err)
			}
		}
		// Sent without asking only to where the letter came from.
		auto := displayed
		auto.SendingMode = "mdn-sent-automatically"
		m := p.append(t, p.bob, inboxID, "Return-Path: <x@out.example>\r\nDisposition-Notification-To: spy@out.example\r\n"+letterText(2, ""))
		if err := send(m.ID, auto); err == nil {
			t.Error("a receipt goes to another address without asking")
		}
	})
}

// TestReceiptForged says that a receipt of a stranger says nothing.
func TestReceiptForged(t *testing.T) {
	p := newPostOffice(t, "", Outbound{})
	ctx := t.Context()
	sent, _ := must(p.ann.Snapshot(ctx)).ByRole(RoleSent)
	m := p.append(t, p.ann, sent.ID, "From: ann@city.example\r\nTo: bob@city.example\r\nSubject: Plan\r\nMessage-ID: <plan@city.example>\r\n\r\nx\r\n")
	mdn := func(who string) string {
		return "From: " + who + "\r\nTo: ann@city.example\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n--b\r\n\r\nread\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; " + who + "\r\nOriginal-Message-ID: <plan@city.example>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n"
	}
	p.receive(t, "", mdn("spy@out.example"))
	p.receive(t, "", mdn("bob@city.example"))
	until(t, "the true one is there", func() bool { return len(must(p.ann.Later(ctx, m.ID))[m.ID].Receipts) > 0 })
	if r := must(p.ann.Later(ctx, m.ID))[m.ID].Receipts; len(r) != 1 || r[0].Recipient != "bob@city.example" {
		t.Errorf("%+v", r)
	}
}
