package flow

import (
	"bytes"
	"encoding/json"
	"io"

	"chancery/kit/errs"
	"chancery/policy"
)

// The ways of a letter.
const (
	Out = "out" // written here, to people here too
	In  = "in"  // from other servers
)

// What a rule can require of a letter.
const (
	Signature  = "signature"
	Encryption = "encryption"
	Both       = "both"
)

// What becomes of a step of review that nobody decided in time. The zero value
// is that the letter waits on.
const (
	LateEscalate = "escalate"
	LateRefuse   = "refuse"
	LateRelease  = "release"
)

// Rule is one rule. It is stored as JSON with short names; zero values are left out.
type Rule struct {
	ID     int64  `json:"-"`
	Name   string `json:"name,omitempty"` // what people call it
	Off    bool   `json:"off,omitempty"`
	When   When   `json:"when,omitzero"`
	Unless Unless `json:"unless,omitzero"`
	Then   Then   `json:"then,omitzero"`
}

// When are the conditions. All that are given must hold; within a list it is
// enough that one does. Without any, the rule is for every letter.
type When struct {
	Direction      string   `json:"direction,omitempty"`      // Out, In; "" = any
	SenderUnits    []int64  `json:"senderUnits,omitempty"`    // the sender's unit or one above it
	Senders        []string `json:"senders,omitempty"`        // "a@b", "@domain", "@.domain" for the domain and all below it
	RecipientUnits []int64  `json:"recipientUnits,omitempty"` // of any recipient
	Recipients     []string `json:"recipients,omitempty"`     // any recipient, written as in Senders
	Outside        bool     `json:"outside,omitempty"`        // at least one recipient is outside the organisation
	// Level is the least level. Every letter is at least public, so that Public,
	// the zero value, means any, as Unlabelled does; it is read as Unlabelled.
	Level       policy.Level `json:"-"`
	Words       []string     `json:"words,omitempty"`       // in subject, text, names and texts of files
	Persons     int          `json:"persons,omitempty"`     // at least so many different numbers of persons or cards
	Attachments *Files       `json:"attachments,omitempty"` // one file that is as said
}

// Files says which files are meant: one for which all that is given holds.
type Files struct {
	Any    bool     `json:"any,omitempty"`    // whichever
	Types  []string `json:"types,omitempty"`  // endings ".zip", or media types "application/pdf", "image/*"
	Larger int64    `json:"larger,omitempty"` // than so many bytes
	// Unreadable asks for what cannot be looked into: encrypted or damaged files,
	// those of kinds that are not read, and more text than is looked at.
	Unreadable bool `json:"unreadable,omitempty"`
}

// Unless are the exceptions: where one of them holds the rule does not.
type Unless struct {
	SenderUnits []int64  `json:"senderUnits,omitempty"`
	Senders     []string `json:"senders,omitempty"`
	// RecipientUnits and Recipients hold together: when each recipient is in one of them.
	RecipientUnits []int64  `json:"recipientUnits,omitempty"`
	Recipients     []string `json:"recipients,omitempty"`
	Encrypted      bool     `json:"encrypted,omitempty"` // the letter is encrypted
}

// Then is what happens: everything that is given.
type Then struct {
	Hold       *Review `json:"hold,omitempty"`       // review before delivery
	Monitor    string  `json:"monitor,omitempty"`    // the address of a monitor mailbox, which gets a copy
	Journal    bool    `json:"journal,omitempty"`    // kept with its full envelope, written once
	Refuse     string  `json:"refuse,omitempty"`     // the reason, told to the sender
	Require    string  `json:"require,omitempty"`    // Signature, Encryption, Both; refused where it is missing
	Disclaimer *Text   `json:"disclaimer,omitempty"` // put into the text
	Warn       string  `json:"warn,omitempty"`       // told to the writer before sending
}

// Text is put below the text of a letter, or above it.
type Text struct {
	Text string `json:"text,omitempty"` // plain, in as many languages as are wanted
	Top  bool   `json:"top,omitempty"`
}

// Review says who looks at a letter before it is delivered.
type Review struct {
	Steps  []Step   `json:"steps,omitempty"`  // one after the other
	Appeal []string `json:"appeal,omitempty"` // addresses that decide when the sender appeals; none = no appeal
}

// Step is one step of a review.
type Step struct {
	Reviewers []string `json:"reviewers,omitempty"` // addresses of people or of mailboxes of positions
	Head      bool     `json:"head,omitempty"`      // the head of the sender's unit decides, too
	All       bool     `json:"all,omitempty"`       // every one has to agree, else any one
	Hours     int      `json:"hours,omitempty"`     // to decide in; 0 = without end
	Late      string   `json:"late,omitempty"`      // LateEscalate, LateRefuse, LateRelease; "" = it waits on
	Escalate  []string `json:"escalate,omitempty"`  // whom it goes to then
}

// storedWhen is When as it is stored, the level by its word.
type storedWhen struct {
	plainWhen
	Level string `json:"level,omitempty"`
}

type plainWhen When

// IsZero says whether there is no condition, so that the rule is for every letter.
func (w When) IsZero() bool {
	return w.Direction == "" && len(w.SenderUnits)+len(w.Senders)+len(w.RecipientUnits)+len(w.Recipients)+len(w.Words) == 0 &&
		!w.Outside && w.Level <= policy.Public && w.Persons == 0 && w.Attachments == nil
}

// MarshalJSON writes the level as its word, and any as nothing.
func (w When) MarshalJSON() ([]byte, error) {
	s := storedWhen{plainWhen: plainWhen(w)}
	if w.Level > policy.Public {
		if s.Level = w.Level.String(); s.Level == "" {
			return nil, errs.E(errs.Invalid, "There is no such level of secrecy.")
		}
	}
	return json.Marshal(s)
}

// UnmarshalJSON reads what MarshalJSON wrote and refuses unknown members.
func (w *When) UnmarshalJSON(data []byte) error {
	s := storedWhen{}
	if err := strict(data, &s); err != nil {
		return err
	}
	*w = When(s.plainWhen)
	w.Level = policy.Unlabelled
	if s.Level != "" {
		level, err := policy.LevelOf(s.Level)
		if err != nil {
			return err
		}
		if level > policy.Public {
			w.Level = level
		}
	}
	return nil
}

// strict reads one JSON value with no unknown members and nothing behind it.
func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errs.E(errs.Invalid, "There is something behind the rule.")
	}
	return nil
}

// Parse reads a rule and checks it.
func Parse(data []byte) (Rule, error) {
	if len(data) > MaxRule {
		return Rule{}, errs.E(errs.TooLarge, "The rule is longer than %d bytes.", MaxRule)
	}
	r := Rule{When: When{Level: policy.Unlabelled}}
	if err := strict(data, &r); err != nil {
		return Rule{}, errs.Wrap(errs.Invalid, err, "The rule cannot be read: %v", err)
	}
	if err := r.Check(); err != nil {
		return Rule{}, err
	}
	return r, nil
}

// Encode checks a rule and writes it.
func (r Rule) Encode() ([]byte, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	b, err := json.Marshal(r)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "The rule cannot be written.")
	}
	if len(b) > MaxRule {
		return nil, errs.E(errs.TooLarge, "The rule is longer than %d bytes.", MaxRule)
	}
	return b, nil
}
