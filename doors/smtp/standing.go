package smtp

import "chancery/kit/errs"

// stands says whether the person of a connection is still let in, and ends the
// connection when they are not. It is asked before each message.
func (x *session) stands() bool {
	if !x.signedIn {
		return true
	}
	err := x.srv.auth.Standing(x.srv.ctx, x.subject, x.peer())
	switch {
	case err == nil:
		return true
	case errs.Is(err, errs.Unauthenticated):
		x.reply(421, "4.7.0", "The sign-in has ended: please sign in again.")
		x.quit = true
	default:
		x.refuseError(atMail, err)
	}
	return false
}
