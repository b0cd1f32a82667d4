package directory

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Limits of what is kept of a person.
const (
	MaxPosts    = 20
	MaxDeputies = 20
	MaxAliases  = 20
)

// personStory is what the record keeps of a person.
type personStory struct {
	Name      string    `json:"name"`
	Address   string    `json:"address"`
	Aliases   []string  `json:"aliases"`
	Rank      string    `json:"rank"`
	Order     int       `json:"rankOrder"`
	Sort      int       `json:"sort"`
	Level     string    `json:"level"`
	Category  string    `json:"category"`
	Phone     string    `json:"phone"`
	Locked    bool      `json:"locked"`
	Clearance string    `json:"clearance"`
	Posts     []cleared `json:"posts"`
	Deputies  []Deputy  `json:"deputies"`
}

func (p Person) story() any {
	return personStory{p.Name, p.Address, p.Aliases, p.RankName, p.Rank, p.Sort, p.Level, p.Category, p.Phone, p.Locked, p.Clearance.String(), clearedPosts(p.Posts), p.Deputies}
}

// home is the unit that a person belongs to on a day: that of the main post
// they hold then, else of another one they hold, else of the first they have;
// 0 for who has none.
func (p Person) home(day string) int64 {
	best, unit := 0, int64(0)
	for _, post := range p.Posts {
		n := 1
		if post.heldOn(day) {
			n = 2
			if post.Kind == PostMain {
				n = 3
			}
		}
		if n > best {
			best, unit = n, post.Unit
		}
	}
	return unit
}

// home is the unit that a person belongs to today.
func (k *desk) home(p Person) int64 { return p.home(k.d.today()) }

// mayHandle refuses a change of a person that the administrator has no right
// to: what is theirs needs it where they belong, before and after, and each
// post that comes, goes or changes where it is.
func (k *desk) mayHandle(old, now Person) error {
	units := map[int64]bool{}
	if old.ID == 0 || now.ID == 0 || !k.sameSelf(old, now) {
		if old.ID != 0 {
			units[k.home(old)] = true
		}
		if now.ID != 0 {
			units[k.home(now)] = true
		}
	}
	had, have := uncleared(old.Posts), uncleared(now.Posts)
	for _, post := range had {
		if !slices.Contains(have, post) {
			units[post.Unit] = true
		}
	}
	for _, post := range have {
		if _, there := k.tree[post.Unit]; there && !slices.Contains(had, post) {
			units[post.Unit] = true
		}
	}
	for unit := range units {
		if err := k.may(policy.DutyPeople, unit); err != nil {
			return err
		}
	}
	if now.ID != 0 && old.Level != now.Level {
		return k.may(policy.DutyAccounts, k.home(now))
	}
	return nil
}

// sameSelf says whether all but the posts is the same.
func (k *desk) sameSelf(a, b Person) bool {
	return a.Name == b.Name && slices.Equal(a.Aliases, b.Aliases) && a.Rank == b.Rank && a.RankName == b.RankName && a.Sort == b.Sort &&
		a.Level == b.Level && a.Category == b.Category && a.Phone == b.Phone && slices.Equal(a.Deputies, b.Deputies) && k.home(a) == k.home(b)
}

// samePerson says whether all is the same but what a security administrator says.
func (k *desk) samePerson(a, b Person) bool {
	return k.sameSelf(a, b) && slices.Equal(uncleared(a.Posts), uncleared(b.Posts))
}

// setLock lets those lock who have accounts in hand, and the help desk unlock.
// An administrator is not locked out by another: their role goes first.
func (k *desk) setLock(ctx context.Context, p Person, reason string) error {
	if err := k.mayLock(ctx, p, reason != ""); err != nil {
		return err
	}
	return k.lock(ctx, p.Account, reason)
}

// mayLock is the question of setLock alone.
func (k *desk) mayLock(ctx context.Context, p Person, lock bool) error {
	if !lock {
		return k.may(policy.DutyUnlock, k.home(p))
	}
	if err := k.may(policy.DutyAccounts, k.home(p)); err != nil {
		return err
	}
	if p.Account == k.by.Account {
		return errOwnLock
	}
	return k.noRole(ctx, p.Account)
}

// lock locks an account for a reason, or unlocks it for none.
func (k *desk) lock(ctx context.Context, account int64, reason string) error {
	old, err := selectLock(ctx, k.tx, k.by.Org, k.d.today(), account)
	if err != nil {
		return err
	}
	if err := setLocked(ctx, k.tx, k.by.Org, account, reason, k.d.clock.Now().UnixMilli(), k.by.Account); err != nil {
		return err
	}
	verb := "account.unlock"
	if reason != "" {
		verb = "account.lock"
	}
	return k.record(ctx, verb, accountText(account), lockStory{old.Locked, old.Reason}, lockStory{reason != "", reason})
}

// lockStory is what the record keeps of a lock.
type lockStory struct {
	Locked bool   `json:"locked"`
	Reason string `json:"reason"`
}

func (k *desk) noRole(ctx context.Context, account int64) error {
	all, err := selectRoles(ctx, k.tx, k.by.Org)
	if err == nil && len(heldBy(all, account)) > 0 {
		err = errHoldsRole
	}
	return err
}

// checkPerson refuses what a person cannot be.
func (k *desk) checkPerson(ctx context.Context, p Person) error {
	if strings.TrimSpace(p.Name) == "" {
		return errs.E(errs.Invalid, "A person needs a name.")
	}
	if len(p.Posts) > MaxPosts || len(p.Deputies) > MaxDeputies || len(p.Aliases) > MaxAliases {
		return errs.E(errs.TooLarge, "A person can have %d posts, %d deputies and %d other names.", MaxPosts, MaxDeputies, MaxAliases)
	}
	for _, text := range append([]string{p.Name, p.RankName, p.Phone}, p.Aliases...) {
		if len(text) > MaxNameText {
			return errs.E(errs.TooLarge, "A name can have %d bytes.", MaxNameText)
		}
	}
	if p.Level != "" {
		if _, err := k.level(ctx, p.Level); err != nil {
			return err
		}
	}
	if p.Category != "" {
		if there, err := categoryThere(ctx, k.tx, k.by.Org, p.Category); err != nil || !there {
			return errorOr(err, errs.E(errs.Invalid, "There is no category %q.", p.Category))
		}
	}
	for i, post := range p.Posts {
		if err := k.checkPost(post, i+1); err != nil {
			return err
		}
		for _, other := range p.Posts[:i] {
			if post.Kind == PostMain && other.Kind == PostMain && overlap(post, other) {
				return errs.E(errs.Invalid, "Post %d: a person has one main post at a time.", i+1)
			}
		}
	}
	for _, q := range p.Deputies {
		if err := k.checkDeputy(ctx, p, q); err != nil {
			return err
		}
	}
	return nil
}

func (k *desk) checkPost(post Post, n int) error {
	if _, ok := k.tree[post.Unit]; !ok {
		return errs.E(errs.Invalid, "Post %d: there is no such unit.", n)
	}
	if !slices.Contains([]string{PostMain, PostAdditional, PostActing}, post.Kind) {
		return errs.E(errs.Invalid, "Post %d: %q is no kind of post (main, additional, acting).", n, post.Kind)
	}
	if len(post.Title) > MaxNameText {
		return errs.E(errs.TooLarge, "Post %d: a title can have %d bytes.", n, MaxNameText)
	}
	for _, day := range []string{post.Starts, post.Ends} {
		if day != "" && !isDay(day) {
			return errs.E(errs.Invalid, "Post %d: %q is no day (YYYY-MM-DD).", n, day)
		}
	}
	if post.Starts != "" && post.Ends != "" && post.Ends < post.Starts {
		return errs.E(errs.Invalid, "Post %d ends before it begins.", n)
	}
	return nil
}

func (k *desk) checkDeputy(ctx context.Context, p Person, q Deputy) error {
	if !isDay(q.Starts) || !isDay(q.Ends) || q.Ends < q.Starts {
		return errs.E(errs.Invalid, "A deputy stands in from one day to another (YYYY-MM-DD).")
	}
	if q.Person == p.ID {
		return errs.E(errs.Invalid, "Nobody is their own deputy.")
	}
	_, err := selectPerson(ctx, k.tx, k.by.Org, q.Person)
	if errors.Is(err, store.ErrNoRows) {
		return errs.E(errs.Invalid, "The deputy is not there.")
	}
	return err
}

func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// overlap says whether two posts are held on a common day.
func overlap(a, b Post) bool {
	return (a.Ends == "" || b.Starts == "" || b.Starts <= a.Ends) && (b.Ends == "" || a.Starts == "" || a.Starts <= b.Ends)
}
