package directory

import (
	"context"
	"encoding/json"
	"strings"

	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// Unit is one unit of the tree.
type Unit struct {
	ID     int64
	Parent int64 // 0 = top
	Names  map[string]string
	Sort   int
}

// Name returns the unit's name in a language, else in any.
func (u Unit) Name(language string) string {
	if n := u.Names[language]; n != "" {
		return n
	}
	for _, l := range []string{"en", "zh-TW", "zh-CN", "vi", "ko"} {
		if n := u.Names[l]; n != "" {
			return n
		}
	}
	return ""
}

// Post is a function that a person holds in a unit.
type Post struct {
	Unit  int64
	Title string
	Kind  string // main, additional, acting
}

// Person is a public servant.
type Person struct {
	ID       int64
	Account  int64
	Address  string // of the account
	Language string
	Name     string
	Aliases  []string // other forms of the name, for search
	Rank     int      // lower comes first
	RankName string
	Phone    string
	Posts    []Post // the main one first
}

// AddUnits stores units, parents before children, and returns them with ids.
// Parent holds the index of the parent in the list plus one while adding.
func (d *Directory) AddUnits(ctx context.Context, org int64, units []Unit) ([]Unit, error) {
	out := make([]Unit, len(units))
	for i, u := range units {
		u.ID = id.New()
		if u.Parent > 0 {
			u.Parent = out[u.Parent-1].ID
		}
		out[i] = u
	}
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		for _, u := range out {
			names, err := json.Marshal(u.Names)
			if err != nil {
				return err
			}
			if err := insertUnit(ctx, tx, org, u, string(names)); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// AddPerson stores a person who has an account.
func (d *Directory) AddPerson(ctx context.Context, org int64, p Person) (Person, error) {
	p.ID = id.New()
	words := append([]string{p.Name, p.Address, p.RankName}, p.Aliases...)
	for _, post := range p.Posts {
		words = append(words, post.Title)
	}
	return p, d.db.Write(ctx, func(tx *store.Tx) error { return insertPerson(ctx, tx, org, p, fold(words...)) })
}

// Units returns all units of an organisation, parents before children, in order.
func (d *Directory) Units(ctx context.Context, org int64) (units []Unit, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		units, err = selectUnits(ctx, tx, org)
		return err
	})
	return units, err
}

// maxFound bounds the people a search returns.
const maxFound = 100

// Search finds people of the subject's organisation whose names, posts or
// address hold every word of the text, highest rank first. An empty text
// finds everybody, up to the limit.
func (d *Directory) Search(ctx context.Context, s policy.Subject, text string, limit int) (found []Person, err error) {
	if limit <= 0 || limit > maxFound {
		limit = maxFound
	}
	words := strings.Fields(fold(text))
	err = d.db.Read(ctx, func(tx *store.Tx) error {
		return selectPeople(ctx, tx, s.Org, func(p Person, folded string) (more bool, err error) {
			for _, w := range words {
				if !strings.Contains(folded, w) {
					return true, nil
				}
			}
			found = append(found, p)
			return len(found) < limit, nil
		})
	})
	return found, err
}

// Find returns everybody whom a search finds, highest rank first. With a unit
// (not 0), only those with a post there, or with below in any unit under it.
func (d *Directory) Find(ctx context.Context, s policy.Subject, text string, unit int64, below bool) (found []Person, err error) {
	inside := map[int64]bool{unit: true}
	if below && unit != 0 {
		units, err := d.Units(ctx, s.Org)
		if err != nil {
			return nil, err
		}
		for _, u := range units { // parents before children
			if inside[u.Parent] {
				inside[u.ID] = true
			}
		}
	}
	words := strings.Fields(fold(text))
	err = d.db.Read(ctx, func(tx *store.Tx) error {
		return selectPeople(ctx, tx, s.Org, func(p Person, folded string) (bool, error) {
			hit := unit == 0
			for _, post := range p.Posts {
				hit = hit || inside[post.Unit]
			}
			for _, w := range words {
				hit = hit && strings.Contains(folded, w)
			}
			if hit {
				found = append(found, p)
			}
			return true, nil
		})
	})
	return found, err
}

// People returns people of the subject's organisation by id; one who is not
// there is left out.
func (d *Directory) People(ctx context.Context, s policy.Subject, ids []int64) (found []Person, err error) {
	wanted := map[int64]bool{}
	for _, n := range ids {
		wanted[n] = true
	}
	err = d.db.Read(ctx, func(tx *store.Tx) error {
		return selectPeople(ctx, tx, s.Org, func(p Person, _ string) (bool, error) {
			if wanted[p.ID] {
				found = append(found, p)
			}
			return len(found) < len(wanted), nil
		})
	})
	return found, err
}
