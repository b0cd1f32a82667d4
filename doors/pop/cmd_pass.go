package pop

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"chancery/kit/errs"
	"chancery/mail"
	"chancery/policy"
)

// cmdUser is USER (RFC 1939 section 7). It answers the same for everybody.
func (x *session) cmdUser(name string) {
	if !x.maySend() {
		return
	}
	if name == "" {
		x.no("", "USER takes a mail address.")
		return
	}
	x.user = name
	x.ok("And the password?")
}

// cmdPass is PASS (RFC 1939 section 7); a password may hold spaces.
func (x *session) cmdPass(password string) {
	if !x.maySend() {
		return
	}
	if x.user == "" {
		x.no("", "USER comes first.")
		return
	}
	user := x.user
	x.user = ""
	x.signIn(user, password)
}

// maySend says whether a password may be sent now, and refuses it otherwise.
func (x *session) maySend() bool {
	if !x.mayLogin() {
		x.no("AUTH", "A password is accepted only over TLS; use STLS first.")
		return false
	}
	return true
}

func (x *session) signIn(user, password string) {
	if !utf8.ValidString(user) || strings.ContainsFunc(user, unicode.IsControl) {
		x.no("", "The name is no mail address.")
		return
	}
	subject, err := x.server.needs.SignIn(x.ctx, user, password, x.peer)
	x.signedIn(subject, err)
}

// signedIn opens the inbox of whom the house knows, or answers why not.
func (x *session) signedIn(subject policy.Subject, err error) {
	var drop []letter
	var account *mail.Account
	var inbox int64
	if err == nil {
		if account, err = x.server.room.Account(x.ctx, subject, subject.Account); err == nil {
			drop, inbox, err = x.open(account)
		}
	}
	if err != nil {
		if errs.Is(err, errs.Unauthenticated) {
			x.slowDown()
		}
		x.fail(err)
		if x.failures >= x.server.conf.MaxLoginFailures {
			x.over = true
		}
		return
	}
	x.subject, x.account, x.drop, x.inbox, x.stood = subject, account, drop, inbox, time.Now()
	n, size := x.count()
	x.ok("Signed in; %d letters (%d octets).", n, size)
}

// slowDown counts a failed sign-in and makes the client wait.
func (x *session) slowDown() {
	x.failures++
	select {
	case <-time.After(x.server.conf.LoginDelay):
	case <-x.ctx.Done():
	}
}

// open takes the letters that are in the inbox now, oldest first.
func (x *session) open(account *mail.Account) (drop []letter, inbox int64, err error) {
	snap, err := account.Snapshot(x.ctx)
	if err != nil {
		return nil, 0, err
	}
	box, ok := snap.ByRole(mail.RoleInbox)
	if !ok {
		return nil, 0, errs.E(errs.NotFound, "There is no inbox.")
	}
	snap.EachFrom(box.ID, 0, func(e mail.Entry) bool {
		drop = append(drop, letter{id: e.ID, size: e.Size})
		return true
	})
	return drop, box.ID, nil
}
