package house

import (
	"bytes"
	"context"
	"strings"
	"time"

	"chancery/directory"
	"chancery/house/demo"
	"chancery/identity"
	"chancery/kit/errs"
	"chancery/mail"
	"chancery/policy"
	"chancery/store"
)

// DemoPassword is every demonstration account's password. It is public.
const DemoPassword = "Demo-2026-city"

// demoSeed makes the same office everywhere.
const demoSeed = 20261121

// DemoAccount is an account that can be tried as it stands.
type DemoAccount struct {
	Address  string `json:"address"`
	Password string `json:"password"`
	Name     string `json:"name"`
	Unit     string `json:"unit"`
	Language string `json:"language"`
	Role     string `json:"role"`
}

// Demo is what there is to try.
type Demo struct {
	Domain   string
	Accounts []DemoAccount // the two to try first come first
}

// FillDemo loads the demonstration office into an empty house; one that is
// there already is only described.
func (h *House) FillDemo(ctx context.Context, progress func(done, of int)) (*Demo, error) {
	office, err := demo.Generate(demoSeed, time.Now(), "")
	if err != nil {
		return nil, err
	}
	d := &Demo{Domain: office.Domain, Accounts: describe(office)}
	if _, _, err := h.Directory.Resolve(ctx, office.People[0].Address); err == nil {
		return d, nil
	}
	f := &demoFiller{h: h, office: office, units: map[string]int64{}, accounts: map[string]*mail.Account{}, folders: map[string]int64{}}
	if err := f.people(ctx); err != nil {
		return nil, err
	}
	if err := f.letters(ctx, progress); err != nil {
		return nil, err
	}
	if err := f.roles(ctx); err != nil {
		return nil, err
	}
	if err := f.desk(ctx); err != nil {
		return nil, err
	}
	if err := f.regulations(ctx); err != nil {
		return nil, err
	}
	if err := f.rules(ctx); err != nil {
		return nil, err
	}
	if err := f.parcel(ctx); err != nil {
		return nil, err
	}
	return d, f.templates(ctx)
}

func describe(o *demo.Office) []DemoAccount {
	units := map[string]string{}
	for _, u := range o.Units {
		units[u.Key] = u.Names["en"]
	}
	var first, rest []DemoAccount
	for _, p := range o.People {
		a := DemoAccount{Address: p.Address, Password: DemoPassword, Name: p.Name, Unit: units[p.Posts[0].Unit], Language: p.Language, Role: p.Posts[0].Titles["en"]}
		if r, ok := demoRoles[p.Key]; ok {
			a.Role += "; " + r.said
		}
		if p.Key == o.Try[0] || p.Key == o.Try[1] {
			first = append(first, a)
		} else {
			rest = append(rest, a)
		}
	}
	if len(first) == 2 && first[0].Address != o.Try[0] && first[1].Language != "en" {
		first[0], first[1] = first[1], first[0]
	}
	return append(first, rest...)
}

// demoFiller loads one office.
type demoFiller struct {
	h        *House
	office   *demo.Office
	units    map[string]int64
	accounts map[string]*mail.Account // by key of person or shared mailbox
	folders  map[string]int64         // by account key and path
}

func (f *demoFiller) people(ctx context.Context) error {
	dir, org := f.h.Directory, int64(directory.DefaultOrg)
	if err := dir.EnsureOrg(ctx, org, f.office.Names["en"], f.office.Domain); err != nil {
		return err
	}
	if err := dir.BeginCategories(ctx, "TW"); err != nil {
		return err
	}
	var units []directory.Unit
	index := map[string]int64{}
	for i, u := range f.office.Units {
		index[u.Key] = -int64(i + 1)
		units = append(units, directory.Unit{Parent: index[u.Parent], Names: u.Names, Sort: u.Order})
	}
	units, err := dir.AddUnits(ctx, policy.System(org), units)
	if err != nil {
		return err
	}
	for i, u := range f.office.Units {
		f.units[u.Key] = units[i].ID
	}
	// One hash serves all: the password is public anyway, and sixty hashes
	// would take seconds.
	hash := identity.HashPassword(DemoPassword)
	for _, p := range f.office.People {
		if err := f.person(ctx, p, hash); err != nil {
			return err
		}
	}
	for _, s := range f.office.Shared {
		if err := f.shared(ctx, s); err != nil {
			return err
		}
	}
	for _, l := range f.office.Lists {
		if err := f.list(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

func (f *demoFiller) list(ctx context.Context, l demo.List) error {
	a, err := f.h.Directory.AddAccount(ctx, directory.Account{Address: l.Address, Name: l.Name, Kind: directory.KindList})
	for _, key := range l.Members {
		if err == nil {
			err = f.h.Directory.Grant(ctx, a.Org, a.ID, f.accounts[key].ID(), policy.Read)
		}
	}
	return err
}

func (f *demoFiller) person(ctx context.Context, p demo.Person, hash string) error {
	a, err := f.account(ctx, p.Key, directory.Account{
		Address: p.Address, Name: p.Name, Unit: f.units[p.Posts[0].Unit], Language: p.Language, Clearance: policy.Confidential, Kind: directory.KindPerson,
	})
	if err != nil {
		return err
	}
	if err := f.h.Identity.SetPasswordHash(ctx, policy.System(a.Org), a.Org, a.ID, hash); err != nil {
		return err
	}
	entry := directory.Person{Account: a.ID, Address: p.Address, Name: p.Name, Rank: 100 - p.Rank.Number, RankName: p.Rank.Name, Phone: p.Ext, Category: demoCategory(p.Rank.Number)}
	for _, alias := range p.Names {
		entry.Aliases = append(entry.Aliases, alias)
	}
	for _, post := range p.Posts {
		entry.Posts = append(entry.Posts, directory.Post{Unit: f.units[post.Unit], Title: post.Title, Kind: string(post.Kind)})
	}
	_, err = f.h.Directory.AddPerson(ctx, policy.System(a.Org), entry)
	return err
}

// demoCategory is a kind of staff for a rank.
func demoCategory(rank int) string {
	switch {
	case rank >= 13:
		return "zhengwu"
	case rank <= 4:
		return "pingyong"
	}
	return "gongwu"
}

// account adds an account and opens its mailboxes.
func (f *demoFiller) account(ctx context.Context, key string, a directory.Account) (directory.Account, error) {
	a, err := f.h.Directory.AddAccount(ctx, a)
	if err != nil {
		return a, err
	}
	box, err := f.h.Mail.Account(ctx, policy.System(a.Org), a.ID)
	f.accounts[key] = box
	return a, err
}

var demoRights = map[string]policy.Rights{
	demo.RightRead:   policy.Read | policy.Mark,
	demo.RightSend:   policy.Read | policy.Mark | policy.Organise | policy.Insert | policy.SendAs | policy.OnBehalf,
	demo.RightManage: policy.All,
}

func (f *demoFiller) shared(ctx context.Context, s demo.SharedMailbox) error {
	a, err := f.account(ctx, s.Key, directory.Account{Address: s.Address, Name: s.Name, Unit: f.units[s.Unit], Kind: directory.KindShared})
	if err != nil {
		return err
	}
	for _, m := range s.Members {
		if err := f.h.Directory.Grant(ctx, a.Org, a.ID, f.accounts[m.Person].ID(), demoRights[m.Rights]); err != nil {
			return err
		}
	}
	return nil
}

// demoBatch is how many letters go into an account's mailboxes together.
const demoBatch = 40

// letters files every copy of every letter, the oldest first in each mailbox.
func (f *demoFiller) letters(ctx context.Context, progress func(done, of int)) error {
	waiting := map[string][]mail.NewMessage{}
	for i, m := range f.office.Messages {
		text, err := m.Bytes()
		if err != nil {
			return err
		}
		for _, d := range m.Deliveries {
			n, err := f.prepare(ctx, d, text)
			if err != nil {
				return err
			}
			waiting[d.To] = append(waiting[d.To], n)
			if len(waiting[d.To]) >= demoBatch || len(text) > store.SmallBlob {
				if err := f.flush(ctx, waiting, d.To); err != nil {
					return err
				}
			}
		}
		progress(i+1, len(f.office.Messages))
	}
	for key := range waiting {
		if err := f.flush(ctx, waiting, key); err != nil {
			return err
		}
	}
	return nil
}

func (f *demoFiller) flush(ctx context.Context, waiting map[string][]mail.NewMessage, key string) error {
	_, err := f.accounts[key].Append(ctx, waiting[key]...)
	waiting[key] = nil
	return err
}

func (f *demoFiller) prepare(ctx context.Context, d demo.Delivery, text []byte) (n mail.NewMessage, err error) {
	a := f.accounts[d.To]
	if a == nil {
		return n, errs.E(errs.Internal, "the demonstration names %q, whom it does not have", d.To)
	}
	box, err := f.folder(ctx, a, d.To, d.Folder)
	if err != nil {
		return n, err
	}
	n = mail.NewMessage{Mailboxes: []int64{box}, Received: d.Received}
	for _, flag := range d.Flags {
		n.Keywords = append(n.Keywords, strings.ToLower(strings.Replace(flag, `\`, "$", 1)))
	}
	n.Letter, err = a.Spool(ctx, bytes.NewReader(text))
	return n, err
}

// folder finds a folder by its path, and makes what is missing.
func (f *demoFiller) folder(ctx context.Context, a *mail.Account, key, path string) (int64, error) {
	if id, ok := f.folders[key+"/"+path]; ok {
		return id, nil
	}
	snap, err := a.Snapshot(ctx)
	if err != nil {
		return 0, err
	}
	var parent int64
	at := ""
	for _, name := range strings.Split(path, "/") {
		at = strings.TrimPrefix(at+"/"+name, "/")
		box, ok := snap.ByPath(at)
		if !ok {
			box, err = a.CreateMailbox(ctx, mail.NewMailbox{Parent: parent, Name: name, Subscribed: true, SortOrder: 10})
			if errs.Is(err, errs.Exists) {
				snap, err = a.Snapshot(ctx)
				box, _ = snap.ByPath(at)
			}
			if err != nil {
				return 0, err
			}
			if snap, err = a.Snapshot(ctx); err != nil {
				return 0, err
			}
		}
		parent = box.ID
	}
	f.folders[key+"/"+path] = parent
	return parent, nil
}
