package dav

import (
	"errors"
	"net/http"

	"chancery/kit/errs"
	"chancery/wire/webdav"
)

// refusal names the condition that was not met (RFC 4918 section 16).
type refusal struct {
	status    int
	condition string // XML
	words     string
}

// Error returns what may be shown.
func (r *refusal) Error() string { return r.words }

func refuse(status int, space, condition, words string, inner ...string) error {
	return &refusal{status, webdav.In(space, condition, inner...), words}
}

// Conditions that more than one method sets.
var (
	errReadOnly = refuse(http.StatusForbidden, webdav.DAV, "need-privileges", "The address book is read only.")
	errTooMany  = refuse(http.StatusInsufficientStorage, webdav.DAV, "number-of-matches-within-limits", "There are more; please narrow the search.")
	errToken    = refuse(http.StatusForbidden, webdav.DAV, "valid-sync-token", "The state is not known here; please read the address book anew.")
	errNone     = errs.E(errs.NotFound, "There is nothing at that place.")
	errMatch    = &refusal{http.StatusPreconditionFailed, "", "The card has changed since."}
)

// statuses says by which status a door of HTTP tells each kind of error.
var statuses = map[errs.Kind]int{
	errs.Invalid: http.StatusBadRequest, errs.NotFound: http.StatusNotFound, errs.Exists: http.StatusMethodNotAllowed, // RFC 4918 section 9.3.1
	errs.Forbidden: http.StatusForbidden, errs.Unauthenticated: http.StatusUnauthorized, errs.TooLarge: http.StatusRequestEntityTooLarge,
	errs.OverQuota: http.StatusInsufficientStorage, errs.RateLimited: http.StatusTooManyRequests, errs.Unavailable: http.StatusServiceUnavailable,
	errs.Conflict: http.StatusConflict, errs.Unsupported: http.StatusNotImplemented, errs.StepUp: http.StatusForbidden,
}

// fail answers with an error.
func (q *request) fail(err error) {
	var why *refusal
	if !errors.As(err, &why) {
		status, known := statuses[errs.KindOf(err)]
		if !known {
			status = http.StatusInternalServerError
			q.log.Error("dav request failed", "method", q.r.Method, "path", q.r.URL.Path, "error", err)
		}
		why = &refusal{status, "", errs.Text(err)}
	}
	if why.condition == "" {
		http.Error(q.w, why.words, why.status)
		return
	}
	q.w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	q.w.WriteHeader(why.status)
	// Who does not listen any more cannot be told.
	_, _ = q.w.Write([]byte(webdav.Failure(why.condition, why.words)))
}
