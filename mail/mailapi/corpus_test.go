package mailapi

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chancery/kit/id"
	"chancery/wire/jmap"
)

// corpus returns the files of real letters, or skips.
func corpus(t *testing.T) []string {
	dir := os.Getenv("CHANCERY_CORPUS")
	if dir == "" {
		dir = "../../../shared/corpora"
	}
	var out []string
	err := filepath.WalkDir(filepath.Join(dir, "mail"), func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(p) != ".md" && filepath.Ext(p) != ".xml" {
			out = append(out, p)
		}
		return err
	})
	if err != nil || len(out) == 0 {
		t.Skipf("no corpus in %s; set CHANCERY_CORPUS", dir)
	}
	return out
}

// TestCorpus files every letter of the corpus by upload and import, reads
// every property of it as I-JSON, downloads it byte for byte and every part
// with the size that was told.
func TestCorpus(t *testing.T) {
	o := newOffice(t)
	everything := append([]string{"headers", "bodyStructure", "header:Received:all", "header:To:asGroupedAddresses", "header:From:asAddresses",
		"header:Subject:asText", "header:References:asMessageIds", "header:Date:asDate", "header:List-Unsubscribe:asURLs"}, defaultProperties...)
	n, refused := 0, 0
	for i, file := range corpus(t) {
		if testing.Short() && i%20 != 0 {
			continue
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if len(raw) == 0 || len(raw) > 20<<20 {
			continue
		}
		blob := o.upload(t, file, raw)
		var done importAnswer
		o.ask(t, "Email/import", map[string]any{"accountId": o.ann, "emails": map[string]any{"k": map[string]any{"blobId": blob, "mailboxIds": map[string]bool{"f1": true}}}}, &done)
		made, ok := done.Created["k"].(map[string]any)
		if !ok {
			if done.NotCreated["k"].Type != "invalidEmail" {
				t.Errorf("%s: %+v", file, done.NotCreated["k"])
			}
			refused++
			continue
		}
		n++
		var got struct {
			List []struct {
				BlobID        jmap.ID `json:"blobId"`
				Size          int64   `json:"size"`
				BodyStructure shownPart
			} `json:"list"`
		}
		o.ask(t, "Email/get", map[string]any{"accountId": o.ann, "ids": []any{made["id"]}, "properties": everything, "fetchAllBodyValues": true,
			"bodyProperties": []string{"partId", "blobId", "size", "name", "type", "charset", "disposition", "cid", "language", "location", "headers"}}, &got)
		if got.List[0].BlobID != blob || got.List[0].Size != int64(len(raw)) {
			t.Errorf("%s: blob %s of %d bytes came back as %s of %d", file, blob, len(raw), got.List[0].BlobID, got.List[0].Size)
		}
		if back := o.download(t, blob); !bytes.Equal(back, raw) {
			t.Errorf("%s: came back changed", file)
		}
		got.List[0].BodyStructure.each(func(p shownPart) {
			if b := o.download(t, p.BlobID); int64(len(b)) != p.Size {
				t.Errorf("%s: part %s has %d bytes, told %d", file, p.PartID, len(b), p.Size)
			}
		})
		num, _ := id.Parse(emailID, made["id"].(string))
		var gone jmap.SetAnswer
		o.ask(t, "Email/set", map[string]any{"accountId": o.ann, "destroy": []string{emailText(num)}}, &gone)
	}
	t.Logf("%d letters, %d more have no header field", n, refused)
}

type shownPart struct {
	PartID   string      `json:"partId"`
	BlobID   jmap.ID     `json:"blobId"`
	Size     int64       `json:"size"`
	SubParts []shownPart `json:"subParts"`
}

func (p shownPart) each(visit func(shownPart)) {
	if p.BlobID != "" {
		visit(p)
	}
	for _, s := range p.SubParts {
		s.each(visit)
	}
}

func (o *office) download(t *testing.T, blob jmap.ID) []byte {
	t.Helper()
	f, err := o.api.Open(t.Context(), o.ann, blob)
	if err != nil {
		t.Fatalf("%s: %v", blob, err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestOthersBlobs checks that a blob of one account opens in no other.
func TestOthersBlobs(t *testing.T) {
	o := newOffice(t)
	blob := o.upload(t, "x", []byte("Subject: secret\r\n\r\nx\r\n"))
	if _, err := o.api.Open(t.Context(), o.shared, blob); err == nil {
		t.Error("a blob opened in an account that does not have it")
	}
	copied, err := o.api.Copy(t.Context(), o.ann, o.shared, blob)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.api.Open(t.Context(), o.shared, copied); err != nil {
		t.Errorf("after Blob/copy: %v", err)
	}
	for _, text := range []string{"", "b", "bxyz", blob + "_", blob + "_9", blob + "_1_", blob + "_01", "x" + blob} {
		if _, err := o.api.Open(t.Context(), o.ann, text); err == nil {
			t.Errorf("%q opened", text)
		}
	}
}

// TestPage checks that windows of a long query join without gap or overlap,
// and that the cache of results does not outlive a change.
func TestPage(t *testing.T) {
	o := newOffice(t)
	blob := o.upload(t, "x", []byte("Subject: x\r\n\r\nx\r\n"))
	emails := map[string]any{}
	for i := range 25 {
		emails[id.Text('k', int64(i))] = map[string]any{"blobId": blob, "mailboxIds": map[string]bool{"f1": true}}
	}
	var done importAnswer
	o.ask(t, "Email/import", map[string]any{"accountId": o.ann, "emails": emails}, &done)
	query := func(pos int) []string {
		var a struct {
			IDs   []string `json:"ids"`
			Total int      `json:"total"`
		}
		o.ask(t, "Email/query", map[string]any{"accountId": o.ann, "position": pos, "limit": 10, "calculateTotal": true, "filter": map[string]any{"inMailbox": "f1"}}, &a)
		if a.Total != 25 && pos < 100 {
			t.Errorf("total %d", a.Total)
		}
		return a.IDs
	}
	seen := map[string]bool{}
	for pos := 0; pos < 30; pos += 10 {
		for _, x := range query(pos) {
			seen[x] = true
		}
	}
	if len(seen) != 25 {
		t.Errorf("%d different emails", len(seen))
	}
	first := query(0)[0]
	var gone jmap.SetAnswer
	o.ask(t, "Email/set", map[string]any{"accountId": o.ann, "destroy": []string{first}}, &gone)
	if now := query(100); len(now) != 0 {
		t.Errorf("past the end: %v", now)
	}
	var a struct{ IDs []string }
	o.ask(t, "Email/query", map[string]any{"accountId": o.ann, "filter": map[string]any{"inMailbox": "f1"}, "limit": 1}, &a)
	if len(a.IDs) != 1 || a.IDs[0] == first {
		t.Errorf("the destroyed email is still first: %v", a.IDs)
	}
}

// TestMaxAnswer checks that a small request cannot ask for an endless answer.
func TestMaxAnswer(t *testing.T) {
	o := newOffice(t)
	blob := o.upload(t, "x", []byte("Subject: x\r\n\r\n"+strings.Repeat("word ", 1000)+"\r\n"))
	var done importAnswer
	o.ask(t, "Email/import", map[string]any{"accountId": o.ann, "emails": map[string]any{"k": map[string]any{"blobId": blob, "mailboxIds": map[string]bool{"f1": true}}}}, &done)
	o.api.conf.MaxAnswer = 4000
	for _, call := range []string{
		`Email/get {"accountId":"` + o.ann + `","ids":["e1"],"fetchAllBodyValues":true}`,
		`Email/parse {"accountId":"` + o.ann + `","blobIds":["` + blob + `"],"fetchAllBodyValues":true}`,
	} {
		if got := o.request(t, []string{call})[0]; !strings.HasPrefix(got, `error {"type":"requestTooLarge"`) {
			t.Errorf("%s: %.200s", call, got)
		}
	}
}
