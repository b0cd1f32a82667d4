package demo

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"chancery/kit/errs"
)

// writer turns scripts into planned messages.
type writer struct {
	office  *Office
	seed    uint64
	now     time.Time
	outside map[string]mailbox
	plans   []*plan
}

// mailbox is one address of a header field, with the key of its owner when
// that is somebody of the office.
type mailbox struct {
	name, addr string
	person     string         // key of a person
	shared     string         // key of a shared mailbox
	list       string         // key of a list
	zone       *time.Location // of an outsider
}

// plan is one message before it is rendered.
type plan struct {
	id           string
	script       *script
	letter       *letter
	lang         string
	date         time.Time
	from, sender mailbox // sender only where one writes for a shared mailbox
	to, cc, bcc  []mailbox
	subject      string
	body         string
	parts        []part
	parent       *plan
	references   []string
	later        []*plan // the letters that follow in the thread
}

func newWriter(o *Office, seed uint64, now time.Time) *writer {
	return &writer{office: o, seed: seed, now: now.In(zone).Truncate(time.Second), outside: map[string]mailbox{}}
}

// rng is a source of its own for each name, so that adding a letter to one
// script changes nothing in the others.
func (w *writer) rng(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(w.seed, h.Sum64()))
}

// play plans every letter of a script.
func (w *writer) play(s script) error {
	if len(w.outside) == 0 {
		rows, err := table("outside", 4)
		if err != nil {
			return err
		}
		for _, row := range rows {
			hours, err := strconv.Atoi(row[3])
			if err != nil {
				return errs.Wrap(errs.Internal, err, "the zone of %s", row[0])
			}
			w.outside[row[0]] = mailbox{name: row[1], addr: row[2], zone: time.FixedZone("", hours*3600)}
		}
	}
	if s.head.get("repeat", "") != "" {
		return w.repeat(&s)
	}
	var thread []*plan
	for i := range s.letter {
		l := &s.letter[i]
		at, err := parseWhen(w.now, l.head.get("at", ""))
		if err != nil {
			return errs.Wrap(errs.Invalid, err, "letter %d", i+1)
		}
		p, err := w.plan(&s, l, thread, at, fmt.Sprintf("%s/%d", s.id, i+1), 1)
		if err != nil {
			return errs.Wrap(errs.Invalid, err, "letter %d", i+1)
		}
		for _, earlier := range thread {
			earlier.later = append(earlier.later, p)
		}
		thread = append(thread, p)
	}
	w.plans = append(w.plans, thread...)
	return nil
}

// repeat plans a series: "12 every 2d from -40d 08:30".
func (w *writer) repeat(s *script) error {
	var count, every, from int
	var unit, unit2 rune
	var clock string
	text := s.head.get("repeat", "")
	if _, err := fmt.Sscanf(text, "%d every %d%c from %d%c %s", &count, &every, &unit, &from, &unit2, &clock); err != nil ||
		unit != unit2 || len(s.letter) != 1 || count < 1 || count > 400 {
		return errs.E(errs.Invalid, "%q is no repetition of one letter", text)
	}
	rng := w.rng(s.id)
	shuffled := *s
	shuffled.pools = map[string][][]string{}
	for _, name := range sortedKeys(s.pools) {
		deck := slices.Clone(s.pools[name])
		rng.Shuffle(len(deck), func(i, j int) { deck[i], deck[j] = deck[j], deck[i] })
		shuffled.pools[name] = deck
	}
	for i := range count {
		at, err := parseWhen(w.now, fmt.Sprintf("%d%c %s", from+i*every, unit, clock))
		if err != nil {
			return err
		}
		at = at.Add(time.Duration(rng.IntN(14)) * time.Minute)
		if at.After(w.now) {
			break
		}
		p, err := w.plan(&shuffled, &s.letter[0], nil, at, fmt.Sprintf("%s/%d", s.id, i+1), i+1)
		if err != nil {
			return err
		}
		w.plans = append(w.plans, p)
	}
	return nil
}

// plan fills one letter.
func (w *writer) plan(s *script, l *letter, thread []*plan, at time.Time, name string, index int) (*plan, error) {
	rng := w.rng(name)
	p := &plan{script: s, letter: l, lang: l.head.get("lang", s.lang), date: at.Add(time.Duration(rng.IntN(50)) * time.Second)}
	if p.date.After(w.now) {
		p.date = w.now
	}
	f := &filler{office: w.office, lang: p.lang, date: p.date, index: index, rng: rng, rows: map[string][]string{}}
	for pool, rows := range s.pools {
		f.rows[pool] = rows[(index-1)%len(rows)]
	}
	if err := w.address(p, l, f); err != nil {
		return nil, err
	}
	if err := p.answer(thread, l.head.get("reply", "")); err != nil {
		return nil, err
	}
	p.subject = f.fill(p.subjectLine(l))
	p.body = f.fill(l.body)
	for _, part := range l.parts {
		p.parts = append(p.parts, partOf(f, part))
	}
	host := p.from.addr[strings.LastIndexByte(p.from.addr, '@')+1:]
	p.id = fmt.Sprintf("%s.%08x%08x@%s", p.date.UTC().Format("20060102150405"), rng.Uint32(), rng.Uint32(), host)
	if f.err != nil {
		return nil, f.err
	}
	if p.subject == "" || p.body == "" {
		return nil, errs.E(errs.Invalid, "no subject or no body")
	}
	return p, nil
}

func partOf(f *filler, p part) part { return part{f.fill(p.name), f.fill(p.text)} }

// address resolves the arrow line.
func (w *writer) address(p *plan, l *letter, f *filler) error {
	var err error
	from, by, _ := strings.Cut(l.from, "/")
	if p.from, err = w.resolve(f.fill(from)); err != nil {
		return err
	}
	if by != "" {
		if p.sender, err = w.resolve(by); err != nil {
			return err
		}
	}
	for _, g := range []struct {
		names []string
		into  *[]mailbox
	}{{l.to, &p.to}, {l.cc, &p.cc}, {l.bcc, &p.bcc}} {
		for _, name := range g.names {
			m, err := w.resolve(f.fill(name))
			if err != nil {
				return err
			}
			*g.into = append(*g.into, m)
		}
	}
	return nil
}

// resolve finds whom a name of the arrow line means.
func (w *writer) resolve(name string) (mailbox, error) {
	kind, key, _ := strings.Cut(name, ":")
	switch {
	case strings.HasPrefix(name, `"`):
		text := strings.Trim(name, `"`)
		i := strings.LastIndex(text, "<")
		if i < 0 {
			return mailbox{addr: text}, nil
		}
		return mailbox{name: strings.TrimSpace(text[:i]), addr: strings.Trim(text[i:], "<> ")}, nil
	case strings.HasPrefix(name, "@"):
		if m, ok := w.outside[name[1:]]; ok {
			return m, nil
		}
	case kind == "box":
		for _, s := range w.office.Shared {
			if s.Key == key {
				return mailbox{name: s.Name, addr: s.Address, shared: key}, nil
			}
		}
	case kind == "sys":
		return mailbox{name: key, addr: "noreply@" + w.office.Domain}, nil
	case kind == "list":
		for _, l := range w.office.Lists {
			if l.Key == key {
				return mailbox{name: l.Name, addr: l.Address, list: key}, nil
			}
		}
	default:
		if p, ok := w.office.Person(name); ok {
			return mailbox{name: p.Name, addr: p.Address, person: name}, nil
		}
	}
	return mailbox{}, errs.E(errs.Invalid, "%q is nobody's name", name)
}

// answer links a letter to the one it answers: the one before, the one whose
// number is given, or none.
func (p *plan) answer(thread []*plan, which string) error {
	if which == "none" || len(thread) == 0 {
		return nil
	}
	p.parent = thread[len(thread)-1]
	if which != "" {
		n, err := strconv.Atoi(which)
		if err != nil || n < 1 || n > len(thread) {
			return errs.E(errs.Invalid, "reply: %s is no earlier letter", which)
		}
		p.parent = thread[n-1]
	}
	// RFC 5322 section 3.6.4: the parent's references and then the parent.
	p.references = append(slices.Clone(p.parent.references), p.parent.id)
	return nil
}

func (p *plan) subjectLine(l *letter) string {
	own := l.head.get("subject", "")
	if own != "" || p.parent == nil {
		return own
	}
	base := strings.TrimPrefix(strings.TrimPrefix(p.parent.subject, "Re: "), "Fwd: ")
	if l.head.get("forward", "") != "" {
		return "Fwd: " + base
	}
	return "Re: " + base
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
