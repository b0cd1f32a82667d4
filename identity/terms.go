package identity

import (
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
)

// Answers to who is without a feature. Like those of the zones they come after
// the right password, and say what to do instead.
var (
	errNoWeb          = refuse("noWeb", errs.E(errs.Forbidden, "The web client is not part of your service level. Please use your mail program."))
	errNoMobile       = refuse("noMobile", errs.E(errs.Forbidden, "Telephones and tablets are not part of your service level. Please use a computer."))
	errNoPrograms     = errs.E(errs.Unauthenticated, "Mail programs are not part of your service level; please use the web client.")
	errNoAppPasswords = errs.E(errs.Unauthenticated, "App passwords are not part of your service level.")
	errMakeNoPassword = errs.E(errs.Forbidden, "App passwords are not part of your service level.")
)

// mayBrowse says whether an account may be used with a browser, by what the
// browser calls itself. Administrators always have the web client: their work
// is there, and a level that shut them out nobody could change any more.
func mayBrowse(a directory.Account, agent string) error {
	switch {
	case a.Admin || a.Roles:
	case !a.Terms.Allows(policy.FeatureWeb):
		return errNoWeb
	case !a.Terms.Allows(policy.FeatureMobile) && isPhone(agent):
		return errNoMobile
	}
	return nil
}

// MayUsePrograms says whether the service level of somebody has mail programs.
// Doors that keep a connection for long ask again, MayProgram asks at sign-in.
func MayUsePrograms(t policy.Terms) error {
	if !t.Allows(policy.FeaturePrograms) {
		return errNoPrograms
	}
	return nil
}
