package contacts

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"chancery/kit/id"
	"chancery/wire/jmap"
	"chancery/wire/vcard"
)

// cardObject is a card as clients see it (RFC 9610 section 3).
func cardObject(c *Card) vcard.JS {
	o := maps.Clone(c.JS)
	o["id"] = id.Text(cardID, c.ID)
	books := vcard.JS{}
	for b := range c.Books {
		books[id.Text(bookID, b)] = true
	}
	o["addressBookIds"] = books
	return o
}

// fromObject takes what a client wrote apart.
func fromObject(o vcard.JS) (Card, error) {
	c := Card{Books: map[int64]bool{}, JS: o}
	books, ok := o["addressBookIds"].(vcard.JS)
	if _, has := o["addressBookIds"]; has && !ok {
		return c, jmap.BadProperty("addressBookIds", "The value is an object of ids.")
	}
	for text, v := range books {
		n, ok := id.Parse(bookID, text)
		if !ok || v != true {
			return c, jmap.BadProperty("addressBookIds", "There is no address book %s.", text)
		}
		c.Books[n] = true
	}
	delete(o, "addressBookIds")
	delete(o, "id")
	return c, nil
}

// pick leaves the asked members of an object; nil asks for all.
func pick(o vcard.JS, properties []string) vcard.JS {
	if properties == nil {
		return o
	}
	out := vcard.JS{"id": o["id"]}
	for _, p := range properties {
		if v, has := o[p]; has {
			out[p] = v
		}
	}
	return out
}

// cardGet is ContactCard/get (RFC 9610 section 3.1).
func (a api) cardGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
	acc, s, err := a.open(ctx, call, &args, func() error { return args.Check(call.Limits) }, &args.AccountID)
	if err != nil {
		return nil, err
	}
	out := &jmap.GetAnswer{AccountID: args.AccountID, State: state(s.Cards)}
	var cards []*Card
	if args.IDs == nil {
		n, e := acc.CountCards(ctx)
		if err = e; err == nil && n > call.Limits.MaxObjectsInGet {
			err = jmap.Fail(jmap.RequestTooLarge, "There are %d cards, at most %d in one call.", n, call.Limits.MaxObjectsInGet)
		}
		if err == nil {
			cards, err = acc.Cards(ctx, nil)
		}
	} else {
		cards, err = acc.SomeCards(ctx, numbers(cardID, *args.IDs))
	}
	if err != nil {
		return nil, err
	}
	there := map[jmap.ID]bool{}
	for _, c := range cards {
		there[id.Text(cardID, c.ID)] = true
		out.List = append(out.List, pick(cardObject(c), args.Properties))
	}
	if args.IDs != nil {
		for _, text := range *args.IDs {
			if !there[text] {
				out.NotFound = append(out.NotFound, text)
			}
		}
	}
	return out, nil
}

// numbers reads ids and leaves out what is none.
func numbers(prefix byte, ids []jmap.ID) (out []int64) {
	for _, text := range ids {
		if n, ok := id.Parse(prefix, text); ok {
			out = append(out, n)
		}
	}
	return out
}

// cardChanges is ContactCard/changes (section 3.2).
func (a api) cardChanges(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.ChangesArgs
	acc, s, err := a.open(ctx, call, &args, args.Check, &args.AccountID)
	if err != nil {
		return nil, err
	}
	since, err := parseState(args.SinceState, s.Cards)
	if err != nil {
		return nil, err
	}
	list, err := acc.CardChanges(ctx, since)
	if err != nil {
		return nil, err
	}
	return answerChanges(args, cardID, list, since, s.Cards)
}

// cardSet is ContactCard/set (section 3.5).
func (a api) cardSet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.SetArgs
	acc, before, err := a.open(ctx, call, &args, func() error { return args.Check(call.Limits) }, &args.AccountID)
	if err != nil {
		return nil, err
	}
	if err := args.CheckState(state(before.Cards)); err != nil {
		return nil, err
	}
	s := cardSetter{acc, call}
	out := jmap.Set(ctx, call, &args, jmap.Setter{Create: s.create, Update: s.update, Destroy: s.destroy})
	after, err := acc.States(ctx)
	out.OldState, out.NewState = state(before.Cards), state(after.Cards)
	return out, err
}

type cardSetter struct {
	acc  *Account
	call *jmap.Call
}

func (s cardSetter) create(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
	var o vcard.JS
	if json.Unmarshal(raw, &o) != nil || o == nil {
		return "", nil, jmap.Refuse(jmap.InvalidProperties, "A card is an object.")
	}
	if _, has := o["id"]; has {
		return "", nil, jmap.BadProperty("id", "The server gives the id.")
	}
	if err := s.resolveBooks(o); err != nil {
		return "", nil, err
	}
	c, err := fromObject(o)
	if err != nil {
		return "", nil, err
	}
	if c, err = s.acc.CreateCard(ctx, c); err != nil {
		return "", nil, sameUID(err)
	}
	text := id.Text(cardID, c.ID)
	return text, vcard.JS{"id": text, "uid": c.UID, "created": c.JS["created"], "updated": c.JS["updated"]}, nil
}

// resolveBooks turns "#k" into the id of a book made in the same request.
func (s cardSetter) resolveBooks(o vcard.JS) error {
	books, _ := o["addressBookIds"].(vcard.JS)
	out := vcard.JS{}
	for text, v := range books {
		real, ok := s.call.Resolve(text)
		if !ok {
			return jmap.BadProperty("addressBookIds", "Nothing was created as %s.", text)
		}
		out[real] = v
	}
	if books != nil {
		o["addressBookIds"] = out
	}
	return nil
}

func sameUID(err error) error {
	var same *SameUID
	if errors.As(err, &same) {
		e := jmap.BadProperty("uid", "There is a card with this uid already.")
		e.Type, e.ExistingID = jmap.AlreadyExists, id.Text(cardID, same.ID)
		return e
	}
	return err
}

func (s cardSetter) update(ctx context.Context, text jmap.ID, p jmap.Patch) (any, error) {
	n, ok := id.Parse(cardID, text)
	if !ok {
		return nil, jmap.Refuse(jmap.NotFound, "There is no card %s.", text)
	}
	c, err := s.acc.UpdateCard(ctx, n, func(old *Card) (Card, error) { return patched(old, text, p) })
	if err != nil {
		return nil, sameUID(err)
	}
	return vcard.JS{"updated": c.JS["updated"]}, nil
}

// patched returns what a patch makes of a card.
func patched(old *Card, text jmap.ID, p jmap.Patch) (c Card, err error) {
	o := cardObject(old)
	if err := jmap.ApplyPatch(o, p); err != nil {
		return c, err
	}
	// A null at the top takes the member away (RFC 8620 section 5.3).
	maps.DeleteFunc(o, func(_ string, v any) bool { return v == nil })
	if o["id"] != text {
		return c, jmap.BadProperty("id", "The id cannot be changed.")
	}
	// Numbers of the patch are json.Number; the store wants them plain.
	raw, err := json.Marshal(o)
	if err == nil {
		o = nil
		err = json.Unmarshal(raw, &o)
	}
	if err != nil {
		return c, err
	}
	return fromObject(o)
}

func (s cardSetter) destroy(ctx context.Context, text jmap.ID) error {
	n, ok := id.Parse(cardID, text)
	if !ok {
		return jmap.Refuse(jmap.NotFound, "There is no card %s.", text)
	}
	return s.acc.DeleteCard(ctx, n)
}

// cardCopy is ContactCard/copy (section 3.6).
func (a api) cardCopy(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.CopyArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if err := args.Check(call.Limits); err != nil {
		return nil, err
	}
	from, err := a.account(ctx, args.FromAccountID)
	if err != nil {
		if m := jmap.MethodErrorOf(err); m.Type == jmap.AccountNotFound {
			return nil, jmap.Fail(jmap.FromAccountNotFound, "%s", m.Description)
		}
		return nil, err
	}
	to, err := a.account(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	source, err := from.States(ctx)
	if err != nil {
		return nil, err
	}
	before, err := to.States(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range []struct {
		want *string
		have int64
	}{{args.IfFromInState, source.Cards}, {args.IfInState, before.Cards}} {
		if c.want != nil && *c.want != state(c.have) {
			return nil, jmap.Fail(jmap.StateMismatch, "The state is %d, not %s.", c.have, *c.want)
		}
	}
	out, done := copyCards(ctx, call, from, to, &args)
	after, err := to.States(ctx)
	if err != nil {
		return nil, err
	}
	out.OldState, out.NewState = state(before.Cards), state(after.Cards)
	if args.OnSuccessDestroyOriginal && len(done) > 0 {
		raw, err := json.Marshal(map[string]any{"accountId": args.FromAccountID, "destroy": done, "ifInState": args.DestroyFromIfInState})
		if err != nil {
			return nil, err
		}
		answer, err := a.cardSet(ctx, call.With("ContactCard/set", raw))
		if err != nil {
			return nil, err
		}
		call.Also("ContactCard/set", answer)
	}
	return out, nil
}

func copyCards(ctx context.Context, call *jmap.Call, from, to *Account, args *jmap.CopyArgs) (out *jmap.CopyAnswer, done []jmap.ID) {
	out = &jmap.CopyAnswer{FromAccountID: args.FromAccountID, AccountID: args.AccountID}
	for _, m := range args.Create {
		text, made, err := copyCard(ctx, call, from, to, m.Value)
		if err != nil {
			if out.NotCreated == nil {
				out.NotCreated = map[jmap.ID]*jmap.SetError{}
			}
			out.NotCreated[m.Key] = jmap.SetErrorOf(err)
			continue
		}
		if out.Created == nil {
			out.Created = map[jmap.ID]any{}
		}
		out.Created[m.Key] = made
		if !slices.Contains(done, text) {
			done = append(done, text)
		}
	}
	return out, done
}

// copyCard copies one; members beside the id take the place of the original's.
func copyCard(ctx context.Context, call *jmap.Call, from, to *Account, raw json.RawMessage) (original jmap.ID, made any, err error) {
	var o vcard.JS
	if json.Unmarshal(raw, &o) != nil || o == nil {
		return "", nil, jmap.Refuse(jmap.InvalidProperties, "A copy is an object with an id.")
	}
	text, _ := o["id"].(string)
	cards, err := from.SomeCards(ctx, numbers(cardID, []jmap.ID{text}))
	if err != nil {
		return "", nil, err
	}
	if len(cards) == 0 {
		return "", nil, jmap.Refuse(jmap.NotFound, "There is no card %s.", text)
	}
	whole := maps.Clone(cards[0].JS)
	maps.Copy(whole, o)
	delete(whole, "id")
	body, err := json.Marshal(whole)
	if err != nil {
		return "", nil, err
	}
	_, made, err = cardSetter{to, call}.create(ctx, "", body)
	return text, made, err
}
