package application

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
)

// Web is what this package asks of the HTTP door.
type Web interface {
	// BaseURL is the address that people use.
	BaseURL(r *http.Request) string
	// Private says whether nobody on the way can read the request.
	Private(r *http.Request) bool
	// Peer is where it comes from.
	Peer(r *http.Request) netip.Addr
	// Subject is who sent it, on routes for those who are signed in.
	Subject(r *http.Request) (policy.Subject, error)
	// Problem answers with an error.
	Problem(w http.ResponseWriter, err error)
}

// Route is an address that the HTTP door serves for this package.
type Route struct {
	Pattern string
	Public  bool
	Handler http.Handler
}

// Routes returns the addresses of applicants, and the one where officers open papers.
func (d *Desk) Routes(web Web) []Route {
	h := handlers{d, web}
	return []Route{
		{"GET /apply/form", true, h.answer(h.form)},
		{"POST /apply/send", true, h.answer(h.send)},
		{"POST /apply/prove", true, h.answer(h.prove)},
		{"GET /apply/paper/{application}/{paper}", false, http.HandlerFunc(h.paper)},
	}
}

type handlers struct {
	d   *Desk
	web Web
}

// maxFields bounds what is written in a form, in bytes.
const maxFields = 64 << 10

// Offer says whether applications are taken, and what they may hold.
type Offer struct {
	Open      bool     `json:"open"`
	Domains   []string `json:"domains"`
	MaxPapers int      `json:"maxPapers"`
	MaxPaper  int64    `json:"maxPaper"`
}

func (h handlers) answer(do func(w http.ResponseWriter, r *http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out, err := do(w, r)
		if err != nil {
			h.web.Problem(w, err)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(out); err != nil {
			h.d.log.Debug("an applicant went away", "error", err)
		}
	})
}

func (h handlers) form(http.ResponseWriter, *http.Request) (any, error) {
	o := Offer{Open: h.d.conf.Open, Domains: []string{}, MaxPapers: h.d.conf.MaxPapers, MaxPaper: h.d.conf.MaxPaper}
	if o.Open {
		o.Domains = h.d.dir.Domains(directory.DefaultOrg)
	}
	return o, nil
}

// send is POST /apply/send: multipart/form-data with the form as JSON in the
// first part and the papers behind it, read one by one so that nothing large
// is kept before it is known to be wanted.
func (h handlers) send(w http.ResponseWriter, r *http.Request) (any, error) {
	if !h.web.Private(r) {
		return nil, errs.E(errs.Forbidden, "Applications are taken over HTTPS only.")
	}
	if !h.d.conf.Open {
		return nil, errClosed
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxFields+int64(h.d.conf.MaxPapers)*(h.d.conf.MaxPaper+1024))
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, errs.E(errs.Invalid, "An application is sent as multipart/form-data.")
	}
	var f Form
	var unit string
	for n := 0; ; n++ {
		p, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, tooLarge(err)
		}
		switch {
		case n == 0:
			var in struct {
				Form
				Unit string `json:"unit"`
			}
			if err := json.NewDecoder(io.LimitReader(p, maxFields)).Decode(&in); err != nil {
				return nil, errs.E(errs.Invalid, "The application cannot be read.")
			}
			f, unit = in.Form, in.Unit
			f.Papers = nil
		case n > h.d.conf.MaxPapers:
			return nil, errs.E(errs.Invalid, "papers: at most %d files.", h.d.conf.MaxPapers)
		default:
			paper, err := h.read(p)
			if err != nil {
				return nil, err
			}
			f.Papers = append(f.Papers, paper)
		}
	}
	of, _ := id.Parse(unitID, unit)
	return struct{}{}, h.d.Send(r.Context(), directory.DefaultOrg, of, f, h.web.BaseURL(r), h.web.Peer(r))
}

func (h handlers) read(p *multipart.Part) (Paper, error) {
	body, err := io.ReadAll(io.LimitReader(p, h.d.conf.MaxPaper+1))
	return Paper{Name: p.FileName(), body: body}, tooLarge(err)
}

func tooLarge(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return errs.E(errs.TooLarge, "papers: the files are too large together.")
	}
	if err != nil {
		return errs.Wrap(errs.Invalid, err, "The application did not come whole.")
	}
	return nil
}

func (h handlers) prove(w http.ResponseWriter, r *http.Request) (any, error) {
	// A form of another site cannot send this media type without asking first.
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != "application/json" {
		return nil, errs.E(errs.Invalid, "A proof is sent as application/json.")
	}
	var in struct {
		Token string `json:"token"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1024)).Decode(&in); err != nil {
		return nil, errs.E(errs.Invalid, "The request cannot be read.")
	}
	return struct{}{}, h.d.Prove(r.Context(), in.Token, h.web.Peer(r))
}

// paper gives an officer a paper, to be kept or opened by a program of theirs:
// it is never shown as a page of ours.
func (h handlers) paper(w http.ResponseWriter, r *http.Request) {
	who, err := h.web.Subject(r)
	application, ok := id.Parse(applicationID, r.PathValue("application"))
	num, bad := strconv.Atoi(r.PathValue("paper"))
	if err == nil && (!ok || bad != nil) {
		err = errGone
	}
	var p Paper
	var body []byte
	if err == nil {
		p, body, err = h.d.Look(r.Context(), who, application, num)
	}
	if err != nil {
		h.web.Problem(w, err)
		return
	}
	w.Header().Set("Content-Type", p.Type)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": p.Name}))
	w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
