package flow

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"chancery/kit/errs"
	"chancery/policy"
)

// Limits of one rule, and of what Judge looks at.
const (
	MaxRules   = 500       // rules of one organisation; callers hold to it
	MaxRule    = 128 << 10 // bytes of a stored rule
	MaxName    = 200       // bytes
	MaxWords   = 200       // of one rule
	MaxWord    = 200       // bytes of a word, as it is compared
	MaxList    = 200       // addresses or units in one list
	MaxTypes   = 50        // types of files
	MaxSteps   = 5         // of a review
	MaxPeople  = 20        // reviewers of a step, whom it goes up to, who hears appeals
	MaxHours   = 90 * 24   // for a step
	MaxReason  = 500       // bytes of a refusal or a warning
	MaxStamp   = 4000      // bytes of a text put into letters
	MaxPersons = 1000      // numbers of persons that a rule can ask for
	MaxText    = 4 << 20   // bytes of text that Judge looks at
	MaxMarks   = 50        // marks of one hit
)

// Check says whether a rule can be kept, in words a person understands.
func (r Rule) Check() error {
	if err := text("name", r.Name, MaxName, false); err != nil {
		return err
	}
	if strings.TrimSpace(r.Name) == "" {
		return errs.E(errs.Invalid, "Give the rule a name.")
	}
	for _, check := range []func() error{r.When.check, r.Unless.check, r.Then.check} {
		if err := check(); err != nil {
			return err
		}
	}
	if r.When.Direction == In && r.Then.Hold != nil && slices.ContainsFunc(r.Then.Hold.Steps, func(s Step) bool { return s.Head }) {
		return errs.E(errs.Invalid, "Who writes from another server has no unit here, and no head of it.")
	}
	if r.When.Direction == In && r.Then.Warn != "" {
		return errs.E(errs.Invalid, "Nobody can be warned before sending where letters come from other servers.")
	}
	return nil
}

func (w When) check() error {
	if w.Direction != "" && w.Direction != Out && w.Direction != In {
		return errs.E(errs.Invalid, "The direction is \"out\", \"in\" or nothing, not %q.", w.Direction)
	}
	if w.Level < policy.Unlabelled || w.Level > policy.TopSecret {
		return errs.E(errs.Invalid, "There is no such level of secrecy.")
	}
	if w.Persons < 0 || w.Persons > MaxPersons {
		return errs.E(errs.Invalid, "The count of numbers of persons is from 0 to %d.", MaxPersons)
	}
	if err := people(w.SenderUnits, w.Senders, w.RecipientUnits, w.Recipients); err != nil {
		return err
	}
	if len(w.Words) > MaxWords {
		return errs.E(errs.Invalid, "A rule has at most %d words; make a second rule.", MaxWords)
	}
	for _, word := range w.Words {
		if err := checkWord(word); err != nil {
			return err
		}
	}
	if w.Attachments != nil {
		return w.Attachments.check()
	}
	return nil
}

func checkWord(word string) error {
	if err := text("word", word, 4*MaxWord, false); err != nil {
		return err
	}
	body, _ := strings.CutSuffix(strings.TrimSpace(word), "*")
	p := newPattern(word)
	switch {
	case p.text == "":
		return errs.E(errs.Invalid, "A word is empty.")
	case strings.Contains(body, "*"):
		return errs.E(errs.Invalid, "In %q the * does not stand at the end.", word)
	case len(p.text) > MaxWord:
		return errs.E(errs.Invalid, "The word %q is longer than %d bytes.", word, MaxWord)
	}
	return nil
}

func (f *Files) check() error {
	if !f.Any && len(f.Types) == 0 && f.Larger == 0 && !f.Unreadable {
		return errs.E(errs.Invalid, "Say which files are meant: any, of some types, larger than a size, or those that cannot be looked into.")
	}
	if f.Larger < 0 {
		return errs.E(errs.Invalid, "A size is not below zero.")
	}
	if len(f.Types) > MaxTypes {
		return errs.E(errs.Invalid, "A rule has at most %d types of files.", MaxTypes)
	}
	for _, t := range f.Types {
		if err := text("type", t, 100, false); err != nil {
			return err
		}
		main, sub, isMedia := strings.Cut(t, "/")
		ending, isEnding := strings.CutPrefix(t, ".")
		isEnding = isEnding && ending != "" && !strings.HasSuffix(ending, ".")
		if strings.ContainsFunc(t, unicode.IsSpace) || isMedia == isEnding || isMedia && (main == "" || sub == "" || strings.Contains(main, "*") || strings.ContainsAny(sub, "/;") || sub != "*" && strings.Contains(sub, "*")) {
			return errs.E(errs.Invalid, "%q is no type of files: write an ending as .zip, or a media type as application/pdf or image/*.", t)
		}
	}
	return nil
}

func (u Unless) check() error {
	return people(u.SenderUnits, u.Senders, u.RecipientUnits, u.Recipients)
}

// people checks the lists that both kinds of conditions have.
func people(senderUnits []int64, senders []string, recipientUnits []int64, recipients []string) error {
	if len(senderUnits) > MaxList || len(recipientUnits) > MaxList || len(senders) > MaxList || len(recipients) > MaxList {
		return errs.E(errs.Invalid, "A list of a rule has at most %d entries.", MaxList)
	}
	for _, list := range [][]int64{senderUnits, recipientUnits} {
		for _, id := range list {
			if id <= 0 {
				return errs.E(errs.Invalid, "There is no unit %d.", id)
			}
		}
	}
	for _, list := range [][]string{senders, recipients} {
		for _, a := range list {
			local, domain := splitAddress(a)
			if !isAddress(a) && (local != "" || !isDomain(strings.TrimPrefix(domain, "."))) {
				return errs.E(errs.Invalid, "%q is no address: write name@domain, @domain, or @.domain for a domain and all below it.", a)
			}
		}
	}
	return nil
}

func (t Then) check() error {
	if t.Hold == nil && t.Monitor == "" && !t.Journal && t.Refuse == "" && t.Require == "" && t.Disclaimer == nil && t.Warn == "" {
		return errs.E(errs.Invalid, "Say what the rule does with a letter.")
	}
	if t.Refuse != "" && (t.Hold != nil || t.Require != "" || t.Disclaimer != nil) {
		return errs.E(errs.Invalid, "A rule that refuses letters can neither hold them for review, nor require something of them, nor put a text in.")
	}
	if t.Require != "" && t.Require != Signature && t.Require != Encryption && t.Require != Both {
		return errs.E(errs.Invalid, "A rule can require \"signature\", \"encryption\" or \"both\", not %q.", t.Require)
	}
	if t.Monitor != "" && !isAddress(t.Monitor) {
		return errs.E(errs.Invalid, "%q is not the address of a mailbox.", t.Monitor)
	}
	if err := text("reason", t.Refuse, MaxReason, true); err != nil {
		return err
	}
	if err := text("warning", t.Warn, MaxReason, true); err != nil {
		return err
	}
	if t.Disclaimer != nil {
		if strings.TrimSpace(t.Disclaimer.Text) == "" {
			return errs.E(errs.Invalid, "The text to put into letters is empty.")
		}
		if err := text("text to put into letters", t.Disclaimer.Text, MaxStamp, true); err != nil {
			return err
		}
	}
	if t.Hold != nil {
		return t.Hold.check()
	}
	return nil
}

func (r *Review) check() error {
	if len(r.Steps) == 0 || len(r.Steps) > MaxSteps {
		return errs.E(errs.Invalid, "A review has from 1 to %d steps.", MaxSteps)
	}
	for i, s := range r.Steps {
		if len(s.Reviewers) == 0 && !s.Head {
			return errs.E(errs.Invalid, "Step %d of the review has nobody who decides.", i+1)
		}
		if err := addresses(s.Reviewers, s.Escalate); err != nil {
			return err
		}
		switch s.Late {
		case "":
		case LateEscalate, LateRefuse, LateRelease:
			if s.Hours == 0 {
				return errs.E(errs.Invalid, "Step %d of the review says what happens when it is late, but not after how many hours.", i+1)
			}
			if s.Late == LateEscalate && len(s.Escalate) == 0 {
				return errs.E(errs.Invalid, "Step %d of the review goes up when it is late, but not to whom.", i+1)
			}
		default:
			return errs.E(errs.Invalid, "A late review can \"escalate\", \"refuse\", \"release\" or wait, not %q.", s.Late)
		}
		if s.Hours < 0 || s.Hours > MaxHours {
			return errs.E(errs.Invalid, "The hours of a review are from 0 to %d.", MaxHours)
		}
	}
	return addresses(r.Appeal)
}

// addresses checks lists of people who decide.
func addresses(lists ...[]string) error {
	for _, list := range lists {
		if len(list) > MaxPeople {
			return errs.E(errs.Invalid, "A list of people who decide has at most %d.", MaxPeople)
		}
		for _, a := range list {
			if !isAddress(a) {
				return errs.E(errs.Invalid, "%q is not the address of a person or a mailbox.", a)
			}
		}
	}
	return nil
}

// text checks what people wrote: UTF-8, not too long, no controls; line ends
// only where hasLines.
func text(what, s string, limit int, hasLines bool) error {
	if len(s) > limit {
		return errs.E(errs.Invalid, "The %s is longer than %d bytes.", what, limit)
	}
	if !utf8.ValidString(s) {
		return errs.E(errs.Invalid, "The %s is not text.", what)
	}
	for _, c := range s {
		if unicode.IsControl(c) && !(hasLines && (c == '\n' || c == '\r' || c == '\t')) {
			return errs.E(errs.Invalid, "The %s holds a control character.", what)
		}
	}
	return nil
}
