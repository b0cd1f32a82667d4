package httpdoor

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

// TestSecretPaths checks that the log has no part of a path that is a secret,
// and that pages of other sites can send nothing to such addresses either.
func TestSecretPaths(t *testing.T) {
	var log bytes.Buffer
	ok := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	d, err := New(Config{}, &people{sessions: map[string]Subject{}}, fstest.MapFS{}, []Route{
		{"GET /p/{token}", Public, ok}, {"POST /p/{token}", Public, ok}, {"GET /p/{token}/{file}", Public, ok}, {"PATCH /tus/{file}", Public, ok}, {"DELETE /tus/{file}", Public, ok},
	}, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, path, origin string) int {
		r := httptest.NewRequest(method, "https://mail.city.example"+path, nil)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, r)
		return w.Code
	}
	for _, path := range []string{"/p/verysecret", "/p/verysecret/f1"} {
		if code := ask("GET", path, ""); code != http.StatusNoContent {
			t.Errorf("%s: %d", path, code)
		}
	}
	for _, c := range []struct {
		method, path, origin string
		want                 int
	}{
		{"POST", "/p/verysecret", "https://mail.city.example", 204}, {"POST", "/p/verysecret", "https://evil.example", 403}, {"POST", "/p/verysecret", "null", 403},
		{"PATCH", "/tus/f1", "https://evil.example", 403}, {"DELETE", "/tus/f1", "https://evil.example", 403}, {"PATCH", "/tus/f1", "https://mail.city.example", 204},
	} {
		if code := ask(c.method, c.path, c.origin); code != c.want {
			t.Errorf("%s %s from %s: %d, want %d", c.method, c.path, c.origin, code, c.want)
		}
	}
	ask("PUT", "/p/verysecret", "")
	if text := log.String(); strings.Contains(text, "verysecret") || strings.Count(text, "path=/p/{token} ") != 6 {
		t.Errorf("the log has the secret:\n%s", text)
	}
}
