package house

import (
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/smtp"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"testing"

	"chancery/directory"
	"chancery/kit/id"
	"chancery/mail"
	"chancery/policy"
	"chancery/wire/siolabel"
)

// TestSecrecy draws the table of zone, clearance and door (C15): which levels
// of letters are there at each real door, and which can be sent from it, to
// somebody who may see everything and to outside. UPDATE=1 writes it anew.
func TestSecrecy(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Which levels of letters somebody of a clearance finds at each door, and sends by it;\n# - is a letter without a level, 0 public ... 4 top secret. \"post\" is cleared for internal\n# and holds a post that is for secret, \"past\" held it until some day before.\n# UPDATE=1 go test ./house -run TestSecrecy writes it anew.\n")
	columns := []struct {
		name string
		try  func(*reader) string
	}{
		{"list", (*reader).list}, {"search", (*reader).search}, {"get", (*reader).get}, {"blob", (*reader).blobs}, {"snippet", (*reader).snippets}, {"export", (*reader).export},
		{"program", (*reader).program}, {"imap", (*reader).imapLevels}, {"pop", (*reader).popLevels},
		{"draft", (*reader).drafts}, {"web send", func(r *reader) string { return r.webSends("top@city.example") }}, {"to low", func(r *reader) string { return r.webSends("low@city.example") }}, {"web out", func(r *reader) string { return r.webSends("a@elsewhere.example") }},
		{"submission", func(r *reader) string { return r.submits("top@city.example") }}, {"subm. out", func(r *reader) string { return r.submits("a@elsewhere.example") }},
	}
	line := func(zone, clearance string, cell func(n int) string) {
		text := fmt.Sprintf("%-8s%-14s", zone, clearance)
		for n := range columns {
			text += fmt.Sprintf("%-11s", cell(n))
		}
		b.WriteString(strings.TrimRight(text, " ") + "\n")
	}
	line("zone", "clearance", func(n int) string { return columns[n].name })
	for _, zone := range []string{"inner", "outer"} {
		t.Run(zone, func(t *testing.T) {
			t.Setenv(EnvPrefix+"SECRECY_OUTSIDE", "internal")
			if zone == "outer" {
				t.Setenv(EnvPrefix+"NETWORK_INNER", "192.0.2.0/24")
			}
			h, doors := openHouse(t)
			newClerk(t, h, doors, "top", policy.Terms{}).clear(policy.TopSecret)
			newClerk(t, h, doors, "low", policy.Terms{}).clear(policy.Internal)
			for clearance := policy.Public; clearance <= policy.TopSecret; clearance++ {
				r := newReader(t, h, doors, "reader"+word(clearance), clearance)
				line(zone, clearance.String(), func(n int) string { return columns[n].try(r) })
			}
			for _, name := range []string{"post", "past"} {
				r := newReader(t, h, doors, name, policy.Internal)
				r.hold(policy.Secret, map[string]string{"past": "2026-01-31"}[name])
				line(zone, name+" secret", func(n int) string { return columns[n].try(r) })
			}
		})
	}
	golden(t, "testdata/secrecy.txt", b.String())
}

// reader is somebody whose inbox has a letter of each level.
type reader struct {
	*clerk
	ids []string // of the letters, by level, the one without first
	raw []string
	v   *visit

	inbox int64
}

func (c *clerk) clear(l policy.Level) {
	c.t.Helper()
	c.check(c.house.Directory.SetClearance(c.t.Context(), policy.System(directory.DefaultOrg), c.account.ID, l))
}

// hold gives them a post that is cleared for a level, until a day.
func (c *clerk) hold(l policy.Level, ends string) {
	c.t.Helper()
	system := policy.System(directory.DefaultOrg)
	units, err := c.house.Directory.AddUnits(c.t.Context(), system, []directory.Unit{{Names: map[string]string{"en": c.account.Name}}})
	c.check(err)
	view, err := c.house.Directory.View(c.t.Context(), system)
	c.check(err)
	p, ok := view.Of(c.account.ID)
	if !ok {
		c.t.Fatal("no person has the account")
	}
	c.check(c.house.Directory.ChangePerson(c.t.Context(), system, p.ID, func(p *directory.Person) error {
		p.Posts = []directory.Post{{Unit: units[0].ID, Title: "officer", Kind: directory.PostActing, Ends: ends, Clearance: l}}
		return nil
	}))
}

// labelLine is the header line of a level; "" for none.
func labelLine(h *House, l policy.Level) string {
	if l == policy.Unlabelled {
		return ""
	}
	return siolabel.Field + ": " + h.Mail.LabelField(mail.Label{Level: l}) + "\r\n"
}

// word is what stands for a level in the table and in subjects.
func word(l policy.Level) string {
	if l == policy.Unlabelled {
		return "-"
	}
	return fmt.Sprint(int(l))
}

func newReader(t *testing.T, h *House, d *Doors, name string, clearance policy.Level) *reader {
	t.Helper()
	c := newClerk(t, h, d, name, policy.Terms{})
	c.clear(clearance)
	box, err := h.Mail.Account(t.Context(), policy.System(directory.DefaultOrg), c.account.ID)
	c.check(err)
	snap, err := box.Snapshot(t.Context())
	c.check(err)
	inbox, _ := snap.ByRole(mail.RoleInbox)
	r := &reader{clerk: c, inbox: inbox.ID}
	for l := policy.Unlabelled; l <= policy.TopSecret; l++ {
		letter, err := box.Spool(t.Context(), strings.NewReader("From: x@city.example\r\nSubject: Level ("+word(l)+")\r\n"+labelLine(h, l)+"\r\nneedle\r\n"))
		c.check(err)
		made, err := box.Append(t.Context(), mail.NewMessage{Letter: letter, Mailboxes: []int64{inbox.ID}})
		c.check(err)
		content, err := box.Content(t.Context(), made[0].ID)
		c.check(err)
		r.ids = append(r.ids, id.Text('e', made[0].ID))
		r.raw = append(r.raw, "b"+hex.EncodeToString(content[0].Blob.Hash[:]))
	}
	if r.v = c.browser(computer); r.v.status != "y" {
		t.Fatal(r.v.status)
	}
	return r
}

const urnMail = "urn:ietf:params:jmap:mail"

// levelsIn collects the words of levels from subjects.
func levelsIn(text string) string {
	var found []string
	for _, m := range regexp.MustCompile(`Level(?:<.mark>|\\u003c/mark\\u003e)? \((.)\)`).FindAllStringSubmatch(text, -1) {
		if !slices.Contains(found, m[1]) {
			found = append(found, m[1])
		}
	}
	slices.Sort(found)
	return strings.Join(found, "")
}

func asText(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// got are the levels of a query's emails; its total has to be as many.
func (r *reader) got(args string) string {
	q := r.v.call(urnMail, "Email/query", args)
	g := r.v.call(urnMail, "Email/get", `{"accountId":"$account","ids":`+asText(q["ids"])+`,"properties":["subject"]}`)
	found := levelsIn(asText(g))
	if total := fmt.Sprint(q["total"]); total != fmt.Sprint(len(found)) {
		return found + " of " + total
	}
	return found
}

func (r *reader) list() string { return r.got(`{"accountId":"$account","calculateTotal":true}`) }

func (r *reader) search() string {
	return r.got(`{"accountId":"$account","filter":{"text":"needle"},"calculateTotal":true}`)
}

func (r *reader) get() string {
	return levelsIn(asText(r.v.call(urnMail, "Email/get", `{"accountId":"$account","ids":`+asText(r.ids)+`,"properties":["subject"]}`)))
}

func (r *reader) snippets() string {
	return levelsIn(asText(r.v.call(urnMail, "SearchSnippet/get", `{"accountId":"$account","filter":{"subject":"Level"},"emailIds":`+asText(r.ids)+`}`)["list"]) + "")
}

// each collects the words of the levels that something holds for.
func each(holds func(l policy.Level) bool) (out string) {
	for l := policy.Unlabelled; l <= policy.TopSecret; l++ {
		if holds(l) {
			out += word(l)
		}
	}
	return out
}

func (r *reader) fetch(path string) string {
	q, err := http.NewRequestWithContext(r.t.Context(), "GET", r.doors.URL("http")+path, nil)
	r.check(err)
	q.Header.Set("User-Agent", computer)
	res, err := r.v.Do(q)
	r.check(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	r.check(err)
	return string(text)
}

func (r *reader) blobs() string {
	return each(func(l policy.Level) bool {
		path := "/jmap/download/" + id.Text('a', r.account.ID) + "/" + r.raw[l+1] + "/letter.eml?accept=message/rfc822"
		return levelsIn(r.fetch(path)) != ""
	})
}

// export asks the room, as the door for whole mailboxes does.
func (r *reader) export() string {
	subject, err := r.house.Identity.Verify(r.t.Context(), r.account.Address, termsPassword, r.house.peerOf("127.0.0.1:1", "http"))
	r.check(err)
	box, err := r.house.Mail.Account(r.t.Context(), subject, r.account.ID)
	r.check(err)
	var text strings.Builder
	_, err = box.ExportBox(r.t.Context(), &text, r.inbox, nil)
	r.check(err)
	return levelsIn(text.String())
}

// program is a program that speaks JMAP, with an app password.
func (r *reader) program() string {
	body := strings.ReplaceAll(`{"using":["urn:ietf:params:jmap:core","urn:ietf:params:jmap:mail"],"methodCalls":[["Email/query",{"accountId":"$account"},"0"],["Email/get",{"accountId":"$account","#ids":{"resultOf":"0","name":"Email/query","path":"/ids"},"properties":["subject"]},"1"]]}`, "$account", id.Text('a', r.account.ID))
	q, err := http.NewRequestWithContext(r.t.Context(), "POST", r.doors.URL("http")+"/jmap/api", strings.NewReader(body))
	r.check(err)
	q.SetBasicAuth(r.account.Address, r.app)
	q.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(q)
	r.check(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	r.check(err)
	return levelsIn(string(text))
}

// lines sends commands to a door and returns all that it says, until a line
// that begins with the last word.
func (r *reader) lines(door, until string, commands ...string) string {
	conn, err := textproto.Dial("tcp", r.doors.Addr(door))
	r.check(err)
	defer conn.Close()
	for _, c := range commands {
		r.check(conn.PrintfLine("%s", c))
	}
	var all strings.Builder
	for {
		text, err := conn.ReadLine()
		r.check(err)
		all.WriteString(text + "\n")
		if strings.HasPrefix(text, until) {
			return all.String()
		}
	}
}

func (r *reader) imapLevels() string {
	said := r.lines("imap", "z ", fmt.Sprintf(`a LOGIN "%s" "%s"`, r.account.Address, r.app), "b SELECT INBOX", "c FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])", "z LOGOUT")
	found := levelsIn(said)
	if !strings.Contains(said, fmt.Sprintf("* %d EXISTS", len(found))) {
		return found + " counted otherwise"
	}
	return found
}

func (r *reader) popLevels() string {
	commands := []string{"USER " + r.account.Address, "PASS " + r.app}
	for n := 1; n <= 6; n++ {
		commands = append(commands, fmt.Sprintf("TOP %d 0", n))
	}
	conn := append(commands, "NOOP", "QUIT")
	return levelsIn(r.lines("pop", "+OK Goodbye", conn...))
}

// draft makes a letter of a level in the web client, and returns its id.
func (r *reader) draft(l policy.Level, to string) (email string, refused string) {
	boxes := r.v.call(urnMail, "Mailbox/get", `{"accountId":"$account","ids":null}`)["list"].([]any)
	secrecy := "null"
	if l != policy.Unlabelled {
		secrecy = `{"level":"` + l.String() + `","until":null}`
	}
	var made map[string]any
	var out struct{ MethodResponses [][]json.RawMessage }
	args := strings.ReplaceAll(fmt.Sprintf(`{"accountId":"$account","create":{"n":{"mailboxIds":{"%s":true},"from":[{"email":"%s"}],"to":[{"email":"%s"}],"subject":"s","secrecy":%s}}}`, boxes[0].(map[string]any)["id"], r.account.Address, to, secrecy), "$account", id.Text('a', r.account.ID))
	if got := r.v.ask("POST", "/jmap/api", map[string]any{"using": []string{"urn:ietf:params:jmap:core", urnMail, "urn:chancery:params:jmap:secrecy"}, "methodCalls": []any{[]any{"Email/set", json.RawMessage(args), "0"}}}, &out); got != "y" {
		r.t.Fatal(got)
	}
	r.check(json.Unmarshal(out.MethodResponses[0][1], &made))
	if refused := refusedOr(made); refused != "y" {
		return "", refused
	}
	return made["created"].(map[string]any)["n"].(map[string]any)["id"].(string), ""
}

func (r *reader) drafts() string {
	return each(func(l policy.Level) bool { _, refused := r.draft(l, "top@city.example"); return refused == "" })
}

func (r *reader) webSends(to string) string {
	return each(func(l policy.Level) bool { return r.webSend(l, to) == "y" })
}

// webSend says y, or the type of the refusal of a letter of the level.
func (r *reader) webSend(l policy.Level, to string) string {
	const submission = "urn:ietf:params:jmap:submission"
	who := r.v.call(submission, "Identity/get", `{"accountId":"$account","ids":null}`)["list"].([]any)[0].(map[string]any)["id"]
	email, refused := r.draft(l, to)
	if refused != "" {
		return refused
	}
	return refusedOr(r.v.call(submission, "EmailSubmission/set", fmt.Sprintf(`{"accountId":"$account","create":{"n":{"identityId":"%s","emailId":"%s"}}}`, who, email)))
}

func (r *reader) submits(to string) string {
	m := r.submission()
	defer m.Close()
	return each(func(l policy.Level) bool {
		err := r.submit(m, l, to)
		got := replyCode(r.clerk, err)
		if got != "y" && !strings.HasSuffix(got, " 5.7.1") {
			r.t.Errorf("level %s is answered %s", word(l), got)
		}
		return got == "y"
	})
}

// submission signs a mail program in.
func (r *reader) submission() *smtp.Client {
	m, err := smtp.Dial(r.doors.Addr("submission"))
	r.check(err)
	r.check(m.Hello("client.example"))
	if ok, _ := m.Extension("STARTTLS"); ok {
		r.check(m.StartTLS(&tls.Config{InsecureSkipVerify: true})) // the house made its certificate itself
	}
	r.check(m.Auth(smtp.PlainAuth("", r.account.Address, r.app, "127.0.0.1")))
	return m
}

// submit sends a letter of the level, and returns what the server says of it.
func (r *reader) submit(m *smtp.Client, l policy.Level, to string) error {
	r.t.Helper()
	r.check(m.Reset())
	r.check(m.Mail(r.account.Address))
	r.check(m.Rcpt(to))
	w, err := m.Data()
	r.check(err)
	_, err = io.WriteString(w, "From: "+r.account.Address+"\r\nTo: "+to+"\r\nSubject: s\r\n"+labelLine(r.house, l)+"\r\nx\r\n")
	r.check(err)
	return w.Close()
}

// TestSecrecyCarried: what is made of a letter is as secret as the letter, by
// whatever way: its bytes, its files, a draft that was given a level later.
func TestSecrecyCarried(t *testing.T) {
	h, doors := openHouse(t)
	newClerk(t, h, doors, "low", policy.Terms{}).clear(policy.Internal)
	newClerk(t, h, doors, "top", policy.Terms{}).clear(policy.TopSecret)
	r := newReader(t, h, doors, "reader"+word(policy.TopSecret), policy.TopSecret)
	const using = "urn:chancery:params:jmap:secrecy"
	call := func(method, args string) map[string]any {
		var out struct{ MethodResponses [][]json.RawMessage }
		args = strings.ReplaceAll(args, "$account", id.Text('a', r.account.ID))
		if got := r.v.ask("POST", "/jmap/api", map[string]any{"using": []string{"urn:ietf:params:jmap:core", urnMail, "urn:ietf:params:jmap:submission", using}, "methodCalls": []any{[]any{method, json.RawMessage(args), "0"}}}, &out); got != "y" {
			t.Fatal(got)
		}
		m := map[string]any{}
		r.check(json.Unmarshal(out.MethodResponses[0][1], &m))
		return m
	}
	box := r.v.call(urnMail, "Mailbox/get", `{"accountId":"$account","ids":null}`)["list"].([]any)[0].(map[string]any)["id"].(string)
	make := func(more string) (email string, answer map[string]any) {
		answer = call("Email/set", fmt.Sprintf(`{"accountId":"$account","create":{"n":{"mailboxIds":{"%s":true},"from":[{"email":"%s"}],"to":[{"email":"low@city.example"}],"subject":"s"%s}}}`, box, r.account.Address, more))
		if refusedOr(answer) == "y" {
			email = answer["created"].(map[string]any)["n"].(map[string]any)["id"].(string)
		}
		return email, answer
	}
	levelOf := func(email string) string {
		return asText(call("Email/get", `{"accountId":"$account","ids":["`+email+`"],"properties":["secrecy"]}`)["list"].([]any)[0].(map[string]any)["secrecy"])
	}
	secret := `{"level":"secret","until":null}`
	whole := `,"attachments":[{"blobId":"` + r.raw[policy.Secret+1] + `","type":"message/rfc822"}]`
	for name, more := range map[string]string{
		"a letter that goes along":               whole,
		"one with a lower level of its own":      whole + `,"secrecy":{"level":"internal","until":null}`,
		"a part of it":                           `,"attachments":[{"blobId":"` + r.raw[policy.Secret+1] + `_1","type":"text/plain"}]`,
		"its bytes as something else altogether": `,"attachments":[{"blobId":"` + r.raw[policy.Secret+1] + `","type":"image/png"}]`,
	} {
		if email, answer := make(more); email == "" || levelOf(email) != secret {
			t.Errorf("%s: %v", name, answer)
		}
	}
	if _, answer := make(`,"header:SIO-Label:asText":"marking=x"`); refusedOr(answer) != "invalidProperties" {
		t.Errorf("a label by the field itself: %v", answer)
	}
	// A draft that was given a level after it was written.
	email, _ := make("")
	if a := call("Email/relabel", `{"accountId":"$account","emailId":"`+email+`","level":"secret","until":null,"reason":"sources"}`); a["newState"] == nil {
		t.Fatal(a)
	}
	who := call("Identity/get", `{"accountId":"$account","ids":null}`)["list"].([]any)[0].(map[string]any)["id"]
	sent := call("EmailSubmission/set", fmt.Sprintf(`{"accountId":"$account","create":{"n":{"identityId":"%s","emailId":"%s"}}}`, who, email))
	if got := refusedOr(sent); got != "levelUncleared" {
		t.Errorf("sent to who may not see it: %v", sent)
	}
	made := call("Email/import", `{"accountId":"$account","emails":{"n":{"blobId":"`+r.raw[policy.Secret+1]+`","mailboxIds":{"`+box+`":true}}}}`)
	if id := made["created"].(map[string]any)["n"].(map[string]any)["id"].(string); levelOf(id) != secret {
		t.Errorf("imported as %s", levelOf(id))
	}
}
