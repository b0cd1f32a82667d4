package directory

import (
	"context"
	"encoding/json"
	"slices"

	"chancery/store"
	"chancery/wire/namekey"
)

// What is gone of the book, in directory_gone.
const (
	kindPerson = "person"
	kindUnit   = "unit"
)

// keyForm counts the forms of person.folded; see [Directory.renewKeys].
const keyForm = 1

// bookState is what tells one state of a book from another.
type bookState struct{ modseq, rules, keys int64 }

func selectBookState(ctx context.Context, tx *store.Tx, org int64) (s bookState, err error) {
	err = tx.Row(ctx, "SELECT modseq, rules, keys FROM org_state WHERE org_id = $1", []any{org}, &s.modseq, &s.rules, &s.keys)
	_, err = store.Found(err)
	return s, err
}

// bumpBook counts the book's state on; every change of it begins here.
func bumpBook(ctx context.Context, tx *store.Tx, org int64) (modseq int64, err error) {
	err = tx.Row(ctx, `INSERT INTO org_state (org_id, modseq, rules, keys) VALUES ($1, 1, 0, $2)
		ON CONFLICT (org_id) DO UPDATE SET modseq = org_state.modseq + 1 RETURNING modseq`, []any{org, keyForm}, &modseq)
	return modseq, err
}

func putUnit(ctx context.Context, tx *store.Tx, org int64, u Unit) error {
	modseq, err := bumpBook(ctx, tx, org)
	if err != nil {
		return err
	}
	names, err := json.Marshal(u.Names)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO unit (org_id, id, parent, names, sort, source, modseq) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (org_id, id) DO UPDATE SET parent = $3, names = $4, sort = $5, source = $6, modseq = $7`,
		org, u.ID, u.Parent, string(names), u.Sort, u.Source, modseq)
	return err
}

// selectUnits returns the tree depth first.
func selectUnits(ctx context.Context, tx *store.Tx, org int64) (out []Unit, err error) {
	children := map[int64][]Unit{}
	err = tx.Query(ctx, "SELECT id, parent, names, sort, source, modseq FROM unit WHERE org_id = $1 ORDER BY sort, id", []any{org}, func(scan func(...any) error) error {
		var u Unit
		var names string
		if err := scan(&u.ID, &u.Parent, &names, &u.Sort, &u.Source, &u.modseq); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(names), &u.Names); err != nil {
			return err
		}
		children[u.Parent] = append(children[u.Parent], u)
		return nil
	})
	var descend func(parent int64)
	descend = func(parent int64) {
		for _, u := range children[parent] {
			out = append(out, u)
			descend(u.ID)
		}
	}
	descend(0)
	return out, err
}

// key is the text that a search looks in.
func (p Person) key() string {
	texts := append([]string{p.Name}, p.Aliases...)
	for _, post := range p.Posts {
		texts = append(texts, post.Title)
	}
	return namekey.Key(append(texts, p.RankName, p.Address, p.Phone)...)
}

// putPerson stores a person with their posts.
func putPerson(ctx context.Context, tx *store.Tx, org int64, p Person) error {
	modseq, err := bumpBook(ctx, tx, org)
	if err != nil {
		return err
	}
	aliases, err := json.Marshal(append([]string{}, p.Aliases...))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO person (org_id, id, account_id, name, folded, rank, rank_name, phone, sort, level, aliases, source, modseq, made, category)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14)
		ON CONFLICT (org_id, id) DO UPDATE SET name = $4, folded = $5, rank = $6, rank_name = $7, phone = $8, sort = $9, level = $10,
		aliases = $11, source = $12, modseq = $13, category = $14`,
		org, p.ID, p.Account, p.Name, p.key(), p.Rank, p.RankName, p.Phone, p.Sort, p.Level, string(aliases), p.Source, modseq, p.Category)
	if err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, "DELETE FROM post WHERE org_id = $1 AND person_id = $2", org, p.ID); err != nil {
		return err
	}
	numbers := numbering(p.Posts, func(q *Post) *int { return &q.Num })
	for i, post := range p.Posts {
		_, err := tx.Exec(ctx, `INSERT INTO post (org_id, person_id, num, unit_id, title, kind, sort, starts, ends, mailbox, clearance)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			org, p.ID, numbers[i]-1, post.Unit, post.Title, post.Kind, post.Sort, post.Starts, post.Ends, post.Mailbox, post.Clearance)
		if err != nil {
			return err
		}
	}
	if err := putDeputies(ctx, tx, org, p); err != nil {
		return err
	}
	return putLevelOf(ctx, tx, org, p)
}

// numbering returns the number of each of a list: its own, or for new ones and
// those of a number that is taken the next that is free.
func numbering[T any](list []T, number func(*T) *int) []int {
	last, used, out := 0, map[int]bool{}, make([]int, len(list))
	for i := range list {
		last = max(last, *number(&list[i]))
	}
	for i := range list {
		n := *number(&list[i])
		if n <= 0 || used[n] {
			last++
			n = last
		}
		used[n], out[i] = true, n
	}
	return out
}

func putDeputies(ctx context.Context, tx *store.Tx, org int64, p Person) error {
	if _, err := tx.Exec(ctx, "DELETE FROM deputy WHERE org_id = $1 AND person_id = $2", org, p.ID); err != nil {
		return err
	}
	numbers := numbering(p.Deputies, func(q *Deputy) *int { return &q.Num })
	for i, q := range p.Deputies {
		if _, err := tx.Exec(ctx, "INSERT INTO deputy (org_id, person_id, num, deputy_id, starts, ends) VALUES ($1, $2, $3, $4, $5, $6)",
			org, p.ID, numbers[i]-1, q.Person, q.Starts, q.Ends); err != nil {
			return err
		}
	}
	return nil
}

// deletePerson takes a person out of the book, and keeps that they were in it.
func deletePerson(ctx context.Context, tx *store.Tx, org, id int64) error {
	modseq, err := bumpBook(ctx, tx, org)
	if err != nil {
		return err
	}
	for _, table := range []string{"DELETE FROM post WHERE org_id = $1 AND person_id = $2",
		"DELETE FROM deputy WHERE org_id = $1 AND (person_id = $2 OR deputy_id = $2)", "DELETE FROM person WHERE org_id = $1 AND id = $2"} {
		if _, err := tx.Exec(ctx, table, org, id); err != nil {
			return err
		}
	}
	return putGone(ctx, tx, org, kindPerson, id, modseq)
}

// gone is what was in the book once.
type gone struct{ id, modseq int64 }

func putGone(ctx context.Context, tx *store.Tx, org int64, kind string, id, modseq int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO directory_gone (org_id, kind, id, modseq) VALUES ($1, $2, $3, $4)", org, kind, id, modseq)
	return err
}

func selectGone(ctx context.Context, tx *store.Tx, org int64, kind string, since int64) (list []gone, err error) {
	err = tx.Query(ctx, "SELECT id, modseq FROM directory_gone WHERE org_id = $1 AND kind = $2 AND modseq > $3", []any{org, kind, since}, func(scan func(...any) error) error {
		var g gone
		err := scan(&g.id, &g.modseq)
		list = append(list, g)
		return err
	})
	return list, err
}

// selectEntries returns the people who changed after a state, -1 for all.
func selectEntries(ctx context.Context, tx *store.Tx, org, since int64) (list []*entry, err error) {
	return readEntries(ctx, tx, "p.modseq > $2", org, since)
}

// selectPerson returns one person, ErrNoRows where there is none.
func selectPerson(ctx context.Context, tx *store.Tx, org, id int64) (Person, error) {
	list, err := readEntries(ctx, tx, "p.id = $2", org, id)
	if err != nil {
		return Person{}, err
	}
	if len(list) == 0 {
		return Person{}, store.ErrNoRows
	}
	return list[0].Person, nil
}

func readEntries(ctx context.Context, tx *store.Tx, which string, org int64, arg any) (list []*entry, err error) {
	byID := map[int64]*entry{}
	err = tx.Query(ctx, `SELECT p.id, p.account_id, a.address, a.language, a.locked, a.clearance, p.name, p.folded, p.rank, p.rank_name, p.phone, p.sort, p.level, p.category, p.aliases, p.source, p.modseq, p.made
		FROM person p JOIN account a ON a.org_id = p.org_id AND a.id = p.account_id WHERE p.org_id = $1 AND `+which+` ORDER BY p.id`,
		[]any{org, arg}, func(scan func(...any) error) error {
			e := &entry{}
			var aliases string
			if err := scan(&e.ID, &e.Account, &e.Address, &e.Language, &e.Locked, &e.Clearance, &e.Name, &e.key, &e.Rank, &e.RankName, &e.Phone, &e.Sort, &e.Level, &e.Category, &aliases, &e.Source, &e.modseq, &e.made); err != nil {
				return err
			}
			byID[e.ID] = e
			list = append(list, e)
			return json.Unmarshal([]byte(aliases), &e.Aliases)
		})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	err = tx.Query(ctx, `SELECT q.person_id, q.num + 1, q.unit_id, q.title, q.kind, q.sort, q.starts, q.ends, q.mailbox, q.clearance
		FROM post q JOIN person p ON p.org_id = q.org_id AND p.id = q.person_id
		WHERE q.org_id = $1 AND `+which+` ORDER BY q.person_id, q.num`, []any{org, arg}, func(scan func(...any) error) error {
		var person int64
		var q Post
		if err := scan(&person, &q.Num, &q.Unit, &q.Title, &q.Kind, &q.Sort, &q.Starts, &q.Ends, &q.Mailbox, &q.Clearance); err != nil {
			return err
		}
		if e, ok := byID[person]; ok {
			e.Posts = append(e.Posts, q)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = tx.Query(ctx, `SELECT q.person_id, q.num + 1, q.deputy_id, q.starts, q.ends FROM deputy q JOIN person p ON p.org_id = q.org_id AND p.id = q.person_id
		WHERE q.org_id = $1 AND `+which+` ORDER BY q.person_id, q.num`, []any{org, arg}, func(scan func(...any) error) error {
		var person int64
		var q Deputy
		err := scan(&person, &q.Num, &q.Person, &q.Starts, &q.Ends)
		if e, ok := byID[person]; ok {
			e.Deputies = append(e.Deputies, q)
		}
		return err
	})
	return list, err
}

// setKeyForm notes that all keys have the present form.
func setKeyForm(ctx context.Context, tx *store.Tx, org int64) error {
	if _, err := bumpBook(ctx, tx, org); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE org_state SET keys = $2 WHERE org_id = $1", org, keyForm)
	return err
}

func selectOrgs(ctx context.Context, tx *store.Tx) (list []int64, err error) {
	err = tx.Query(ctx, "SELECT id FROM org ORDER BY id", nil, func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		list = append(list, id)
		return err
	})
	return list, err
}

func selectVisibility(ctx context.Context, tx *store.Tx, org int64) (list []Visibility, err error) {
	err = tx.Query(ctx, "SELECT id, unit_id, level, shown_to FROM visibility WHERE org_id = $1 ORDER BY id", []any{org}, func(scan func(...any) error) error {
		var r Visibility
		var shown string
		if err := scan(&r.ID, &r.Unit, &r.Level, &shown); err != nil {
			return err
		}
		list = append(list, r)
		return json.Unmarshal([]byte(shown), &list[len(list)-1].ShownTo)
	})
	return list, err
}

// replaceVisibility stores the rules of an organisation, all of them.
func replaceVisibility(ctx context.Context, tx *store.Tx, org int64, rules []Visibility) error {
	modseq, err := bumpBook(ctx, tx, org)
	if err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, "UPDATE org_state SET rules = $2 WHERE org_id = $1", org, modseq); err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, "DELETE FROM visibility WHERE org_id = $1", org); err != nil {
		return err
	}
	for _, r := range rules {
		shown, err := json.Marshal(slices.Concat([]int64{}, r.ShownTo))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO visibility (org_id, id, unit_id, level, shown_to) VALUES ($1, $2, $3, $4, $5)", org, r.ID, r.Unit, r.Level, string(shown)); err != nil {
			return err
		}
	}
	return nil
}
