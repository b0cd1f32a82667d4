package mailapi

import (
	"context"
	"encoding/json"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

const templateID = 'm'

// prepared are the capabilities of templates and of requests.
func (a *API) prepared() []jmap.Capability {
	return []jmap.Capability{
		{
			URN: jmapmail.TemplatesURN,
			Account: func(acc jmap.Account) (any, bool) {
				return jmapmail.TemplatesCapability{MaxTemplates: mail.MaxTemplates, MaxSizeBody: mail.MaxTemplateBody, Kinds: mail.Kinds, MayWrite: !acc.IsReadOnly,
					MaxFiles: mail.MaxTemplateFile, MaxSizeFiles: a.room.MaxTemplateFiles()}, true
			},
			Types: []string{"Template"},
			States: func(ctx context.Context, account jmap.ID) (map[string]string, error) {
				return a.oneState(ctx, account, "Template", (*mail.Account).TemplateState)
			},
			Methods: map[string]jmap.Method{"Template/get": a.templateGet, "Template/changes": a.templateChanges, "Template/set": a.templateSet},
		},
		{
			URN:     jmapmail.RequestsURN,
			Account: func(jmap.Account) (any, bool) { return nil, true },
			Types:   []string{"Request"},
			States: func(ctx context.Context, account jmap.ID) (map[string]string, error) {
				return a.oneState(ctx, account, "Request", (*mail.Account).RequestState)
			},
			Methods: map[string]jmap.Method{"Request/get": a.requestGet, "Request/changes": a.requestChanges, "Request/set": a.requestSet},
		},
	}
}

func (a *API) oneState(ctx context.Context, account jmap.ID, name string, ask func(*mail.Account, context.Context) (int64, error)) (map[string]string, error) {
	acc, err := a.account(ctx, account)
	if err != nil {
		return nil, err
	}
	n, err := ask(acc, ctx)
	return map[string]string{name: state(n)}, err
}

// plainChanges answers /changes of a type whose state is asked for on its own.
func (a *API) plainChanges(ctx context.Context, call *jmap.Call, prefix byte,
	stateOf func(*mail.Account, context.Context) (int64, error), ask func(*mail.Account, context.Context, int64) (mail.ObjectChanges, error)) (any, error) {
	var args jmap.ChangesArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if err := args.Check(); err != nil {
		return nil, err
	}
	acc, err := a.account(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	since, err := parseState(args.SinceState)
	if err != nil {
		return nil, err
	}
	now, err := stateOf(acc, ctx)
	if err != nil {
		return nil, err
	}
	if since > now {
		return nil, jmap.Fail(jmap.CannotCalculateChanges, "The state %q is not known.", args.SinceState)
	}
	c, err := ask(acc, ctx, since)
	if err != nil {
		return nil, err
	}
	var events []event
	for _, n := range c.Created {
		events = append(events, event{since, id.Text(prefix, n), true})
	}
	for _, n := range c.Updated {
		events = append(events, event{since, id.Text(prefix, n), false})
	}
	out := &jmap.ChangesAnswer{AccountID: args.AccountID, OldState: args.SinceState, NewState: state(now)}
	return out, answerChanges(out, events, texts(prefix, c.Destroyed), args.MaxChanges, state)
}

// orNil returns nil for the zero value.
func orNil[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func orZero[T any](v *T) (out T) {
	if v != nil {
		out = *v
	}
	return out
}

func templateObject(t mail.Template) jmapmail.Template {
	return jmapmail.Template{ID: id.Text(templateID, t.ID), Name: t.Name, Kind: orNil(t.Kind), Subject: t.Subject, HTMLBody: t.HTML,
		To: targets(t.To), Cc: targets(t.Cc), DueDays: orNil(t.DueDays), Every: orNil(t.Every), SortOrder: t.Sort, Files: templateFiles(t.Files)}
}

func templateFiles(list []mail.TemplateFile) []jmapmail.TemplateFile {
	out := make([]jmapmail.TemplateFile, len(list))
	for i, f := range list {
		out[i] = jmapmail.TemplateFile{BlobID: blobText(f.Blob.Hash, ""), Name: f.Name, Type: f.Type, Size: f.Blob.Size}
	}
	return out
}

// templateBody reads what a client gave. A part of a letter becomes a blob of
// its own, so that the template does not hang on the letter.
func (a *API) templateBody(ctx context.Context, acc *mail.Account, o jmapmail.Template) (mail.TemplateBody, error) {
	b := plainTemplate(o)
	for _, f := range o.Files {
		blob, _, part, err := findBlob(ctx, acc, f.BlobID)
		if err != nil {
			e := jmap.Refuse(jmap.BlobNotFound, "There is no blob %s.", f.BlobID)
			e.NotFound = []jmap.ID{f.BlobID}
			return b, e
		}
		if part != "" {
			if blob, err = a.partBlob(ctx, acc, f.BlobID); err != nil {
				return b, err
			}
		}
		b.Files = append(b.Files, mail.TemplateFile{Blob: blob, Name: f.Name, Type: f.Type})
	}
	return b, nil
}

// partBlob copies a part of a letter into a blob.
func (a *API) partBlob(ctx context.Context, acc *mail.Account, text jmap.ID) (mail.Blob, error) {
	o, err := a.openBlob(ctx, acc, text)
	if err != nil {
		return mail.Blob{}, err
	}
	defer o.Close()
	return acc.Upload(ctx, sectionOf(o), a.room.MaxTemplateFiles())
}

func plainTemplate(o jmapmail.Template) mail.TemplateBody {
	return mail.TemplateBody{Name: o.Name, Kind: orZero(o.Kind), Subject: o.Subject, HTML: o.HTMLBody,
		To: roomTargets(o.To), Cc: roomTargets(o.Cc), DueDays: orZero(o.DueDays), Every: orZero(o.Every), Sort: o.SortOrder}
}

func (a *API) templates(ctx context.Context, account jmap.ID) (*mail.Account, []jmapmail.Template, string, error) {
	acc, err := a.account(ctx, account)
	if err != nil {
		return nil, nil, "", err
	}
	list, now, err := acc.Templates(ctx)
	objects := make([]jmapmail.Template, len(list))
	for i, t := range list {
		objects[i] = templateObject(t)
	}
	return acc, objects, state(now), err
}

// templateGet is Template/get.
func (a *API) templateGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if err := args.Check(call.Limits); err != nil {
		return nil, err
	}
	_, objects, now, err := a.templates(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	return jmap.Get(args, now, objects, func(t jmapmail.Template) jmap.ID { return t.ID })
}

// templateChanges is Template/changes.
func (a *API) templateChanges(ctx context.Context, call *jmap.Call) (any, error) {
	return a.plainChanges(ctx, call, templateID, (*mail.Account).TemplateState, (*mail.Account).TemplateChanges)
}

// maxPatches is how often a patch is laid anew over what others changed.
const maxPatches = 20

// patchTemplate changes one template; Conflict when another change was faster.
func (a *API) patchTemplate(ctx context.Context, acc *mail.Account, n int64, p jmap.Patch) error {
	old, err := acc.Template(ctx, n)
	if err != nil {
		return err
	}
	now, err := jmap.Patched(templateObject(old), jmapmail.Template{}, p)
	if err != nil {
		return err
	}
	if now.ID != id.Text(templateID, n) {
		return jmap.BadProperty("id", "The id cannot be changed.")
	}
	body, err := a.templateBody(ctx, acc, now)
	if err != nil {
		return err
	}
	return acc.UpdateTemplate(ctx, n, old.Modseq, body)
}

// templateSet is Template/set.
func (a *API) templateSet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.SetArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if err := args.Check(call.Limits); err != nil {
		return nil, err
	}
	acc, err := a.account(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	before, err := acc.TemplateState(ctx)
	if err != nil {
		return nil, err
	}
	old := state(before)
	if err := args.CheckState(old); err != nil {
		return nil, err
	}
	out := jmap.Set(ctx, call, &args, jmap.Setter{
		Create: func(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
			var in jmapmail.Template
			if err := jmap.DecodeStrict(raw, &in); err != nil {
				return "", nil, serverSet(err)
			}
			if in.ID != "" {
				return "", nil, jmap.BadProperty("id", "The server gives the id.")
			}
			for i := range in.Files {
				in.Files[i].BlobID, _ = call.Resolve(in.Files[i].BlobID)
			}
			body, err := a.templateBody(ctx, acc, in)
			if err != nil {
				return "", nil, err
			}
			t, err := acc.CreateTemplate(ctx, body)
			o := templateObject(t)
			return o.ID, o, err
		},
		Update: func(ctx context.Context, text jmap.ID, p jmap.Patch) (any, error) {
			n, ok := id.Parse(templateID, text)
			if !ok {
				return nil, jmap.Refuse(jmap.NotFound, "There is no template %s.", text)
			}
			for try := 0; ; try++ {
				// Whoever was first meanwhile keeps what they changed: the patch
				// is laid over that.
				err := a.patchTemplate(ctx, acc, n, p)
				if !errs.Is(err, errs.Conflict) || try == maxPatches {
					return nil, err
				}
			}
		},
		Destroy: func(ctx context.Context, text jmap.ID) error {
			n, ok := id.Parse(templateID, text)
			if !ok {
				return errs.E(errs.NotFound, "There is no template %s.", text)
			}
			return acc.DeleteTemplate(ctx, n)
		},
	})
	after, err := acc.TemplateState(ctx)
	out.OldState, out.NewState = old, state(after)
	return out, err
}
