package mail

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"chancery/approval"
	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/mail/flow"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/mime"
	"chancery/wire/stamp"
)

// untilDecided is when a letter goes on that waits for a decision: not by the
// clock.
const untilDecided = 1<<63 - 1

// RuleRefusal is a letter that a rule of the organisation refuses, in the
// rule's own words.
type RuleRefusal struct {
	Rule    string // its name
	Require string // what is missing (flow.Signature, ...); "" = the reason is the rule's own
	Err     error
}

// Error returns the reason.
func (e *RuleRefusal) Error() string { return e.Err.Error() }

// Unwrap returns the reason with its kind.
func (e *RuleRefusal) Unwrap() error { return e.Err }

// ErrNoReviewer is a letter that has to be reviewed where nobody may: the sender
// does not review it, nor who may not see its level.
var ErrNoReviewer = errs.E(errs.Forbidden, "The letter needs a review, and there is nobody else who may see it. Ask your security administrator.")

// passage is what the rules say of one letter on its way.
type passage struct {
	org        int64
	subject    policy.Subject
	direction  string
	from       string // envelope sender
	rcpts      []string
	rules      []string // names of the rules that hit
	review     *approval.Case
	held       *held
	monitors   []directory.Account
	journal    bool
	disclaimer []flow.Text
}

func (p *passage) holds() bool { return p != nil && p.review != nil }

// of names the submission that the letter belongs to.
func (p *passage) of(s Submission) {
	if p.holds() {
		p.held.submission, p.held.message = s.ID, s.Message
	}
}

// describe completes what is kept of a held letter.
func (p *plan) describe() {
	if p.pass.holds() {
		p.pass.held.account, p.pass.held.sendAt = p.account, p.sendAt.UnixMilli()
	}
}

// write does in the transaction of a letter what the rules say.
func (p *passage) write(ctx context.Context, tx *store.Tx, r *Room, l *Letter) error {
	if p == nil {
		return nil
	}
	if p.review != nil {
		p.held.blob = l.blob
		if err := insertHeld(ctx, tx, p.held); err != nil {
			return err
		}
		if _, err := r.desk.Ask(ctx, tx, p.subject, *p.review); err != nil {
			return err
		}
	}
	for _, a := range p.monitors {
		if _, err := r.insert(ctx, tx, a.ID, 0, []NewMessage{{Letter: l, Mailboxes: []int64{inboxID}}}); err != nil {
			return err
		}
		tx.OnCommit(func() { r.changed(a.ID) })
	}
	if p.journal {
		if err := p.keep(ctx, tx, r, l); err != nil {
			return err
		}
	}
	return nil
}

// addressesText writes addresses for a line of a list.
func addressesText(list []mime.Address) string {
	var out []string
	for _, a := range mime.Mailboxes(list) {
		if text := a.Email(); a.Name != "" {
			out = append(out, a.Name+" <"+text+">")
		} else {
			out = append(out, text)
		}
	}
	return strings.Join(out, ", ")
}

// govern asks the rules about a letter that somebody here sends, before
// anything of it is stored (C12, C13, N69, N73). The letter it returns is
// another one where a text was put into it. After an error it is given up.
func (r *Room) govern(ctx context.Context, s policy.Subject, e Envelope, l *Letter) (*Letter, *passage, error) {
	pass, err := r.weigh(ctx, s, flow.Out, e, l)
	if err != nil {
		l.Discard()
		return nil, nil, err
	}
	top, bottom := r.banner(l.level), ""
	if pass != nil {
		for _, d := range pass.disclaimer {
			if d.Top {
				top = joinTexts(top, d.Text)
			} else {
				bottom = joinTexts(bottom, d.Text)
			}
		}
	}
	stamped, err := r.stampText(ctx, s, l, top, bottom)
	if err != nil {
		l.Discard()
		return nil, nil, err
	}
	return stamped, pass, nil
}

// governIncoming asks the rules of each organisation that a letter from another
// server is for. Recipients for whom it is held are taken out of in, and are
// the rows that it waits in the queue with.
func (r *Room) governIncoming(ctx context.Context, in *Incoming, l *Letter) (passed []*passage, rows []queueRow, err error) {
	var orgs []int64
	for _, to := range in.Recipients {
		if !slices.Contains(orgs, to.Account.Org) {
			orgs = append(orgs, to.Account.Org)
		}
	}
	for _, org := range orgs {
		e := Envelope{From: in.From, Ret: in.Ret, EnvID: in.EnvID, UTF8: in.UTF8}
		for _, to := range in.Recipients {
			if to.Account.Org == org {
				e.Rcpts = append(e.Rcpts, RcptTo{Address: to.Address, Notify: to.Notify, ORcpt: to.ORcpt})
			}
		}
		p, err := r.weigh(ctx, policy.System(org), flow.In, e, l)
		if err != nil {
			return nil, nil, err
		}
		if p == nil {
			continue
		}
		passed = append(passed, p)
		if !p.holds() {
			continue
		}
		held := &plan{org: org, pass: p, held: true, sendAt: r.clock.Now(), status: map[string]DeliveryStatus{}}
		for _, to := range in.Recipients {
			if to.Account.Org == org {
				held.add(RcptTo{Address: to.Address, Notify: to.Notify, ORcpt: to.ORcpt}, to, "", e, held.sendAt)
			}
		}
		held.describe()
		for i := range held.rows {
			held.rows[i].blob = l.blob
		}
		rows = append(rows, held.rows...)
		in.Recipients = slices.DeleteFunc(slices.Clone(in.Recipients), func(to Recipient) bool { return to.Account.Org == org })
	}
	return passed, rows, nil
}

func joinTexts(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n\n" + b
}

// banner is the readable marking of a level, which stands above the text where
// programs that know nothing of labels show it (RFC 7444 section 1).
func (r *Room) banner(level policy.Level) string {
	if level <= policy.Internal || !r.conf.Secrecy.Banner {
		return ""
	}
	rung := r.conf.Secrecy.Ladder.Rungs[level]
	if name := rung.Names["en"]; !strings.EqualFold(name, rung.Mark) {
		return rung.Mark + " / " + strings.ToUpper(name)
	}
	return rung.Mark
}

// stampText puts texts into a letter; the same letter where there is nothing to
// put, or it cannot be put without breaking a signature.
func (r *Room) stampText(ctx context.Context, s policy.Subject, l *Letter, top, bottom string) (*Letter, error) {
	if top == "" && bottom == "" || l.staged == nil {
		return l, nil
	}
	src, err := l.staged.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	pr, pw := io.Pipe()
	go func() {
		err := stamp.Stamp(pw, src, src.Size(), l.Content.Message, top, bottom)
		pw.CloseWithError(err)
	}()
	defer pr.Close()
	made, err := r.spoolUpTo(ctx, store.Scope{Org: s.Org}, pr, l.blob.Size+traceRoom+int64(4*(len(top)+len(bottom))))
	if errors.Is(err, stamp.ErrUntouched) {
		return l, nil
	}
	if err != nil {
		return nil, err
	}
	made.level, made.until = max(made.level, l.level), l.until
	l.Discard()
	return made, nil
}

// weigh asks the rules of the subject's organisation about a letter; nil where
// they say nothing. What they refuse is an error, which stands in the record.
func (r *Room) weigh(ctx context.Context, s policy.Subject, direction string, e Envelope, l *Letter) (*passage, error) {
	if direction == flow.Out && s.Account == 0 {
		return nil, nil // answers and reports of the program itself
	}
	rules, err := r.rulesNow(ctx, s.Org)
	if err != nil || rules == nil {
		return nil, err
	}
	src := &lazy{ctx: ctx, room: r, l: l}
	defer src.close()
	facts, err := r.facts(ctx, s, direction, e, l, src, rules.NeedsUnits())
	if err != nil {
		return nil, err
	}
	v := rules.Judge(&facts)
	if src.err != nil {
		return nil, src.err
	}
	if v.Cut {
		r.log.Warn("a letter has more text than rules look at", "from", facts.Sender, "size", l.blob.Size)
	}
	if len(v.Hits) == 0 {
		return nil, nil
	}
	if err := refusalOf(&v); err != nil {
		r.refusedBy(ctx, s, facts, err)
		return nil, err
	}
	p := &passage{org: s.Org, subject: s, direction: direction, from: e.From, journal: v.Journal, disclaimer: v.Disclaimers}
	for _, to := range e.Rcpts {
		p.rcpts = append(p.rcpts, to.Address)
	}
	for _, h := range v.Hits {
		p.rules = append(p.rules, h.Rule.Name)
	}
	if p.monitors, err = r.monitors(ctx, s.Org, v.Monitors); err != nil {
		return nil, err
	}
	return p, r.holdFor(ctx, p, v, l)
}

// refusedBy writes a refusal by a rule into the record.
func (r *Room) refusedBy(ctx context.Context, s policy.Subject, f flow.Facts, cause error) {
	e := audit.By(s, "mail", "letter from "+f.Sender, cause)
	var by *RuleRefusal
	if errors.As(cause, &by) {
		e.Rule = by.Rule
	}
	err := r.db.Write(ctx, func(tx *store.Tx) error { return audit.Append(ctx, tx, r.clock.Now(), e) })
	if err != nil {
		r.log.Error("refusal not recorded", "account", s.Account, "error", err)
	}
}

// monitors finds the mailboxes that get a copy. One that is not there any more
// does not stop letters; it is logged.
func (r *Room) monitors(ctx context.Context, org int64, addresses []string) (list []directory.Account, err error) {
	for _, address := range addresses {
		a, _, err := r.dir.Resolve(ctx, address)
		switch {
		case errs.Is(err, errs.NotFound), err == nil && (a.Org != org || a.Kind != directory.KindShared):
			r.log.Error("a rule names a monitor mailbox that is not there", "address", address)
			continue
		case err != nil:
			return nil, err
		}
		if err := r.prepare(ctx, a.ID); err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

// facts gathers what rules ask of a letter, the units of people where one does.
func (r *Room) facts(ctx context.Context, s policy.Subject, direction string, e Envelope, l *Letter, src io.ReaderAt, units bool) (f flow.Facts, err error) {
	m := l.Content.Message
	f = flow.Facts{Direction: direction, Sender: e.From, Level: l.level, Subject: m.Envelope.Subject}
	for _, a := range mime.Mailboxes(m.Envelope.From) {
		f.Authors = append(f.Authors, a.Email())
	}
	if direction == flow.Out {
		f.Authors = append(f.Authors, s.Address)
	}
	if direction == flow.Out && units {
		f.SenderUnits, err = r.unitsOf(ctx, s.Org, s.Account, f.Sender)
		if err != nil {
			return f, err
		}
	}
	var to []string
	for _, rcpt := range e.Rcpts {
		to = append(to, rcpt.Address)
	}
	if f.Recipients, err = r.recipientFacts(ctx, s.Org, to, units); err != nil {
		return f, err
	}
	f.Signed, f.Encrypted = protection(m)
	parts := filesOf(m)
	for _, p := range parts {
		f.Files = append(f.Files, flow.File{Name: p.Name(), Type: p.Type, Size: p.ContentSize(), IsInline: p.inline})
	}
	f.Text, f.Contents = r.textsOf(ctx, m, parts, src)
	return f, nil
}

// recipientFacts says where recipients are.
func (r *Room) recipientFacts(ctx context.Context, org int64, addresses []string, units bool) (list []flow.Recipient, err error) {
	for _, address := range addresses {
		one := flow.Recipient{Address: address, Outside: r.inside(org, address) != nil}
		if !one.Outside && units {
			if one.Units, err = r.unitsOf(ctx, org, 0, address); err != nil {
				return nil, err
			}
		}
		list = append(list, one)
	}
	return list, nil
}

// unitsOf lists the units of an account, and of those behind an address: of a
// list all its members.
func (r *Room) unitsOf(ctx context.Context, org, account int64, address string) (list []int64, err error) {
	accounts := []int64{account}
	a, _, err := r.dir.Resolve(ctx, address)
	switch {
	case errs.Is(err, errs.NotFound), errs.Is(err, errs.Invalid):
	case err != nil:
		return nil, err
	case a.Org != org:
	case a.Kind == directory.KindList:
		members, err := r.dir.Members(ctx, org, a.ID)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			accounts = append(accounts, m.ID)
		}
	case a.ID != account:
		accounts = append(accounts, a.ID)
	}
	for _, one := range accounts {
		if one == 0 {
			continue
		}
		units, err := r.dir.UnitsOf(ctx, org, one)
		if err != nil {
			return nil, err
		}
		for _, u := range units {
			if !slices.Contains(list, u) {
				list = append(list, u)
			}
		}
	}
	return list, nil
}

// protection says whether a letter as a whole is signed, and whether it is
// encrypted (RFC 8551, RFC 3156). What is encrypted may be signed within, which
// only its readers see.
func protection(m *mime.Message) (signed, encrypted bool) {
	p := m.Root
	switch p.Type {
	case "multipart/signed":
		return true, false
	case "multipart/encrypted":
		return false, true
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		switch strings.ToLower(p.Params.Get("smime-type")) {
		case "signed-data":
			return true, false
		case "enveloped-data", "authenveloped-data", "":
			return false, true
		}
	}
	return false, false
}
