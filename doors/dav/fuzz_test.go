package dav

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"chancery/kit/id"
	"chancery/wire/webdav"
)

// FuzzRequest holds every request of somebody who is signed in to an answer of
// the protocol: no fault of the server, and XML that is read again.
func FuzzRequest(f *testing.F) {
	o := newOffice(f, "", Config{})
	home := Root + homes + "/" + id.Text(accountID, o.people["wang"].Account) + "/"
	for _, file := range []string{"apple", "davx5", "search", "refused"} {
		raw, err := os.ReadFile("testdata/" + file + ".txt")
		must(f, err)
		for part := range strings.SplitSeq(string(raw), "\n> ") {
			request, _, _ := strings.Cut(part, "\n<\n")
			_, request, _ = strings.Cut(request, "\n")
			head, body, _ := strings.Cut(request, "\n\n")
			line, _, _ := strings.Cut(head, "\n")
			method, path, _ := strings.Cut(line, " ")
			_, path, _ = strings.Cut(path, "$wang/")
			f.Add(method, path, "1", body)
		}
	}
	door := New(Config{}, o.books, o.Directory, o, o.log)
	f.Fuzz(func(t *testing.T, method, path, depth, body string) {
		r := httptest.NewRequest(http.MethodGet, "http://localhost/", strings.NewReader(body))
		r.Method, r.URL = method, &url.URL{Path: home + path}
		r.Header.Set("Depth", depth)
		r.SetBasicAuth("wang@city.example", "right")
		w := httptest.NewRecorder()
		door.ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != http.StatusNotImplemented && w.Code != http.StatusInsufficientStorage {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		if strings.HasPrefix(w.Header().Get("Content-Type"), "application/xml") {
			if _, err := webdav.Parse(w.Body.Bytes(), webdav.Limits{Bytes: 1 << 30, Nodes: 1 << 30}); err != nil {
				t.Fatalf("%v: %s", err, w.Body)
			}
		}
	})
}
