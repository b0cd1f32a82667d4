package mailapi

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
	"chancery/wire/sieve"
)

// scriptID is the first letter of a script's id.
const scriptID = 'v'

// sieveCapabilities are JMAP for Sieve (RFC 9661) and our own rules.
func (a *API) sieveCapabilities() []jmap.Capability {
	limits, scripts, rules := a.room.FilterLimits()
	own := func(v any) func(jmap.Account) (any, bool) {
		return func(acc jmap.Account) (any, bool) { return v, !acc.IsReadOnly }
	}
	return []jmap.Capability{
		{
			URN:     jmapmail.SieveURN,
			Session: jmapmail.SieveSessionCapability{Implementation: "Chancery"},
			Account: own(jmapmail.SieveCapability{
				MaxSizeScriptName: mail.MaxScriptName, MaxSizeScript: limits.Script, MaxNumberScripts: scripts,
				MaxNumberRedirects: limits.Redirects, SieveExtensions: sieve.Extensions,
			}),
			Types:  []string{"SieveScript"},
			States: a.filterStates("SieveScript"),
			Methods: map[string]jmap.Method{
				"SieveScript/get":      a.sieveGet,
				"SieveScript/set":      a.sieveSet,
				"SieveScript/query":    a.sieveQuery,
				"SieveScript/validate": a.sieveValidate,
			},
		},
		{
			URN: jmapmail.RulesURN,
			Account: func(acc jmap.Account) (any, bool) {
				return jmapmail.RulesCapability{MaxRules: rules, MaxForwards: limits.Redirects, Outside: acc.ForwardsOutside}, !acc.IsReadOnly
			},
			Types:  []string{"MailRules"},
			States: a.filterStates("MailRules"),
			Methods: map[string]jmap.Method{
				"MailRules/get":  a.rulesGet,
				"MailRules/set":  a.rulesSet,
				"MailRules/test": a.rulesTest,
				"MailRules/run":  a.rulesRun,
			},
		},
	}
}

// filterStates returns the push state of scripts or rules. Who may not see
// them has none.
func (a *API) filterStates(name string) func(context.Context, jmap.ID) (map[string]string, error) {
	return func(ctx context.Context, account jmap.ID) (map[string]string, error) {
		acc, err := a.account(ctx, account)
		if err != nil {
			return nil, err
		}
		n, err := acc.FilterState(ctx)
		return map[string]string{name: state(n)}, err
	}
}

func sieveScript(s mail.Script) jmapmail.SieveScript {
	name := s.Name
	return jmapmail.SieveScript{ID: id.Text(scriptID, s.ID), Name: &name, BlobID: blobText(s.Blob.Hash, ""), IsActive: s.Active}
}

// scripts opens an account with its scripts.
func (a *API) scripts(ctx context.Context, account jmap.ID) (*mail.Account, []mail.Script, mail.FilterStatus, error) {
	acc, err := a.account(ctx, account)
	if err != nil {
		return nil, nil, mail.FilterStatus{}, err
	}
	list, st, err := acc.Scripts(ctx)
	return acc, list, st, err
}

// sieveGet is SieveScript/get (RFC 9661 section 2.1).
func (a *API) sieveGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
	if err := take(call, &args, func() error { return args.Check(call.Limits) }); err != nil {
		return nil, err
	}
	_, list, st, err := a.scripts(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	out := make([]jmapmail.SieveScript, len(list))
	for i, s := range list {
		out[i] = sieveScript(s)
	}
	return jmap.Get(args, state(st.Modseq), out, func(s jmapmail.SieveScript) jmap.ID { return s.ID })
}

// scriptError says in RFC 9661's words what is wrong with a script.
func scriptError(err error) error {
	var bad *mail.InvalidScript
	switch {
	case errors.As(err, &bad):
		return jmap.Refuse("invalidSieve", "%s", bad.Error())
	case errors.Is(err, mail.ErrScriptActive):
		return jmap.Refuse("sieveIsActive", "%s", errs.Text(err))
	case errs.Is(err, errs.TooLarge):
		return jmap.Refuse(jmap.TooLarge, "%s", errs.Text(err))
	}
	return err
}

// scriptText reads a script's blob.
func (a *API) scriptText(ctx context.Context, acc *mail.Account, text jmap.ID) (b mail.Blob, s string, err error) {
	b, _, part, err := findBlob(ctx, acc, text)
	if err != nil || part != "" {
		e := jmap.Refuse(jmap.BlobNotFound, "There is no blob %s.", text)
		e.NotFound = []jmap.ID{text}
		return b, "", e
	}
	limits, _, _ := a.room.FilterLimits()
	if b.Size > int64(limits.Script) {
		return b, "", jmap.Refuse(jmap.TooLarge, "A script has at most %d bytes.", limits.Script)
	}
	if b.Size == 0 {
		return b, "", jmap.Refuse("invalidSieve", "The script is empty.")
	}
	src, err := acc.OpenBlob(ctx, b)
	if err != nil {
		return b, "", err
	}
	defer src.Close()
	raw, err := io.ReadAll(src.Reader())
	return b, string(raw), err
}

// sieveSetter carries one SieveScript/set.
type sieveSetter struct {
	api *API
	acc *mail.Account
}

func (s *sieveSetter) create(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
	var in struct {
		Name   *string `json:"name"`
		BlobID jmap.ID `json:"blobId"`
	}
	if err := jmap.DecodeStrict(raw, &in); err != nil {
		return "", nil, err
	}
	if in.BlobID == "" {
		return "", nil, jmap.BadProperty("blobId", "A script needs a blob with its text.")
	}
	b, text, err := s.api.scriptText(ctx, s.acc, in.BlobID)
	if err != nil {
		return "", nil, err
	}
	made, err := s.acc.SetScript(ctx, mail.ScriptChange{Name: in.Name, Blob: &b, Text: text})
	if err != nil {
		return "", nil, scriptError(err)
	}
	return id.Text(scriptID, made.ID), sieveScript(made), nil
}

func (s *sieveSetter) update(ctx context.Context, text jmap.ID, p jmap.Patch) (any, error) {
	n, ok := id.Parse(scriptID, text)
	if !ok {
		return nil, jmap.Refuse(jmap.NotFound, "There is no script %s.", text)
	}
	c := mail.ScriptChange{ID: n}
	for _, m := range p {
		var err error
		switch m.Key {
		case "name":
			err = json.Unmarshal(m.Value, &c.Name)
		case "blobId":
			var blob jmap.ID
			if err = json.Unmarshal(m.Value, &blob); err == nil {
				var b mail.Blob
				if b, c.Text, err = s.api.scriptText(ctx, s.acc, blob); err != nil {
					return nil, err
				}
				c.Blob = &b
			}
		default:
			return nil, jmap.BadProperty(m.Key, "The property %q cannot be changed.", m.Key)
		}
		if err != nil {
			return nil, jmap.BadProperty(m.Key, "The value of %q cannot be used.", m.Key)
		}
	}
	_, err := s.acc.SetScript(ctx, c)
	return nil, scriptError(err)
}

func (s *sieveSetter) destroy(ctx context.Context, text jmap.ID) error {
	n, ok := id.Parse(scriptID, text)
	if !ok {
		return jmap.Refuse(jmap.NotFound, "There is no script %s.", text)
	}
	return scriptError(s.acc.DeleteScript(ctx, n))
}

// sieveSet is SieveScript/set (RFC 9661 section 2.2).
func (a *API) sieveSet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.SieveScriptSetArgs
	if err := take(call, &args, func() error { return args.Check(call.Limits) }); err != nil {
		return nil, err
	}
	acc, _, st, err := a.scripts(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	old := state(st.Modseq)
	if err := args.CheckState(old); err != nil {
		return nil, err
	}
	s := &sieveSetter{a, acc}
	out := jmap.Set(ctx, call, &args.SetArgs, jmap.Setter{Create: s.create, Update: s.update, Destroy: s.destroy})
	if err := a.activate(ctx, call, acc, &args, out, st.Active); err != nil {
		return nil, err
	}
	_, now, err := acc.Scripts(ctx)
	if err != nil {
		return nil, err
	}
	out.OldState, out.NewState = old, state(now.Modseq)
	return out, nil
}

// activate does what is asked for after success: only if all changes were
// made, and telling of each script whose isActive changed by it.
func (a *API) activate(ctx context.Context, call *jmap.Call, acc *mail.Account, args *jmapmail.SieveScriptSetArgs, out *jmap.SetAnswer, was int64) error {
	if len(out.NotCreated)+len(out.NotUpdated)+len(out.NotDestroyed) > 0 || args.OnSuccessActivateScript == nil && !args.OnSuccessDeactivateScript {
		return nil
	}
	var want int64
	if text := args.OnSuccessActivateScript; text != nil { // it wins over deactivation
		given, ok := call.Resolve(*text)
		if want, ok = id.Parse(scriptID, given); !ok {
			return nil // "If the id doesn't exist, the active script doesn't change"
		}
	}
	if err := acc.ActivateScript(ctx, want); err != nil {
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		return err
	}
	tell := func(n int64, active bool) {
		text := id.Text(scriptID, n)
		for key, v := range out.Created {
			if s, ok := v.(jmapmail.SieveScript); ok && s.ID == text {
				s.IsActive = active
				out.Created[key] = s
				return
			}
		}
		out.Change(text, map[string]bool{"isActive": active})
	}
	if was != 0 && was != want {
		tell(was, false)
	}
	if want != 0 {
		tell(want, true)
	}
	return nil
}

// sieveValidate is SieveScript/validate (RFC 9661 section 2.4).
func (a *API) sieveValidate(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.SieveValidateArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	acc, _, _, err := a.scripts(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	out := jmapmail.SieveValidateAnswer{AccountID: args.AccountID}
	_, text, err := a.scriptText(ctx, acc, args.BlobID)
	if err == nil {
		err = scriptError(acc.CheckScript(ctx, text))
	}
	if err != nil {
		out.Error = jmap.SetErrorOf(err)
	}
	return out, nil
}
