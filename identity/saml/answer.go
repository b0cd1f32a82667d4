package saml

import (
	"context"
	"encoding/base64"
	"slices"
	"time"

	"chancery/directory"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
	wire "chancery/wire/saml"
)

// levels is how sure a sign-in of a class is at least. What is not in it is
// not offered.
var levels = map[string]policy.Assurance{
	wire.ClassUnspecified: policy.ByPassword, wire.ClassPassword: policy.ByPassword, wire.ClassProtected: policy.ByPassword,
	wire.ClassTwo: policy.ByTwo, wire.ClassTimeSync: policy.ByTwo, wire.ClassHardware: policy.ByHardware,
}

// LevelOf returns how sure a sign-in of a class is; what is not known counts as
// a password.
func LevelOf(class string) policy.Assurance { return max(levels[class], policy.ByPassword) }

// classOf names a sign-in where no class was asked for.
func classOf(a policy.Assurance) string {
	switch {
	case a >= policy.ByHardware:
		return wire.ClassHardware
	case a == policy.ByTwo:
		return wire.ClassTwo
	}
	return wire.ClassProtected
}

// chooseClass picks the class that is said of a sign-in (Core section
// 3.3.2.2.1), in the order of the request; false when it fulfils none. Who
// signed in more surely than a class wants has fulfilled that class too.
func chooseClass(asked []string, comparison string, have policy.Assurance) (string, bool) {
	if len(asked) == 0 {
		return classOf(have), true
	}
	for _, class := range asked {
		level, known := levels[class]
		if !known {
			continue
		}
		switch comparison {
		case "exact":
			if have >= level {
				return class, true
			}
		case "minimum":
			if have >= level {
				return classOf(have), true
			}
		case "maximum": // as sure as can be, but not surer: less is said when more is there
			if have <= level {
				return classOf(have), true
			}
			return class, true
		case "better":
			if have > level {
				return classOf(have), true
			}
		}
	}
	return "", false
}

// answer signs the person on: an assertion for this service, this address and
// this message only. With a hash it was a kept request, which is used up.
func (p *Provider) answer(ctx context.Context, a asked, s Service, who policy.Subject, class string, kept []byte) (Outcome, error) {
	account, err := p.dir.Account(ctx, s.Org, who.Account)
	if err != nil {
		return Outcome{}, err
	}
	said, err := p.assertion(ctx, a, s, who, account)
	if err != nil {
		return Outcome{}, err
	}
	said.Class = class
	out, err := p.respond(ctx, a, wire.Response{Status: []string{wire.StatusSuccess}, Assertion: &said, Encrypt: s.Metadata.Encryption})
	if err != nil {
		return out, err
	}
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		if err := p.use(ctx, tx, a, s, kept); err != nil {
			return err
		}
		if err := putSignOn(ctx, tx, s.Org, who.Session, s.ID, p.now()); err != nil {
			return err
		}
		return p.note(ctx, tx, who, "sso.sign-on", "service "+s.ID+" "+s.Name, nil)
	})
	if err != nil {
		return Outcome{}, err
	}
	return out, nil
}

// use takes a message, which is answered once: of two browsers that answer at
// the same time, one loses.
func (p *Provider) use(ctx context.Context, tx *store.Tx, a asked, s Service, kept []byte) error {
	if p.tidied.Due(s.Org, p.clock.Now()) {
		if err := tidy(ctx, tx, s.Org, p.now(), p.now()-(90*24*time.Hour).Milliseconds()); err != nil {
			return err
		}
	}
	if kept != nil {
		if err := deleteRequest(ctx, tx, s.Org, kept); err != nil {
			return err
		}
	}
	if a.Message == "" {
		return nil
	}
	if ok, err := takeAnswer(ctx, tx, s.Org, s.ID, a.Message, p.answeredUntil(a)); err != nil || ok {
		return err
	}
	return errAnswered
}

// assertion is what is said of the person.
func (p *Provider) assertion(ctx context.Context, a asked, s Service, who policy.Subject, account directory.Account) (wire.Assertion, error) {
	said := wire.Assertion{ID: "_" + id.Token(20), Audience: s.Metadata.Entity, Recipient: a.ACS, Proved: who.Proved, Until: p.clock.Now().Add(p.conf.AnswerLife)}
	var err error
	if said.Name, said.Format, err = p.name(ctx, a.Format, s, who, account.Address); err != nil {
		return said, err
	}
	if said.Format != wire.NameEmail { // Core section 8.3.7: who gave the name, and to whom
		said.Qualifier = EntityOf(a.Base)
	}
	if said.Session, err = p.sessionIndex(ctx, s, who); err != nil {
		return said, err
	}
	for _, one := range attributes {
		if value := one.value(account); slices.Contains(s.Attributes, one.setting) && value != "" {
			said.Attributes = append(said.Attributes, wire.Attribute{Name: one.name, Friendly: one.friendly, Values: []string{value}})
		}
	}
	return said, nil
}

// name is what a person is called towards a service. Two services cannot
// compare persistent or transient names.
func (p *Provider) name(ctx context.Context, format string, s Service, who policy.Subject, address string) (string, string, error) {
	if format == "" || format == wire.NameUnspecified {
		format = formatOf(s.NameID)
	}
	var name string
	var err error
	switch format {
	case wire.NameEmail:
		name = address
	case wire.NameTransient:
		name, err = p.masked(ctx, "transient", s.Metadata.Entity, number(who.Org), number(who.Session))
	default:
		name, err = p.masked(ctx, "subject", s.Metadata.Entity, number(who.Org), number(who.Account))
	}
	return name, format, err
}

// sessionIndex is the name of a session towards a service: one of its own,
// since by a common one two services could compare whom they know.
func (p *Provider) sessionIndex(ctx context.Context, s Service, who policy.Subject) (string, error) {
	return p.masked(ctx, "session", s.Metadata.Entity, number(who.Org), number(who.Session))
}

// respond makes the form that carries an answer.
func (p *Provider) respond(ctx context.Context, a asked, r wire.Response) (Outcome, error) {
	key, err := p.signer(ctx)
	if err != nil {
		return Outcome{}, err
	}
	r.ID, r.InResponse, r.Issuer, r.Destination, r.Issued = "_"+id.Token(20), a.Message, EntityOf(a.Base), a.ACS, p.clock.Now()
	doc, err := r.Sign(key)
	return Outcome{Post: &Post{Location: a.ACS, Document: base64.StdEncoding.EncodeToString(doc), Relay: a.Relay}}, err
}

// turnAway records a refusal and tells the service.
func (p *Provider) turnAway(ctx context.Context, a asked, s Service, who policy.Subject, r *refusal) (Outcome, error) {
	if who.Account != 0 && who.Org == s.Org {
		err := p.db.Write(ctx, func(tx *store.Tx) error {
			return p.note(ctx, tx, who, "sso.sign-on", "service "+s.ID+" "+s.Name, r.kind())
		})
		if err != nil {
			return Outcome{}, err
		}
	}
	return p.respond(ctx, a, wire.Response{Status: r.codes, Text: r.text})
}
