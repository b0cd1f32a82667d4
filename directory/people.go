package directory

import (
	"context"

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
func (u Unit) Name(language string) string { return nameOf(u.Names, language) }

// nameOf is a name in a language, else in any.
func nameOf(names map[string]string, language string) string {
	if n := names[language]; n != "" {
		return n
	}
	for _, l := range []string{"en", "zh-TW", "zh-CN", "vi", "ko"} {
		if n := names[l]; n != "" {
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
	Unit    int64  `json:"unit"`
	Title   string `json:"title"`
	Kind    string `json:"kind"`              // main, additional, acting
	Sort    int    `json:"sort,omitempty"`    // place within the unit; 0 = as the person
	Starts  string `json:"starts,omitempty"`  // first day, YYYY-MM-DD; "" = ever
	Ends    string `json:"ends,omitempty"`    // last day; "" = for good
	Mailbox int64  `json:"mailbox,omitempty"` // account of the position itself; 0 = none
	Num     int    `json:"-"`                 // names the post among the person's, from 1; 0 = a new one

	// Clearance is how high its holder sees on the days of the post, where
	// that is more than the person's own (C15). Public adds nothing.
	Clearance policy.Level `json:"-"`
}

// Person is a public servant.
type Person struct {
	ID        int64
	Account   int64
	Address   string // of the account
	Language  string
	Name      string
	Aliases   []string // other forms of the name, for search
	Rank      int      // lower comes first
	RankName  string
	Sort      int    // place in lists; 0 = by rank (C30)
	Level     string // service level
	Category  string // kind of staff, by its code; "" = none (D05)
	Phone     string
	Source    string       // "feed:id" where another system keeps them
	Locked    bool         // the account
	Clearance policy.Level // the highest level of secrecy they may see, whatever post they hold (C15)
	Posts     []Post       // the main one first
	Deputies  []Deputy
}

// Deputy stands in for a person between two days.
type Deputy struct {
	Person int64  `json:"person"`
	Starts string `json:"starts"` // first day, YYYY-MM-DD
	Ends   string `json:"ends"`   // last day
	Num    int    `json:"-"`      // names it among the person's, from 1; 0 = a new one
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
