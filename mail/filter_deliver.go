package mail

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail/pace"
	"chancery/store"
	"chancery/wire/sieve"
)

// maxSentOn bounds how many accounts one letter reaches by being sent on.
const maxSentOn = 50

// filter lets the scripts of recipients decide before anything is written.
// Whom a letter is sent on to becomes a further recipient of the same
// transaction, so that it is either with them or still with the sender's
// server. No error of a script is ever an error of the delivery.
func (r *Room) filter(ctx context.Context, in Incoming, l *Letter) (Incoming, error) {
	if in.Role != "" && in.Role != RoleInbox {
		return in, nil
	}
	if !r.anyScript(ctx, in) {
		return in, nil
	}
	f := &filtering{room: r, ctx: ctx, l: l, src: &lazy{ctx: ctx, room: r, l: l}, rulings: map[int64]*ruling{}, seen: map[int64]bool{}, edges: map[int64][]int64{}}
	defer f.src.close()
	for _, rcpt := range in.Recipients {
		for _, a := range rcpt.accounts() {
			f.seen[a.ID] = true
			f.todo = append(f.todo, waiting{a, rcpt.Address})
		}
	}
	for len(f.todo) > 0 {
		w := f.todo[0]
		f.todo = f.todo[1:]
		s, err := r.script(ctx, w.account.ID)
		if err != nil {
			r.log.Warn("script not used", "account", w.account.ID, "error", err)
			continue
		}
		// Nothing leaves by an account that an administrator locked, of
		// somebody who left above all: what comes stays with whoever has it now.
		if s == nil || w.account.Locked {
			continue
		}
		// A block goes before every script: nothing is sent on of what it keeps out.
		if blocked, err := r.blocks.keepsOut(ctx, r, w.account.ID, in, l); err != nil {
			return in, err
		} else if blocked {
			continue
		}
		v := r.rule(ctx, s, w.account, w.address, in.From, l, f.src)
		f.rulings[w.account.ID] = v
		f.sendOn(w, v, in)
	}
	f.breakLoops()
	in.rulings = f.rulings
	in.Recipients = append(slices.Clone(in.Recipients), f.added...)
	return in, r.prepareAll(ctx, f.added)
}

// anyScript says whether a recipient has a script, so that a letter to others
// costs nothing more.
func (r *Room) anyScript(ctx context.Context, in Incoming) bool {
	for i := range in.Recipients {
		rcpt := &in.Recipients[i]
		if len(rcpt.Members) == 0 && r.scripted(ctx, rcpt.Account.ID) {
			return true
		}
		for j := range rcpt.Members {
			if r.scripted(ctx, rcpt.Members[j].ID) {
				return true
			}
		}
	}
	return false
}

// scripted asks for one account. When it cannot be known, the script is asked
// for and its error is logged.
func (r *Room) scripted(ctx context.Context, account int64) bool {
	s, err := r.filters.state(ctx, r.db, account, r.clock.Now())
	return err != nil || s.active != 0
}

type waiting struct {
	account directory.Account
	address string
}

// filtering is one letter's way through scripts.
type filtering struct {
	room    *Room
	ctx     context.Context
	l       *Letter
	src     *lazy
	todo    []waiting
	rulings map[int64]*ruling
	seen    map[int64]bool    // accounts that have or get the letter
	edges   map[int64][]int64 // who sends on to whom
	added   []Recipient
}

// sendOn finds the recipients of a script's redirects. One that cannot be
// reached makes the letter stay (RFC 5228 section 4.2).
func (f *filtering) sendOn(w waiting, v *ruling, in Incoming) {
	for _, a := range v.actions {
		if a.Kind != sieve.SendOn {
			continue
		}
		if f.l.Hops() > maxHops || len(f.added) >= maxSentOn {
			v.giveUp(ErrLoop)
			return
		}
		here, domain, err := f.room.destination(f.ctx, RcptTo{Address: a.Address})
		if err != nil {
			v.giveUp(fmt.Errorf("sending on to %s: %w", a.Address, err))
			return
		}
		sender := in.From
		if f.room.inside(w.account.Org, a.Address) != nil {
			pass, err := f.room.leaves(f.ctx, w.account, here, domain, a.Address, f.l)
			if err != nil {
				v.giveUp(fmt.Errorf("sending on to %s: %w", a.Address, err))
				return
			}
			v.outside++
			if pass != nil {
				v.passed = append(v.passed, pass)
			}
			if sender != "" {
				sender = w.account.Address // whom it comes from now, for SPF (RFC 7208), and for what cannot be delivered
			}
		}
		if domain != "" {
			now := f.room.clock.Now().UnixMilli()
			v.rows = append(v.rows, queueRow{org: w.account.Org, account: w.account.ID, id: id.New(), domain: domain, nextAt: now, queuedAt: now,
				sender: asciiDomain(sender), rcpt: asciiDomain(a.Address), utf8: in.UTF8 || needsUTF8(sender) || needsUTF8(a.Address), blob: f.l.blob})
			v.sends = true
			continue
		}
		here.sentOn = true
		fresh := false
		for _, to := range here.accounts() {
			f.edges[w.account.ID] = append(f.edges[w.account.ID], to.ID)
			if !f.seen[to.ID] {
				f.seen[to.ID], fresh = true, true
				f.todo = append(f.todo, waiting{to, a.Address})
			}
		}
		if fresh {
			f.added = append(f.added, here)
		}
	}
}

// breakLoops lets a letter stay with whoever sent it on in a circle, so that
// it cannot vanish: each account must keep it, throw it away on purpose, or
// lead to one that does (RFC 5228 section 4.2 on loops).
func (f *filtering) breakLoops() {
	for account, v := range f.rulings {
		if v.has(sieve.SendOn) && !v.keeps() && !f.ends(account, map[int64]bool{}) {
			v.giveUp(ErrLoop)
		}
	}
}

func (f *filtering) ends(account int64, seen map[int64]bool) bool {
	if seen[account] {
		return false
	}
	seen[account] = true
	v := f.rulings[account]
	if v == nil || v.keeps() || v.sends || !v.has(sieve.SendOn) {
		return true
	}
	return slices.ContainsFunc(f.edges[account], func(to int64) bool { return f.ends(to, seen) })
}

// fileBy files the letter as a script decided, in the caller's transaction.
func (r *Room) fileBy(ctx context.Context, tx *store.Tx, a directory.Account, quota int64, in Incoming, l *Letter, v *ruling) error {
	if v.outside > 0 {
		err := pace.Count(ctx, tx, a.ID, v.outside, r.clock.Now(), r.pace(a.Terms))
		if errs.Is(err, errs.RateLimited) {
			v.giveUp(err)
		} else if err != nil {
			return err
		}
	}
	if v.err != nil {
		if err := noteFilterError(ctx, tx, a.ID, cutText(v.err.Error(), 1000), r.clock.Now().UnixMilli()); err != nil {
			return err
		}
	}
	if len(v.rows) > 0 {
		if err := r.enqueue(ctx, tx, v.rows, l); err != nil {
			return err
		}
	}
	for _, p := range v.passed {
		if err := p.write(ctx, tx, r, l); err != nil {
			return err
		}
	}
	if !v.keeps() {
		if v.has(sieve.SendOn) {
			return nil
		}
		tx.OnCommit(func() {
			r.log.Info("letter discarded by a script", "account", a.ID, "message", l.Content.Message.Envelope.MessageID)
		})
		return countDiscarded(ctx, tx, a.ID)
	}
	news, err := r.placesBy(ctx, tx, a, in, l, v)
	if err != nil {
		return err
	}
	made, err := r.insert(ctx, tx, a.ID, quota, news)
	if err == nil && len(made) > 0 {
		if err = r.noteAnswer(ctx, tx, a, l, made[0]); err == nil {
			err = r.answered(ctx, tx, a.ID, a.Address, made[0], in, l)
		}
	}
	return err
}

// placesBy returns the messages to make. What goes into several mailboxes
// with the same flags is one message in all of them; keywords belong to the
// message (RFC 8621 section 4.1.1), so other flags make another.
func (r *Room) placesBy(ctx context.Context, tx *store.Tx, a directory.Account, in Incoming, l *Letter, v *ruling) (news []NewMessage, err error) {
	boxes, err := selectBoxSet(ctx, tx, a.ID)
	if err != nil {
		return nil, err
	}
	byFlags := map[string]int{}
	for _, act := range v.actions {
		box := int64(inboxID)
		switch act.Kind {
		case sieve.FileInto:
			if box, err = r.boxFor(ctx, tx, a, boxes, act); err != nil {
				return nil, err
			}
		case sieve.Keep:
		default:
			continue
		}
		keywords := keywordsOf(act.Flags, in.Keywords)
		key := strings.Join(keywords, " ")
		i, ok := byFlags[key]
		if !ok {
			i = len(news)
			byFlags[key] = i
			news = append(news, NewMessage{Letter: l, Keywords: keywords, DeliveredTo: a.Address})
		}
		if !slices.Contains(news[i].Mailboxes, box) {
			news[i].Mailboxes = append(news[i].Mailboxes, box)
		}
	}
	return news, nil
}

// boxFor finds or makes the mailbox of a fileinto; the inbox is the answer
// where neither is possible, as a letter must not be lost (RFC 5228 section
// 4.1, RFC 5490 section 3.2, RFC 9042 section 4).
func (r *Room) boxFor(ctx context.Context, tx *store.Tx, a directory.Account, boxes boxSet, act sieve.Action) (int64, error) {
	if n, ok := id.Parse(mailboxPrefix, act.MailboxID); ok {
		if _, there := boxes[n]; there {
			return n, nil
		}
	}
	if n, ok := boxes.byName(act.Mailbox); ok {
		return n, nil
	}
	if !act.Create {
		return inboxID, nil
	}
	var parent int64
	for part := range strings.SplitSeq(act.Mailbox, "/") {
		n, ok := boxes.child(parent, part)
		if !ok {
			m, err := r.makeBox(ctx, tx, a, parent, part)
			if err != nil {
				return 0, err
			}
			if m.ID == 0 {
				return inboxID, nil
			}
			boxes[m.ID], n = m, m.ID
		}
		parent = n
	}
	return parent, nil
}

// makeBox makes a mailbox; its id is 0 where the name or the place is not allowed.
func (r *Room) makeBox(ctx context.Context, tx *store.Tx, a directory.Account, parent int64, name string) (m Mailbox, err error) {
	m = Mailbox{Parent: parent, Subscribed: true}
	if m.Name, err = cleanName(name); err != nil {
		return Mailbox{}, nil
	}
	acc := &Account{room: r, info: AccountInfo{ID: a.ID}}
	m.ID = -1
	if err := acc.checkPlace(ctx, tx, m); err != nil {
		return Mailbox{}, nil
	}
	row, err := bump(ctx, tx, a.ID, touched{mailbox: true, mailboxes: 1})
	if err != nil {
		return m, err
	}
	m.ID = row.nextMailbox - 1
	r.stamp(&m, row.modseq)
	return m, insertMailbox(ctx, tx, a.ID, m)
}

// keywordsOf turns the flags of IMAP into keywords (RFC 8621 section 4.1.1),
// leaving out those that a message cannot have.
func keywordsOf(flags, more []string) []string {
	out := slices.Clone(more)
	for _, f := range flags {
		name, system := strings.CutPrefix(strings.ToLower(f), `\`)
		switch {
		case system && (name == "deleted" || name == "recent"):
			continue
		case system:
			name = "$" + name
		}
		if ValidKeyword(name) && !slices.Contains(out, name) && len(out) < MaxKeywords {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// cutText shortens a text for a column.
func cutText(s string, n int) string {
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "")
	}
	return s
}
