package mail

import (
	"context"
	"slices"
	"strings"

	"chancery/approval"
	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail/flow"
	"chancery/policy"
	"chancery/store"
	wire "chancery/wire/smtp"
)

// ReviewCase is the kind of the cases that letters wait for (C13).
const ReviewCase = "mail.review"

// UseApprovals names the desk that asks those who review. Call it before the
// room is used; without it a letter that a rule holds is refused for now.
func (r *Room) UseApprovals(d *approval.Desk) {
	r.desk = d
	d.Handle(ReviewCase, approval.Kind{Prepare: r.prepareReview, Settle: r.settleReview, About: r.aboutReview})
	d.Handle(RuleCase, approval.Kind{Settle: r.settleRule, About: r.aboutRule, IsTold: true})
	d.Handle(LookCase, approval.Kind{Settle: r.settleLook, About: r.aboutLook, IsTold: true})
	d.Handle(RemovalCase, approval.Kind{Settle: r.settleRemoval, About: r.aboutRemoval, IsTold: true})
}

// refusalOf is the error of a letter that the rules do not let pass.
func refusalOf(v *flow.Verdict) error {
	switch {
	case v.Refuse != nil:
		return &RuleRefusal{Rule: v.Refuse.Name, Err: errs.E(errs.Forbidden, "%s", v.Refuse.Then.Refuse)}
	case v.Missing != nil:
		what := map[string]string{flow.Signature: "signed", flow.Encryption: "encrypted", flow.Both: "signed and encrypted"}[v.Missing.Then.Require]
		return &RuleRefusal{Rule: v.Missing.Name, Require: v.Missing.Then.Require, Err: errs.E(errs.Forbidden, "The letter has to be %s.", what)}
	}
	return nil
}

// holdFor prepares the case of a letter that rules hold: the steps of all of
// them, one rule after the other.
func (r *Room) holdFor(ctx context.Context, p *passage, v flow.Verdict, l *Letter) error {
	if len(v.Holds) == 0 {
		return nil
	}
	if r.desk == nil {
		return errs.E(errs.Unavailable, "Nobody can review the letter now.")
	}
	h := heldData{Subject: l.Content.Message.Envelope.Subject, From: addressesText(l.Content.Message.Envelope.From), Rcpts: p.rcpts}
	for _, f := range l.Content.Message.Bodies().Attachments {
		h.Files = append(h.Files, f.Name())
	}
	var steps []approval.Step
	for _, rule := range v.Holds {
		h.Rules = append(h.Rules, rule.Name)
		others := len(steps) // of the rules before
		for _, s := range rule.Then.Hold.Steps {
			step, err := r.step(ctx, p.subject, s, l.level)
			if err == ErrNoReviewer && p.direction == flow.In {
				// It is for whoever made the rule to mend; until then the other server keeps the letter.
				r.log.Error("a letter waits elsewhere, since nobody may review it", "rule", rule.Name)
				return errs.Wrap(errs.Unavailable, err, "The letter cannot be taken now. Please try again later.")
			}
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(steps[:others], func(o approval.Step) bool { return slices.Equal(o.Deciders, step.Deciders) && o.All == step.All }) {
				steps = append(steps, step)
			}
		}
		if appeal, err := r.accountsOf(ctx, p.subject, rule.Then.Hold.Appeal, l.level); err != nil {
			return err
		} else if len(h.Appeal) == 0 {
			h.Appeal = appeal
		}
	}
	for _, hit := range v.Hits {
		h.Found = append(h.Found, hit.Found...)
	}
	if len(steps) > approval.MaxSteps {
		return errs.E(errs.Conflict, "Too many rules hold the letter: it would take %d reviews one after the other.", len(steps))
	}
	p.hold(h, l.level, steps)
	return nil
}

// hold makes the case and what is kept beside it.
func (p *passage) hold(h heldData, level policy.Level, steps []approval.Step) {
	p.review = &approval.Case{ID: id.New(), Kind: ReviewCase, Asker: p.subject.Account, Title: h.Subject, Level: level, Steps: steps}
	p.held = &held{org: p.org, id: p.review.ID, sender: p.from, heldData: h}
}

// step finds out who decides in a step: not the sender, nor who may not see the
// letter. Where nobody is left it goes to those above at once.
func (r *Room) step(ctx context.Context, by policy.Subject, s flow.Step, level policy.Level) (out approval.Step, err error) {
	deciders, err := r.accountsOf(ctx, by, s.Reviewers, level)
	if err != nil {
		return out, err
	}
	if s.Head {
		if deciders, err = r.withHead(ctx, by, deciders, level); err != nil {
			return out, err
		}
	}
	escalate, err := r.accountsOf(ctx, by, s.Escalate, level)
	if err != nil {
		return out, err
	}
	if len(deciders) == 0 {
		deciders, escalate = escalate, nil
	}
	if len(deciders) == 0 {
		return out, ErrNoReviewer
	}
	out = approval.Step{Deciders: seats(deciders), All: s.All, Hours: s.Hours, Escalate: seats(escalate)}
	switch s.Late {
	case flow.LateRefuse:
		out.Late = approval.LateRefuse
	case flow.LateRelease:
		out.Late = approval.LateApprove
	case flow.LateEscalate:
		if len(escalate) > 0 {
			out.Late = approval.LateEscalate
		}
	}
	return out, nil
}

// withHead adds the head of the sender's unit, where there is one who may see the letter.
func (r *Room) withHead(ctx context.Context, by policy.Subject, list []int64, level policy.Level) ([]int64, error) {
	head, err := r.dir.HeadOf(ctx, by.Org, by.Account)
	if err != nil || head == 0 || slices.Contains(list, head) {
		return list, err
	}
	a, err := r.dir.Account(ctx, by.Org, head)
	if err == nil && !a.Locked && a.Clearance >= level {
		list = append(list, head)
	}
	return list, err
}

func seats(accounts []int64) (list []approval.Seat) {
	for _, a := range accounts {
		list = append(list, approval.Seat{Account: a})
	}
	return list
}

// accountsOf finds the accounts behind the addresses of a rule that may see a
// letter of a level, but the sender's own.
func (r *Room) accountsOf(ctx context.Context, by policy.Subject, addresses []string, level policy.Level) (list []int64, err error) {
	for _, address := range addresses {
		a, _, err := r.dir.Resolve(ctx, address)
		switch {
		case errs.Is(err, errs.NotFound), errs.Is(err, errs.Invalid):
			r.log.Warn("a rule names somebody who is not there", "address", address)
			continue
		case err != nil:
			return nil, err
		case a.Org != by.Org, a.ID == by.Account, a.Locked, a.Kind == directory.KindList, a.Clearance < level, slices.Contains(list, a.ID):
			continue
		}
		list = append(list, a.ID)
	}
	return list, nil
}

// settled is what the end of a review takes that needs time: the report to the
// sender.
type settled struct {
	rows   []queueRow
	report func(tx *store.Tx) error
}

// prepareReview makes the report on a letter that was not released.
func (r *Room) prepareReview(ctx context.Context, c approval.Case) (any, []*store.Staged, error) {
	s := &settled{}
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		s.rows, err = selectCaseRows(ctx, tx, c.Org, c.ID)
		return err
	})
	if err != nil || c.State != approval.Refused {
		return s, nil, err
	}
	var list []reported
	for _, q := range s.rows {
		if q.account != 0 && wantsFailure(q) { // another server's word on who sent it is not to be believed
			list = append(list, reported{q, outcome{reply: notReleased(c)}})
		}
	}
	if len(list) == 0 {
		return s, nil, nil
	}
	letter, report, err := r.reportRows(ctx, actionRefused, list)
	s.report = report
	return s, []*store.Staged{letter}, err
}

// notReleased is what is said of each recipient of a letter that was refused.
func notReleased(c approval.Case) wire.Reply {
	text := "The letter was not released at its review."
	if v, ok := c.Said(); ok {
		switch {
		case v.What == approval.Late:
			text = "Nobody released the letter in time."
		case v.Note != "":
			text = "Not released: " + strings.Join(strings.Fields(v.Note), " ")
		}
	}
	return wire.Reply{Code: 550, Enhanced: "5.7.1", Lines: []string{text}}
}

// settleReview lets a letter go, or takes it off the queue and tells the sender.
func (r *Room) settleReview(ctx context.Context, tx *store.Tx, c approval.Case, prepared any) error {
	s := prepared.(*settled)
	if len(s.rows) == 0 {
		return nil
	}
	if c.State == approval.Approved {
		h, err := selectReview(ctx, tx, c.Org, c.ID)
		if err != nil {
			return err
		}
		tx.OnCommit(r.wakeQueue)
		return releaseRows(ctx, tx, c.Org, c.ID, max(h.sendAt, r.clock.Now().UnixMilli()))
	}
	statuses := map[string]DeliveryStatus{}
	for _, q := range s.rows {
		statuses[q.rcpt] = DeliveryStatus{Reply: notReleased(c).String(), Delivered: "no"}
	}
	if err := r.recordSubmission(ctx, tx, s.rows[0], statuses); err != nil {
		return err
	}
	if err := r.dropRows(ctx, tx, s.rows); err != nil {
		return err
	}
	if s.report != nil {
		return s.report(tx)
	}
	return nil
}

// HeldLetter is what is shown of a letter that waits for review, or waited.
type HeldLetter struct {
	Case       int64
	Subject    string
	From       string
	Recipients []string
	Files      []string
	Size       int64
	Rules      []string
	Found      []flow.Mark
	Blob       *Blob // for who decides now
	Account    int64 // for who sent it: from which mailbox
	Submission int64 // for who sent it; 0 = none
	Message    int64 // for who sent it; 0 = none
	MayAppeal  bool
}

// aboutReview shows a held letter. Who sent it sees which rules hold it, not by
// which words.
func (r *Room) aboutReview(ctx context.Context, s policy.Subject, c approval.Case, deciding bool) (any, error) {
	var h held
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		h, err = selectReview(ctx, tx, c.Org, c.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := HeldLetter{Case: c.ID, Subject: h.Subject, From: h.From, Recipients: h.Rcpts, Files: h.Files, Size: h.blob.Size, Rules: h.Rules}
	if c.Asker == s.Account {
		out.Account, out.Submission, out.Message = h.account, h.submission, h.message
		out.MayAppeal = c.State == approval.Refused && len(h.Appeal) > 0 && h.message != 0 && c.Earlier == 0
		return out, nil
	}
	out.Found = h.Found
	if deciding {
		out.Blob = &h.blob
	}
	return out, nil
}

// heldBlob returns a letter that waits for the subject's review, by its hash.
// That they looked stands in the record (C12).
func (r *Room) heldBlob(ctx context.Context, s policy.Subject, hash store.Hash) (b Blob, found bool, err error) {
	if r.desk == nil {
		return b, false, nil
	}
	var list []held
	err = r.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectReviewsByHash(ctx, tx, s.Org, hash)
		return err
	})
	for _, h := range list {
		_, decides, one := r.desk.Decides(ctx, s, h.id)
		if errs.Is(one, errs.NotFound) || one == nil && !decides {
			continue
		}
		if one != nil {
			return b, false, one
		}
		err = r.db.Write(ctx, func(tx *store.Tx) error {
			return audit.Append(ctx, tx, r.clock.Now(), audit.By(s, "mail.review.look", "case "+id.Text('c', h.id), nil))
		})
		return h.blob, err == nil, err
	}
	return b, false, err
}

// Appeal asks those above about a letter that was refused: it is sent again, and
// waits for them alone (C13). Its number is that of the new submission.
func (a *Account) Appeal(ctx context.Context, number int64, reason string) (s Submission, err error) {
	if err := a.maySubmit(ctx); err != nil {
		return s, err
	}
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > approval.MaxNote {
		return s, errs.E(errs.Invalid, "Say why the letter should go out, in %d bytes at most.", approval.MaxNote)
	}
	c, err := a.room.desk.Find(ctx, a.subject, number)
	if err != nil {
		return s, err
	}
	var h held
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		h, err = selectReview(ctx, tx, a.scope.Org, number)
		return err
	})
	if found, err := store.Found(err); err != nil {
		return s, err
	} else if !found || h.account != a.info.ID || c.Asker != a.subject.Account {
		return s, errs.E(errs.NotFound, "There is no such letter.")
	}
	if c.State != approval.Refused || len(h.Appeal) == 0 || h.message == 0 || c.Earlier != 0 {
		return s, errs.E(errs.Conflict, "There is no appeal against this decision.")
	}
	old, err := a.Submission(ctx, h.submission)
	if err != nil {
		return s, err
	}
	e := old.Envelope
	e.HoldUntil = old.SendAt
	return a.submitAs(ctx, NewSubmission{Identity: old.Identity, Message: h.message, Envelope: &e}, &appeal{c, h.Appeal, reason})
}

// appeal is a letter that was refused and is sent again.
type appeal struct {
	earlier approval.Case
	seats   []int64
	reason  string
}

// apply replaces the steps of the rules by that of the appeal.
func (x *appeal) apply(p *passage) error {
	if x == nil {
		return nil
	}
	if !p.holds() {
		return errs.E(errs.Conflict, "No rule holds the letter any more: send it anew.")
	}
	p.review.Steps, p.review.Reason, p.review.Earlier = []approval.Step{{Deciders: seats(x.seats)}}, x.reason, x.earlier.ID
	return nil
}
