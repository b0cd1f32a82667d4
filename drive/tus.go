package drive

import (
	"io"
	"mime"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
)

// Route is an address of this room.
type Route struct {
	Pattern string
	Public  bool
	Handler http.Handler
}

// UploadPath is where uploads begin.
const UploadPath = "/tus/"

// What a program that uploads is told (tus 1.0, section "Protocol extensions").
const (
	tusVersion    = "1.0.0"
	tusExtensions = "creation,expiration,termination"
	offsetType    = "application/offset+octet-stream"
)

// silence is how long a line may bring nothing before the request ends; what
// came stays, and the upload goes on with the next request.
const silence = time.Minute

// Uploads are the addresses at which signed-in people upload (tus 1.0). The
// door sees to who they are and that the request is from our own pages.
func (r *Room) Uploads(web Web) []Route {
	t := tus{r, web}
	return []Route{
		{Pattern: "OPTIONS " + UploadPath + "{file...}", Handler: t.handler(t.options)},
		{Pattern: "POST " + UploadPath + "{$}", Handler: t.handler(t.create)},
		{Pattern: "HEAD " + UploadPath + "{file}", Handler: t.handler(t.head)},
		{Pattern: "PATCH " + UploadPath + "{file}", Handler: t.handler(t.patch)},
		{Pattern: "DELETE " + UploadPath + "{file}", Handler: t.handler(t.remove)},
	}
}

type tus struct {
	room *Room
	web  Web
}

// handler opens the account of who asks, for every command but options.
func (t tus) handler(do func(w http.ResponseWriter, r *http.Request, a *Account) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Tus-Resumable", tusVersion)
		w.Header().Set("Cache-Control", "no-store") // an offset is never old news
		if r.Method != http.MethodOptions && r.Header.Get("Tus-Resumable") != tusVersion {
			w.Header().Set("Tus-Version", tusVersion)
			http.Error(w, "This server speaks tus 1.0.0.", http.StatusPreconditionFailed)
			return
		}
		s, err := t.web.Subject(r)
		var a *Account
		if err == nil {
			a, err = t.room.Account(r.Context(), s, s.Account)
		}
		if err == nil {
			err = do(w, r, a)
		}
		if err != nil {
			t.web.Problem(w, err)
		}
	})
}

func (t tus) options(w http.ResponseWriter, _ *http.Request, _ *Account) error {
	h := w.Header()
	h.Set("Tus-Version", tusVersion)
	h.Set("Tus-Extension", tusExtensions)
	h.Set("Tus-Max-Size", strconv.FormatInt(t.room.conf.MaxFile, 10))
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// create is POST (creation).
func (t tus) create(w http.ResponseWriter, r *http.Request, a *Account) error {
	if r.Header.Get("Upload-Defer-Length") != "" {
		return errs.E(errs.Invalid, "The size of the file has to be known before.")
	}
	size, err := parseCount("Upload-Length", r.Header.Get("Upload-Length"))
	if err != nil {
		return err
	}
	meta, err := parseMetadata(r.Header.Get("Upload-Metadata"))
	if err != nil {
		return err
	}
	f, err := a.Begin(r.Context(), meta["filename"], meta["filetype"], size)
	if err != nil {
		return err
	}
	w.Header().Set("Location", UploadPath+fileText(f.ID))
	expires(w, f)
	w.WriteHeader(http.StatusCreated)
	return nil
}

// fileOf reads which upload an address names.
func fileOf(r *http.Request) (int64, error) {
	n, ok := id.Parse(fileID, r.PathValue("file"))
	if !ok {
		return 0, errNoUpload
	}
	return n, nil
}

func expires(w http.ResponseWriter, f File) {
	w.Header().Set("Upload-Expires", f.Expires.UTC().Format(http.TimeFormat))
}

// head says how far an upload is.
func (t tus) head(w http.ResponseWriter, r *http.Request, a *Account) error {
	n, err := fileOf(r)
	if err != nil {
		return err
	}
	f, err := a.Upload(r.Context(), n)
	if err != nil {
		return err
	}
	w.Header().Set("Upload-Offset", strconv.FormatInt(f.Received, 10))
	w.Header().Set("Upload-Length", strconv.FormatInt(f.Size, 10))
	expires(w, f)
	w.WriteHeader(http.StatusOK)
	return nil
}

// patch adds to an upload.
func (t tus) patch(w http.ResponseWriter, r *http.Request, a *Account) error {
	n, err := fileOf(r)
	if err != nil {
		return err
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != offsetType {
		http.Error(w, "The body of PATCH is "+offsetType+".", http.StatusUnsupportedMediaType)
		return nil
	}
	offset, err := parseCount("Upload-Offset", r.Header.Get("Upload-Offset"))
	if err != nil {
		return err
	}
	if _, err := a.Upload(r.Context(), n); err != nil {
		return err // before anybody else's work on a file of that number is interrupted
	}
	c := http.NewResponseController(w)
	body := &patient{r: r.Body, c: c}
	defer t.room.taking.begin(n, body.stop)()
	f, err := a.Append(r.Context(), n, offset, body, t.web.Stands)
	if err != nil {
		return err
	}
	w.Header().Set("Upload-Offset", strconv.FormatInt(f.Received, 10))
	expires(w, f)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// patient lets a body take as long as it comes at all.
type patient struct {
	r     io.Reader
	c     *http.ResponseController
	set   time.Time
	ended atomic.Bool
}

// Read reads, and puts off the end that the door has set.
func (p *patient) Read(b []byte) (int, error) {
	if now := time.Now(); now.Sub(p.set) > time.Second {
		p.set = now
		_ = p.c.SetReadDeadline(now.Add(silence))
	}
	if p.ended.Load() {
		return 0, errs.E(errs.Conflict, "Another request goes on with this upload.")
	}
	return p.r.Read(b)
}

// stop ends the reading from another goroutine.
func (p *patient) stop() {
	p.ended.Store(true)
	_ = p.c.SetReadDeadline(time.Now())
}

// remove is DELETE (termination).
func (t tus) remove(w http.ResponseWriter, r *http.Request, a *Account) error {
	n, err := fileOf(r)
	if err == nil {
		err = a.GiveUp(r.Context(), n)
	}
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}
