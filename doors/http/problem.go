package httpdoor

import (
	"encoding/json"
	"errors"
	"net/http"

	"chancery/kit/errs"
)

// statuses is the one place where error kinds become HTTP statuses.
var statuses = map[errs.Kind]int{
	errs.Internal:        http.StatusInternalServerError,
	errs.Invalid:         http.StatusBadRequest,
	errs.NotFound:        http.StatusNotFound,
	errs.Exists:          http.StatusConflict,
	errs.Forbidden:       http.StatusForbidden,
	errs.Unauthenticated: http.StatusUnauthorized,
	errs.TooLarge:        http.StatusRequestEntityTooLarge,
	errs.OverQuota:       http.StatusInsufficientStorage,
	errs.RateLimited:     http.StatusTooManyRequests,
	errs.Unavailable:     http.StatusServiceUnavailable,
	errs.Conflict:        http.StatusConflict,
	errs.Unsupported:     http.StatusNotImplemented,
	errs.StepUp:          http.StatusForbidden,
}

// StatusOf returns the HTTP status of an error.
func StatusOf(err error) int { return statuses[errs.KindOf(err)] }

// reasoned is an error that clients have words of their own for.
type reasoned interface {
	error
	Reason() string
}

// Problem sends an error as a problem document (RFC 9457).
func Problem(w http.ResponseWriter, err error) {
	status := StatusOf(err)
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "10")
	}
	kind := "about:blank"
	var why reasoned
	if errors.As(err, &why) {
		kind = "urn:chancery:problem:" + why.Reason()
	}
	JSON(w, status, "application/problem+json", map[string]any{
		"type": kind, "title": http.StatusText(status), "status": status, "detail": errs.Text(err),
	})
}

// JSON sends a value as JSON of a media type.
func JSON(w http.ResponseWriter, status int, mediaType string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte(`{"title":"Internal Server Error","status":500}`)
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}
