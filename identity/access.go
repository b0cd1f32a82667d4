package identity

import (
	"context"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Access is by what somebody is in, or gets in without being asked: it holds
// no secret.
type Access struct {
	Sessions     []OpenedSession
	Devices      []Device
	AppPasswords []AppPassword
}

// Kinds of access that can be ended.
const (
	AccessSession     = "session"
	AccessDevice      = "device"
	AccessAppPassword = "appPassword"
	AccessAll         = "all" // with what mail programs are signed in with, and their open connections
)

// AccessOf lists the sessions, devices and app passwords of a person, to who
// administers accounts where the person is. To look at where somebody is
// stands in the record.
func (i *Identity) AccessOf(ctx context.Context, by policy.Subject, person int64) (out Access, err error) {
	const verb = "access.look"
	err = i.dir.OnAccount(ctx, by, person, policy.DutyAccounts, verb, func(ctx context.Context, tx *store.Tx, a directory.Account) (err error) {
		if out, err = i.access(ctx, tx, a); err != nil {
			return err
		}
		return audit.Append(ctx, tx, i.clock.Now(), audit.By(by, verb, accountText(a.ID), nil))
	})
	return out, err
}

func (i *Identity) access(ctx context.Context, tx *store.Tx, a directory.Account) (out Access, err error) {
	c, err := selectCredential(ctx, tx, a.Org, a.ID)
	if found, err := store.Found(err); err != nil || !found {
		return out, err // nobody has signed in yet
	}
	sessions, err := selectSessions(ctx, tx, a.Org, a.ID)
	if err != nil {
		return out, err
	}
	for _, o := range sessions {
		if i.alive(o, c, i.clock.Now()) {
			out.Sessions = append(out.Sessions, OpenedSession{ID: o.id, Peer: o.peer, Agent: o.agent, Opened: millis(o.opened), Seen: millis(o.seen), Assurance: o.assurance})
		}
	}
	devices, err := selectDevices(ctx, tx, a.Org, a.ID)
	if err != nil {
		return out, err
	}
	for _, d := range devices {
		out.Devices = append(out.Devices, Device{ID: d.id, Agent: d.agent, Peer: d.peer, First: millis(d.first), Seen: millis(d.seen)})
	}
	return out, selectAppPasswords(ctx, tx, a.Org, a.ID, func(p AppPassword, _ []byte) { out.AppPasswords = append(out.AppPasswords, p) })
}

// story is what the record says of an access, before and after.
func (x Access) story() map[string][]string {
	m := map[string][]string{"sessions": {}, "devices": {}, "appPasswords": {}}
	for _, s := range x.Sessions {
		m["sessions"] = append(m["sessions"], s.Peer+" "+s.Agent)
	}
	for _, d := range x.Devices {
		m["devices"] = append(m["devices"], d.Peer+" "+d.Agent)
	}
	for _, p := range x.AppPasswords {
		m["appPasswords"] = append(m["appPasswords"], p.Name)
	}
	return m
}

// EndAccess ends one session, device or app password of a person, or all of
// them at once.
func (i *Identity) EndAccess(ctx context.Context, by policy.Subject, person int64, kind string, one int64) error {
	const verb = "access.end"
	return i.dir.OnAccount(ctx, by, person, policy.DutyAccounts, verb, func(ctx context.Context, tx *store.Tx, a directory.Account) error {
		before, err := i.access(ctx, tx, a)
		if err != nil {
			return err
		}
		if err := i.endAccess(ctx, tx, a, kind, one); err != nil {
			return err
		}
		after, err := i.access(ctx, tx, a)
		if err != nil {
			return err
		}
		e, err := audit.By(by, verb, accountText(a.ID), nil).Change(before.story(), after.story())
		if err != nil {
			return err
		}
		return audit.Append(ctx, tx, i.clock.Now(), e)
	})
}

func (i *Identity) endAccess(ctx context.Context, tx *store.Tx, a directory.Account, kind string, one int64) (err error) {
	there := true
	switch kind {
	case AccessSession:
		there, err = deleteSessionByID(ctx, tx, a.Org, a.ID, one)
	case AccessDevice:
		if there, err = deleteDevice(ctx, tx, a.Org, a.ID, one); err == nil {
			err = deleteSessionsOf(ctx, tx, a.Org, a.ID, one)
		}
	case AccessAppPassword:
		there, err = deleteAppPassword(ctx, tx, a.Org, a.ID, one)
	case AccessAll:
		err = deleteAccess(ctx, tx, a.Org, a.ID)
	default:
		return errs.E(errs.Invalid, "What is ended is a session, device, appPassword or all, not %q.", kind)
	}
	if err == nil && !there {
		err = errs.E(errs.NotFound, "There is no such %s.", kind)
	}
	return err
}
