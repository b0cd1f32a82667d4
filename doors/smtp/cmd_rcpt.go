package smtp

import (
	"chancery/kit/errs"
	"chancery/mail"
	wire "chancery/wire/smtp"
)

// cmdRcpt adds a recipient (RFC 5321 section 4.1.1.3).
func (x *session) cmdRcpt(arg string) {
	switch {
	case !x.tx.open:
		x.refuse(503, "5.5.1", "Please say MAIL first.")
		return
	case x.tx.chunks != nil:
		x.refuse(503, "5.5.1", "The message is on its way already.")
		return
	case len(x.tx.rcpts)+len(x.tx.out) >= x.maxRecipients():
		x.refuse(452, "4.5.3", "Too many recipients; send the rest in another message.")
		return
	}
	rest, ok := cutFold(arg, "TO:")
	if !ok {
		x.refuse(501, "5.5.4", "The form is RCPT TO:<address>.")
		return
	}
	to, p, err := wire.ParseRcpt(rest, x.tx.mail.UTF8)
	if err == nil {
		err = x.addRecipient(to, p)
	}
	if err != nil {
		x.refuseError(atRcpt, err)
		return
	}
	x.reply(250, "2.1.5", "Recipient fine.")
}

func (x *session) addRecipient(to string, p wire.RcptParams) error {
	if x.kind != MX {
		r := mail.RcptTo{Address: to, Notify: p.Notify, ORcpt: p.ORcpt}
		if err := x.srv.room.CheckOutgoing(x.srv.ctx, x.subject, r); err != nil {
			return err
		}
		x.tx.out = append(x.tx.out, r)
		return nil
	}
	r, err := x.srv.room.CheckRecipient(x.srv.ctx, to)
	if err != nil {
		return err
	}
	// A message is stored under the keys of one organisation.
	if len(x.tx.rcpts) > 0 && r.Account.Org != x.tx.rcpts[0].Account.Org {
		return errs.E(errs.RateLimited, "Please send to this domain in a message of its own.")
	}
	r.Notify, r.ORcpt = p.Notify, p.ORcpt
	x.tx.rcpts = append(x.tx.rcpts, r)
	return nil
}
