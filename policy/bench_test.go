package policy

import "testing"

// BenchmarkCan is what a decision costs (bar: 5 microseconds).
func BenchmarkCan(b *testing.B) {
	s, l := Subject{Org: 1, Account: 7, Clearance: Secret}, Label{Org: 1, Owner: 8, Level: Confidential, Granted: Read | Mark}
	for b.Loop() {
		if !Can(s, Read, l) {
			b.Fatal("refused")
		}
	}
}
