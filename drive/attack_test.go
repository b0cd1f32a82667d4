package drive

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"chancery/kit/testkit"
)

const tusHeader, tusValue = "Tus-Resumable", tusVersion

// TestTus speaks the protocol, rightly and wrongly.
func TestTus(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url, Config{MaxFile: 100})
		o.web.subject = o.who["ann"]
		if r := o.ask("OPTIONS", UploadPath, ""); r.StatusCode != 204 || r.Header.Get("Tus-Extension") != tusExtensions || r.Header.Get("Tus-Max-Size") != "100" {
			t.Errorf("options: %d %v", r.StatusCode, r.Header)
		}
		made := o.ask("POST", UploadPath, "", tusHeader, tusValue, "Upload-Length", "10", "Upload-Metadata", "filename Li4vLi4vw6QuZXhl,filetype dGV4dC9odG1s")
		where := made.Header.Get("Location")
		if made.StatusCode != 201 || !strings.HasPrefix(where, UploadPath+"f") || made.Header.Get("Upload-Expires") != "Tue, 03 Nov 2026 08:00:00 GMT" {
			t.Fatalf("create: %d %v", made.StatusCode, made.Header)
		}
		patch := func(offset, body string, more ...string) *http.Response {
			return o.ask("PATCH", where, body, append([]string{tusHeader, tusValue, "Content-Type", offsetType, "Upload-Offset", offset}, more...)...)
		}
		if r := patch("0", "hello"); r.StatusCode != 204 || r.Header.Get("Upload-Offset") != "5" {
			t.Errorf("patch: %d %v", r.StatusCode, r.Header)
		}
		if r := o.ask("HEAD", where, "", tusHeader, tusValue); r.StatusCode != 200 || r.Header.Get("Upload-Offset") != "5" || r.Header.Get("Upload-Length") != "10" || r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("head: %d %v", r.StatusCode, r.Header)
		}
		for name, c := range map[string]struct {
			got  *http.Response
			want int
		}{
			"another place":          {patch("0", "x"), 409},
			"beyond":                 {patch("99", "x"), 409},
			"a negative offset":      {patch("-5", "x"), 400},
			"an offset with a sign":  {patch("+5", "x"), 400},
			"too much":               {patch("5", "123456"), 400},
			"no version":             {o.ask("HEAD", where, ""), 412},
			"another version":        {o.ask("HEAD", where, "", tusHeader, "0.2.2"), 412},
			"another media type":     {o.ask("PATCH", where, "x", tusHeader, tusValue, "Upload-Offset", "5", "Content-Type", "text/plain"), 415},
			"no size":                {o.ask("POST", UploadPath, "", tusHeader, tusValue), 400},
			"a size told later":      {o.ask("POST", UploadPath, "", tusHeader, tusValue, "Upload-Defer-Length", "1"), 400},
			"too large":              {o.ask("POST", UploadPath, "", tusHeader, tusValue, "Upload-Length", "101"), 413},
			"a huge size":            {o.ask("POST", UploadPath, "", tusHeader, tusValue, "Upload-Length", "99999999999999999999"), 400},
			"metadata that is none":  {o.ask("POST", UploadPath, "", tusHeader, tusValue, "Upload-Length", "1", "Upload-Metadata", "filename !"), 400},
			"a number of no upload":  {o.ask("HEAD", UploadPath+"f00", "", tusHeader, tusValue), 404},
			"a path out of the room": {o.ask("HEAD", UploadPath+"..%2Fetc%2Fpasswd", "", tusHeader, tusValue), 404},
		} {
			if c.got.StatusCode != c.want {
				t.Errorf("%s: %d, want %d", name, c.got.StatusCode, c.want)
			}
		}
		// Somebody else knows the address of the upload.
		o.web.subject = o.who["bob"]
		for method, body := range map[string]string{"HEAD": "", "PATCH": "world", "DELETE": ""} {
			if r := o.ask(method, where, body, tusHeader, tusValue, "Content-Type", offsetType, "Upload-Offset", "10"); r.StatusCode != 404 {
				t.Errorf("%s by bob: %d", method, r.StatusCode)
			}
		}
		o.web.subject.Account = 0
		if r := o.ask("POST", UploadPath, "", tusHeader, tusValue, "Upload-Length", "1"); r.StatusCode != 401 {
			t.Errorf("nobody: %d", r.StatusCode)
		}
		o.web.subject = o.who["ann"]
		if r := o.ask("DELETE", where, "", tusHeader, tusValue); r.StatusCode != 204 || o.left(t) != 0 {
			t.Errorf("delete: %d, %d blobs", r.StatusCode, o.left(t))
		}
		if r := o.ask("HEAD", where, "", tusHeader, tusValue); r.StatusCode != 404 {
			t.Errorf("head after delete: %d", r.StatusCode)
		}
	})
}

// TestNames cleans what strangers and their browsers make of names.
func TestNames(t *testing.T) {
	long := strings.Repeat("長", 200)
	for in, want := range map[string]string{
		"plan.pdf": "plan.pdf", "../../etc/passwd": "passwd", `C:\Users\a\plan.pdf`: "plan.pdf", "": "file", "..": "file", " . ": "file",
		"a\r\nSet-Cookie: x=1": "aSet-Cookie: x=1", "invoice\u202efdp.exe": "invoicefdp.exe", "a\x00b": "ab", "bad\xffutf": "bad_utf",
		"會議紀錄.pdf": "會議紀錄.pdf", long: strings.Repeat("長", 85), `"; filename="x.exe`: `"; filename="x.exe`,
	} {
		if got := cleanName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"text/HTML": "text/html", "x": "application/octet-stream", "a/b\r\nc: d": "application/octet-stream", "a/b;c": "application/octet-stream"} {
		if got := cleanType(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestHeaderInjection has a file whose name tries to be more than a name.
func TestHeaderInjection(t *testing.T) {
	o := newOffice(t, "", Config{})
	file := o.upload(t, "ann", "x\"; filename=evil.html\r\nX-Bad: 1.html", []byte("<script>alert(1)</script>"))
	_, token := o.parcel(t, "ann", NewParcel{Files: []int64{file}, Name: "<script>alert(1)</script>"})
	r := o.ask("GET", LinkPath+token+"/"+fileText(file), "")
	if r.Header.Get("X-Bad") != "" || r.Header.Get("Content-Type") != "application/octet-stream" || strings.Count(r.Header.Get("Content-Disposition"), `"`) != 2 {
		t.Errorf("%v", r.Header)
	}
	if html := text(t, o.ask("GET", LinkPath+token, "")); strings.Contains(html, "<script") {
		t.Errorf("the page runs what a sender wrote:\n%s", html)
	}
}

// TestLinksAlike checks that unknown, closed, expired and foreign links are one
// answer, byte for byte.
func TestLinksAlike(t *testing.T) {
	o := newOffice(t, "", Config{})
	ctx := t.Context()
	make1 := func() (Parcel, string) {
		return o.parcel(t, "ann", NewParcel{Files: []int64{o.upload(t, "ann", "a", []byte("bytes"))}, Password: "long enough"})
	}
	closed, closedToken := make1()
	if err := o.account(t, "ann").Close(ctx, closed.ID); err != nil {
		t.Fatal(err)
	}
	_, open := make1()
	ask := func(method, path string) string {
		r := o.ask(method, path, "password=long+enough", "Content-Type", "application/x-www-form-urlencoded")
		return fmt.Sprint(r.StatusCode, r.Header, text(t, r))
	}
	for _, c := range [][2]string{{"GET", ""}, {"POST", ""}, {"GET", "/" + fileText(12345)}} {
		never := ask(c[0], LinkPath+strings.Repeat("a", 32)+c[1])
		if !strings.HasPrefix(never, "404") {
			t.Fatalf("%s: %s", c, never)
		}
		if got := ask(c[0], LinkPath+closedToken+c[1]); got != never {
			t.Errorf("%s: a closed link says\n%s\nan unknown one\n%s", c, got, never)
		}
	}
	// With a password, neither sender nor files are told before it.
	if html := text(t, o.ask("GET", LinkPath+open, "")); strings.Contains(html, "ANN") || strings.Contains(html, "city.example") || strings.Contains(html, ">a<") {
		t.Errorf("before the password:\n%s", html)
	}
}

// TestPassword guesses the password of a link.
func TestPassword(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url, Config{})
		file := o.upload(t, "ann", "a", []byte("bytes"))
		_, token := o.parcel(t, "ann", NewParcel{Files: []int64{file}, Password: "correct horse"})
		form := func(password string) *http.Response {
			return o.ask("POST", LinkPath+token, "password="+password, "Content-Type", "application/x-www-form-urlencoded")
		}
		path := LinkPath + token + "/" + fileText(file)
		if r := o.ask("GET", path, ""); r.StatusCode != 303 {
			t.Fatalf("without a password: %d", r.StatusCode)
		}
		for i := range 5 {
			if r := form(fmt.Sprint("guess", i)); r.StatusCode != 403 {
				t.Fatalf("guess %d: %d", i, r.StatusCode)
			}
		}
		if r := form("correct+horse"); r.StatusCode != 429 {
			t.Fatalf("the sixth try at once: %d", r.StatusCode)
		}
		// From elsewhere the link is as open as ever.
		o.web.peer = "198.51.100.9"
		good := form("correct+horse")
		if good.StatusCode != 303 || good.Header.Get("Location") != LinkPath+token {
			t.Fatalf("from elsewhere: %d", good.StatusCode)
		}
		c := good.Cookies()[0]
		if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != LinkPath+token {
			t.Errorf("cookie %+v", c)
		}
		if got := text(t, o.ask("GET", path, "", "Cookie", cookies(good))); got != "bytes" {
			t.Errorf("with the password: %q", got)
		}
		for name, value := range map[string]string{"another sum": c.Value[:len(c.Value)-1] + "x", "another time": "zzzzzz" + c.Value[6:], "nothing": "", "a point": "."} {
			if value == c.Value {
				continue
			}
			if r := o.ask("GET", path, "", "Cookie", passCookie+"="+value); r.StatusCode != 303 {
				t.Errorf("a pass with %s: %d", name, r.StatusCode)
			}
		}
		// A pass for one link is none for another.
		_, other := o.parcel(t, "ann", NewParcel{Files: []int64{o.upload(t, "ann", "b", []byte("other"))}, Password: "correct horse"})
		if html := text(t, o.ask("GET", LinkPath+other, "", "Cookie", cookies(good))); strings.Contains(html, ">b<") {
			t.Error("a pass opened another link")
		}
		o.clock.Advance(passLife + time.Second)
		if r := o.ask("GET", path, "", "Cookie", cookies(good)); r.StatusCode != 303 {
			t.Errorf("an old pass: %d", r.StatusCode)
		}
		if got := o.verbs(t); strings.Count(got, "parcel.open:forbidden") != 5 {
			t.Errorf("recorded %s", got)
		}
	})
}

// TestMaxFetches counts whole fetches, not requests.
func TestMaxFetches(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url, Config{})
		file := o.upload(t, "ann", "a", []byte("0123456789"))
		_, token := o.parcel(t, "ann", NewParcel{Files: []int64{file}, MaxFetches: 2})
		path := LinkPath + token + "/" + fileText(file)
		first := cookies(o.ask("GET", LinkPath+token, ""))
		for _, part := range []string{"bytes=0-4", "bytes=5-"} {
			if r := o.ask("GET", path, "", "Cookie", first, "Range", part); r.StatusCode != 206 {
				t.Fatalf("%s: %d", part, r.StatusCode)
			}
		}
		if r := o.ask("HEAD", path, ""); r.StatusCode != 200 || r.Header.Get("Content-Length") != "10" {
			t.Errorf("head: %d", r.StatusCode)
		}
		if r := o.ask("GET", path, ""); r.StatusCode != 200 {
			t.Errorf("the second: %d", r.StatusCode)
		}
		if r := o.ask("GET", path, "", "Range", "bytes=1-"); r.StatusCode != 410 {
			t.Errorf("the third, in part: %d", r.StatusCode)
		}
		if r := o.ask("GET", path, "", "Cookie", first); r.StatusCode != 200 {
			t.Errorf("the first goes on: %d", r.StatusCode)
		}
		if html := text(t, o.ask("GET", LinkPath+token, "")); strings.Contains(html, " download ") {
			t.Errorf("the page offers what is used up:\n%s", html)
		}
		if got := o.verbs(t); got != "parcel.make:ok parcel.fetch:ok parcel.fetch:ok parcel.fetch:over quota" {
			t.Errorf("recorded %s", got)
		}
	})
}

// TestInside checks a link for people of the organisation.
func TestInside(t *testing.T) {
	o := newOffice(t, "", Config{})
	file := o.upload(t, "bob", "a", []byte("bytes"))
	_, token := o.parcel(t, "bob", NewParcel{Files: []int64{file}, Inside: true})
	path := LinkPath + token + "/" + fileText(file)
	if r := o.ask("GET", LinkPath+token, ""); r.StatusCode != 403 {
		t.Errorf("a stranger: %d", r.StatusCode)
	}
	if r := o.ask("GET", path, ""); r.StatusCode != 303 {
		t.Errorf("a stranger who knows the file: %d", r.StatusCode)
	}
	o.web.subject = o.who["eve"]
	if got := text(t, o.ask("GET", path, "")); got != "bytes" {
		t.Errorf("a colleague: %q", got)
	}
	o.web.subject.Org = 2
	if r := o.ask("GET", path, ""); r.StatusCode != 404 {
		t.Errorf("somebody of another organisation: %d", r.StatusCode)
	}
	list, err := o.account(t, "bob").Log(t.Context(), o.parcelOf(t, "bob"))
	if err != nil || len(list) != 1 || list[0].Person != "eve@city.example" {
		t.Errorf("%+v, %v", list, err)
	}
}

func (o *office) parcelOf(t *testing.T, name string) int64 {
	t.Helper()
	list, _, err := o.account(t, name).Parcels(t.Context())
	if err != nil || len(list) == 0 {
		t.Fatalf("%v, %v", list, err)
	}
	return list[0].ID
}

// TestLanguages shows the page in what the browser prefers.
func TestLanguages(t *testing.T) {
	for accept, want := range map[string]string{
		"": "en", "zh-TW": "zh-TW", "zh-Hant-HK": "zh-TW", "zh-CN,zh;q=0.9": "zh-CN", "zh": "zh-CN", "vi": "vi", "ko-KR,ko;q=0.9,en;q=0.8": "ko",
		"fr,de;q=0.5": "en", "fr, ko;q=0.1": "ko", ";;;": "en", "en-GB": "en",
	} {
		if got, _ := wordsFor(accept); got != want {
			t.Errorf("%q: %s, want %s", accept, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 20_000_000: "20 MB", 999_600: "1.0 MB", 3_440_000_000: "3.4 GB", 10_000_000_000: "10 GB"} {
		if got := sizeText(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

// FuzzMetadata feeds the header in which programs say what a file is.
func FuzzMetadata(f *testing.F) {
	for _, s := range []string{"", "filename d29ybGQ=", "filename d29ybGQ=,is_confidential", "a b,a c", " , ", "filename Li4vLi4vZXRj", "\x00 YQ=="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := parseMetadata(s)
		if err != nil {
			return
		}
		name := cleanName(m["filename"])
		if name == "" || len(name) > maxName || strings.ContainsAny(name, "/\\\r\n\x00") {
			t.Errorf("%q became the name %q", s, name)
		}
		if kind := cleanType(m["filetype"]); strings.ContainsAny(kind, "\r\n;, ") {
			t.Errorf("%q became the type %q", s, kind)
		}
	})
}
