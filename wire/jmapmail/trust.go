package jmapmail

import "chancery/wire/jmap"

// TrustURN names our capability of telling where a letter comes from and of
// reporting it: the properties of TrustProperties on Email.
const TrustURN = "urn:chancery:params:jmap:trust"

// TrustProperties are our own properties of an email.
type TrustProperties struct {
	Authenticity *Authenticity `json:"authenticity"`
	Outside      bool          `json:"outside"` // its author is at no domain of this office
}

// TrustCapability is the value of TrustURN in an account.
type TrustCapability struct {
	MaxReported int `json:"maxReported"` // emails in one Email/report of kind suspicious
	MaxBlocked  int `json:"maxBlocked"`
}

// BlockedSender is somebody whose letters go to the junk.
type BlockedSender struct {
	ID        string       `json:"id"`
	Address   string       `json:"address"`
	CreatedAt jmap.UTCDate `json:"createdAt"`
}

// ReportArgs are the arguments of Email/report.
type ReportArgs struct {
	AccountID string   `json:"accountId"`
	EmailIDs  []string `json:"emailIds" ts:"list"`
	Kind      string   `json:"kind"` // suspicious, junk, notjunk
}

// ReportAnswer is the answer of Email/report.
type ReportAnswer struct {
	AccountID string  `json:"accountId"`
	ReportID  *string `json:"reportId"` // for Email/unreport; null where nothing goes out
	NewState  string  `json:"newState"` // of Email
}

// UnreportArgs are the arguments of Email/unreport, which takes back a report
// that has not gone out.
type UnreportArgs struct {
	AccountID string `json:"accountId"`
	ReportID  string `json:"reportId"`
}

// UnsubscribeArgs are the arguments of Email/unsubscribe: the server leaves the
// list that a letter came by (RFC 8058).
type UnsubscribeArgs struct {
	AccountID string `json:"accountId"`
	EmailID   string `json:"emailId"`
}

// UnsubscribeAnswer is the answer of Email/unsubscribe.
type UnsubscribeAnswer struct {
	AccountID string `json:"accountId"`
	Host      string `json:"host"` // that took the request
}

// Authenticity is what is proved of an email's origin.
type Authenticity struct {
	Verdict string  `json:"verdict"` // verified, unverified, failed, internal
	Domain  *string `json:"domain"`  // that of the author
	SPF     string  `json:"spf"`     // the results of RFC 8601 section 2.7; "" when not checked
	DKIM    string  `json:"dkim"`
	DMARC   string  `json:"dmarc"`
}
