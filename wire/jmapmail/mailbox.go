package jmapmail

// Mailbox is a named set of emails (section 2).
type Mailbox struct {
	ID            string        `json:"id"`
	Name          string        `json:"name"`
	ParentID      *string       `json:"parentId"`
	Role          *string       `json:"role"`
	SortOrder     int64         `json:"sortOrder"`
	TotalEmails   int           `json:"totalEmails"`
	UnreadEmails  int           `json:"unreadEmails"`
	TotalThreads  int           `json:"totalThreads"`
	UnreadThreads int           `json:"unreadThreads"`
	MyRights      MailboxRights `json:"myRights"`
	IsSubscribed  bool          `json:"isSubscribed"`
}

// MailboxRights says what the person may do with a mailbox.
type MailboxRights struct {
	MayReadItems   bool `json:"mayReadItems"`
	MayAddItems    bool `json:"mayAddItems"`
	MayRemoveItems bool `json:"mayRemoveItems"`
	MaySetSeen     bool `json:"maySetSeen"`
	MaySetKeywords bool `json:"maySetKeywords"`
	MayCreateChild bool `json:"mayCreateChild"`
	MayRename      bool `json:"mayRename"`
	MayDelete      bool `json:"mayDelete"`
	MaySubmit      bool `json:"maySubmit"`
}

// MailboxFilter selects mailboxes (section 2.3). A member that is null and
// one that is missing differ for parentId and role, hence Nullable.
type MailboxFilter struct {
	ParentID     Nullable[string] `json:"parentId"`
	Name         *string          `json:"name"`
	Role         Nullable[string] `json:"role"`
	HasAnyRole   *bool            `json:"hasAnyRole"`
	IsSubscribed *bool            `json:"isSubscribed"`
}

// Thread is the emails of one conversation, oldest first (section 3).
type Thread struct {
	ID       string   `json:"id"`
	EmailIDs []string `json:"emailIds" ts:"list"`
}
