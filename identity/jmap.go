package identity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// URN names the JMAP capability of how one signs in.
const URN = "urn:chancery:params:jmap:identity"

// The first letter of an id says what it names.
const (
	accountID     = 'a'
	factorID      = 'f'
	appPasswordID = 'w'
	sessionID     = 's'
	deviceID      = 'd'
)

// Capability says what a password must be.
type Capability struct {
	MinPassword     int `json:"minPassword"`
	PasswordClasses int `json:"passwordClasses"`
}

// Errors of our own, so that clients can say them in every language.
const (
	wrongCode     = "wrongCode"
	wrongKey      = "wrongKey"
	wrongPassword = "wrongPassword"
	weakPassword  = "weakPassword"
)

// FactorObject is a second factor. Secret, URI and QR (a PNG in base64) are
// there only in the answer that made it.
type FactorObject struct {
	ID        jmap.ID `json:"id"`
	Kind      string  `json:"kind"` // totp, key or sms
	Name      string  `json:"name"`
	Confirmed bool    `json:"confirmed"`
	MadeAt    string  `json:"madeAt"`
	UsedAt    *string `json:"usedAt"`
}

// FactorEnrolment is what a person puts into their app.
type FactorEnrolment struct {
	ID     jmap.ID `json:"id"`
	Secret string  `json:"secret"`
	URI    string  `json:"uri"`
	QR     string  `json:"qr"`
}

// KeyEnrolmentObject is what the browser asks a new security key:
// PublicKeyCredentialCreationOptionsJSON of Web Authentication.
type KeyEnrolmentObject struct {
	ID      jmap.ID         `json:"id"`
	Options json.RawMessage `json:"options"`
}

// FactorAnswer is the answer of Factor/get.
type FactorAnswer struct {
	AccountID     jmap.ID        `json:"accountId"`
	List          []FactorObject `json:"list" ts:"list"`
	RecoveryCodes int            `json:"recoveryCodes"` // that are left
}

// RecoveryAnswer brings new recovery codes, this once.
type RecoveryAnswer struct {
	Codes []string `json:"codes" ts:"list"`
}

// AppPasswordObject is an app password; the password itself is only in the
// answer that made it.
type AppPasswordObject struct {
	ID       jmap.ID `json:"id"`
	Name     string  `json:"name"`
	MadeAt   string  `json:"madeAt"`
	UsedAt   *string `json:"usedAt"`
	UsedFrom string  `json:"usedFrom"`
}

// AppPasswordMade is the answer of AppPassword/add.
type AppPasswordMade struct {
	ID       jmap.ID `json:"id"`
	Password string  `json:"password"`
}

// SessionObject is a session of the web client.
type SessionObject struct {
	ID        jmap.ID `json:"id"`
	Peer      string  `json:"peer"`
	Agent     string  `json:"agent"`
	OpenedAt  string  `json:"openedAt"`
	SeenAt    string  `json:"seenAt"`
	TwoFactor bool    `json:"twoFactor"`
	Current   bool    `json:"current"`
}

// DeviceObject is a device that the person signed in with.
type DeviceObject struct {
	ID      jmap.ID `json:"id"`
	Agent   string  `json:"agent"`
	Peer    string  `json:"peer"`
	FirstAt string  `json:"firstAt"`
	SeenAt  string  `json:"seenAt"`
	Current bool    `json:"current"`
}

// Who says whose request a context belongs to, and under which address the
// browser reached the server.
type Who struct {
	Subject func(context.Context) (policy.Subject, error)
	Site    func(context.Context) string
}

type api struct {
	i   *Identity
	who Who
}

// Capabilities returns what identity offers to clients: how the person
// themself signs in.
func (i *Identity) Capabilities(who Who) []jmap.Capability {
	a := api{i, who}
	return []jmap.Capability{i.signIns(who.Subject), a.unlock(), a.access(), a.meansCapability(), a.houseRules(), {
		URN: URN,
		Account: func(acc jmap.Account) (any, bool) {
			return Capability{MinPassword: i.conf.Passwords.least(), PasswordClasses: i.conf.Passwords.Classes}, acc.IsPersonal
		},
		Methods: a.phoneMethods(map[string]jmap.Method{
			"Factor/get": a.factorGet, "Factor/add": a.factorAdd, "Factor/confirm": a.factorConfirm, "Factor/remove": a.factorRemove,
			"Factor/rename": a.factorRename, "Factor/addKey": a.keyAdd, "Factor/confirmKey": a.keyConfirm,
			"Device/get": a.deviceGet, "Device/forget": a.deviceForget,
			"RecoveryCode/renew": a.recoveryRenew,
			"AppPassword/get":    a.appPasswordGet, "AppPassword/add": a.appPasswordAdd, "AppPassword/remove": a.appPasswordRemove,
			"SignInSession/get": a.sessionGet, "SignInSession/end": a.sessionEnd,
			"Password/change":   a.passwordChange,
			"SecondAddress/get": a.secondGet,
			"SecondAddress/add": a.secondAdd, "SecondAddress/confirm": a.secondConfirm, "SecondAddress/remove": a.secondRemove,
		}),
	}}
}

// The arguments of the methods; all name the person's own account.
type (
	ownArgs struct {
		AccountID jmap.ID `json:"accountId"`
	}
	namedArgs struct {
		ownArgs
		Name string `json:"name"`
	}
	oneArgs struct {
		ownArgs
		ID jmap.ID `json:"id"`
	}
	confirmArgs struct {
		oneArgs
		Code string `json:"code"`
	}
	renameArgs struct {
		oneArgs
		Name string `json:"name"`
	}
	answerArgs struct {
		oneArgs
		Answer json.RawMessage `json:"answer"`
	}
	passwordArgs struct {
		ownArgs
		Old string `json:"oldPassword"`
		New string `json:"newPassword"`
	}
)

func (a *ownArgs) account() jmap.ID { return a.AccountID }

// open reads the arguments of a call and checks that they name the person's
// own account: nobody manages how another signs in here.
func (a api) open(ctx context.Context, call *jmap.Call, args interface{ account() jmap.ID }) (policy.Subject, error) {
	if err := call.Decode(args); err != nil {
		return policy.Subject{}, err
	}
	s, err := a.who.Subject(ctx)
	if err != nil {
		return s, err
	}
	if err := jmap.CheckAccount(args.account()); err != nil {
		return s, err
	}
	if args.account() != id.Text(accountID, s.Account) {
		return s, jmap.Fail(jmap.AccountNotFound, "One manages only how one signs in oneself.")
	}
	return s, nil
}

func date(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func maybeDate(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := date(t)
	return &text
}

func (a api) factorGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args ownArgs
	s, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	list, codes, err := a.i.Factors(ctx, s)
	out := FactorAnswer{AccountID: args.AccountID, List: []FactorObject{}, RecoveryCodes: codes}
	for _, f := range list {
		out.List = append(out.List, FactorObject{id.Text(factorID, f.ID), f.Kind, f.Name, f.Confirmed, date(f.Made), maybeDate(f.Used)})
	}
	return out, err
}

func (a api) factorAdd(ctx context.Context, call *jmap.Call) (any, error) {
	var args namedArgs
	s, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	e, err := a.i.AddTOTP(ctx, s, args.Name)
	return FactorEnrolment{id.Text(factorID, e.ID), e.Secret, e.URI, base64.StdEncoding.EncodeToString(e.QR)}, err
}

func (a api) factorConfirm(ctx context.Context, call *jmap.Call) (any, error) {
	var args confirmArgs
	s, n, err := a.one(ctx, call, &args, &args.ID, factorID)
	if err != nil {
		return nil, err
	}
	codes, err := a.i.ConfirmTOTP(ctx, s, n, args.Code)
	if errors.Is(err, errFirstCode) {
		return nil, jmap.Fail(wrongCode, "%s", errs.Text(err))
	}
	return RecoveryAnswer{append([]string{}, codes...)}, err
}

// one is open for a method about one thing.
func (a api) one(ctx context.Context, call *jmap.Call, args interface{ account() jmap.ID }, text *jmap.ID, prefix byte) (policy.Subject, int64, error) {
	s, err := a.open(ctx, call, args)
	if err != nil {
		return s, 0, err
	}
	n, ok := id.Parse(prefix, *text)
	if !ok {
		err = errs.E(errs.NotFound, "There is nothing with the id %s.", *text)
	}
	return s, n, err
}

func (a api) factorRemove(ctx context.Context, call *jmap.Call) (any, error) {
	var args oneArgs
	s, n, err := a.one(ctx, call, &args, &args.ID, factorID)
	if err != nil {
		return nil, err
	}
	return struct{}{}, a.i.RemoveFactor(ctx, s, n)
}

func (a api) recoveryRenew(ctx context.Context, call *jmap.Call) (any, error) {
	var args ownArgs
	s, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	codes, err := a.i.RenewRecoveryCodes(ctx, s)
	return RecoveryAnswer{append([]string{}, codes...)}, err
}

func (a api) appPasswordGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args ownArgs
	s, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	list, err := a.i.AppPasswords(ctx, s)
	out := []AppPasswordObject{}
	for _, p := range list {
		out = append(out, AppPasswordObject{id.Text(appPasswordID, p.ID), p.Name, date(p.Made), maybeDate(p.Used), p.UsedFrom})
	}
	return map[string]any{"accountId": args.AccountID, "list": out}, err
}

func (a api) appPasswordAdd(ctx context.Context, call *jmap.Call) (any, error) {
	var args namedArgs
	s, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	p, password, err := a.i.AddAppPassword(ctx, s, args.Name)
	return AppPasswordMade{id.Text(appPasswordID, p.ID), password}, err
}

func (a api) appPasswordRemove(ctx context.Context, call *jmap.Call) (any, error) {
	var args oneArgs
	s, n, err := a.one(ctx, call, &args, &args.ID, appPasswordID)
	if err != nil {
		return nil, err
	}
	return struct{}{}, a.i.RemoveAppPassword(ctx, s, n)
}

func (a api) sessionGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args ownArgs
	s, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	list, err := a.i.Sessions(ctx, s)
	out := []SessionObject{}
	for _, o := range list {
		out = append(out, SessionObject{id.Text(sessionID, o.ID), o.Peer, o.Agent, date(o.Opened), date(o.Seen), o.Assurance >= policy.ByTwo, o.Current})
	}
	return map[string]any{"accountId": args.AccountID, "list": out}, err
}

func (a api) sessionEnd(ctx context.Context, call *jmap.Call) (any, error) {
	var args oneArgs
	s, n, err := a.one(ctx, call, &args, &args.ID, sessionID)
	if err != nil {
		return nil, err
	}
	return struct{}{}, a.i.EndSession(ctx, s, n)
}

func (a api) passwordChange(ctx context.Context, call *jmap.Call) (any, error) {
	var args passwordArgs
	s, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	err = a.i.ChangePassword(ctx, s, args.Old, args.New, PeerOf(s))
	if weak := (errWeak{}); errors.As(err, &weak) {
		return nil, jmap.Fail(weakPassword, "%s", errs.Text(err))
	}
	if errors.Is(err, errPresent) {
		return nil, jmap.Fail(wrongPassword, "%s", errs.Text(err))
	}
	return struct{}{}, err
}
