package contacts

import (
	"context"
	"slices"
	"strconv"

	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// The capabilities: RFC 9610, and our own for vCards.
const (
	URN      = "urn:ietf:params:jmap:contacts"
	VCardURN = "urn:chancery:params:jmap:vcard"
)

// The first letter of an id says what it names.
const (
	accountID = 'a'
	bookID    = 'k'
	cardID    = 'c'
)

// AddressBookObject is an address book as clients see it (RFC 9610 section 2).
type AddressBookObject struct {
	ID           jmap.ID          `json:"id"`
	Name         string           `json:"name"`
	Description  *string          `json:"description"`
	SortOrder    int              `json:"sortOrder"`
	IsDefault    bool             `json:"isDefault"`
	IsSubscribed bool             `json:"isSubscribed"`
	ShareWith    *struct{}        `json:"shareWith"` // rights are those on the account
	MyRights     AddressBookRight `json:"myRights"`
}

// AddressBookRight says what the person may do with a book.
type AddressBookRight struct {
	MayRead   bool `json:"mayRead"`
	MayWrite  bool `json:"mayWrite"`
	MayShare  bool `json:"mayShare"`
	MayDelete bool `json:"mayDelete"`
}

// Capability is what an account says of its contacts (RFC 9610 section 1.4.1).
type Capability struct {
	MaxAddressBooksPerCard *int `json:"maxAddressBooksPerCard"`
	MayCreateAddressBook   bool `json:"mayCreateAddressBook"`
}

// VCardCapability is what an account says of vCards: the path at which programs
// find the address books by CardDAV, "" for none.
type VCardCapability struct {
	CardDAV string `json:"cardDav"`
}

// api answers JMAP calls.
type api struct {
	room *Room
	who  func(context.Context) (policy.Subject, error)
}

// Capabilities returns what the room offers to clients. Who returns the
// person that a context belongs to.
func (r *Room) Capabilities(who func(context.Context) (policy.Subject, error)) []jmap.Capability {
	a := api{r, who}
	return []jmap.Capability{
		{
			URN: URN,
			Account: func(acc jmap.Account) (any, bool) {
				return Capability{MayCreateAddressBook: !acc.IsReadOnly}, true
			},
			Types:  []string{"AddressBook", "ContactCard"},
			States: a.states,
			Methods: map[string]jmap.Method{
				"AddressBook/get":          a.bookGet,
				"AddressBook/changes":      a.bookChanges,
				"AddressBook/set":          a.bookSet,
				"ContactCard/get":          a.cardGet,
				"ContactCard/changes":      a.cardChanges,
				"ContactCard/query":        a.cardQuery,
				"ContactCard/queryChanges": a.cardQueryChanges,
				"ContactCard/set":          a.cardSet,
				"ContactCard/copy":         a.cardCopy,
			},
		},
		{
			URN:     VCardURN,
			Account: func(jmap.Account) (any, bool) { return VCardCapability{r.conf.CardDAV}, true },
			Methods: map[string]jmap.Method{"VCard/import": a.vcardImport, "VCard/export": a.vcardExport},
		},
	}
}

// account opens the account of a call.
func (a api) account(ctx context.Context, text jmap.ID) (*Account, error) {
	return jmap.OpenAccount(text, func(n int64) (*Account, error) {
		s, err := a.who(ctx)
		if err != nil {
			return nil, err
		}
		return a.room.Account(ctx, s, n)
	})
}

func (a api) states(ctx context.Context, text jmap.ID) (map[string]string, error) {
	acc, err := a.account(ctx, text)
	if err != nil {
		return nil, err
	}
	s, err := acc.States(ctx)
	return map[string]string{"AddressBook": state(s.Books), "ContactCard": state(s.Cards)}, err
}

func state(n int64) string { return strconv.FormatInt(n, 10) }

// parseState reads a state of ours that is not ahead of the present one.
func parseState(s string, now int64) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > now || state(n) != s {
		return 0, jmap.Fail(jmap.CannotCalculateChanges, "The state %q is not known.", s)
	}
	return n, nil
}

// answerChanges fills a /changes answer (RFC 8620 section 5.2). A record that
// came and went in between is not told. With a maximum, the oldest changes
// are told first and the state is the one after them; changes of one count
// go together.
func answerChanges(args jmap.ChangesArgs, prefix byte, list []Change, since, now int64) (*jmap.ChangesAnswer, error) {
	out := &jmap.ChangesAnswer{AccountID: args.AccountID, OldState: args.SinceState, NewState: state(now)}
	list = slices.DeleteFunc(list, func(c Change) bool { return c.Gone && c.Created > since })
	slices.SortFunc(list, func(x, y Change) int { return int(min(max(x.Modseq-y.Modseq, -1), 1)) })
	if args.MaxChanges != nil && int64(len(list)) > *args.MaxChanges {
		take := int(*args.MaxChanges)
		for take > 0 && list[take-1].Modseq == list[take].Modseq {
			take--
		}
		if take == 0 {
			return nil, jmap.Fail(jmap.CannotCalculateChanges, "There are more than %d changes.", *args.MaxChanges)
		}
		list = list[:take]
		out.HasMoreChanges, out.NewState = true, state(list[take-1].Modseq)
	}
	for _, c := range list {
		text := id.Text(prefix, c.ID)
		switch {
		case c.Gone:
			out.Destroyed = append(out.Destroyed, text)
		case c.Created > since:
			out.Created = append(out.Created, text)
		default:
			out.Updated = append(out.Updated, text)
		}
	}
	return out, nil
}

// open reads the arguments of a call, checks them and opens their account,
// together with the states that all answers of its types name.
func (a api) open(ctx context.Context, call *jmap.Call, args any, check func() error, account *jmap.ID) (*Account, States, error) {
	if err := call.Decode(args); err != nil {
		return nil, States{}, err
	}
	if err := check(); err != nil {
		return nil, States{}, err
	}
	acc, err := a.account(ctx, *account)
	if err != nil {
		return nil, States{}, err
	}
	s, err := acc.States(ctx)
	return acc, s, err
}
