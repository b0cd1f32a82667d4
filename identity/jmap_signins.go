package identity

import (
	"context"
	"strconv"

	"chancery/audit"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// SignInsURN names the capability of looking at one's own sign-ins, which
// only a person's own account has.
const SignInsURN = "urn:chancery:params:jmap:signins"

// signInID begins the ids of sign-ins.
const signInID = 'n'

// SignInObject is a sign-in as clients see it. Nobody makes, changes or
// removes one, so there is SignIn/get and nothing else; without ids it lists
// the newest, newest first.
type SignInObject struct {
	ID      jmap.ID      `json:"id"`
	At      jmap.UTCDate `json:"at"`
	Address string       `json:"address"`       // as it was typed
	Peer    string       `json:"peer"`          // the network address it came from
	Inner   bool         `json:"inner"`         // whether that is in the agency's own network
	Machine string       `json:"machine"`       // of the house that it came from, by its certificate; "" where none is asked for
	Door    string       `json:"door"`          // the protocol: http, imap, smtp, ...
	Result  string       `json:"result"`        // "ok", or the kind of refusal
	Odd     []string     `json:"odd" ts:"list"` // newNetwork, tooFast, refused: what the person should look at
}

// SignInsCapability is what the account says of them.
type SignInsCapability struct {
	MaxSignIns int `json:"maxSignIns"`
}

// signIns is the capability.
func (i *Identity) signIns(who func(context.Context) (policy.Subject, error)) jmap.Capability {
	return jmap.Capability{
		URN: SignInsURN,
		Account: func(acc jmap.Account) (any, bool) {
			return SignInsCapability{i.conf.SignIns}, acc.IsPersonal
		},
		Methods: map[string]jmap.Method{
			"SignIn/get": func(ctx context.Context, call *jmap.Call) (any, error) { return i.signInGet(ctx, call, who) },
		},
	}
}

// signInGet is SignIn/get.
func (i *Identity) signInGet(ctx context.Context, call *jmap.Call, who func(context.Context) (policy.Subject, error)) (any, error) {
	var args jmap.GetArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if err := args.Check(call.Limits); err != nil {
		return nil, err
	}
	by, err := who(ctx)
	if err != nil {
		return nil, err
	}
	account, ok := id.Parse(accountID, args.AccountID)
	if !ok {
		return nil, jmap.Fail(jmap.AccountNotFound, "There is no account %q.", args.AccountID)
	}
	list, err := i.SignIns(ctx, by, account)
	if err != nil {
		return nil, err
	}
	state := "0"
	if len(list) > 0 {
		state = strconv.FormatInt(list[0].Seq, 10)
	}
	objects := make([]SignInObject, len(list))
	odd := i.odd(list)
	for n, e := range list {
		objects[n] = i.signInObject(e)
		objects[n].Odd = append([]string{}, odd[n]...)
	}
	return jmap.Get(args, state, objects, func(o SignInObject) jmap.ID { return o.ID })
}

func (i *Identity) signInObject(e audit.Entry) SignInObject {
	return SignInObject{ID: id.Text(signInID, e.Seq), At: jmap.UTCDate{Time: e.At}, Address: e.Address, Peer: e.Peer, Inner: i.inner(e.Peer), Machine: e.Machine, Door: e.Door, Result: e.Result}
}
