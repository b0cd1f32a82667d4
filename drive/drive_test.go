package drive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmap"
)

// office is a drive with ann, who may do all, bob, whose service level has no
// outside, and eve without files by link.
type office struct {
	room  *Room
	db    *store.Store
	dir   *directory.Directory
	clock *clock.Fake
	who   map[string]policy.Subject
	web   *fakeWeb
	told  map[int64]int
	mux   *http.ServeMux
}

// fakeWeb stands in for the HTTP door.
type fakeWeb struct {
	subject policy.Subject // who is signed in
	peer    string
	stands  error
}

func (w *fakeWeb) Subject(*http.Request) (policy.Subject, error) {
	if w.subject.Account == 0 {
		return w.subject, errs.E(errs.Unauthenticated, "Please sign in.")
	}
	return w.subject, nil
}

func (w *fakeWeb) Stands(context.Context) error { return w.stands }

func (w *fakeWeb) Visitor(*http.Request) Visitor {
	return Visitor{Subject: w.subject, Peer: netip.MustParseAddr(w.peer)}
}

func (w *fakeWeb) Secure(*http.Request) bool { return true }

func (w *fakeWeb) Problem(out http.ResponseWriter, err error) {
	status := map[errs.Kind]int{errs.NotFound: 404, errs.Forbidden: 403, errs.Conflict: 409, errs.Invalid: 400, errs.TooLarge: 413, errs.OverQuota: 507,
		errs.RateLimited: 429, errs.Unauthenticated: 401}[errs.KindOf(err)]
	http.Error(out, errs.Text(err), max(status, 400))
}

func newOffice(t *testing.T, url string, conf Config) *office {
	t.Helper()
	ctx := t.Context()
	db, err := store.Open(ctx, store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	o := &office{db: db, clock: clock.NewFake(time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)), who: map[string]policy.Subject{}, web: &fakeWeb{peer: "203.0.113.7"},
		told: map[int64]int{}, mux: http.NewServeMux()}
	if o.dir, err = directory.New(ctx, db, o.clock); err != nil {
		t.Fatal(err)
	}
	conf.Changed = func(account int64) { o.told[account]++ }
	if o.room, err = New(ctx, db, o.dir, conf, o.clock, testkit.Log(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.room.Wait)
	for name, without := range map[string]policy.Feature{"ann": 0, "bob": policy.FeatureOutside, "eve": policy.FeatureParcels} {
		a, err := o.dir.AddAccount(ctx, directory.Account{Address: name + "@city.example", Name: strings.ToUpper(name), Clearance: policy.Secret})
		if err != nil {
			t.Fatal(err)
		}
		o.who[name] = policy.Subject{Org: a.Org, Account: a.ID, Address: a.Address, Clearance: a.Clearance, Zone: policy.Inner, Peer: "10.0.0.1", Door: "jmap", Terms: policy.Terms{Without: without}}
	}
	for _, r := range append(o.room.Uploads(o.web), o.room.Pages(o.web)...) {
		o.mux.Handle(r.Pattern, r.Handler)
	}
	return o
}

func (o *office) account(t *testing.T, name string) *Account {
	t.Helper()
	a, err := o.room.Account(t.Context(), o.who[name], o.who[name].Account)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func stays(context.Context) error { return nil }

// bytesOf makes the bytes of a file; no two parts of it are alike.
func bytesOf(n int) []byte {
	b := make([]byte, n)
	sum := sha256.Sum256([]byte{byte(n)})
	for i := range b {
		if i%32 == 0 {
			sum = sha256.Sum256(sum[:])
		}
		b[i] = sum[i%32]
	}
	return b
}

// upload brings a whole file.
func (o *office) upload(t *testing.T, name, file string, b []byte) int64 {
	t.Helper()
	a := o.account(t, name)
	f, err := a.Begin(t.Context(), file, "application/pdf", int64(len(b)))
	if err == nil {
		f, err = a.Append(t.Context(), f.ID, 0, bytes.NewReader(b), stays)
	}
	if err != nil || f.Received != int64(len(b)) {
		t.Fatalf("%d received: %v", f.Received, err)
	}
	return f.ID
}

func (o *office) parcel(t *testing.T, name string, n NewParcel) (Parcel, string) {
	t.Helper()
	p, token, err := o.account(t, name).Make(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return p, token
}

// ask sends a request to the room's addresses.
func (o *office) ask(method, path, body string, header ...string) *http.Response {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	o.mux.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// cookies returns what a browser sends back.
func cookies(r *http.Response) string {
	list := []string{}
	for _, c := range r.Cookies() {
		list = append(list, c.Name+"="+c.Value)
	}
	return strings.Join(list, "; ")
}

// verbs lists what the record has of parcels, oldest first.
func (o *office) verbs(t *testing.T) string {
	t.Helper()
	o.room.Wait()
	list, err := audit.List(t.Context(), o.db, 1, 100)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, e := range list {
		if strings.HasPrefix(e.Verb, "parcel") {
			out = append([]string{e.Verb + ":" + e.Result}, out...)
		}
	}
	return strings.Join(out, " ")
}

// left counts the references to blobs.
func (o *office) left(t *testing.T) (n int64) {
	t.Helper()
	err := o.db.Refs(t.Context(), func(_ store.Scope, _ store.Hash, refs int64) error {
		n += refs
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestLife follows a parcel from the upload to its end.
func TestLife(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url, Config{})
		ctx := t.Context()
		plan := bytesOf(2*partSize + 12345)
		files := []int64{o.upload(t, "ann", "都市計畫圖.pdf", plan), o.upload(t, "ann", "empty.txt", nil)}
		p, token := o.parcel(t, "ann", NewParcel{Files: files})
		if p.Name != "都市計畫圖.pdf" || !p.Expires.Equal(o.clock.Now().AddDate(0, 0, 14)) || len(token) < 26 {
			t.Fatalf("%+v", p)
		}
		ann := o.account(t, "ann")
		if again, err := ann.Token(ctx, p); err != nil || again != token {
			t.Fatalf("the sender is shown %q: %v", again, err)
		}

		page := o.ask("GET", LinkPath+token, "", "Accept-Language", "vi-VN,vi;q=0.9")
		html := text(t, page)
		for _, want := range []string{`lang="vi"`, "都市計畫圖.pdf", "17 MB", "ANN", "Tải xuống"} {
			if !strings.Contains(html, want) {
				t.Errorf("the page has no %q:\n%s", want, html)
			}
		}
		path := LinkPath + token + "/" + fileText(files[0])
		got := o.ask("GET", path, "", "Cookie", cookies(page))
		if b := text(t, got); b != string(plan) {
			t.Fatalf("%d bytes of %d, or others", len(b), len(plan))
		}
		for h, want := range map[string]string{"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store, private",
			"Content-Disposition": "attachment; filename=\"_____.pdf\"; filename*=UTF-8''%E9%83%BD%E5%B8%82%E8%A8%88%E7%95%AB%E5%9C%96.pdf", "X-Robots-Tag": "noindex, nofollow, noarchive"} {
			if got.Header.Get(h) != want {
				t.Errorf("%s: %q, want %q", h, got.Header.Get(h), want)
			}
		}
		if csp := got.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") {
			t.Errorf("policy %q", csp)
		}
		// Across the border of two parts.
		part := o.ask("GET", path, "", "Cookie", cookies(page), "Range", "bytes=8388600-8388619")
		if b := text(t, part); part.StatusCode != 206 || b != string(plan[8388600:8388620]) {
			t.Errorf("range: %d, %d bytes", part.StatusCode, len(b))
		}
		if b := text(t, o.ask("GET", LinkPath+token+"/"+fileText(files[1]), "", "Cookie", cookies(page))); b != "" {
			t.Errorf("the empty file has %d bytes", len(b))
		}

		log, err := ann.Log(ctx, p.ID)
		if err != nil || len(log) != 2 || log[1].Sent != int64(len(plan))+20 || log[1].Peer != "203.0.113.7" {
			t.Fatalf("%+v, %v", log, err)
		}
		list, _, err := ann.Parcels(ctx)
		if err != nil || len(list) != 1 || list[0].Files[0].Fetches != 1 || list[0].Files[1].Fetches != 1 {
			t.Fatalf("%+v, %v", list, err)
		}

		o.ends(t, ann, p, path)
		want := "parcel.make:ok parcel.fetch:ok parcel.fetch:ok parcel.extend:ok parcel.close:ok parcel.open:not found parcel.remove:ok"
		if got := o.verbs(t); got != want {
			t.Errorf("recorded %s\nwant     %s", got, want)
		}
		if o.told[ann.id] == 0 {
			t.Error("nobody was told")
		}
	})
}

// ends extends, closes and deletes a parcel whose one file is at a path.
func (o *office) ends(t *testing.T, ann *Account, p Parcel, path string) {
	t.Helper()
	ctx := t.Context()
	if err := ann.Extend(ctx, p.ID, o.clock.Now().AddDate(0, 0, 91)); err != nil {
		t.Fatal(err)
	}
	if err := ann.Extend(ctx, p.ID, o.clock.Now().AddDate(0, 0, 92)); !errs.Is(err, errs.Invalid) {
		t.Fatalf("beyond the maximum: %v", err)
	}
	c, err := o.room.Check(ctx, func(store.Scope, store.Hash) {})
	if err != nil || len(c.Problems) != 0 || o.left(t) != 3 {
		t.Fatalf("%+v, %v; %d blobs", c, err, o.left(t))
	}
	if err := ann.Close(ctx, p.ID); err != nil {
		t.Fatal(err)
	}
	if n := o.left(t); n != 0 {
		t.Fatalf("%d blobs are held by a closed parcel", n)
	}
	if err := ann.Extend(ctx, p.ID, o.clock.Now().AddDate(0, 0, 1)); !errs.Is(err, errs.Conflict) {
		t.Fatalf("extending a closed parcel: %v", err)
	}
	if r := o.ask("GET", path, ""); r.StatusCode != 404 {
		t.Fatalf("a closed link: %d", r.StatusCode)
	}
	o.room.Wait()
	if err := ann.Remove(ctx, p.ID); err != nil {
		t.Fatal(err)
	}
	if list, _, _ := ann.Parcels(ctx); len(list) != 0 {
		t.Fatalf("%+v", list)
	}
}

// TestResume breaks uploads off and goes on.
func TestResume(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url, Config{})
		ctx := t.Context()
		b := bytesOf(partSize + 5000)
		ann := o.account(t, "ann")
		f, err := ann.Begin(ctx, "a.bin", "", int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		// The line breaks: what came is kept.
		lost := io.MultiReader(bytes.NewReader(b[:partSize+1000]), brokenLine{})
		if f, err = ann.Append(ctx, f.ID, 0, lost, stays); !errs.Is(err, errs.Unavailable) || f.Received != partSize+1000 {
			t.Fatalf("at %d: %v", f.Received, err)
		}
		if _, err = ann.Append(ctx, f.ID, 5, bytes.NewReader(b), stays); !errs.Is(err, errs.Conflict) {
			t.Fatalf("from another place: %v", err)
		}
		if _, _, err := ann.Make(ctx, NewParcel{Files: []int64{f.ID}}); !errs.Is(err, errs.Conflict) {
			t.Fatalf("a parcel of half a file: %v", err)
		}
		// The session ends: nothing more is taken.
		ended := errs.E(errs.Unauthenticated, "ended")
		if _, err = ann.Append(ctx, f.ID, f.Received, bytes.NewReader(b[f.Received:]), func(context.Context) error { return ended }); !errors.Is(err, ended) {
			t.Fatalf("after the session: %v", err)
		}
		if _, err := ann.Append(ctx, f.ID, f.Received, bytes.NewReader(append(b[f.Received:len(b):len(b)], 'x')), stays); !errs.Is(err, errs.Invalid) {
			t.Fatalf("more than the file has: %v", err)
		}
		if f, err = ann.Upload(ctx, f.ID); err != nil || f.Received != f.Size {
			t.Fatalf("at %d: %v", f.Received, err)
		}
		_, token := o.parcel(t, "ann", NewParcel{Files: []int64{f.ID}})
		if got := text(t, o.ask("GET", LinkPath+token+"/"+fileText(f.ID), "")); got != string(b) {
			t.Fatalf("%d bytes, or others", len(got))
		}
	})
}

type brokenLine struct{}

func (brokenLine) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

// TestRefused is what each person may not do.
func TestRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url, Config{MaxFile: 1000, Space: 1500, MaxUploads: 3, MaxFiles: 2})
		ctx := t.Context()
		ann, bob := o.account(t, "ann"), o.account(t, "bob")
		if _, err := o.room.Account(ctx, o.who["bob"], o.who["ann"].Account); !errs.Is(err, errs.NotFound) {
			t.Errorf("another's account: %v", err)
		}
		if _, err := o.account(t, "eve").Begin(ctx, "a", "", 1); !errors.Is(err, errNotOffered) {
			t.Errorf("without the feature: %v", err)
		}
		mine := o.upload(t, "ann", "a", []byte("mine"))
		if _, err := bob.Upload(ctx, mine); !errs.Is(err, errs.NotFound) {
			t.Errorf("another's upload: %v", err)
		}
		if err := bob.GiveUp(ctx, mine); !errs.Is(err, errs.NotFound) {
			t.Errorf("giving up another's upload: %v", err)
		}
		if _, _, err := bob.Make(ctx, NewParcel{Files: []int64{mine}, Inside: true}); !errs.Is(err, errs.NotFound) {
			t.Errorf("a parcel of another's upload: %v", err)
		}
		his := o.upload(t, "bob", "b", []byte("his"))
		if _, _, err := bob.Make(ctx, NewParcel{Files: []int64{his}}); !errors.Is(err, errNotOutside) {
			t.Errorf("for outside: %v", err)
		}
		for name, n := range map[string]NewParcel{
			"no files":            {},
			"a file twice":        {Files: []int64{mine, mine}},
			"too many":            {Files: []int64{mine, 2, 3}},
			"a short password":    {Files: []int64{mine}, Password: "1234567"},
			"expired":             {Files: []int64{mine}, Expires: o.clock.Now()},
			"for too long":        {Files: []int64{mine}, Expires: o.clock.Now().AddDate(1, 0, 0)},
			"fewer than no fetch": {Files: []int64{mine}, MaxFetches: -1},
			"a file that is not":  {Files: []int64{12345}},
		} {
			if _, _, err := ann.Make(ctx, n); err == nil {
				t.Errorf("a parcel with %s was made", name)
			}
		}
		if _, err := ann.Begin(ctx, "large", "", 1001); !errs.Is(err, errs.TooLarge) {
			t.Errorf("too large: %v", err)
		}
		if _, err := ann.Begin(ctx, "1", "", 900); err != nil {
			t.Error(err)
		}
		if _, err := ann.Begin(ctx, "2", "", 900); !errs.Is(err, errs.OverQuota) {
			t.Errorf("over the space: %v", err)
		}
		if _, err := ann.Begin(ctx, "3", "", 1); err != nil {
			t.Error(err)
		}
		if _, err := ann.Begin(ctx, "4", "", 1); !errs.Is(err, errs.RateLimited) {
			t.Errorf("too many at once: %v", err)
		}
		want := "parcel:forbidden parcel.make:forbidden parcel.make:forbidden"
		if got := o.verbs(t); got != want {
			t.Errorf("recorded %s\nwant     %s", got, want)
		}
	})
}

// TestTime lets uploads and parcels get old.
func TestTime(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url, Config{KeepDays: 30})
		ctx := t.Context()
		ann := o.account(t, "ann")
		tend := func() {
			t.Helper()
			if err := o.room.Tend(ctx); err != nil {
				t.Fatal(err)
			}
		}
		stale := o.upload(t, "ann", "stale", []byte("stale"))
		file := o.upload(t, "ann", "a", []byte("bytes"))
		p, token := o.parcel(t, "ann", NewParcel{Files: []int64{file}})
		o.clock.Advance(25 * time.Hour)
		tend()
		if _, err := ann.Upload(ctx, stale); !errs.Is(err, errs.NotFound) || o.left(t) != 1 {
			t.Fatalf("an old upload: %v, %d blobs", err, o.left(t))
		}
		o.clock.Advance(14 * 24 * time.Hour)
		if r := o.ask("GET", LinkPath+token, ""); r.StatusCode != 404 {
			t.Fatalf("an expired link before anybody looked: %d", r.StatusCode)
		}
		o.room.Wait()
		if err := ann.Extend(ctx, p.ID, o.clock.Now().AddDate(0, 0, 1)); !errs.Is(err, errs.Conflict) {
			t.Fatalf("extending what expired: %v", err)
		}
		tend()
		list, before, err := ann.Parcels(ctx)
		if err != nil || len(list) != 1 || list[0].Over != Expired || o.left(t) != 0 {
			t.Fatalf("%+v, %v, %d blobs", list, err, o.left(t))
		}
		o.clock.Advance(31 * 24 * time.Hour)
		tend()
		if list, _, _ := ann.Parcels(ctx); len(list) != 0 {
			t.Fatalf("%+v", list)
		}
		changes, err := ann.Changes(ctx, before)
		if err != nil || len(changes) != 1 || !changes[0].Gone {
			t.Fatalf("%+v, %v", changes, err)
		}
		if got := o.verbs(t); got != "parcel.make:ok parcel.open:not found parcel.expire:ok" {
			t.Errorf("recorded %s", got)
		}
	})
}

// TestLeaver checks that the links of whoever left are void, at once.
func TestLeaver(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url, Config{})
		system := policy.System(1)
		units, err := o.dir.AddUnits(t.Context(), system, []directory.Unit{{ID: id.New(), Names: map[string]string{"en": "City of Tests"}}})
		if err != nil {
			t.Fatal(err)
		}
		person, err := o.dir.AddPerson(t.Context(), system, directory.Person{Account: o.who["ann"].Account, Name: "Ann", Posts: []directory.Post{{Unit: units[0].ID, Title: "Clerk", Kind: "main"}}})
		if err != nil {
			t.Fatal(err)
		}
		file := o.upload(t, "ann", "a", []byte("bytes"))
		_, token := o.parcel(t, "ann", NewParcel{Files: []int64{file}})
		if html := text(t, o.ask("GET", LinkPath+token, "")); !strings.Contains(html, "City of Tests") {
			t.Errorf("the page does not name the organisation:\n%s", html)
		}
		if err := o.dir.Leave(t.Context(), system, person.ID, 0); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"", "/" + fileText(file)} {
			if r := o.ask("GET", LinkPath+token+path, ""); r.StatusCode != 404 {
				t.Errorf("%q after leaving: %d", path, r.StatusCode)
			}
		}
	})
}

// TestJMAP makes, reads, changes and deletes a parcel as a client does.
func TestJMAP(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url, Config{})
		who := o.who["ann"]
		c := o.room.Capabilities(Who{Subject: func(context.Context) (policy.Subject, error) { return who, nil }, Site: func(context.Context) string { return "https://mail.city.example" }})[0]
		account := id.Text('a', who.Account)
		call := func(name, args string) map[string]any {
			t.Helper()
			v, err := c.Methods[name](t.Context(), &jmap.Call{Name: name, ID: "0", Args: json.RawMessage(strings.ReplaceAll(args, "ACC", account)), Limits: jmap.DefaultLimits()})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			b, err := jmap.AppendValue(nil, v)
			out := map[string]any{}
			if err == nil {
				err = errors.Join(jmap.CheckIJSON(b), json.Unmarshal(b, &out))
			}
			if err != nil {
				t.Fatalf("%s: %v", b, err)
			}
			return out
		}
		file := fileText(o.upload(t, "ann", "a.pdf", []byte("bytes")))
		made := call("Parcel/set", `{"accountId":"ACC","create":{"x":{"name":"Plans","files":["`+file+`"],"password":"correct horse","maxDownloads":3,"expiresAt":"2026-11-09T00:00:00Z"}}}`)
		got, ok := made["created"].(map[string]any)["x"].(map[string]any)
		if !ok {
			t.Fatalf("%v", made)
		}
		if link, _ := got["link"].(string); !strings.HasPrefix(link, "https://mail.city.example/p/") || got["hasPassword"] != true || got["state"] != "open" || got["expiresAt"] != "2026-11-09T00:00:00Z" {
			t.Fatalf("%v", got)
		}
		one := got["id"].(string)
		since := made["oldState"].(string)
		if ch := call("Parcel/changes", `{"accountId":"ACC","sinceState":"`+since+`"}`); len(ch["created"].([]any)) != 1 {
			t.Fatalf("%v", ch)
		}
		list := call("Parcel/get", `{"accountId":"ACC","ids":["`+one+`"],"properties":["name","files","log"]}`)["list"].([]any)
		if x := list[0].(map[string]any); x["name"] != "Plans" || len(x["log"].([]any)) != 0 || len(x["files"].([]any)) != 1 {
			t.Fatalf("%v", x)
		}
		for patch, refused := range map[string]bool{`{"name":"Other"}`: true, `{"hasPassword":false}`: true, `{"state":"expired"}`: true, `{"expiresAt":"2026-11-20T00:00:00Z"}`: false, `{"link":null}`: true} {
			x := call("Parcel/set", `{"accountId":"ACC","update":{"`+one+`":`+patch+`}}`)
			if _, no := x["notUpdated"].(map[string]any); no != refused {
				t.Errorf("%s: %v", patch, x)
			}
		}
		if x := call("Parcel/set", `{"accountId":"ACC","update":{"`+one+`":{"state":"closed"}}}`); x["updated"] == nil {
			t.Fatalf("%v", x)
		}
		list = call("Parcel/get", `{"accountId":"ACC","ids":null}`)["list"].([]any)
		if x := list[0].(map[string]any); x["state"] != "closed" || x["link"] != nil {
			t.Fatalf("%v", x)
		}
		if x := call("Parcel/set", `{"accountId":"ACC","destroy":["`+one+`"]}`); len(x["destroyed"].([]any)) != 1 {
			t.Fatalf("%v", x)
		}
		if _, has, err := c.Offer(t.Context()); !has || err != nil {
			t.Errorf("ann is offered nothing: %v", err)
		}
		if own, err := c.States(t.Context(), account); err != nil || own["Parcel"] == "" {
			t.Errorf("ann's state: %v, %v", own, err)
		}
		if other, err := c.States(t.Context(), id.Text('a', o.who["bob"].Account)); err != nil || len(other) != 0 {
			t.Errorf("the state of an account that ann reaches: %v, %v", other, err)
		}
		who = o.who["eve"]
		if _, has, err := c.Offer(t.Context()); has || err != nil {
			t.Errorf("eve is offered links: %v", err)
		}
	})
}
