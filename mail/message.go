package mail

import (
	"slices"
	"strings"
	"time"

	"chancery/policy"
	"chancery/store"
)

// Message is what listing, flag and thread work needs to know of a message.
// Values are shared and must not be changed.
type Message struct {
	ID         int64 // counts up within the account
	Thread     int64 // id of the thread's first message
	ReceivedMs int64 // when it arrived, milliseconds since 1970; see Received
	Size       int64 // bytes as stored
	Keywords   *Keywords
	Places     []Place // the mailboxes it is in, ordered by mailbox id
	Modseq     int64   // account's counter at the last change of keywords or places
	Created    int64   // account's counter when it came
	BackMs     int64   // when it last came back to the top, milliseconds since 1970; 0 = never
	// HasAttachment as RFC 8621 section 4.1.4 has it.
	HasAttachment bool
	Level         policy.Level // how secret it is (C14)
	UntilMs       int64        // when that ends, milliseconds since 1970; 0 = not by itself
}

// Shown returns by which time the message stands in lists, in milliseconds
// since 1970: when it arrived, or when it came back after that.
func (m *Message) Shown() int64 { return max(m.ReceivedMs, m.BackMs) }

// Received returns when the message arrived: IMAP's internal date.
func (m *Message) Received() time.Time { return time.UnixMilli(m.ReceivedMs).UTC() }

// Place is a message's being in a mailbox.
type Place struct {
	Mailbox int64
	UID     uint32
	Deleted bool // \Deleted, which IMAP keeps per mailbox and JMAP does not show
}

// In returns the place in a mailbox.
func (m *Message) In(mailbox int64) (Place, bool) {
	for _, p := range m.Places {
		if p.Mailbox == mailbox {
			return p, true
		}
	}
	return Place{}, false
}

// Keywords is an immutable, interned set of JMAP keywords (RFC 8621 section
// 4.1.1): lower case, sorted. IMAP's \Seen is "$seen" here, and so on; custom
// IMAP keywords keep their letters in lower case.
type Keywords struct {
	list []string
	text string
}

// Roles of mailboxes that the program itself looks for (RFC 8621 section 2,
// RFC 6154).
const (
	RoleInbox   = "inbox"
	RoleDrafts  = "drafts"
	RoleSent    = "sent"
	RoleTrash   = "trash"
	RoleJunk    = "junk"
	RoleArchive = "archive"
)

// The keywords that IMAP writes with a backslash.
const (
	Seen     = "$seen"
	Flagged  = "$flagged"
	Answered = "$answered"
	Draft    = "$draft"
)

// MaxKeywords bounds the keywords of one message, MaxKeyword the bytes of one.
const (
	MaxKeywords = 100
	MaxKeyword  = 255
)

// List returns the keywords, sorted. It must not be changed.
func (k *Keywords) List() []string { return k.list }

// Has says whether the keyword (lower case) is in the set.
func (k *Keywords) Has(keyword string) bool {
	_, ok := slices.BinarySearch(k.list, keyword)
	return ok
}

// NewKeywords makes a set; order, case and doubles do not matter.
func NewKeywords(list []string) *Keywords {
	out := make([]string, 0, len(list))
	for _, k := range list {
		if k != "" {
			out = append(out, strings.ToLower(k))
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return &Keywords{list: out, text: strings.Join(out, " ")}
}

// Blob names the stored bytes of a message or upload.
type Blob struct {
	Scope store.Scope
	Hash  store.Hash
	Size  int64
}

// Mailbox is a folder. Counts are those of the snapshot it came from.
type Mailbox struct {
	ID          int64
	Parent      int64 // 0 = top
	Name        string
	Role        string // RFC 8621 section 2 / RFC 6154: inbox, drafts, sent, trash, junk, archive, ...; "" = none
	SortOrder   int
	Subscribed  bool
	UIDValidity uint32
	UIDNext     uint32
	Created     int64 // account's counter when it was made
	Modseq      int64 // account's counter at the last change of its own properties
	Highest     int64 // account's counter at the last change of any message in it: HIGHESTMODSEQ
}

// Counts are the numbers of RFC 8621 section 2.
type Counts struct {
	Total, Unread               int
	TotalThreads, UnreadThreads int
	Size                        int64 // bytes, STATUS=SIZE
	Deleted                     int   // with \Deleted
}
