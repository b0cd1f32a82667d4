package mail

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail/flow"
	"chancery/policy"
	"chancery/search"
	"chancery/store"
	wire "chancery/wire/smtp"
)

// JournalEntry is a letter that a rule has kept.
type JournalEntry struct {
	ID         int64
	At         time.Time
	Direction  string
	Sender     string // envelope
	From       string
	Recipients []string // envelope
	Subject    string
	Level      policy.Level
	Rules      []string
	Blob       Blob
}

// JournalFilter says which letters of the journal are looked for; the zero
// value takes all. Sender and Recipient are an address, @domain or words of
// them; Subject and Rule are whole words, which all have to be there.
type JournalFilter struct {
	Sender, Recipient, Subject, Rule string
	Direction                        string // flow.Out, flow.In
	Level                            *policy.Level
	From, To                         time.Time // from a time on, and before another
	Asked                            string    // all of it in the words of the door, for the record
}

// JournalPage is a part of what was found, the newest first.
type JournalPage struct {
	List  []JournalEntry
	Next  int64     // before which the next page goes on; 0 = there is no more
	Until time.Time // how far back was looked, where there is more
}

// Bounds of what a filter asks for.
const (
	maxJournalWords = 200 // bytes of a field
	maxJournalTerms = 24
	// journalWindow is how many letters one look goes through at most, so that
	// a filter that finds little takes no longer than one that finds much.
	journalWindow = 20_000
	// Of one letter so many words of the subject and of the sender are found.
	maxSubjectTerms = 60
	maxSenderTerms  = 20
)

// keep writes the letter into the journal, and its hash and that of its entry
// into the record.
func (p *passage) keep(ctx context.Context, tx *store.Tx, r *Room, l *Letter) error {
	e := &l.Content.Message.Envelope
	now := r.clock.Now()
	j := journalEntry{org: p.org, id: id.New(), at: now.UnixMilli(), account: p.subject.Account, sender: p.from, secrecy: int16(l.level), blob: l.blob,
		journalData: journalData{Direction: p.direction, Rcpts: p.rcpts, Subject: e.Subject, From: addressesText(e.From), MessageID: e.MessageID, Rules: p.rules, Peer: p.subject.Peer}}
	if err := insertJournal(ctx, tx, &j); err != nil {
		return err
	}
	if err := l.refer(ctx, tx, 1); err != nil {
		return err
	}
	entry, err := audit.By(p.subject, journalKept, j.object(), nil).Change(nil, journalSeal{Hash: l.blob.Hash.String(), Size: l.blob.Size, Rcpts: len(p.rcpts), Entry: j.seal()})
	if err != nil {
		return err
	}
	entry.Rule = strings.Join(p.rules, ", ")
	return audit.Append(ctx, tx, now, entry)
}

// Verbs of the journal in the record.
const (
	journalKept  = "mail.journal"
	journalEnded = "mail.journal.end"
)

// journalSeal is what the record says of a letter of the journal.
type journalSeal struct {
	Hash  string `json:"hash"` // of the letter
	Size  int64  `json:"size"`
	Rcpts int    `json:"recipients"`
	Entry string `json:"entry,omitempty"` // of all that the journal says of it; entries of old have none
}

// object names a letter of the journal in the record.
func (j *journalEntry) object() string { return "journal " + id.Text(journalLetter, j.id) }

const journalLetter = 'j'

// seal is the hash of all that the journal says of a letter.
func (j *journalEntry) seal() string {
	text, _ := json.Marshal([]any{j.org, j.id, j.at, j.account, j.sender, j.raw, j.secrecy, j.blob.Hash.String(), j.blob.Size}) // texts and numbers
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// terms are the words by which a letter is found.
func (j *journalEntry) terms() (list []string) {
	list = append(list, "way:"+j.Direction)
	list = addressTerms(list, "from:", j.sender)
	for _, part := range strings.FieldsFunc(j.From, func(r rune) bool { return r == ',' || r == '<' || r == '>' || r == ' ' }) {
		if strings.Contains(part, "@") && len(list) < maxSenderTerms {
			list = addressTerms(list, "from:", part)
		}
	}
	for _, word := range search.Terms(j.sender+" "+j.From, maxSenderTerms) {
		list = append(list, "from:"+word)
	}
	for _, to := range j.Rcpts {
		list = addressTerms(list, "to:", to)
	}
	for _, word := range search.Terms(j.Subject, maxSubjectTerms) {
		list = append(list, "subject:"+word)
	}
	for _, rule := range j.Rules {
		for _, word := range search.Terms(rule, maxSubjectTerms) {
			list = append(list, "rule:"+word)
		}
	}
	return list
}

// addressTerms adds an address, its domain and what is before that.
func addressTerms(list []string, of, address string) []string {
	address = plain(asciiDomain(address))
	local, domain, ok := wire.Split(address)
	if !ok {
		return list
	}
	return append(list, of+address, of+"@"+domain, of+local)
}

// terms are the words that a letter needs that a filter takes; none says that
// nothing can be found.
func (f JournalFilter) terms() (list []string, none bool, err error) {
	for _, part := range []struct{ of, text string }{{"from:", f.Sender}, {"to:", f.Recipient}, {"subject:", f.Subject}, {"rule:", f.Rule}} {
		text := strings.TrimSpace(part.text)
		switch words := search.Terms(text, maxJournalTerms+1); {
		case text == "":
			continue
		case len(text) > maxJournalWords:
			return nil, false, errs.E(errs.TooLarge, "A part of the filter can have %d bytes.", maxJournalWords)
		case (part.of == "from:" || part.of == "to:") && !strings.ContainsAny(text, " \t") && (part.of == "to:" || strings.Contains(text, "@")):
			if !strings.HasPrefix(text, "@") && strings.Contains(text, "@") {
				text = asciiDomain(text)
			} else if host, ok := strings.CutPrefix(text, "@"); ok {
				text = strings.TrimPrefix(asciiDomain("x@"+host), "x")
			}
			list = append(list, part.of+plain(text))
		case len(words) == 0:
			none = true
		default:
			for _, w := range words {
				list = append(list, part.of+w)
			}
		}
	}
	switch f.Direction {
	case "":
	case flow.Out, flow.In:
		list = append(list, "way:"+f.Direction)
	default:
		return nil, false, errs.E(errs.Invalid, "%q is no way that letters go.", f.Direction)
	}
	if len(list) > maxJournalTerms {
		err = errs.E(errs.TooLarge, "Please ask for fewer words at once.")
	}
	return list, none, err
}

// Journal lists letters that were kept and that a filter takes, newest first,
// older than one (0 = from the newest), for who has leave to look into it. A
// page may be empty and have a next one.
func (r *Room) Journal(ctx context.Context, s policy.Subject, f JournalFilter, before int64, limit int) (page JournalPage, err error) {
	l, ok, err := r.lookInto(ctx, s, 0)
	if err != nil {
		return page, err
	}
	if !ok {
		err := errs.E(errs.Forbidden, "Reading the journal takes leave, for a purpose.")
		return page, errorOr(r.noteRefusal(ctx, s, "mail.journal.read", err), err)
	}
	terms, none, err := f.terms()
	if err != nil {
		return page, err
	}
	q := journalQuery{org: s.Org, terms: terms, level: f.Level, ceiling: s.Clearance, after: f.From, until: f.To, from: newestPoint, window: journalWindow}
	var rows []journalEntry
	if !none {
		err = r.db.Read(ctx, func(tx *store.Tx) (err error) {
			if before != 0 {
				if q.from, err = selectJournalPoint(ctx, tx, s.Org, before); err != nil {
					return err
				}
			}
			rows, page, err = q.run(ctx, tx, limit)
			return err
		})
	}
	if err == nil {
		err = r.noteAsked(ctx, s, l, "mail.journal.list", "journal", trace{Asked: f.Asked, Hits: len(rows)})
	}
	if err != nil {
		return JournalPage{}, err
	}
	for _, j := range rows {
		page.List = append(page.List, JournalEntry{ID: j.id, At: millis(j.at), Direction: j.Direction, Sender: j.sender, From: j.From, Recipients: j.Rcpts, Subject: j.Subject, Level: policy.Level(j.secrecy), Rules: j.Rules, Blob: j.blob})
	}
	return page, nil
}

// run finds a page: the rarest term leads the way, as far as one look goes.
func (q journalQuery) run(ctx context.Context, tx *store.Tx, limit int) (rows []journalEntry, page JournalPage, err error) {
	var floor journalPoint
	more := false
	for n := range max(len(q.terms), 1) {
		at, ends, err := q.selectWindowEnd(ctx, tx, n)
		if err != nil {
			return nil, page, err
		}
		if n == 0 || !ends || more && at.before(floor) {
			floor, more, q.lead = at, ends, n
		}
		if !ends {
			break // all that has the word is looked at
		}
	}
	if rows, err = q.selectPage(ctx, tx, floor, limit+1); err != nil {
		return nil, page, err
	}
	switch {
	case len(rows) > limit:
		rows = rows[:limit]
		page.Next, page.Until = rows[limit-1].id, millis(rows[limit-1].at)
	case more:
		page.Next, page.Until = floor.id, millis(floor.at)
	}
	return rows, page, nil
}

// journalBlob returns a letter of the journal by its hash, for who has leave.
func (r *Room) journalBlob(ctx context.Context, s policy.Subject, hash store.Hash) (b Blob, found bool, err error) {
	l, ok, err := r.lookInto(ctx, s, 0)
	if err != nil || !ok {
		return b, false, err
	}
	var j journalEntry
	err = r.db.Read(ctx, func(tx *store.Tx) (err error) {
		j, err = selectJournalByHash(ctx, tx, s.Org, hash, int16(s.Clearance))
		return err
	})
	if found, err = store.Found(err); !found {
		return b, false, err
	}
	return j.blob, true, r.noteTrace(ctx, s, l, "mail.journal.read", j.object(), trace{Hits: 1})
}
