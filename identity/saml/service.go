package saml

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"chancery/directory"
	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
	wire "chancery/wire/saml"
)

// What people are called towards a service.
const (
	NamePersistent = "persistent" // a name of its own for each person, which two services cannot compare
	NameTransient  = "transient"  // a name for one session
	NameEmail      = "email"      // the mail address
)

// When a person is asked before a service is told who they are.
const (
	ConsentNever = "never"
	ConsentFirst = "first"
)

// attribute is something that can be said of a person.
type attribute struct {
	setting, name, friendly string
	scope                   string // by which the consent page names it
	value                   func(directory.Account) string
}

// attributes are those of inetOrgPerson (RFC 2798), named by their object
// identifiers as the X.500/LDAP profile has it (Profiles section 8.2).
var attributes = []attribute{
	{"mail", "urn:oid:0.9.2342.19200300.100.1.3", "mail", "email", func(a directory.Account) string { return a.Address }},
	{"name", "urn:oid:2.16.840.1.113730.3.1.241", "displayName", "profile", func(a directory.Account) string { return a.Name }},
	{"language", "urn:oid:2.16.840.1.113730.3.1.39", "preferredLanguage", "profile", func(a directory.Account) string { return a.Language }},
}

// Service is a system that may ask who somebody is.
type Service struct {
	Org        int64            `json:"-"`
	ID         string           `json:"-"`
	Name       string           `json:"-"` // that people are shown
	Made       time.Time        `json:"-"`
	Metadata   wire.Service     `json:"metadata"`
	NameID     string           `json:"nameId"`              // persistent, transient, email
	Attributes []string         `json:"attributes"`          // mail, name, language
	Consent    string           `json:"consent"`             // never, first
	Start      bool             `json:"start,omitempty"`     // may be entered from here, without having asked
	Assurance  policy.Assurance `json:"assurance,omitempty"` // least assurance of the sign-in
}

func (s *Service) read(settings string, made int64) error {
	s.Made = time.UnixMilli(made)
	return errs.Wrap(errs.Internal, json.Unmarshal([]byte(settings), s), "the settings of a service cannot be read")
}

// told lists what the service learns, in the words of the consent page.
func (s Service) told() []string {
	list := []string{"openid"}
	for _, a := range attributes {
		if (slices.Contains(s.Attributes, a.setting) || a.setting == "mail" && s.NameID == NameEmail) && !slices.Contains(list, a.scope) {
			list = append(list, a.scope)
		}
	}
	return list
}

// AddService registers a service by its metadata file. One that is registered
// already gets the new metadata and settings.
func (p *Provider) AddService(ctx context.Context, by policy.Subject, file []byte, s Service) (Service, error) {
	meta, err := wire.ReadService(file, metadataLimits)
	if err != nil {
		return s, err
	}
	s.Metadata = meta
	if s, err = prepare(s); err != nil {
		return s, err
	}
	s.Org, s.ID, s.Made = by.Org, number(by.Org)+"."+id.Token(10), p.clock.Now()
	settings, err := json.Marshal(s)
	if err != nil {
		return s, err
	}
	err = p.dir.OnOrganisation(ctx, by, policy.DutySystem, "sso.client.add", "service", func(ctx context.Context, tx *store.Tx) error {
		have, err := selectByEntity(ctx, tx, s.Metadata.Entity)
		if err != nil {
			return err
		}
		if len(have) > 0 {
			if have[0].Org != by.Org {
				return errs.E(errs.Exists, "%s is registered by another organisation.", s.Metadata.Entity)
			}
			s.ID, s.Made = have[0].ID, have[0].Made
			if err := updateService(ctx, tx, s, string(settings)); err != nil {
				return err
			}
			return sso.Note(ctx, tx, p.clock.Now(), by, "sso.client.change", "service "+s.ID, have[0].story(), s.story())
		}
		all, err := selectServices(ctx, tx, by.Org, "")
		if err != nil {
			return err
		}
		if len(all) >= p.conf.MaxServices {
			return errs.E(errs.TooLarge, "There are %d services already.", len(all))
		}
		if err := insertService(ctx, tx, s, string(settings), p.now()); err != nil {
			return err
		}
		return sso.Note(ctx, tx, p.clock.Now(), by, "sso.client.add", "service "+s.ID+" "+s.Name, nil, s.story())
	})
	return s, err
}

// prepare checks the settings of a service and fills in the defaults.
func prepare(s Service) (Service, error) {
	s.Name = strings.TrimSpace(s.Name)
	if s.Name == "" || len(s.Name) > 200 || strings.ContainsFunc(s.Name, func(r rune) bool { return r < ' ' }) {
		return s, errs.E(errs.Invalid, "A service needs a name of 1 to 200 bytes, which people are shown.")
	}
	if s.NameID == "" {
		s.NameID = NamePersistent
	}
	if formatOf(s.NameID) == "" {
		return s, errs.E(errs.Invalid, "The name of people is persistent, transient or email, not %q.", s.NameID)
	}
	if s.Consent == "" {
		s.Consent = ConsentFirst
	}
	if s.Consent != ConsentFirst && s.Consent != ConsentNever {
		return s, errs.E(errs.Invalid, "Consent is never or first, not %q.", s.Consent)
	}
	for _, name := range s.Attributes {
		if !slices.ContainsFunc(attributes, func(a attribute) bool { return a.setting == name }) {
			return s, errs.E(errs.Invalid, "What can be told is mail, name and language, not %q.", name)
		}
	}
	if s.Assurance > policy.ByHardware {
		return s, errs.E(errs.Invalid, "The assurance is 1, 2 or 3.")
	}
	return s, nil
}

// formatOf is the URI of a kind of name.
func formatOf(name string) string {
	return map[string]string{NamePersistent: wire.NamePersistent, NameTransient: wire.NameTransient, NameEmail: wire.NameEmail}[name]
}

// Services lists the services of an organisation by name.
func (p *Provider) Services(ctx context.Context, org int64) (list []Service, err error) {
	err = p.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectServices(ctx, tx, org, "")
		return err
	})
	return list, err
}

// RemoveService removes a service; it can sign nobody on any more.
func (p *Provider) RemoveService(ctx context.Context, by policy.Subject, serviceID string) error {
	return p.dir.OnOrganisation(ctx, by, policy.DutySystem, "sso.client.remove", "service "+serviceID, func(ctx context.Context, tx *store.Tx) error {
		old, err := theService(ctx, tx, by.Org, serviceID)
		if err != nil {
			return err
		}
		if _, err := deleteService(ctx, tx, by.Org, serviceID); err != nil {
			return err
		}
		return sso.Note(ctx, tx, p.clock.Now(), by, "sso.client.remove", "service "+serviceID, old.story(), nil)
	})
}

// service finds a service by its entity ID.
func (p *Provider) service(ctx context.Context, entity string) (s Service, err error) {
	var list []Service
	err = p.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectByEntity(ctx, tx, entity)
		return err
	})
	if err == nil && len(list) == 0 {
		err = errs.E(errs.Invalid, "This system is not registered.")
	}
	if err != nil {
		return s, err
	}
	return list[0], nil
}
