package mail

import (
	"context"
	"errors"
	"io"
	"time"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/mbox"
	"chancery/wire/mime"
)

// TakenIn says what became of the letters of a file.
type TakenIn struct {
	Imported   int      `json:"imported"`
	Duplicates int      `json:"duplicates"` // the folder had them already
	Failed     int      `json:"failed"`
	Problems   []string `json:"problems"` // about those that failed, at most twenty
}

const maxProblems = 20

// TakeIn files the letters of an mbox file, or the one letter of a file that
// is none, in a mailbox, with their dates and keywords. A letter that the
// mailbox has already - the same bytes, or the same Message-ID - is left out,
// so that an import that was broken off can be begun again. What was filed
// stays filed, whatever the error says of the rest.
func (a *Account) TakeIn(ctx context.Context, src io.Reader, mailbox int64) (out TakenIn, err error) {
	out.Problems = []string{}
	if err := a.can(ctx, policy.Insert); err != nil {
		return out, err
	}
	snap, err := a.Snapshot(ctx)
	if err != nil {
		return out, err
	}
	if _, ok := snap.Mailbox(mailbox); !ok {
		return out, errs.E(errs.NotFound, "There is no such folder.")
	}
	defer func() {
		if e := a.recordTakeIn(context.WithoutCancel(ctx), out); err == nil {
			err = e
		}
	}()
	for r := mbox.NewReader(src, mbox.Limits{}); ; {
		l, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		if err := a.takeInOne(ctx, l, mailbox, &out); err != nil {
			return out, err
		}
	}
}

// takeInOne files one letter. A letter that cannot be filed is counted; an
// error ends the import.
func (a *Account) takeInOne(ctx context.Context, l *mbox.Letter, mailbox int64, out *TakenIn) error {
	letter, err := a.Spool(ctx, l)
	if err == nil && len(letter.Content.Message.Header) == 0 {
		letter.Discard()
		err = errs.E(errs.Invalid, "It is not a letter: it has no header field.")
	}
	if err == nil {
		var known bool
		if known, err = a.has(ctx, letter, mailbox); err != nil || known {
			letter.Discard()
			if known {
				out.Duplicates++
				return nil
			}
			return err
		}
		keywords := l.Keywords[:0:0]
		for _, k := range l.Keywords {
			if ValidKeyword(k) && len(keywords) < MaxKeywords {
				keywords = append(keywords, k)
			}
		}
		_, err = a.Append(ctx, NewMessage{Letter: letter, Mailboxes: []int64{mailbox}, Keywords: keywords, Received: arrival(l, letter)})
		if err == nil {
			out.Imported++
			return nil
		}
		letter.Discard()
	}
	switch errs.KindOf(err) {
	case errs.Invalid, errs.TooLarge:
		if out.Failed++; len(out.Problems) < maxProblems {
			out.Problems = append(out.Problems, errs.Text(err))
		}
		return nil
	}
	return err
}

// arrival is when a letter came: as the separator says, else as it says itself.
func arrival(l *mbox.Letter, letter *Letter) time.Time {
	if !l.At.IsZero() {
		return l.At
	}
	sent := letter.Content.Message.Envelope.Sent
	if sent.Year() < 1980 || sent.Year() > 9000 {
		return time.Time{} // now
	}
	return sent.UTC()
}

// has says whether a mailbox has a letter already.
func (a *Account) has(ctx context.Context, l *Letter, mailbox int64) (bool, error) {
	// The snapshot is asked for only where there is something to look up: for
	// each new letter it would be made anew.
	if _, message, err := a.FindBlob(ctx, l.blob.Hash); err == nil && message != 0 {
		snap, err := a.Snapshot(ctx)
		if err != nil {
			return false, err
		}
		if m, ok := snap.Message(message); ok {
			if _, in := m.In(mailbox); in {
				return true, nil
			}
		}
	} else if err != nil && !errs.Is(err, errs.NotFound) {
		return false, err
	}
	e := &l.Content.Message.Envelope
	if e.MessageID == "" {
		return false, nil
	}
	// A letter with that Message-ID and subject is in the thread that the
	// reference leads to.
	var thread int64
	base, _ := mime.BaseSubject(e.Subject)
	err := a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		thread, err = selectRef(ctx, tx, a.info.ID, hash64(e.MessageID), hash64(base))
		return err
	})
	if found, err := store.Found(err); !found {
		return false, err
	}
	snap, err := a.Snapshot(ctx)
	if err != nil {
		return false, err
	}
	for _, m := range snap.Thread(thread) {
		if _, in := m.In(mailbox); !in {
			continue
		}
		list, err := a.Content(ctx, m.ID)
		if err != nil {
			return false, err
		}
		if list[0] != nil && list[0].Message.Envelope.MessageID == e.MessageID {
			return true, nil
		}
	}
	return false, nil
}

func (a *Account) recordTakeIn(ctx context.Context, out TakenIn) error {
	if out.Imported == 0 {
		return nil
	}
	return a.room.db.Write(ctx, func(tx *store.Tx) error {
		return audit.Append(ctx, tx, a.room.clock.Now(), audit.By(a.subject, "mail import", a.info.Address, nil))
	})
}
