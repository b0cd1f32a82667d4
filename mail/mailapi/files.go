package mailapi

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/wire/jmapmail"
)

// Exports and imports are files of any size, so they are plain HTTP: JMAP's
// requests and blobs have to be whole before they are looked at.

// exportIDs bounds the form that names the messages of an export.
const exportIDs = 4 << 20

// idleWrite breaks an export off whose reader takes nothing for this long.
const idleWrite = 2 * time.Minute

// ExportHandler answers GET and POST /export/mail/{account}: the letters of a
// mailbox (mailbox=ID), chosen ones (ids=ID,ID), or without both the whole
// account as a ZIP of mbox files. Problem writes an error.
func (a *API) ExportHandler(problem func(http.ResponseWriter, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, exportIDs)
		acc, err := a.account(r.Context(), r.PathValue("account"))
		if err != nil {
			problem(w, notFound(err))
			return
		}
		box, ids, err := exported(r)
		if err != nil {
			problem(w, err)
			return
		}
		ending, mediaType := ".mbox", "application/mbox" // RFC 4155
		if box == 0 && ids == nil {
			ending, mediaType = ".zip", "application/zip"
		}
		name, err := acc.ExportName(r.Context(), box, ending)
		if err != nil {
			problem(w, err)
			return
		}
		h := w.Header()
		h.Set("Content-Type", mediaType)
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
		h.Set("Cache-Control", "no-store")
		out := &patient{w: w, c: http.NewResponseController(w)}
		if ending == ".zip" {
			_, err = acc.ExportAll(r.Context(), out)
		} else {
			_, err = acc.ExportBox(r.Context(), out, box, ids)
		}
		if err == nil {
			return
		}
		if !out.begun {
			h.Del("Content-Disposition")
			problem(w, err)
			return
		}
		// A file that is cut off must not look whole.
		panic(http.ErrAbortHandler)
	})
}

// exported reads what is to be exported.
func exported(r *http.Request) (box int64, ids []int64, err error) {
	if err := r.ParseForm(); err != nil {
		return 0, nil, errs.Wrap(errs.Invalid, err, "The list of messages cannot be read.")
	}
	if text := r.Form.Get("mailbox"); text != "" {
		n, ok := id.Parse(mailboxID, text)
		if !ok {
			return 0, nil, errs.E(errs.NotFound, "There is no such folder.")
		}
		box = n
	}
	text := r.Form.Get("ids")
	if text == "" {
		return box, nil, nil
	}
	for one := range strings.SplitSeq(text, ",") {
		n, ok := id.Parse(emailID, one)
		if !ok {
			return 0, nil, errs.E(errs.Invalid, "%q is not the id of a message.", one)
		}
		ids = append(ids, n)
	}
	slices.Sort(ids)
	return box, slices.Compact(ids), nil
}

// patient moves the deadline on with every write.
type patient struct {
	w     io.Writer
	c     *http.ResponseController
	begun bool
}

// Write passes bytes on.
func (p *patient) Write(b []byte) (int, error) {
	p.begun = p.begun || len(b) > 0
	_ = p.c.SetWriteDeadline(time.Now().Add(idleWrite))
	return p.w.Write(b)
}

// ImportHandler answers POST /import/mail/{account}?mailbox=ID: the body is an
// mbox file or one letter. It is read as it comes; breaking it off keeps what
// was filed.
func (a *API) ImportHandler(problem func(http.ResponseWriter, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		acc, err := a.account(r.Context(), r.PathValue("account"))
		if err != nil {
			problem(w, notFound(err))
			return
		}
		box, ok := id.Parse(mailboxID, r.URL.Query().Get("mailbox"))
		if !ok {
			problem(w, errs.E(errs.NotFound, "There is no such folder."))
			return
		}
		c := http.NewResponseController(w)
		body := &patientReader{r: http.MaxBytesReader(w, r.Body, a.conf.MaxImport), c: c}
		done, err := acc.TakeIn(r.Context(), body, box)
		if err != nil && done.Imported+done.Duplicates+done.Failed == 0 {
			problem(w, tooMany(err))
			return
		}
		out := jmapmail.ImportAnswer{Imported: done.Imported, Duplicates: done.Duplicates, Failed: done.Failed, Problems: done.Problems}
		if err != nil {
			text := errs.Text(tooMany(err))
			out.Error = &text
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if json.NewEncoder(w).Encode(&out) != nil {
			return // the reader has gone
		}
	})
}

// tooMany names the limit of an import that was passed.
func tooMany(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return errs.Wrap(errs.TooLarge, err, "The file has more than %d bytes.", large.Limit)
	}
	return err
}

// patientReader moves the deadline on with every read.
type patientReader struct {
	r io.Reader
	c *http.ResponseController
}

// Read passes bytes on.
func (p *patientReader) Read(b []byte) (int, error) {
	_ = p.c.SetReadDeadline(time.Now().Add(idleWrite))
	return p.r.Read(b)
}
