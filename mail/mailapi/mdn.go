package mailapi

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
	"chancery/wire/mime"
)

// mdnCapability announces RFC 9007.
func (a *API) mdnCapability() jmap.Capability {
	return jmap.Capability{
		URN:     jmapmail.MDNURN,
		Account: func(acc jmap.Account) (any, bool) { return nil, !acc.IsReadOnly },
		Methods: map[string]jmap.Method{"MDN/send": a.mdnSend, "MDN/parse": a.mdnParse},
	}
}

// mdnSend is MDN/send (RFC 9007 section 2.1).
func (a *API) mdnSend(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.MDNSendArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if len(args.Send) > call.Limits.MaxObjectsInSet {
		return nil, jmap.Fail(jmap.RequestTooLarge, "There can be %d receipts in one call.", call.Limits.MaxObjectsInSet)
	}
	acc, err := a.account(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	identity, ok := id.Parse(identityID, args.IdentityID)
	if !ok {
		return nil, jmap.Fail(jmap.InvalidArguments, "There is no identity %s.", args.IdentityID)
	}
	out := &jmapmail.MDNSendAnswer{AccountID: args.AccountID}
	var update jmap.Members
	for _, m := range args.Send {
		told, email, err := a.sendOne(ctx, call, acc, identity, m.Value)
		if err != nil {
			if out.NotSent == nil {
				out.NotSent = map[string]*jmap.SetError{}
			}
			out.NotSent[m.Key] = blameReceipt(err)
			continue
		}
		if out.Sent == nil {
			out.Sent = map[string]map[string]any{}
		}
		out.Sent[m.Key] = told
		for _, u := range args.OnSuccessUpdateEmail {
			if u.Key == "#"+m.Key {
				update = append(update, jmap.Member{Key: email, Value: u.Value})
			}
		}
	}
	if update != nil {
		b, err := json.Marshal(map[string]any{"accountId": args.AccountID, "update": update})
		if err != nil {
			return nil, err
		}
		v, err := a.emailSet(ctx, call.With("Email/set", b))
		if err != nil {
			call.Also("error", jmap.MethodErrorOf(err))
		} else {
			call.Also("Email/set", v)
		}
	}
	return out, nil
}

// sendOne sends one receipt and returns what the server made of it.
func (a *API) sendOne(ctx context.Context, call *jmap.Call, acc *mail.Account, identity int64, raw json.RawMessage) (told map[string]any, email jmap.ID, err error) {
	var in jmapmail.MDN
	if err := jmap.DecodeStrict(raw, &in); err != nil {
		return nil, "", err
	}
	if in.ForEmailID == nil {
		return nil, "", jmap.BadProperty("forEmailId", "forEmailId is missing.")
	}
	for name, bad := range map[string]bool{"mdnGateway": in.MDNGateway != nil, "originalRecipient": in.OriginalRecipient != nil, "originalMessageId": in.OriginalMessageID != nil, "error": in.Error != nil} {
		if bad {
			return nil, "", jmap.BadProperty(name, "The server sets %s.", name)
		}
	}
	n := mail.NewReceipt{Identity: identity, Include: in.IncludeOriginalMessage}
	real, _ := call.Resolve(*in.ForEmailID)
	var ok bool
	if n.Message, ok = id.Parse(emailID, real); !ok {
		return nil, "", jmap.Refuse(jmap.NotFound, "There is no email %s.", *in.ForEmailID)
	}
	if err := readReceipt(&n, in); err != nil {
		return nil, "", err
	}
	f, err := acc.SendReceipt(ctx, n)
	if err != nil {
		return nil, "", err
	}
	told = map[string]any{"originalMessageId": f.OriginalMessageID}
	if in.FinalRecipient == nil {
		told["finalRecipient"] = "rfc822; " + f.FinalRecipient
	}
	return told, real, nil
}

// readReceipt takes over what the client says of a receipt.
func readReceipt(n *mail.NewReceipt, in jmapmail.MDN) error {
	d := in.Disposition
	text := func(name string, from *string, into *string, max int) error {
		if from == nil {
			return nil
		}
		if len(*from) > max || name != "textBody" && strings.ContainsAny(*from, "\r\n\x00") {
			return jmap.BadProperty(name, "%s is too long or has line ends.", name)
		}
		*into = *from
		return nil
	}
	among := func(v string, list ...string) bool { return slices.Contains(list, strings.ToLower(v)) }
	if !among(d.ActionMode, "manual-action", "automatic-action") || !among(d.SendingMode, "mdn-sent-manually", "mdn-sent-automatically") || !among(d.Type, "deleted", "dispatched", "displayed", "processed") {
		return jmap.BadProperty("disposition", "The disposition is not one of RFC 8098 section 3.2.6.")
	}
	n.Fields.ActionMode, n.Fields.SendingMode, n.Fields.Type = strings.ToLower(d.ActionMode), strings.ToLower(d.SendingMode), strings.ToLower(d.Type)
	if len(in.ExtensionFields) > 0 {
		return jmap.BadProperty("extensionFields", "Extension fields are not sent.")
	}
	var recipient string
	err := errors.Join(text("subject", in.Subject, &n.Subject, 900), text("textBody", in.TextBody, &n.Text, 64<<10),
		text("reportingUA", in.ReportingUA, &n.Fields.ReportingUA, 200), text("finalRecipient", in.FinalRecipient, &recipient, 320))
	if _, address, typed := strings.Cut(recipient, ";"); typed {
		recipient = strings.TrimSpace(address)
	}
	n.Fields.FinalRecipient = recipient
	return err
}

// blameReceipt gives refusals the types of RFC 9007 section 2.1.
func blameReceipt(err error) *jmap.SetError {
	var set *jmap.SetError
	switch {
	case errors.As(err, &set):
		return set
	case errors.Is(err, mail.ErrReceiptSent):
		return jmap.Refuse("mdnAlreadySent", "%s", errs.Text(err))
	case errors.Is(err, mail.ErrForbiddenMailFrom):
		return jmap.Refuse("forbiddenFrom", "%s", errs.Text(err))
	case errs.Is(err, errs.NotFound):
		return jmap.Refuse(jmap.NotFound, "%s", errs.Text(err))
	case errs.Is(err, errs.Forbidden):
		return jmap.Refuse(jmap.Forbidden, "%s", errs.Text(err))
	case errs.Is(err, errs.Invalid):
		return jmap.Refuse(jmap.InvalidProperties, "%s", errs.Text(err))
	}
	return jmap.Refuse("serverFail", "The receipt could not be sent.")
}

// mdnParse is MDN/parse (section 2.2).
func (a *API) mdnParse(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.MDNParseArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	get := jmap.GetArgs{AccountID: args.AccountID, IDs: &args.BlobIDs}
	if err := get.Check(call.Limits); err != nil {
		return nil, err
	}
	acc, err := a.account(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	out := jmapmail.MDNParseAnswer{AccountID: args.AccountID}
	for _, text := range args.BlobIDs {
		mdn, err := a.parseReceipt(ctx, acc, text)
		switch k := errs.KindOf(err); {
		case err == nil:
			if out.Parsed == nil {
				out.Parsed = map[string]jmapmail.MDN{}
			}
			out.Parsed[text] = mdn
		case k == errs.NotFound:
			out.NotFound = append(out.NotFound, text)
		case k == errs.Invalid || k == errs.TooLarge:
			out.NotParsable = append(out.NotParsable, text)
		default:
			return nil, err
		}
	}
	return out, nil
}

func (a *API) parseReceipt(ctx context.Context, acc *mail.Account, text jmap.ID) (out jmapmail.MDN, err error) {
	o, err := a.openBlob(ctx, acc, text)
	if err != nil {
		return out, err
	}
	defer o.Close()
	m, err := mime.Parse(sectionOf(o), mime.Limits{})
	if err != nil {
		return out, err
	}
	d, ok := m.Disposition(o)
	if !ok {
		return out, errs.E(errs.Invalid, "The blob is no receipt.")
	}
	or := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	out = jmapmail.MDN{
		Subject: or(m.Envelope.Subject), ReportingUA: or(d.ReportingUA), MDNGateway: or(d.Gateway), OriginalRecipient: or(d.OriginalRecipient),
		FinalRecipient: or("rfc822; " + d.FinalRecipient), OriginalMessageID: or(d.OriginalMessageID), Error: d.Errors,
		Disposition:            jmapmail.Disposition{ActionMode: d.ActionMode, SendingMode: d.SendingMode, Type: d.Type},
		IncludeOriginalMessage: len(m.Root.Parts) > 2,
	}
	if len(m.Root.Parts) > 0 && m.Root.Parts[0].IsText() {
		words, _, _ := m.Root.Parts[0].Text(o, int(a.conf.MaxBodyValue))
		out.TextBody = or(words)
	}
	for _, f := range d.Extensions {
		if out.ExtensionFields == nil {
			out.ExtensionFields = map[string]string{}
		}
		out.ExtensionFields[f.Name] = f.Value
	}
	return out, nil
}
