package application

import (
	"context"
	"errors"
	"strings"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// need is what it takes to see and decide an application where it was sent to.
const need = policy.DutyPeople | policy.DutyAccounts

var errRight = errs.E(errs.Forbidden, "Your role does not allow this there.")

// reasonMax is how much an officer can say, in bytes.
const reasonMax = 1000

// officer returns what somebody administers, refused to programs.
func (d *Desk) officer(ctx context.Context, by policy.Subject) (directory.Administers, error) {
	if by.Account != 0 && by.Assurance == policy.ByProgram {
		return directory.Administers{}, errs.E(errs.Forbidden, "An app password cannot administer.")
	}
	return d.dir.Administers(ctx, by)
}

// List returns the applications that wait for the subject, the oldest first.
func (d *Desk) List(ctx context.Context, by policy.Subject) (list []Application, err error) {
	admin, err := d.officer(ctx, by)
	if err != nil || !admin.Anywhere(need) {
		return nil, err
	}
	var rows []row
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = selectWaiting(ctx, tx, by.Org)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if !admin.May(need, r.unit) {
			continue
		}
		a, err := d.open(ctx, r)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

// find returns one that the subject may decide.
func (d *Desk) find(ctx context.Context, by policy.Subject, application int64) (Application, error) {
	admin, err := d.officer(ctx, by)
	if err != nil {
		return Application{}, err
	}
	var r row
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		r, err = selectApplication(ctx, tx, by.Org, application)
		return err
	})
	switch {
	case errors.Is(err, store.ErrNoRows):
		return Application{}, errGone
	case err != nil:
		return Application{}, err
	case !admin.May(need, r.unit):
		return Application{}, errRight
	}
	return d.open(ctx, r)
}

// refused puts a refusal into the record and returns it.
func (d *Desk) refused(ctx context.Context, by policy.Subject, verb string, application int64, err error) error {
	if !errs.Is(err, errs.Forbidden) {
		return err
	}
	noted := d.db.Write(ctx, func(tx *store.Tx) error { return d.note(ctx, tx, by, verb, application, nil, err) })
	if noted != nil {
		return noted
	}
	return err
}

// Look opens a paper. That somebody looked stands in the record.
func (d *Desk) Look(ctx context.Context, by policy.Subject, application int64, paper int) (p Paper, body []byte, err error) {
	a, err := d.find(ctx, by, application)
	if err != nil {
		return p, nil, d.refused(ctx, by, "application.look", application, err)
	}
	if paper < 0 || paper >= len(a.Papers) {
		return p, nil, errGone
	}
	var sealed []byte
	err = d.db.Write(ctx, func(tx *store.Tx) (err error) {
		if err := d.stillMay(ctx, tx, by, application); err != nil {
			return err
		}
		if sealed, err = selectPaper(ctx, tx, by.Org, application, paper); err != nil {
			return err
		}
		return d.note(ctx, tx, by, "application.look", application, nil, nil)
	})
	if errors.Is(err, store.ErrNoRows) {
		err = errGone
	}
	if err != nil {
		return p, nil, d.refused(ctx, by, "application.look", application, err)
	}
	body, err = d.db.Unseal(ctx, store.Scope{Org: by.Org}, place(application, paper), sealed)
	return a.Papers[paper], body, err
}

// Opening is the account that an officer opens for an applicant.
type Opening struct {
	Name    string
	Address string
	Unit    int64 // 0 = none, where the whole organisation is administered
	Title   string
}

// Approve opens the account, which needs the right where the application was
// sent to and where the person will be, and returns the one-time password. The
// application and its papers are gone with it.
func (d *Desk) Approve(ctx context.Context, by policy.Subject, application int64, o Opening) (address, password string, err error) {
	a, err := d.find(ctx, by, application)
	if err != nil {
		return "", "", d.refused(ctx, by, "application.approve", application, err)
	}
	p := directory.Person{Name: strings.TrimSpace(o.Name), Address: o.Address, Phone: a.Phone, Language: a.Language}
	if o.Unit != 0 {
		p.Posts = []directory.Post{{Unit: o.Unit, Title: strings.TrimSpace(o.Title), Kind: directory.PostMain}}
	}
	made, password, err := d.dir.AddMemberWith(ctx, by, p, func(ctx context.Context, tx *store.Tx) error {
		if err := d.take(ctx, tx, by, application); err != nil {
			return err
		}
		return d.note(ctx, tx, by, "application.approve", application, map[string]string{"address": o.Address}, nil)
	})
	if err != nil {
		return "", "", err
	}
	d.tell(ctx, a, made.Address, "")
	return made.Address, password, nil
}

// Refuse forgets an application and tells the applicant why.
func (d *Desk) Refuse(ctx context.Context, by policy.Subject, application int64, reason string) error {
	reason = strings.TrimSpace(strings.Map(printable, strings.ToValidUTF8(reason, "")))
	if reason == "" || len(reason) > reasonMax {
		return errs.E(errs.Invalid, "Please say why, in at most %d bytes.", reasonMax)
	}
	a, err := d.find(ctx, by, application)
	if err != nil {
		return d.refused(ctx, by, "application.refuse", application, err)
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		if err := d.take(ctx, tx, by, application); err != nil {
			return err
		}
		return d.note(ctx, tx, by, "application.refuse", application, map[string]string{"reason": reason}, nil)
	})
	if err != nil {
		return d.refused(ctx, by, "application.refuse", application, err)
	}
	d.tell(ctx, a, "", reason)
	return nil
}

// take takes an application away, once: of two officers one is late. The right
// is asked anew, in the transaction.
func (d *Desk) take(ctx context.Context, tx *store.Tx, by policy.Subject, application int64) error {
	if err := d.stillMay(ctx, tx, by, application); err != nil {
		return err
	}
	there, err := deleteApplication(ctx, tx, by.Org, application)
	if err == nil && !there {
		err = errGone
	}
	return err
}

// stillMay refuses who lost the right since the application was found.
func (d *Desk) stillMay(ctx context.Context, tx *store.Tx, by policy.Subject, application int64) error {
	admin, err := d.dir.AdministersIn(ctx, tx, by)
	if err != nil {
		return err
	}
	r, err := selectApplication(ctx, tx, by.Org, application)
	switch {
	case errors.Is(err, store.ErrNoRows):
		return errGone
	case err == nil && !admin.May(need, r.unit):
		return errRight
	}
	return err
}
