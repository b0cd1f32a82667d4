package mailapi

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

// filing is where and how a new email is to be kept.
type filing struct {
	mailboxes []int64
	keywords  []string
	received  time.Time
}

// readFiling reads mailboxIds, keywords and receivedAt of a new email.
func readFiling(call *jmap.Call, snap *mail.Snapshot, boxes, keywords map[string]bool, received *jmap.UTCDate) (f filing, err error) {
	if f.mailboxes, err = readMailboxes(call, snap, boxes); err != nil {
		return f, err
	}
	if len(f.mailboxes) == 0 {
		return f, jmap.BadProperty("mailboxIds", "An email is in at least one mailbox.")
	}
	if f.keywords, err = readKeywords(keywords); err != nil {
		return f, err
	}
	if received != nil {
		f.received = received.Time
	}
	return f, nil
}

// readMailboxes reads a set of mailbox ids; creation ids are allowed.
func readMailboxes(call *jmap.Call, snap *mail.Snapshot, set map[string]bool) ([]int64, error) {
	out := make([]int64, 0, len(set))
	for text, in := range set {
		if !in {
			return nil, jmap.BadProperty("mailboxIds", "The value of a mailbox id is true.")
		}
		n, err := readMailbox(call, snap, text)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

func readMailbox(call *jmap.Call, snap *mail.Snapshot, text string) (int64, error) {
	real, _ := call.Resolve(text)
	n, ok := id.Parse(mailboxID, real)
	if _, there := snap.Mailbox(n); !ok || !there {
		return 0, jmap.BadProperty("mailboxIds", "There is no mailbox %s.", text)
	}
	return n, nil
}

func readKeywords(set map[string]bool) ([]string, error) {
	out := make([]string, 0, len(set))
	for k, on := range set {
		if !on || !mail.ValidKeyword(k) {
			return nil, jmap.BadProperty("keywords", "%q cannot be a keyword, or its value is not true.", k)
		}
		out = append(out, k)
	}
	if len(out) > mail.MaxKeywords {
		return nil, tooManyKeywords()
	}
	return out, nil
}

func tooManyKeywords() *jmap.SetError {
	return jmap.Refuse("tooManyKeywords", "An email has at most %d keywords.", mail.MaxKeywords)
}

// file appends a letter and tells the client what it could not know.
func file(ctx context.Context, acc *mail.Account, l *mail.Letter, f filing) (jmap.ID, any, error) {
	list, err := acc.Append(ctx, mail.NewMessage{Letter: l, Mailboxes: f.mailboxes, Keywords: f.keywords, Received: f.received})
	if err != nil {
		return "", nil, err
	}
	m := list[0]
	return emailText(m.ID), madeEmail(m, l.Content), nil
}

// madeEmail is what Email/set, import and copy tell of a new email.
func madeEmail(m *mail.Message, c *mail.Content) map[string]any {
	return map[string]any{
		"id": emailText(m.ID), "threadId": threadText(m.Thread), "size": m.Size, "blobId": blobText(c.Blob.Hash, ""),
	}
}

// emailImportArgs are the arguments of Email/import (RFC 8621 section 4.8).
type emailImportArgs struct {
	AccountID jmap.ID      `json:"accountId"`
	IfInState *string      `json:"ifInState"`
	Emails    jmap.Members `json:"emails"`
}

// emailImport is Email/import.
func (a *API) emailImport(ctx context.Context, call *jmap.Call) (any, error) {
	var args emailImportArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	set := jmap.SetArgs{AccountID: args.AccountID, IfInState: args.IfInState, Create: args.Emails}
	if err := set.Check(call.Limits); err != nil {
		return nil, err
	}
	acc, before, err := a.open(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	if err := set.CheckState(stateIn(before, before.EmailState)); err != nil {
		return nil, err
	}
	done := jmap.Set(ctx, call, &set, jmap.Setter{Create: func(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
		return a.importOne(ctx, call, acc, before, raw)
	}})
	after, err := acc.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return &importAnswer{args.AccountID, stateIn(before, before.EmailState), stateIn(after, after.EmailState), done.Created, done.NotCreated}, nil
}

// importAnswer is the answer of Email/import.
type importAnswer struct {
	AccountID  jmap.ID                    `json:"accountId"`
	OldState   string                     `json:"oldState"`
	NewState   string                     `json:"newState"`
	Created    map[jmap.ID]any            `json:"created"`
	NotCreated map[jmap.ID]*jmap.SetError `json:"notCreated"`
}

func (a *API) importOne(ctx context.Context, call *jmap.Call, acc *mail.Account, snap *mail.Snapshot, raw json.RawMessage) (jmap.ID, any, error) {
	var in jmapmail.EmailImport
	if err := jmap.DecodeStrict(raw, &in); err != nil {
		return "", nil, err
	}
	f, err := readFiling(call, snap, in.MailboxIDs, in.Keywords, in.ReceivedAt)
	if err != nil {
		return "", nil, err
	}
	l, err := a.letterOf(ctx, acc, in.BlobID)
	if k := errs.KindOf(err); err != nil && (k == errs.NotFound || k == errs.Invalid) {
		return "", nil, jmap.BadProperty("blobId", "There is no blob %s.", in.BlobID)
	}
	if err != nil {
		return "", nil, err
	}
	if len(l.Content.Message.Header) == 0 {
		l.Discard()
		return "", nil, jmap.Refuse("invalidEmail", "The blob is not a message: it has no header field.")
	}
	made, told, err := file(ctx, acc, l, f)
	if err != nil {
		l.Discard()
	}
	return made, told, err
}

// letterOf makes a letter of a blob, or of a message that is a part of one.
func (a *API) letterOf(ctx context.Context, acc *mail.Account, text jmap.ID) (*mail.Letter, error) {
	b, _, part, err := findBlob(ctx, acc, text)
	if err != nil {
		return nil, err
	}
	if part == "" {
		return acc.Reuse(ctx, b)
	}
	o, err := a.openBlob(ctx, acc, text)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	return acc.Spool(ctx, sectionOf(o))
}

// emailCopy is Email/copy (section 4.7).
func (a *API) emailCopy(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.CopyArgs
	if err := take(call, &args, func() error { return args.Check(call.Limits) }); err != nil {
		return nil, err
	}
	from, source, err := a.open(ctx, args.FromAccountID)
	if err != nil {
		if m := jmap.MethodErrorOf(err); m.Type == jmap.AccountNotFound {
			m.Type = jmap.FromAccountNotFound
			return nil, m
		}
		return nil, err
	}
	to, before, err := a.open(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	fromState := jmap.SetArgs{IfInState: args.IfFromInState}
	set := jmap.SetArgs{AccountID: args.AccountID, IfInState: args.IfInState, Create: args.Create}
	if err := fromState.CheckState(stateIn(source, source.EmailState)); err != nil {
		return nil, err
	}
	if err := set.CheckState(stateIn(before, before.EmailState)); err != nil {
		return nil, err
	}
	var copied []jmap.ID
	done := jmap.Set(ctx, call, &set, jmap.Setter{Create: func(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
		made, original, told, err := copyOne(ctx, call, from, to, before, raw)
		if err == nil {
			copied = append(copied, original)
		}
		return made, told, err
	}})
	after, err := to.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	if args.OnSuccessDestroyOriginal && len(copied) > 0 {
		a.destroyOriginals(ctx, call, args, copied)
	}
	return &jmap.CopyAnswer{FromAccountID: args.FromAccountID, AccountID: args.AccountID, OldState: stateIn(before, before.EmailState),
		NewState: stateIn(after, after.EmailState), Created: done.Created, NotCreated: done.NotCreated}, nil
}

func copyOne(ctx context.Context, call *jmap.Call, from, to *mail.Account, snap *mail.Snapshot, raw json.RawMessage) (made, original jmap.ID, told any, err error) {
	var in struct {
		ID         jmap.ID         `json:"id"`
		MailboxIDs map[string]bool `json:"mailboxIds"`
		Keywords   map[string]bool `json:"keywords"`
		ReceivedAt *jmap.UTCDate   `json:"receivedAt"`
	}
	if err := jmap.DecodeStrict(raw, &in); err != nil {
		return "", "", nil, err
	}
	f, err := readFiling(call, snap, in.MailboxIDs, in.Keywords, in.ReceivedAt)
	if err != nil {
		return "", "", nil, err
	}
	original, _ = call.Resolve(in.ID)
	n, ok := id.Parse(emailID, original)
	if !ok {
		return "", "", nil, jmap.Refuse(jmap.NotFound, "There is no email %s.", in.ID)
	}
	c := mail.CopyOf{ID: n, Mailboxes: f.mailboxes}
	if in.Keywords != nil {
		c.Keywords = f.keywords
	}
	if in.ReceivedAt != nil {
		ms := f.received.UnixMilli()
		c.Received = &ms
	}
	list, err := to.Copy(ctx, from, []mail.CopyOf{c})
	if err != nil {
		return "", "", nil, err
	}
	contents, err := to.Content(ctx, list[0].ID)
	if err != nil {
		return "", "", nil, err
	}
	if contents[0] == nil {
		return "", "", nil, errs.E(errs.NotFound, "The copy was removed at once.")
	}
	return emailText(list[0].ID), original, madeEmail(list[0], contents[0]), nil
}

// destroyOriginals is the implicit Email/set of RFC 8620 section 5.4.
func (a *API) destroyOriginals(ctx context.Context, call *jmap.Call, args jmap.CopyArgs, copied []jmap.ID) {
	b, err := json.Marshal(map[string]any{"accountId": args.FromAccountID, "ifInState": args.DestroyFromIfInState, "destroy": copied})
	if err == nil {
		var v any
		if v, err = a.emailSet(ctx, call.With("Email/set", b)); err == nil {
			call.Also("Email/set", v)
			return
		}
	}
	call.Also("error", jmap.MethodErrorOf(err))
}

// fieldOf returns the member of an object that a pointer names.
func fieldOf(pointer string) (top, rest string) {
	top, rest, _ = strings.Cut(pointer, "/")
	return top, strings.ReplaceAll(strings.ReplaceAll(rest, "~1", "/"), "~0", "~")
}
