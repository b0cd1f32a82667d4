package store

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// fakeS3 starts an S3-compatible server in this process.
func fakeS3(t testing.TB) *S3Options {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("chancery"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	return &S3Options{Endpoint: strings.TrimPrefix(server.URL, "http://"), Bucket: "chancery", Prefix: "city/", AccessKey: "a", SecretKey: "b", Insecure: true}
}
