package mailapi

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"chancery/kit/errs"
	"chancery/wire/jmapmail"
)

// ask runs one call and reads its answer.
func ask[T any](t *testing.T, o *office, method string, args any) T {
	t.Helper()
	b, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	got := o.request(t, []string{method + " " + string(b)})
	name, body, _ := strings.Cut(got[0], " ")
	var out T
	if err := json.Unmarshal([]byte(body), &out); err != nil || name != method {
		t.Fatalf("%s answered %s (%v)", method, got[0], err)
	}
	return out
}

func zipped(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, n := range names {
		if _, err := w.Create(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAttachments(t *testing.T) {
	o := newOffice(t)
	args := func(name string, content []byte) jmapmail.AttachmentArgs {
		return jmapmail.AttachmentArgs{AccountID: o.ann, BlobID: o.upload(t, name, content), Name: name}
	}
	for name, c := range map[string]struct{ raw, want, charset string }{
		"utf-8": {"各位好", "各位好", "utf-8"},
		"mark":  {"\xFF\xFEa\x00b\x00", "ab", "utf-16le"},
		"big5":  {strings.Repeat("\xB7\x7C\xC4\xB3\xAC\xF6\xBF\xFD\xBB\x50\xA4\xBD\xA4\xE5", 4), strings.Repeat("會議紀錄與公文", 4), "big5"},
	} {
		got := ask[jmapmail.AttachmentText](t, o, "Attachment/text", args(name, []byte(c.raw)))
		if strings.TrimPrefix(got.Text, "\uFEFF") != c.want || got.Charset != c.charset || got.IsTruncated {
			t.Errorf("%s: %+v", name, got)
		}
	}
	long := ask[jmapmail.AttachmentText](t, o, "Attachment/text", args("long", []byte(strings.Repeat("長", maxText))))
	if !long.IsTruncated || long.IsEncodingProblem || len(long.Text) > maxText {
		t.Errorf("long: %d bytes, %v, %v", len(long.Text), long.IsTruncated, long.IsEncodingProblem)
	}
	list := ask[jmapmail.AttachmentList](t, o, "Attachment/list", args("a.zip", zipped(t, "資料/", "資料/計畫.pdf")))
	if !list.IsArchive || list.Total != 2 || list.Entries[1].Name != "資料/計畫.pdf" || !list.Entries[0].IsFolder {
		t.Errorf("%+v", list)
	}
	if no := ask[jmapmail.AttachmentList](t, o, "Attachment/list", args("b.zip", []byte("no archive"))); no.IsArchive || no.Entries == nil {
		t.Errorf("%+v", no)
	}
	c := ask[jmapmail.AttachmentConverted](t, o, "Attachment/convert", args("a.docx", []byte("x")))
	if c.PDF != nil || c.Reason == nil || *c.Reason != "notInstalled" {
		t.Errorf("%+v", c)
	}
	if c := ask[jmapmail.AttachmentConverted](t, o, "Attachment/convert", args("a.html", []byte("x"))); *c.Reason != "notDocument" {
		t.Errorf("%+v", c)
	}
	raw, err := os.ReadFile("testdata/winmail.dat")
	if err != nil {
		t.Fatal(err)
	}
	opened := ask[jmapmail.AttachmentOpened](t, o, "Attachment/open", args("winmail.dat", raw))
	if !opened.IsTNEF || opened.Subject != "公文" || len(opened.Files) != 2 || opened.Files[0].Name != "年度報告.pdf" || opened.Files[0].Type != "application/pdf" {
		t.Fatalf("%+v", opened)
	}
	f, err := o.api.Open(t.Context(), o.ann, opened.Files[0].BlobID)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if b, _ := io.ReadAll(f); string(b) != "%PDF-1.4 data" {
		t.Errorf("%q", b)
	}
	// What is another's is not there.
	if got := o.request(t, []string{`Attachment/text {"accountId":"` + o.ann + `","blobId":"b` + strings.Repeat("0", 64) + `"}`}); !strings.Contains(got[0], "invalidArguments") {
		t.Errorf("%s", got[0])
	}
}

// problem writes an error as the door would, in short.
func problem(w http.ResponseWriter, err error) {
	w.WriteHeader(400 + int(errs.KindOf(err)))
	_, _ = io.WriteString(w, errs.Text(err))
}

func serveFiles(o *office) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /export/mail/{account}", o.api.ExportHandler(problem))
	mux.Handle("GET /export/mail/{account}", o.api.ExportHandler(problem))
	mux.Handle("POST /import/mail/{account}", o.api.ImportHandler(problem))
	return mux
}

// TestFiles takes an mbox file in by HTTP and out again.
func TestFiles(t *testing.T) {
	o := newOffice(t)
	h := serveFiles(o)
	do := func(method, url, mediaType, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
		r.Header.Set("Content-Type", mediaType)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	got := o.request(t, []string{`Mailbox/query {"accountId":"` + o.ann + `","filter":{"role":"inbox"}}`})
	_, body, _ := strings.Cut(got[0], " ")
	var found struct{ IDs []string }
	if err := json.Unmarshal([]byte(body), &found); err != nil || len(found.IDs) != 1 {
		t.Fatalf("%s, %v", got[0], err)
	}
	inbox := found.IDs[0]
	file := "From a@b.example Thu Nov 20 01:02:03 2025\nSubject: One\nStatus: RO\n\n>From here\n\nFrom a@b.example Thu Nov 20 01:02:04 2025\nSubject: Two\nStatus: O\n\nText\n\n"
	w := do("POST", "/import/mail/"+o.ann+"?mailbox="+inbox, "application/mbox", file)
	if w.Code != 200 || !strings.Contains(w.Body.String(), `"imported":2,"duplicates":0,"failed":0,"problems":[],"error":null`) {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	out := do("GET", "/export/mail/"+o.ann+"?mailbox="+inbox, "", "")
	if want := strings.ReplaceAll(file, "a@b.example", "MAILER-DAEMON"); out.Body.String() != want || !strings.Contains(out.Header().Get("Content-Disposition"), ".mbox") {
		t.Errorf("%v\n%q\n%q", out.Header(), out.Body, want)
	}
	whole := do("GET", "/export/mail/"+o.ann, "", "")
	if z, err := zip.NewReader(bytes.NewReader(whole.Body.Bytes()), int64(whole.Body.Len())); err != nil || len(z.File) < 3 {
		t.Errorf("%v", err)
	}
	ids := o.request(t, []string{`Email/query {"accountId":"` + o.ann + `","filter":{"subject":"Two"}}`})
	_, body, _ = strings.Cut(ids[0], " ")
	if err := json.Unmarshal([]byte(body), &found); err != nil || len(found.IDs) != 1 {
		t.Fatalf("%s, %v", ids[0], err)
	}
	some := do("POST", "/export/mail/"+o.ann, "application/x-www-form-urlencoded", "ids="+found.IDs[0])
	if s := some.Body.String(); !strings.Contains(s, "Subject: Two") || strings.Contains(s, "Subject: One") {
		t.Errorf("%s", s)
	}
	for url, code := range map[string]int{
		"/export/mail/" + o.ann + "?ids=nonsense":  400 + int(errs.Invalid),
		"/export/mail/" + o.ann + "?mailbox=f9999": 400 + int(errs.NotFound),
		"/export/mail/a9999":                       400 + int(errs.NotFound),
	} {
		if w := do("GET", url, "", ""); w.Code != code {
			t.Errorf("%s: %d %s, want %d", url, w.Code, w.Body, code)
		}
	}
}
