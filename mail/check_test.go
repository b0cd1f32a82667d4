package mail

import (
	"slices"
	"strings"
	"testing"

	"chancery/kit/testkit"
	"chancery/store"
)

// TestCheck damages rows in turn and expects each to be named; a sound
// account has nothing to say.
func TestCheck(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		m := o.append(t, o.ann, 1, letterText(1, ""))
		must(o.ann.Upload(ctx, strings.NewReader("an upload"), 100))
		must(o.ann.Copy(ctx, o.ann, []CopyOf{{ID: m.ID, Mailboxes: []int64{2}}}))
		report := must(o.room.Check(ctx, false))
		if len(report.Problems) > 0 || report.Messages != 2 || len(report.Refs) != 2 {
			t.Fatalf("%+v", report)
		}
		for _, damage := range []struct{ query, want string }{
			{"UPDATE message_content SET content = 'x' WHERE id = 1", "cannot be read"},
			{"UPDATE message SET size = size + 1 WHERE id = 2", "the row says"},
			{"UPDATE mail_account SET used = 5 WHERE account_id = $1", "5 bytes are counted"},
			{"UPDATE mailbox SET uidnext = 1 WHERE id = 1 AND account_id = $1", "UIDNEXT"},
			{"DELETE FROM mailbox WHERE id = 2 AND account_id = $1", "is not there"},
		} {
			args := []any{o.ann.ID()}
			if !strings.Contains(damage.query, "$1") {
				args = nil
			}
			err := o.db.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.Exec(ctx, damage.query, args...)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			report := must(o.room.Check(ctx, false))
			if !slices.ContainsFunc(report.Problems, func(p string) bool { return strings.Contains(p, damage.want) }) {
				t.Errorf("%s: %q", damage.query, report.Problems)
			}
		}
	})
}
