package mailapi

import (
	"context"

	"chancery/kit/errs"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
	"chancery/wire/mime"
)

// parseProperties are what Email/parse returns when none are named (RFC 8621
// section 4.9).
var parseProperties = []string{"messageId", "inReplyTo", "references", "sender", "from", "to", "cc", "bcc", "replyTo", "subject",
	"sentAt", "hasAttachment", "preview", "bodyValues", "textBody", "htmlBody", "attachments"}

// emailParseArgs are the arguments of Email/parse.
type emailParseArgs struct {
	AccountID  jmap.ID   `json:"accountId"`
	BlobIDs    []jmap.ID `json:"blobIds"`
	Properties []string  `json:"properties"`
	jmapmail.BodyArgs
}

// emailParse is Email/parse.
func (a *API) emailParse(ctx context.Context, call *jmap.Call) (any, error) {
	var args emailParseArgs
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
	plan, err := a.plan(args.Properties, parseProperties, args.BodyArgs)
	if err != nil {
		return nil, err
	}
	// The id of a parsed email is null and comes only when it is asked for.
	if args.Properties == nil {
		plan.steps = plan.steps[1:]
	}
	out := &parseAnswer{account: args.AccountID}
	size := 0
	for _, text := range *get.IDs {
		b, err := a.parseOne(ctx, acc, plan, text)
		switch k := errs.KindOf(err); {
		case err == nil:
			out.parsed = append(out.parsed, jmap.Member{Key: text, Value: b})
			if size += len(b); size > a.conf.MaxAnswer {
				return nil, tooMuch(a.conf.MaxAnswer)
			}
		case k == errs.NotFound:
			out.notFound = append(out.notFound, text)
		case k == errs.Invalid || k == errs.TooLarge:
			out.notParsable = append(out.notParsable, text)
		default:
			return nil, err
		}
	}
	return out, nil
}

// parseAnswer is the answer of Email/parse; its three lists are null when
// empty.
type parseAnswer struct {
	account               jmap.ID
	parsed                jmap.Members
	notParsable, notFound []jmap.ID
}

// AppendJSON appends the answer.
func (p *parseAnswer) AppendJSON(b []byte) ([]byte, error) {
	b = append(b, `{"accountId":`...)
	b = jmap.AppendString(b, p.account)
	b = append(b, `,"parsed":`...)
	parsed, err := p.parsed.MarshalJSON()
	b = append(b, parsed...)
	b = append(b, `,"notParsable":`...)
	b = appendIDs(b, p.notParsable)
	b = append(b, `,"notFound":`...)
	b = appendIDs(b, p.notFound)
	return append(b, '}'), err
}

func (a *API) parseOne(ctx context.Context, acc *mail.Account, plan *plan, text jmap.ID) ([]byte, error) {
	o, err := a.openBlob(ctx, acc, text)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	m, err := mime.Parse(sectionOf(o), mime.Limits{})
	if err != nil {
		return nil, err
	}
	if len(m.Header) == 0 {
		return nil, errs.E(errs.Invalid, "The blob is not a message: it has no header field.")
	}
	h, part, _ := parseBlob(text)
	c := &mail.Content{Blob: mail.Blob{Hash: h, Size: o.size}, Message: m, Preview: m.Preview(o)}
	e := &email{ctx: ctx, acc: acc, c: c, plan: plan, src: o, inside: part}
	return e.appendTo(nil)
}
