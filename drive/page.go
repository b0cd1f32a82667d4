package drive

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/kit/httpx"
	"chancery/kit/id"
	"chancery/policy"
)

// LinkPath is where the links of parcels begin; the token follows.
const LinkPath = "/p/"

// Cookies of a browser that opened a link. They are for its address only.
const (
	visitCookie = "chancery_visit"
	passCookie  = "chancery_pass"
)

// maxForm bounds the form with the password.
const maxForm = 4 << 10

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// pagePolicy lets the page show itself and its form, and no script: who may
// send files of any kind must not be able to make a page under our name.
var pagePolicy = func() string {
	sum := sha256.Sum256([]byte(pageCSS))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; sandbox allow-forms allow-downloads allow-same-origin"
}()

// filePolicy is what a browser holds to that shows a file in spite of all.
const filePolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

// Pages are the addresses of links, for everybody who holds one.
func (r *Room) Pages(web Web) []Route {
	p := pages{r, web}
	return []Route{
		{Pattern: "GET " + LinkPath + "{token}", Public: true, Handler: http.HandlerFunc(p.show)},
		{Pattern: "POST " + LinkPath + "{token}", Public: true, Handler: http.HandlerFunc(p.unlock)},
		{Pattern: "GET " + LinkPath + "{token}/{file}", Public: true, Handler: http.HandlerFunc(p.file)},
	}
}

type pages struct {
	room *Room
	web  Web
}

// page is what the template is filled with.
type page struct {
	Language, Organisation, Title, Error, Note, Expires string
	Level                                               string // in words, "" = none
	Token                                               string // for the way back from a sign-in
	Style                                               template.CSS
	Words                                               pageWords
	AskPassword, SignIn                                 bool
	Files                                               []pageFile
}

type pageFile struct {
	Name, Size, Href string
	Left             bool // it may still be fetched
}

func (p pages) visitor(r *http.Request) Visitor {
	v := p.web.Visitor(r)
	for name, to := range map[string]*string{visitCookie: &v.Visit, passCookie: &v.Pass} {
		if c, err := r.Cookie(name); err == nil && len(c.Value) <= 200 {
			*to = c.Value
		}
	}
	return v
}

// show is the page of a link.
func (p pages) show(w http.ResponseWriter, r *http.Request) {
	v := p.visitor(r)
	o, err := p.room.Open(r.Context(), r.PathValue("token"), v)
	if err == nil && v.Visit == "" {
		p.setCookie(w, r, visitCookie, id.Token(16))
	}
	p.answer(w, r, o, err)
}

// unlock takes the password.
func (p pages) unlock(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		p.answer(w, r, Opened{}, errs.E(errs.Invalid, "not a form"))
		return
	}
	v := p.visitor(r)
	token := r.PathValue("token")
	pass, err := p.room.Unlock(r.Context(), token, r.PostForm.Get("password"), v)
	if err != nil {
		o, also := p.room.Open(r.Context(), token, v)
		if errors.Is(also, ErrPassword) {
			also = err
		}
		p.answer(w, r, o, also)
		return
	}
	if pass != "" {
		p.setCookie(w, r, passCookie, pass)
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, LinkPath+token, http.StatusSeeOther)
}

func (p pages) setCookie(w http.ResponseWriter, r *http.Request, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: LinkPath + r.PathValue("token"), MaxAge: int(passLife.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: p.web.Secure(r)})
}

// answer shows a parcel, or what a link needs, or that it is void.
func (p pages) answer(w http.ResponseWriter, r *http.Request, o Opened, err error) {
	lang, words := wordsFor(r.Header.Get("Accept-Language"))
	v := page{Language: lang, Words: words, Style: template.CSS(pageCSS)}
	status := http.StatusOK
	switch {
	case err == nil:
		v.Files = filesOf(o, r.PathValue("token"))
		v.Expires = words.until(o.Expires)
		v.Level = p.room.levelWords(o.Level, lang)
	case errors.Is(err, ErrSignIn):
		status, v.SignIn, v.Note, v.Token = http.StatusForbidden, true, words.Inside, r.PathValue("token")
	case errors.Is(err, ErrPassword):
		v.AskPassword = true
	case errors.Is(err, ErrWrong):
		status, v.AskPassword, v.Error = http.StatusForbidden, true, words.Wrong
	case errs.Is(err, errs.RateLimited):
		status, v.Error = http.StatusTooManyRequests, words.Wait
	case errors.Is(err, ErrUsedUp):
		status, v.Error = http.StatusGone, words.UsedUp
	case errs.Is(err, errs.NotFound), errs.Is(err, errs.Invalid):
		o = Opened{}
		status, v.Title, v.Note = http.StatusNotFound, words.Over, words.OverNote
	default:
		p.web.Problem(w, err)
		return
	}
	if o.ID != 0 {
		v.Title = words.Heading
		// Before the password nobody is told who sent it, nor what.
		if err == nil {
			if len(o.Files) > 1 {
				v.Title = o.Name
			}
			v.Note = fmt.Sprintf(words.From, o.Sender.Name)
			v.Organisation = p.room.organisation(r.Context(), o.Sender.Org, lang)
		}
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", lang)
	h.Set("Vary", "Accept-Language, Cookie")
	// Without it browsers send the form with the origin "null", as another site's.
	h.Set("Referrer-Policy", "same-origin")
	p.private(h, pagePolicy)
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	if err := pageTemplate.Execute(w, v); err != nil {
		p.room.log.Debug("a browser went away", "error", err)
	}
}

// private keeps an answer out of caches and search engines.
func (p pages) private(h http.Header, policy string) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-store, private")
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
}

func filesOf(o Opened, token string) []pageFile {
	list := []pageFile{}
	for _, f := range o.Files {
		list = append(list, pageFile{f.Name, sizeText(f.Size), LinkPath + url.PathEscape(token) + "/" + fileText(f.ID), o.MaxFetches == 0 || f.Fetches < o.MaxFetches})
	}
	return list
}

// organisation is what the page says of whom a sender belongs to: the unit at
// the top of the tree, or the domain where there is none.
func (r *Room) organisation(ctx context.Context, org int64, lang string) string {
	if view, err := r.dir.View(ctx, policy.System(org)); err == nil {
		for _, u := range view.Units() {
			if u.Parent == 0 {
				return u.Name(lang)
			}
		}
	}
	return strings.Join(r.dir.Domains(org), ", ")
}

// levelWords is what a level is called in a language of the page.
func (r *Room) levelWords(level policy.Level, lang string) string {
	if level < policy.Public {
		return ""
	}
	rung := r.conf.Secrecy.Ladder.Rungs[level]
	if name := rung.Names[lang]; name != "" {
		return name
	}
	return rung.Names["en"]
}

// file sends a file, or the part of it that a browser asks for.
func (p pages) file(w http.ResponseWriter, r *http.Request) {
	v := p.visitor(r)
	o, err := p.room.Open(r.Context(), r.PathValue("token"), v)
	n, ok := id.Parse(fileID, r.PathValue("file"))
	if err == nil && !ok {
		err = errOver
	}
	if errors.Is(err, ErrPassword) || errors.Is(err, ErrSignIn) {
		http.Redirect(w, r, LinkPath+url.PathEscape(r.PathValue("token")), http.StatusSeeOther)
		return
	}
	var x *Fetching
	if err == nil && r.Method == http.MethodHead {
		p.fileHead(w, o, n)
		return
	}
	if err == nil {
		x, err = p.room.Fetch(r.Context(), o, n, v)
	}
	if err != nil {
		p.answer(w, r, o, err)
		return
	}
	p.fileHeaders(w.Header(), x.File)
	out := &counter{ResponseWriter: w, c: http.NewResponseController(w)}
	defer func() { x.Done(context.WithoutCancel(r.Context()), out.n) }()
	http.ServeContent(out, r, "", time.Time{}, x)
}

// fileHead answers HEAD, which fetches nothing and counts as nothing.
func (p pages) fileHead(w http.ResponseWriter, o Opened, file int64) {
	for _, f := range o.Files {
		if f.ID == file {
			p.fileHeaders(w.Header(), f)
			w.Header().Set("Accept-Ranges", "bytes")
			w.Header().Set("Content-Length", fmt.Sprint(f.Size))
			w.WriteHeader(http.StatusOK)
			return
		}
	}
	w.WriteHeader(http.StatusNotFound)
}

// fileHeaders have every browser keep the file and none show it: what a
// stranger sent never becomes a page of this address.
func (p pages) fileHeaders(h http.Header, f File) {
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", httpx.Disposition("attachment", f.Name))
	h.Set("X-Content-Type-Options", "nosniff")
	// A file of a parcel never changes: its number is a strong validator.
	h.Set("ETag", `"`+fileText(f.ID)+`"`)
	p.private(h, filePolicy)
}

// counter counts what goes out, and ends with a reader that takes nothing.
type counter struct {
	http.ResponseWriter
	c   *http.ResponseController
	n   int64
	set time.Time
}

// Write writes on.
func (c *counter) Write(b []byte) (int, error) {
	if now := time.Now(); now.Sub(c.set) > time.Second {
		c.set = now
		_ = c.c.SetWriteDeadline(now.Add(silence))
	}
	n, err := c.ResponseWriter.Write(b)
	c.n += int64(n)
	return n, err
}
