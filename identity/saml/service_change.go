package saml

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
	wire "chancery/wire/saml"
)

// story is what the record says of a service: of its metadata the name and a
// sum, since certificates tell a reader nothing.
func (s Service) story() any {
	m := map[string]any{"name": s.Name, "entity": s.Metadata.Entity, "nameId": s.NameID, "attributes": s.Attributes, "consent": s.Consent, "start": s.Start, "assurance": s.Assurance}
	if text, err := json.Marshal(s.Metadata); err == nil {
		sum := sha256.Sum256(text)
		m["metadata"] = "SHA-256 " + hex.EncodeToString(sum[:8])
	}
	return m
}

// theService returns a service of an organisation.
func theService(ctx context.Context, tx *store.Tx, org int64, serviceID string) (Service, error) {
	list, err := selectServices(ctx, tx, org, serviceID)
	if err != nil {
		return Service{}, err
	}
	if len(list) != 1 || serviceID == "" {
		return Service{}, errs.E(errs.NotFound, "There is no service %q.", serviceID)
	}
	return list[0], nil
}

// ChangeService changes the settings of a service and, where a file is given,
// its metadata, which has to be of the same system.
func (p *Provider) ChangeService(ctx context.Context, by policy.Subject, serviceID string, file []byte, change func(*Service) error) error {
	const verb = "sso.client.change"
	return p.dir.OnOrganisation(ctx, by, policy.DutySystem, verb, "service "+serviceID, func(ctx context.Context, tx *store.Tx) error {
		old, err := theService(ctx, tx, by.Org, serviceID)
		if err != nil {
			return err
		}
		now := old
		if err := change(&now); err != nil {
			return err
		}
		if len(file) > 0 {
			if now.Metadata, err = wire.ReadService(file, metadataLimits); err != nil {
				return err
			}
			if now.Metadata.Entity != old.Metadata.Entity {
				return errs.E(errs.Invalid, "The metadata is of %s, not of %s; register that one anew.", now.Metadata.Entity, old.Metadata.Entity)
			}
		}
		if now, err = prepare(now); err != nil {
			return err
		}
		settings, err := json.Marshal(now)
		if err != nil {
			return err
		}
		if err := updateService(ctx, tx, now, string(settings)); err != nil {
			return err
		}
		return sso.Note(ctx, tx, p.clock.Now(), by, verb, "service "+serviceID, old.story(), now.story())
	})
}

// metadataLimits bound a metadata file.
var metadataLimits = wire.Limits{Bytes: 256 << 10, Parts: 5000}
