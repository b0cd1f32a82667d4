package directory

import "chancery/wire/jmap"

// RulebookURN names the capability of the regulations of the house. The
// objects stand here, the methods in rulebook/.
const RulebookURN = "urn:chancery:params:jmap:rulebook"

// RegulationText is a regulation in one language.
type RegulationText struct {
	Title string `json:"title"`
	Body  string `json:"body"` // paragraphs; "# " begins a heading, "- " an item
}

// RegulationObject is a regulation in force, as the person has it.
type RegulationObject struct {
	ID         jmap.ID                   `json:"id"`
	VersionID  jmap.ID                   `json:"versionId"`
	Number     int                       `json:"number"`
	Texts      map[string]RegulationText `json:"texts"` // by language
	Starts     string                    `json:"starts"`
	DueAt      *jmap.UTCDate             `json:"dueAt"`      // until when it has to be accepted; null = it is for information
	AcceptedAt *jmap.UTCDate             `json:"acceptedAt"` // null = not
}

// RegulationVersionObject is a version as administrators have it.
type RegulationVersionObject struct {
	ID          jmap.ID       `json:"id"`
	RuleID      jmap.ID       `json:"ruleId"`
	Number      int           `json:"number"` // 0 = a draft
	State       string        `json:"state"`  // draft, upcoming, inForce, superseded, withdrawn
	PublishedAt *jmap.UTCDate `json:"publishedAt"`
	PublishedBy string        `json:"publishedBy"`
	WithdrawnAt *jmap.UTCDate `json:"withdrawnAt"`
	RemindedAt  *jmap.UTCDate `json:"remindedAt"`
	RegulationDraft
}

// RegulationDraft is what is written of a version before it is published.
type RegulationDraft struct {
	Texts       map[string]RegulationText `json:"texts"`
	Starts      *string                   `json:"starts"`                // first day; null = the day of publishing
	Within      *int                      `json:"within"`                // days to accept it in; null = it is for information
	Public      bool                      `json:"public"`                // shown before sign-in too
	UnitIDs     []jmap.ID                 `json:"unitIds" ts:"list"`     // and those below; none = everybody
	CategoryIDs []jmap.ID                 `json:"categoryIds" ts:"list"` // and of one of these; none = whatever they are
}

// RegulationReport is a page of who accepted a version and who did not.
type RegulationReport struct {
	Total    int               `json:"total"` // whom it concerns
	Accepted int               `json:"accepted"`
	Found    int               `json:"found"` // by the filter, on all pages
	Units    []RegulationCount `json:"units" ts:"list"`
	List     []RegulationRow   `json:"list" ts:"list"`
}

// RegulationCount counts those of a unit.
type RegulationCount struct {
	UnitID   *jmap.ID `json:"unitId"`
	Total    int      `json:"total"`
	Accepted int      `json:"accepted"`
}

// RegulationRow is one of them.
type RegulationRow struct {
	Name       string        `json:"name"`
	Email      string        `json:"email"`
	UnitID     *jmap.ID      `json:"unitId"`
	Concerned  bool          `json:"concerned"` // false: they accepted it, and it is not for them any more
	AcceptedAt *jmap.UTCDate `json:"acceptedAt"`
	Peer       string        `json:"peer"` // from where
}
