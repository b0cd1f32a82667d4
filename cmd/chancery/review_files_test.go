package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"chancery/cmd/bench/outside"
)

// TestFilesAtDoors sends documents with swaks: those with a word of a rule wait
// for review, with the name of the file told; a locked one is refused.
func TestFilesAtDoors(t *testing.T) {
	need(t, "swaks")
	s := server(t, t.TempDir(), "review.four_eyes = false", "ann@city.example", "bob@city.example", "carl@city.example", "sue@city.example")
	if out, err := s.Run(t.Context(), "role", "grant", "sue@city.example", "security"); err != nil && !strings.Contains(out, "sue@city.example") {
		t.Fatal(err)
	}
	start(t, s)
	sue := newBrowser(t, s, "Mozilla/5.0 Firefox/140.0")
	sue.signIn("sue@city.example", outside.Password)
	sue.call("urn:chancery:params:jmap:mailflow", "FlowRule/set", `,"id":null,"rule":{"name":"Phoenix","isEnabled":true,"when":{"direction":"out","words":["鳳凰計畫"]},
		"then":{"hold":{"steps":[{"reviewers":["carl@city.example"]}]}}}`, nil)
	sue.call("urn:chancery:params:jmap:mailflow", "FlowRule/set", `,"id":null,"rule":{"name":"Open","isEnabled":true,"when":{"attachments":{"unreadable":true}},"then":{"refuse":"Send files that can be read."}}`, nil)
	send := func(file string) string {
		cmd := exec.CommandContext(t.Context(), "swaks", "--server", s.Submission, "--auth", "PLAIN", "--auth-user", "ann@city.example", "--auth-password", outside.Password,
			"--from", "ann@city.example", "--to", "bob@city.example", "--header", "Subject: "+file, "--body", "See the file.", "--attach-type", "application/octet-stream",
			"--attach-name", file, "--attach", "@"+filepath.Join("..", "..", "wire", "filetext", "testdata", file))
		out, _ := cmd.CombinedOutput()
		return string(out)
	}
	for _, file := range []string{"letter.docx", "letter.pdf"} {
		if said := send(file); !strings.Contains(said, "250 2.0.0") {
			t.Error(said)
		}
	}
	if said := send("locked.pdf"); !strings.Contains(said, "554 5.7.1 Send files that can be read.") {
		t.Error(said)
	}
	carl := newBrowser(t, s, "Mozilla/5.0 Firefox/140.0")
	carl.signIn("carl@city.example", outside.Password)
	var list struct {
		List []struct {
			Title string
			About struct {
				Found []struct{ Where, Kind, Text, File string }
			}
		}
	}
	carl.call("urn:chancery:params:jmap:approvals", "Approval/get", `,"ids":null`, &list)
	if len(list.List) != 2 {
		t.Fatalf("%d letters wait", len(list.List))
	}
	for _, x := range list.List {
		if f := x.About.Found; len(f) != 1 || f[0].Where != "file" || f[0].Kind != "word" || f[0].Text != "鳳凰計畫" || f[0].File != x.Title {
			t.Errorf("%s: found %+v", x.Title, f)
		}
	}
	if got := inbox(t, s, "bob@city.example"); len(got) != 0 {
		t.Errorf("bob has %v", got)
	}
	checkClean(t, s)
}
