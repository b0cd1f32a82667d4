package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chancery/cmd/bench/outside"
)

// TestZoneByListener tells the zone by the address of ours that a connection
// comes to, at every door: whoever comes is on this machine, which is inner.
func TestZoneByListener(t *testing.T) {
	for name, c := range map[string]struct {
		outer            func(s *outside.Server) []string
		imap, smtp, page bool // whether the password is enough there
	}{
		"none":                      {func(*outside.Server) []string { return nil }, true, true, true},
		"the web's":                 {func(s *outside.Server) []string { return []string{s.HTTP} }, true, true, false},
		"IMAP's":                    {func(s *outside.Server) []string { return []string{s.IMAP} }, false, true, true},
		"submission's":              {func(s *outside.Server) []string { return []string{s.Submission} }, true, false, true},
		"all of the address":        {func(*outside.Server) []string { return []string{"127.0.0.1"} }, false, false, false},
		"another, on the same port": {func(s *outside.Server) []string { return []string{strings.Replace(s.IMAP, "127.0.0.1", "127.0.0.9", 1)} }, true, true, true},
	} {
		s := server(t, t.TempDir(), "zones.outer.needs = \"two\"\n", "ann@city.example")
		var quoted []string
		for _, at := range c.outer(s) {
			quoted = append(quoted, fmt.Sprintf("%q", at))
		}
		f, err := os.OpenFile(filepath.Join(s.Dir, "test.toml"), os.O_APPEND|os.O_WRONLY, 0)
		must(t, err)
		_, err = fmt.Fprintf(f, "zones.outer.listeners = [%s]\n", strings.Join(quoted, ","))
		must(t, err)
		must(t, f.Close())
		start(t, s)
		imap, err := outside.DialIMAP(s.IMAP)
		must(t, err)
		if err := imap.Login("ann@city.example", outside.Password); (err == nil) != c.imap {
			t.Errorf("%s: IMAP: %v", name, err)
		}
		imap.Close()
		d := begin(t, s.Submission, "STARTTLS", smtpEnds, nil)
		d.ask("EHLO here.example", smtpEnds)
		if got := d.ask("AUTH PLAIN "+base64.StdEncoding.EncodeToString([]byte("\x00ann@city.example\x00"+outside.Password)), smtpEnds); strings.HasPrefix(got, "235") != c.smtp {
			t.Errorf("%s: submission: %s", name, got)
		}
		v := visit(t, s)
		v.post(v.here+"/auth/sign-in", map[string]any{"address": "ann@city.example", "password": outside.Password})
		if got := v.me(); (got != "") != c.page {
			t.Errorf("%s: the web client: in as %q", name, got)
		}
		s.Kill()
	}
}
