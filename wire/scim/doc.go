// Package scim reads and applies the parts of SCIM 2.0 that are the same for
// every service: filters (RFC 7644 section 3.4.2.2), attribute paths and PATCH
// operations (section 3.5.2), and the form of errors (section 3.12).
//
// Resources are JSON objects as encoding/json reads them. Nothing here knows
// what a user is.
package scim
