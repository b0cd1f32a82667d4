package approval

import (
	"slices"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/policy"
)

// State is how far a case is.
type State string

// The states. A case leaves Waiting once.
const (
	Waiting  State = "waiting"
	Approved State = "approved"
	Refused  State = "refused"
	Recalled State = "recalled" // by who asked
)

// Verdict is what a decider says.
type Verdict string

// The verdicts.
const (
	Approve Verdict = "approve"
	Refuse  Verdict = "refuse"
	Pass    Verdict = "pass" // let others decide in this place
	Late    Verdict = "late" // nobody said anything in time: what the step says of that was done
)

// What happens when nobody decides in time.
const (
	LateWait     = ""         // nothing
	LateEscalate = "escalate" // those of Step.Escalate decide too
	LateRefuse   = "refuse"
	LateApprove  = "approve"
)

// Seat is who is asked: an account - a person, or the mailbox of a position,
// for which its holders speak - or whoever has a duty for the whole organisation.
type Seat struct {
	Account int64       `json:"account,omitempty"`
	Duty    policy.Duty `json:"duty,omitempty"`
}

// Step is one stage of a case: some decide, and the next stage follows.
type Step struct {
	Deciders []Seat `json:"deciders"`
	All      bool   `json:"all,omitempty"`      // every one has to approve; else one is enough. One refusal is always enough.
	Hours    int    `json:"hours,omitempty"`    // to decide in; 0 = no deadline
	Late     string `json:"late,omitempty"`     // what happens then
	Escalate []Seat `json:"escalate,omitempty"` // for LateEscalate
}

// Vote is what was said in a step.
type Vote struct {
	Step int       `json:"step"`
	Seat Seat      `json:"seat"`         // in whose place
	By   int64     `json:"by,omitempty"` // who; 0 = the clock
	What Verdict   `json:"what"`
	Note string    `json:"note,omitempty"`
	To   *Seat     `json:"to,omitempty"` // for Pass
	At   time.Time `json:"at"`
}

// Case is a question and all that was said to it.
type Case struct {
	ID      int64        `json:"-"`
	Org     int64        `json:"-"`
	Kind    string       `json:"-"`
	Asker   int64        `json:"-"` // account; 0 = the program itself
	State   State        `json:"-"`
	Title   string       `json:"title"`             // a few words, shown to whom it is for
	Level   policy.Level `json:"level"`             // how secret it is: it is not there for who may not see that
	Reason  string       `json:"reason"`            // of who asks
	Earlier int64        `json:"earlier,omitempty"` // the case that this one appeals against
	Barred  []int64      `json:"barred,omitempty"`  // accounts that it is about: their people, and who acts for them, never decide
	Made    time.Time    `json:"made"`
	Steps   []Step       `json:"steps"`
	At      int          `json:"at"`    // the step in hand
	Since   time.Time    `json:"since"` // when that began
	Votes   []Vote       `json:"votes"`
	Due     time.Time    `json:"-"` // when the step in hand is late; zero = never
	Closed  time.Time    `json:"-"`
	Modseq  int64        `json:"-"`
}

// Limits of a case.
const (
	MaxSteps    = 50
	MaxDeciders = 50 // of a step, those who came by passing on included
	MaxNote     = 2000
	MaxHours    = 24 * 365
)

var (
	errDecided = errs.E(errs.Conflict, "It has been decided already.")
	errNotYou  = errs.E(errs.Forbidden, "This does not wait for your decision.")
	errTwice   = errs.E(errs.Conflict, "You have decided this step already: it needs another person.")
)

// check says what is wrong with a case that is to be asked.
func (c *Case) check() error {
	if len(c.Steps) == 0 || len(c.Steps) > MaxSteps {
		return errs.E(errs.Invalid, "A decision takes 1 to %d steps.", MaxSteps)
	}
	for _, s := range c.Steps {
		switch {
		case len(s.Deciders) == 0 || len(s.Deciders) > MaxDeciders || len(s.Escalate) > MaxDeciders:
			return errs.E(errs.Invalid, "A step needs 1 to %d people who decide.", MaxDeciders)
		case s.Hours < 0 || s.Hours > MaxHours:
			return errs.E(errs.Invalid, "A step can take %d hours at most.", MaxHours)
		case !slices.Contains([]string{LateWait, LateEscalate, LateRefuse, LateApprove}, s.Late):
			return errs.E(errs.Invalid, "%q is none of what can follow a deadline.", s.Late)
		case s.Late == LateEscalate && len(s.Escalate) == 0:
			return errs.E(errs.Invalid, "A step that is to be escalated needs somebody to escalate to.")
		}
	}
	return nil
}

// begin takes a step in hand.
func (c *Case) begin(step int, now time.Time) {
	c.At, c.Since, c.Due = step, now, time.Time{}
	if h := c.Steps[step].Hours; h > 0 {
		c.Due = now.Add(time.Duration(h) * time.Hour)
	}
}

// settle ends the case.
func (c *Case) settle(s State, now time.Time) {
	c.State, c.Due, c.Closed = s, time.Time{}, now
}

// Open lists the seats that the step in hand waits for.
func (c *Case) Open() (open []Seat) {
	if c.State != Waiting {
		return nil
	}
	for _, seat := range c.Steps[c.At].Deciders {
		if !slices.ContainsFunc(c.Votes, func(v Vote) bool { return v.Step == c.At && v.Seat == seat && v.What != Late }) {
			open = append(open, seat)
		}
	}
	return open
}

// said refuses a verdict that cannot be: of somebody who is not asked, who
// asked, whom the case is about, or who spoke in this step already, in whatever
// place.
func (c *Case) said(seat Seat, by int64, note string) error {
	switch {
	case c.State != Waiting:
		return errDecided
	case !slices.Contains(c.Open(), seat), by != 0 && (by == c.Asker || slices.Contains(c.Barred, by)):
		return errNotYou
	case slices.ContainsFunc(c.Votes, func(v Vote) bool { return v.Step == c.At && v.By == by && by != 0 }):
		return errTwice
	case len(note) > MaxNote:
		return errs.E(errs.TooLarge, "A note can have %d bytes.", MaxNote)
	}
	return nil
}

// decide takes a verdict in and goes on to the next step or the end.
func (c *Case) decide(seat Seat, by int64, what Verdict, note string, now time.Time) error {
	note = strings.TrimSpace(note)
	if err := c.said(seat, by, note); err != nil {
		return err
	}
	switch what {
	case Approve:
	case Refuse:
		if note == "" {
			return errs.E(errs.Invalid, "Please say why, so that who asked can do better.")
		}
	default:
		return errs.E(errs.Invalid, "%q is no decision.", what)
	}
	c.Votes = append(c.Votes, Vote{Step: c.At, Seat: seat, By: by, What: what, Note: note, At: now})
	switch {
	case what == Refuse:
		c.settle(Refused, now)
	case c.Steps[c.At].All && len(c.Open()) > 0:
	default:
		c.next(now)
	}
	return nil
}

// next goes on after a step that was approved.
func (c *Case) next(now time.Time) {
	if c.At+1 == len(c.Steps) {
		c.settle(Approved, now)
		return
	}
	c.begin(c.At+1, now)
}

// pass lets another decide in a place. Who passes on has had their say in this
// step; the deadline stays.
func (c *Case) pass(seat Seat, by int64, to Seat, note string, now time.Time) error {
	note = strings.TrimSpace(note)
	if err := c.said(seat, by, note); err != nil {
		return err
	}
	s := &c.Steps[c.At]
	switch {
	case slices.Contains(s.Deciders, to), to.Account != 0 && (to.Account == c.Asker || slices.Contains(c.Barred, to.Account)):
		return errs.E(errs.Conflict, "They are asked already, ask themselves, or it is about them: choose somebody else.")
	case len(s.Deciders) >= MaxDeciders:
		return errs.E(errs.TooLarge, "The step has %d people who decide: no more can be asked.", MaxDeciders)
	}
	c.Votes = append(c.Votes, Vote{Step: c.At, Seat: seat, By: by, What: Pass, Note: note, To: &to, At: now})
	s.Deciders = append(slices.Clone(s.Deciders), to)
	return nil
}

// recall takes the question back.
func (c *Case) recall(now time.Time) error {
	if c.State != Waiting {
		return errDecided
	}
	c.settle(Recalled, now)
	return nil
}

// late does what the step in hand says of a deadline that has passed; false
// where none has. It happens once a step.
func (c *Case) late(now time.Time) bool {
	if c.State != Waiting || c.Due.IsZero() || now.Before(c.Due) {
		return false
	}
	s := &c.Steps[c.At]
	c.Due = time.Time{}
	c.Votes = append(c.Votes, Vote{Step: c.At, What: Late, Note: s.Late, At: now})
	switch s.Late {
	case LateRefuse:
		c.settle(Refused, now)
	case LateApprove:
		c.next(now)
	case LateEscalate:
		s.Deciders = slices.Clone(s.Deciders)
		for _, seat := range s.Escalate {
			if !slices.Contains(s.Deciders, seat) {
				s.Deciders = append(s.Deciders, seat)
			}
		}
		s.All = false // one of all who are asked now is enough
	}
	return true
}

// seats lists everybody who is or was asked.
func (c *Case) seats() (list []Seat) {
	for _, s := range c.Steps[:min(c.At+1, len(c.Steps))] {
		for _, seat := range s.Deciders {
			if !slices.Contains(list, seat) {
				list = append(list, seat)
			}
		}
	}
	return list
}

// Said returns what was said last to a case that was refused: who, and why.
func (c *Case) Said() (v Vote, ok bool) {
	if len(c.Votes) == 0 {
		return v, false
	}
	return c.Votes[len(c.Votes)-1], true
}
