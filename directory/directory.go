package directory

import (
	"context"
	"embed"
	"errors"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"

	"golang.org/x/net/idna"
)

//go:embed schema/*.sql
var schema embed.FS

// DefaultOrg is the organisation of an installation that has one.
const DefaultOrg = 1

// Directory answers who is who. One serves all rooms of a process.
type Directory struct {
	db      *store.Store
	clock   clock.Clock
	mu      sync.RWMutex
	domains map[string]int64 // domain -> organisation, as last read
	books   books

	tellPreference func(account int64)
	tellAdmin      func(account int64)
	combineRoles   bool
	firstPassword  FirstPassword
	zones          Zones
	checking       sync.Mutex // of the record
}

// New brings the tables up to date.
func New(ctx context.Context, db *store.Store, c clock.Clock) (*Directory, error) {
	if err := db.Migrate(ctx, "directory", schema); err != nil {
		return nil, err
	}
	d := &Directory{db: db, clock: c, books: books{org: map[int64]*shelf{}}}
	if err := d.renewKeys(ctx); err != nil {
		return nil, err
	}
	return d, d.readDomains(ctx)
}

// Kinds of account.
const (
	KindPerson = "person"
	KindShared = "shared"
	KindList   = "list" // a distribution list: what comes to it goes to its members
)

// Account is a mailbox's owner - a person or a shared function - or a
// distribution list.
type Account struct {
	Org       int64
	ID        int64
	Address   string // main address, lower case
	Name      string
	Kind      string
	Unit      int64
	Language  string
	Clearance policy.Level // how high it sees today: as it is cleared, or higher by a post that its person holds
	Cleared   policy.Level // what of it is its own; read only
	Quota     int64        // bytes, 0 = the default
	Terms     policy.Terms // of the service level; read only
	Admin     bool         // may be written to as postmaster
	Locked    bool
	Roles     bool   // whether it holds a role of an administrator; read only
	Post      string // title and unit of the post that its person acts in today, for records; read only
}

// NormalAddress puts an address into the form it is stored in: lower case,
// the domain as A-labels. The local part is folded too, as every large
// provider does, although RFC 5321 leaves its case to the host.
func NormalAddress(address string) (string, error) {
	local, domain, ok := splitAddress(strings.TrimSpace(address))
	if !ok {
		return "", errs.E(errs.Invalid, "%q is not a mail address", address)
	}
	return strings.ToLower(local) + "@" + normalDomain(domain), nil
}

func normalDomain(domain string) string {
	ascii := strings.ToLower(domain)
	if !strings.ContainsFunc(ascii, func(r rune) bool { return r >= utf8.RuneSelf }) && !strings.Contains(ascii, "xn--") {
		return ascii
	}
	if labels, err := idna.Lookup.ToASCII(domain); err == nil {
		return labels
	}
	return ascii
}

func splitAddress(address string) (local, domain string, ok bool) {
	i := strings.LastIndexByte(address, '@')
	if i <= 0 || i == len(address)-1 || strings.ContainsAny(address, " \t\r\n\x00<>") || len(address) > 320 {
		return "", "", false
	}
	return address[:i], address[i+1:], true
}

// EnsureOrg makes the organisation and its domain if they are not there.
// The first domain of an organisation is its main one.
func (d *Directory) EnsureOrg(ctx context.Context, org int64, name, domain string) error {
	domain = strings.ToLower(domain)
	err := d.db.Write(ctx, func(tx *store.Tx) error { return putOrg(ctx, tx, org, name, domain) })
	if err != nil {
		return err
	}
	return d.readDomains(ctx)
}

func (d *Directory) readDomains(ctx context.Context) error {
	var domains map[string]int64
	err := d.db.Read(ctx, func(tx *store.Tx) (err error) {
		domains, err = selectDomains(ctx, tx)
		return err
	})
	if err == nil {
		d.mu.Lock()
		d.domains = domains
		d.mu.Unlock()
	}
	return err
}

// OrgOf returns the organisation that a domain belongs to.
func (d *Directory) OrgOf(domain string) (org int64, ok bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	org, ok = d.domains[strings.ToLower(domain)]
	return org, ok
}

// Domains returns the mail domains of an organisation.
func (d *Directory) Domains(org int64) []string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	list := []string{}
	for domain, owner := range d.domains {
		if owner == org {
			list = append(list, domain)
		}
	}
	slices.Sort(list)
	return list
}

// AddAccount makes an account and returns it with its id. The domain of an
// organisation without any becomes its main one, so that the first account
// of a new installation needs no other preparation.
func (d *Directory) AddAccount(ctx context.Context, a Account) (Account, error) {
	a, err := d.PrepareAccount(ctx, a)
	if err != nil {
		return a, err
	}
	return a, d.db.Write(ctx, func(tx *store.Tx) error { return d.PutAccount(ctx, tx, a) })
}

// PrepareAccount fills in what is missing of a new account, its id too, and
// sees that its domain is known, for PutAccount.
func (d *Directory) PrepareAccount(ctx context.Context, a Account) (Account, error) {
	var err error
	if a.Address, err = NormalAddress(a.Address); err != nil {
		return a, err
	}
	if a.Org == 0 {
		a.Org = DefaultOrg
	}
	if a.Kind == "" {
		a.Kind = KindPerson
	}
	if a.Name == "" {
		a.Name = a.Address[:strings.LastIndexByte(a.Address, '@')]
	}
	a.ID = id.New()
	return a, d.ensureDomain(ctx, a)
}

// PutAccount stores a prepared account in the caller's transaction.
func (d *Directory) PutAccount(ctx context.Context, tx *store.Tx, a Account) error {
	return insertAccount(ctx, tx, a, d.clock.Now().UnixMilli())
}

func (d *Directory) ensureDomain(ctx context.Context, a Account) error {
	_, domain, _ := splitAddress(a.Address)
	org, known := d.OrgOf(domain)
	switch {
	case known && org != a.Org:
		return errs.E(errs.Invalid, "the domain %s belongs to another organisation", domain)
	case known:
		return nil
	}
	// Another process may have added it.
	if err := d.readDomains(ctx); err != nil {
		return err
	}
	if _, known = d.OrgOf(domain); known {
		return nil
	}
	return d.EnsureOrg(ctx, a.Org, domain, domain)
}

// Resolve returns the account that an address belongs to. NotFound with
// local=true means that the domain is ours and the address is not there;
// local=false, that the domain is somebody else's.
func (d *Directory) Resolve(ctx context.Context, address string) (a Account, local bool, err error) {
	address, err = NormalAddress(address)
	if err != nil {
		return a, false, err
	}
	_, domain, _ := splitAddress(address)
	org, local := d.OrgOf(domain)
	if !local {
		return a, false, errs.E(errs.NotFound, "%s is not an address of this system", address)
	}
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		if a, err = selectByAddress(ctx, tx, org, d.today(), address); !errors.Is(err, store.ErrNoRows) {
			return err
		}
		// Subaddressing: user+detail reaches user (RFC 5233).
		local, _, _ := strings.Cut(address, "+")
		if local == address {
			return err
		}
		a, err = selectByAddress(ctx, tx, org, d.today(), local+"@"+domain)
		return err
	})
	if errors.Is(err, store.ErrNoRows) {
		return a, true, errs.E(errs.NotFound, "There is no mailbox %s here.", address)
	}
	return a, true, err
}

// Account returns an account by id.
func (d *Directory) Account(ctx context.Context, org, accountID int64) (a Account, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		a, err = selectAccount(ctx, tx, org, d.today(), accountID)
		return err
	})
	if errors.Is(err, store.ErrNoRows) {
		err = errs.E(errs.NotFound, "There is no such account.")
	}
	return a, err
}

// Accounts returns every account of an organisation, ordered by address.
func (d *Directory) Accounts(ctx context.Context, org int64) (all []Account, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = selectAccounts(ctx, tx, org, d.today())
		return err
	})
	return all, err
}

// Addresses returns every address of an account, the main one first.
func (d *Directory) Addresses(ctx context.Context, org, accountID int64) (list []string, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectAddresses(ctx, tx, org, accountID)
		return err
	})
	return list, err
}

// Grant gives a member rights on an account; no rights takes them away.
func (d *Directory) Grant(ctx context.Context, org, accountID, memberID int64, rights policy.Rights) error {
	return d.db.Write(ctx, func(tx *store.Tx) error { return putGrant(ctx, tx, org, accountID, memberID, rights) })
}

// Members returns the accounts that were granted the right to read an
// account: of a list, those who get what comes to it.
func (d *Directory) Members(ctx context.Context, org, accountID int64) (list []Account, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectMembers(ctx, tx, org, d.today(), accountID)
		return err
	})
	return list, err
}

// Reached is an account that a subject can open.
type Reached struct {
	Account
	Rights policy.Rights
}

// Reachable lists the accounts a subject can open: its own first, then the
// shared ones by name.
func (d *Directory) Reachable(ctx context.Context, s policy.Subject) (list []Reached, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) error {
		own, err := selectAccount(ctx, tx, s.Org, d.today(), s.Account)
		if err != nil {
			return err
		}
		list = []Reached{{own, policy.All}}
		shared, err := selectGranted(ctx, tx, s.Org, d.today(), s.Account)
		list = append(list, shared...)
		return err
	})
	if errors.Is(err, store.ErrNoRows) {
		err = errs.E(errs.NotFound, "There is no such account.")
	}
	return list, err
}

// Rights returns what a member was granted on an account.
func (d *Directory) Rights(ctx context.Context, org, accountID, memberID int64) (rights policy.Rights, err error) {
	if accountID == memberID {
		return policy.All, nil
	}
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		rights, err = selectRights(ctx, tx, org, accountID, memberID)
		return err
	})
	return rights, err
}
