package mailapi

import (
	"context"

	"chancery/mail"
	"chancery/policy"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

// mailboxGet is Mailbox/get (RFC 8621 section 2.1).
func (a *API) mailboxGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
	acc, snap, err := a.enterNow(ctx, call, &args, func() error { return args.Check(call.Limits) }, &args.AccountID)
	if err != nil {
		return nil, err
	}
	return jmap.Get(args, stateIn(snap, mailboxState(snap)), mailboxes(acc, snap), func(m jmapmail.Mailbox) jmap.ID { return m.ID })
}

// mailboxes returns all mailboxes of an account as JMAP shows them.
func mailboxes(acc *mail.Account, snap *mail.Snapshot) []jmapmail.Mailbox {
	list := snap.Mailboxes()
	out := make([]jmapmail.Mailbox, len(list))
	for i, m := range list {
		out[i] = mailbox(acc, snap, m)
	}
	return out
}

func mailbox(acc *mail.Account, snap *mail.Snapshot, m mail.Mailbox) jmapmail.Mailbox {
	c := snap.Counts(m.ID)
	out := jmapmail.Mailbox{
		ID: mailboxText(m.ID), Name: m.Name, SortOrder: int64(m.SortOrder), IsSubscribed: m.Subscribed,
		TotalEmails: c.Total, UnreadEmails: c.Unread, TotalThreads: c.TotalThreads, UnreadThreads: c.UnreadThreads,
		MyRights: rights(acc.Info().Rights, m),
	}
	if m.Parent != 0 {
		parent := mailboxText(m.Parent)
		out.ParentID = &parent
	}
	if m.Role != "" {
		role := m.Role
		out.Role = &role
	}
	return out
}

// rights turns the person's rights on the account into those on a mailbox.
func rights(r policy.Rights, m mail.Mailbox) jmapmail.MailboxRights {
	has := func(need policy.Rights) bool { return r&need == need }
	inbox := m.Role == mail.RoleInbox
	return jmapmail.MailboxRights{
		MayReadItems: has(policy.Read), MayAddItems: has(policy.Insert), MayRemoveItems: has(policy.Organise),
		MaySetSeen: has(policy.Mark), MaySetKeywords: has(policy.Mark), MayCreateChild: has(policy.Organise),
		MayRename: has(policy.Organise) && !inbox, MayDelete: has(policy.Organise) && !inbox,
		MaySubmit: r&(policy.SendAs|policy.OnBehalf) != 0,
	}
}

// mailboxChangesAnswer adds what only Mailbox/changes has (section 2.2).
type mailboxChangesAnswer struct {
	jmap.ChangesAnswer
	UpdatedProperties []string
}

// AppendJSON appends the answer.
func (m *mailboxChangesAnswer) AppendJSON(b []byte) ([]byte, error) {
	out, err := m.ChangesAnswer.MarshalJSON()
	if err != nil {
		return nil, err
	}
	b = append(b, out[:len(out)-1]...)
	b = append(b, `,"updatedProperties":`...)
	if m.UpdatedProperties == nil {
		return append(b, "null}"...), nil
	}
	return append(jmap.AppendStrings(b, m.UpdatedProperties), '}'), nil
}

// mailboxChanges is Mailbox/changes (section 2.2).
func (a *API) mailboxChanges(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.ChangesArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	acc, snap, c, err := a.changes(ctx, &args)
	if err != nil {
		return nil, err
	}
	out := &mailboxChangesAnswer{ChangesAnswer: jmap.ChangesAnswer{AccountID: args.AccountID, OldState: args.SinceState, NewState: stateIn(snap, mailboxState(snap))}}
	counts := map[int64]bool{}
	for _, n := range c.Mailboxes.CountsOnly {
		counts[n] = true
	}
	// A message of the same thread in another mailbox changes unreadThreads.
	for _, n := range c.Updated {
		if m, ok := snap.Message(n); ok {
			for _, member := range snap.Thread(m.Thread) {
				for _, p := range member.Places {
					counts[p.Mailbox] = true
				}
			}
		}
	}
	var events []event
	since, err := parseStateIn(snap, args.SinceState)
	if err != nil {
		return nil, err
	}
	propertiesToo, countsToo := false, false
	for _, m := range snap.Mailboxes() {
		switch {
		case m.Created > since:
			events = append(events, event{m.Created, mailboxText(m.ID), true})
		case m.Modseq > since:
			propertiesToo = true
			events = append(events, event{max(m.Modseq, m.Highest), mailboxText(m.ID), false})
		case counts[m.ID]:
			countsToo = true
			events = append(events, event{max(m.Highest, since+1), mailboxText(m.ID), false})
		}
	}
	if !propertiesToo && countsToo {
		out.UpdatedProperties = []string{"totalEmails", "unreadEmails", "totalThreads", "unreadThreads"}
	}
	_ = acc
	return out, answerChanges(&out.ChangesAnswer, events, texts(mailboxID, c.Mailboxes.Destroyed), args.MaxChanges, func(n int64) string { return stateIn(snap, n) })
}

// changes checks the arguments of a /changes call and asks the room.
func (a *API) changes(ctx context.Context, args *jmap.ChangesArgs) (*mail.Account, *mail.Snapshot, *mail.Changes, error) {
	if err := args.Check(); err != nil {
		return nil, nil, nil, err
	}
	acc, snap, err := a.open(ctx, args.AccountID)
	if err != nil {
		return nil, nil, nil, err
	}
	since, err := parseStateIn(snap, args.SinceState)
	if err != nil {
		return nil, nil, nil, err
	}
	c, err := changesSince(ctx, acc, snap, since)
	return acc, snap, c, err
}
