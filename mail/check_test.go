package mail

import (
	"slices"
	"strings"
	"testing"

	"chancery/kit/testkit"
	"chancery/search"
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

// TestCheckIndex takes a message out of the text index behind its back, and
// puts one in that is not there.
func TestCheckIndex(t *testing.T) {
	o := newOffice(t, "")
	x := o.withIndex(t)
	ctx := t.Context()
	for i := range 3 {
		o.append(t, o.ann, 1, letterText(i, ""))
	}
	o.indexNow(t)
	if wrong, _, err := o.room.CheckIndex(ctx, false); err != nil || len(wrong) > 0 {
		t.Fatalf("%v, %v", wrong, err)
	}
	ghost := &search.Text{}
	ghost.Add(search.Body, "ghost")
	mark := must(x.Covered(ctx, o.ann.ID()))
	mark.Doc = 77
	err := x.Apply(ctx, search.Batch{Account: o.ann.ID(), Remove: []int64{2}, Put: []search.Document{{Doc: 77, Text: ghost}}, Mark: mark})
	if err != nil {
		t.Fatal(err)
	}
	wrong, repaired, err := o.room.CheckIndex(ctx, true)
	if err != nil || repaired != 1 || len(wrong) != 1 || !strings.Contains(wrong[0], "1 messages are not in") || !strings.Contains(wrong[0], "1 removed messages") {
		t.Fatalf("%v, %d, %v", wrong, repaired, err)
	}
	o.indexNow(t)
	if wrong, _, err := o.room.CheckIndex(ctx, false); err != nil || len(wrong) > 0 {
		t.Errorf("after the repair: %v, %v", wrong, err)
	}
}
