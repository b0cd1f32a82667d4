package directory

import (
	"context"
	"errors"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// handedOver is what a successor may do with the mailbox of somebody who left:
// read it and put it in order, but not write in their name.
const handedOver = policy.Read | policy.Mark | policy.Organise

// What a handover can be refused for.
var (
	errOwnHandover = errs.E(errs.Forbidden, "Nobody hands a mailbox over to themself. Ask another administrator.")
	errSuccessor   = errs.E(errs.Invalid, "The successor has to be somebody else here, whose account is open.")
)

// Leave takes a person who left out of the address book. Everything ends at
// once: their account is locked, which ends sessions, app passwords, tokens
// and what their rules send on; they lose what was granted to them, lists
// among it. The mailbox is handed over to a successor, an account, or kept
// for nobody (0).
func (d *Directory) Leave(ctx context.Context, by policy.Subject, person, successor int64) error {
	view, err := d.View(ctx, by)
	if err != nil {
		return err
	}
	_, shown := view.Person(person)
	return d.administer(ctx, by, act{"person.remove", personText(person), func(ctx context.Context, k *desk) error {
		p, err := k.person(ctx, person, shown)
		if err != nil {
			return err
		}
		return k.leave(ctx, p, successor)
	}})
}

func (k *desk) leave(ctx context.Context, p Person, successor int64) error {
	if err := k.mayHandle(p, Person{}); err != nil {
		return err
	}
	if err := k.setLock(ctx, p, LockLeft); err != nil {
		return err
	}
	if err := deleteGrantsOf(ctx, k.tx, k.by.Org, p.Account); err != nil {
		return err
	}
	if successor != 0 {
		if err := k.handOver(ctx, p, successor); err != nil {
			return err
		}
	}
	if err := deletePerson(ctx, k.tx, k.by.Org, p.ID); err != nil {
		return err
	}
	return k.record(ctx, "person.remove", personText(p.ID), p.story(), nil)
}

// handOver lets a successor work with the mailbox of somebody who leaves.
func (k *desk) handOver(ctx context.Context, p Person, successor int64) error {
	a, err := selectAccount(ctx, k.tx, k.by.Org, k.d.today(), successor)
	if errors.Is(err, store.ErrNoRows) {
		return errSuccessor
	}
	if err != nil {
		return err
	}
	switch {
	case a.ID == k.by.Account:
		return errOwnHandover
	case a.ID == p.Account || a.Locked || a.Kind != KindPerson:
		return errSuccessor
	}
	if err := putGrant(ctx, k.tx, k.by.Org, p.Account, a.ID, handedOver); err != nil {
		return err
	}
	return k.record(ctx, "account.handover", accountText(p.Account), map[string]string{"successor": ""}, map[string]string{"successor": a.Address})
}
