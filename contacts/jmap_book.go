package contacts

import (
	"context"
	"encoding/json"
	"errors"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/wire/jmap"
)

func (a *Account) bookObject(b Book) AddressBookObject {
	o := AddressBookObject{ID: id.Text(bookID, b.ID), Name: b.Name, SortOrder: b.Sort, IsDefault: b.Default, IsSubscribed: b.Subscribed,
		MyRights: AddressBookRight{MayRead: true, MayWrite: a.MayWrite(), MayDelete: a.MayWrite() && !b.Default}}
	if b.Description != "" {
		o.Description = &b.Description
	}
	return o
}

func (a *Account) bookObjects(ctx context.Context) ([]AddressBookObject, States, error) {
	books, err := a.Books(ctx)
	if err != nil {
		return nil, States{}, err
	}
	objects := make([]AddressBookObject, len(books))
	for i, b := range books {
		objects[i] = a.bookObject(b)
	}
	s, err := a.States(ctx)
	return objects, s, err
}

// bookGet is AddressBook/get (RFC 9610 section 2.1).
func (a api) bookGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if err := args.Check(call.Limits); err != nil {
		return nil, err
	}
	acc, err := a.account(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	objects, s, err := acc.bookObjects(ctx)
	if err != nil {
		return nil, err
	}
	return jmap.Get(args, state(s.Books), objects, func(o AddressBookObject) jmap.ID { return o.ID })
}

// bookChanges is AddressBook/changes (section 2.2).
func (a api) bookChanges(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.ChangesArgs
	acc, s, err := a.open(ctx, call, &args, args.Check, &args.AccountID)
	if err != nil {
		return nil, err
	}
	since, err := parseState(args.SinceState, s.Books)
	if err != nil {
		return nil, err
	}
	list, err := acc.BookChanges(ctx, since)
	if err != nil {
		return nil, err
	}
	return answerChanges(args, bookID, list, since, s.Books)
}

// bookSetArgs are the arguments of AddressBook/set (section 2.3).
type bookSetArgs struct {
	jmap.SetArgs
	OnDestroyRemoveContents bool     `json:"onDestroyRemoveContents"`
	OnSuccessSetIsDefault   *jmap.ID `json:"onSuccessSetIsDefault"`
}

// bookSet is AddressBook/set (section 2.3).
func (a api) bookSet(ctx context.Context, call *jmap.Call) (any, error) {
	var args bookSetArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if err := args.Check(call.Limits); err != nil {
		return nil, err
	}
	acc, err := a.account(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	have, before, err := acc.bookObjects(ctx)
	if err != nil {
		return nil, err
	}
	if err := args.CheckState(state(before.Books)); err != nil {
		return nil, err
	}
	s := &bookSetter{acc: acc, contents: args.OnDestroyRemoveContents, have: map[jmap.ID]AddressBookObject{}}
	for _, o := range have {
		s.have[o.ID] = o
	}
	out := jmap.Set(ctx, call, &args.SetArgs, jmap.Setter{Create: s.create, Update: s.update, Destroy: s.destroy})
	failed := len(out.NotCreated)+len(out.NotUpdated)+len(out.NotDestroyed) > 0
	if args.OnSuccessSetIsDefault != nil && !failed {
		// Section 2.3: an id that is not there is ignored.
		if text, ok := call.Resolve(*args.OnSuccessSetIsDefault); ok {
			if n, ok := id.Parse(bookID, text); ok {
				if err := acc.SetDefault(ctx, n); err != nil && !errs.Is(err, errs.NotFound) {
					return nil, err
				}
			}
		}
	}
	after, err := acc.States(ctx)
	out.OldState, out.NewState = state(before.Books), state(after.Books)
	return out, err
}

type bookSetter struct {
	acc      *Account
	contents bool
	have     map[jmap.ID]AddressBookObject
}

// bookFields are what a client may write.
type bookFields struct {
	Name         string  `json:"name"`
	Description  *string `json:"description"`
	SortOrder    int     `json:"sortOrder"`
	IsSubscribed *bool   `json:"isSubscribed"`
}

func (f bookFields) book(n int64) Book {
	b := Book{ID: n, Name: f.Name, Sort: f.SortOrder, Subscribed: f.IsSubscribed == nil || *f.IsSubscribed}
	if f.Description != nil {
		b.Description = *f.Description
	}
	return b
}

func (s *bookSetter) create(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
	var in bookFields
	if err := jmap.DecodeStrict(raw, &in); err != nil {
		return "", nil, err
	}
	if in.Name == "" {
		return "", nil, jmap.BadProperty("name", "An address book has a name.")
	}
	b, err := s.acc.CreateBook(ctx, in.book(0))
	if err != nil {
		return "", nil, err
	}
	o := s.acc.bookObject(b)
	s.have[o.ID] = o
	return o.ID, o, nil
}

func (s *bookSetter) update(ctx context.Context, text jmap.ID, p jmap.Patch) (any, error) {
	old, ok := s.have[text]
	if !ok {
		return nil, jmap.Refuse(jmap.NotFound, "There is no address book %s.", text)
	}
	now, err := jmap.Patched(old, AddressBookObject{IsSubscribed: true}, p)
	if err != nil {
		return nil, err
	}
	if now.ID != old.ID || now.IsDefault != old.IsDefault || now.MyRights != old.MyRights || now.ShareWith != nil {
		return nil, jmap.Refuse(jmap.InvalidProperties, "Only name, description, sortOrder and isSubscribed can be changed.")
	}
	n, _ := id.Parse(bookID, text)
	fields := bookFields{Name: now.Name, Description: now.Description, SortOrder: now.SortOrder, IsSubscribed: &now.IsSubscribed}
	if err := s.acc.UpdateBook(ctx, fields.book(n)); err != nil {
		return nil, err
	}
	s.have[text] = now
	return nil, nil
}

func (s *bookSetter) destroy(ctx context.Context, text jmap.ID) error {
	n, ok := id.Parse(bookID, text)
	if _, there := s.have[text]; !ok || !there {
		return jmap.Refuse(jmap.NotFound, "There is no address book %s.", text)
	}
	err := s.acc.DeleteBook(ctx, n, s.contents)
	if errors.Is(err, ErrBookHasCards) {
		return jmap.Refuse("addressBookHasContents", "The address book is not empty.")
	}
	return err
}
