package identity

import "chancery/wire/jmap"

// Party is a system that people sign on to, or sign in by; register/ keeps
// the list. Which members mean
// something depends on the kind.
type Party struct {
	ID       jmap.ID      `json:"id"`
	Party    string       `json:"party"`    // client, service, provider
	Kind     string       `json:"kind"`     // of a client: web, native, mail; else saml, oidc, ldap
	ClientID string       `json:"clientId"` // what it is called in the protocol: client id, entity ID, issuer
	MadeAt   jmap.UTCDate `json:"madeAt"`
	PartyFields
}

// PartyFields are what an administrator may change of a party.
type PartyFields struct {
	Name        string   `json:"name"`
	Assurance   int      `json:"assurance"` // least of a sign-on; of a provider: at most
	Consent     string   `json:"consent"`   // of clients and services
	Redirects   []string `json:"redirects" ts:"list"`
	Logouts     []string `json:"logouts" ts:"list"`
	FrontLogout string   `json:"frontLogout"` // address that is loaded when a session ends
	BackLogout  string   `json:"backLogout"`  // address that we post to when a session is over
	Pairwise    bool     `json:"pairwise"`
	Device      bool     `json:"device"`
	Offline     bool     `json:"offline"`
	NameID      string   `json:"nameId"` // of services
	Attributes  []string `json:"attributes" ts:"list"`
	Start       bool     `json:"start"`
	Domains     []string `json:"domains" ts:"list"` // of providers
	OurID       string   `json:"ourId"`
	Base        string   `json:"base"` // of directories
	Filter      string   `json:"filter"`
}

// PartyMade is what SsoParty/set tells of a new party: the secret, once; null
// where it has none.
type PartyMade struct {
	ID     jmap.ID `json:"id"`
	Secret *string `json:"secret"`
}

// PartySecret is the answer of SsoParty/rotate.
type PartySecret struct {
	Secret string `json:"secret"`
}
