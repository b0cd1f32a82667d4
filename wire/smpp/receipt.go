package smpp

import (
	"regexp"
)

// Receipt is what the message centre says of a message it took.
type Receipt struct {
	ID    string
	State string // DELIVRD, EXPIRED, DELETED, UNDELIV, ACCEPTD, UNKNOWN, REJECTD
}

// Delivered says whether the telephone has it.
func (r Receipt) Delivered() bool { return r.State == "DELIVRD" }

// Final says whether nothing more will become of it.
func (r Receipt) Final() bool { return r.State != "ACCEPTD" && r.State != "ENROUTE" }

// The form of appendix B, which operators vary in what we do not read.
var (
	receiptID    = regexp.MustCompile(`(?i)\bid:(\S{1,64})`)
	receiptState = regexp.MustCompile(`(?i)\bstat:([A-Z]{1,8})`)
)

// states are those of the option message_state (section 5.2.28).
var states = map[byte]string{1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 7: "UNKNOWN", 8: "REJECTD"}

// receiptMask are the bits of esm_class that say what kind a message is, and
// receiptClass the kind of receipts (section 5.2.12).
const receiptMask, receiptClass = 0x3c, 0x04

// ReceiptOf reads a receipt from a deliver_sm; ok is false where the message
// is none. The options go before the text.
func ReceiptOf(m Message) (r Receipt, ok bool) {
	if m.ESMClass&receiptMask != receiptClass {
		return r, false
	}
	if found := receiptID.FindSubmatch(m.Text); found != nil {
		r.ID = string(found[1])
	}
	if found := receiptState.FindSubmatch(m.Text); found != nil {
		r.State = string(found[1])
	}
	if id, there := m.Options[optReceiptedID]; there {
		read := reader{b: id}
		if text := read.text(65); read.err == nil && text != "" {
			r.ID = text
		}
	}
	if s := m.Options[optState]; len(s) == 1 && states[s[0]] != "" {
		r.State = states[s[0]]
	}
	return r, r.ID != "" && r.State != ""
}
