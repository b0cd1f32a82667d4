package imap

import (
	"errors"
	"io"
	"strconv"

	"chancery/kit/errs"
	"chancery/mail"
	wire "chancery/wire/imap"
)

// maxTogether bounds the messages of one MULTIAPPEND.
const maxTogether = 1000

// append is APPEND (RFC 9051 section 6.3.12) with MULTIAPPEND (RFC 3502): all
// messages or none. Each literal goes to the room as a stream.
func (s *session) append(tag string, c *wire.Append) {
	p, box, err := s.mailbox(c.Mailbox)
	if errs.Is(err, errs.NotFound) {
		s.no(tag, "TRYCREATE", errs.Text(err)) // RFC 9051 section 6.3.12
		return
	}
	if err != nil {
		s.fail(tag, err)
		return
	}
	news, deleted, err := s.readMessages(c, p.account, box.ID)
	if err != nil {
		discard(news)
		s.appendFailed(tag, err)
		return
	}
	filed, err := p.account.Append(s.ctx(), news...)
	if err == nil {
		err = s.markAppended(p.account, box.ID, filed, deleted)
	}
	if err != nil {
		discard(news)
		s.fail(tag, err)
		return
	}
	uids := make([]uint32, len(filed))
	for i, m := range filed {
		place, _ := m.In(box.ID)
		uids[i] = place.UID
	}
	b := strconv.AppendUint([]byte("APPENDUID "), uint64(box.UIDValidity), 10)
	b = wire.AppendRanges(append(b, ' '), wire.RangesOf(uids))
	s.doneCode(tag, string(b), "Appended.")
}

func discard(news []mail.NewMessage) {
	for _, n := range news {
		n.Letter.Discard()
	}
}

// appendFailed answers a message that could not be taken.
func (s *session) appendFailed(tag string, err error) {
	var syntax *wire.SyntaxError
	switch {
	case errors.As(err, &syntax) && syntax.No:
		s.no(tag, syntax.Code, syntax.Text)
	case errors.As(err, &syntax):
		s.bad(tag, syntax.Code, syntax.Text)
	case errors.Is(err, errConnection):
		s.broken = err
	default:
		s.fail(tag, err)
	}
}

// errConnection marks an error of the client's connection, after which there
// is nobody to answer.
var errConnection = errors.New("the client went away")

// readMessages takes the messages of the command one after the other.
func (s *session) readMessages(c *wire.Append, account *mail.Account, box int64) (news []mail.NewMessage, deleted []bool, err error) {
	for {
		m, err := c.Next()
		var syntax *wire.SyntaxError
		switch {
		case errors.Is(err, io.EOF):
			return news, deleted, nil
		case errors.As(err, &syntax):
			return news, nil, err
		case err != nil:
			return news, nil, errors.Join(errConnection, err)
		case len(news) == maxTogether:
			return news, nil, errs.E(errs.TooLarge, "At most %d messages can be appended together.", maxTogether)
		case m.Size == 0 && len(news) == 0:
			// RFC 3502 section 6.3.11: an empty literal cancels the command.
			return news, nil, errs.E(errs.Invalid, "The append was cancelled by an empty message.")
		case m.Size == 0:
			return news, nil, errs.E(errs.Invalid, "An empty message cannot be appended.")
		}
		src, err := m.Open()
		if err != nil {
			return news, nil, errors.Join(errConnection, err)
		}
		body := &clientReader{r: src}
		letter, err := account.Spool(s.ctx(), body)
		if body.err != nil {
			letter.Discard()
			return news, nil, errors.Join(errConnection, body.err)
		}
		if err == nil && m.Binary {
			if letter, err = withoutNUL(s.ctx(), account, letter); err != nil {
				letter.Discard()
			}
		}
		if err != nil {
			return news, nil, err
		}
		keywords, isDeleted := keywordsOf(m.Flags)
		news = append(news, mail.NewMessage{Letter: letter, Mailboxes: []int64{box}, Keywords: keywords, Received: m.Date})
		deleted = append(deleted, isDeleted)
	}
}

// clientReader keeps apart errors of the client from errors of the disk.
type clientReader struct {
	r   io.Reader
	err error
}

// Read reads from the client.
func (c *clientReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		c.err = err
	}
	return n, err
}

// markAppended sets \Deleted where the client asked for it.
func (s *session) markAppended(account *mail.Account, box int64, filed []*mail.Message, deleted []bool) error {
	var changes []mail.Change
	for i, m := range filed {
		if deleted[i] {
			changes = append(changes, mail.Change{ID: m.ID, Deleted: &mail.DeletedMark{Mailbox: box, Set: true}})
		}
	}
	if len(changes) == 0 {
		return nil
	}
	_, err := account.Change(s.ctx(), changes)
	return err
}
