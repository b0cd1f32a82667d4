package mail

import (
	"bufio"
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail/pace"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/mime"
	"chancery/wire/siolabel"
	wire "chancery/wire/smtp"

	"golang.org/x/net/idna"
)

// RcptTo is a recipient of a letter that somebody here sends.
type RcptTo struct {
	Address string      `json:"a"`
	Notify  wire.Notify `json:"n,omitempty"`
	ORcpt   string      `json:"o,omitempty"`
}

// Envelope is how a letter is to be sent.
type Envelope struct {
	From      string    `json:"f"` // "" only for reports
	Rcpts     []RcptTo  `json:"r"`
	Ret       string    `json:"t,omitempty"` // RFC 3461: FULL, HDRS or ""
	EnvID     string    `json:"e,omitempty"`
	UTF8      bool      `json:"u,omitempty"` // SMTPUTF8 was asked for
	HoldUntil time.Time `json:"h,omitzero"`  // RFC 4865; zero = send now
}

// What can be wrong with a submission; RFC 8621 section 7.5 names them
// forbiddenFrom, forbiddenMailFrom, noRecipients, tooManyRecipients.
var (
	ErrForbiddenFrom     = errs.E(errs.Forbidden, "You may not write in the name of the address in From.")
	ErrForbiddenMailFrom = errs.E(errs.Forbidden, "You may not send from this address.")
	ErrNoRecipients      = errs.E(errs.Invalid, "The letter has no recipient.")
)

// ErrLoop is a letter with too many Received fields (RFC 5321 section 6.3).
var ErrLoop = errs.E(errs.Invalid, "The message has been through too many servers; it seems to go in circles.")

// InvalidRecipients names the recipients that a submission was refused for.
type InvalidRecipients struct {
	Addresses []string
	Err       error // of the first of them
}

// Error names the addresses.
func (e *InvalidRecipients) Error() string {
	return "not valid: " + strings.Join(e.Addresses, ", ") + ": " + e.Err.Error()
}

// Unwrap returns the reason, with its kind.
func (e *InvalidRecipients) Unwrap() error { return e.Err }

// MaySend says whether a subject may send from an address: its own, or that
// of an account on which it was granted SendAs or OnBehalf. Forbidden if not.
func (r *Room) MaySend(ctx context.Context, s policy.Subject, address string) error {
	rights, err := r.sendRights(ctx, s, address)
	if err == nil && rights&(policy.SendAs|policy.OnBehalf) == 0 {
		err = ErrForbiddenMailFrom
	}
	return err
}

// sendRights returns what the subject may do with an address; none for a
// stranger's.
func (r *Room) sendRights(ctx context.Context, s policy.Subject, address string) (policy.Rights, error) {
	a, _, err := r.dir.Resolve(ctx, address)
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if a.Org != s.Org {
		return 0, nil
	}
	granted := policy.All
	if s.Account != a.ID && s.Account != 0 {
		if granted, err = r.dir.Rights(ctx, a.Org, a.ID, s.Account); err != nil {
			return 0, err
		}
	}
	var may policy.Rights
	for _, right := range []policy.Rights{policy.SendAs, policy.OnBehalf} {
		if policy.Can(s, right, label(a, granted)) {
			may |= right
		}
	}
	return may, nil
}

// CheckOutgoing says whether a letter can go to a recipient: NotFound when
// the domain is ours and the mailbox is not there, OverQuota when it is full,
// Forbidden when the subject may not write there.
func (r *Room) CheckOutgoing(ctx context.Context, s policy.Subject, to RcptTo) error {
	_, _, err := r.destinationFor(ctx, s, to)
	if errs.Is(err, errs.Forbidden) {
		r.refused(ctx, s, "letter to "+to.Address, err)
	}
	return err
}

// destinationFor is destination for a letter that somebody sends: Forbidden
// where it is outside the organisation and their service level stays within.
func (r *Room) destinationFor(ctx context.Context, s policy.Subject, to RcptTo) (here Recipient, domain string, err error) {
	here, domain, err = r.destination(ctx, to)
	if err != nil || s.Terms.Allows(policy.FeatureOutside) {
		return here, domain, err
	}
	if domain == "" && here.Account.Org != s.Org || domain != "" && r.inside(s.Org, to.Address) != nil {
		err = errs.E(errs.Forbidden, "Letters to other organisations are not part of your service level: %s is outside.", to.Address)
	}
	return here, domain, err
}

// destination finds out where a recipient is: here, or behind a domain.
func (r *Room) destination(ctx context.Context, to RcptTo) (here Recipient, domain string, err error) {
	here, err = r.CheckRecipient(ctx, to.Address)
	here.Notify, here.ORcpt = to.Notify, to.ORcpt
	if err == nil {
		return here, "", nil
	}
	normal, bad := directory.NormalAddress(to.Address)
	if bad != nil {
		return here, "", bad
	}
	_, domain, _ = wire.Split(normal)
	_, routed := r.conf.Outbound.Routes[domain]
	switch {
	case errs.Is(err, errs.Forbidden): // not ours: no relaying for strangers, but this is for a subject
		return here, domain, nil
	case errs.Is(err, errs.NotFound) && routed:
		return here, domain, nil // a domain split with another system
	}
	return here, "", err
}

// SubmitSMTP reads a letter from a mail program and sends it: recipients here
// have it, and those elsewhere are in the queue, when it returns. Held says that
// it waits for its review first.
func (r *Room) SubmitSMTP(ctx context.Context, s policy.Subject, e Envelope, t Trace, src io.Reader) (held bool, err error) {
	l, ascii, err := r.spoolOutgoing(ctx, s, t, src, origin{s.Account, Label{Level: policy.Unlabelled}})
	if err != nil {
		return false, err
	}
	e.UTF8 = e.UTF8 && !ascii
	l, pass, err := r.govern(ctx, s, e, l)
	if err != nil {
		return false, err
	}
	p, err := r.plan(ctx, s, e, l.level, pass)
	if err != nil {
		l.Discard()
		return false, err
	}
	p.account, p.counted = s.Account, &s
	return pass.holds(), r.post(ctx, p, l, nil)
}

// origin is where a letter that is sent was written.
type origin struct {
	account int64 // whose conversations it may answer
	label   Label // that the message was given there
}

// spoolOutgoing checks the author of a letter, completes its header and
// spools it. It has at least the label that the message was given. ascii says
// that the header holds ASCII only.
func (r *Room) spoolOutgoing(ctx context.Context, s policy.Subject, t Trace, src io.Reader, from origin) (l *Letter, ascii bool, err error) {
	br := bufio.NewReaderSize(src, 8<<10)
	h, err := readHeader(br)
	if err != nil {
		return nil, false, err
	}
	if err := r.checkAuthor(ctx, s, &h); err != nil {
		return nil, false, err
	}
	r.labelAtLeast(&h, from.label)
	r.labelPrograms(s, &h)
	r.tag(&h)
	now := r.clock.Now()
	h.complete(r, now)
	trace := strings.NewReader(t.lines(r.conf.Hostname, now))
	l, err = r.spoolUpTo(ctx, store.Scope{Org: s.Org}, io.MultiReader(trace, h.reader(), br), r.MaxMessage(s)+traceRoom)
	if err != nil {
		return nil, false, err
	}
	switch err = r.checkLabel(ctx, s, from.account, l.level, &h); {
	case err != nil:
	case l.Hops() > maxHops:
		err = ErrLoop
	case l.attached() > r.MaxAttachments(s):
		err = errs.E(errs.TooLarge, "The files of one letter can have %d bytes together.", r.MaxAttachments(s))
	}
	if err != nil {
		l.Discard()
		return nil, false, err
	}
	return l, h.isASCII(), nil
}

// attached is how many bytes the files of a letter have together.
func (l *Letter) attached() (n int64) {
	for _, p := range l.Content.Message.Bodies().Attachments {
		n += p.ContentSize()
	}
	return n
}

// labelPrograms gives what a mail program sends without a level the one that
// the house has for such letters: it cannot ask its user.
func (r *Room) labelPrograms(s policy.Subject, h *header) {
	if _, n := h.get(labelName); n == 0 && r.conf.Secrecy.Required && s.Door != "http" && s.Account != 0 && r.conf.Secrecy.Programs > policy.Unlabelled {
		h.add(siolabel.Field, r.LabelField(Label{Level: r.conf.Secrecy.Programs}))
	}
}

// labelAtLeast writes the label that a message was given where its header has
// a lower one or none.
func (r *Room) labelAtLeast(h *header, least Label) {
	if h.level() >= least.Level {
		return
	}
	h.fields = slices.DeleteFunc(h.fields, func(f headerField) bool { return f.name == labelName })
	h.add(siolabel.Field, r.LabelField(least))
}

// maxHops is how many Received fields a submitted message may have.
const maxHops = 50

// checkAuthor says whether the subject may write in the name of those in
// From and Sender, and adds the Sender that RFC 5322 section 3.6.2 asks for
// where the author is not the one who sends.
func (r *Room) checkAuthor(ctx context.Context, s policy.Subject, h *header) error {
	value, n := h.get("from")
	authors := mime.Mailboxes(mime.AsAddresses(value))
	if n != 1 || len(authors) == 0 {
		return errs.E(errs.Invalid, "A letter needs one From field with an address.")
	}
	needSender := len(authors) > 1
	for _, a := range authors {
		rights, err := r.sendRights(ctx, s, a.Email())
		if err != nil {
			return err
		}
		if rights&(policy.SendAs|policy.OnBehalf) == 0 {
			return ErrForbiddenFrom
		}
		needSender = needSender || rights&policy.SendAs == 0
	}
	value, n = h.get("sender")
	if n == 0 {
		if needSender {
			h.add("Sender", "<"+s.Address+">")
		}
		return nil
	}
	senders := mime.Mailboxes(mime.AsAddresses(value))
	if n > 1 || len(senders) != 1 {
		return errs.E(errs.Invalid, "A letter can have one Sender field with one address.")
	}
	rights, err := r.sendRights(ctx, s, senders[0].Email())
	if err == nil && rights&policy.SendAs == 0 {
		err = ErrForbiddenFrom
	}
	return err
}

// plan is a letter's way: who has it here, and the rows of the queue.
type plan struct {
	org, account int64
	in           Incoming // recipients here, when nothing is held
	rows         []queueRow
	status       map[string]DeliveryStatus
	sendAt       time.Time
	held         bool
	pass         *passage        // what the rules say; nil = nothing
	counted      *policy.Subject // among whose letters it counts; nil = nobody's
}

// plan sorts the recipients of what the subject sends. InvalidRecipients names
// those that cannot be.
func (r *Room) plan(ctx context.Context, s policy.Subject, e Envelope, level policy.Level, pass *passage) (*plan, error) {
	now := r.clock.Now()
	p := &plan{org: s.Org, sendAt: now, status: map[string]DeliveryStatus{}, pass: pass, held: pass.holds()}
	if e.HoldUntil.After(now) {
		if e.HoldUntil.Sub(now) > time.Duration(r.conf.MaxHold)*time.Second {
			return nil, errs.E(errs.Invalid, "A letter can be held for %d seconds at most.", r.conf.MaxHold)
		}
		p.held, p.sendAt = true, e.HoldUntil
	}
	p.in = Incoming{From: e.From, Ret: e.Ret, EnvID: e.EnvID, UTF8: e.UTF8}
	if len(e.Rcpts) == 0 {
		return nil, ErrNoRecipients
	}
	if most := r.MaxRecipients(s); len(e.Rcpts) > most {
		return nil, errs.E(errs.TooLarge, "A letter can have %d recipients.", most)
	}
	bad := &InvalidRecipients{}
	seen := map[string]bool{}
	for _, to := range e.Rcpts {
		key, err := directory.NormalAddress(to.Address)
		var here Recipient
		var domain string
		if err == nil || strings.EqualFold(to.Address, "postmaster") {
			here, domain, err = r.destinationFor(ctx, s, to)
		}
		if err == nil {
			err = r.admits(s, level, here, domain)
		}
		switch {
		case errs.Is(err, errs.Unavailable), errs.Is(err, errs.Internal):
			return nil, err
		case err != nil:
			bad.Addresses = append(bad.Addresses, to.Address)
			if bad.Err == nil {
				bad.Err = err
			}
			continue
		case seen[key]:
			continue
		}
		seen[key] = true
		p.add(to, here, domain, e, now)
	}
	if bad.Err != nil {
		if errs.Is(bad.Err, errs.Forbidden) && s.Account != 0 {
			r.refused(ctx, s, "letter to "+strings.Join(bad.Addresses, ", "), bad.Err)
		}
		return nil, bad
	}
	return p, nil
}

func (p *plan) add(to RcptTo, here Recipient, domain string, e Envelope, now time.Time) {
	if domain == "" && !p.held {
		p.in.Recipients = append(p.in.Recipients, here)
		p.status[to.Address] = DeliveryStatus{Reply: "250 2.1.5 Delivered", Delivered: "yes"}
		return
	}
	nextAt, review := p.sendAt.UnixMilli(), int64(0)
	if p.pass.holds() {
		nextAt, review = untilDecided, p.pass.review.ID
	}
	p.rows = append(p.rows, queueRow{
		review: review, org: p.org, id: id.New(), domain: domain, nextAt: nextAt, queuedAt: p.sendAt.UnixMilli(),
		sender: asciiDomain(e.From), rcpt: asciiDomain(to.Address), notify: to.Notify, orcpt: to.ORcpt, ret: e.Ret, envid: e.EnvID,
		utf8: e.UTF8 || needsUTF8(e.From) || needsUTF8(to.Address),
	})
	p.status[to.Address] = DeliveryStatus{Reply: "250 2.0.0 Queued", Delivered: "queued"}
}

// asciiDomain writes the domain of an address as A-labels, which every server
// understands; the local part stays as it is.
func asciiDomain(address string) string {
	local, domain, ok := wire.Split(address)
	if !ok || wire.IsASCII(domain) {
		return address
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return address
	}
	return local + "@" + ascii
}

// needsUTF8 says whether an address cannot be written in ASCII at all.
func needsUTF8(address string) bool { return !wire.IsASCII(asciiDomain(address)) }

// post carries out a plan in one transaction: what is for people here is
// filed, the rest is queued, and also writes whatever belongs to it.
func (r *Room) post(ctx context.Context, p *plan, l *Letter, also func(tx *store.Tx) error) error {
	if err := r.prepareAll(ctx, p.in.Recipients); err != nil {
		return err
	}
	staged, report, err := r.successReport(ctx, p.in, l)
	if err != nil {
		return err
	}
	in, err := r.filter(ctx, p.in, l)
	if err != nil {
		return err
	}
	if l.staged != nil {
		staged = append(staged, l.staged)
	}
	for i := range p.rows {
		p.rows[i].account = p.account
		p.rows[i].blob = l.blob
	}
	p.describe()
	told, tell, err := r.heldReport(ctx, p, l)
	if err != nil {
		return err
	}
	staged = append(staged, told...)
	err = l.settle(r.db.WriteBlobs(ctx, p.account, staged, func(tx *store.Tx) error {
		if err := r.file(ctx, tx, in, l); err != nil {
			return err
		}
		if err := r.enqueue(ctx, tx, p.rows, l); err != nil {
			return err
		}
		if err := p.pass.write(ctx, tx, r, l); err != nil {
			return err
		}
		if err := p.count(ctx, tx, r); err != nil {
			return err
		}
		if report != nil {
			if err := report(tx); err != nil {
				return err
			}
		}
		if tell != nil {
			if err := tell(tx); err != nil {
				return err
			}
		}
		if also != nil {
			return also(tx)
		}
		return nil
	}))
	if p.counted != nil && errs.Is(err, errs.RateLimited) {
		r.refused(ctx, *p.counted, "letter to "+strconv.Itoa(len(p.status))+" recipients", err)
	}
	return err
}

// count adds the letter to those that its sender sent.
func (p *plan) count(ctx context.Context, tx *store.Tx, r *Room) error {
	if p.counted == nil || p.counted.Account == 0 {
		return nil
	}
	return pace.Count(ctx, tx, p.counted.Account, len(p.status), r.clock.Now(), r.pace(p.counted.Terms))
}

// enqueue writes rows of one letter and wakes the queue when they are durable.
func (r *Room) enqueue(ctx context.Context, tx *store.Tx, rows []queueRow, l *Letter) error {
	if len(rows) == 0 {
		return nil
	}
	for _, row := range rows {
		if err := insertQueueRow(ctx, tx, row); err != nil {
			return err
		}
	}
	tx.OnCommit(r.wakeQueue)
	return l.refer(ctx, tx, len(rows))
}

// refer counts n more that hold the bytes of the letter.
func (l *Letter) refer(ctx context.Context, tx *store.Tx, n int) error {
	if l.staged != nil {
		return tx.Ref(ctx, l.staged, n)
	}
	return tx.RefHash(ctx, l.blob.Scope, l.blob.Hash, n)
}
