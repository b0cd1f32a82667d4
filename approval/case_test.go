package approval

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"chancery/kit/errs"
	"chancery/policy"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func seat(n int64) Seat { return Seat{Account: n} }

// TestSteps goes through cases by what is said in them. An act is "who: what",
// done at the seat of the same number, or "who/seat: what" in another's place.
func TestSteps(t *testing.T) {
	one := Step{Deciders: []Seat{seat(1), seat(2)}}
	both := Step{Deciders: []Seat{seat(1), seat(2)}, All: true}
	next := Step{Deciders: []Seat{seat(3)}}
	duty := Step{Deciders: []Seat{{Duty: policy.DutySecurity}}}
	urgent := func(late string) Step {
		return Step{Deciders: []Seat{seat(1), seat(2)}, All: true, Hours: 2, Late: late, Escalate: []Seat{seat(4), seat(1)}}
	}
	for name, c := range map[string]struct {
		steps []Step
		acts  []string
		want  string // state, step, open seats
	}{
		"one of two is enough":                  {[]Step{one}, []string{"1: approve"}, "approved 0 []"},
		"every one of two":                      {[]Step{both}, []string{"1: approve"}, "waiting 0 [2]"},
		"every one has spoken":                  {[]Step{both}, []string{"1: approve", "2: approve"}, "approved 0 []"},
		"one refusal ends it":                   {[]Step{both, next}, []string{"1: approve", "2: refuse"}, "refused 0 []"},
		"step after step":                       {[]Step{one, next}, []string{"2: approve"}, "waiting 1 [3]"},
		"to the end":                            {[]Step{one, next}, []string{"2: approve", "3: approve"}, "approved 1 []"},
		"not before their turn":                 {[]Step{one, next}, []string{"3: approve ! forbidden"}, "waiting 0 [1 2]"},
		"a stranger":                            {[]Step{one}, []string{"9: approve ! forbidden"}, "waiting 0 [1 2]"},
		"who asked, in another's place":         {[]Step{one}, []string{"7/1: approve ! forbidden"}, "waiting 0 [1 2]"},
		"whom it is about, in another's place":  {[]Step{one}, []string{"6/1: approve ! forbidden"}, "waiting 0 [1 2]"},
		"passed on to whom it is about":         {[]Step{one}, []string{"1: pass 6 ! conflict"}, "waiting 0 [1 2]"},
		"nobody twice in a step":                {[]Step{both}, []string{"1: approve", "1/2: approve ! conflict"}, "waiting 0 [2]"},
		"the same in the next step":             {[]Step{one, one}, []string{"1: approve", "1: approve"}, "approved 1 []"},
		"a refusal says why":                    {[]Step{one}, []string{"1: refuse silently ! invalid"}, "waiting 0 [1 2]"},
		"no verdict":                            {[]Step{one}, []string{"1: maybe ! invalid"}, "waiting 0 [1 2]"},
		"passed on":                             {[]Step{next}, []string{"3: pass 5"}, "waiting 0 [5]"},
		"passed on and approved":                {[]Step{next}, []string{"3: pass 5", "5: approve"}, "approved 0 []"},
		"who passed on is heard no more":        {[]Step{next}, []string{"3: pass 5", "3/5: approve ! conflict"}, "waiting 0 [5]"},
		"passed on to who asked":                {[]Step{next}, []string{"3: pass 7 ! conflict"}, "waiting 0 [3]"},
		"passed on to who is asked":             {[]Step{one}, []string{"1: pass 2 ! conflict"}, "waiting 0 [1 2]"},
		"every one, one passed on":              {[]Step{both}, []string{"1: pass 5", "2: approve"}, "waiting 0 [5]"},
		"recalled":                              {[]Step{one}, []string{"recall"}, "recalled 0 []"},
		"recalled too late":                     {[]Step{one}, []string{"1: approve", "recall ! conflict"}, "approved 0 []"},
		"decided after the recall":              {[]Step{one}, []string{"recall", "1: approve ! conflict"}, "recalled 0 []"},
		"whoever has the duty":                  {[]Step{duty}, []string{"8/duty: approve"}, "approved 0 []"},
		"in time":                               {[]Step{urgent(LateRefuse)}, []string{"wait 1h"}, "waiting 0 [1 2]"},
		"late and refused":                      {[]Step{urgent(LateRefuse)}, []string{"wait 2h"}, "refused 0 []"},
		"late and approved":                     {[]Step{urgent(LateApprove), next}, []string{"wait 3h"}, "waiting 1 [3]"},
		"late and waiting on":                   {[]Step{urgent(LateWait)}, []string{"wait 3h", "wait 90h"}, "waiting 0 [1 2]"},
		"late and escalated":                    {[]Step{urgent(LateEscalate)}, []string{"wait 3h"}, "waiting 0 [1 2 4]"},
		"escalated once":                        {[]Step{urgent(LateEscalate)}, []string{"wait 3h", "wait 9h"}, "waiting 0 [1 2 4]"},
		"after escalation one is enough":        {[]Step{urgent(LateEscalate)}, []string{"1: approve", "wait 3h", "4: approve"}, "approved 0 []"},
		"after escalation they may still speak": {[]Step{urgent(LateEscalate)}, []string{"wait 3h", "1: approve"}, "approved 0 []"},
		"the next step has its own time":        {[]Step{urgent(LateRefuse), urgent(LateRefuse)}, []string{"wait 1h", "1: approve", "2: approve", "wait 1h"}, "waiting 1 [1 2]"},
	} {
		t.Run(name, func(t *testing.T) {
			k := Case{Asker: 7, Barred: []int64{6}, State: Waiting, Steps: c.steps}
			if err := k.check(); err != nil {
				t.Fatal(err)
			}
			now := noon
			k.begin(0, now)
			for _, act := range c.acts {
				if err := k.play(act, &now); err != nil {
					t.Fatalf("%s: %v", act, err)
				}
			}
			var open []string
			for _, s := range k.Open() {
				open = append(open, fmt.Sprint(s.Account))
			}
			if got := fmt.Sprintf("%s %d %v", k.State, k.At, open); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if k.State != Waiting && (k.Closed.IsZero() || !k.Due.IsZero()) {
				t.Error("not closed")
			}
		})
	}
}

// play does an act of the table; an error only where another was expected.
func (c *Case) play(act string, now *time.Time) error {
	var wants, who, what, arg string
	if i := slices.Index([]byte(act), '!'); i >= 0 {
		act, wants = act[:i-1], act[i+2:]
	}
	var err error
	switch {
	case act == "recall":
		err = c.recall(*now)
	case len(act) > 5 && act[:5] == "wait ":
		d, bad := time.ParseDuration(act[5:])
		if bad != nil {
			return bad
		}
		*now = now.Add(d)
		c.late(*now)
	default:
		if _, err := fmt.Sscanf(act, "%s %s", &who, &what); err != nil {
			return err
		}
		_, _ = fmt.Sscanf(act, "%s %s %s", &who, &what, &arg)
		var by, at int64
		who = who[:len(who)-1]
		place := Seat{}
		if n, _ := fmt.Sscanf(who, "%d/%d", &by, &at); n == 2 {
			place = seat(at)
		} else if by != 0 && len(who) > 2 && who[len(who)-4:] == "duty" {
			place = Seat{Duty: policy.DutySecurity}
		} else {
			place = seat(by)
		}
		note := "since it is so"
		if arg == "silently" {
			note = " "
		}
		if what == "pass" {
			var to int64
			_, _ = fmt.Sscan(arg, &to)
			err = c.pass(place, by, seat(to), note, *now)
		} else {
			err = c.decide(place, by, Verdict(what), note, *now)
		}
	}
	if wants == "" {
		return err
	}
	if err == nil || errs.KindOf(err).String() != wants {
		return fmt.Errorf("got %v, want %s", err, wants)
	}
	return nil
}

// TestCheck refuses cases that could never end, or never begin.
func TestCheck(t *testing.T) {
	ok := Step{Deciders: []Seat{seat(1)}}
	many := make([]Seat, MaxDeciders+1)
	for name, steps := range map[string][]Step{
		"no step":                   nil,
		"too many steps":            slices.Repeat([]Step{ok}, MaxSteps+1),
		"nobody decides":            {{}},
		"too many decide":           {{Deciders: many}},
		"time that runs backwards":  {{Deciders: []Seat{seat(1)}, Hours: -1}},
		"an unknown end":            {{Deciders: []Seat{seat(1)}, Late: "explode"}},
		"escalated to nobody":       {{Deciders: []Seat{seat(1)}, Late: LateEscalate}},
		"escalated to too many":     {{Deciders: []Seat{seat(1)}, Late: LateEscalate, Escalate: many}},
		"more time than there is":   {{Deciders: []Seat{seat(1)}, Hours: MaxHours + 1}},
		"a good step and a bad one": {ok, {}},
	} {
		if err := (&Case{Steps: steps}).check(); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
