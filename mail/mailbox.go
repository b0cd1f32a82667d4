package mail

import (
	"context"
	"strings"
	"unicode/utf8"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"

	"golang.org/x/text/unicode/norm"
)

// standard lists the mailboxes that every account starts with. Clients show
// them under the role's name in the person's language.
var standard = []Mailbox{
	{Name: "INBOX", Role: RoleInbox, SortOrder: 1},
	{Name: "Drafts", Role: RoleDrafts, SortOrder: 2},
	{Name: "Sent", Role: RoleSent, SortOrder: 3},
	{Name: "Archive", Role: RoleArchive, SortOrder: 4},
	{Name: "Junk", Role: RoleJunk, SortOrder: 5},
	{Name: "Trash", Role: RoleTrash, SortOrder: 6},
}

// inboxID is the inbox of every account: the first mailbox made, which can be
// neither renamed nor removed.
const inboxID = 1

// prepare makes the standard mailboxes of an account that has none yet.
func (r *Room) prepare(ctx context.Context, account int64) error {
	r.mu.Lock()
	done := r.ready[account]
	r.mu.Unlock()
	if done {
		return nil
	}
	err := r.db.Read(ctx, func(tx *store.Tx) error {
		_, err := selectAccount(ctx, tx, account)
		return err
	})
	found, err := store.Found(err)
	if err == nil && !found {
		err = r.db.WriteBlobs(ctx, account, nil, func(tx *store.Tx) error { return r.insertStandard(ctx, tx, account) })
	}
	if err == nil {
		r.mu.Lock()
		r.ready[account] = true
		r.mu.Unlock()
	}
	return err
}

func (r *Room) insertStandard(ctx context.Context, tx *store.Tx, account int64) error {
	fresh, err := insertAccount(ctx, tx, account)
	if err != nil || !fresh {
		return err
	}
	row, err := bump(ctx, tx, account, touched{email: true, mailbox: true, identity: true, submission: true, mailboxes: len(standard)})
	if err != nil {
		return err
	}
	for i, m := range standard {
		m.ID, m.Subscribed = int64(i+1), true
		r.stamp(&m, row.modseq)
		if err := insertMailbox(ctx, tx, account, m); err != nil {
			return err
		}
	}
	return nil
}

// stamp gives a new mailbox its UIDVALIDITY: the time in seconds, or one more
// than the last when that second is taken, so that a name used again never
// repeats one (RFC 9051 section 2.3.1.1).
func (r *Room) stamp(m *Mailbox, modseq int64) {
	r.mu.Lock()
	r.validity = max(r.validity+1, uint32(r.clock.Now().Unix()))
	m.UIDValidity, m.UIDNext = r.validity, 1
	r.mu.Unlock()
	m.Created, m.Modseq, m.Highest = modseq, modseq, modseq
}

// NewMailbox says what mailbox to make.
type NewMailbox struct {
	Parent     int64
	Name       string
	Role       string
	SortOrder  int
	Subscribed bool
}

// CreateMailbox makes a mailbox. Exists when the parent has one of that name.
func (a *Account) CreateMailbox(ctx context.Context, n NewMailbox) (m Mailbox, err error) {
	if err := a.can(ctx, policy.Organise); err != nil {
		return m, err
	}
	m = Mailbox{Parent: n.Parent, Role: n.Role, SortOrder: n.SortOrder, Subscribed: n.Subscribed}
	if m.Name, err = cleanName(n.Name); err != nil {
		return m, err
	}
	err = a.write(ctx, nil, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.info.ID, touched{mailbox: true, mailboxes: 1})
		if err != nil {
			return err
		}
		m.ID = row.nextMailbox - 1
		a.room.stamp(&m, row.modseq)
		if err := a.checkPlace(ctx, tx, m); err != nil {
			return err
		}
		return insertMailbox(ctx, tx, a.info.ID, m)
	})
	return m, err
}

// MaxMailboxName bounds a mailbox name, in bytes of UTF-8.
const MaxMailboxName = 255

// cleanName puts a name into the form it is kept in: NFC, no control
// characters, no "/" (which separates levels), no space at the ends.
func cleanName(name string) (string, error) {
	name = norm.NFC.String(name)
	switch {
	case name == "" || len(name) > MaxMailboxName:
		return "", errs.E(errs.Invalid, "A folder name needs 1 to %d bytes.", MaxMailboxName)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 }):
		return "", errs.E(errs.Invalid, "A folder name may not hold control characters.")
	case strings.Contains(name, "/"):
		return "", errs.E(errs.Invalid, "A folder name may not hold a slash.")
	case strings.TrimSpace(name) != name:
		return "", errs.E(errs.Invalid, "A folder name may not begin or end with a space.")
	}
	return name, nil
}

// checkPlace checks a mailbox against the others: the parent is there and not
// below it, the name and the role are free, depth and number are in bounds.
func (a *Account) checkPlace(ctx context.Context, tx *store.Tx, m Mailbox) error {
	all, err := selectMailboxes(ctx, tx, a.info.ID, 0)
	if err != nil {
		return err
	}
	byID := map[int64]Mailbox{}
	for _, other := range all {
		byID[other.ID] = other
		switch {
		case other.ID == m.ID:
		case other.Parent == m.Parent && (other.Name == m.Name || m.Parent == 0 && strings.EqualFold(m.Name, "INBOX") && other.Role == RoleInbox):
			return errs.E(errs.Exists, "There is already a folder named %q here.", m.Name)
		case m.Role != "" && other.Role == m.Role:
			return errs.E(errs.Invalid, "The folder %q has the role %q already.", other.Name, m.Role)
		}
	}
	if len(all) >= a.room.conf.MaxMailboxes {
		return errs.E(errs.TooLarge, "An account can have at most %d folders.", a.room.conf.MaxMailboxes)
	}
	depth := 1
	for up := m.Parent; up != 0; up = byID[up].Parent {
		if _, ok := byID[up]; !ok || up == m.ID {
			return errs.E(errs.Invalid, "The folder cannot be put there.")
		}
		if depth++; depth > a.room.conf.MaxDepth {
			return errs.E(errs.Invalid, "Folders can be nested at most %d deep.", a.room.conf.MaxDepth)
		}
	}
	return nil
}

// MailboxPatch says what to change of a mailbox; nil leaves a property alone.
type MailboxPatch struct {
	Name       *string
	Parent     *int64
	Role       *string
	SortOrder  *int
	Subscribed *bool
}

// UpdateMailbox changes a mailbox's properties.
func (a *Account) UpdateMailbox(ctx context.Context, id int64, p MailboxPatch) (m Mailbox, err error) {
	if err := a.can(ctx, policy.Organise); err != nil {
		return m, err
	}
	err = a.write(ctx, nil, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.info.ID, touched{mailbox: true})
		if err != nil {
			return err
		}
		if m, err = a.mailbox(ctx, tx, id); err != nil {
			return err
		}
		if err := p.apply(&m); err != nil {
			return err
		}
		m.Modseq = row.modseq
		if err := a.checkPlace(ctx, tx, m); err != nil {
			return err
		}
		return updateMailbox(ctx, tx, a.info.ID, m)
	})
	return m, err
}

func (p MailboxPatch) apply(m *Mailbox) (err error) {
	if m.Role == RoleInbox && (p.Name != nil && *p.Name != m.Name || p.Parent != nil && *p.Parent != 0 || p.Role != nil && *p.Role != RoleInbox) {
		return errs.E(errs.Forbidden, "The inbox cannot be renamed or moved.")
	}
	if p.Name != nil {
		if m.Name, err = cleanName(*p.Name); err != nil {
			return err
		}
	}
	if p.Parent != nil {
		m.Parent = *p.Parent
	}
	if p.Role != nil {
		m.Role = *p.Role
	}
	if p.SortOrder != nil {
		m.SortOrder = *p.SortOrder
	}
	if p.Subscribed != nil {
		m.Subscribed = *p.Subscribed
	}
	return nil
}

func (a *Account) mailbox(ctx context.Context, tx *store.Tx, id int64) (Mailbox, error) {
	m, err := selectMailbox(ctx, tx, a.info.ID, id)
	if found, err := store.Found(err); !found {
		if err == nil {
			err = errs.E(errs.NotFound, "There is no such folder.")
		}
		return m, err
	}
	return m, nil
}

// DeleteMailbox removes a mailbox without children. With messages in it, it
// is a Conflict unless removeMessages is set; messages that are in no other
// mailbox are then removed for good.
func (a *Account) DeleteMailbox(ctx context.Context, id int64, removeMessages bool) error {
	if err := a.can(ctx, policy.Organise); err != nil {
		return err
	}
	snap, err := a.Snapshot(ctx)
	if err != nil {
		return err
	}
	if m, ok := snap.Mailbox(id); ok && m.Role == RoleInbox {
		return errs.E(errs.Forbidden, "The inbox cannot be removed.")
	}
	if snap.Children(id) {
		return errs.E(errs.Exists, "The folder has folders in it; remove those first.")
	}
	if snap.MailboxLen(id) > 0 {
		if !removeMessages {
			return errs.E(errs.Conflict, "The folder is not empty.")
		}
		if err := a.emptyMailbox(ctx, snap, id); err != nil {
			return err
		}
	}
	return a.write(ctx, nil, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.info.ID, touched{mailbox: true})
		if err != nil {
			return err
		}
		m, err := a.mailbox(ctx, tx, id)
		if err != nil {
			return err
		}
		if m.Highest > snap.Modseq && !removeMessages {
			return errs.E(errs.Conflict, "The folder is not empty.")
		}
		if err := deleteMailbox(ctx, tx, a.info.ID, id); err != nil {
			return err
		}
		return insertGone(ctx, tx, a.info.ID, gone{modseq: row.modseq, mailbox: id})
	})
}

func (a *Account) emptyMailbox(ctx context.Context, snap *Snapshot, id int64) error {
	var changes []Change
	snap.EachFrom(id, 0, func(e Entry) bool {
		changes = append(changes, Change{ID: e.ID, RemoveFrom: []Place{{Mailbox: id, UID: e.UID}}})
		return true
	})
	outcomes, err := a.Change(ctx, changes)
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		if o.Err != nil && !errs.Is(o.Err, errs.NotFound) {
			return o.Err
		}
	}
	return nil
}
