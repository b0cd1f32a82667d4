package approval

import "chancery/wire/jmap"

// URN names the capability of deciding: Approval/get, Approval/decide.
const URN = "urn:chancery:params:jmap:approvals"

// ApprovalObject is a case as clients have it.
type ApprovalObject struct {
	ID         jmap.ID        `json:"id"`
	Kind       string         `json:"kind"`  // mail.review, mail.rule, mail.look: says what about is
	State      string         `json:"state"` // waiting, approved, refused, recalled
	Title      string         `json:"title"`
	Level      *string        `json:"level"`     // how secret it is; null = it says nothing
	Reason     string         `json:"reason"`    // of who asks
	EarlierID  *jmap.ID       `json:"earlierId"` // the case that it appeals against
	Asker      *ApprovalParty `json:"asker"`     // null = the program itself
	IsMine     bool           `json:"isMine"`    // the person asked it
	MayDecide  bool           `json:"mayDecide"` // it waits for the person
	InPlaceOf  *ApprovalParty `json:"inPlaceOf"` // for whom they would decide; null = for themself
	MadeAt     jmap.UTCDate   `json:"madeAt"`
	DueAt      *jmap.UTCDate  `json:"dueAt"`    // null = the step in hand has no deadline
	ClosedAt   *jmap.UTCDate  `json:"closedAt"` // null = it waits
	Steps      []ApprovalStep `json:"steps" ts:"list"`
	StepInHand int            `json:"stepInHand"` // from 0
	About      any            `json:"about" ts:"unknown"`
}

// ApprovalParty is somebody in a case.
type ApprovalParty struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Duty  string `json:"duty"` // whoever has it: security; "" = the account of the email
}

// ApprovalStep is a step of a case.
type ApprovalStep struct {
	All      bool            `json:"all"` // every one has to approve; else one is enough
	Deciders []ApprovalParty `json:"deciders" ts:"list"`
	Said     []ApprovalVote  `json:"said" ts:"list"`
}

// ApprovalVote is what was said in a step.
type ApprovalVote struct {
	What string         `json:"what"` // approve, refuse, pass, late
	By   *ApprovalParty `json:"by"`   // null = the clock
	For  *ApprovalParty `json:"for"`  // in whose place; null = in their own
	To   *ApprovalParty `json:"to"`   // of pass
	Note string         `json:"note"` // of late: what was done, escalate, refuse, approve, or "" = nothing
	At   jmap.UTCDate   `json:"at"`
}

// ApprovalDecideArgs are the arguments of Approval/decide.
type ApprovalDecideArgs struct {
	AccountID jmap.ID `json:"accountId"`
	ID        jmap.ID `json:"id"`
	What      string  `json:"what"` // approve, refuse, pass
	Note      string  `json:"note"` // refuse needs one
	To        string  `json:"to"`   // the address to pass it to
}

// ApprovalDecideAnswer is the answer of Approval/decide.
type ApprovalDecideAnswer struct {
	AccountID jmap.ID `json:"accountId"`
	State     string  `json:"state"` // of the case
}
