package jmapmail

// TrustURN names our capability of telling where a letter comes from and of
// reporting it: the properties of TrustProperties on Email.
const TrustURN = "urn:chancery:params:jmap:trust"

// TrustProperties are our own properties of an email.
type TrustProperties struct {
	Authenticity *Authenticity `json:"authenticity"`
	Outside      bool          `json:"outside"` // its author is at no domain of this office
}

// Authenticity is what is proved of an email's origin.
type Authenticity struct {
	Verdict string  `json:"verdict"` // verified, unverified, failed, internal
	Domain  *string `json:"domain"`  // that of the author
	SPF     string  `json:"spf"`     // the results of RFC 8601 section 2.7; "" when not checked
	DKIM    string  `json:"dkim"`
	DMARC   string  `json:"dmarc"`
}
