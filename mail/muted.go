package mail

import (
	"context"
	"slices"
	"strings"

	"chancery/store"
	"chancery/wire/mime"
)

// Muted is the keyword of letters of a conversation that somebody wants to
// hear no more of (IANA "IMAP and JMAP Keywords": $muted). Set or cleared on
// any letter of it, it holds for what arrives from then on.
const Muted = "$muted"

// noteMuted keeps the table of muted conversations as the keyword says.
func noteMuted(ctx context.Context, tx *store.Tx, account int64, thread int64, was, is *Keywords) error {
	before, now := was.has(Muted), is.has(Muted)
	switch {
	case before == now:
		return nil
	case now:
		return putMuted(ctx, tx, account, thread)
	}
	return deleteMuted(ctx, tx, account, thread)
}

// has says whether a keyword is in the set, which may be nil.
func (k *Keywords) has(word string) bool {
	if k == nil {
		return false
	}
	_, found := slices.BinarySearch(k.list, word)
	return found
}

// past sends an arriving letter of a muted conversation past the inbox, to the
// archive; unread as it is, and marked. One that is written to this person
// alone is for them to see.
func (r *Room) past(ctx context.Context, tx *store.Tx, account, thread int64, n NewMessage) (NewMessage, error) {
	i := slices.Index(n.Mailboxes, inboxID)
	if i < 0 {
		return n, nil
	}
	muted, err := isMuted(ctx, tx, account, thread)
	if err != nil || !muted || toAlone(n.DeliveredTo, n.Letter.Content.Message) {
		return n, err
	}
	n.Keywords = append(slices.Clone(n.Keywords), Muted)
	box, err := selectMailboxByRole(ctx, tx, account, RoleArchive)
	if found, err := store.Found(err); !found {
		return n, err
	}
	n.Mailboxes = slices.Clone(n.Mailboxes)
	n.Mailboxes[i] = box
	return n, nil
}

// toAlone says whether an address is the only one in To and Cc.
func toAlone(own string, m *mime.Message) bool {
	to := mime.Mailboxes(slices.Concat(m.Envelope.To, m.Envelope.Cc))
	return len(to) == 1 && strings.EqualFold(to[0].Email(), own)
}
