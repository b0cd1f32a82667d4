package imap

import (
	"strings"

	"chancery/kit/errs"
	"chancery/mail"
)

// sharedRoot is the namespace of accounts that others have opened to the
// user: "Shared/<address>/<mailbox>".
const (
	separator  = "/"
	sharedRoot = "Shared"
)

// place is a mailbox name resolved to an account.
type place struct {
	account *mail.Account
	snap    *mail.Snapshot
	path    string // inside the account
}

// place finds the account of a mailbox name and its path there.
func (s *session) place(name string) (place, error) {
	p := place{account: s.own, path: name}
	if rest, isShared := strings.CutPrefix(name, sharedRoot+separator); isShared {
		address, path, _ := strings.Cut(rest, separator)
		account, err := s.sharedAccount(address)
		if err != nil {
			return place{}, err
		}
		p = place{account: account, path: path}
	}
	if p.path == "" || name == sharedRoot {
		return place{}, errs.E(errs.Invalid, "%s is not a mailbox.", name)
	}
	var err error
	p.snap, err = p.account.Snapshot(s.ctx())
	return p, err
}

// mailbox finds a mailbox by name.
func (s *session) mailbox(name string) (place, mail.Mailbox, error) {
	p, err := s.place(name)
	if err != nil {
		return p, mail.Mailbox{}, err
	}
	box, ok := p.snap.ByPath(p.path)
	if !ok {
		return p, box, errs.E(errs.NotFound, "There is no mailbox %s.", name)
	}
	return p, box, nil
}

// sharedAccount opens an account of the shared namespace.
func (s *session) sharedAccount(address string) (*mail.Account, error) {
	all, err := s.server.room.Accounts(s.ctx(), s.subject)
	if err != nil {
		return nil, err
	}
	for _, info := range all {
		if info.ID != s.subject.Account && strings.EqualFold(info.Address, address) {
			return s.account(info.ID)
		}
	}
	return nil, errs.E(errs.NotFound, "There is no mailbox of %s that you can reach.", address)
}

// account returns an open account; each session opens it once.
func (s *session) account(id int64) (*mail.Account, error) {
	if id == s.subject.Account {
		return s.own, nil
	}
	if a, ok := s.shared[id]; ok {
		return a, nil
	}
	a, err := s.server.room.Account(s.ctx(), s.subject, id)
	if err != nil {
		return nil, err
	}
	s.shared[id] = a
	return a, nil
}
