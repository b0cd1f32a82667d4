package mail

import (
	"context"
	"slices"
	"strings"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// Kinds of document that an agency sends from its mailbox (D11 to D16). A
// letter of a kind carries it in the header field KindField; doc/kinds.md
// describes the fields.
const (
	KindSchedule    = "work-schedule"
	KindInvitation  = "meeting-invitation"
	KindInformation = "for-information"
	KindComment     = "request-for-comment"
	KindReport      = "periodic-report"
	KindNotice      = "notice"
)

// Kinds lists them in the order people see.
var Kinds = []string{KindSchedule, KindInvitation, KindInformation, KindComment, KindReport, KindNotice}

// asks says whether letters of a kind want an answer of each addressee.
func asks(kind string) bool { return kind == KindComment || kind == KindReport }

// TemplateBody is what a template says. HTML may hold fields such as
// {{name}}, which the client fills in.
type TemplateBody struct {
	Name    string           `json:"n"`
	Kind    string           `json:"k,omitempty"` // "" = a plain letter
	Subject string           `json:"s,omitempty"`
	HTML    string           `json:"h,omitempty"`
	To      []IdentityTarget `json:"t,omitempty"`
	Cc      []IdentityTarget `json:"c,omitempty"`
	DueDays int              `json:"d,omitempty"` // answers are due so many days after sending; 0 = no date
	Every   string           `json:"e,omitempty"` // of a report: weekly, monthly, ...
	Sort    int              `json:"o,omitempty"`
	Files   []TemplateFile   `json:"-"` // rows of their own, since they hold blobs
}

// TemplateFile is a file that goes along with the letters of a template.
type TemplateFile struct {
	Blob Blob
	Name string
	Type string
}

// Template is a letter prepared in advance: a person's own, or that of a
// shared account, which all who may send from it use.
type Template struct {
	ID int64
	TemplateBody
	Created int64 // account's counter
	Modseq  int64 // account's counter
	Gone    bool  // removed; only TemplateChanges shows it
}

// Limits of templates.
const (
	MaxTemplates    = 500       // per account
	MaxTemplateBody = 256 << 10 // bytes of HTML
	MaxTemplateTo   = 500       // recipients
	MaxTemplateFile = 20        // files; Config.TemplateFiles bounds their bytes
	maxDueDays      = 3660
)

func (b *TemplateBody) check() error {
	switch {
	case strings.TrimSpace(b.Name) == "" || len(b.Name) > 255 || strings.ContainsAny(b.Name+b.Subject, "\r\n\x00"):
		return errs.E(errs.Invalid, "A template has a name of one line, at most 255 bytes.")
	case len(b.HTML) > MaxTemplateBody || len(b.Subject) > 900 || len(b.To)+len(b.Cc) > MaxTemplateTo:
		return errs.E(errs.TooLarge, "A template can have %d bytes and %d recipients.", MaxTemplateBody, MaxTemplateTo)
	case b.Kind != "" && !slices.Contains(Kinds, b.Kind):
		return errs.E(errs.Invalid, "There is no kind %q of document.", b.Kind)
	case b.DueDays < 0 || b.DueDays > maxDueDays || b.Sort < 0:
		return errs.E(errs.Invalid, "A due date is at most %d days ahead.", maxDueDays)
	case b.Every != "" && months[b.Every] == 0 && b.Every != everyWeek:
		return errs.E(errs.Invalid, "Nothing is repeated %q.", b.Every)
	}
	for _, f := range b.Files {
		if strings.TrimSpace(f.Name) == "" || len(f.Name) > 255 || len(f.Type) > 127 || strings.ContainsAny(f.Name+f.Type, "\r\n\x00") {
			return errs.E(errs.Invalid, "A file has a name of one line, at most 255 bytes.")
		}
	}
	for _, t := range slices.Concat(b.To, b.Cc) {
		if !strings.Contains(t.Email, "@") || strings.ContainsAny(t.Name+t.Email, "\r\n\x00") {
			return errs.E(errs.Invalid, "%q is not a mail address", t.Email)
		}
	}
	return nil
}

// checkTemplate adds what depends on the settings.
func (a *Account) checkTemplate(b *TemplateBody) error {
	var size int64
	for _, f := range b.Files {
		size += f.Blob.Size
	}
	if limit := a.room.conf.TemplateFiles; size > limit || len(b.Files) > MaxTemplateFile {
		return errs.E(errs.TooLarge, "A template can hold %d files of %d bytes together.", MaxTemplateFile, limit)
	}
	return b.check()
}

// keepFiles changes the files that a template holds. They count towards the
// account's space while they are added; used is what its letters take.
func (a *Account) keepFiles(ctx context.Context, tx *store.Tx, template int64, old, files []TemplateFile, used int64) error {
	if slices.Equal(old, files) {
		return nil
	}
	for _, f := range files {
		if err := tx.RefHash(ctx, f.Blob.Scope, f.Blob.Hash, 1); err != nil {
			return err
		}
	}
	for _, f := range old {
		if err := tx.RefHash(ctx, f.Blob.Scope, f.Blob.Hash, -1); err != nil {
			return err
		}
	}
	if err := putTemplateFiles(ctx, tx, a.info.ID, template, files); err != nil || a.info.Quota == 0 || len(files) == 0 {
		return err
	}
	held, err := sumTemplateFiles(ctx, tx, a.info.ID)
	if err == nil && used+held > a.info.Quota {
		err = errs.E(errs.OverQuota, "The mailbox is full: %d of %d bytes are used.", used+held, a.info.Quota)
	}
	return err
}

// Templates lists the account's templates and says their state.
func (a *Account) Templates(ctx context.Context) (list []Template, state int64, err error) {
	all, state, err := a.templatesSince(ctx, 0)
	for _, t := range all {
		if !t.Gone {
			list = append(list, t)
		}
	}
	return list, state, err
}

func (a *Account) templatesSince(ctx context.Context, since int64) (list []Template, state int64, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		if state, err = selectTemplateState(ctx, tx, a.info.ID); err != nil {
			return err
		}
		list, err = selectTemplates(ctx, tx, a.info.ID, since)
		return err
	})
	return list, state, err
}

// TemplateState returns the account's counter at the last change of a template.
func (a *Account) TemplateState(ctx context.Context) (state int64, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		state, err = selectTemplateState(ctx, tx, a.info.ID)
		return err
	})
	return state, err
}

// TemplateChanges returns what happened after the counter stood at since.
func (a *Account) TemplateChanges(ctx context.Context, since int64) (c ObjectChanges, err error) {
	list, _, err := a.templatesSince(ctx, since)
	for _, t := range list {
		c.add(t.ID, t.Created, t.Modseq, t.Gone, since)
	}
	return c, err
}

// CreateTemplate keeps a new template. Whoever may put the account's mailboxes
// in order may change its templates.
func (a *Account) CreateTemplate(ctx context.Context, b TemplateBody) (t Template, err error) {
	if err := a.can(ctx, policy.Organise); err != nil {
		return t, err
	}
	if err := a.checkTemplate(&b); err != nil {
		return t, err
	}
	err = a.write(ctx, nil, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.info.ID, touched{})
		if err != nil {
			return err
		}
		have, err := countTemplates(ctx, tx, a.info.ID)
		if err != nil {
			return err
		}
		if have >= MaxTemplates {
			return errs.E(errs.OverQuota, "An account can have %d templates.", MaxTemplates)
		}
		t = Template{ID: id.New(), TemplateBody: b, Created: row.modseq, Modseq: row.modseq}
		if err := putTemplate(ctx, tx, a.info.ID, t); err != nil {
			return err
		}
		return a.keepFiles(ctx, tx, t.ID, nil, b.Files, row.used)
	})
	return t, err
}

// Template returns one template.
func (a *Account) Template(ctx context.Context, template int64) (t Template, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		t, err = a.findTemplate(ctx, tx, template)
		return err
	})
	return t, err
}

// UpdateTemplate replaces what a template says. Was is the Modseq that it had
// when it was read: Conflict when somebody changed it since, so that two people
// who change a shared account's template do not undo each other.
func (a *Account) UpdateTemplate(ctx context.Context, template, was int64, b TemplateBody) error {
	if err := a.checkTemplate(&b); err != nil {
		return err
	}
	return a.changeTemplate(ctx, template, func(t *Template) error {
		if t.Modseq != was {
			return errs.E(errs.Conflict, "The template was changed meanwhile.")
		}
		t.TemplateBody = b
		return nil
	})
}

func (a *Account) findTemplate(ctx context.Context, tx *store.Tx, template int64) (Template, error) {
	t, err := selectTemplate(ctx, tx, a.info.ID, template)
	found, err := store.Found(err)
	if err == nil && (!found || t.Gone) {
		err = errs.E(errs.NotFound, "There is no such template.")
	}
	return t, err
}

// DeleteTemplate removes a template.
func (a *Account) DeleteTemplate(ctx context.Context, template int64) error {
	return a.changeTemplate(ctx, template, func(t *Template) error {
		t.Gone = true
		return nil
	})
}

func (a *Account) changeTemplate(ctx context.Context, template int64, change func(*Template) error) error {
	if err := a.can(ctx, policy.Organise); err != nil {
		return err
	}
	return a.write(ctx, nil, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.info.ID, touched{})
		if err != nil {
			return err
		}
		t, err := a.findTemplate(ctx, tx, template)
		if err != nil {
			return err
		}
		old := t.Files
		if err := change(&t); err != nil {
			return err
		}
		t.Modseq = row.modseq
		if t.Gone {
			t.Files = nil
		}
		if err := putTemplate(ctx, tx, a.info.ID, t); err != nil {
			return err
		}
		return a.keepFiles(ctx, tx, t.ID, old, t.Files, row.used)
	})
}

// MaxTemplateFiles returns how many bytes of files a template may hold.
func (r *Room) MaxTemplateFiles() int64 { return r.conf.TemplateFiles }
