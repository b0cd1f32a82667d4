package mail

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/mbox"
)

// ExportBox writes the messages of a mailbox, or of it those that ids name,
// oldest first, as an mbox file (RFC 4155). The file is what the mailbox held
// when the export began; a message that is destroyed meanwhile is left out.
func (a *Account) ExportBox(ctx context.Context, w io.Writer, mailbox int64, ids []int64) (n int, err error) {
	snap, err := a.beginExport(ctx, "export")
	if err != nil {
		return 0, err
	}
	if _, ok := snap.Mailbox(mailbox); mailbox != 0 && !ok {
		return 0, errs.E(errs.NotFound, "There is no such folder.")
	}
	out := mbox.NewWriter(w)
	if n, err = a.exportTo(ctx, out, chosen(snap, mailbox, ids)); err != nil {
		return n, err
	}
	return n, out.Flush()
}

// ExportAll writes every mailbox of the account as a ZIP file of mbox files,
// in folders as the mailboxes are.
func (a *Account) ExportAll(ctx context.Context, w io.Writer) (n int, err error) {
	snap, err := a.beginExport(ctx, "export of the whole mailbox")
	if err != nil {
		return 0, err
	}
	z := zip.NewWriter(w)
	taken := map[string]bool{}
	for _, box := range snap.Mailboxes() {
		f, err := z.CreateHeader(&zip.FileHeader{Name: freeName(taken, safePath(snap.Path(box.ID))) + ".mbox", Method: zip.Deflate, Modified: a.room.clock.Now()})
		if err != nil {
			return n, err
		}
		out := mbox.NewWriter(f)
		m, err := a.exportTo(ctx, out, chosen(snap, box.ID, nil))
		if n += m; err != nil {
			return n, err
		}
		if err := out.Flush(); err != nil {
			return n, err
		}
	}
	return n, z.Close()
}

// beginExport asks policy and records who takes letters out.
func (a *Account) beginExport(ctx context.Context, what string) (*Snapshot, error) {
	if err := a.can(ctx, policy.Read); err != nil {
		return nil, err
	}
	err := a.room.db.Write(ctx, func(tx *store.Tx) error {
		return audit.Append(ctx, tx, a.room.clock.Now(), audit.By(a.subject, "mail "+what, a.info.Address, nil))
	})
	if err != nil {
		return nil, err
	}
	return a.Snapshot(ctx)
}

// chosen lists the messages to be written, oldest first.
func chosen(snap *Snapshot, mailbox int64, ids []int64) []*Message {
	var out []*Message
	if mailbox != 0 && ids == nil {
		snap.EachByDate(mailbox, false, func(m *Message) bool {
			out = append(out, m)
			return true
		})
		return out
	}
	for _, id := range ids {
		if m, ok := snap.Message(id); ok {
			if _, in := m.In(mailbox); in || mailbox == 0 {
				out = append(out, m)
			}
		}
	}
	slices.SortStableFunc(out, compareDate)
	return slices.Compact(out)
}

func (a *Account) exportTo(ctx context.Context, out *mbox.Writer, list []*Message) (n int, err error) {
	for _, m := range list {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		blob, c, err := a.OpenMessage(ctx, m.ID)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return n, err
		}
		sender := ""
		if from := c.Message.Envelope.SenderOrFrom(); len(from) > 0 && from[0].Host != "" {
			sender = from[0].Local + "@" + from[0].Host
		}
		err = out.Write(sender, m.Received(), m.Keywords.List(), blob.Reader())
		if e := blob.Close(); err == nil {
			err = e
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// safePath makes a mailbox's path one that any system can unpack.
func safePath(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		p = strings.Map(func(r rune) rune {
			if r < ' ' || strings.ContainsRune(`\:*?"<>|`, r) {
				return '_'
			}
			return r
		}, p)
		if p = strings.Trim(p, " ."); p == "" {
			p = "_"
		}
		parts[i] = p
	}
	return strings.Join(parts, "/")
}

// freeName makes a path one that no other file has, on systems too that take
// small and capital letters for the same: a second would overwrite the first.
func freeName(taken map[string]bool, path string) string {
	name := path
	for n := 2; taken[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s (%d)", path, n)
	}
	taken[strings.ToLower(name)] = true
	return name
}

// ExportName proposes a name for the file of an export.
func (a *Account) ExportName(ctx context.Context, mailbox int64, ending string) (string, error) {
	name, _, _ := strings.Cut(a.info.Address, "@")
	if mailbox != 0 {
		snap, err := a.Snapshot(ctx)
		if err != nil {
			return "", err
		}
		if box, ok := snap.Mailbox(mailbox); ok {
			name = box.Name
		}
	}
	return strings.ReplaceAll(safePath(name), "/", "_") + "-" + a.room.clock.Now().Format(time.DateOnly) + ending, nil
}
