package agency

import (
	"context"
	"encoding/json"

	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/saml"
)

// metadataLimits bound a metadata file.
var metadataLimits = saml.Limits{Bytes: 256 << 10, Parts: 5000}

// with is a provider with what a file says: the metadata of one of SAML, the
// certificate of who vouches for a directory.
func (p Provider) with(file []byte) (Provider, error) {
	switch p.Kind {
	case KindSAML:
		out, err := saml.ReadOutside(file, metadataLimits)
		p.Issuer, p.Outside = out.Entity, &out
		return p, err
	case KindLDAP:
		if len(file) > metadataLimits.Bytes {
			return p, errs.E(errs.TooLarge, "The file is longer than %d bytes.", metadataLimits.Bytes)
		}
		l := LDAP{}
		if p.LDAP != nil {
			l = *p.LDAP
		}
		l.Authority, p.LDAP = string(file), &l
	}
	return p, nil
}

// story is what the record says of a provider; our secret is not among it.
func (p Provider) story() map[string]any {
	m := map[string]any{"name": p.Name, "kind": p.Kind, "issuer": p.Issuer, "client": p.Client, "domains": p.Domains, "trust": p.Trust}
	if p.LDAP != nil {
		m["base"], m["filter"], m["authority"] = p.LDAP.Base, p.LDAP.Filter, p.LDAP.Authority
	}
	return m
}

// theProvider returns a provider of an organisation.
func theProvider(ctx context.Context, tx *store.Tx, org int64, providerID string) (Provider, error) {
	list, err := selectProviders(ctx, tx, org, providerID)
	if err != nil {
		return Provider{}, err
	}
	if len(list) != 1 || providerID == "" {
		return Provider{}, errs.E(errs.NotFound, "There is no provider %q.", providerID)
	}
	return list[0], nil
}

// ChangeProvider changes the settings of a provider: its name, our id there,
// domains and trust; with a metadata file also that, and with a secret ours.
// Its issuer stays: by it people are linked.
func (d *Desk) ChangeProvider(ctx context.Context, by policy.Subject, providerID string, file []byte, secret string, change func(*Provider) error) error {
	const verb = "sso.client.change"
	if len(secret) > 1000 {
		return errs.E(errs.Invalid, "Our secret at the provider is too long.")
	}
	var sealed []byte
	if secret != "" {
		var err error
		if sealed, err = d.db.Seal(ctx, store.Scope{Org: by.Org}, sealOf(Provider{ID: providerID}), []byte(secret)); err != nil {
			return err
		}
	}
	return d.dir.OnOrganisation(ctx, by, policy.DutySystem, verb, "provider "+providerID, func(ctx context.Context, tx *store.Tx) error {
		old, err := theProvider(ctx, tx, by.Org, providerID)
		if err != nil {
			return err
		}
		now := old
		if err := change(&now); err != nil {
			return err
		}
		if len(file) > 0 {
			if now, err = now.with(file); err != nil {
				return err
			}
		}
		if now.Kind != old.Kind || now.Issuer != old.Issuer {
			return errs.E(errs.Invalid, "A provider stays the one it is; register another one.")
		}
		if now, err = prepare(now); err != nil {
			return err
		}
		settings, err := json.Marshal(now)
		if err != nil {
			return err
		}
		if err := updateProvider(ctx, tx, now, string(settings)); err != nil {
			return err
		}
		before, after := old.story(), now.story()
		if sealed != nil {
			if err := updateSecret(ctx, tx, by.Org, providerID, sealed); err != nil {
				return err
			}
			after["secret"] = "another one"
		}
		return sso.Note(ctx, tx, d.clock.Now(), by, verb, "provider "+providerID, before, after)
	})
}
