package house

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/smtp"
	"net/textproto"
	"os"
	"strings"
	"testing"
	"time"

	"chancery/directory"
	"chancery/drive"
	"chancery/identity"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/policy"

	"github.com/go-ldap/ldap/v3"
)

// Browsers as they call themselves.
const (
	computer = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	phone    = "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
)

const termsPassword = "A good password 7"

// clerk is somebody with a service level, at the doors of a running house.
type clerk struct {
	t       *testing.T
	house   *House
	doors   *Doors
	account directory.Account
	app     string // app password, made before the level was given
}

// TestTerms draws the table of feature and door: what somebody without a
// feature is answered at each real door. UPDATE=1 writes it anew.
func TestTerms(t *testing.T) {
	h, doors := openHouse(t)
	columns := []struct {
		name string
		try  func(*clerk) string
	}{
		{"computer", func(c *clerk) string { return c.browser(computer).status }},
		{"phone", func(c *clerk) string { return c.browser(phone).status }},
		{"offline", (*clerk).offline}, {"push", (*clerk).push}, {"large file", (*clerk).parcel}, {"new app pw", (*clerk).newAppPassword},
		{"imap", func(c *clerk) string { return c.imap(termsPassword) }},
		{"imap app", func(c *clerk) string { return c.imap(c.app) }},
		{"submission", func(c *clerk) string { return c.submit("colleague@city.example") }},
		{"to outside", func(c *clerk) string { return c.submit("a@elsewhere.example") }},
		{"web out", func(c *clerk) string { return c.send("a@elsewhere.example") }},
		{"rule out", (*clerk).sendOn},
		{"ldap", (*clerk).ldap}, {"pop", (*clerk).pop},
		{"jmap basic", func(c *clerk) string { return c.basic("GET", "/.well-known/jmap") }},
		{"carddav", func(c *clerk) string { return c.basic("OPTIONS", "/dav/") }},
	}
	var b strings.Builder
	b.WriteString("# What somebody without a feature of the service is answered at each door; y is\n# let in or done, . is not offered, and anything else the refusal.\n# UPDATE=1 go test ./house -run TestTerms writes it anew.\n")
	line := func(name string, cell func(n int) string) {
		text := fmt.Sprintf("%-14s", name)
		for n := range columns {
			text += fmt.Sprintf("%-12s ", cell(n))
		}
		b.WriteString(strings.TrimRight(text, " ") + "\n")
	}
	line("without", func(n int) string { return columns[n].name })
	for n := range len(policy.Features) + 1 {
		name, terms := "nothing", policy.Terms{}
		if n > 0 {
			name, terms.Without = policy.Features[n-1].Name, policy.Features[n-1].Feature
		}
		who := newClerk(t, h, doors, "clerk."+strings.ToLower(name), terms)
		line(name, func(n int) string { return columns[n].try(who) })
	}
	golden(t, "testdata/terms.txt", b.String())
}

// golden holds a table against the one that is kept; UPDATE=1 keeps it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the table is now\n%s", got)
	}
}

// openHouse opens a house with every door on this machine, until the test ends.
func openHouse(t *testing.T) (*House, *Doors) {
	t.Helper()
	for key, value := range map[string]string{"HTTP_LISTEN": "127.0.0.1:0", "HTTP_LISTEN_TLS": "", "IMAP_LISTEN": "127.0.0.1:0", "IMAP_LISTEN_TLS": "", "IMAP_PLAIN_LOOPBACK": "true",
		"POP_LISTEN": "127.0.0.1:0", "POP_PLAIN_LOOPBACK": "true", "LDAP_LISTEN": "127.0.0.1:0", "LDAP_PLAIN_LOOPBACK": "true", "SMTP_LISTEN": "", "SMTP_SUBMISSION": "127.0.0.1:0", "SMTP_SUBMISSION_TLS": "", "SMTP_PLAIN_LOOPBACK": "true", "MAIL_FORWARD_OUTSIDE": "true",
		"HOSTNAME": "mail.city.example", "QUEUE_SMARTHOST": "127.0.0.1:9"} {
		t.Setenv(EnvPrefix+key, value)
	}
	c, err := LoadConfig("")
	if err != nil {
		t.Fatal(err)
	}
	h, err := Open(t.Context(), t.TempDir(), c, testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	d, err := h.OpenDoors()
	if err != nil {
		t.Fatal(err)
	}
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- d.Run(t.Context(), func() error { close(ready); return nil }) }()
	t.Cleanup(func() { // the context has ended before
		if err := <-done; err != nil {
			t.Error(err)
		}
		h.Close()
	})
	<-ready
	return h, d
}

// newClerk makes somebody of a level of their own.
func newClerk(t *testing.T, h *House, d *Doors, name string, terms policy.Terms) *clerk {
	t.Helper()
	ctx, system := t.Context(), policy.System(directory.DefaultOrg)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	add := func(address string) directory.Account {
		a, err := h.AddAccount(ctx, system, NewAccount{Address: address, PasswordHash: identity.HashPassword(termsPassword), Language: "en"})
		must(err)
		return a
	}
	if _, _, err := h.Directory.Resolve(ctx, "colleague@city.example"); err != nil {
		add("colleague@city.example")
	}
	a := add(name + "@city.example")
	step, err := h.Identity.SignIn(ctx, a.Address, termsPassword, h.peerOf("127.0.0.1", "http"))
	must(err)
	_, app, err := h.Identity.AddAppPassword(ctx, step.Subject, "telephone")
	must(err)
	l, err := h.Directory.AddServiceLevel(ctx, system, directory.ServiceLevel{Names: map[string]string{"en": name}, Terms: terms})
	must(err)
	_, err = h.Directory.AddPerson(ctx, system, directory.Person{Account: a.ID, Address: a.Address, Name: name, Level: l.ID})
	must(err)
	return &clerk{t, h, d, a, app}
}

func (c *clerk) check(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatalf("%s: %v", c.account.Address, err)
	}
}

// visit is a browser after its sign-in.
type visit struct {
	c      *clerk
	agent  string
	status string
	http.Client
}

func (c *clerk) browser(agent string) *visit {
	c.t.Helper()
	jar, err := cookiejar.New(nil)
	c.check(err)
	v := &visit{c: c, agent: agent, Client: http.Client{Jar: jar}}
	v.status = v.ask("POST", "/auth/sign-in", map[string]string{"address": c.account.Address, "password": termsPassword}, nil)
	return v
}

// ask says y, or the type of the problem, or else the status.
func (v *visit) ask(method, path string, body, into any) string {
	v.c.t.Helper()
	text, err := json.Marshal(body)
	v.c.check(err)
	r, err := http.NewRequestWithContext(v.c.t.Context(), method, v.c.doors.URL("http")+path, bytes.NewReader(text))
	v.c.check(err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", v.agent)
	res, err := v.Do(r)
	v.c.check(err)
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	v.c.check(err)
	if res.StatusCode >= 300 {
		var problem struct{ Type string }
		v.c.check(json.Unmarshal(answer, &problem))
		if kind, ours := strings.CutPrefix(problem.Type, "urn:chancery:problem:"); ours {
			return kind
		}
		return fmt.Sprint(res.StatusCode)
	}
	if into != nil {
		v.c.check(json.Unmarshal(answer, into))
	}
	return "y"
}

// call runs one JMAP method with the person's account.
func (v *visit) call(using, method, args string) map[string]any {
	v.c.t.Helper()
	args = strings.ReplaceAll(args, "$account", id.Text('a', v.c.account.ID))
	var out struct{ MethodResponses [][]json.RawMessage }
	if got := v.ask("POST", "/jmap/api", map[string]any{"using": []string{"urn:ietf:params:jmap:core", using}, "methodCalls": []any{[]any{method, json.RawMessage(args), "0"}}}, &out); got != "y" {
		v.c.t.Fatalf("%s: %s", method, got)
	}
	m := map[string]any{}
	v.c.check(json.Unmarshal(out.MethodResponses[0][1], &m))
	return m
}

// refusedOr is the type of what a set refused for the creation "n", or y.
func refusedOr(answer map[string]any) string {
	if kind, ok := answer["type"].(string); ok {
		return kind
	}
	if not, ok := answer["notCreated"].(map[string]any); ok {
		if n, ok := not["n"].(map[string]any); ok {
			return fmt.Sprint(n["type"])
		}
	}
	return "y"
}

func (c *clerk) offline() string {
	v := c.browser(computer)
	if v.status != "y" {
		return v.status
	}
	var me struct{ Offline bool }
	if got := v.ask("GET", "/auth/me", nil, &me); got != "y" || me.Offline {
		return got
	}
	return "."
}

func (c *clerk) push() string {
	v := c.browser(computer)
	if v.status != "y" {
		return v.status
	}
	return refusedOr(v.call("urn:ietf:params:jmap:core", "PushSubscription/set", `{"create":{"n":{"deviceClientId":"d","url":"https://127.0.0.1:9/push","types":null}}}`))
}

// parcel makes a link for people outside of a file that is not there: whoever
// may have links hears just that.
func (c *clerk) parcel() string {
	v := c.browser(computer)
	if v.status != "y" {
		return v.status
	}
	if got := refusedOr(v.call(drive.URN, "Parcel/set", `{"accountId":"$account","create":{"n":{"files":["`+id.Text('f', 1)+`"]}}}`)); got != "notFound" {
		return got
	}
	return "y"
}

func (c *clerk) newAppPassword() string {
	v := c.browser(computer)
	if v.status != "y" {
		return v.status
	}
	return refusedOr(v.call(identity.URN, "AppPassword/add", `{"accountId":"$account","name":"one more"}`))
}

func (c *clerk) imap(password string) string {
	conn, err := textproto.Dial("tcp", c.doors.Addr("imap"))
	c.check(err)
	defer conn.Close()
	_, err = conn.ReadLine()
	c.check(err)
	c.check(conn.PrintfLine(`a LOGIN "%s" "%s"`, c.account.Address, password))
	for {
		text, err := conn.ReadLine()
		c.check(err)
		if rest, ok := strings.CutPrefix(text, "a "); ok {
			return yesOr(strings.HasPrefix(rest, "OK"), strings.Fields(rest)[0])
		}
	}
}

func yesOr(ok bool, or string) string {
	if ok {
		return "y"
	}
	return or
}

// submit signs in for submission and names a recipient.
func (c *clerk) submit(to string) string {
	m, err := smtp.Dial(c.doors.Addr("submission"))
	c.check(err)
	defer m.Close()
	c.check(m.Hello("client.example"))
	if ok, _ := m.Extension("STARTTLS"); ok {
		c.check(m.StartTLS(&tls.Config{InsecureSkipVerify: true})) // the house made its certificate itself
	}
	err = m.Auth(smtp.PlainAuth("", c.account.Address, termsPassword, "127.0.0.1"))
	if err == nil {
		err = m.Mail(c.account.Address)
	}
	if err == nil {
		err = m.Rcpt(to)
	}
	return replyCode(c, err)
}

// replyCode is y, or the reply code with the enhanced one.
func replyCode(c *clerk, err error) string {
	if err == nil {
		return "y"
	}
	reply, ok := err.(*textproto.Error)
	if !ok {
		c.t.Fatalf("%s: %v", c.account.Address, err)
	}
	return fmt.Sprintf("%d %s", reply.Code, strings.Fields(reply.Msg)[0])
}

// send writes a letter in the web client and sends it.
func (c *clerk) send(to string) string {
	v := c.browser(computer)
	if v.status != "y" {
		return v.status
	}
	const mailURN = "urn:ietf:params:jmap:mail"
	boxes := v.call(mailURN, "Mailbox/get", `{"accountId":"$account","ids":null}`)["list"].([]any)
	made := v.call(mailURN, "Email/set", fmt.Sprintf(`{"accountId":"$account","create":{"n":{"mailboxIds":{"%s":true},"from":[{"email":"%s"}],"to":[%s],"subject":"s"}}}`,
		boxes[0].(map[string]any)["id"], c.account.Address, `{"email":"`+strings.ReplaceAll(to, ",", `"},{"email":"`)+`"}`))
	email := made["created"].(map[string]any)["n"].(map[string]any)["id"]
	const submission = "urn:ietf:params:jmap:submission"
	who := v.call(submission, "Identity/get", `{"accountId":"$account","ids":null}`)["list"].([]any)[0].(map[string]any)["id"]
	return refusedOr(v.call(submission, "EmailSubmission/set", fmt.Sprintf(`{"accountId":"$account","create":{"n":{"identityId":"%s","emailId":"%s"}}}`, who, email)))
}

// sendOn writes a rule that sends letters on to an address outside.
func (c *clerk) sendOn() string {
	v := c.browser(computer)
	if v.status != "y" {
		return v.status
	}
	set := v.call("urn:chancery:params:jmap:rules", "MailRules/set", `{"accountId":"$account","update":{"singleton":{"rules":[{"id":"r","name":"on","isEnabled":true,"match":"all",
		"conditions":[{"field":"subject","op":"contains","value":"a"}],"actions":[{"type":"forwardTo","value":"a@elsewhere.example"}]}]}}}`)
	if not, ok := set["notUpdated"].(map[string]any); ok && not["singleton"] != nil {
		return fmt.Sprint(not["singleton"].(map[string]any)["type"])
	}
	return "y"
}

// TestTermsLimits holds limits of a level at the doors: how large a letter is,
// what its files have together, and to how many it goes.
func TestTermsLimits(t *testing.T) {
	h, doors := openHouse(t)
	c := newClerk(t, h, doors, "small", policy.Terms{MaxMessage: 50_000, MaxAttachments: 10_000, MaxRecipients: 2})
	m, err := smtp.Dial(doors.Addr("submission"))
	c.check(err)
	defer m.Close()
	c.check(m.Hello("client.example"))
	if ok, _ := m.Extension("STARTTLS"); ok {
		c.check(m.StartTLS(&tls.Config{InsecureSkipVerify: true}))
	}
	c.check(m.Auth(smtp.PlainAuth("", c.account.Address, termsPassword, "127.0.0.1")))
	letter := func(kind string, size int) string {
		return "From: " + c.account.Address + "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\ntext\r\n--b\r\nContent-Type: " + kind +
			"\r\n\r\n" + strings.Repeat("0123456789abcdefghijklmnopqrstuvwxyzABCD\r\n", size/42) + "--b--\r\n"
	}
	for _, s := range []struct {
		name, text string
		rcpts      int
		want       string
	}{
		{"fits", letter("application/pdf", 9_000), 2, "y"},
		{"three recipients", "", 3, "452 4.5.3"},
		{"large files", letter("application/pdf", 20_000), 1, "552 5.3.4"},
		{"large letter", letter("text/plain", 60_000), 1, "552 5.3.4"},
	} {
		c.check(m.Reset())
		c.check(m.Mail(c.account.Address))
		for n := range s.rcpts {
			if err = m.Rcpt([]string{"colleague@city.example", c.account.Address, "a@elsewhere.example"}[n]); err != nil {
				break
			}
		}
		if err == nil {
			w, werr := m.Data()
			c.check(werr)
			_, werr = io.WriteString(w, s.text)
			c.check(werr)
			err = w.Close()
		}
		if got := replyCode(c, err); got != s.want {
			t.Errorf("%s: %s, want %s", s.name, got, s.want)
		}
	}
	// The web client learns the limit before, and is held to it.
	v := c.browser(computer)
	var session struct {
		Accounts map[string]struct {
			AccountCapabilities map[string]struct{ MaxSizeAttachmentsPerEmail int64 }
		}
	}
	const mailURN = "urn:ietf:params:jmap:mail"
	if got := v.ask("GET", "/.well-known/jmap", nil, &session); got != "y" || session.Accounts[id.Text('a', c.account.ID)].AccountCapabilities[mailURN].MaxSizeAttachmentsPerEmail != 10_000 {
		t.Errorf("%s %+v", got, session)
	}
	if got := c.send("colleague@city.example,a@elsewhere.example,b@elsewhere.example"); got != "tooManyRecipients" {
		t.Errorf("three recipients in the web client: %s", got)
	}
}

// TestTermsPace holds at the doors how many letters people of a level send
// within an hour, by whatever door, and tells them to try later.
func TestTermsPace(t *testing.T) {
	h, doors := openHouse(t)
	c := newClerk(t, h, doors, "slow", policy.Terms{MaxHourly: 2})
	program := func() string {
		m, err := smtp.Dial(doors.Addr("submission"))
		c.check(err)
		defer m.Close()
		if ok, _ := m.Extension("STARTTLS"); ok {
			c.check(m.StartTLS(&tls.Config{InsecureSkipVerify: true}))
		}
		c.check(m.Auth(smtp.PlainAuth("", c.account.Address, termsPassword, "127.0.0.1")))
		c.check(m.Mail(c.account.Address))
		c.check(m.Rcpt("colleague@city.example"))
		w, err := m.Data()
		c.check(err)
		_, err = io.WriteString(w, "From: "+c.account.Address+"\r\nSubject: s\r\n\r\nHello\r\n")
		c.check(err)
		return replyCode(c, w.Close())
	}
	for n, want := range []string{"y", "rateLimit", "450 4.7.0"} {
		var got string
		switch n {
		case 0:
			if got = program(); got == "y" {
				got = c.send("colleague@city.example")
			}
		case 1:
			got = c.send("colleague@city.example")
		case 2:
			got = program()
		}
		if got != want {
			t.Errorf("letter %d: %s, want %s", n, got, want)
		}
	}
}

// TestTermsAtOnce takes features from people who are at work: the session of
// the browser and the connection of the mail program end. Administrators keep
// the web client.
func TestTermsAtOnce(t *testing.T) {
	h, doors := openHouse(t)
	ctx, system := t.Context(), policy.System(directory.DefaultOrg)
	c, boss := newClerk(t, h, doors, "clerk", policy.Terms{}), newClerk(t, h, doors, "boss", policy.Terms{})
	_, err := h.Directory.GrantRole(ctx, system, directory.Holding{Account: boss.account.ID, RoleGrant: policy.RoleGrant{Role: policy.RoleSystem}})
	c.check(err)
	v, b := c.browser(computer), boss.browser(computer)
	conn, err := textproto.Dial("tcp", doors.Addr("imap"))
	c.check(err)
	defer conn.Close()
	c.check(conn.PrintfLine(`a LOGIN "%s" "%s"`, c.account.Address, termsPassword))
	levels, err := h.Directory.ServiceLevels(ctx, directory.DefaultOrg)
	c.check(err)
	take := func(f policy.Feature) {
		for _, l := range levels {
			c.check(h.Directory.ChangeServiceLevel(ctx, system, l.ID, func(l *directory.ServiceLevel) error { l.Terms.Without = f; return nil }))
		}
	}
	me := func(v *visit) string { return v.ask("GET", "/auth/me", nil, nil) }
	take(policy.FeatureWeb)
	if got := me(v); got != "401" {
		t.Errorf("a session without the web client: %s", got)
	}
	if got := me(b); got != "y" {
		t.Errorf("an administrator's session: %s", got)
	}
	take(policy.FeaturePrograms)
	c.check(conn.PrintfLine("b LIST \"\" *"))
	for {
		text, err := conn.ReadLine()
		if err == io.EOF {
			break
		}
		c.check(err)
		if strings.HasPrefix(text, "b OK") {
			t.Error("a mail program goes on without its feature")
			break
		}
	}
	if err := h.Directory.ChangeServiceLevel(ctx, system, levels[0].ID, func(l *directory.ServiceLevel) error {
		l.Terms.Without = policy.FeaturePrograms | policy.FeatureWeb
		return nil
	}); !errs.Is(err, errs.Invalid) {
		t.Errorf("a level without any way in: %v", err)
	}
}

func (c *clerk) ldap() string {
	l, err := ldap.DialURL("ldap://" + c.doors.Addr("ldap"))
	c.check(err)
	defer l.Close()
	l.SetTimeout(20 * time.Second)
	err = l.Bind(c.account.Address, termsPassword)
	if e, ok := err.(*ldap.Error); ok {
		return fmt.Sprint(e.ResultCode)
	}
	return replyCode(c, err)
}

func (c *clerk) pop() string {
	conn, err := textproto.Dial("tcp", c.doors.Addr("pop"))
	c.check(err)
	defer conn.Close()
	_, err = conn.ReadLine()
	c.check(err)
	var said string
	for _, line := range []string{"USER " + c.account.Address, "PASS " + termsPassword} {
		c.check(conn.PrintfLine("%s", line))
		said, err = conn.ReadLine()
		c.check(err)
	}
	return yesOr(strings.HasPrefix(said, "+OK"), strings.Fields(said)[0])
}

// basic asks as a program does that is no browser, and signs in each request.
func (c *clerk) basic(method, path string) string {
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.doors.URL("http")+path, nil)
	c.check(err)
	r.SetBasicAuth(c.account.Address, termsPassword)
	res, err := http.DefaultClient.Do(r)
	c.check(err)
	defer res.Body.Close()
	return yesOr(res.StatusCode == http.StatusOK, fmt.Sprint(res.StatusCode))
}
