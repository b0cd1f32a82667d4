package demo

import (
	"strconv"
	"strings"

	"chancery/kit/errs"
)

// tryKeys are the two accounts a visitor tries first.
var tryKeys = []string{"lin.yating", "grace.ellison"}

// readOffice builds the office without its mail from the embedded tables.
func readOffice(domain string) (*Office, error) {
	o := &Office{Domain: domain, Try: tryKeys}
	for _, read := range []func(*Office) error{readUnits, readPeople, readShared, readLists, readTemplates} {
		if err := read(o); err != nil {
			return nil, err
		}
	}
	return o, nil
}

func readUnits(o *Office) error {
	rows, err := table("units", 2+len(Languages))
	if err != nil {
		return err
	}
	children := map[string]int{}
	for _, row := range rows {
		u := Unit{Key: row[0], Parent: row[1], Names: byLanguage(row[2:])}
		if u.Parent == "-" {
			u.Parent = ""
			o.Names = u.Names
		} else if _, ok := o.Unit(u.Parent); !ok {
			return errs.E(errs.Internal, "unit %s stands before its parent %s", u.Key, u.Parent)
		}
		children[u.Parent]++
		u.Order = children[u.Parent]
		o.Units = append(o.Units, u)
	}
	return nil
}

// named reads a table of key and five names.
func named(name string) (map[string]map[string]string, error) {
	rows, err := table(name, 1+len(Languages))
	if err != nil {
		return nil, err
	}
	out := make(map[string]map[string]string, len(rows))
	for _, row := range rows {
		out[row[0]] = byLanguage(row[1:])
	}
	return out, nil
}

func readPeople(o *Office) error {
	rows, err := table("people", 6)
	if err != nil {
		return err
	}
	titles, err := named("titles")
	if err != nil {
		return err
	}
	ranks, err := named("ranks")
	if err != nil {
		return err
	}
	for i, row := range rows {
		p := Person{Key: row[0], Address: row[0] + "@" + o.Domain, Language: row[1], Name: row[2], Names: map[string]string{}}
		// Extensions run through the 2000s, two apart, so that they look handed out.
		p.Ext = strconv.Itoa(2101 + 7*i)
		for _, pair := range pairs(row[3]) {
			p.Names[pair[0]] = pair[1]
		}
		p.Names[p.Language] = p.Name
		names, ok := ranks[row[4]]
		if !ok {
			return errs.E(errs.Internal, "%s has the unknown rank %q", p.Key, row[4])
		}
		p.Rank.Number, _ = strconv.Atoi(row[4])
		p.Rank.Names, p.Rank.Name = names, names[p.Language]
		if p.Posts, err = readPosts(o, titles, p.Language, row[5]); err != nil {
			return errs.Wrap(errs.Internal, err, "posts of %s", p.Key)
		}
		o.People = append(o.People, p)
	}
	return nil
}

// readPosts reads "unit title [kind]; ...".
func readPosts(o *Office, titles map[string]map[string]string, lang, text string) ([]Post, error) {
	var posts []Post
	for i, item := range list(text, ";") {
		words := strings.Fields(item)
		if len(words) < 2 {
			return nil, errs.E(errs.Internal, "%q wants a unit and a title", item)
		}
		post := Post{Unit: words[0], Titles: titles[words[1]], Kind: Main}
		if len(words) > 2 {
			post.Kind = PostKind(words[2])
		}
		if _, ok := o.Unit(post.Unit); !ok || post.Titles == nil || (post.Kind == Main) != (i == 0) {
			return nil, errs.E(errs.Internal, "%q names no unit or title, or is a second main post", item)
		}
		post.Title = post.Titles[lang]
		posts = append(posts, post)
	}
	if len(posts) == 0 {
		return nil, errs.E(errs.Internal, "no post")
	}
	return posts, nil
}

func readShared(o *Office) error {
	rows, err := table("shared", 4+len(Languages))
	if err != nil {
		return err
	}
	for _, row := range rows {
		s := SharedMailbox{Key: row[0], Address: row[1] + "@" + o.Domain, Unit: row[2], Names: byLanguage(row[3:])}
		s.Name = s.Names["zh-TW"]
		if _, ok := o.Unit(s.Unit); !ok {
			return errs.E(errs.Internal, "shared mailbox %s: no unit %s", s.Key, s.Unit)
		}
		for _, pair := range pairs(row[3+len(Languages)]) {
			if _, ok := o.Person(pair[0]); !ok {
				return errs.E(errs.Internal, "shared mailbox %s: no person %s", s.Key, pair[0])
			}
			s.Members = append(s.Members, Member{pair[0], pair[1]})
		}
		o.Shared = append(o.Shared, s)
	}
	return nil
}

func readLists(o *Office) error {
	rows, err := table("lists", 4)
	if err != nil {
		return err
	}
	for _, row := range rows {
		l := List{Key: row[0], Address: row[1] + "@" + o.Domain, Name: row[2]}
		for _, p := range o.People {
			if o.matches(p, row[3]) {
				l.Members = append(l.Members, p.Key)
			}
		}
		if len(l.Members) == 0 {
			return errs.E(errs.Internal, "list %s has no members", l.Key)
		}
		o.Lists = append(o.Lists, l)
	}
	return nil
}

// matches says whether one of the rules of a list names the person.
func (o *Office) matches(p Person, rules string) bool {
	for _, rule := range list(rules, ";") {
		kind, arg, _ := strings.Cut(rule, ":")
		switch kind {
		case "all":
			return true
		case "lang":
			if p.Language == arg {
				return true
			}
		case "grade":
			if n, _ := strconv.Atoi(strings.TrimSuffix(arg, "+")); p.Rank.Number >= n {
				return true
			}
		case "unit":
			for _, post := range p.Posts {
				if o.within(post.Unit, arg) {
					return true
				}
			}
		default:
			if p.Key == kind {
				return true
			}
		}
	}
	return false
}

// within says whether unit is top or below it.
func (o *Office) within(unit, top string) bool {
	for unit != "" {
		if unit == top {
			return true
		}
		u, _ := o.Unit(unit)
		unit = u.Parent
	}
	return false
}
