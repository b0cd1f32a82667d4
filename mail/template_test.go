package mail

import (
	"io"
	"strings"
	"testing"
	"time"

	"chancery/kit/errs"
	"chancery/kit/testkit"
)

// TestTemplateFiles holds files in templates: they outlive the upload, are
// readable by who may read the account, count once however often they are
// held, and go with the last template that has them.
func TestTemplateFiles(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		p := newPostOffice(t, url, Outbound{})
		ctx := t.Context()
		paper := must(p.ann.Upload(ctx, strings.NewReader("the papers"), 1<<20))
		annex := must(p.ann.Upload(ctx, strings.NewReader("the annex"), 1<<20))
		body := TemplateBody{Name: "Meeting", Kind: KindInvitation, Files: []TemplateFile{{paper, "議程.pdf", "application/pdf"}, {annex, "annex.txt", "text/plain"}}}
		made := must(p.ann.CreateTemplate(ctx, body))
		second := must(p.ann.CreateTemplate(ctx, TemplateBody{Name: "Other", Files: body.Files[:1]}))

		p.clock.Advance(uploadLife + time.Hour)
		check(t, p.room.ExpireUploads(ctx))
		list, _, err := p.ann.Templates(ctx)
		check(t, err)
		if len(list) != 2 || len(list[0].Files)+len(list[1].Files) != 3 {
			t.Fatalf("%+v", list)
		}
		b, _, err := p.ann.FindBlob(ctx, paper.Hash)
		check(t, err)
		open := must(p.ann.OpenBlob(ctx, b))
		if text := string(must(io.ReadAll(open.Reader()))); text != "the papers" {
			t.Errorf("the file says %q", text)
		}
		open.Close()
		if _, _, err := p.bob.FindBlob(ctx, paper.Hash); !errs.Is(err, errs.NotFound) {
			t.Errorf("bob may read it: %v", err)
		}
		refs := func() map[BlobKey]int64 { return must(p.room.Check(ctx, true)).Refs }
		if n := refs()[BlobKey{paper.Scope, paper.Hash}]; n != 2 {
			t.Errorf("%d templates hold the paper", n)
		}

		body.Files = body.Files[1:]
		check(t, p.ann.UpdateTemplate(ctx, made.ID, made.Modseq, body))
		check(t, p.ann.DeleteTemplate(ctx, second.ID))
		if _, _, err := p.ann.FindBlob(ctx, paper.Hash); !errs.Is(err, errs.NotFound) {
			t.Errorf("the paper is still there: %v", err)
		}
		if r := refs(); r[BlobKey{paper.Scope, paper.Hash}] != 0 || r[BlobKey{annex.Scope, annex.Hash}] != 1 {
			t.Errorf("held: %v", r)
		}
		check(t, p.ann.DeleteTemplate(ctx, made.ID))
	})
}

// TestTemplateFileLimits refuses what is too much, and leaves all as it was.
func TestTemplateFileLimits(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		p := newPostOffice(t, url, Outbound{})
		ctx := t.Context()
		p.room.conf.TemplateFiles = 100
		blob := must(p.ann.Upload(ctx, strings.NewReader(strings.Repeat("x", 60)), 1<<20))
		file := TemplateFile{blob, "a.txt", "text/plain"}
		for name, files := range map[string][]TemplateFile{
			"too large": {file, file}, "no name": {{blob, " ", "text/plain"}}, "line end": {{blob, "a\nb", "text/plain"}},
			"too many": make([]TemplateFile, MaxTemplateFile+1),
		} {
			if _, err := p.ann.CreateTemplate(ctx, TemplateBody{Name: "T", Files: files}); err == nil {
				t.Errorf("%s was taken", name)
			}
		}
		made := must(p.ann.CreateTemplate(ctx, TemplateBody{Name: "T", Files: []TemplateFile{file}}))
		p.ann.info.Quota = 100
		if _, err := p.ann.CreateTemplate(ctx, TemplateBody{Name: "U", Files: []TemplateFile{file}}); !errs.Is(err, errs.OverQuota) {
			t.Errorf("beyond the quota: %v", err)
		}
		// Without new files a full mailbox keeps nobody from changing the words.
		check(t, p.ann.UpdateTemplate(ctx, made.ID, made.Modseq, TemplateBody{Name: "V", Files: []TemplateFile{file}}))
		if n := must(p.room.Check(ctx, true)).Refs[BlobKey{blob.Scope, blob.Hash}]; n != 2 {
			t.Errorf("%d rows hold the file, an upload and a template should", n)
		}
	})
}
