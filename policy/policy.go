// Package policy answers one question: may this subject do this to a thing
// with this label?
//
// Owns: secrecy levels, network zones, rights and the rule that joins them.
// It is pure: no database, no clock. Rooms look up the label (who owns the
// thing, what was granted, how secret it is) and ask [Can] in their verbs,
// never in a handler.
//
// Administrators are asked with [Holds]: a role is a set of duties, granted for
// the whole organisation or for a unit with all below it (duty.go).
//
// Rules it answers: C14, C15 (five levels matched with clearance), C09 (inner
// and outer network), D17 (shared mailboxes with named rights), N36 and
// N59 (delegated administration, least privilege).
package policy

import "time"

// Level is a secrecy level. The country pack gives the five their names;
// the numbers are what is stored.
type Level int16

// The ladder of C14, lowest first.
const (
	// Unlabelled is what nobody has said anything of: it passes as Public does,
	// but is not what somebody chose.
	Unlabelled Level = iota - 1
	Public
	Internal
	Confidential
	Secret
	TopSecret
)

// Zone is the network a request came from.
type Zone uint8

const (
	Outer Zone = iota // anywhere; the zero value is the strict one
	Inner             // the agency's own network
)

// Assurance is how surely a subject is who it says (NIST SP 800-63B's levels,
// below them what a program can show).
type Assurance uint8

const (
	ByProgram  Assurance = iota // an app password: enough for mail, not for changing how one signs in
	ByPassword                  // AAL1
	ByTwo                       // AAL2: a second factor as well
	ByHardware                  // AAL3: a key or a certificate in hardware
)

// Rights are what a subject was granted on a mailbox that is not its own.
type Rights uint16

const (
	Read     Rights = 1 << iota // see and search
	Mark                        // set keywords (seen, flagged, ...)
	Organise                    // file, move and remove messages, change folders
	Insert                      // put messages in
	SendAs                      // send with the mailbox's own address as the author
	OnBehalf                    // send for the mailbox, named as the sender
	Manage                      // grant rights to others
)

// All is what an owner has.
const All = Read | Mark | Organise | Insert | SendAs | OnBehalf | Manage

// Reach is how high what is seen may be from a network zone: in the web client,
// and in programs, whose copies lie where nobody watches over them. What is
// above it is not there at all.
type Reach struct{ Web, Programs Level }

// DefaultReach is everything from the inner network, up to Confidential in
// programs; from elsewhere nothing above Internal.
func DefaultReach(z Zone) Reach {
	if z == Inner {
		return Reach{Web: TopSecret, Programs: Confidential}
	}
	return Reach{Web: Internal, Programs: Internal}
}

// Of returns the clearance that is left of somebody's in the zone.
func (r Reach) Of(clearance Level, isProgram bool) Level {
	if isProgram {
		return min(clearance, r.Programs)
	}
	return min(clearance, r.Web)
}

// Subject is who asks, and from where.
type Subject struct {
	Org       int64  // organisation
	Account   int64  // the account signed in to; 0 is the system itself
	Address   string // its main address, for records
	Clearance Level  // highest level it may see here: its own clearance, as far as zone and door let it through
	Post      string // title and unit of the post it acts in, for records
	Zone      Zone
	Network   string // name of the network zone, for records
	Peer      string // network address, for records
	Local     string // address of ours that it came to, where that is known
	Machine   string // of the house that it came from, by its certificate, for records; "" where none is asked for
	Door      string // which protocol, for records

	Assurance  Assurance
	Weak       bool      // the second factor was a code by SMS, which numbers that are taken over read too
	Proved     time.Time // when they last proved who they are
	Credential int64     // version of the credential it was proved with
	Session    int64     // of the web client; 0 = none
	Ground     int64     // what else the sign-in rests on, such as a certificate: it ends with that; 0 = nothing
	Terms      Terms     // of their service level
}

// Vouched is how surely other systems may be told that the subject is who it
// says: a second factor that is a code by SMS counts in this house, where a
// zone takes it, and nowhere else.
func (s Subject) Vouched() Assurance {
	if s.Weak {
		return min(s.Assurance, ByPassword)
	}
	return s.Assurance
}

// Label is what the thing says of itself, as far as this subject is concerned.
type Label struct {
	Org     int64
	Owner   int64  // account it belongs to
	Level   Level  // secrecy
	Granted Rights // what the subject was granted on it
}

// System is the subject of work that nobody asked for: delivery, schedules.
func System(org int64) Subject {
	return Subject{Org: org, Clearance: TopSecret, Zone: Inner, Door: "system"}
}

// Can says whether the subject may do what needs the rights to a thing with
// the label. A level above the subject's clearance is refused whatever was
// granted and whoever owns it.
func Can(s Subject, need Rights, l Label) bool {
	if s.Org != l.Org || l.Level > s.Clearance {
		return false
	}
	if s.Account == 0 || s.Account == l.Owner {
		return true
	}
	return need != 0 && l.Granted&need == need
}
