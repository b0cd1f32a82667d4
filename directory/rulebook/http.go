package rulebook

import (
	"encoding/json"
	"net/http"

	"chancery/directory"
	"chancery/kit/id"
	"chancery/policy"
)

// Web is what this package asks of the HTTP door.
type Web interface {
	// Subject is who sent a request, on routes for those who are signed in.
	Subject(r *http.Request) (policy.Subject, error)
	// Problem answers with an error.
	Problem(w http.ResponseWriter, err error)
}

// PublicHandler answers GET /rulebook/public: the texts that who is not signed
// in may read.
func (b *Book) PublicHandler(web Web) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		list, err := b.Public(r.Context(), directory.DefaultOrg)
		if err != nil {
			web.Problem(w, err)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(map[string]any{"list": Objects(list)}); err != nil {
			b.log.Debug("a browser went away", "error", err)
		}
	})
}

// ExportHandler answers GET /rulebook/export/{version}.
func (b *Book) ExportHandler(web Web) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := web.Subject(r)
		n, ok := id.Parse(versionID, r.PathValue("version"))
		if err == nil && !ok {
			err = errNone
		}
		if err != nil {
			web.Problem(w, err)
			return
		}
		write, err := b.Export(r.Context(), who, n)
		if err != nil {
			web.Problem(w, err)
			return
		}
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		w.Header().Set("Content-Disposition", `attachment; filename="accepted-`+r.PathValue("version")+`.csv"`)
		w.Header().Set("Cache-Control", "no-store")
		if err := write(w); err != nil {
			panic(http.ErrAbortHandler) // a file that is cut off must not look whole
		}
	})
}
