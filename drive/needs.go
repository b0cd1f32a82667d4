package drive

import (
	"context"
	"net/http"

	"chancery/policy"
)

// Web is what the room asks of the HTTP door.
type Web interface {
	// Subject is who is signed in where that is needed.
	Subject(r *http.Request) (policy.Subject, error)
	// Stands says whether they still are.
	Stands(ctx context.Context) error
	// Visitor is who sent a request to a public address: whoever is signed in
	// to the web client in that browser, else nobody, and from where.
	Visitor(r *http.Request) Visitor
	// Secure says whether the browser speaks HTTPS with us.
	Secure(r *http.Request) bool
	Problem(w http.ResponseWriter, err error)
}
