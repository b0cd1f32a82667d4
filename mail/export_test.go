package mail

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// TestExportAndBack takes letters out, into another account and into the same
// again: bytes, dates and keywords stay, and nothing comes twice.
func TestExportAndBack(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		ctx := t.Context()
		snap := must(o.ann.Snapshot(ctx))
		inbox, _ := snap.ByRole(RoleInbox)
		at := time.Date(2024, 2, 3, 4, 5, 6, 0, time.UTC)
		texts := []string{
			letterText(1, ""),
			"Subject: 公文\r\nMessage-ID: <two@out.example>\r\n\r\nFrom now on\r\n>From then on\r\n\r\n",
			"Subject: no id\r\n\r\nthird\r\n",
		}
		for i, text := range texts {
			l := must(o.ann.Spool(ctx, strings.NewReader(text)))
			must(o.ann.Append(ctx, NewMessage{Letter: l, Mailboxes: []int64{inbox.ID}, Keywords: []string{Seen, "team"}, Received: at.AddDate(0, 0, i)}))
		}
		var file bytes.Buffer
		if n, err := o.ann.ExportBox(ctx, &file, inbox.ID, nil); n != 3 || err != nil {
			t.Fatalf("%d exported, %v", n, err)
		}
		target, _ := must(o.bob.Snapshot(ctx)).ByRole(RoleArchive)
		if target.ID == 0 {
			target, _ = must(o.bob.Snapshot(ctx)).ByRole(RoleInbox)
		}
		for round, want := range []TakenIn{{Imported: 3}, {Duplicates: 3}} {
			got, err := o.bob.TakeIn(ctx, bytes.NewReader(file.Bytes()), target.ID)
			if err != nil || got.Imported != want.Imported || got.Duplicates != want.Duplicates || got.Failed != 0 {
				t.Fatalf("round %d: %+v, %v", round, got, err)
			}
		}
		after := must(o.bob.Snapshot(ctx))
		i := 0
		after.EachByDate(target.ID, false, func(m *Message) bool {
			b, _, err := o.bob.OpenMessage(ctx, m.ID)
			if err != nil {
				t.Fatal(err)
			}
			text := string(must(io.ReadAll(b.Reader())))
			b.Close()
			if text != texts[i] || !m.Received().Equal(at.AddDate(0, 0, i)) || !slices.Equal(m.Keywords.List(), []string{Seen, "team"}) {
				t.Errorf("letter %d: %q, %s, %v", i, text, m.Received(), m.Keywords.List())
			}
			i++
			return true
		})
		if i != 3 {
			t.Errorf("%d letters arrived", i)
		}
		// The same Message-ID with other line ends is the same letter.
		got := must(o.bob.TakeIn(ctx, strings.NewReader("Subject: 公文\nMessage-ID: <two@out.example>\n\nchanged on the way\n"), target.ID))
		if got.Duplicates != 1 || got.Imported != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestTakeInWrong(t *testing.T) {
	o := newOffice(t, "")
	ctx := t.Context()
	inbox, _ := must(o.ann.Snapshot(ctx)).ByRole(RoleInbox)
	if _, err := o.ann.TakeIn(ctx, strings.NewReader("Subject: a\n\nb"), 9999); !errs.Is(err, errs.NotFound) {
		t.Errorf("a folder that is not there: %v", err)
	}
	got := must(o.ann.TakeIn(ctx, strings.NewReader("From a Thu Nov 20 01:02:03 2025\n\nno header\n\nFrom b Thu Nov 20 01:02:03 2025\nSubject: fine\n\ntext\n"), inbox.ID))
	if got.Imported != 1 || got.Failed != 1 || len(got.Problems) != 1 {
		t.Errorf("%+v", got)
	}
	a, err := o.room.Account(ctx, subjectOf(o, "bob@city.example"), o.ann.ID())
	if err == nil {
		t.Fatalf("a stranger opened the account: %v", a)
	}
}

func subjectOf(o *office, address string) policy.Subject {
	for _, a := range []*Account{o.ann, o.bob} {
		if a.info.Address == address {
			return a.subject
		}
	}
	return policy.Subject{}
}

func TestExportAll(t *testing.T) {
	o := newOffice(t, "")
	ctx := t.Context()
	inbox, _ := must(o.ann.Snapshot(ctx)).ByRole(RoleInbox)
	sub := must(o.ann.CreateMailbox(ctx, NewMailbox{Parent: inbox.ID, Name: "計畫: 2025"}))
	o.append(t, o.ann, sub.ID, letterText(1, ""))
	var file bytes.Buffer
	n, err := o.ann.ExportAll(ctx, &file)
	if n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	z, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	if !slices.Contains(names, inbox.Name+"/計畫_ 2025.mbox") {
		t.Errorf("%q", names)
	}
}

// TestKeep checks that what was made from a letter can be read for a day by
// who may read, and by nobody else.
func TestKeep(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		b := must(o.ann.Keep(t.Context(), []byte("made from a letter")))
		if _, _, err := o.ann.FindBlob(t.Context(), b.Hash); err != nil {
			t.Error(err)
		}
		if _, _, err := o.bob.FindBlob(t.Context(), b.Hash); !errs.Is(err, errs.NotFound) {
			t.Errorf("bob: %v", err)
		}
		if _, err := o.ann.Convert(t.Context(), "x", "doc", func() ([]byte, error) { return []byte("x"), nil }); !errs.Is(err, errs.Unsupported) {
			t.Errorf("without LibreOffice: %v", err)
		}
	})
}
