package imap

import wire "chancery/wire/imap"

// dispatch serves a command, or says why not in this state (RFC 9051 section 3).
func (s *session) dispatch(req wire.Request) {
	if !s.stands() {
		return
	}
	if s.inAnyState(req) {
		return
	}
	if s.subject.Account == 0 {
		if !s.beforeSignIn(req) {
			s.bad(req.Tag, "", "Sign in first with LOGIN or AUTHENTICATE.")
		}
		return
	}
	if s.afterSignIn(req) || s.onMailboxes(req) {
		return
	}
	if s.sel == nil {
		s.bad(req.Tag, "", "Select a mailbox first.")
		return
	}
	s.onMessages(req)
}

func (s *session) inAnyState(req wire.Request) bool {
	switch c := req.Cmd.(type) {
	case wire.Capability:
		s.capability(req.Tag)
	case wire.Noop:
		s.done(req.Tag, "Nothing done.")
	case wire.Logout:
		s.logout(req.Tag)
	case wire.ID:
		s.id(req.Tag, c)
	default:
		return false
	}
	return true
}

func (s *session) beforeSignIn(req wire.Request) bool {
	switch c := req.Cmd.(type) {
	case wire.StartTLS:
		s.startTLS(req.Tag)
	case wire.Login:
		s.login(req.Tag, c)
	case wire.Authenticate:
		s.authenticate(req.Tag, c)
	default:
		return false
	}
	return true
}

func (s *session) afterSignIn(req wire.Request) bool {
	switch c := req.Cmd.(type) {
	case wire.StartTLS, wire.Login, wire.Authenticate:
		s.bad(req.Tag, "", "You are signed in already.")
	case wire.Enable:
		s.enable(req.Tag, c)
	case wire.Compress:
		s.compress(req.Tag, c)
	case wire.Unauthenticate:
		s.unauthenticate(req.Tag)
	case wire.Namespace:
		s.namespace(req.Tag)
	case wire.Idle:
		s.idle(req.Tag)
	case wire.GetQuota:
		s.getQuota(req.Tag, c)
	case wire.GetQuotaRoot:
		s.getQuotaRoot(req.Tag, c)
	case wire.SetQuota:
		s.no(req.Tag, "NOPERM", "Quotas are set by the administrator.")
	default:
		return false
	}
	return true
}

func (s *session) onMailboxes(req wire.Request) bool {
	switch c := req.Cmd.(type) {
	case wire.Select:
		s.selectMailbox(req.Tag, c)
	case wire.Create:
		s.create(req.Tag, c)
	case wire.Delete:
		s.delete(req.Tag, c)
	case wire.Rename:
		s.rename(req.Tag, c)
	case wire.Subscribe:
		s.subscribe(req.Tag, c)
	case wire.List:
		s.list(req.Tag, c)
	case wire.Status:
		s.status(req.Tag, c)
	case *wire.Append:
		s.append(req.Tag, c)
	default:
		return false
	}
	return true
}

func (s *session) onMessages(req wire.Request) {
	switch c := req.Cmd.(type) {
	case wire.Check:
		s.done(req.Tag, "Checked.")
	case wire.Close:
		s.closeMailbox(req.Tag)
	case wire.Unselect:
		s.unselect(req.Tag)
	case wire.Expunge:
		s.expunge(req.Tag, c)
	case wire.Fetch:
		s.fetch(req.Tag, c)
	case wire.Store:
		s.store(req.Tag, c)
	case wire.Copy:
		s.copy(req.Tag, c)
	case wire.Search:
		s.search(req.Tag, c)
	case wire.Sort:
		s.sort(req.Tag, c)
	case wire.Thread:
		s.thread(req.Tag, c)
	default:
		s.bad(req.Tag, "", "This command is not served.")
	}
}
