package imap

// StatusItem is one thing STATUS tells of a mailbox; items form a bit set.
type StatusItem uint16

// The status items of RFC 9051 section 6.3.11, RFC 7162, RFC 7889, RFC 8474
// and RFC 9208.
const (
	StatusMessages StatusItem = 1 << iota
	StatusRecent
	StatusUIDNext
	StatusUIDValidity
	StatusUnseen
	StatusDeleted
	StatusSize
	StatusHighestModSeq
	StatusAppendLimit
	StatusMailboxID
	StatusDeletedStorage
)

var statusNames = map[string]StatusItem{
	"MESSAGES": StatusMessages, "RECENT": StatusRecent, "UIDNEXT": StatusUIDNext,
	"UIDVALIDITY": StatusUIDValidity, "UNSEEN": StatusUnseen, "DELETED": StatusDeleted,
	"SIZE": StatusSize, "HIGHESTMODSEQ": StatusHighestModSeq, "APPENDLIMIT": StatusAppendLimit,
	"MAILBOXID": StatusMailboxID, "DELETED-STORAGE": StatusDeletedStorage,
}

// Status is STATUS (RFC 9051 section 6.3.11).
type Status struct {
	Mailbox string
	Items   StatusItem
}

func (Status) command() {}

func parseStatus(l *lexer, _ bool) Command {
	var c Status
	l.sp()
	c.Mailbox = l.mailbox()
	l.sp()
	c.Items = l.statusItems()
	return c
}

func (l *lexer) statusItems() StatusItem {
	var items StatusItem
	l.list("status items", func() {
		name := l.word("a status item")
		item, known := statusNames[name]
		if !known {
			l.failf("STATUS has no item %s.", quoteWord(name))
		}
		items |= item
	})
	if items == 0 {
		l.failf("The list of status items is empty.")
	}
	return items
}
