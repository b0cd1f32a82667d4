package dav

import (
	"context"
	"strings"
	"unicode/utf8"

	"chancery/contacts"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
)

// kind says what stands at a place.
type kind int

const (
	atRoot kind = iota
	atPrincipal
	atHome // of the address books
	atBook
	atCard
)

// place is where a path leads.
type place struct {
	kind kind
	path string // of the place as it is written in answers
	book book   // of a book or a card
	name string // of a card
}

// Names in the tree.
const (
	principals = "principals"
	homes      = "addressbooks"
	officeSlug = "organisation"
)

// tree is what one person can reach. Rooms are asked only for what a request
// is about.
type tree struct {
	*Door
	who      policy.Subject
	me       string // the person's id in paths
	language string
}

func (d *Door) grow(ctx context.Context, who policy.Subject) (*tree, error) {
	a, err := d.dir.Account(ctx, who.Org, who.Account)
	return &tree{Door: d, who: who, me: id.Text(accountID, who.Account), language: a.Language}, err
}

func (t *tree) principal() string { return Root + principals + "/" + t.me + "/" }

func (t *tree) home() string { return Root + homes + "/" + t.me + "/" }

// locate finds the place of a path. A place of somebody else is not there, as
// is one that nobody has.
func (t *tree) locate(ctx context.Context, path string) (place, error) {
	rest, ok := strings.CutPrefix(path, Root)
	if !ok || !utf8.ValidString(rest) || strings.ContainsRune(rest, 0) { // no name is such a text
		return place{}, errNone
	}
	if rest == "" {
		return place{kind: atRoot, path: Root}, nil
	}
	parts := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	if len(parts) < 2 || parts[1] != t.me {
		return place{}, errNone
	}
	switch {
	case len(parts) == 2 && parts[0] == principals:
		return place{kind: atPrincipal, path: t.principal()}, nil
	case len(parts) == 2 && parts[0] == homes:
		return place{kind: atHome, path: t.home()}, nil
	case len(parts) > 4 || parts[0] != homes:
		return place{}, errNone
	}
	b, err := t.open(ctx, parts[2])
	if err != nil {
		return place{}, err
	}
	p := place{kind: atBook, path: b.about().path, book: b}
	if len(parts) == 4 {
		p.kind, p.name = atCard, parts[3]
		p.path += p.name
	}
	return p, nil
}

// open finds a book of the person's home by its name.
func (t *tree) open(ctx context.Context, slug string) (book, error) {
	if slug == officeSlug && !t.conf.NoOffice {
		return t.office(ctx)
	}
	account, path, shared := sharedSlug(slug)
	if !shared {
		account, path = t.who.Account, slug
	}
	acc, err := t.books.Account(ctx, t.who, account)
	if err != nil {
		return nil, err
	}
	owner := ""
	if shared {
		a, err := t.dir.Account(ctx, t.who.Org, account)
		if err != nil {
			return nil, err
		}
		owner = titleOf(a)
	}
	list, err := t.of(ctx, acc, account, owner)
	for _, b := range list {
		if b.book.Path == path {
			return b, err
		}
	}
	if err == nil {
		err = errNone
	}
	return nil, err
}

// sharedSlug takes the name of a shared account's book apart.
func sharedSlug(slug string) (account int64, path string, ok bool) {
	text, path, ok := strings.Cut(slug, ".")
	if !ok {
		return 0, "", false
	}
	account, ok = id.Parse(accountID, text)
	return account, path, ok
}

func titleOf(a directory.Account) string {
	if a.Name != "" {
		return a.Name
	}
	return a.Address
}

// of lists the books of an account; owner is the name of a shared one.
func (t *tree) of(ctx context.Context, acc *contacts.Account, account int64, owner string) ([]*ownBook, error) {
	books, err := acc.NamedBooks(ctx)
	out := make([]*ownBook, len(books))
	for i, b := range books {
		says := about{slug: b.Path, name: b.Name, description: b.Description, writes: acc.MayWrite(), removable: acc.MayWrite() && !b.Default, most: t.books.MaxCard()}
		if says.name == "" {
			says.name = word(t.language).contacts
		}
		if account != t.who.Account {
			says.slug, says.name = id.Text(accountID, account)+"."+b.Path, owner+": "+says.name
		}
		says.path = t.home() + says.slug + "/"
		out[i] = &ownBook{acc, b, says}
	}
	return out, err
}

// shelf lists all books of the home: the person's own, those of shared
// accounts, the organisation's.
func (t *tree) shelf(ctx context.Context) (list []book, err error) {
	reached, err := t.dir.Reachable(ctx, t.who)
	if err != nil {
		return nil, err
	}
	for _, a := range reached {
		acc, err := t.books.Account(ctx, t.who, a.ID)
		if errs.Is(err, errs.NotFound) { // granted something else than to read
			continue
		}
		if err != nil {
			return nil, err
		}
		own, err := t.of(ctx, acc, a.ID, titleOf(a.Account))
		if err != nil {
			return nil, err
		}
		for _, b := range own {
			list = append(list, b)
		}
	}
	if t.conf.NoOffice {
		return list, nil
	}
	office, err := t.office(ctx)
	return append(list, office), err
}

func (t *tree) office(ctx context.Context) (book, error) {
	v, err := t.dir.View(ctx, t.who)
	if err != nil {
		return nil, err
	}
	return &officeBook{dir: t.dir, view: v, language: t.language, paths: map[int64]string{}, most: t.conf.WholeUpTo,
		says: about{slug: officeSlug, path: t.home() + officeSlug + "/", name: word(t.language).office, most: t.books.MaxCard()}}, nil
}

// words name what nobody gave a name, in the person's language.
type words struct{ contacts, office string }

func word(language string) words {
	switch language {
	case "zh-TW":
		return words{"通訊錄", "機關通訊錄"}
	case "zh-CN":
		return words{"通讯录", "机关通讯录"}
	case "vi":
		return words{"Danh bạ", "Danh bạ cơ quan"}
	case "ko":
		return words{"주소록", "기관 주소록"}
	}
	return words{"Contacts", "Organisation"}
}
