package jmap

import (
	"errors"
	"fmt"

	"chancery/kit/errs"
)

// The request-level error types (RFC 8620 section 3.6.1).
const (
	UnknownCapability = "urn:ietf:params:jmap:error:unknownCapability"
	NotJSON           = "urn:ietf:params:jmap:error:notJSON"
	NotRequest        = "urn:ietf:params:jmap:error:notRequest"
	LimitExceeded     = "urn:ietf:params:jmap:error:limit"
)

// RequestError refuses a whole request. It is sent as the problem document of
// RFC 7807.
type RequestError struct {
	Type   string `json:"type"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	Limit  string `json:"limit,omitempty"` // the name of the limit, for LimitExceeded
}

// Error returns the detail.
func (e *RequestError) Error() string { return e.Detail }

// OverLimit makes the request-level error for a named limit.
func OverLimit(limit, format string, args ...any) *RequestError {
	return &RequestError{Type: LimitExceeded, Status: 400, Limit: limit, Detail: fmt.Sprintf(format, args...)}
}

// Method-level error types (RFC 8620 sections 3.6.2 and 5, RFC 8621).
const (
	ServerUnavailable       = "serverUnavailable"
	ServerFail              = "serverFail"
	UnknownMethod           = "unknownMethod"
	InvalidArguments        = "invalidArguments"
	InvalidResultReference  = "invalidResultReference"
	Forbidden               = "forbidden"
	AccountNotFound         = "accountNotFound"
	AccountNotSupported     = "accountNotSupportedByMethod"
	AccountReadOnly         = "accountReadOnly"
	RequestTooLarge         = "requestTooLarge"
	StateMismatch           = "stateMismatch"
	CannotCalculateChanges  = "cannotCalculateChanges"
	StepUpNeeded            = "stepUpNeeded" // our own: sign in once more, then try again
	AnchorNotFound          = "anchorNotFound"
	UnsupportedSort         = "unsupportedSort"
	UnsupportedFilter       = "unsupportedFilter"
	TooManyChanges          = "tooManyChanges"
	FromAccountNotFound     = "fromAccountNotFound"
	FromAccountNotSupported = "fromAccountNotSupportedByMethod"
)

// Set error types (RFC 8620 section 5.3); rooms add those of their own data.
const (
	OverQuota         = "overQuota"
	TooLarge          = "tooLarge"
	RateLimit         = "rateLimit"
	NotFound          = "notFound"
	InvalidPatch      = "invalidPatch"
	WillDestroy       = "willDestroy"
	InvalidProperties = "invalidProperties"
	Singleton         = "singleton"
	AlreadyExists     = "alreadyExists"
	BlobNotFound      = "blobNotFound"
)

// MethodError is the answer of a method that failed as a whole.
type MethodError struct {
	Type        string `json:"type"`
	Description string `json:"description,omitempty"`
}

// Error returns the type and the description.
func (e *MethodError) Error() string { return e.Type + ": " + e.Description }

// Fail makes a method-level error.
func Fail(kind, format string, args ...any) error {
	return &MethodError{Type: kind, Description: fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) error { return Fail(InvalidArguments, format, args...) }

// SetError says why one record was not created, changed or destroyed.
type SetError struct {
	Type              string   `json:"type"`
	Description       string   `json:"description,omitempty"`
	Properties        []string `json:"properties,omitempty"`    // invalidProperties
	ExistingID        ID       `json:"existingId,omitempty"`    // alreadyExists
	NotFound          []ID     `json:"notFound,omitempty"`      // blobNotFound
	MaxSize           int64    `json:"maxSize,omitempty"`       // tooLarge on submission
	MaxRecipients     int      `json:"maxRecipients,omitempty"` // tooManyRecipients
	InvalidRecipients []string `json:"invalidRecipients,omitempty"`
}

// Error returns the type and the description.
func (e *SetError) Error() string { return e.Type + ": " + e.Description }

// Refuse makes a set error.
func Refuse(kind, format string, args ...any) *SetError {
	return &SetError{Type: kind, Description: fmt.Sprintf(format, args...)}
}

// BadProperty makes the set error for properties with unusable values.
func BadProperty(property, format string, args ...any) *SetError {
	e := Refuse(InvalidProperties, format, args...)
	e.Properties = []string{property}
	return e
}

// kinds is the one place where the product's error kinds become JMAP's.
var kinds = map[errs.Kind]struct{ method, set string }{
	errs.Internal:        {ServerFail, ServerFail},
	errs.Invalid:         {InvalidArguments, InvalidProperties},
	errs.NotFound:        {InvalidArguments, NotFound},
	errs.Exists:          {InvalidArguments, AlreadyExists},
	errs.Forbidden:       {Forbidden, Forbidden},
	errs.Unauthenticated: {Forbidden, Forbidden},
	errs.TooLarge:        {RequestTooLarge, TooLarge},
	errs.OverQuota:       {ServerFail, OverQuota},
	errs.RateLimited:     {ServerUnavailable, RateLimit},
	errs.Unavailable:     {ServerUnavailable, ServerUnavailable},
	errs.Conflict:        {StateMismatch, ServerUnavailable},
	errs.Unsupported:     {InvalidArguments, InvalidProperties},
	errs.StepUp:          {StepUpNeeded, StepUpNeeded},
}

// MethodErrorOf turns any error into the answer of a failed method.
func MethodErrorOf(err error) *MethodError {
	var m *MethodError
	if errors.As(err, &m) {
		return m
	}
	var s *SetError
	if errors.As(err, &s) {
		return &MethodError{Type: InvalidArguments, Description: s.Error()}
	}
	return &MethodError{Type: kinds[errs.KindOf(err)].method, Description: errs.Text(err)}
}

// SetErrorOf turns any error into the reason for one record.
func SetErrorOf(err error) *SetError {
	var s *SetError
	if errors.As(err, &s) {
		return s
	}
	var m *MethodError
	if errors.As(err, &m) {
		kind := m.Type
		if kind == InvalidArguments {
			kind = InvalidProperties
		}
		return &SetError{Type: kind, Description: m.Description}
	}
	return &SetError{Type: kinds[errs.KindOf(err)].set, Description: errs.Text(err)}
}
