package drive

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// URN is the capability of parcels, which is our own.
const URN = "urn:chancery:params:jmap:parcel"

// The first letter of an id says what it names.
const (
	parcelID = 'p'
	fileID   = 'f'
)

func fileText(n int64) string { return id.Text(fileID, n) }

// ParcelCapability is what a person who may send files by link is told.
type ParcelCapability struct {
	UploadPath string `json:"uploadPath"` // where tus uploads begin
	MaxFile    int64  `json:"maxFile"`    // bytes
	MaxFiles   int    `json:"maxFiles"`
	Space      int64  `json:"space"` // bytes of all that is open
	Days       int    `json:"days"`  // until a link expires, where nothing is said
	MaxDays    int    `json:"maxDays"`
	Outside    bool   `json:"outside"` // links for people outside are theirs too
}

// ParcelObject is a parcel as its sender's client sees it.
type ParcelObject struct {
	ID           jmap.ID        `json:"id"`
	Name         string         `json:"name"`
	State        string         `json:"state"` // open, closed, expired
	Link         *string        `json:"link"`  // null when it is over
	CreatedAt    jmap.UTCDate   `json:"createdAt"`
	ExpiresAt    jmap.UTCDate   `json:"expiresAt"`
	Secrecy      *string        `json:"secrecy"` // level; null = nobody said
	Inside       bool           `json:"inside"`
	HasPassword  bool           `json:"hasPassword"`
	MaxDownloads *int64         `json:"maxDownloads"` // of each file
	Files        []ParcelFile   `json:"files" ts:"list"`
	Log          *[]ParcelFetch `json:"log"` // null unless it is asked for by name
}

// ParcelFile is a file of a parcel.
type ParcelFile struct {
	ID        jmap.ID `json:"id"`
	Name      string  `json:"name"`
	Type      string  `json:"type"`
	Size      int64   `json:"size"`
	Downloads int64   `json:"downloads"`
}

// ParcelFetch is a line of a parcel's log.
type ParcelFetch struct {
	File   jmap.ID      `json:"file"`
	At     jmap.UTCDate `json:"at"`
	Peer   string       `json:"peer"`
	Person string       `json:"person"` // address of who was signed in, "" for others
	Sent   int64        `json:"sent"`   // bytes
	Whole  bool         `json:"whole"`  // all of it went out
}

// parcelFields are what a client says of a new parcel.
type parcelFields struct {
	Name         string        `json:"name"`
	Files        []jmap.ID     `json:"files"`
	ExpiresAt    *jmap.UTCDate `json:"expiresAt"`
	Secrecy      *string       `json:"secrecy"`
	Inside       bool          `json:"inside"`
	Password     *string       `json:"password"`
	MaxDownloads *int64        `json:"maxDownloads"`
}

// Who finds out who sent a call, and under which address we were reached.
type Who struct {
	Subject func(context.Context) (policy.Subject, error)
	Site    func(context.Context) string
}

type api struct {
	room *Room
	who  Who
}

// Capabilities returns what the room offers to clients.
func (r *Room) Capabilities(who Who) []jmap.Capability {
	a := api{r, who}
	return []jmap.Capability{{
		URN:     URN,
		Offer:   a.offer,
		Types:   []string{"Parcel"},
		States:  a.states,
		Methods: map[string]jmap.Method{"Parcel/get": a.get, "Parcel/changes": a.changes, "Parcel/set": a.set},
	}}
}

func (a api) offer(ctx context.Context) (any, bool, error) {
	s, err := a.who.Subject(ctx)
	if err != nil || !a.room.offers(s) {
		return nil, false, err
	}
	c := a.room.conf
	return ParcelCapability{UploadPath, c.MaxFile, c.MaxFiles, c.Space, c.Days, c.MaxDays, s.Terms.Allows(policy.FeatureOutside)}, true, nil
}

func (a api) account(ctx context.Context, text jmap.ID) (*Account, error) {
	return jmap.OpenAccount(text, func(n int64) (*Account, error) {
		s, err := a.who.Subject(ctx)
		if err != nil {
			return nil, err
		}
		return a.room.Account(ctx, s, n)
	})
}

// states are asked of every account that somebody reaches; parcels are in
// their own alone.
func (a api) states(ctx context.Context, text jmap.ID) (map[string]string, error) {
	s, err := a.who.Subject(ctx)
	if err != nil || id.Text('a', s.Account) != text || !a.room.offers(s) {
		return map[string]string{}, err
	}
	acc, err := a.room.Account(ctx, s, s.Account)
	if err != nil {
		return nil, err
	}
	n, err := acc.State(ctx)
	return map[string]string{"Parcel": state(n)}, err
}

func state(n int64) string { return strconv.FormatInt(n, 10) }

// object shows a parcel to its sender.
func (a api) object(ctx context.Context, acc *Account, p Parcel) (ParcelObject, error) {
	o := ParcelObject{ID: objectText(p.ID), Name: p.Name, State: "open", CreatedAt: jmap.UTCDate{Time: p.Made}, ExpiresAt: jmap.UTCDate{Time: p.Expires}, Inside: p.Inside, HasPassword: p.Locked, Files: []ParcelFile{}}
	if word := p.Level.String(); word != "" {
		o.Secrecy = &word
	}
	if p.MaxFetches > 0 {
		o.MaxDownloads = &p.MaxFetches
	}
	for _, f := range p.Files {
		o.Files = append(o.Files, ParcelFile{fileText(f.ID), f.Name, f.Type, f.Size, f.Fetches})
	}
	if p.Over != Open {
		o.State = string(p.Over)
		return o, nil
	}
	token, err := acc.Token(ctx, p)
	link := a.who.Site(ctx) + LinkPath + token
	o.Link = &link
	return o, err
}

func (a api) objects(ctx context.Context, acc *Account) ([]ParcelObject, int64, error) {
	list, n, err := acc.Parcels(ctx)
	if err != nil {
		return nil, 0, err
	}
	out := make([]ParcelObject, len(list))
	for i, p := range list {
		if out[i], err = a.object(ctx, acc, p); err != nil {
			return nil, 0, err
		}
	}
	return out, n, nil
}

// get is Parcel/get. The log comes only with the property "log", since it is long.
func (a api) get(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
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
	list, n, err := a.objects(ctx, acc)
	if err != nil {
		return nil, err
	}
	if slices.Contains(args.Properties, "log") {
		for i := range list {
			if args.IDs != nil && !slices.Contains(*args.IDs, list[i].ID) {
				continue
			}
			if list[i].Log, err = a.log(ctx, acc, list[i]); err != nil {
				return nil, err
			}
		}
	}
	return jmap.Get(args, state(n), list, func(o ParcelObject) jmap.ID { return o.ID })
}

func (a api) log(ctx context.Context, acc *Account, o ParcelObject) (*[]ParcelFetch, error) {
	n, _ := id.Parse(parcelID, o.ID)
	lines, err := acc.Log(ctx, n)
	sizes := map[jmap.ID]int64{}
	for _, f := range o.Files {
		sizes[f.ID] = f.Size
	}
	out := []ParcelFetch{}
	for _, x := range lines {
		file := fileText(x.File)
		out = append(out, ParcelFetch{file, jmap.UTCDate{Time: x.At.Truncate(time.Second)}, x.Peer, x.Person, x.Sent, x.Sent >= sizes[file]})
	}
	return &out, err
}

// changes is Parcel/changes.
func (a api) changes(ctx context.Context, call *jmap.Call) (any, error) {
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
	now, err := acc.State(ctx)
	if err != nil {
		return nil, err
	}
	since, err := strconv.ParseInt(args.SinceState, 10, 64)
	if err != nil || since < 0 || since > now || state(since) != args.SinceState {
		return nil, jmap.Fail(jmap.CannotCalculateChanges, "The state %q is not known.", args.SinceState)
	}
	list, err := acc.Changes(ctx, since)
	if err != nil {
		return nil, err
	}
	if args.MaxChanges != nil && int64(len(list)) > *args.MaxChanges {
		return nil, jmap.Fail(jmap.CannotCalculateChanges, "There are more than %d changes.", *args.MaxChanges)
	}
	out := &jmap.ChangesAnswer{AccountID: args.AccountID, OldState: args.SinceState, NewState: state(now)}
	for _, c := range list {
		text := objectText(c.ID)
		switch fresh := c.Created > since; {
		case c.Gone && fresh: // came and went in between
		case c.Gone:
			out.Destroyed = append(out.Destroyed, text)
		case fresh:
			out.Created = append(out.Created, text)
		default:
			out.Updated = append(out.Updated, text)
		}
	}
	return out, nil
}

// set is Parcel/set: parcels are made of uploads, extended, closed, deleted.
func (a api) set(ctx context.Context, call *jmap.Call) (any, error) {
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
	have, before, err := a.objects(ctx, acc)
	if err != nil {
		return nil, err
	}
	if err := args.CheckState(state(before)); err != nil {
		return nil, err
	}
	s := setter{a, acc, have}
	out := jmap.Set(ctx, call, &args, jmap.Setter{Create: s.create, Update: s.update, Destroy: s.destroy})
	after, err := acc.State(ctx)
	out.OldState, out.NewState = state(before), state(after)
	return out, err
}

type setter struct {
	api
	acc  *Account
	have []ParcelObject
}

func (s setter) create(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
	var in parcelFields
	if err := jmap.DecodeStrict(raw, &in); err != nil {
		return "", nil, err
	}
	n := NewParcel{Name: in.Name, Inside: in.Inside}
	var err error
	if n.Level, err = levelOf(in.Secrecy); err != nil {
		return "", nil, err
	}
	for _, text := range in.Files {
		f, ok := id.Parse(fileID, text)
		if !ok {
			return "", nil, jmap.BadProperty("files", "There is no upload %s.", text)
		}
		n.Files = append(n.Files, f)
	}
	if in.ExpiresAt != nil {
		n.Expires = in.ExpiresAt.Time
	}
	if in.Password != nil {
		n.Password = *in.Password
	}
	if in.MaxDownloads != nil {
		if n.MaxFetches = *in.MaxDownloads; n.MaxFetches == 0 {
			return "", nil, jmap.BadProperty("maxDownloads", "It is at least 1.")
		}
	}
	p, _, err := s.acc.Make(ctx, n)
	if err != nil {
		return "", nil, blameLevel(err)
	}
	o, err := s.object(ctx, s.acc, p)
	return o.ID, o, err
}

func (s setter) update(ctx context.Context, text jmap.ID, patch jmap.Patch) (any, error) {
	i := slices.IndexFunc(s.have, func(o ParcelObject) bool { return o.ID == text })
	if i < 0 {
		return nil, jmap.Refuse(jmap.NotFound, "There is no parcel %s.", text)
	}
	old := s.have[i]
	now, err := jmap.Patched(old, ParcelObject{}, patch)
	if err != nil {
		return nil, err
	}
	n, _ := id.Parse(parcelID, text)
	until, end, level := now.ExpiresAt, now.State, now.Secrecy
	now.ExpiresAt, now.State, now.Secrecy = old.ExpiresAt, old.State, old.Secrecy
	same, err := equal(old, now)
	switch {
	case err != nil:
		return nil, err
	case !same || end != old.State && end != string(Closed):
		return nil, jmap.Refuse(jmap.InvalidProperties, "Only expiresAt and secrecy can be changed, and state to closed.")
	case end != old.State:
		return nil, s.acc.Close(ctx, n)
	case !until.Equal(old.ExpiresAt.Time):
		return nil, s.acc.Extend(ctx, n, until.Time)
	case level != nil && (old.Secrecy == nil || *level != *old.Secrecy):
		to, err := levelOf(level)
		if err != nil {
			return nil, err
		}
		return nil, blameLevel(s.acc.Raise(ctx, n, to))
	}
	return nil, nil
}

// levelOf reads a level that a client names.
func levelOf(word *string) (policy.Level, error) {
	if word == nil {
		return policy.Unlabelled, nil
	}
	level, err := policy.LevelOf(*word)
	if err != nil {
		return level, jmap.BadProperty("secrecy", "%s", errs.Text(err))
	}
	return level, nil
}

// blameLevel gives refusals for a level the types that those of letters have.
func blameLevel(err error) error {
	for _, r := range []struct {
		err  error
		kind string
	}{{ErrUnlabelled, "levelMissing"}, {ErrAbove, "levelTooHigh"}, {ErrOutside, "levelOutside"}, {ErrLower, "levelTooLow"}} {
		if errors.Is(err, r.err) {
			return jmap.Refuse(r.kind, "%s", errs.Text(r.err))
		}
	}
	return err
}

// equal compares two objects as clients see them.
func equal(a, b ParcelObject) (bool, error) {
	x, err := json.Marshal(a)
	if err != nil {
		return false, err
	}
	y, err := json.Marshal(b)
	return string(x) == string(y), err
}

func (s setter) destroy(ctx context.Context, text jmap.ID) error {
	n, ok := id.Parse(parcelID, text)
	if !ok {
		return jmap.Refuse(jmap.NotFound, "There is no parcel %s.", text)
	}
	err := s.acc.Remove(ctx, n)
	if errs.Is(err, errs.NotFound) {
		return jmap.Refuse(jmap.NotFound, "There is no parcel %s.", text)
	}
	return err
}
