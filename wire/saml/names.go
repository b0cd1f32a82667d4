package saml

// Names of SAML 2.0 that messages are made of.
const (
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsMetadata  = "urn:oasis:names:tc:SAML:2.0:metadata"
	nsSignature = "http://www.w3.org/2000/09/xmldsig#"

	// BindingRedirect is the HTTP-Redirect binding (Bindings section 3.4).
	BindingRedirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
	// BindingPOST is the HTTP-POST binding (Bindings section 3.5).
	BindingPOST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

	// NamePersistent is a name of a person that two services cannot compare (Core section 8.3.7).
	NamePersistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
	// NameTransient is a name for one session (Core section 8.3.8).
	NameTransient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
	// NameEmail is the mail address (Core section 8.3.2).
	NameEmail = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
	// NameUnspecified leaves the format to the provider (Core section 8.3.1).
	NameUnspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"

	formatEntity = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
	bearer       = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
	formatURI    = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
)

// Status codes (Core section 3.2.2.2).
const (
	StatusSuccess   = "urn:oasis:names:tc:SAML:2.0:status:Success"
	StatusRequester = "urn:oasis:names:tc:SAML:2.0:status:Requester"
	StatusResponder = "urn:oasis:names:tc:SAML:2.0:status:Responder"

	StatusNoPassive          = "urn:oasis:names:tc:SAML:2.0:status:NoPassive"
	StatusNoAuthnContext     = "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext"
	StatusInvalidNameID      = "urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy"
	StatusRequestDenied      = "urn:oasis:names:tc:SAML:2.0:status:RequestDenied"
	StatusRequestUnsupported = "urn:oasis:names:tc:SAML:2.0:status:RequestUnsupported"
	StatusUnknownPrincipal   = "urn:oasis:names:tc:SAML:2.0:status:UnknownPrincipal"
	StatusPartialLogout      = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout"
)

// Classes of sign-in (Authentication Context section 3.4) that are understood.
const (
	ClassPassword    = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
	ClassProtected   = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
	ClassUnspecified = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"
	ClassTwo         = "https://refeds.org/profile/mfa" // REFEDS MFA profile
	ClassTimeSync    = "urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken"
	ClassHardware    = "urn:chancery:params:acr:aal3"
)
