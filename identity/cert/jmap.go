package cert

import (
	"context"
	"time"

	"chancery/identity"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// The first letter of an id says what it names.
const (
	accountID     = 'a'
	certificateID = 'c'
)

type ownArgs struct {
	AccountID jmap.ID `json:"accountId"`
	ID        jmap.ID `json:"id"`
}

// Capabilities returns what the desk offers to clients: a person's own
// certificates.
func (d *Desk) Capabilities(who func(context.Context) (policy.Subject, error)) []jmap.Capability {
	open := func(ctx context.Context, call *jmap.Call) (args ownArgs, s policy.Subject, err error) {
		if err = call.Decode(&args); err != nil {
			return args, s, err
		}
		if s, err = who(ctx); err != nil {
			return args, s, err
		}
		if err = jmap.CheckAccount(args.AccountID); err == nil && args.AccountID != id.Text(accountID, s.Account) {
			err = jmap.Fail(jmap.AccountNotFound, "One manages only how one signs in oneself.")
		}
		return args, s, err
	}
	return []jmap.Capability{{
		URN:     identity.CertificatesURN,
		Account: func(acc jmap.Account) (any, bool) { return struct{}{}, acc.IsPersonal },
		Methods: d.deskMethods(who, map[string]jmap.Method{
			"Certificate/get": func(ctx context.Context, call *jmap.Call) (any, error) {
				args, s, err := open(ctx, call)
				if err != nil {
					return nil, err
				}
				return d.answer(ctx, args.AccountID, s)
			},
			"Certificate/remove": func(ctx context.Context, call *jmap.Call) (any, error) {
				args, s, err := open(ctx, call)
				if err != nil {
					return nil, err
				}
				n, ok := id.Parse(certificateID, args.ID)
				if !ok {
					return nil, errs.E(errs.NotFound, "There is nothing with the id %s.", args.ID)
				}
				return struct{}{}, d.Remove(ctx, s, s.Account, n)
			},
		}),
	}}
}

// answer is the answer of Certificate/get.
func (d *Desk) answer(ctx context.Context, account jmap.ID, s policy.Subject) (any, error) {
	list, err := d.List(ctx, s.Org, s.Account)
	return d.answerOf(account, list), err
}

func (d *Desk) answerOf(account jmap.ID, list []Registration) identity.CertificateAnswer {
	out := identity.CertificateAnswer{AccountID: account, Offered: d.conf.Open, Signs: d.conf.Challenge, List: []identity.CertificateObject{}}
	for _, r := range list {
		o := identity.CertificateObject{ID: id.Text(certificateID, r.ID), Name: r.Holder, Issuer: r.Author, Number: r.Number,
			MadeAt: r.Made().Format(time.RFC3339), EndsAt: r.Ends().Format(time.RFC3339)}
		if at := r.Used(); !at.IsZero() {
			text := at.Format(time.RFC3339)
			o.UsedAt = &text
		}
		out.List = append(out.List, o)
	}
	return out
}
