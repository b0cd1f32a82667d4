package pop

import (
	"chancery/kit/errs"
	"chancery/mail"
)

// quit is QUIT (RFC 1939 sections 4 and 6): what was marked goes to the trash.
func (x *session) quit() {
	x.over = true
	if x.subject.Account != 0 {
		if err := x.update(); err != nil {
			x.fail(err)
			return
		}
	}
	x.ok("Goodbye.")
}

// update moves what was marked out of the inbox as it is now: what went
// elsewhere in the meantime stays there.
func (x *session) update() error {
	marked := false
	for _, l := range x.drop {
		marked = marked || l.deleted
	}
	if !marked {
		return nil
	}
	snap, err := x.account.Snapshot(x.ctx)
	if err != nil {
		return err
	}
	trash, hasTrash := snap.ByRole(mail.RoleTrash)
	var changes []mail.Change
	for _, l := range x.drop {
		m, there := snap.Message(l.id)
		if !l.deleted || !there {
			continue
		}
		if _, in := m.In(x.inbox); !in {
			continue
		}
		c := mail.Change{ID: l.id, RemoveFrom: []mail.Place{{Mailbox: x.inbox}}}
		if hasTrash && len(m.Places) == 1 {
			c.AddTo = []int64{trash.ID}
		}
		changes = append(changes, c)
	}
	outcomes, err := x.account.Change(x.ctx, changes)
	for _, o := range outcomes {
		if err == nil && o.Err != nil && !errs.Is(o.Err, errs.NotFound) {
			err = o.Err
		}
	}
	return err
}
