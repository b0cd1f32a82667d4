package directory

import "chancery/wire/jmap"

// ApplicationsURN names the capability of deciding applications for accounts.
// The objects stand here, the methods in application/.
const ApplicationsURN = "urn:chancery:params:jmap:applications"

// ApplicationObject is an application for an account that waits for a decision.
type ApplicationObject struct {
	ID      jmap.ID            `json:"id"`
	UnitID  *jmap.ID           `json:"unitId"` // whose officers it was sent to; null = those of the whole organisation
	Made    jmap.UTCDate       `json:"made"`
	Name    string             `json:"name"`
	Number  string             `json:"number"` // of the civil servant's registration
	Agency  string             `json:"agency"` // and unit, in the applicant's words
	Title   string             `json:"title"`
	Phone   string             `json:"phone"`
	Contact string             `json:"contact"` // an address elsewhere, which the applicant proved
	Address string             `json:"address"` // that they wish for
	Note    string             `json:"note"`
	Papers  []ApplicationPaper `json:"papers" ts:"list"`
}

// ApplicationPaper is a file that an applicant enclosed.
type ApplicationPaper struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"`
	URL  string `json:"url"` // where it is opened; that it was stands in the record
}

// ApplicationAnswer brings the one-time password of a new account, this once;
// null where an account was taken up again.
type ApplicationAnswer struct {
	Email    string  `json:"email"`
	Password *string `json:"password"`
}
