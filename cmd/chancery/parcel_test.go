package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"testing"
	"time"

	"chancery/cmd/bench/outside"
	"chancery/kit/id"
	"chancery/kit/testkit"
)

// parcelSize is what TestParcelKilled sends.
const parcelSize = 200 << 20

// TestParcelKilled kills the server while a large file arrives. The upload goes
// on from what was acknowledged, and what is fetched by the link is the file.
func TestParcelKilled(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		parcelKilled(t, server(t, t.TempDir(), "", "p0@city.example"))
	})
	t.Run("postgres", func(t *testing.T) {
		parcelKilled(t, server(t, t.TempDir(), fmt.Sprintf("storage.database = %q", testkit.Postgres(t)), "p0@city.example"))
	})
}

func parcelKilled(t *testing.T, s *outside.Server) {
	start(t, s)
	file := make([]byte, parcelSize)
	source := rand.NewChaCha8([32]byte{7})
	_, err := source.Read(file)
	must(t, err)
	made := tus(t, s, "POST", "/tus/", nil, "Upload-Length", strconv.Itoa(parcelSize), "Upload-Metadata", "filename cGxhbi5wZGY=")
	where := made.Header.Get("Location")
	if made.StatusCode != http.StatusCreated {
		t.Fatalf("create: %s", made.Status)
	}
	offset := func() int64 {
		t.Helper()
		n, err := strconv.ParseInt(tus(t, s, "HEAD", where, nil).Header.Get("Upload-Offset"), 10, 64)
		must(t, err)
		return n
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := tusDo(ctx, s, "PATCH", where, bytes.NewReader(file), "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")
		ended <- err
	}()
	told := int64(0)
	for end := time.Now().Add(time.Minute); told < parcelSize/4 && time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		told = offset()
	}
	s.Kill()
	if err := <-ended; err == nil {
		t.Fatal("the whole file arrived before the server was killed")
	}
	cancel()
	start(t, s)
	at := offset()
	t.Logf("killed after %d MiB were told, goes on at %d MiB", told>>20, at>>20)
	if at < told || at >= parcelSize {
		t.Fatalf("goes on at %d of %d, %d was told", at, parcelSize, told)
	}
	rest := tus(t, s, "PATCH", where, bytes.NewReader(file[at:]), "Upload-Offset", strconv.FormatInt(at, 10), "Content-Type", "application/offset+octet-stream")
	if rest.StatusCode != http.StatusNoContent || rest.Header.Get("Upload-Offset") != strconv.Itoa(parcelSize) {
		t.Fatalf("the rest: %s, %s", rest.Status, rest.Header.Get("Upload-Offset"))
	}
	sum := sha256.New()
	_, err = io.Copy(sum, fetchParcel(t, s, where[len("/tus/"):]))
	must(t, err)
	if want := sha256.Sum256(file); !bytes.Equal(sum.Sum(nil), want[:]) {
		t.Error("what is fetched is not what was sent")
	}
	must(t, s.Stop(10*time.Second))
	checkClean(t, s)
}

// fetchParcel makes a parcel of an upload and fetches it as a stranger.
func fetchParcel(t *testing.T, s *outside.Server, upload string) io.Reader {
	t.Helper()
	c, err := outside.DialJMAP(s.HTTP, "p0@city.example", outside.Password)
	must(t, err)
	t.Cleanup(c.Close)
	c.Using = []string{"urn:chancery:params:jmap:parcel"}
	var answer struct {
		Created map[string]struct {
			Link  string
			Files []struct{ ID string }
		}
		NotCreated map[string]any
	}
	must(t, c.Ask(&answer, "Parcel/set", map[string]any{"create": map[string]any{"x": map[string]any{"files": []string{upload}}}}))
	made, ok := answer.Created["x"]
	if !ok {
		t.Fatalf("%v", answer.NotCreated)
	}
	r, err := http.Get(made.Link + "/" + made.Files[0].ID)
	must(t, err)
	t.Cleanup(func() { r.Body.Close() })
	if r.StatusCode != http.StatusOK || r.ContentLength != parcelSize {
		t.Fatalf("fetching: %s, %d bytes", r.Status, r.ContentLength)
	}
	if _, ok := id.Parse('f', made.Files[0].ID); !ok {
		t.Errorf("file %q", made.Files[0].ID)
	}
	return r.Body
}

func tus(t *testing.T, s *outside.Server, method, path string, body io.Reader, header ...string) *http.Response {
	t.Helper()
	r, err := tusDo(t.Context(), s, method, path, body, header...)
	must(t, err)
	return r
}

func tusDo(ctx context.Context, s *outside.Server, method, path string, body io.Reader, header ...string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+s.HTTP+path, body)
	if err != nil {
		return nil, err
	}
	r.SetBasicAuth("p0@city.example", outside.Password)
	r.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err == nil {
		res.Body.Close()
	}
	return res, err
}
