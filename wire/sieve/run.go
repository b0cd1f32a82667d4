package sieve

import (
	"slices"
	"strings"
	"time"
)

// Letter is what a script can see of a message.
type Letter interface {
	// Header returns the values of every field of a name, in their order, as
	// they stand in the message: encoded words are decoded here.
	Header(name string) []string
	// Size is the message's bytes.
	Size() int64
	// Text returns the text of the body for people: plain, and HTML without its
	// tags, at most max bytes (RFC 5173 section 5.3).
	Text(max int) string
	// Content returns the decoded parts of media types, "text" for all of a
	// main type, "" for any; at most max bytes in all (RFC 5173 section 5.2).
	Content(types []string, max int) []string
	// HasAttachment says whether there is something to offer for download.
	HasAttachment() bool
	// Raw returns the body as it stands, undecoded, at most max bytes.
	Raw(max int) string
}

// Env is the world that a script runs in. Functions that are nil say no.
type Env struct {
	Letter        Letter
	From          string // envelope sender, "" for a report
	To            string // the envelope recipient whose script this is
	Now           time.Time
	Mailbox       func(name string) bool // whether it is there and can take letters
	MailboxID     func(id string) bool
	CanRedirect   func(address string) error // the error becomes the run's
	SeparatorChar byte                       // between user and detail, default '+'
}

// ActionKind says what to do.
type ActionKind uint8

// The actions. Discard is never listed: it shows as a missing Keep.
const (
	Keep ActionKind = iota + 1
	FileInto
	SendOn // redirect
	Answer // vacation
)

// Action is one thing to do with the letter.
type Action struct {
	Kind      ActionKind
	Mailbox   string // FileInto
	MailboxID string // FileInto with :mailboxid; Mailbox is the second choice
	Create    bool   // FileInto: make the mailbox if it is not there
	Flags     []string
	Address   string // SendOn
	Vacation  *Vacation
}

// Vacation is an answer to the sender (RFC 5230).
type Vacation struct {
	Text      string
	Subject   string // "" = made from the letter's
	From      string
	Addresses []string // further addresses of the person
	MIME      bool     // Text is a MIME entity with its header
	Handle    string   // "" = made from the texts
	Every     time.Duration
}

// Result is what a run came to. With Err the only action is Keep.
type Result struct {
	Actions []Action
	Err     error // an Error with its place in the script
}

// Discards says whether the letter is kept nowhere.
func (r Result) Discards() bool {
	return !slices.ContainsFunc(r.Actions, func(a Action) bool { return a.Kind == Keep || a.Kind == FileInto })
}

// run is one run of a script.
type run struct {
	script  *Script
	env     Env
	lim     Limits
	vars    map[string]string
	matched []string
	flags   []string // imap4flags: the internal variable
	actions []Action
	cancel  bool // the implicit keep is cancelled
	stopped bool
	answers int
	steps   int
	err     error
}

// Run runs a script for one letter.
func (s *Script) Run(env Env) Result {
	if env.SeparatorChar == 0 {
		env.SeparatorChar = '+'
	}
	r := &run{script: s, env: env, lim: s.lim, vars: map[string]string{}, steps: s.lim.Steps}
	r.block(s.commands)
	if r.err != nil {
		// RFC 5228 section 2.10.6: after an error the letter is kept.
		return Result{Actions: []Action{{Kind: Keep}}, Err: r.err}
	}
	if !r.cancel {
		r.keep(r.flags) // RFC 5232 section 4: the implicit keep has the flags, too
	}
	return Result{Actions: r.actions, Err: r.err}
}

func (r *run) fail(p Pos, format string, args ...any) {
	if r.err == nil {
		r.err = at(p, format, args...)
	}
	r.stopped = true
}

// spend counts work and says whether to go on.
func (r *run) spend(n int) bool {
	if r.steps -= n; r.steps < 0 {
		r.fail(Pos{1, 1}, "the script takes too long")
	}
	return !r.stopped
}

func (r *run) block(list []*command) {
	taken := false // a branch of the present if was taken
	for _, x := range list {
		if r.stopped || !r.spend(1) {
			return
		}
		switch x.name {
		case "if", "elsif", "else":
			if x.name == "if" {
				taken = false
			}
			if taken {
				continue
			}
			taken = x.name == "else" || r.test(x.tests[0])
			if taken && !r.stopped && !x.off {
				r.block(x.block)
			}
		default:
			r.action(x)
		}
	}
}

func (r *run) action(x *command) {
	switch x.name {
	case "require":
	case "stop":
		r.stopped = true
	case "error":
		r.fail(x.pos, "%s", r.expand(x.args[0].list[0]))
	case "discard":
		r.cancel = true
	case "keep":
		r.cancel = true
		r.keep(r.flagsOf(x))
	case "fileinto":
		r.fileInto(x)
	case "redirect":
		r.redirect(x)
	case "set":
		r.set(x)
	case "setflag", "addflag", "removeflag":
		r.changeFlags(x)
	case "vacation":
		r.vacation(x)
	}
}

// add notes an action within the limit.
func (r *run) add(p Pos, a Action) {
	if len(r.actions) >= r.lim.Actions {
		r.fail(p, "there are more than %d actions for one letter", r.lim.Actions)
		return
	}
	r.actions = append(r.actions, a)
}

// keep files in the inbox, once.
func (r *run) keep(flags []string) {
	for i, a := range r.actions {
		if a.Kind == Keep {
			r.actions[i].Flags = flags
			return
		}
	}
	r.actions = append(r.actions, Action{Kind: Keep, Flags: flags})
}

func (r *run) fileInto(x *command) {
	a := Action{Kind: FileInto, Mailbox: r.expand(x.args[0].list[0]), Create: has(x, "create"), Flags: r.flagsOf(x)}
	if v, ok := x.tags["mailboxid"]; ok {
		a.MailboxID = r.expand(v.list[0])
	}
	if !has(x, "copy") { // RFC 3894
		r.cancel = true
	}
	for i, b := range r.actions {
		// RFC 5228 section 2.10.3: the same mailbox twice is once.
		if b.Kind == FileInto && b.Mailbox == a.Mailbox && b.MailboxID == a.MailboxID {
			r.actions[i].Flags, r.actions[i].Create = a.Flags, a.Create || b.Create
			return
		}
	}
	r.add(x.pos, a)
}

func (r *run) redirect(x *command) {
	address := strings.TrimSpace(r.expand(x.args[0].list[0]))
	if !IsAddress(address) {
		r.fail(x.pos, "%q is not a mail address", address)
		return
	}
	if r.env.CanRedirect != nil {
		if err := r.env.CanRedirect(address); err != nil {
			r.fail(x.pos, "%s", err)
			return
		}
	}
	if !has(x, "copy") {
		r.cancel = true
	}
	n := 0
	for _, b := range r.actions {
		if b.Kind == SendOn {
			if n++; strings.EqualFold(b.Address, address) {
				return
			}
		}
	}
	if n >= r.lim.Redirects {
		r.fail(x.pos, "a letter can be sent on to at most %d addresses", r.lim.Redirects)
		return
	}
	r.add(x.pos, Action{Kind: SendOn, Address: address})
}

// vacation is RFC 5230. At most one answer can be given.
func (r *run) vacation(x *command) {
	if r.answers++; r.answers > 1 {
		r.fail(x.pos, "a letter can be answered once only")
		return
	}
	v := &Vacation{Text: r.expand(x.args[0].list[0]), MIME: has(x, "mime"), Every: 7 * 24 * time.Hour}
	single := func(tag string) string {
		if t, ok := x.tags[tag]; ok {
			return r.expand(t.list[0])
		}
		return ""
	}
	v.Subject, v.From, v.Handle = single("subject"), single("from"), single("handle")
	if v.From != "" && !IsAddress(v.From) {
		v.From = "" // section 4.5: a bad :from is as if it were not there
	}
	if t, ok := x.tags["addresses"]; ok {
		v.Addresses = r.keys(t.list)
	}
	longest := time.Duration(r.lim.MaxDays) * 24 * time.Hour
	if t, ok := x.tags["days"]; ok {
		days := min(max(t.number, 1), uint64(r.lim.MaxDays)) // section 4.1: out of range means the nearest
		v.Every = max(time.Duration(days)*24*time.Hour, time.Duration(r.lim.MinSeconds)*time.Second)
	}
	if t, ok := x.tags["seconds"]; ok {
		v.Every = min(time.Duration(min(t.number, 1<<31))*time.Second, longest)
		v.Every = max(v.Every, time.Minute) // RFC 6131 section 2 lets the server set a least period
	}
	r.add(x.pos, Action{Kind: Answer, Vacation: v})
}
