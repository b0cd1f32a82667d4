package identity

import (
	"context"

	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// MeansURN names the capability of seeing and changing what other people prove
// with who they are. Security administrators alone are offered it; each verb
// asks again.
const MeansURN = "urn:chancery:params:jmap:means"

// MeansCapability says what the office uses.
type MeansCapability struct {
	Phones          bool `json:"phones"`          // it writes to telephones
	SecondAddresses bool `json:"secondAddresses"` // people have an address elsewhere
}

// AccountMeans is what somebody proves with who they are; nothing of it is a
// secret. Their certificates are AccountCertificate/get.
type AccountMeans struct {
	Factors       []FactorObject `json:"factors" ts:"list"`
	RecoveryCodes int            `json:"recoveryCodes"` // that are left
	Phone         *string        `json:"phone"`         // the end of the number
	SecondAddress *string        `json:"secondAddress"`
}

// meansArgs are those of AccountMeans/change: null stays as it is, "" is taken
// away.
type meansArgs struct {
	accessArgs
	Phone    *string  `json:"phone"`
	Second   *string  `json:"secondAddress"`
	FactorID *jmap.ID `json:"removeFactorId"`
}

func (a api) meansCapability() jmap.Capability {
	return jmap.Capability{
		URN: MeansURN,
		Offer: func(ctx context.Context) (any, bool, error) {
			who, err := a.who.Subject(ctx)
			if err != nil {
				return nil, false, err
			}
			admin, err := a.i.dir.Administers(ctx, who)
			return MeansCapability{a.i.texts != nil, a.i.conf.SecondAddress}, err == nil && admin.Anywhere(policy.DutySecurity) && who.Assurance != policy.ByProgram, err
		},
		Methods: map[string]jmap.Method{"AccountMeans/get": a.meansGet, "AccountMeans/change": a.meansChange},
	}
}

// meansGet is AccountMeans/get.
func (a api) meansGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args accessArgs
	who, person, err := a.person(ctx, call, &args, &args.PersonID)
	if err != nil {
		return nil, err
	}
	m, err := a.i.MeansOf(ctx, who, person)
	out := AccountMeans{Factors: []FactorObject{}, RecoveryCodes: m.Recovery}
	if m.Phone != "" {
		out.Phone = &m.Phone
	}
	if m.Second != "" {
		out.SecondAddress = &m.Second
	}
	for _, f := range m.Factors {
		out.Factors = append(out.Factors, FactorObject{id.Text(factorID, f.ID), f.Kind, f.Name, f.Confirmed, date(f.Made), maybeDate(f.Used)})
	}
	return out, err
}

// meansChange is AccountMeans/change.
func (a api) meansChange(ctx context.Context, call *jmap.Call) (any, error) {
	var args meansArgs
	who, person, err := a.person(ctx, call, &args, &args.PersonID)
	if err != nil {
		return nil, err
	}
	c := MeansChange{Phone: args.Phone, Second: args.Second}
	if args.FactorID != nil {
		var ok bool
		if c.Factor, ok = id.Parse(factorID, *args.FactorID); !ok {
			return nil, jmap.Fail(jmap.InvalidArguments, "There is no second factor %s.", *args.FactorID)
		}
	}
	return struct{}{}, named(a.i.ChangeMeans(ctx, who, person, c))
}
