package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/cmd/bench/outside"
)

var laterUsing = []string{
	"urn:ietf:params:jmap:submission", "urn:ietf:params:jmap:sieve",
	"urn:chancery:params:jmap:later", "urn:chancery:params:jmap:rules",
}

func dialLater(s *outside.Server, account string) (*outside.JMAP, error) {
	c, err := outside.DialJMAP(s.HTTP, account, outside.Password)
	if err == nil {
		c.Using = laterUsing
	}
	return c, err
}

// soon is a time that a kill may well come before. The second that is cut off
// in writing it down is added.
func soon() time.Duration { return time.Duration(2+rand.IntN(2)) * time.Second }

// waiter snoozes, sets reminders, sends later and takes back.
type waiter struct {
	c             *outside.JMAP
	book          *laterBook
	inbox, drafts string
	identity      string
	n             int
}

func newWaiter(s *outside.Server, b *laterBook) (laterWriter, error) {
	c, err := dialLater(s, laterOwner)
	if err != nil {
		return nil, err
	}
	w := &waiter{c: c, book: b, n: rand.IntN(4)}
	if w.inbox, err = c.Mailbox("inbox"); err != nil {
		return w, err
	}
	if w.drafts, err = c.Mailbox("drafts"); err != nil {
		return w, err
	}
	var r struct{ List []struct{ ID string } }
	if err := c.Ask(&r, "Identity/get", map[string]any{"ids": nil}); err != nil {
		return w, err
	}
	if len(r.List) == 0 {
		return w, fmt.Errorf("no identity")
	}
	w.identity = r.List[0].ID
	return w, nil
}

func (w *waiter) close() { w.c.Close() }

func (w *waiter) step() error {
	w.n++
	switch w.n % 4 {
	case 0:
		return w.putOff("snooze", "snoozed", func(at string) any { return map[string]any{"until": at} })
	case 1:
		return w.putOff("remind", "reminder", func(at string) any { return map[string]any{"at": at, "unlessAnswered": false} })
	case 2:
		_, _, err := w.send("send")
		return err
	}
	return w.undo()
}

func (w *waiter) putOff(kind, property string, value func(at string) any) error {
	key := w.book.begin(kind)
	id, err := w.c.Import(letterText(key, 600), w.inbox)
	if err != nil {
		return err
	}
	w.book.set(key, func(e *waiting) { e.asked = tried })
	at := time.Now().Add(soon()).UTC().Format("2006-01-02T15:04:05Z")
	var r outside.SetResult
	err = w.c.Ask(&r, "Email/set", map[string]any{"update": map[string]any{id: map[string]any{property: value(at)}}})
	if err == nil {
		err = r.Err()
	}
	if err == nil {
		w.book.set(key, func(e *waiting) { e.asked = done })
	}
	return err
}

// send submits a letter that is held for a moment.
func (w *waiter) send(kind string) (submission, key string, err error) {
	key = w.book.begin(kind)
	id, err := w.c.Import(ownLetter(key), w.drafts)
	if err != nil {
		return "", key, err
	}
	w.book.set(key, func(e *waiting) { e.asked = tried })
	var r outside.SetResult
	err = w.c.Ask(&r, "EmailSubmission/set", map[string]any{"create": map[string]any{"s": map[string]any{
		"identityId": w.identity, "emailId": id,
		"envelope": map[string]any{
			"mailFrom": map[string]any{"email": laterOwner, "parameters": map[string]any{"HOLDFOR": fmt.Sprint(1 + rand.IntN(2))}},
			"rcptTo":   []any{map[string]any{"email": laterFriend}},
		},
	}}})
	if err == nil {
		err = r.Err()
	}
	if err == nil {
		w.book.set(key, func(e *waiting) { e.asked = done })
	}
	return r.Created["s"].ID, key, err
}

// undo takes a letter back, now and then when it is about to go out.
func (w *waiter) undo() error {
	id, key, err := w.send("undo")
	if err != nil {
		return err
	}
	time.Sleep(time.Duration(rand.IntN(2200)) * time.Millisecond)
	w.book.set(key, func(e *waiting) { e.taken = tried })
	var r outside.SetResult
	if err := w.c.Ask(&r, "EmailSubmission/set", map[string]any{"update": map[string]any{id: map[string]any{"undoStatus": "canceled"}}}); err != nil {
		return err
	}
	err = r.Err()
	if m, ok := err.(*outside.MethodError); ok && m.Type == "cannotUnsend" {
		w.book.set(key, func(e *waiting) { e.taken, e.late = not, true })
		return nil
	}
	if err == nil {
		w.book.set(key, func(e *waiting) { e.taken = done })
	}
	return err
}

func ownLetter(key string) []byte {
	return fmt.Appendf(nil, "From: <%s>\r\nTo: <%s>\r\nSubject: Letter %s\r\nMessage-ID: <%s@load.example>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\nHello\r\n", laterOwner, laterFriend, key, key)
}

// forwarder delivers to an account whose script sends everything on.
type forwarder struct {
	c    *outside.SMTP
	book *laterBook
}

func newForwarder(s *outside.Server, b *laterBook) (laterWriter, error) {
	c, err := outside.DialSMTP(s.SMTP)
	if err != nil {
		return nil, err
	}
	return &forwarder{c, b}, nil
}

func (w *forwarder) close() { w.c.Close() }

func (w *forwarder) step() error {
	key := w.book.begin("forward")
	w.book.set(key, func(e *waiting) { e.asked = tried })
	if err := w.c.Send("load@elsewhere.example", []string{laterRuled}, letterText(key, 700)); err != nil {
		return err
	}
	w.book.set(key, func(e *waiting) { e.asked = done })
	time.Sleep(5 * time.Millisecond)
	return nil
}

// sendOnFor gives an account a script that sends everything on.
func sendOnFor(t *testing.T, s *outside.Server) {
	t.Helper()
	c, err := dialLater(s, laterRuled)
	must(t, err)
	defer c.Close()
	must(t, putScript(c, "on", fmt.Sprintf("redirect %q;", laterGoal)))
}

// putScript stores a script and activates it, in one call.
func putScript(c *outside.JMAP, name, text string) error {
	blob, err := c.Upload(strings.NewReader(text))
	if err != nil {
		return err
	}
	var r outside.SetResult
	err = c.Ask(&r, "SieveScript/set", map[string]any{
		"create":                  map[string]any{"s": map[string]any{"name": name, "blobId": blob}},
		"onSuccessActivateScript": "#s",
	})
	if err == nil {
		err = r.Err()
	}
	return err
}

// switcher changes what runs over arriving letters: a new script, the rules,
// a script again.
type switcher struct {
	c    *outside.JMAP
	book *laterBook
}

const theRules = "the rules"

func newSwitcher(s *outside.Server, b *laterBook) (laterWriter, error) {
	c, err := dialLater(s, laterSwitch)
	if err != nil {
		return nil, err
	}
	return &switcher{c, b}, nil
}

func (w *switcher) close() { w.c.Close() }

func (w *switcher) step() error {
	time.Sleep(10 * time.Millisecond)
	name := fmt.Sprintf("s%d", rand.Int64())
	if rand.IntN(2) == 0 {
		name = theRules
	}
	w.book.mu.Lock()
	w.book.active = append(w.book.active, name)
	w.book.mu.Unlock()
	var err error
	if name == theRules {
		err = w.rules()
	} else if err = w.clear(); err == nil {
		err = putScript(w.c, name, fmt.Sprintf("# %s\r\nkeep;", name))
	}
	if err == nil {
		w.book.mu.Lock()
		w.book.active = []string{name}
		w.book.switched++
		w.book.mu.Unlock()
	}
	return err
}

func (w *switcher) rules() error {
	var r outside.SetResult
	err := w.c.Ask(&r, "MailRules/set", map[string]any{"update": map[string]any{"singleton": map[string]any{
		"isActive": true,
		"rules": []any{map[string]any{
			"id": "r1", "name": "R", "isEnabled": true, "match": "all",
			"conditions": []any{map[string]any{"field": "subject", "op": "contains", "value": "x"}},
			"actions":    []any{map[string]any{"type": "markSeen"}},
		}},
	}}})
	if err == nil {
		err = r.Err()
	}
	return err
}

// clear removes the scripts that do not run, so that their number stays small.
func (w *switcher) clear() error {
	list, err := scripts(w.c)
	if err != nil {
		return err
	}
	var gone []string
	for _, s := range list {
		if !s.IsActive {
			gone = append(gone, s.ID)
		}
	}
	var r outside.SetResult
	return w.c.Ask(&r, "SieveScript/set", map[string]any{"destroy": gone})
}

type scriptSeen struct {
	ID, Name string
	IsActive bool
}

func scripts(c *outside.JMAP) ([]scriptSeen, error) {
	var r struct{ List []scriptSeen }
	err := c.Ask(&r, "SieveScript/get", map[string]any{"ids": nil})
	return r.List, err
}

// compareActive fails unless exactly one thing is active, and that is what
// was acknowledged last or tried after it.
func (b *laterBook) compareActive(t *testing.T, s *outside.Server) {
	t.Helper()
	c, err := dialLater(s, laterSwitch)
	must(t, err)
	defer c.Close()
	list, err := scripts(c)
	must(t, err)
	var active []string
	for _, s := range list {
		if s.IsActive {
			active = append(active, s.Name)
		}
	}
	var r struct{ List []struct{ IsActive bool } }
	must(t, c.Ask(&r, "MailRules/get", map[string]any{"ids": nil}))
	if r.List[0].IsActive {
		active = []string{theRules}
	}
	if len(active) != 1 || !slices.Contains(b.active, active[0]) {
		t.Errorf("active are %q, one of %q was to be", active, b.active)
	}
}

// seen is a letter as the server has it in the end.
type seen struct {
	boxes          int
	inbox          bool
	back, reminded bool
}

// allSeen reads every letter of an account by its Message-ID; drafts and sent
// ones, which are the sender's own, are left out.
func allSeen(t *testing.T, s *outside.Server, account string) map[string][]seen {
	t.Helper()
	c, err := dialLater(s, account)
	must(t, err)
	defer c.Close()
	inbox, err := c.Mailbox("inbox")
	must(t, err)
	skip := map[string]bool{}
	for _, role := range []string{"drafts", "sent"} {
		id, err := c.Mailbox(role)
		must(t, err)
		skip[id] = true
	}
	all := map[string][]seen{}
	for at := 0; ; {
		answers, err := c.Do(outside.Call{Name: "Email/query", Args: map[string]any{"position": at, "limit": 500}})
		must(t, err)
		var q struct{ IDs []string }
		must(t, json.Unmarshal(answers[0], &q))
		if len(q.IDs) == 0 {
			return all
		}
		at += len(q.IDs)
		var r struct {
			List []struct {
				MessageID  []string
				MailboxIDs map[string]bool
				Keywords   map[string]bool
			}
		}
		must(t, c.Ask(&r, "Email/get", map[string]any{"ids": q.IDs, "properties": []string{"messageId", "mailboxIds", "keywords"}}))
		for _, m := range r.List {
			one := seen{boxes: len(m.MailboxIDs), inbox: m.MailboxIDs[inbox], back: m.Keywords["$new"], reminded: m.Keywords["$reminded"]}
			own := false
			for id := range m.MailboxIDs {
				own = own || skip[id]
			}
			if !own && len(m.MessageID) == 1 {
				key, _, _ := strings.Cut(m.MessageID[0], "@")
				all[key] = append(all[key], one)
			}
		}
	}
}
