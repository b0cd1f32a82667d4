package application

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"errors"
	"log/slog"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

//go:embed schema/*.sql
var schema embed.FS

// Config are the settings of applications. Zero values mean the documented default.
type Config struct {
	Open       bool
	KeepDays   int   // until an application that nobody decided is forgotten; default 60
	MaxPapers  int   // files of one application; default 5
	MaxPaper   int64 // bytes of one; default 5 MiB
	MaxWaiting int   // applications of an organisation; default 500
	PerHour    int   // applications and proofs from one network in an hour; default 10
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *int
		value int
	}{{&c.KeepDays, 60}, {&c.MaxPapers, 5}, {&c.MaxWaiting, 500}, {&c.PerHour, 10}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if c.MaxPaper == 0 {
		c.MaxPaper = 5 << 20
	}
	return c
}

// proveWithin is how long the link in the letter works.
const proveWithin = 24 * time.Hour

// lettersTo is how many applications that are not decided one address can have.
const lettersTo = 2

// Form is what an applicant writes.
type Form struct {
	Name     string  `json:"name"`
	Number   string  `json:"number"`   // of the civil servant's registration (K03)
	Agency   string  `json:"agency"`   // agency and unit, in their words
	Title    string  `json:"title"`    // of the post
	Phone    string  `json:"phone"`    //
	Contact  string  `json:"contact"`  // where the decision is sent to
	Address  string  `json:"address"`  // that they wish for
	Language string  `json:"language"` // of the client
	Note     string  `json:"note"`
	Papers   []Paper `json:"papers"`
}

// Paper is a file that was enclosed.
type Paper struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"`
	body []byte
}

// Application is one that waits for a decision.
type Application struct {
	Org, ID, Unit int64
	Made          time.Time
	Form
}

// Notices are the letters of applications.
type Notices interface {
	// Prove sends the link that proves an address; site is under which address
	// the browser reached the server.
	Prove(ctx context.Context, a Application, site, token string) error
	// Decided tells what became of an application; address is the account's,
	// "" where there is none. A reason is the officer's own words.
	Decided(ctx context.Context, a Application, address, reason string) error
	// Waiting tells an officer of those that came.
	Waiting(ctx context.Context, g Digest) error
}

// Desk takes and decides applications.
type Desk struct {
	db      *store.Store
	dir     *directory.Directory
	conf    Config
	clock   clock.Clock
	log     *slog.Logger
	notices Notices
}

// New brings the tables up to date.
func New(ctx context.Context, db *store.Store, dir *directory.Directory, conf Config, notices Notices, c clock.Clock, log *slog.Logger) (*Desk, error) {
	return &Desk{db: db, dir: dir, conf: conf.withDefaults(), notices: notices, clock: c, log: log}, db.Migrate(ctx, "application", schema)
}

var (
	errClosed = errs.E(errs.Unsupported, "Applications are not taken here. Please ask your agency's personnel officer.")
	errPace   = errs.E(errs.RateLimited, "Too many applications from here; please try again in an hour.")
	errFull   = errs.E(errs.RateLimited, "Too many applications are waiting; please try again later.")
	errAgain  = errs.E(errs.Conflict, "Applications with this address are waiting already. Please look for our letter, or ask your personnel officer.")
	errLink   = errs.E(errs.NotFound, "The link was used already, or is too old.")
	errGone   = errs.E(errs.NotFound, "There is no such application, or it is decided.")
)

// paced counts a try from a network, at all servers together. What is refused
// does not count, and a browser that goes away meanwhile does not make it free.
func (d *Desk) paced(ctx context.Context, peer netip.Addr) error {
	bits := 32
	if peer = peer.Unmap(); peer.Is6() {
		bits = 64
	}
	network, err := peer.Prefix(bits)
	if err != nil {
		return errPace
	}
	ctx = context.WithoutCancel(ctx)
	return d.db.Write(ctx, func(tx *store.Tx) error {
		free, err := countTry(ctx, tx, network.String(), d.hour(), d.conf.PerHour, maxNetworks)
		if err == nil && !free {
			err = errPace
		}
		return err
	})
}

// hour numbers the hours since 1970.
func (d *Desk) hour() int64 { return d.clock.Now().Unix() / 3600 }

// maxNetworks bounds how many networks are counted within an hour.
const maxNetworks = 10_000

// Send takes an application of a stranger and writes to the address that they
// gave. unit is what the link that they were given names, 0 for none.
func (d *Desk) Send(ctx context.Context, org, unit int64, f Form, site string, peer netip.Addr) error {
	if !d.conf.Open {
		return errClosed
	}
	if err := d.check(org, &f); err != nil {
		return err
	}
	if err := d.paced(ctx, peer); err != nil { // what was filled in wrongly does not count
		return err
	}
	b, err := d.dir.Book(ctx, org)
	if err != nil {
		return err
	}
	if _, there := b.Unit(unit); !there {
		unit = 0 // one that was dissolved: the whole organisation's officers see to it
	}
	a, row, papers, err := d.seal(ctx, org, unit, f)
	if err != nil {
		return err
	}
	token := strconv.FormatInt(org, 36) + "." + id.Token(32)
	row.link = hashOf(token)
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		if err := d.room(ctx, tx, org, row.contact); err != nil {
			return err
		}
		if err := insertApplication(ctx, tx, org, row, papers); err != nil {
			return err
		}
		return d.note(ctx, tx, policy.Subject{Org: org, Address: f.Contact, Peer: peer.String(), Door: "http"}, "application.send", a.ID, nil, nil)
	})
	if err != nil {
		return err
	}
	return d.notices.Prove(ctx, a, site, token)
}

// seal makes of a form what is kept, with its papers. The link is one that
// nobody has.
func (d *Desk) seal(ctx context.Context, org, unit int64, f Form) (a Application, r row, papers [][]byte, err error) {
	a = Application{Org: org, ID: id.New(), Unit: unit, Made: d.clock.Now(), Form: f}
	r = row{id: a.ID, unit: unit, made: a.Made.UnixMilli(), link: hashOf(id.Token(32)), contact: hashOf(strings.ToLower(f.Contact))}
	text, err := json.Marshal(f)
	if err == nil {
		r.sealed, err = d.db.Seal(ctx, store.Scope{Org: org}, place(a.ID, -1), text)
	}
	papers = make([][]byte, len(f.Papers))
	for n, p := range f.Papers {
		if err == nil {
			papers[n], err = d.db.Seal(ctx, store.Scope{Org: org}, place(a.ID, n), p.body)
		}
	}
	return a, r, papers, err
}

// room refuses more than can be worked through.
func (d *Desk) room(ctx context.Context, tx *store.Tx, org int64, contact []byte) error {
	all, same, err := countApplications(ctx, tx, org, contact)
	switch {
	case err != nil:
		return err
	case all >= d.conf.MaxWaiting:
		return errFull
	case same >= lettersTo:
		return errAgain
	}
	return nil
}

// check makes a form what can be kept, or names the field that is wrong.
func (d *Desk) check(org int64, f *Form) error {
	for _, x := range []struct {
		text *string
		name string
		max  int
		need bool
	}{
		{&f.Name, "name", 200, true}, {&f.Number, "number", 60, true}, {&f.Agency, "agency", 300, true}, {&f.Title, "title", 200, false},
		{&f.Phone, "phone", 60, false}, {&f.Contact, "contact", 320, true}, {&f.Address, "address", 320, true}, {&f.Note, "note", 1000, false},
	} {
		*x.text = strings.TrimSpace(strings.Map(printable, strings.ToValidUTF8(*x.text, "")))
		if *x.text == "" && x.need {
			return errs.E(errs.Invalid, "%s: please fill in this field.", x.name)
		}
		if utf8.RuneCountInString(*x.text) > x.max {
			return errs.E(errs.Invalid, "%s: at most %d characters.", x.name, x.max)
		}
	}
	for _, x := range []struct {
		text *string
		name string
		ours bool
	}{{&f.Contact, "contact", false}, {&f.Address, "address", true}} {
		address, err := directory.NormalAddress(*x.text)
		if err != nil {
			return errs.E(errs.Invalid, "%s: %q is no mail address.", x.name, *x.text)
		}
		*x.text = address
		_, domain, _ := strings.Cut(address, "@")
		if owner, ok := d.dir.OrgOf(domain); (ok && owner == org) != x.ours {
			if x.ours {
				return errs.E(errs.Invalid, "address: %s is no domain of this office.", domain)
			}
			return errs.E(errs.Invalid, "contact: please give an address elsewhere, which you can read without the account that you apply for.")
		}
	}
	if !slices.Contains(directory.Languages, f.Language) {
		f.Language = "en"
	}
	return d.checkPapers(f.Papers)
}

// kinds are the files that are taken, by how they begin.
var kinds = []struct{ begins, kind string }{{"%PDF-", "application/pdf"}, {"\xff\xd8\xff", "image/jpeg"}, {"\x89PNG\r\n\x1a\n", "image/png"}}

func (d *Desk) checkPapers(list []Paper) error {
	if len(list) == 0 {
		return errs.E(errs.Invalid, "papers: please enclose a proof of who you are.")
	}
	if len(list) > d.conf.MaxPapers {
		return errs.E(errs.Invalid, "papers: at most %d files.", d.conf.MaxPapers)
	}
	for n := range list {
		p := &list[n]
		p.Name, p.Type, p.Size = strings.Map(printable, strings.ToValidUTF8(p.Name, "")), "", int64(len(p.body))
		if utf8.RuneCountInString(p.Name) > 200 {
			p.Name = string([]rune(p.Name)[:200])
		}
		for _, k := range kinds {
			if bytes.HasPrefix(p.body, []byte(k.begins)) {
				p.Type = k.kind
			}
		}
		switch {
		case p.Size > d.conf.MaxPaper:
			return errs.E(errs.TooLarge, "papers: %s is larger than %d MB.", p.Name, d.conf.MaxPaper>>20)
		case p.Type == "":
			return errs.E(errs.Invalid, "papers: %s is no PDF, JPEG or PNG.", p.Name)
		}
	}
	return nil
}

func printable(r rune) rune {
	if unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Bidi_Control, r) {
		return -1
	}
	return r
}

// Prove takes the link of the letter: from then on officers see the application.
func (d *Desk) Prove(ctx context.Context, token string, peer netip.Addr) error {
	if !d.conf.Open {
		return errClosed
	}
	if err := d.paced(ctx, peer); err != nil {
		return err
	}
	head, _, _ := strings.Cut(token, ".")
	org, err := strconv.ParseInt(head, 36, 64)
	if err != nil || len(token) > 100 {
		return errLink
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		application, err := proveApplication(ctx, tx, org, hashOf(token), d.clock.Now().Add(-proveWithin).UnixMilli())
		if errors.Is(err, store.ErrNoRows) {
			return errLink
		}
		if err != nil {
			return err
		}
		return d.note(ctx, tx, policy.Subject{Org: org, Peer: peer.String(), Door: "http"}, "application.prove", application, nil, nil)
	})
}

// Tend tells officers of applications that came, forgets those whose address
// was not proved in time, and those that nobody decided, whose applicants are
// told.
func (d *Desk) Tend(ctx context.Context) error {
	tries := d.db.Write(ctx, func(tx *store.Tx) error { return deleteTries(ctx, tx, d.hour()) })
	return errors.Join(d.tellOfficers(ctx), d.forgetOld(ctx), tries)
}

func (d *Desk) forgetOld(ctx context.Context) error {
	now := d.clock.Now()
	var rows []row
	err := d.db.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = selectOld(ctx, tx, now.Add(-proveWithin).UnixMilli(), now.AddDate(0, 0, -d.conf.KeepDays).UnixMilli())
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range rows {
		a, err := d.open(ctx, r)
		if err != nil {
			return err
		}
		var mine bool
		err = d.db.Write(ctx, func(tx *store.Tx) (err error) {
			if mine, err = deleteApplication(ctx, tx, r.org, r.id); err != nil || !mine {
				return err // decided meanwhile, or another server was quicker
			}
			return d.note(ctx, tx, policy.System(r.org), "application.forget", r.id, nil, nil)
		})
		if err != nil {
			return err
		}
		if mine && r.state == waiting {
			d.tell(ctx, a, "", "")
		}
	}
	return nil
}

// tell writes to an applicant what became of their application.
func (d *Desk) tell(ctx context.Context, a Application, address, reason string) {
	if err := d.notices.Decided(ctx, a, address, reason); err != nil {
		d.log.Error("an applicant was not told", "application", a.ID, "error", err)
	}
}

// open unseals what was written.
func (d *Desk) open(ctx context.Context, r row) (a Application, err error) {
	text, err := d.db.Unseal(ctx, store.Scope{Org: r.org}, place(r.id, -1), r.sealed)
	if err != nil {
		return a, err
	}
	a = Application{Org: r.org, ID: r.id, Unit: r.unit, Made: time.UnixMilli(r.made)}
	return a, json.Unmarshal(text, &a.Form)
}

// place binds what is sealed to where it stands.
func place(application int64, paper int) string {
	return "application " + strconv.FormatInt(application, 36) + " " + strconv.Itoa(paper)
}

func hashOf(text string) []byte { h := sha256.Sum256([]byte(text)); return h[:] }

func text(application int64) string { return "application " + strconv.FormatInt(application, 10) }

func (d *Desk) note(ctx context.Context, tx *store.Tx, by policy.Subject, verb string, application int64, after any, result error) error {
	e := audit.By(by, verb, text(application), result)
	if after != nil {
		var err error
		if e, err = e.Change(nil, after); err != nil {
			return err
		}
	}
	return audit.Append(ctx, tx, d.clock.Now(), e)
}

// Deposit takes an application whose address was proved elsewhere, from whoever
// runs the server: nobody is written to, and officers see it at once.
func (d *Desk) Deposit(ctx context.Context, org, unit int64, f Form) error {
	if err := d.check(org, &f); err != nil {
		return err
	}
	a, r, papers, err := d.seal(ctx, org, unit, f)
	if err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if err := insertApplication(ctx, tx, org, r, papers); err != nil {
			return err
		}
		if _, err := proveApplication(ctx, tx, org, r.link, r.made); err != nil {
			return err
		}
		return d.note(ctx, tx, policy.System(org), "application.send", a.ID, nil, nil)
	})
}

// NewPaper is a file to be enclosed.
func NewPaper(name string, body []byte) Paper { return Paper{Name: name, body: body} }
