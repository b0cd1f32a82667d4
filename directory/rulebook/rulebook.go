package rulebook

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

//go:embed schema/*.sql
var schema embed.FS

// Config are the limits of the rule book. Zero values mean the documented default.
type Config struct {
	MaxVersions int // of an organisation, with drafts; default 500
	MaxText     int // bytes of a text in one language; default 64 KiB
}

// Letters are what the rule book writes to people.
type Letters interface {
	// ToAccept asks somebody to read and accept a regulation.
	ToAccept(ctx context.Context, r Reminder) error
}

// Reminder is such a letter.
type Reminder struct {
	Account directory.Account
	Title   string // in the person's language, where it is there
	Due     time.Time
}

// Book is the rule book of all organisations.
type Book struct {
	db      *store.Store
	dir     *directory.Directory
	conf    Config
	letters Letters
	clock   clock.Clock
	log     *slog.Logger
	wake    func(account int64)
	behind  sync.WaitGroup // letters that are being written

	mu       sync.Mutex
	shelves  map[int64]*shelf
	verdicts map[member]verdict
}

// New brings the tables up to date. Wake is told of accounts for which
// something changed, after it is durable; it must not block.
func New(ctx context.Context, db *store.Store, dir *directory.Directory, conf Config, letters Letters, wake func(account int64), c clock.Clock, log *slog.Logger) (*Book, error) {
	if conf.MaxVersions == 0 {
		conf.MaxVersions = 500
	}
	if conf.MaxText == 0 {
		conf.MaxText = 64 << 10
	}
	b := &Book{db: db, dir: dir, conf: conf, letters: letters, wake: wake, clock: c, log: log, shelves: map[int64]*shelf{}, verdicts: map[member]verdict{}}
	return b, db.Migrate(ctx, "rulebook", schema)
}

// Wait returns when all letters are written.
func (b *Book) Wait() { b.behind.Wait() }

// ForInformation is Within of a text that nobody has to accept.
const ForInformation = -1

const (
	maxWithin = 365
	maxTitle  = 300 // bytes
	maxUnits  = 200 // or categories, that one text names
)

// Audience is whom a text is for: who has a post in one of the units or below
// them, and is of one of the categories. Without either it is for everybody.
type Audience struct {
	Units      []int64  `json:"units,omitempty"`
	Categories []string `json:"categories,omitempty"` // codes
}

// Version is one version of a regulation.
type Version struct {
	ID, Rule  int64             // of the version, and of what it is a version of
	Number    int               // 0 = a draft
	Titles    map[string]string // by language
	Bodies    map[string]string // by language: paragraphs, "# " before a heading, "- " before an item
	Starts    string            // first day, YYYY-MM-DD; "" = the day of publishing
	Within    int               // days to accept it in; 0 = at once
	Public    bool              // shown before sign-in too
	Audience  Audience
	Made      time.Time
	Published time.Time // zero = a draft
	By        string    // who published it
	Withdrawn time.Time // zero = not
	Reminded  time.Time // zero = nobody was
}

// Title is the title in a language, else in any.
func (v Version) Title(language string) string {
	for _, l := range append([]string{language, "en"}, directory.Languages...) {
		if t := v.Titles[l]; t != "" {
			return t
		}
	}
	return ""
}

// begins is the moment from which a published version holds. One whose first
// day was over when it was published holds from its publishing.
func (v Version) begins() time.Time {
	day, err := time.ParseInLocation(time.DateOnly, v.Starts, time.Local)
	if err != nil || day.Before(v.Published) {
		return v.Published
	}
	return day
}

// due is until when a version has to be accepted; zero = never.
func (v Version) due() time.Time {
	if v.Within < 0 {
		return time.Time{}
	}
	return v.begins().AddDate(0, 0, v.Within)
}

// Digest names the wording: SHA-256 over what people accept.
func (v Version) Digest() string {
	text, err := json.Marshal([]any{v.Titles, v.Bodies}) // maps are written in the order of their keys
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// story is what the record says of a version: the wording by its digest.
func (v Version) story() map[string]any {
	return map[string]any{"titles": v.Titles, "digest": v.Digest(), "number": v.Number, "starts": v.Starts, "within": v.Within, "public": v.Public, "audience": v.Audience, "withdrawn": !v.Withdrawn.IsZero()}
}

// check makes a draft what can be kept, or names what is wrong.
func (b *Book) check(v *Version, units *directory.Book, kinds []directory.Category) error {
	texts := 0
	for _, language := range sorted(v.Titles, v.Bodies) {
		if !slices.Contains(directory.Languages, language) {
			return errs.E(errs.Invalid, "There are no texts in the language %q.", language)
		}
		title, body := plain(v.Titles[language]), plain(v.Bodies[language])
		if title == "" && body == "" {
			delete(v.Titles, language)
			delete(v.Bodies, language)
			continue
		}
		switch {
		case title == "" || body == "":
			return errs.E(errs.Invalid, "%s: a text has a title and a wording.", language)
		case len(title) > maxTitle || strings.Contains(title, "\n"):
			return errs.E(errs.Invalid, "%s: a title is one line of at most %d bytes.", language, maxTitle)
		case len(body) > b.conf.MaxText:
			return errs.E(errs.TooLarge, "%s: a text has at most %d bytes.", language, b.conf.MaxText)
		}
		v.Titles[language], v.Bodies[language] = title, body
		texts++
	}
	if _, err := time.Parse(time.DateOnly, v.Starts); v.Starts != "" && err != nil {
		return errs.E(errs.Invalid, "starts: %q is no day.", v.Starts)
	}
	switch {
	case texts == 0:
		return errs.E(errs.Invalid, "A text in at least one language is needed.")
	case v.Within < ForInformation || v.Within > maxWithin:
		return errs.E(errs.Invalid, "within: 0 to %d days.", maxWithin)
	case max(len(v.Audience.Units), len(v.Audience.Categories)) > maxUnits:
		return errs.E(errs.Invalid, "units and categories: at most %d.", maxUnits)
	}
	for _, code := range v.Audience.Categories {
		if !slices.ContainsFunc(kinds, func(c directory.Category) bool { return c.Code == code }) {
			return errs.E(errs.Invalid, "categories: there is no category %q.", code)
		}
	}
	for _, u := range v.Audience.Units {
		if _, there := units.Unit(u); !there {
			return errs.E(errs.Invalid, "units: there is no such unit.")
		}
	}
	return nil
}

// sorted are the keys of both maps.
func sorted(a, b map[string]string) []string {
	var keys []string
	for _, m := range []map[string]string{a, b} {
		for key := range m {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// plain is a text without what could hide or turn around parts of it.
func plain(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "")))
}

func textOf(rule int64, number int) string {
	return "regulation " + strconv.FormatInt(rule, 10) + " version " + strconv.Itoa(number)
}

func (b *Book) note(ctx context.Context, tx *store.Tx, by policy.Subject, verb, object string, before, after any, result error) error {
	e := audit.By(by, verb, object, result)
	if before != nil || after != nil {
		var err error
		if e, err = e.Change(before, after); err != nil {
			return err
		}
	}
	return audit.Append(ctx, tx, b.clock.Now(), e)
}
