package convert

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chancery/kit/errs"
)

func TestKind(t *testing.T) {
	for in, want := range map[[2]string]string{
		{"application/msword; charset=x", ""}: "doc", {"application/octet-stream", "計畫.XLSX"}: "xlsx",
		{"", "a.odp"}: "odp", {"text/html", "a.html"}: "", {"application/zip", "a.zip"}: "", {"text/rtf", "a.exe"}: "rtf",
	} {
		if got := Kind(in[0], in[1]); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// stand writes a program that stands in for LibreOffice.
func stand(t *testing.T, script string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "soffice")
	if err := os.WriteFile(name, []byte("#!/bin/sh\nfor last; do :; done\nout=$(dirname \"$last\")/out\nmkdir -p \"$out\"\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestNotInstalled(t *testing.T) {
	c := New(Config{Program: "/nowhere/soffice"})
	if _, err := c.PDF(t.Context(), "doc", strings.NewReader("x")); c.Available() || !errs.Is(err, errs.Unsupported) {
		t.Errorf("%v", err)
	}
}

// TestWalls runs a stand-in that tells what it can see.
func TestWalls(t *testing.T) {
	t.Setenv("CHANCERY_MASTER_KEY", "secret")
	c := New(Config{Program: stand(t, `(env; ulimit -v; cat "$last"; ls /sys/class/net) > "$out/document.pdf"`)})
	b, err := c.PDF(t.Context(), "docx", strings.NewReader("the document"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	if strings.Contains(text, "secret") || !strings.Contains(text, "4194304") || !strings.Contains(text, "the document") {
		t.Errorf("%s", text)
	}
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), "chancery-office-*"))
	for _, d := range left {
		if f, err := os.Stat(d); err == nil && time.Since(f.ModTime()) < time.Second {
			t.Errorf("%s is left", d)
		}
	}
}

func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		conf   Config
		script string
		kind   errs.Kind
	}{
		"input":   {Config{MaxInput: 3}, "", errs.TooLarge},
		"output":  {Config{MaxOutput: 3}, `echo too much > "$out/document.pdf"`, errs.TooLarge},
		"fails":   {Config{}, "exit 3", errs.Invalid},
		"nothing": {Config{}, "exit 0", errs.Invalid},
		"time":    {Config{Time: 200 * time.Millisecond}, "sleep 30 & sleep 30", errs.Invalid},
	} {
		c.conf.Program = stand(t, c.script)
		start := time.Now()
		if _, err := New(c.conf).PDF(t.Context(), "doc", strings.NewReader("document")); errs.KindOf(err) != c.kind || err == nil {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}

// TestQueue checks that few wait and nobody waits for ever.
func TestQueue(t *testing.T) {
	c := New(Config{Program: stand(t, "sleep 30"), Waiting: 1, Time: 5 * time.Second})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { _, err := c.PDF(ctx, "doc", strings.NewReader("x")); done <- err }()
	for c.waiting.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	if _, err := c.PDF(t.Context(), "doc", strings.NewReader("x")); !errs.Is(err, errs.RateLimited) {
		t.Errorf("%v", err)
	}
	cancel()
	if err := <-done; err == nil {
		t.Error("the conversion that was given up succeeded")
	}
}
