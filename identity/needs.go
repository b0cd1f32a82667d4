package identity

import (
	"context"
	"time"

	"chancery/directory"
)

// Notices tells people about their own account.
type Notices interface {
	// NewDevice tells of a sign-in with a device that was not known before.
	NewDevice(ctx context.Context, n NewDevice) error
	// PasswordDue tells of a password that has to be replaced soon.
	PasswordDue(ctx context.Context, d PasswordDue) error
	// SecondCode and ResetLink write to an address of the person elsewhere.
	SecondCode(ctx context.Context, c SecondCode) error
	ResetLink(ctx context.Context, l ResetLink) error
	// MeansChanged tells of what an administrator changed of how they sign in.
	MeansChanged(ctx context.Context, m MeansChanged) error
}

// NewDevice is such a sign-in.
type NewDevice struct {
	Account directory.Account
	At      time.Time
	Agent   string
	Peer    string // network address
	Site    string // under which address the server was reached, as the browser says
	Second  string // the person's second address, which is told too; "" = none
	Phone   string // the same for the telephone, set for [Texts] only
	Token   string // for the link by which the person says that it was somebody else
}

// UseNotices sets who tells people; until then nobody does.
func (i *Identity) UseNotices(n Notices) { i.notices = n }
