package mail

import (
	"context"
	"strconv"
	"strings"

	"chancery/audit"
)

// assignedPrefix begins the keyword that says to whom a letter of a shared
// mailbox was given.
const assignedPrefix = "assigned:"

// noteAssigned writes into the audit record, in the transaction of the change,
// who gave a letter of a shared mailbox to whom.
func (c *changer) noteAssigned(ctx context.Context, old, m *Message) error {
	if c.a.subject.Account == 0 || c.a.info.Personal || old.Keywords == m.Keywords {
		return nil
	}
	from, to := assignee(old.Keywords), assignee(m.Keywords)
	if from == to {
		return nil
	}
	object := c.a.info.Address + " message " + strconv.FormatInt(m.ID, 10) + " from " + orDash(from) + " to " + orDash(to)
	return audit.Append(ctx, c.tx, c.a.room.clock.Now(), audit.By(c.a.subject, "mail.assign", object, nil))
}

func assignee(k *Keywords) string {
	if k == nil {
		return ""
	}
	var out []string
	for _, word := range k.list {
		if who, ok := strings.CutPrefix(word, assignedPrefix); ok {
			out = append(out, who)
		}
	}
	return strings.Join(out, ",")
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
