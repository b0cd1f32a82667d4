package jmap

// Session is the session object (RFC 8620 section 2).
type Session struct {
	Capabilities    map[string]any        `json:"capabilities"`
	Accounts        map[ID]SessionAccount `json:"accounts"`
	PrimaryAccounts map[string]ID         `json:"primaryAccounts"`
	Username        string                `json:"username"`
	APIURL          string                `json:"apiUrl"`
	DownloadURL     string                `json:"downloadUrl"`
	UploadURL       string                `json:"uploadUrl"`
	EventSourceURL  string                `json:"eventSourceUrl"`
	State           string                `json:"state"`
}

// SessionAccount is an account as the session object shows it.
type SessionAccount struct {
	Name                string         `json:"name"`
	IsPersonal          bool           `json:"isPersonal"`
	IsReadOnly          bool           `json:"isReadOnly"`
	AccountCapabilities map[string]any `json:"accountCapabilities"`
}

// CoreCapability is the value of the core capability.
type CoreCapability struct {
	Limits
	CollationAlgorithms []string `json:"collationAlgorithms" ts:"list"`
}

// WebSocketCapability is the value of urn:ietf:params:jmap:websocket (RFC 8887).
type WebSocketCapability struct {
	URL          string `json:"url"`
	SupportsPush bool   `json:"supportsPush"`
}

// UploadAnswer is the answer to an upload (RFC 8620 section 6.1).
type UploadAnswer struct {
	AccountID ID     `json:"accountId"`
	BlobID    ID     `json:"blobId"`
	Type      string `json:"type"`
	Size      int64  `json:"size"`
}

// StateChange tells a client what is new (RFC 8620 section 7.1): account,
// then data type, then state.
type StateChange struct {
	Kind      string                   `json:"@type"` // "StateChange"
	Changed   map[ID]map[string]string `json:"changed"`
	PushState string                   `json:"pushState,omitempty"` // RFC 8887 section 4.3.5.1 only
}

// PushVerification is the first message to a push endpoint (section 7.2.2).
type PushVerification struct {
	Kind               string `json:"@type"` // "PushVerification"
	PushSubscriptionID ID     `json:"pushSubscriptionId"`
	VerificationCode   string `json:"verificationCode"`
}

// PushSubscription asks for messages to a URL on changes (section 7.2).
type PushSubscription struct {
	ID               ID        `json:"id"`
	DeviceClientID   string    `json:"deviceClientId"`
	URL              string    `json:"url"`
	Keys             *PushKeys `json:"keys"`
	VerificationCode *string   `json:"verificationCode"`
	Expires          *UTCDate  `json:"expires"`
	Types            []string  `json:"types"`
}

// PushKeys are the client's keys for encrypted pushes (RFC 8291).
type PushKeys struct {
	P256DH string `json:"p256dh"`
	Auth   string `json:"auth"`
}
