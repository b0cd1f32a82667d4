package rulebook

import (
	"context"
	"encoding/json"
	"time"

	"chancery/store"
)

// selectState counts the changes of an organisation's rule book; 0 where there
// was none.
func selectState(ctx context.Context, tx *store.Tx, org int64) (modseq int64, err error) {
	err = tx.Row(ctx, "SELECT modseq FROM rule_state WHERE org_id = $1", []any{org}, &modseq)
	_, err = store.Found(err)
	return modseq, err
}

// bump counts on. Every change begins here, so that those of one organisation
// run one after the other.
func bump(ctx context.Context, tx *store.Tx, org int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO rule_state (org_id, modseq) VALUES ($1, 1) ON CONFLICT (org_id) DO UPDATE SET modseq = rule_state.modseq + 1", org)
	return err
}

// selectVersions returns versions without their wording, those of a regulation
// one behind the other, drafts last.
func selectVersions(ctx context.Context, tx *store.Tx, org int64) ([]Version, error) {
	return readVersions(ctx, tx, "'{}'", "ORDER BY rule_id, CASE WHEN num = 0 THEN 1 ELSE 0 END, num", org)
}

// selectVersion returns one with its wording, ErrNoRows where there is none.
func selectVersion(ctx context.Context, tx *store.Tx, org, id int64) (Version, error) {
	list, err := readVersions(ctx, tx, "bodies", "AND id = $2", org, id)
	if err != nil {
		return Version{}, err
	}
	if len(list) == 0 {
		return Version{}, store.ErrNoRows
	}
	return list[0], nil
}

func readVersions(ctx context.Context, tx *store.Tx, bodies, which string, args ...any) (list []Version, err error) {
	err = tx.Query(ctx, "SELECT id, rule_id, num, titles, "+bodies+", starts, within, public, audience, made_at, published_at, published_by, withdrawn_at, reminded_at FROM rule_version WHERE org_id = $1 "+which, args,
		func(scan func(...any) error) error {
			var v Version
			var titles, wording, audience string
			var public int
			var at [4]int64
			if err := scan(&v.ID, &v.Rule, &v.Number, &titles, &wording, &v.Starts, &v.Within, &public, &audience, &at[0], &at[1], &v.By, &at[2], &at[3]); err != nil {
				return err
			}
			v.Public, v.Made, v.Published, v.Withdrawn, v.Reminded = public == 1, moment(at[0]), moment(at[1]), moment(at[2]), moment(at[3])
			for text, into := range map[string]any{titles: &v.Titles, wording: &v.Bodies} {
				if err := json.Unmarshal([]byte(text), into); err != nil {
					return err
				}
			}
			list = append(list, v)
			return json.Unmarshal([]byte(audience), &list[len(list)-1].Audience)
		})
	return list, err
}

// moment is a time as it is kept; 0 is none.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

func kept(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// putVersion stores a version as it is.
func putVersion(ctx context.Context, tx *store.Tx, org int64, v Version) error {
	var texts [3]string
	for n, x := range []any{v.Titles, v.Bodies, v.Audience} {
		b, err := json.Marshal(x)
		if err != nil {
			return err
		}
		texts[n] = string(b)
	}
	public := 0
	if v.Public {
		public = 1
	}
	_, err := tx.Exec(ctx, `INSERT INTO rule_version (org_id, id, rule_id, num, titles, bodies, starts, within, public, audience, made_at, published_at, published_by, withdrawn_at, reminded_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (org_id, id) DO UPDATE SET num = $4, titles = $5, bodies = $6, starts = $7, within = $8, public = $9, audience = $10, published_at = $12, published_by = $13, withdrawn_at = $14, reminded_at = $15`,
		org, v.ID, v.Rule, v.Number, texts[0], texts[1], v.Starts, v.Within, public, texts[2], kept(v.Made), kept(v.Published), v.By, kept(v.Withdrawn), kept(v.Reminded))
	return err
}

func deleteVersion(ctx context.Context, tx *store.Tx, org, id int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM rule_version WHERE org_id = $1 AND id = $2", org, id)
	return err
}

// Acceptance is a person's word that they read a version and accept it.
type Acceptance struct {
	Version, Account, Person int64
	Name, Address, Unit      string // as they were then
	At                       time.Time
	Peer                     string
	Session                  int64 // 0 = on the way in
}

// insertAcceptance stores one; false where it was there already.
func insertAcceptance(ctx context.Context, tx *store.Tx, org int64, a Acceptance) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO rule_acceptance (org_id, version_id, account_id, person_id, name, address, unit, at, peer, session_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (org_id, version_id, account_id, person_id) DO NOTHING`,
		org, a.Version, a.Account, a.Person, a.Name, a.Address, a.Unit, a.At.UnixMilli(), a.Peer, a.Session)
	return n == 1, err
}

// selectAcceptances returns all of a version, the first one first.
func selectAcceptances(ctx context.Context, tx *store.Tx, org, version int64) ([]Acceptance, error) {
	return readAcceptances(ctx, tx, "version_id = $2 ORDER BY at, account_id", org, version)
}

// selectAccepted returns those of an account.
func selectAccepted(ctx context.Context, tx *store.Tx, org, account int64) ([]Acceptance, error) {
	return readAcceptances(ctx, tx, "account_id = $2 ORDER BY at", org, account)
}

func readAcceptances(ctx context.Context, tx *store.Tx, which string, args ...any) (list []Acceptance, err error) {
	err = tx.Query(ctx, "SELECT version_id, account_id, person_id, name, address, unit, at, peer, session_id FROM rule_acceptance WHERE org_id = $1 AND "+which, args,
		func(scan func(...any) error) error {
			var a Acceptance
			var at int64
			err := scan(&a.Version, &a.Account, &a.Person, &a.Name, &a.Address, &a.Unit, &at, &a.Peer, &a.Session)
			a.At = time.UnixMilli(at)
			list = append(list, a)
			return err
		})
	return list, err
}
