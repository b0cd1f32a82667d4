package identity

import (
	"context"
	"encoding/json"
	"time"

	"chancery/directory"
	"chancery/policy"
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

// Regulations knows the texts that people have to accept (N67).
type Regulations interface {
	// Overdue says whether somebody let the time pass in which they had to
	// accept one. It is asked with every request.
	Overdue(ctx context.Context, org, account int64) (bool, error)
	// Late is what they have to accept now, as the client shows it.
	Late(ctx context.Context, org, account int64) (json.RawMessage, error)
	// Accept takes their word for the texts that answer names.
	Accept(ctx context.Context, s policy.Subject, answer string) error
}

// UseRegulations names who knows them; until then nothing has to be accepted.
func (i *Identity) UseRegulations(r Regulations) { i.regulations = r }

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
