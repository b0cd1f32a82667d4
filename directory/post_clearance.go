package directory

import (
	"slices"

	"chancery/kit/errs"
	"chancery/policy"
)

// cleared is a post as the record tells of it.
type cleared struct {
	Post
	Clearance string `json:"clearance,omitempty"`
}

func clearedPosts(posts []Post) []cleared {
	list := make([]cleared, len(posts))
	for i, q := range posts {
		if list[i].Post = q; q.Clearance > policy.Public {
			list[i].Clearance = q.Clearance.String()
		}
	}
	return list
}

// uncleared are posts without what they are cleared for, to compare what else
// there is of them.
func uncleared(posts []Post) []Post {
	posts = slices.Clone(posts)
	for i := range posts {
		posts[i].Clearance = policy.Public
	}
	return posts
}

// within says whether a post is still the function that it was, on none but
// the days it was: so long it keeps its clearance, whoever changes it.
func (p Post) within(was Post) bool {
	return p.Unit == was.Unit && p.Kind == was.Kind && p.Title == was.Title &&
		p.Starts >= was.Starts && (was.Ends == "" || p.Ends != "" && p.Ends <= was.Ends)
}

// wasPost returns the post of a person that another one goes on.
func (p Person) wasPost(num int) (was Post) {
	if i := slices.IndexFunc(p.Posts, func(q Post) bool { return num != 0 && q.Num == num }); i >= 0 {
		return p.Posts[i]
	}
	return was
}

// clearPosts lets none but a security administrator say what a post is cleared
// for. A post that others make another one, or longer, loses it.
func (k *desk) clearPosts(old Person, now *Person) error {
	for i := range now.Posts {
		q := &now.Posts[i]
		was := old.wasPost(q.Num)
		if q.Clearance == was.Clearance && (q.Clearance == policy.Public || q.within(was)) {
			continue
		}
		err := k.mayClear(now.Account, q.Clearance)
		switch {
		case err != nil && q.Clearance == was.Clearance:
			q.Clearance = policy.Public
		case err != nil:
			return err
		}
	}
	return nil
}

// carryClearance gives the posts of a person, as another system says them, the
// clearance that they have here: no such system gives or takes one.
func carryClearance(old Person, now *Person) {
	for i := range now.Posts {
		q := &now.Posts[i]
		if was := old.wasPost(q.Num); q.within(was) {
			q.Clearance = was.Clearance
		} else {
			q.Clearance = policy.Public
		}
	}
}

// mayClear refuses who may not say how high an account sees: that is the act of
// a security administrator, who does not clear themselves.
func (k *desk) mayClear(account int64, level policy.Level) error {
	if err := k.may(policy.DutySecurity, 0); err != nil {
		return err
	}
	if account == k.by.Account {
		return errs.E(errs.Forbidden, "Nobody changes their own clearance.")
	}
	if level < policy.Public || level > policy.TopSecret {
		return errs.E(errs.Invalid, "There is no such clearance.")
	}
	return nil
}
