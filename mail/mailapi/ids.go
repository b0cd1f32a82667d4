package mailapi

import (
	"encoding/hex"
	"strconv"
	"strings"

	"chancery/kit/id"
	"chancery/mail"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmap"
)

// The first letter of an id says what it names.
const (
	accountID    = 'a'
	mailboxID    = 'f'
	emailID      = 'e'
	threadID     = 't'
	identityID   = 'i'
	submissionID = 's'
	blobID       = 'b'
)

func mailboxText(n int64) jmap.ID { return id.Text(mailboxID, n) }
func emailText(n int64) jmap.ID   { return id.Text(emailID, n) }
func threadText(n int64) jmap.ID  { return id.Text(threadID, n) }

// texts writes a list of row numbers as ids.
func texts(prefix byte, list []int64) []jmap.ID {
	out := make([]jmap.ID, len(list))
	for i, n := range list {
		out[i] = id.Text(prefix, n)
	}
	return out
}

// state writes a counter as a state string.
func state(n int64) string { return strconv.FormatInt(n, 10) }

// parseState reads a state string of ours.
func parseState(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || state(n) != s {
		return 0, jmap.Fail(jmap.CannotCalculateChanges, "The state %q is not known.", s)
	}
	return n, nil
}

// stateIn writes a counter of what is in a snapshot. Who sees less than is there
// has states of their own: what was told from the inner network is not gone on
// from outside it (C15), but fetched anew.
func stateIn(s *mail.Snapshot, n int64) string {
	if s.Ceiling >= policy.TopSecret {
		return state(n)
	}
	return state(n) + "." + strconv.Itoa(int(s.Ceiling-policy.Unlabelled))
}

// parseStateIn reads a state string of such a snapshot.
func parseStateIn(s *mail.Snapshot, text string) (int64, error) {
	count, _, _ := strings.Cut(text, ".")
	n, err := parseState(count)
	if err == nil && stateIn(s, n) != text {
		err = jmap.Fail(jmap.CannotCalculateChanges, "The state %q is not known here.", text)
	}
	return n, err
}

// mailboxState is the state of the mailboxes: their counts change with the
// messages (RFC 8621 section 2).
func mailboxState(s *mail.Snapshot) int64 { return max(s.MailboxState, s.EmailState) }

// blobText names a blob by its hash, or a part of a message by the message's
// hash and the part's number: "b<hex>" or "b<hex>_1_2".
func blobText(h store.Hash, part string) jmap.ID {
	b := make([]byte, 0, 1+2*len(h)+8)
	b = append(b, blobID)
	b = hex.AppendEncode(b, h[:])
	if part != "" {
		b = append(b, '_')
		b = append(b, strings.ReplaceAll(part, ".", "_")...)
	}
	return string(b)
}

// parseBlob reads what blobText wrote.
func parseBlob(s jmap.ID) (h store.Hash, part string, ok bool) {
	if s == "" || s[0] != blobID {
		return h, "", false
	}
	text, part, _ := strings.Cut(s[1:], "_")
	h, ok = store.ParseHash(text)
	return h, strings.ReplaceAll(part, "_", "."), ok && blobText(h, strings.ReplaceAll(part, "_", ".")) == s
}
