// Package errs is the one error type that crosses rooms and doors.
//
// A Kind is coarse, survives every layer and is mapped once per door to the
// door's own form (SMTP reply, IMAP response code, JMAP error type, HTTP
// status). The Text is safe to show to a person; the wrapped error is for the
// log only.
package errs

import (
	"context"
	"errors"
	"fmt"
)

// Kind classes an error by what the caller can do about it. Kinds are only
// ever added at the end.
type Kind uint8

const (
	Internal        Kind = iota // a fault of ours; the person can only try again or report
	Invalid                     // the request is wrong and will stay wrong
	NotFound                    // the thing does not exist, or the subject may not know that it does
	Exists                      // a thing of that name or id is already there
	Forbidden                   // the subject may not do this
	Unauthenticated             // sign in first
	TooLarge                    // over a configured limit
	OverQuota                   // the mailbox, unit or disk allowance is used up
	RateLimited                 // too many requests; later is fine
	Unavailable                 // temporary: disk full, database away, shutting down
	Conflict                    // the state has changed since the caller looked
	Unsupported                 // well-formed, but not something this server does
	StepUp                      // allowed, but prove anew who you are first
)

var kindNames = [...]string{"internal", "invalid", "not found", "exists", "forbidden", "unauthenticated",
	"too large", "over quota", "rate limited", "unavailable", "conflict", "unsupported", "step up"}

// String returns the kind in words.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "internal"
}

// Error is an error with a kind.
type Error struct {
	Kind Kind
	Text string // one sentence that a person can act on
	Err  error  // the cause, for the log; may be nil
}

// Error returns the text and the cause, if any.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Text + ": " + e.Err.Error()
	}
	return e.Text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// E makes an error of a kind with a formatted text.
func E(kind Kind, format string, args ...any) error {
	return &Error{Kind: kind, Text: fmt.Sprintf(format, args...)}
}

// Wrap gives a cause a kind and a text of its own. Wrap(k, nil, ...) is nil.
func Wrap(kind Kind, cause error, format string, args ...any) error {
	if cause == nil {
		return nil
	}
	return &Error{Kind: kind, Text: fmt.Sprintf(format, args...), Err: cause}
}

// KindOf returns the kind of the outermost Error in the chain. A cancelled or
// timed-out context is Unavailable; any other error is Internal.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Unavailable
	}
	return Internal
}

// Is says whether err is of the kind. Is(nil, k) is false.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// Text returns what may be shown to a person: the outermost Error's text, or
// a general sentence when the error is not ours to explain.
func Text(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Text
	}
	return "Something went wrong on the server. Nothing was changed; please try again."
}
