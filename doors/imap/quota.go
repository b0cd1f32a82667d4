package imap

import (
	"strconv"

	"chancery/kit/errs"
	"chancery/mail"
	wire "chancery/wire/imap"
)

// The quota root of an account is named by its address (RFC 9208 section 3);
// an account without a limit has none.

// getQuota is GETQUOTA (section 4.1.1).
func (s *session) getQuota(tag string, c wire.GetQuota) {
	account := s.own
	var err error
	if c.Root != "" && c.Root != s.own.Info().Address {
		account, err = s.sharedAccount(c.Root)
	}
	if err == nil && account.Info().Quota == 0 {
		err = errs.E(errs.NotFound, "There is no quota of that name.")
	}
	if err == nil {
		err = s.tellQuota(account)
	}
	if err != nil {
		s.fail(tag, err)
		return
	}
	s.done(tag, "Quota told.")
}

// getQuotaRoot is GETQUOTAROOT (section 4.1.2).
func (s *session) getQuotaRoot(tag string, c wire.GetQuotaRoot) {
	p, _, err := s.mailbox(c.Mailbox)
	if err != nil {
		s.fail(tag, err)
		return
	}
	b := append(s.out.bytes(), "* QUOTAROOT "...)
	b = wire.AppendMailbox(b, c.Mailbox, s.utf8)
	limited := p.account.Info().Quota > 0
	if limited {
		b = wire.AppendAstring(append(b, ' '), p.account.Info().Address)
	}
	s.out.set(append(b, "\r\n"...))
	if limited {
		err = s.tellQuota(p.account)
	}
	if err != nil {
		s.fail(tag, err)
		return
	}
	s.done(tag, "Quota told.")
}

// tellQuota writes the QUOTA response.
func (s *session) tellQuota(account *mail.Account) error {
	snap, err := account.Snapshot(s.ctx())
	if err != nil {
		return err
	}
	b := append(s.out.bytes(), "* QUOTA "...)
	b = wire.AppendAstring(b, account.Info().Address)
	b = append(b, " ("...)
	b = append(b, "STORAGE "...) // in units of 1,024 octets, section 5.1
	b = strconv.AppendInt(b, (snap.Used+1023)/1024, 10)
	b = strconv.AppendInt(append(b, ' '), account.Info().Quota/1024, 10)
	s.out.set(append(b, ")\r\n"...))
	return nil
}
