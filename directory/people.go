package directory

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"chancery/audit"
	"chancery/kit/errs"
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
	Source string // "feed:id" where another system keeps it

	modseq int64
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

// Kinds of post (C32).
const (
	PostMain       = "main"
	PostAdditional = "additional"
	PostActing     = "acting" // in place of its holder, for a time
)

// Post is a function that a person holds in a unit.
type Post struct {
	Unit    int64
	Title   string
	Kind    string // main, additional, acting
	Sort    int    // place within the unit; 0 = as the person
	Starts  string // first day, YYYY-MM-DD; "" = ever
	Ends    string // last day; "" = for good
	Mailbox int64  // account of the position itself; 0 = none
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
	Sort     int    // place in lists; 0 = by rank (C30)
	Level    string // service level
	Phone    string
	Source   string // "feed:id" where another system keeps them
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
			if err := putUnit(ctx, tx, org, u); err != nil {
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
	return p, d.db.Write(ctx, func(tx *store.Tx) error { return putPerson(ctx, tx, org, p) })
}

// PutPerson changes a person and all their posts.
func (d *Directory) PutPerson(ctx context.Context, by policy.Subject, p Person) error {
	b, err := d.Book(ctx, by.Org)
	if err != nil {
		return err
	}
	if err := b.check(p); err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if err := putPerson(ctx, tx, by.Org, p); err != nil {
			return err
		}
		return audit.Append(ctx, tx, d.clock.Now(), audit.By(by, "person.change", "person "+strconv.FormatInt(p.ID, 10), nil))
	})
}

// check refuses what a person cannot be.
func (b *Book) check(p Person) error {
	if e, ok := b.byID[p.ID]; !ok || e.Account != p.Account {
		return errs.E(errs.NotFound, "There is no such person.")
	}
	if strings.TrimSpace(p.Name) == "" {
		return errs.E(errs.Invalid, "A person needs a name.")
	}
	for i, post := range p.Posts {
		n := i + 1
		if _, ok := b.Unit(post.Unit); !ok {
			return errs.E(errs.Invalid, "Post %d: there is no such unit.", n)
		}
		if !slices.Contains([]string{PostMain, PostAdditional, PostActing}, post.Kind) {
			return errs.E(errs.Invalid, "Post %d: %q is no kind of post (main, additional, acting).", n, post.Kind)
		}
		for _, day := range []string{post.Starts, post.Ends} {
			if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
				return errs.E(errs.Invalid, "Post %d: %q is no day (YYYY-MM-DD).", n, day)
			}
		}
		if post.Starts != "" && post.Ends != "" && post.Ends < post.Starts {
			return errs.E(errs.Invalid, "Post %d ends before it begins.", n)
		}
	}
	return nil
}

// RemovePerson takes a person out of the address book; the account stays.
func (d *Directory) RemovePerson(ctx context.Context, by policy.Subject, person int64) error {
	b, err := d.Book(ctx, by.Org)
	if err != nil {
		return err
	}
	if _, ok := b.byID[person]; !ok {
		return errs.E(errs.NotFound, "There is no such person.")
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if err := deletePerson(ctx, tx, by.Org, person); err != nil {
			return err
		}
		return audit.Append(ctx, tx, d.clock.Now(), audit.By(by, "person.remove", "person "+strconv.FormatInt(person, 10), nil))
	})
}

// SetVisibility replaces the rules of who is not shown to everybody.
func (d *Directory) SetVisibility(ctx context.Context, by policy.Subject, rules []Visibility) error {
	b, err := d.Book(ctx, by.Org)
	if err != nil {
		return err
	}
	rules = slices.Clone(rules)
	for i, r := range rules {
		if (r.Unit == 0) == (r.Level == "") {
			return errs.E(errs.Invalid, "Rule %d must name a unit or a service level.", i+1)
		}
		for _, u := range append([]int64{r.Unit}, r.ShownTo...) {
			if _, ok := b.Unit(u); u != 0 && !ok {
				return errs.E(errs.Invalid, "Rule %d names a unit that is not there.", i+1)
			}
		}
		if r.ID == 0 {
			rules[i].ID = id.New()
		}
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if err := replaceVisibility(ctx, tx, by.Org, rules); err != nil {
			return err
		}
		return audit.Append(ctx, tx, d.clock.Now(), audit.By(by, "visibility.change", fmt.Sprintf("%d rules", len(rules)), nil))
	})
}

// renewKeys makes the texts that searches look in anew, where an older
// program made them in another form.
func (d *Directory) renewKeys(ctx context.Context) error {
	var orgs []int64
	err := d.db.Read(ctx, func(tx *store.Tx) (err error) {
		orgs, err = selectOrgs(ctx, tx)
		return err
	})
	for _, org := range orgs {
		if err == nil {
			err = d.db.Write(ctx, func(tx *store.Tx) error { return renewKeys(ctx, tx, org) })
		}
	}
	return err
}

func renewKeys(ctx context.Context, tx *store.Tx, org int64) error {
	state, err := selectBookState(ctx, tx, org)
	if err != nil || state.keys == keyForm {
		return err
	}
	all, err := selectEntries(ctx, tx, org, -1)
	if err != nil {
		return err
	}
	for _, e := range all {
		if err := putPerson(ctx, tx, org, e.Person); err != nil {
			return err
		}
	}
	return setKeyForm(ctx, tx, org)
}
