package mail

import (
	"context"
	"io"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/mail/flow"
	"chancery/policy"
	"chancery/wire/personal"
)

// MayFlow is what somebody may do about the rules for letters, and about
// others' mail.
type MayFlow struct{ Rule, See, Look, FourEyes, Second bool }

// MayFlow says what the subject may do.
func (r *Room) MayFlow(ctx context.Context, s policy.Subject) (may MayFlow, err error) {
	admin, err := r.dir.Administers(ctx, s)
	if err != nil || r.desk == nil {
		return may, err
	}
	security, record := mayAny(s, admin, []policy.Duty{policy.DutySecurity}), mayAny(s, admin, []policy.Duty{policy.DutyRecord})
	return MayFlow{Rule: security, See: security || record, Look: security || record, FourEyes: r.conf.Review.FourEyes, Second: r.conf.Review.Second}, nil
}

// LookTarget finds the account of an address that somebody asks to look into.
func (r *Room) LookTarget(ctx context.Context, s policy.Subject, address string) (int64, error) {
	if err := r.mayRule(ctx, s, "mail.look", lookers...); err != nil {
		return 0, err
	}
	a, _, err := r.dir.Resolve(ctx, address)
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) || err == nil && (a.Org != s.Org || a.Kind == directory.KindList) {
		return 0, errs.E(errs.NotFound, "There is no mailbox %s here.", address)
	}
	return a.ID, err
}

// Writing is a letter that is being written.
type Writing struct {
	From    string
	To      []string // the envelope
	Subject string
	Text    string
	Level   policy.Level
	Files   []WritingFile
}

// MaxWritingFiles is how many files of a letter that is being written are looked at.
const MaxWritingFiles = 1000

// WritingFile is a file of a letter that is being written.
type WritingFile struct {
	flow.File
	Key  string                        // names its bytes for good
	Open func() (io.ReadCloser, error) // nil: it is not there yet
}

// Foreseen is what would become of a draft.
type Foreseen struct {
	Refused    string // the rule's reason; "" = it is not
	Warnings   []string
	Held       bool
	NoReviewer bool     // it would need a review, and is refused: nobody else may
	Reviewers  []string // names of those of the first step
}

// Foresee tells the writer of a letter what the rules would do with it, so that
// nothing comes as a surprise. It tells no more than sending it would.
func (a *Account) Foresee(ctx context.Context, d Writing) (out Foreseen, err error) {
	if err := a.maySubmit(ctx); err != nil {
		return out, err
	}
	rules, err := a.room.rulesNow(ctx, a.scope.Org)
	if err != nil || rules == nil {
		return out, err
	}
	if len(d.To) > a.room.MaxRecipients(a.subject) || len(d.Files) > MaxWritingFiles {
		return out, errs.E(errs.TooLarge, "The letter has too many recipients or files.")
	}
	f := flow.Facts{Direction: flow.Out, Sender: d.From, Level: d.Level, Subject: d.Subject,
		Text: func() string { return d.Text[:min(len(d.Text), personal.MaxText)] }}
	for _, one := range d.Files {
		f.Files = append(f.Files, one.File)
	}
	f.Contents = func() []flow.Content { return a.room.contentsOfWriting(ctx, d.Files) }
	f.Authors = []string{a.subject.Address}
	if f.SenderUnits, err = a.room.unitsOf(ctx, a.scope.Org, a.subject.Account, f.Sender); err != nil {
		return out, err
	}
	if f.Recipients, err = a.room.recipientFacts(ctx, a.scope.Org, d.To, true); err != nil {
		return out, err
	}
	v := rules.Judge(&f)
	if v.Missing != nil {
		v.Missing = nil // it is signed and encrypted when it is sent, if at all
	}
	if err := refusalOf(&v); err != nil {
		out.Refused = errs.Text(err)
	}
	for _, w := range v.Warnings {
		out.Warnings = append(out.Warnings, w.Then.Warn)
	}
	return out, a.foreseeReview(ctx, v, d.Level, &out)
}

// foreseeReview names those who would look at the letter first.
func (a *Account) foreseeReview(ctx context.Context, v flow.Verdict, level policy.Level, out *Foreseen) error {
	for _, rule := range v.Holds {
		for _, s := range rule.Then.Hold.Steps {
			step, err := a.room.step(ctx, a.subject, s, level)
			if errs.Is(err, errs.Forbidden) {
				out.NoReviewer = true
				return nil
			}
			if err != nil {
				return err
			}
			out.Held = true
			for _, seat := range step.Deciders {
				who, err := a.room.dir.Account(ctx, a.scope.Org, seat.Account)
				if err != nil {
					return err
				}
				out.Reviewers = append(out.Reviewers, who.Name)
			}
			return nil
		}
	}
	return nil
}
