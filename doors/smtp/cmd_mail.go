package smtp

import (
	"strings"

	"chancery/kit/errs"
	"chancery/policy"
	wire "chancery/wire/smtp"
)

// cmdMail begins a message (RFC 5321 section 4.1.1.2).
func (x *session) cmdMail(arg string) {
	switch {
	case x.helo == "":
		x.refuse(503, "5.5.1", "Please say EHLO first.")
		return
	case x.kind != MX && !x.signedIn:
		x.refuse(530, "5.7.0", "Please sign in first.") // RFC 6409 section 4.3
		return
	case x.tx.open:
		x.refuse(503, "5.5.1", "A message has been begun already.")
		return
	case !x.stands():
		return
	}
	rest, ok := cutFold(arg, "FROM:")
	if !ok {
		x.refuse(501, "5.5.4", "The form is MAIL FROM:<address>.")
		return
	}
	from, p, err := wire.ParseMail(rest)
	if err == nil {
		err = x.checkMail(from, p)
	}
	if err != nil {
		x.refuseError(atMail, err)
		return
	}
	x.tx = transaction{open: true, from: from, mail: p}
	x.reply(250, "2.1.0", "Sender fine.")
}

func (x *session) checkMail(from string, p wire.MailParams) error {
	if most := x.maxMessage(); p.Size > most {
		return errs.E(errs.TooLarge, "A message can have %d bytes here.", most)
	}
	held := p.HoldFor > 0 || !p.HoldUntil.IsZero()
	if x.kind == MX {
		if held {
			return errs.E(errs.Unsupported, "Letters are held at the submission port only.")
		}
		return nil
	}
	if held {
		until := p.HoldUntil
		if p.HoldFor > 0 {
			until = x.srv.clock.Now().Add(p.HoldFor)
		}
		if until.After(x.srv.clock.Now().Add(x.srv.conf.MaxHold)) {
			return errs.E(errs.Invalid, "A letter can be held for %d seconds at most.", int64(x.srv.conf.MaxHold.Seconds()))
		}
	}
	if from == "" {
		return nil // reports of mail programs have no sender (RFC 8098 section 2.1)
	}
	return x.srv.room.MaySend(x.srv.ctx, x.subject, from)
}

// maxMessage is how large a message may be here: whoever signed in may have
// less by their service level. maxRecipients is the same for recipients.
func (x *session) maxMessage() int64 {
	return policy.Within(x.srv.conf.MaxMessage, x.subject.Terms.MaxMessage)
}

func (x *session) maxRecipients() int {
	return int(policy.Within(int64(x.srv.conf.MaxRecipients), x.subject.Terms.MaxRecipients))
}

// cutFold takes a prefix off, whatever its case.
func cutFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return s[len(prefix):], true
}
