package mailapi

import (
	"context"
	"encoding/json"
	"strings"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

// mailboxSetArgs are the arguments of Mailbox/set (RFC 8621 section 2.5).
type mailboxSetArgs struct {
	jmap.SetArgs
	OnDestroyRemoveEmails bool `json:"onDestroyRemoveEmails"`
}

// mailboxSet is Mailbox/set.
func (a *API) mailboxSet(ctx context.Context, call *jmap.Call) (any, error) {
	var args mailboxSetArgs
	acc, before, err := a.enterNow(ctx, call, &args, func() error { return args.Check(call.Limits) }, &args.AccountID)
	if err != nil {
		return nil, err
	}
	old := stateIn(before, mailboxState(before))
	if err := args.CheckState(old); err != nil {
		return nil, err
	}
	s := &mailboxSetter{api: a, acc: acc, call: call, removeEmails: args.OnDestroyRemoveEmails}
	args.Destroy = childrenFirst(before, args.Destroy)
	out := jmap.Set(ctx, call, &args.SetArgs, jmap.Setter{Create: s.create, Update: s.update, Destroy: s.destroy})
	after, err := acc.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	out.OldState, out.NewState = old, stateIn(after, mailboxState(after))
	return out, nil
}

// childrenFirst orders mailboxes to be destroyed so that a whole branch can go
// in one call.
func childrenFirst(snap *mail.Snapshot, ids []jmap.ID) []jmap.ID {
	var out, rest []jmap.ID
	asked := map[jmap.ID]bool{}
	for _, text := range ids {
		asked[text] = true
	}
	known := map[jmap.ID]bool{}
	boxes := snap.Mailboxes() // parents before children
	for i := len(boxes) - 1; i >= 0; i-- {
		if text := mailboxText(boxes[i].ID); asked[text] {
			known[text] = true
			out = append(out, text)
		}
	}
	for _, text := range ids {
		if !known[text] {
			rest = append(rest, text)
		}
	}
	return append(out, rest...)
}

// mailboxSetter does the changes of one call.
type mailboxSetter struct {
	api          *API
	acc          *mail.Account
	call         *jmap.Call
	removeEmails bool
}

func (s *mailboxSetter) create(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
	in := struct {
		Name         string  `json:"name"`
		ParentID     *string `json:"parentId"`
		Role         *string `json:"role"`
		SortOrder    int64   `json:"sortOrder"`
		IsSubscribed bool    `json:"isSubscribed"`
	}{}
	if err := jmap.DecodeStrict(raw, &in); err != nil {
		return "", nil, serverSet(err)
	}
	n := mail.NewMailbox{Name: in.Name, SortOrder: int(in.SortOrder), Subscribed: in.IsSubscribed}
	if in.SortOrder < 0 || in.SortOrder >= 1<<31 {
		return "", nil, jmap.BadProperty("sortOrder", "The sort order is from 0 to 2^31-1.")
	}
	if in.ParentID != nil {
		parent, err := s.parent(*in.ParentID)
		if err != nil {
			return "", nil, err
		}
		n.Parent = parent
	}
	if in.Role != nil {
		role, err := cleanRole(*in.Role)
		if err != nil {
			return "", nil, err
		}
		n.Role = role
	}
	m, err := s.acc.CreateMailbox(ctx, n)
	if err != nil {
		return "", nil, s.blame(ctx, err, n.Parent, in.Name, 0)
	}
	snap, err := s.acc.Snapshot(ctx)
	if err != nil {
		return "", nil, err
	}
	made := mailbox(s.acc, snap, m)
	// What the client did not say, and the name if it was put into NFC.
	told := map[string]any{"id": made.ID, "totalEmails": 0, "unreadEmails": 0, "totalThreads": 0, "unreadThreads": 0, "myRights": made.MyRights}
	if m.Name != in.Name {
		told["name"] = m.Name
	}
	for name, v := range map[string]any{"parentId": nil, "role": nil, "sortOrder": 0, "isSubscribed": false} {
		if !strings.Contains(string(raw), `"`+name+`"`) {
			told[name] = v
		}
	}
	return made.ID, told, nil
}

// serverSet explains that a property cannot be given.
func serverSet(err error) error {
	e := jmap.SetErrorOf(err)
	if _, name, ok := strings.Cut(e.Description, "unknown field "); ok {
		e.Properties = []string{strings.Trim(name, `"`)}
	}
	return e
}

// parent reads a parentId, which may name a mailbox made in the same request.
func (s *mailboxSetter) parent(text jmap.ID) (int64, error) {
	real, ok := s.call.Resolve(text)
	if !ok {
		return 0, jmap.Later{Key: strings.TrimPrefix(text, "#")}
	}
	n, ok := id.Parse(mailboxID, real)
	if !ok {
		return 0, jmap.BadProperty("parentId", "There is no mailbox %s.", text)
	}
	return n, nil
}

// roles are those that a client may give (RFC 8621 section 2; the IANA list
// of IMAP mailbox name attributes in lower case).
var roles = map[string]bool{"all": true, "archive": true, "drafts": true, "flagged": true, "important": true, "inbox": true, "junk": true,
	"sent": true, "subscribed": true, "trash": true, "memos": true, "scheduled": true, "snoozed": true}

func cleanRole(role string) (string, error) {
	if !roles[role] {
		return "", jmap.BadProperty("role", "There is no role %q.", role)
	}
	return role, nil
}

// blame turns a refusal of the room into the set error of the right type.
func (s *mailboxSetter) blame(ctx context.Context, err error, parent int64, name string, self int64) error {
	switch errs.KindOf(err) {
	case errs.Exists:
		e := jmap.Refuse(jmap.AlreadyExists, "%s", errs.Text(err))
		e.Properties = []string{"name"}
		if snap, serr := s.acc.Snapshot(ctx); serr == nil {
			for _, m := range snap.Mailboxes() {
				if m.Parent == parent && strings.EqualFold(m.Name, name) && m.ID != self {
					e.ExistingID = mailboxText(m.ID)
				}
			}
		}
		return e
	case errs.Invalid:
		text := errs.Text(err)
		property := "name"
		switch {
		case strings.Contains(text, "role"):
			property = "role"
		case strings.Contains(text, "nested"), strings.Contains(text, "put there"):
			property = "parentId"
		}
		return jmap.BadProperty(property, "%s", text)
	}
	return err
}

func (s *mailboxSetter) update(ctx context.Context, text jmap.ID, patch jmap.Patch) (any, error) {
	n, ok := id.Parse(mailboxID, text)
	snap, err := s.acc.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	m, there := snap.Mailbox(n)
	if !ok || !there {
		return nil, jmap.Refuse(jmap.NotFound, "There is no mailbox %s.", text)
	}
	have := mailbox(s.acc, snap, m)
	want, err := jmap.Patched(have, jmapmail.Mailbox{}, s.resolved(patch))
	if err != nil {
		return nil, err
	}
	if err := onlyChangeable(have, want); err != nil {
		return nil, err
	}
	p := mail.MailboxPatch{}
	if want.Name != have.Name {
		p.Name = &want.Name
	}
	if parentOf(want) != parentOf(have) {
		parent := int64(0)
		if want.ParentID != nil {
			if parent, ok = id.Parse(mailboxID, *want.ParentID); !ok {
				return nil, jmap.BadProperty("parentId", "There is no mailbox %s.", *want.ParentID)
			}
		}
		p.Parent = &parent
	}
	if roleOf(want) != roleOf(have) {
		role := roleOf(want)
		if role != "" {
			if _, err := cleanRole(role); err != nil {
				return nil, err
			}
		}
		p.Role = &role
	}
	if want.SortOrder != have.SortOrder {
		if want.SortOrder < 0 || want.SortOrder >= 1<<31 {
			return nil, jmap.BadProperty("sortOrder", "The sort order is from 0 to 2^31-1.")
		}
		order := int(want.SortOrder)
		p.SortOrder = &order
	}
	if want.IsSubscribed != have.IsSubscribed {
		p.Subscribed = &want.IsSubscribed
	}
	if p == (mail.MailboxPatch{}) {
		return nil, nil
	}
	now, err := s.acc.UpdateMailbox(ctx, n, p)
	if err != nil {
		return nil, s.blame(ctx, err, now.Parent, want.Name, n)
	}
	if now.Name != want.Name {
		return map[string]any{"name": now.Name}, nil
	}
	return nil, nil
}

// resolved replaces a creation reference in parentId.
func (s *mailboxSetter) resolved(p jmap.Patch) jmap.Patch {
	out := append(jmap.Patch(nil), p...)
	for i, m := range out {
		var text string
		if m.Key == "parentId" && json.Unmarshal(m.Value, &text) == nil {
			if real, ok := s.call.Resolve(text); ok {
				out[i].Value = jmap.AppendString(nil, real)
			}
		}
	}
	return out
}

func roleOf(m jmapmail.Mailbox) string {
	if m.Role == nil {
		return ""
	}
	return *m.Role
}

// onlyChangeable refuses a patch of what the server sets.
func onlyChangeable(have, want jmapmail.Mailbox) error {
	for name, same := range map[string]bool{
		"id": have.ID == want.ID, "totalEmails": have.TotalEmails == want.TotalEmails, "unreadEmails": have.UnreadEmails == want.UnreadEmails,
		"totalThreads": have.TotalThreads == want.TotalThreads, "unreadThreads": have.UnreadThreads == want.UnreadThreads, "myRights": have.MyRights == want.MyRights,
	} {
		if !same {
			return jmap.BadProperty(name, "The property %s is set by the server.", name)
		}
	}
	return nil
}

func (s *mailboxSetter) destroy(ctx context.Context, text jmap.ID) error {
	n, ok := id.Parse(mailboxID, text)
	snap, err := s.acc.Snapshot(ctx)
	if err != nil {
		return err
	}
	if _, there := snap.Mailbox(n); !ok || !there {
		return jmap.Refuse(jmap.NotFound, "There is no mailbox %s.", text)
	}
	if snap.Children(n) {
		return jmap.Refuse("mailboxHasChild", "The mailbox has mailboxes in it; remove those first.")
	}
	if snap.MailboxLen(n) > 0 && !s.removeEmails {
		return jmap.Refuse("mailboxHasEmail", "The mailbox is not empty.")
	}
	err = s.acc.DeleteMailbox(ctx, n, s.removeEmails)
	if errs.Is(err, errs.Conflict) {
		return jmap.Refuse("mailboxHasEmail", "The mailbox is not empty.")
	}
	return err
}
