package jmapmail

import "chancery/wire/jmap"

// RulesURN names our own capability: rules for arriving mail.
const RulesURN = "urn:chancery:params:jmap:rules"

// SieveURN is RFC 9661.
const SieveURN = "urn:ietf:params:jmap:sieve"

// MailRules are a person's rules for arriving mail: one record an account,
// with the id "singleton".
type MailRules struct {
	ID    string `json:"id"`
	Rules []Rule `json:"rules" ts:"list"`
	// IsActive says that the rules run; they do not while a script of the
	// person's own does.
	IsActive bool `json:"isActive"`
	// The rest is set by the server.
	ActiveScriptName *string       `json:"activeScriptName"`
	Script           string        `json:"script"`    // what the rules become
	Discarded        int64         `json:"discarded"` // letters thrown away so far
	LastError        *string       `json:"lastError"` // of a run; the letter was kept
	LastErrorAt      *jmap.UTCDate `json:"lastErrorAt"`
}

// Rule says what to do with letters that meet its conditions.
type Rule struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	IsEnabled  bool            `json:"isEnabled"`
	Match      string          `json:"match"` // all, any
	Conditions []RuleCondition `json:"conditions" ts:"list"`
	Actions    []RuleAction    `json:"actions" ts:"list"`
}

// RuleCondition is one test.
type RuleCondition struct {
	Field  string `json:"field"`            // from, to, cc, toOrCc, subject, body, list, header, size, attachment
	Op     string `json:"op"`               // contains, notContains, is, isNot, startsWith, endsWith, over, under, exists, notExists
	Value  string `json:"value"`            // text; bytes for size
	Header string `json:"header,omitempty"` // name of the field when field is header
}

// RuleAction is one thing to do.
type RuleAction struct {
	Type  string `json:"type"`            // fileInto, addKeyword, markSeen, flag, forwardTo, discard, stop
	Value string `json:"value,omitempty"` // mailbox id, keyword or address
}

// RulesTestArgs are the arguments of MailRules/test: which of the newest
// letters of a mailbox would meet the given rules.
type RulesTestArgs struct {
	AccountID string `json:"accountId"`
	MailboxID string `json:"mailboxId"`
	Rules     []Rule `json:"rules" ts:"list"`
	Limit     int    `json:"limit"` // letters to look at, at most 200
}

// RulesTestAnswer is the answer of MailRules/test.
type RulesTestAnswer struct {
	AccountID string      `json:"accountId"`
	Looked    int         `json:"looked"` // letters that were looked at
	Matches   []RuleMatch `json:"matches" ts:"list"`
}

// RuleMatch is a letter and the rules that it meets.
type RuleMatch struct {
	EmailID string   `json:"emailId"`
	RuleIDs []string `json:"ruleIds" ts:"list"`
}

// RulesRunArgs are the arguments of MailRules/run: apply saved rules to
// letters of a mailbox, a part at a time.
type RulesRunArgs struct {
	AccountID string    `json:"accountId"`
	MailboxID string    `json:"mailboxId"`
	RuleIDs   *[]string `json:"ruleIds"` // null = all that are enabled
	After     *string   `json:"after"`   // null = from the newest; else "next" of the answer before
	Limit     int       `json:"limit"`   // letters of this part, at most 200
}

// RulesRunAnswer is the answer of MailRules/run.
type RulesRunAnswer struct {
	AccountID string  `json:"accountId"`
	Looked    int     `json:"looked"`
	Changed   int     `json:"changed"`
	Left      int     `json:"left"` // letters not looked at yet
	Next      *string `json:"next"` // null = done
}

// RulesCapability is the value of RulesURN in an account.
type RulesCapability struct {
	MaxRules    int      `json:"maxRules"`
	Domains     []string `json:"domains,omitempty"`
	MaxForwards int      `json:"maxForwards"`
	Outside     bool     `json:"forwardsOutside"` // to addresses outside the organisation too
}

// SieveScript is a script (RFC 9661 section 2).
type SieveScript struct {
	ID       string  `json:"id"`
	Name     *string `json:"name"`
	BlobID   string  `json:"blobId"`
	IsActive bool    `json:"isActive"`
}

// SieveSessionCapability is the value of SieveURN in the session.
type SieveSessionCapability struct {
	Implementation string `json:"implementation"`
}

// SieveCapability is the value of SieveURN in an account (RFC 9661 section 1.2.1).
type SieveCapability struct {
	MaxSizeScriptName   int       `json:"maxSizeScriptName"`
	MaxSizeScript       int       `json:"maxSizeScript"`
	MaxNumberScripts    int       `json:"maxNumberScripts"`
	MaxNumberRedirects  int       `json:"maxNumberRedirects"`
	SieveExtensions     []string  `json:"sieveExtensions" ts:"list"`
	NotificationMethods *[]string `json:"notificationMethods"`
	ExternalLists       *[]string `json:"externalLists"`
}

// SieveScriptSetArgs are the arguments of SieveScript/set (RFC 9661 section 2.2).
type SieveScriptSetArgs struct {
	jmap.SetArgs
	OnSuccessActivateScript   *string `json:"onSuccessActivateScript"`
	OnSuccessDeactivateScript bool    `json:"onSuccessDeactivateScript"`
}

// SieveScriptFilter selects scripts (RFC 9661 section 2.3).
type SieveScriptFilter struct {
	Name     *string `json:"name"`
	IsActive *bool   `json:"isActive"`
}

// SieveValidateArgs are the arguments of SieveScript/validate (section 2.4).
type SieveValidateArgs struct {
	AccountID string `json:"accountId"`
	BlobID    string `json:"blobId"`
}

// SieveValidateAnswer is its answer. The places of faults are our addition.
type SieveValidateAnswer struct {
	AccountID string         `json:"accountId"`
	Error     *jmap.SetError `json:"error"`
}

// OutsideReply is what people outside the organisation are answered, where it
// differs from what colleagues are.
type OutsideReply struct {
	IsEnabled bool    `json:"isEnabled"` // false: the same as inside
	Audience  string  `json:"audience"`  // none, everyone
	Subject   *string `json:"subject"`
	TextBody  *string `json:"textBody"`
	HTMLBody  *string `json:"htmlBody"`
}
