package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// finish decides who has which copy in which state, and puts the messages in
// the order of time.
func (w *writer) finish() []Message {
	answers := map[*plan][]*plan{}
	for _, p := range w.plans {
		if p.parent != nil {
			answers[p.parent] = append(answers[p.parent], p)
		}
	}
	out := make([]Message, 0, len(w.plans))
	for _, p := range w.plans {
		m := Message{ID: p.id, Thread: p.script.id, Date: p.date}
		m.render = func() ([]byte, error) { return w.render(p) }
		m.Deliveries = w.copies(p, answers)
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(a, b Message) int { return a.Date.Compare(b.Date) })
	return out
}

// copies lists the mailboxes that hold the message, each once.
func (w *writer) copies(p *plan, answers map[*plan][]*plan) []Delivery {
	rng := w.rng("copies " + p.id)
	if p.letter.head.get("draft", "") != "" {
		return []Delivery{{To: p.from.person, Folder: Drafts, Flags: []string{Draft, Seen}, Received: p.date}}
	}
	var out []Delivery
	held := map[string]bool{}
	if owner := p.from.person + p.from.shared; owner != "" {
		out = append(out, Delivery{To: owner, Folder: Sent, Flags: []string{Seen}, Received: p.date})
		// A sender on a list of their own has the copy in Sent already.
		held[owner] = true
	}
	received := p.date.Add(time.Duration(1+rng.IntN(8)) * time.Second)
	for _, m := range slices.Concat(p.to, p.cc, p.bcc) {
		for _, who := range w.members(m) {
			if !held[who] {
				held[who] = true
				out = append(out, w.state(p, who, received, answers, rng))
			}
		}
	}
	return out
}

// members lists the mailboxes behind an address.
func (w *writer) members(m mailbox) []string {
	switch {
	case m.list != "":
		for _, l := range w.office.Lists {
			if l.Key == m.list {
				return l.Members
			}
		}
	case m.person != "":
		return []string{m.person}
	case m.shared != "":
		return []string{m.shared}
	}
	return nil
}

// state is one received copy: what its owner has done with it so far.
func (w *writer) state(p *plan, who string, received time.Time, answers map[*plan][]*plan, rng *rand.Rand) Delivery {
	d := Delivery{To: who, Folder: Inbox, Received: received}
	answered, forwarded := acts(who, answers[p])
	age := w.now.Sub(p.date)
	seen := answered || forwarded || readLater(who, p) || rng.IntN(100) < chanceRead(w.now, p)
	star := false
	for _, word := range own(p.letter.head["flags"], who) {
		switch word {
		case "unread":
			seen = false
		case "read":
			seen = true
		case "star":
			star = true
		case "junk":
			d.Flags = append(d.Flags, JunkFlag)
		case "phishing":
			d.Flags = append(d.Flags, Phishing)
		}
	}
	d.Flags = append(d.Flags, flagsOf(seen, answered, star, forwarded)...)
	old := rng.IntN(100)
	switch folder, filed := first(own(p.letter.head["folder"], who)), first(own(p.script.head["file"], who)); {
	case folder != "":
		d.Folder = folder
	case filed != "" && seen && !star && age > 60*time.Hour:
		d.Folder = filed
	case filed == "" && seen && !star && age > 24*24*time.Hour && old < 60:
		d.Folder = fmt.Sprintf("%s/%d", Archive, p.date.Year())
	}
	return d
}

// chanceRead is the part of letters, in a hundred, read by now: all but a few
// notices of the older ones, few that came since the last working day ended.
func chanceRead(now time.Time, p *plan) int {
	lastEvening := workingDay(now, -1)
	lastEvening = time.Date(lastEvening.Year(), lastEvening.Month(), lastEvening.Day(), 17, 0, 0, 0, zone)
	switch {
	case p.date.After(lastEvening):
		return 10
	case p.date.After(workingDay(now, -3)):
		return 72
	case p.script.head.get("repeat", "") == "":
		return 100
	}
	return 96
}

// acts says whether who answered or forwarded, given the direct answers.
func acts(who string, answers []*plan) (answered, forwarded bool) {
	for _, a := range answers {
		if a.from.person != who && a.from.shared != who && a.sender.person != who {
			continue
		}
		if a.letter.head.get("forward", "") != "" {
			forwarded = true
		} else if a.letter.head.get("draft", "") == "" {
			answered = true
		}
	}
	return answered, forwarded
}

// readLater says whether who wrote further down the thread, and so has read
// what stands above.
func readLater(who string, p *plan) bool {
	return slices.ContainsFunc(p.later, func(l *plan) bool {
		return (l.from.person == who || l.from.shared == who) && l.letter.head.get("draft", "") == ""
	})
}

func flagsOf(seen, answered, star, forwarded bool) []string {
	var out []string
	for _, f := range []struct {
		on   bool
		name string
	}{{seen, Seen}, {answered, Answered}, {star, Flagged}, {forwarded, Forwarded}} {
		if f.on {
			out = append(out, f.name)
		}
	}
	return out
}

// own finds the words that "who=word,word; other=word" lines hold for one
// mailbox; "*" speaks for those not named.
func own(lines []string, who string) []string {
	var all string
	for _, line := range lines {
		for _, pair := range pairs(line) {
			switch pair[0] {
			case who:
				return list(pair[1], ",")
			case "*":
				all = pair[1]
			}
		}
	}
	return list(all, ",")
}

func first(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return strings.TrimSpace(words[0])
}
