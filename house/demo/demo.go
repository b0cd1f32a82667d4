package demo

import (
	"strings"
	"time"

	"chancery/kit/errs"
)

// Languages are the five working languages of the office, most used first.
var Languages = []string{"zh-TW", "zh-CN", "vi", "ko", "en"}

// DefaultDomain is the invented city's domain. RFC 2606 section 2 keeps
// .example out of the real name space for good.
const DefaultDomain = "mingchuan.example"

// Office is the whole demonstration.
type Office struct {
	Domain    string
	Names     map[string]string // the city's name by language
	Units     []Unit            // parents before children
	People    []Person          // in the order of the address book
	Shared    []SharedMailbox
	Lists     []List
	Templates []Template
	Try       []string  // keys of the two people whose mailboxes are the richest
	Messages  []Message // oldest first
}

// Unit is one unit of the tree.
type Unit struct {
	Key    string
	Parent string // empty for the root
	Names  map[string]string
	Order  int // among its siblings, from 1
}

// PostKind says how a person holds a post.
type PostKind string

// The three ways to hold a post. Everybody has exactly one main post.
const (
	Main       PostKind = "main"
	Additional PostKind = "additional"
	Acting     PostKind = "acting"
)

// Post is one function of a person in one unit.
type Post struct {
	Unit   string
	Title  string            // in the person's own language
	Titles map[string]string // by language
	Kind   PostKind
}

// Rank is a person's grade: 14 is the highest, 1 the lowest.
type Rank struct {
	Number int
	Name   string            // in the person's own language
	Names  map[string]string // by language
}

// Person is one public servant.
type Person struct {
	Key      string
	Address  string
	Name     string            // in the native script
	Names    map[string]string // other forms: romanised, other scripts
	Language string
	Rank     Rank
	Posts    []Post // the main one first
	Ext      string // office extension, three or four digits
}

// Rights of a member of a shared mailbox, each including the one before.
const (
	RightRead   = "read"
	RightSend   = "send"
	RightManage = "manage"
)

// Member is one person of a shared mailbox.
type Member struct {
	Person string
	Rights string
}

// SharedMailbox is a mailbox of a function, read by several people.
type SharedMailbox struct {
	Key     string
	Address string
	Name    string
	Names   map[string]string
	Unit    string
	Members []Member
}

// List is a distribution list; Members are keys of people.
type List struct {
	Key     string
	Address string
	Name    string
	Members []string
}

// Folders with a role. A delivery may also name a folder of the person's own,
// its levels separated by "/"; below Archive the levels are the person's too.
const (
	Inbox   = "INBOX"
	Sent    = "Sent"
	Drafts  = "Drafts"
	Junk    = "Junk"
	Trash   = "Trash"
	Archive = "Archive"
)

// Flags in the words of RFC 9051 section 2.3.2.
const (
	Seen      = `\Seen`
	Answered  = `\Answered`
	Flagged   = `\Flagged`
	Draft     = `\Draft`
	Forwarded = "$Forwarded"
	JunkFlag  = "$Junk"
	Phishing  = "$Phishing"
)

// Delivery is one copy of a message in one mailbox.
type Delivery struct {
	To       string // key of a person or of a shared mailbox
	Folder   string
	Flags    []string
	Received time.Time
}

// Message is one message and every copy of it.
type Message struct {
	ID         string // without angle brackets
	Thread     string // name of the script it comes from
	Date       time.Time
	Deliveries []Delivery
	render     func() ([]byte, error)
}

// Bytes renders the message in RFC 5322 form with CRLF line ends. Each call
// renders anew and gives the same bytes.
func (m Message) Bytes() ([]byte, error) { return m.render() }

// Generate makes the office as it stands at now. An empty domain is
// DefaultDomain. Errors come only from an unusable domain or from a fault in
// the embedded scripts, which the tests would have found.
func Generate(seed uint64, now time.Time, domain string) (*Office, error) {
	if domain == "" {
		domain = DefaultDomain
	}
	if !plainDomain(domain) {
		return nil, errs.E(errs.Invalid, "%q is not a domain name in ASCII letters, digits and hyphens", domain)
	}
	o, err := readOffice(domain)
	if err != nil {
		return nil, err
	}
	scripts, err := readScripts()
	if err != nil {
		return nil, err
	}
	w := newWriter(o, seed, now)
	for _, s := range scripts {
		if err := w.play(s); err != nil {
			return nil, errs.Wrap(errs.KindOf(err), err, "script %s", s.id)
		}
	}
	o.Messages = w.finish()
	return o, nil
}

// plainDomain says whether s can stand after the @ of every address here.
func plainDomain(s string) bool {
	if len(s) > 200 || !strings.Contains(s, ".") {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
				return false
			}
		}
	}
	return true
}

// Person returns the person of that key.
func (o *Office) Person(key string) (Person, bool) {
	for _, p := range o.People {
		if p.Key == key {
			return p, true
		}
	}
	return Person{}, false
}

// Unit returns the unit of that key.
func (o *Office) Unit(key string) (Unit, bool) {
	for _, u := range o.Units {
		if u.Key == key {
			return u, true
		}
	}
	return Unit{}, false
}
