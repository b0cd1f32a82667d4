package imap

// Select is SELECT (RFC 9051 section 6.3.2) and EXAMINE (section 6.3.3) with
// the parameters of RFC 7162.
type Select struct {
	Mailbox   string
	ReadOnly  bool // EXAMINE
	CondStore bool
	QResync   *QResync
}

// QResync is what the client knows of the mailbox (RFC 7162 section 3.2.5).
type QResync struct {
	UIDValidity uint32
	ModSeq      uint64
	Known       []Range // UIDs, nil when not given
	SeqMatch    []Range // message numbers of a sample of the mailbox ...
	UIDMatch    []Range // ... and the UIDs they had
}

func (Select) command() {}

func parseSelect(l *lexer, _ bool) Command { return l.selectArgs(false) }

func parseExamine(l *lexer, _ bool) Command { return l.selectArgs(true) }

func (l *lexer) selectArgs(readOnly bool) Command {
	c := Select{ReadOnly: readOnly}
	l.sp()
	c.Mailbox = l.mailbox()
	if !l.take(' ') {
		return c
	}
	l.list("SELECT parameters", func() {
		switch p := l.word("a parameter"); p {
		case "CONDSTORE":
			c.CondStore = true
		case "QRESYNC":
			l.sp()
			c.QResync = l.qresync()
		default:
			l.failf("SELECT has no parameter %s.", quoteWord(p))
		}
	})
	return c
}

func (l *lexer) qresync() *QResync {
	q := &QResync{}
	l.want('(', "after QRESYNC")
	q.UIDValidity = uint32(l.number("the UIDVALIDITY", max32))
	l.sp()
	q.ModSeq = l.number("the mod-sequence", max63)
	if q.UIDValidity == 0 || q.ModSeq == 0 {
		l.failf("UIDVALIDITY and mod-sequence start at 1.")
	}
	for l.take(' ') {
		if l.take('(') {
			q.SeqMatch = l.set(true).Ranges
			l.sp()
			q.UIDMatch = l.set(true).Ranges
			l.want(')', "after the known numbers")
			break
		}
		if q.Known != nil {
			l.failf("QRESYNC has too many parameters.")
		}
		q.Known = l.set(true).Ranges
	}
	l.want(')', "after the QRESYNC parameters")
	return q
}
