package mailapi

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
)

// emailSet is Email/set (RFC 8621 section 4.6).
func (a *API) emailSet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.SetArgs
	acc, before, err := a.enterNow(ctx, call, &args, func() error { return args.Check(call.Limits) }, &args.AccountID)
	if err != nil {
		return nil, err
	}
	if err := args.CheckState(stateIn(before, before.EmailState)); err != nil {
		return nil, err
	}
	creations := jmap.SetArgs{AccountID: args.AccountID, Create: args.Create}
	out := jmap.Set(ctx, call, &creations, jmap.Setter{Create: func(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
		return a.createEmail(ctx, call, acc, before, raw)
	}})
	snap := before
	if len(out.Created) > 0 {
		if snap, err = acc.Snapshot(ctx); err != nil {
			return nil, err
		}
	}
	s := &emailSetter{call: call, acc: acc, snap: snap, out: out}
	if err := s.run(ctx, &args); err != nil {
		return nil, err
	}
	after, err := acc.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	out.OldState, out.NewState = stateIn(before, before.EmailState), stateIn(after, after.EmailState)
	return out, nil
}

// emailSetter gathers updates and destructions into one change of the room,
// so that a thousand of them share one sync.
type emailSetter struct {
	call    *jmap.Call
	acc     *mail.Account
	snap    *mail.Snapshot
	out     *jmap.SetAnswer
	changes []mail.Change
	ids     []jmap.ID // of the changes
	given   []jmap.ID // as the client wrote them
}

func (s *emailSetter) run(ctx context.Context, args *jmap.SetArgs) error {
	destroy := map[jmap.ID]bool{}
	for _, given := range args.Destroy {
		if real, ok := s.call.Resolve(given); ok {
			destroy[real] = true
		}
	}
	for _, m := range args.Update {
		real, _ := s.call.Resolve(m.Key)
		if destroy[real] {
			s.out.FailUpdate(m.Key, jmap.Refuse(jmap.WillDestroy, "The email is destroyed by the same call."))
			continue
		}
		c, err := s.update(real, m.Value)
		if err != nil {
			s.out.FailUpdate(m.Key, err)
			continue
		}
		s.add(c, real, m.Key)
	}
	for _, given := range args.Destroy {
		real, _ := s.call.Resolve(given)
		n, err := s.find(real)
		if err != nil {
			s.out.FailDestroy(given, err)
			continue
		}
		s.add(mail.Change{ID: n, Destroy: true}, real, given)
	}
	if len(s.changes) == 0 {
		return nil
	}
	outcomes, err := s.acc.Change(ctx, s.changes)
	if err != nil && len(outcomes) == 0 && errs.KindOf(err) != errs.Forbidden {
		return err
	}
	for i := range s.changes {
		switch {
		case i >= len(outcomes):
			s.tell(i, err)
		default:
			s.tell(i, outcomes[i].Err)
		}
	}
	return nil
}

func (s *emailSetter) add(c mail.Change, real, given jmap.ID) {
	s.changes, s.ids, s.given = append(s.changes, c), append(s.ids, real), append(s.given, given)
}

// tell notes what became of a change.
func (s *emailSetter) tell(i int, err error) {
	destroy := s.changes[i].Destroy
	switch {
	case err != nil && destroy:
		s.out.FailDestroy(s.given[i], err)
	case err != nil:
		if errs.Is(err, errs.TooLarge) {
			err = tooManyKeywords()
		}
		s.out.FailUpdate(s.given[i], err)
	case destroy:
		s.out.Destroyed = append(s.out.Destroyed, s.ids[i])
	default:
		s.out.Change(s.ids[i], nil)
	}
}

func (s *emailSetter) find(text jmap.ID) (int64, error) {
	n, ok := id.Parse(emailID, text)
	if _, there := s.snap.Message(n); !ok || !there {
		return 0, jmap.Refuse(jmap.NotFound, "There is no email %s.", text)
	}
	return n, nil
}

// update reads the patch of one email: only keywords and mailboxIds ever
// change (section 4.6), and what is to happen to it later.
func (s *emailSetter) update(text jmap.ID, raw json.RawMessage) (c mail.Change, err error) {
	n, err := s.find(text)
	if err != nil {
		return c, err
	}
	m, _ := s.snap.Message(n)
	c.ID = n
	var p jmap.Patch
	if err := json.Unmarshal(raw, &p); err != nil {
		return c, jmap.Refuse(jmap.InvalidPatch, "A patch is an object.")
	}
	if err := jmap.CheckPatch(p); err != nil {
		return c, err
	}
	boxes := newBoxSet(m)
	for _, change := range p {
		top, rest := fieldOf(change.Key)
		whole := top == change.Key
		switch {
		case top == "keywords" && whole:
			err = setKeywords(&c, change.Value)
		case top == "keywords":
			err = patchKeyword(&c, rest, change.Value)
		case top == "snoozed" && whole:
			c.Snooze, err = s.readSnooze(change.Value)
		case top == "reminder" && whole:
			c.Reminder, err = readReminder(change.Value)
		case top == "mailboxIds" && whole:
			err = s.setBoxes(boxes, change.Value)
		case top == "mailboxIds":
			err = s.patchBox(boxes, rest, change.Value)
		default:
			err = jmap.BadProperty(top, "The property %s of an email cannot be changed.", top)
		}
		if err != nil {
			return c, err
		}
	}
	return c, boxes.into(&c)
}

func setKeywords(c *mail.Change, raw json.RawMessage) error {
	var set map[string]bool
	if json.Unmarshal(raw, &set) != nil {
		return jmap.BadProperty("keywords", "The keywords are an object with the value true for each.")
	}
	list, err := readKeywords(set)
	c.SetKeywords = &list
	return err
}

func patchKeyword(c *mail.Change, keyword string, raw json.RawMessage) error {
	on, err := onOff("keywords", raw)
	if err != nil {
		return err
	}
	if !mail.ValidKeyword(keyword) {
		return jmap.BadProperty("keywords", "%q cannot be a keyword.", keyword)
	}
	if on {
		c.AddKeywords = append(c.AddKeywords, keyword)
	} else {
		c.RemoveKeywords = append(c.RemoveKeywords, keyword)
	}
	return nil
}

var errNotTrue = errors.New("neither true nor null")

// onOff reads the value of a set's member in a patch: true or null. Older
// clients send false for null.
func onOff(property string, raw json.RawMessage) (bool, error) {
	switch strings.TrimSpace(string(raw)) {
	case "true":
		return true, nil
	case "null", "false":
		return false, nil
	}
	return false, jmap.BadProperty(property, "The value is %s.", errNotTrue)
}

// boxSet is the mailboxes of an email while a patch is read.
type boxSet struct {
	before, now []int64
}

func newBoxSet(m *mail.Message) *boxSet {
	b := &boxSet{}
	for _, p := range m.Places {
		b.before = append(b.before, p.Mailbox)
	}
	b.now = slices.Clone(b.before)
	return b
}

// into says the difference, so that a change that another client makes at the
// same time is kept.
func (b *boxSet) into(c *mail.Change) error {
	if len(b.now) == 0 {
		return jmap.BadProperty("mailboxIds", "An email is in at least one mailbox.")
	}
	for _, n := range b.now {
		if !slices.Contains(b.before, n) {
			c.AddTo = append(c.AddTo, n)
		}
	}
	for _, n := range b.before {
		if !slices.Contains(b.now, n) {
			c.RemoveFrom = append(c.RemoveFrom, mail.Place{Mailbox: n})
		}
	}
	return nil
}

func (s *emailSetter) setBoxes(b *boxSet, raw json.RawMessage) error {
	var set map[string]bool
	if json.Unmarshal(raw, &set) != nil {
		return jmap.BadProperty("mailboxIds", "The mailboxIds are an object with the value true for each.")
	}
	list, err := readMailboxes(s.call, s.snap, set)
	b.now = list
	return err
}

func (s *emailSetter) patchBox(b *boxSet, text string, raw json.RawMessage) error {
	on, err := onOff("mailboxIds", raw)
	if err != nil {
		return err
	}
	n, err := readMailbox(s.call, s.snap, text)
	if err != nil {
		if on {
			return err
		}
		return nil // out of a mailbox that is not there: so it is
	}
	b.now = slices.DeleteFunc(b.now, func(x int64) bool { return x == n })
	if on {
		b.now = append(b.now, n)
	}
	return nil
}
