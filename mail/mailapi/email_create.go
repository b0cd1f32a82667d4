package mailapi

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"chancery/kit/errs"
	"chancery/mail"
	"chancery/wire/compose"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
	"chancery/wire/siolabel"
)

// draft is an email being made of its JMAP object (RFC 8621 section 4.6).
type draft struct {
	ctx   context.Context
	api   *API
	acc   *mail.Account
	call  *jmap.Call
	boxes map[string]bool
	words map[string]bool
	when  *jmap.UTCDate

	snap   *mail.Snapshot
	level  mail.Label // what it was given
	source mail.Label // the most secret of the letters that its files are from

	header    []compose.Field
	named     map[string]string // field in lower case -> the property that gave it
	structure json.RawMessage
	lists     map[string][]json.RawMessage // textBody, htmlBody, attachments
	values    map[string]jmapmail.BodyValue
	parts     int       // nodes made, against maxParts
	missing   []jmap.ID // blobs that are not there
	size      int64     // of the blobs
}

// maxParts bounds the tree of a new email.
const maxParts = 1000

// createEmail makes an email of the object and files it.
func (a *API) createEmail(ctx context.Context, call *jmap.Call, acc *mail.Account, snap *mail.Snapshot, raw json.RawMessage) (jmap.ID, any, error) {
	d := &draft{ctx: ctx, api: a, acc: acc, call: call, snap: snap, level: noLabel, source: noLabel, named: map[string]string{}, lists: map[string][]json.RawMessage{}}
	var object jmap.Members
	if err := json.Unmarshal(raw, &object); err != nil {
		return "", nil, jmap.Refuse(jmap.InvalidProperties, "An email is an object.")
	}
	for _, m := range object {
		if err := d.property(m.Key, m.Value); err != nil {
			return "", nil, err
		}
	}
	f, err := readFiling(call, snap, d.boxes, d.words, d.when)
	if err != nil {
		return "", nil, err
	}
	body, err := d.body()
	if err != nil {
		return "", nil, err
	}
	d.complete()
	d.label()
	l, err := d.write(body)
	if err != nil {
		return "", nil, blameMessage(err)
	}
	made, told, err := file(ctx, acc, l, f)
	if err != nil {
		l.Discard()
	}
	return made, told, err
}

// blameMessage turns a refusal of the composer into a set error.
func blameMessage(err error) error {
	var set *jmap.SetError
	if !errors.As(err, &set) && errs.Is(err, errs.Invalid) {
		return jmap.Refuse(jmap.InvalidProperties, "%s", errs.Text(err))
	}
	return err
}

// property takes in one member of the object.
func (d *draft) property(name string, raw json.RawMessage) error {
	into := func(v any) error {
		if err := json.Unmarshal(raw, v); err != nil {
			return jmap.BadProperty(name, "The value of %s has the wrong form.", name)
		}
		return nil
	}
	switch name {
	case "mailboxIds":
		return into(&d.boxes)
	case "keywords":
		return into(&d.words)
	case "receivedAt":
		return into(&d.when)
	case "bodyValues":
		if err := into(&d.values); err != nil {
			return err
		}
		for _, v := range d.values {
			if v.IsEncodingProblem || v.IsTruncated {
				return jmap.BadProperty(name, "isEncodingProblem and isTruncated are false in a new email.")
			}
		}
		return nil
	case "secrecy":
		return d.secrecyProperty(raw)
	case "bodyStructure":
		d.structure = raw
		return nil
	case "textBody", "htmlBody", "attachments":
		var list []json.RawMessage
		if err := into(&list); err != nil {
			return err
		}
		d.lists[name] = list
		return nil
	}
	if strings.HasPrefix(name, "header:") || convenience[name] != "" {
		return d.headerProperty(name, raw)
	}
	// Among these: id, blobId, threadId, size, hasAttachment, preview, which
	// the server sets, and headers, which RFC 8621 section 4.6 forbids.
	return jmap.BadProperty(name, "The property %s cannot be given for a new email.", name)
}

// convenience are the properties that stand for a header field in a form
// (section 4.1.3).
var convenience = map[string]string{
	"messageId": "header:Message-ID:asMessageIds", "inReplyTo": "header:In-Reply-To:asMessageIds", "references": "header:References:asMessageIds",
	"sender": "header:Sender:asAddresses", "from": "header:From:asAddresses", "to": "header:To:asAddresses", "cc": "header:Cc:asAddresses",
	"bcc": "header:Bcc:asAddresses", "replyTo": "header:Reply-To:asAddresses", "subject": "header:Subject:asText", "sentAt": "header:Date:asDate",
}

func (d *draft) headerProperty(name string, raw json.RawMessage) error {
	full := name
	if c := convenience[name]; c != "" {
		full = c
	}
	fields, field, err := headerFields(full, raw)
	if err != nil {
		e := jmap.SetErrorOf(err)
		e.Type, e.Properties = jmap.InvalidProperties, []string{name}
		return e
	}
	lower := strings.ToLower(field)
	if strings.EqualFold(field, siolabel.Field) {
		return jmap.BadProperty(name, "The level is given by the property secrecy.")
	}
	if strings.HasPrefix(lower, "content-") {
		return jmap.BadProperty(name, "Fields of the body are given in its parts.")
	}
	// "There MUST NOT be two properties that represent the same header field."
	if other, twice := d.named[lower]; twice {
		e := jmap.BadProperty(name, "The field %s is given twice.", field)
		e.Properties = append(e.Properties, other)
		return e
	}
	if lower == "mime-version" {
		return jmap.BadProperty(name, "The field %s is made by the server.", field)
	}
	d.named[lower] = name
	d.header = append(d.header, fields...)
	return nil
}

// complete adds the fields that every message has, and puts the common ones
// into their customary order.
func (d *draft) complete() {
	if _, ok := d.named["date"]; !ok {
		t := d.api.conf.Clock.Now()
		if d.when != nil {
			t = d.when.Time
		}
		d.header = append(d.header, compose.Date("Date", t))
	}
	if _, ok := d.named["message-id"]; !ok {
		_, domain, _ := strings.Cut(d.acc.Info().Address, "@")
		d.header = append(d.header, compose.MessageIDs("Message-ID", []string{compose.NewMessageID(domain)}))
	}
	rank := func(f compose.Field) int {
		for i, name := range []string{"Date", "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject", "Message-ID", "In-Reply-To", "References"} {
			if strings.EqualFold(name, f.Name) {
				return i
			}
		}
		return 100
	}
	sortStable(d.header, rank)
}

// write streams the message into the store.
func (d *draft) write(body *compose.Node) (*mail.Letter, error) {
	r, w := io.Pipe()
	go func() {
		buf := bufio.NewWriterSize(w, 32<<10)
		_, err := (&compose.Message{Header: d.header, Body: body}).WriteTo(buf)
		if err == nil {
			err = buf.Flush()
		}
		_ = w.CloseWithError(err)
	}()
	l, err := d.acc.Spool(d.ctx, r)
	_ = r.CloseWithError(io.ErrClosedPipe) // the writer ends if Spool gave up early
	return l, err
}
