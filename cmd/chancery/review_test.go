package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"chancery/cmd/bench/outside"
	"chancery/kit/testkit"
	"chancery/store"
)

// call calls one method of the person's own account.
func (b *browser) call(urn, method, args string, into any) {
	b.t.Helper()
	var session struct{ PrimaryAccounts map[string]string }
	b.ask("GET", "/jmap/session", "", &session)
	var said struct{ MethodResponses [][]json.RawMessage }
	b.ask("POST", "/jmap/api", fmt.Sprintf(`{"using":["urn:ietf:params:jmap:core",%q],"methodCalls":[[%q,{"accountId":%q%s},"0"]]}`,
		urn, method, session.PrimaryAccounts["urn:ietf:params:jmap:mail"], args), &said)
	if len(said.MethodResponses) == 0 {
		b.t.Fatalf("%s: no answer", method)
	}
	var name string
	must(b.t, json.Unmarshal(said.MethodResponses[0][0], &name))
	if name == "error" {
		b.t.Fatalf("%s: %s", method, said.MethodResponses[0][1])
	}
	if into != nil {
		must(b.t, json.Unmarshal(said.MethodResponses[0][1], into))
	}
}

// inbox lists the subjects that IMAP shows.
func inbox(t *testing.T, s *outside.Server, account string) (subjects []string) {
	t.Helper()
	answer, err := signedIn(t, s, account, "INBOX").Do(`UID FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])`)
	must(t, err)
	for _, l := range answer.Lines {
		for _, part := range l.Literals {
			subjects = append(subjects, strings.TrimSpace(strings.TrimPrefix(string(part), "Subject: ")))
		}
	}
	return subjects
}

// TestReviewAtDoors sends with swaks, kills the server, releases and returns
// letters over JMAP, and looks with IMAP (C12, C13).
func TestReviewAtDoors(t *testing.T) {
	need(t, "swaks")
	s := server(t, t.TempDir(), "review.four_eyes = false", "ann@city.example", "bob@city.example", "carl@city.example", "sue@city.example")
	for _, args := range []string{"role grant sue@city.example security"} {
		if out, err := s.Run(t.Context(), strings.Fields(args)...); err != nil && !strings.Contains(out, "sue@city.example") {
			t.Fatal(err)
		}
	}
	start(t, s)
	sue := newBrowser(t, s, "Mozilla/5.0 Firefox/140.0")
	sue.signIn("sue@city.example", outside.Password)
	sue.call("urn:chancery:params:jmap:mailflow", "FlowRule/set", `,"id":null,"rule":{"name":"Budgets","isEnabled":true,"when":{"direction":"out","words":["budget"]},
		"then":{"journal":true,"hold":{"steps":[{"reviewers":["carl@city.example"],"hours":24}]}}}`, nil)
	sue.call("urn:chancery:params:jmap:mailflow", "FlowRule/set", `,"id":null,"rule":{"name":"Plans","isEnabled":true,"when":{"words":["war plan"]},"then":{"refuse":"Plans go by paper."}}`, nil)
	send := func(subject, body string) string {
		cmd := exec.CommandContext(t.Context(), "swaks", "--server", s.Submission, "--auth", "PLAIN", "--auth-user", "ann@city.example", "--auth-password", outside.Password,
			"--from", "ann@city.example", "--to", "bob@city.example", "--header", "Subject: "+subject, "--body", body)
		out, _ := cmd.CombinedOutput()
		return string(out)
	}
	if said := send("refused", "The war plan."); !strings.Contains(said, "554 5.7.1 Plans go by paper.") {
		t.Error(said)
	}
	for _, subject := range []string{"first", "second"} {
		if said := send(subject, "The budget."); !strings.Contains(said, "250 2.0.0 The letter is stored and waits for its review") {
			t.Error(said)
		}
	}
	s.Kill()
	start(t, s)
	if got := inbox(t, s, "bob@city.example"); len(got) != 0 {
		t.Errorf("bob has %v", got)
	}
	carl := newBrowser(t, s, "Mozilla/5.0 Firefox/140.0")
	carl.signIn("carl@city.example", outside.Password)
	var list struct {
		List []struct {
			ID, Title string
			MayDecide bool
			About     struct {
				Rules  []string
				Found  []struct{ Text string }
				BlobID string `json:"blobId"`
			}
		}
	}
	carl.call("urn:chancery:params:jmap:approvals", "Approval/get", `,"ids":null`, &list)
	if len(list.List) != 2 || !list.List[0].MayDecide || len(list.List[0].About.Found) == 0 || list.List[0].About.BlobID == "" {
		t.Fatalf("carl: %+v", list)
	}
	for _, x := range list.List {
		var letter struct {
			Parsed map[string]struct{ Subject string }
		}
		carl.call("urn:ietf:params:jmap:mail", "Email/parse", fmt.Sprintf(`,"blobIds":[%q],"properties":["subject"]`, x.About.BlobID), &letter)
		if letter.Parsed[x.About.BlobID].Subject != x.Title {
			t.Errorf("%s: %+v", x.Title, letter)
		}
		what := map[string]string{"first": `"what":"approve","note":""`, "second": `"what":"refuse","note":"Not yet."`}[x.Title]
		carl.call("urn:chancery:params:jmap:approvals", "Approval/decide", fmt.Sprintf(`,"id":%q,%s`, x.ID, what), nil)
	}
	s.Kill()
	start(t, s)
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		bob, ann := inbox(t, s, "bob@city.example"), strings.Join(inbox(t, s, "ann@city.example"), "\n")
		if len(bob) == 1 && bob[0] == "first" && strings.Contains(ann, "Not released") && strings.Contains(ann, "Held") {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("bob has %v, ann %v", bob, ann)
		}
	}
	checkClean(t, s)
	s.Kill()
	journalVerified(t, s)
}

// journalVerified finds a change in a journal of two letters that was whole.
func journalVerified(t *testing.T, s *outside.Server) {
	t.Helper()
	if out, err := s.Run(t.Context(), "journal", "verify"); err != nil || !strings.Contains(out, "2 letters are kept, 0 have ended, 0 problems") {
		t.Errorf("the journal: %s, %v", out, err)
	}
	db, err := store.Open(t.Context(), store.Options{Dir: s.Dir, Log: testkit.Log(t)})
	must(t, err)
	must(t, db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE mail_journal SET data = replace(data, 'first', 'third')")
		return err
	}))
	must(t, db.Close())
	if out, err := s.Command(t.Context(), "journal", "verify").Output(); err == nil || !strings.Contains(string(out), "was changed") || !strings.Contains(string(out), "1 problems") {
		t.Errorf("a changed journal: %s, %v", out, err)
	}
}
