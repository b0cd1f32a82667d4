package jmapdoor

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	httpdoor "chancery/doors/http"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/wire/jmap"
)

// shown is a subscription as /get shows it: RFC 8620 section 7.2.1 keeps url
// and keys from being read back.
type shown struct {
	ID               jmap.ID       `json:"id"`
	DeviceClientID   string        `json:"deviceClientId"`
	VerificationCode *string       `json:"verificationCode"`
	Expires          *jmap.UTCDate `json:"expires"`
	Types            []string      `json:"types"`
}

// own returns the living subscriptions of a person.
func (p *pusher) own(ctx context.Context) ([]Subscription, error) {
	who, _ := httpdoor.SubjectOf(ctx)
	all, err := p.door.needs.Subscriptions.All(ctx)
	if err != nil {
		return nil, err
	}
	var out []Subscription
	for _, s := range all {
		if s.Subject.ID == who.ID && s.Expires.After(p.door.needs.Clock.Now()) {
			out = append(out, s)
		}
	}
	return out, nil
}

func (p *pusher) find(ctx context.Context, want jmap.ID) (Subscription, error) {
	list, err := p.own(ctx)
	if err != nil {
		return Subscription{}, err
	}
	for _, s := range list {
		if s.ID == want {
			return s, nil
		}
	}
	return Subscription{}, errs.E(errs.NotFound, "There is no push subscription %s.", want)
}

// get is PushSubscription/get.
func (p *pusher) get(ctx context.Context, call *jmap.Call) (any, error) {
	var a struct {
		IDs        *[]jmap.ID `json:"ids"`
		Properties []string   `json:"properties"`
	}
	if err := call.Decode(&a); err != nil {
		return nil, err
	}
	for _, name := range a.Properties {
		// "If the client requests url or keys, reject with forbidden".
		if name == "url" || name == "keys" {
			return nil, jmap.Fail(jmap.Forbidden, "The property %s cannot be read.", name)
		}
	}
	g := jmap.GetArgs{IDs: a.IDs, Properties: a.Properties}
	if err := g.CheckIDs(call.Limits); err != nil {
		return nil, err
	}
	list, err := p.own(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]shown, len(list))
	for i, s := range list {
		all[i] = shown{s.ID, s.DeviceClientID, nil, s.Expires, s.Types}
		if s.Verified {
			all[i].VerificationCode = &s.Code
		}
	}
	return jmap.Get(g, "", all, func(s shown) jmap.ID { return s.ID })
}

// set is PushSubscription/set; it has neither accountId nor states.
func (p *pusher) set(ctx context.Context, call *jmap.Call) (any, error) {
	var a struct {
		Create  jmap.Members `json:"create"`
		Update  jmap.Members `json:"update"`
		Destroy []jmap.ID    `json:"destroy"`
	}
	if err := call.Decode(&a); err != nil {
		return nil, err
	}
	args := &jmap.SetArgs{Create: a.Create, Update: a.Update, Destroy: a.Destroy}
	if err := args.CheckSize(call.Limits); err != nil {
		return nil, err
	}
	return jmap.Set(ctx, call, args, jmap.Setter{
		Create: func(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
			return p.create(ctx, raw)
		},
		Update: func(ctx context.Context, id jmap.ID, patch jmap.Patch) (any, error) {
			return p.update(ctx, id, patch)
		},
		Destroy: func(ctx context.Context, id jmap.ID) error {
			if _, err := p.find(ctx, id); err != nil {
				return err
			}
			p.stop(id)
			return p.door.needs.Subscriptions.Delete(ctx, id)
		},
	}), nil
}

func (p *pusher) create(ctx context.Context, raw json.RawMessage) (jmap.ID, any, error) {
	var in struct {
		jmap.PushSubscription
		ID *struct{} `json:"id"` // server-set
	}
	if err := jmap.DecodeStrict(raw, &in); err != nil {
		return "", nil, err
	}
	who, _ := httpdoor.SubjectOf(ctx)
	if err := p.door.mayPush(ctx, who); err != nil {
		return "", nil, err
	}
	s := Subscription{PushSubscription: in.PushSubscription, Subject: who, Code: id.Token(20)}
	if s.DeviceClientID == "" {
		return "", nil, jmap.BadProperty("deviceClientId", "A subscription names its device.")
	}
	// "This MUST begin with https://".
	if u, err := url.Parse(s.URL); err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(s.URL) > 2000 {
		return "", nil, jmap.BadProperty("url", "The URL must begin with https://.")
	}
	if s.Keys != nil {
		if _, err := seal(nil, *s.Keys); err != nil {
			return "", nil, jmap.BadProperty("keys", "The keys are not a P-256 point and a 16-byte secret.")
		}
	}
	// "The verificationCode MUST be null (or omitted) when created."
	if s.VerificationCode != nil {
		return "", nil, jmap.BadProperty("verificationCode", "The code comes with the first push.")
	}
	if len(s.Types) > 100 {
		return "", nil, jmap.BadProperty("types", "At most 100 types.")
	}
	have, err := p.own(ctx)
	if err != nil {
		return "", nil, err
	}
	if len(have) >= p.door.conf.PushMax {
		return "", nil, jmap.Refuse(jmap.OverQuota, "At most %d push subscriptions.", p.door.conf.PushMax)
	}
	if !p.mayMake(who.ID) {
		return "", nil, jmap.Refuse(jmap.RateLimit, "At most %d new push subscriptions in an hour.", p.door.conf.PushMax)
	}
	s.ID = id.Text('p', id.New())
	asked := s.Expires
	s.Expires = p.expires(asked)
	if err := p.door.needs.Subscriptions.Put(ctx, s); err != nil {
		return "", nil, err
	}
	p.verify(context.WithoutCancel(ctx), s)
	return s.ID, map[string]any{"id": s.ID, "keys": s.Keys, "expires": s.Expires}, nil
}

// expires bounds the life of a subscription.
func (p *pusher) expires(asked *jmap.UTCDate) *jmap.UTCDate {
	latest := p.door.needs.Clock.Now().Add(p.door.conf.PushLife).UTC().Truncate(time.Second)
	if asked != nil && asked.Before(latest) {
		return asked
	}
	return &jmap.UTCDate{Time: latest}
}

// verify sends the code that proves that the client reads the URL (section
// 7.2.2): until it comes back, nothing else is sent. It goes on beside the
// request until the subscription is verified or destroyed.
func (p *pusher) verify(ctx context.Context, s Subscription) {
	ctx, cancel := context.WithCancel(ctx)
	p.mu.Lock()
	p.stops[s.ID] = cancel
	p.mu.Unlock()
	go func() {
		err := p.deliver(ctx, s, jmap.PushVerification{Kind: "PushVerification", PushSubscriptionID: s.ID, VerificationCode: s.Code})
		if errors.Is(err, errGone) {
			_ = p.door.needs.Subscriptions.Delete(ctx, s.ID)
			p.stop(s.ID)
		}
	}()
}

// update changes code, expiry or types; the rest is fixed (section 7.2).
func (p *pusher) update(ctx context.Context, want jmap.ID, patch jmap.Patch) (any, error) {
	s, err := p.find(ctx, want)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	for _, m := range patch {
		switch m.Key {
		case "verificationCode":
			var code string
			if json.Unmarshal(m.Value, &code) != nil || code != s.Code {
				return nil, jmap.BadProperty(m.Key, "The code is not the one that was sent.")
			}
			s.Verified = true
		case "expires":
			var asked *jmap.UTCDate
			if json.Unmarshal(m.Value, &asked) != nil {
				return nil, jmap.BadProperty(m.Key, "The expiry is not a date.")
			}
			s.Expires = p.expires(asked)
			if asked == nil || !asked.Equal(s.Expires.Time) {
				out = map[string]any{"expires": s.Expires}
			}
		case "types":
			s.Types = nil
			if json.Unmarshal(m.Value, &s.Types) != nil || len(s.Types) > 100 {
				return nil, jmap.BadProperty(m.Key, "The types are a list of at most 100 names.")
			}
		default:
			return nil, jmap.BadProperty(m.Key, "The property %s cannot be changed.", m.Key)
		}
	}
	if err := p.door.needs.Subscriptions.Put(ctx, s); err != nil {
		return nil, err
	}
	p.start(s)
	if out == nil {
		return nil, nil // null: nothing changed beyond the patch
	}
	return out, nil
}
