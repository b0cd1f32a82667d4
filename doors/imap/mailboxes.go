package imap

import (
	"slices"
	"strings"

	"chancery/kit/errs"
	"chancery/mail"
	wire "chancery/wire/imap"
)

// roles pairs the special uses of RFC 6154 and RFC 8457 with the roles of RFC
// 8621 section 2. \All and \Flagged are virtual elsewhere; here they are not
// offered.
var roles = [...]struct{ use, role string }{
	{`\Archive`, mail.RoleArchive},
	{`\Drafts`, mail.RoleDrafts},
	{`\Junk`, mail.RoleJunk},
	{`\Sent`, mail.RoleSent},
	{`\Trash`, mail.RoleTrash},
}

// create is CREATE (RFC 9051 section 6.3.4). Names above that are not there
// are made as well.
func (s *session) create(tag string, c wire.Create) {
	role, err := roleOf(c.Use)
	if err != nil {
		s.no(tag, "USEATTR", errs.Text(err)) // RFC 6154 section 3
		return
	}
	name := strings.TrimSuffix(c.Mailbox, separator)
	p, err := s.place(name)
	if err == nil && reserved(name) {
		err = errs.E(errs.Forbidden, "The name %s belongs to shared mailboxes.", sharedRoot)
	}
	if err == nil {
		if _, there := p.snap.ByPath(p.path); there {
			err = errs.E(errs.Exists, "The mailbox %s is there already.", name)
		}
	}
	if err != nil {
		s.fail(tag, err)
		return
	}
	if taken, there := p.snap.ByRole(role); there && role != "" {
		s.no(tag, "USEATTR", "The mailbox "+taken.Name+" has this special use already.")
		return
	}
	parent, last, err := s.makeParents(p)
	if err != nil {
		s.fail(tag, err)
		return
	}
	wished, err := s.subscribedBefore(p)
	var box mail.Mailbox
	if err == nil {
		box, err = p.account.CreateMailbox(s.ctx(), mail.NewMailbox{Parent: parent, Name: last, Role: role, Subscribed: wished})
	}
	if err == nil && wished {
		err = p.account.KeepSubscription(s.ctx(), p.path, false)
	}
	if err != nil {
		s.fail(tag, err)
		return
	}
	s.doneCode(tag, "MAILBOXID ("+mailboxID(box.ID)+")", "Mailbox created.") // RFC 8474 section 4.1
}

// subscribedBefore says whether the name is subscribed to although nothing is
// there.
func (s *session) subscribedBefore(p place) (bool, error) {
	lost, err := p.account.LostSubscriptions(s.ctx())
	return slices.Contains(lost, p.path), err
}

// reserved says whether an own name would hide the shared namespace.
func reserved(name string) bool {
	first, _, _ := strings.Cut(name, separator)
	return first == sharedRoot && !strings.HasPrefix(name, sharedRoot+separator)
}

func roleOf(uses []string) (string, error) {
	if len(uses) > 1 {
		return "", errs.E(errs.Unsupported, "A mailbox has at most one special use.")
	}
	for _, use := range uses {
		for _, r := range roles {
			if strings.EqualFold(r.use, use) {
				return r.role, nil
			}
		}
		return "", errs.E(errs.Unsupported, "The special use %s is not offered.", use)
	}
	return "", nil
}

// makeParents makes the mailboxes above a path and returns the one it goes
// into and its last name.
func (s *session) makeParents(p place) (parent int64, last string, err error) {
	names := strings.Split(p.path, separator)
	last = names[len(names)-1]
	for i := range names[:len(names)-1] {
		path := strings.Join(names[:i+1], separator)
		box, there := p.snap.ByPath(path)
		if !there {
			box, err = p.account.CreateMailbox(s.ctx(), mail.NewMailbox{Parent: parent, Name: names[i]})
			if err != nil {
				return 0, "", err
			}
			if p.snap, err = p.account.Snapshot(s.ctx()); err != nil {
				return 0, "", err
			}
		}
		parent = box.ID
	}
	return parent, last, nil
}

// delete is DELETE (RFC 9051 section 6.3.5).
func (s *session) delete(tag string, c wire.Delete) {
	p, box, err := s.mailbox(c.Mailbox)
	if err != nil {
		s.fail(tag, err)
		return
	}
	if p.snap.Children(box.ID) {
		s.no(tag, "HASCHILDREN", "The mailbox has mailboxes in it; delete those first.")
		return
	}
	err = p.account.DeleteMailbox(s.ctx(), box.ID, true)
	if err == nil && box.Subscribed { // RFC 9051 section 6.3.5: the subscription stays
		err = p.account.KeepSubscription(s.ctx(), p.path, true)
	}
	if err != nil {
		s.fail(tag, err)
		return
	}
	s.done(tag, "Mailbox deleted.")
}

// rename is RENAME (RFC 9051 section 6.3.6).
func (s *session) rename(tag string, c wire.Rename) {
	from, box, err := s.mailbox(c.From)
	if err != nil {
		s.fail(tag, err)
		return
	}
	to, err := s.place(strings.TrimSuffix(c.To, separator))
	switch {
	case err != nil:
	case from.account != to.account:
		err = errs.E(errs.Unsupported, "A mailbox cannot be moved to another account.")
	case reserved(c.To):
		err = errs.E(errs.Forbidden, "The name %s belongs to shared mailboxes.", sharedRoot)
	case strings.HasPrefix(to.path+separator, from.path+separator) && to.path != from.path:
		err = errs.E(errs.Invalid, "A mailbox cannot be moved into itself.")
	default:
		if _, there := to.snap.ByPath(to.path); there {
			err = errs.E(errs.Exists, "The mailbox %s is there already.", c.To)
		}
	}
	if err == nil {
		err = s.renameTo(to, box)
	}
	if err != nil {
		s.fail(tag, err)
		return
	}
	s.done(tag, "Mailbox renamed.")
}

func (s *session) renameTo(to place, box mail.Mailbox) error {
	parent, last, err := s.makeParents(to)
	if err != nil {
		return err
	}
	if box.Role == mail.RoleInbox {
		return s.renameInbox(to, box, parent, last)
	}
	_, err = to.account.UpdateMailbox(s.ctx(), box.ID, mail.MailboxPatch{Name: &last, Parent: &parent})
	return err
}

// renameInbox moves the messages of INBOX into a new mailbox; INBOX itself
// stays (RFC 9051 section 6.3.6).
func (s *session) renameInbox(to place, inbox mail.Mailbox, parent int64, last string) error {
	box, err := to.account.CreateMailbox(s.ctx(), mail.NewMailbox{Parent: parent, Name: last})
	if err != nil {
		return err
	}
	var all []mail.Entry
	to.snap.EachFrom(inbox.ID, 0, func(e mail.Entry) bool { all = append(all, e); return true })
	_, err = s.moveEntries(to.account, inbox.ID, box.ID, all)
	return err
}

// subscribe is SUBSCRIBE and UNSUBSCRIBE (RFC 9051 sections 6.3.7 and 6.3.8).
func (s *session) subscribe(tag string, c wire.Subscribe) {
	p, box, err := s.mailbox(c.Mailbox)
	if errs.Is(err, errs.NotFound) && c.Off && p.account != nil {
		if wished, _ := s.subscribedBefore(p); wished {
			err = p.account.KeepSubscription(s.ctx(), p.path, false)
		}
	} else if err == nil {
		on := !c.Off
		if box.Subscribed != on {
			_, err = p.account.UpdateMailbox(s.ctx(), box.ID, mail.MailboxPatch{Subscribed: &on})
		}
	}
	if err != nil {
		s.fail(tag, err)
		return
	}
	s.done(tag, "Subscription changed.")
}
