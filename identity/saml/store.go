package saml

import (
	"context"

	"chancery/store"
)

func insertService(ctx context.Context, tx *store.Tx, s Service, settings string, made int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO saml_service (org_id, id, entity, name, settings, made_at) VALUES ($1, $2, $3, $4, $5, $6)", s.Org, s.ID, s.Metadata.Entity, s.Name, settings, made)
	return err
}

// updateService replaces the metadata of a service that is registered.
func updateService(ctx context.Context, tx *store.Tx, s Service, settings string) error {
	_, err := tx.Exec(ctx, "UPDATE saml_service SET name = $3, settings = $4 WHERE org_id = $1 AND id = $2", s.Org, s.ID, s.Name, settings)
	return err
}

const serviceColumns = "SELECT org_id, id, name, settings, made_at FROM saml_service "

func scanServices(ctx context.Context, tx *store.Tx, query string, args []any) (list []Service, err error) {
	err = tx.Query(ctx, serviceColumns+query, args, func(scan func(...any) error) error {
		var s Service
		var settings string
		var made int64
		if err := scan(&s.Org, &s.ID, &s.Name, &settings, &made); err != nil {
			return err
		}
		list = append(list, s)
		return list[len(list)-1].read(settings, made)
	})
	return list, err
}

// selectServices returns those of an organisation by name, or the one with the
// id where one is given.
func selectServices(ctx context.Context, tx *store.Tx, org int64, id string) ([]Service, error) {
	return scanServices(ctx, tx, "WHERE org_id = $1 AND ($2 = '' OR id = $2) ORDER BY name, id", []any{org, id})
}

// selectByEntity returns the service that a message names. Messages do not
// name an organisation, so the entity ID is one for the installation.
func selectByEntity(ctx context.Context, tx *store.Tx, entity string) ([]Service, error) {
	return scanServices(ctx, tx, "WHERE entity = $1", []any{entity})
}

// deleteService removes a service with what people allowed it.
func deleteService(ctx context.Context, tx *store.Tx, org int64, id string) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM saml_service WHERE org_id = $1 AND id = $2", org, id)
	if err != nil || n == 0 {
		return false, err
	}
	for _, query := range []string{
		"DELETE FROM saml_consent WHERE org_id = $1 AND service = $2",
		"DELETE FROM saml_signon WHERE org_id = $1 AND service = $2",
	} {
		if _, err := tx.Exec(ctx, query, org, id); err != nil {
			return false, err
		}
	}
	return true, nil
}

type storedKey struct {
	id, purpose         string
	sealed, certificate []byte
	made                int64
}

// selectKeys returns all keys, the oldest first.
func selectKeys(ctx context.Context, tx *store.Tx) (list []storedKey, err error) {
	err = tx.Query(ctx, "SELECT id, purpose, sealed, certificate, made_at FROM saml_key WHERE org_id = 0 ORDER BY made_at, id", nil, func(scan func(...any) error) error {
		var k storedKey
		err := scan(&k.id, &k.purpose, &k.sealed, &k.certificate, &k.made)
		list = append(list, k)
		return err
	})
	return list, err
}

func insertKey(ctx context.Context, tx *store.Tx, k storedKey) error {
	_, err := tx.Exec(ctx, "INSERT INTO saml_key (org_id, id, purpose, sealed, certificate, made_at) VALUES (0, $1, $2, $3, $4, $5)", k.id, k.purpose, k.sealed, k.certificate, k.made)
	return err
}

func setPurpose(ctx context.Context, tx *store.Tx, from, to string) error {
	_, err := tx.Exec(ctx, "UPDATE saml_key SET purpose = $2 WHERE org_id = 0 AND purpose = $1", from, to)
	return err
}

func deleteKeys(ctx context.Context, tx *store.Tx, purpose string) error {
	_, err := tx.Exec(ctx, "DELETE FROM saml_key WHERE org_id = 0 AND purpose = $1", purpose)
	return err
}

func insertRequest(ctx context.Context, tx *store.Tx, org int64, hash []byte, asked, peer string, made, ends int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO saml_request (org_id, hash, asked, peer, made_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6)", org, hash, asked, peer, made, ends)
	return err
}

// makeRoom removes what nobody came back for, and the oldest from the same
// network when there are more than it may have together with the next one. It
// returns how many still wait.
func makeRoom(ctx context.Context, tx *store.Tx, org int64, peer string, most int, now int64) (n int, err error) {
	if _, err = tx.Exec(ctx, "DELETE FROM saml_request WHERE org_id = $1 AND ends_at < $2", org, now); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM saml_request WHERE org_id = $1 AND peer = $2 AND ends_at <= (SELECT ends_at FROM saml_request
		WHERE org_id = $1 AND peer = $2 ORDER BY ends_at DESC LIMIT 1 OFFSET $3)`, org, peer, most-1)
	if err != nil {
		return 0, err
	}
	err = tx.Row(ctx, "SELECT count(*) FROM saml_request WHERE org_id = $1", []any{org}, &n)
	return n, err
}

func selectRequest(ctx context.Context, tx *store.Tx, org int64, hash []byte, now int64) (asked string, made int64, err error) {
	err = tx.Row(ctx, "SELECT asked, made_at FROM saml_request WHERE org_id = $1 AND hash = $2 AND ends_at >= $3", []any{org, hash, now}, &asked, &made)
	return asked, made, err
}

func deleteRequest(ctx context.Context, tx *store.Tx, org int64, hash []byte) error {
	_, err := tx.Exec(ctx, "DELETE FROM saml_request WHERE org_id = $1 AND hash = $2", org, hash)
	return err
}

// takeAnswer notes that a message is answered; false when it was before.
func takeAnswer(ctx context.Context, tx *store.Tx, org int64, service, request string, ends int64) (bool, error) {
	n, err := tx.Exec(ctx, "INSERT INTO saml_answered (org_id, service, request, ends_at) VALUES ($1, $2, $3, $4) ON CONFLICT (org_id, service, request) DO NOTHING", org, service, request, ends)
	return n == 1, err
}

func selectAnswered(ctx context.Context, tx *store.Tx, org int64, service, request string) (bool, error) {
	var ends int64
	return store.Found(tx.Row(ctx, "SELECT ends_at FROM saml_answered WHERE org_id = $1 AND service = $2 AND request = $3", []any{org, service, request}, &ends))
}

func selectConsent(ctx context.Context, tx *store.Tx, org, account int64, service string) (given string, err error) {
	err = tx.Row(ctx, "SELECT given FROM saml_consent WHERE org_id = $1 AND account_id = $2 AND service = $3", []any{org, account, service}, &given)
	return given, err
}

func putConsent(ctx context.Context, tx *store.Tx, org, account int64, service, given string, now int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO saml_consent (org_id, account_id, service, given, made_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (org_id, account_id, service) DO UPDATE SET given = $4, made_at = $5`, org, account, service, given, now)
	return err
}

// selectConsents returns what an account allowed.
func selectConsents(ctx context.Context, tx *store.Tx, org, account int64) (list []allowed, err error) {
	err = tx.Query(ctx, "SELECT service, given, made_at FROM saml_consent WHERE org_id = $1 AND account_id = $2", []any{org, account}, func(scan func(...any) error) error {
		var a allowed
		err := scan(&a.service, &a.given, &a.made)
		list = append(list, a)
		return err
	})
	return list, err
}

func deleteConsent(ctx context.Context, tx *store.Tx, org, account int64, service string) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM saml_consent WHERE org_id = $1 AND account_id = $2 AND service = $3", org, account, service)
	return n == 1, err
}

func putSignOn(ctx context.Context, tx *store.Tx, org, session int64, service string, now int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO saml_signon (org_id, session_id, service, made_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (org_id, session_id, service) DO UPDATE SET made_at = $4`, org, session, service, now)
	return err
}

// takeSignOns forgets where a session was used to sign on, and returns those services.
func takeSignOns(ctx context.Context, tx *store.Tx, org, session int64) (list []string, err error) {
	err = tx.Query(ctx, "SELECT service FROM saml_signon WHERE org_id = $1 AND session_id = $2", []any{org, session}, func(scan func(...any) error) error {
		var s string
		err := scan(&s)
		list = append(list, s)
		return err
	})
	if err == nil {
		_, err = tx.Exec(ctx, "DELETE FROM saml_signon WHERE org_id = $1 AND session_id = $2", org, session)
	}
	return list, err
}

// tidy removes what is over: answers to messages that are too old anyway, and
// sign-ons of sessions older than any.
func tidy(ctx context.Context, tx *store.Tx, org, now, longAgo int64) error {
	if _, err := tx.Exec(ctx, "DELETE FROM saml_answered WHERE org_id = $1 AND ends_at < $2", org, now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM saml_signon WHERE org_id = $1 AND made_at < $2", org, longAgo)
	return err
}
