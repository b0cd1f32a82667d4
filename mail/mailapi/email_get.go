package mailapi

import (
	"context"
	"strings"

	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
	"chancery/wire/mime"
)

// defaultProperties are what Email/get returns when none are named (RFC 8621
// section 4.2).
var defaultProperties = []string{"id", "blobId", "threadId", "mailboxIds", "keywords", "size", "receivedAt", "messageId", "inReplyTo",
	"references", "sender", "from", "to", "cc", "bcc", "replyTo", "subject", "sentAt", "hasAttachment", "preview", "bodyValues",
	"textBody", "htmlBody", "attachments"}

// emailGet is Email/get.
func (a *API) emailGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.EmailGetArgs
	acc, snap, err := a.enterNow(ctx, call, &args, func() error { return args.Check(call.Limits) }, &args.AccountID)
	if err != nil {
		return nil, err
	}
	plan, err := a.plan(args.Properties, defaultProperties, args.BodyArgs)
	if err != nil {
		return nil, err
	}
	found, notFound, err := emailsOf(snap, args.IDs, call.Limits)
	if err != nil {
		return nil, err
	}
	contents := make([]*mail.Content, len(found))
	if plan.needsContent {
		ids := make([]int64, len(found))
		for i, m := range found {
			ids[i] = m.ID
		}
		if contents, err = acc.Content(ctx, ids...); err != nil {
			return nil, err
		}
	}
	out := &emailList{account: args.AccountID, state: stateIn(snap, snap.EmailState), notFound: notFound}
	laters, err := laterOf(ctx, acc, plan, found)
	if err != nil {
		return nil, err
	}
	out.b = make([]byte, 0, 512*len(found)+128)
	for i, m := range found {
		if plan.needsContent && contents[i] == nil { // removed since the snapshot
			out.notFound = append(out.notFound, emailText(m.ID))
			continue
		}
		e := &email{ctx: ctx, acc: acc, m: m, c: contents[i], plan: plan, later: laters[m.ID]}
		if out.b, err = e.appendTo(out.b); err != nil {
			return nil, err
		}
		out.b = append(out.b, ',')
		if len(out.b) > a.conf.MaxAnswer {
			return nil, tooMuch(a.conf.MaxAnswer)
		}
	}
	return out, nil
}

// tooMuch tells a client to ask for fewer emails or less of each.
func tooMuch(limit int) error {
	return jmap.Fail(jmap.RequestTooLarge, "The answer would have more than %d bytes; ask for fewer emails or smaller body values.", limit)
}

// emailsOf finds the messages that a call names.
func emailsOf(snap *mail.Snapshot, ids *[]jmap.ID, lim jmap.Limits) (found []*mail.Message, notFound []jmap.ID, err error) {
	if ids == nil {
		if snap.Len() > lim.MaxObjectsInGet {
			return nil, nil, jmap.Fail(jmap.RequestTooLarge, "There are %d emails, at most %d in one call.", snap.Len(), lim.MaxObjectsInGet)
		}
		snap.Each(func(m *mail.Message) bool { found = append(found, m); return true })
		return found, nil, nil
	}
	found = make([]*mail.Message, 0, len(*ids))
	for _, text := range *ids {
		n, ok := id.Parse(emailID, text)
		m, there := snap.Message(n)
		if ok && there {
			found = append(found, m)
		} else {
			notFound = append(notFound, text)
		}
	}
	return found, notFound, nil
}

// emailList is the answer of Email/get, its list written already with a comma
// after each email.
type emailList struct {
	account  jmap.ID
	state    string
	b        []byte
	notFound []jmap.ID
}

// AppendJSON appends the answer.
func (l *emailList) AppendJSON(b []byte) ([]byte, error) {
	b = append(b, `{"accountId":`...)
	b = jmap.AppendString(b, l.account)
	b = append(b, `,"state":`...)
	b = jmap.AppendString(b, l.state)
	b = append(b, `,"list":[`...)
	if n := len(l.b); n > 0 {
		b = append(b, l.b[:n-1]...)
	}
	b = append(b, `],"notFound":`...)
	return append(jmap.AppendStrings(b, l.notFound), '}'), nil
}

// plan is what to write of each email, worked out once for a call.
type plan struct {
	steps        []step
	needsContent bool
	needsLater   bool // snoozed, reminder
	body         jmapmail.BodyArgs
	partSteps    []partStep
}

// step writes one property.
type step struct {
	name  string // with its quotes and colon
	write func(e *email, b []byte) ([]byte, error)
}

// plan checks the asked properties.
func (a *API) plan(asked, standard []string, body jmapmail.BodyArgs) (*plan, error) {
	if body.MaxBodyValueBytes < 0 {
		return nil, jmap.Fail(jmap.InvalidArguments, "maxBodyValueBytes may not be negative")
	}
	if body.MaxBodyValueBytes == 0 || body.MaxBodyValueBytes > a.conf.MaxBodyValue {
		body.MaxBodyValueBytes = a.conf.MaxBodyValue
	}
	p := &plan{body: body}
	if asked == nil {
		asked = standard
	}
	seen := map[string]bool{}
	add := func(name string) error {
		if seen[name] {
			return nil
		}
		seen[name] = true
		write, content, err := property(name)
		if err != nil {
			return err
		}
		p.needsContent = p.needsContent || content
		p.needsLater = p.needsLater || name == "snoozed" || name == "reminder" || name == "scheduled" || name == "receipts"
		p.steps = append(p.steps, step{string(append(jmap.AppendString(nil, name), ':')), write})
		return nil
	}
	if err := add("id"); err != nil {
		return nil, err
	}
	for _, name := range asked {
		if err := add(name); err != nil {
			return nil, err
		}
	}
	var err error
	p.partSteps, err = partPlan(body.BodyProperties)
	return p, err
}

// property finds the writer of a property, and says whether it needs the
// parsed content.
func property(name string) (write func(e *email, b []byte) ([]byte, error), content bool, err error) {
	if w, ok := metadata[name]; ok {
		return w, name == "blobId", nil
	}
	if w, ok := ownMetadata[name]; ok {
		return w, false, nil
	}
	if w, ok := secrecyMetadata[name]; ok {
		return w, false, nil
	}
	if w, ok := trustProperties[name]; ok {
		return w, true, nil
	}
	if w, ok := properties[name]; ok {
		return w, true, nil
	}
	if strings.HasPrefix(name, "header:") {
		h, err := parseHeaderProperty(name)
		if err != nil {
			return nil, false, err
		}
		return h.write, true, nil
	}
	return nil, false, jmap.Fail(jmap.InvalidArguments, "there is no property %q", name)
}

// email is one message on its way to JSON. For Email/parse, m is nil.
type email struct {
	ctx    context.Context
	acc    *mail.Account
	m      *mail.Message
	c      *mail.Content
	plan   *plan
	later  mail.Later
	src    source // the message's bytes, opened when first needed
	header mime.Header
	bodies *mime.Bodies
	inside string // the part that the message itself is, of another message
}

func (e *email) appendTo(b []byte) ([]byte, error) {
	defer e.close()
	b = append(b, '{')
	var err error
	for i, s := range e.plan.steps {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, s.name...)
		if b, err = s.write(e, b); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func (e *email) close() {
	if e.src != nil && e.m != nil {
		_ = e.src.Close()
		e.src = nil
	}
}

// open returns the message's bytes.
func (e *email) open() (source, error) {
	if e.src == nil {
		b, _, err := e.acc.OpenMessage(e.ctx, e.m.ID)
		if err != nil {
			return nil, err
		}
		e.src = b
	}
	return e.src, nil
}

// maxHeader bounds what is read of a header for the properties that show it.
const maxHeader = 256 << 10

// fields returns the header of the message.
func (e *email) fields() (mime.Header, error) {
	if e.header != nil {
		return e.header, nil
	}
	if h := e.c.Message.Header; h != nil {
		e.header = h
		return h, nil
	}
	src, err := e.open()
	if err != nil {
		return nil, err
	}
	e.header, err = e.c.Message.Root.ReadHeader(src, maxHeader)
	if e.header == nil {
		e.header = mime.Header{}
	}
	return e.header, err
}

func (e *email) parts() *mime.Bodies {
	if e.bodies == nil {
		b := e.c.Message.Bodies()
		e.bodies = &b
	}
	return e.bodies
}
