package policy

import "testing"

// TestCan is the authorisation matrix: every line a subject, a need, a label
// and the answer.
func TestCan(t *testing.T) {
	inner := Subject{Org: 1, Account: 7, Clearance: Secret, Zone: Inner}
	reach := Reach{Web: Internal, Programs: Public}
	outer, program := inner, inner
	outer.Zone, outer.Clearance = Outer, reach.Of(inner.Clearance, false)
	program.Zone, program.Clearance = Outer, reach.Of(inner.Clearance, true)
	for _, c := range []struct {
		name string
		s    Subject
		need Rights
		l    Label
		want bool
	}{
		{"own mailbox", inner, All, Label{Org: 1, Owner: 7}, true},
		{"own mailbox from outside", outer, All, Label{Org: 1, Owner: 7}, true},
		{"another's mailbox", inner, Read, Label{Org: 1, Owner: 8}, false},
		{"granted", inner, Read, Label{Org: 1, Owner: 8, Granted: Read | Mark}, true},
		{"granted less than needed", inner, Read | SendAs, Label{Org: 1, Owner: 8, Granted: Read}, false},
		{"nothing needed is not everything allowed", inner, 0, Label{Org: 1, Owner: 8}, false},
		{"other organisation", inner, Read, Label{Org: 2, Owner: 7, Granted: All}, false},
		{"level equal to clearance", inner, Read, Label{Org: 1, Owner: 7, Level: Secret}, true},
		{"level above clearance, owned", inner, Read, Label{Org: 1, Owner: 7, Level: TopSecret}, false},
		{"level above clearance, granted", inner, Read, Label{Org: 1, Owner: 8, Level: TopSecret, Granted: All}, false},
		{"confidential from outside", outer, Read, Label{Org: 1, Owner: 7, Level: Confidential}, false},
		{"internal from outside", outer, Read, Label{Org: 1, Owner: 7, Level: Internal}, true},
		{"internal from outside, by a program", program, Read, Label{Org: 1, Owner: 7, Level: Internal}, false},
		{"without a label from outside, by a program", program, Read, Label{Org: 1, Owner: 7, Level: Unlabelled}, true},
		{"the system", System(1), Insert, Label{Org: 1, Owner: 7, Level: TopSecret}, true},
		{"the system of another organisation", System(2), Insert, Label{Org: 1, Owner: 7}, false},
	} {
		if got := Can(c.s, c.need, c.l); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
