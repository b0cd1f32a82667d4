package identity

import (
	"context"

	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// AccessURN names the capability of seeing and ending what other people are
// signed in with. Only who administers accounts somewhere is offered it; each
// verb asks again.
const AccessURN = "urn:chancery:params:jmap:access"

// personID begins the ids of people.
const personID = 'p'

// AccessCapability is empty.
type AccessCapability struct{}

// AccountAccess is what somebody is signed in with; nothing of it is a secret.
type AccountAccess struct {
	Sessions     []SessionObject     `json:"sessions" ts:"list"`
	Devices      []DeviceObject      `json:"devices" ts:"list"`
	AppPasswords []AppPasswordObject `json:"appPasswords" ts:"list"`
}

type accessArgs struct {
	ownArgs
	PersonID jmap.ID `json:"personId"`
}

type endArgs struct {
	accessArgs
	Kind string   `json:"kind"` // session, device, appPassword, all
	ID   *jmap.ID `json:"id"`   // null for all
}

func (a api) access() jmap.Capability {
	return jmap.Capability{
		URN: AccessURN,
		Offer: func(ctx context.Context) (any, bool, error) {
			who, err := a.who.Subject(ctx)
			if err != nil {
				return nil, false, err
			}
			admin, err := a.i.dir.Administers(ctx, who)
			return AccessCapability{}, err == nil && admin.Anywhere(policy.DutyAccounts) && who.Assurance != policy.ByProgram, err
		},
		Methods: map[string]jmap.Method{"AccountAccess/get": a.accessGet, "AccountAccess/end": a.accessEnd},
	}
}

// person reads a call about somebody else.
func (a api) person(ctx context.Context, call *jmap.Call, args interface{ account() jmap.ID }, text *jmap.ID) (policy.Subject, int64, error) {
	who, err := a.open(ctx, call, args)
	if err != nil {
		return who, 0, err
	}
	n, ok := id.Parse(personID, *text)
	if !ok {
		err = jmap.Fail(jmap.InvalidArguments, "There is no person %s.", *text)
	}
	return who, n, err
}

// accessGet is AccountAccess/get.
func (a api) accessGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args accessArgs
	who, person, err := a.person(ctx, call, &args, &args.PersonID)
	if err != nil {
		return nil, err
	}
	x, err := a.i.AccessOf(ctx, who, person)
	out := AccountAccess{[]SessionObject{}, []DeviceObject{}, []AppPasswordObject{}}
	for _, o := range x.Sessions {
		out.Sessions = append(out.Sessions, SessionObject{id.Text(sessionID, o.ID), o.Peer, o.Agent, date(o.Opened), date(o.Seen), o.Assurance >= policy.ByTwo, o.ID == who.Session})
	}
	for _, d := range x.Devices {
		out.Devices = append(out.Devices, DeviceObject{id.Text(deviceID, d.ID), d.Agent, d.Peer, date(d.First), date(d.Seen), false})
	}
	for _, p := range x.AppPasswords {
		out.AppPasswords = append(out.AppPasswords, AppPasswordObject{id.Text(appPasswordID, p.ID), p.Name, date(p.Made), maybeDate(p.Used), p.UsedFrom})
	}
	return out, err
}

// accessEnd is AccountAccess/end.
func (a api) accessEnd(ctx context.Context, call *jmap.Call) (any, error) {
	var args endArgs
	who, person, err := a.person(ctx, call, &args, &args.PersonID)
	if err != nil {
		return nil, err
	}
	one := int64(0)
	if args.ID != nil {
		prefix := map[string]byte{AccessSession: sessionID, AccessDevice: deviceID, AccessAppPassword: appPasswordID}[args.Kind]
		var ok bool
		if one, ok = id.Parse(prefix, *args.ID); !ok {
			return nil, jmap.Fail(jmap.InvalidArguments, "There is no %s %s.", args.Kind, *args.ID)
		}
	}
	return struct{}{}, a.i.EndAccess(ctx, who, person, args.Kind, one)
}
