package smtp

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"chancery/approval"
	"chancery/kit/testkit"
	"chancery/mail"
	"chancery/policy"
)

// TestDialogues plays the dialogues of testdata/*.txt against the door:
//
//	# words               a remark
//	door mx               which port: mx, submission, submissions
//	C: text               sent with CRLF; several in a row go in one write
//	C! "text\n"           sent as it is, a Go string without an added CRLF
//	S: text               the next line from the server; * stands for anything
//	FILL n                n bytes of text are sent, without a line end
//	TLS                   both sides start TLS
//	CLOSED                the server has closed the connection
//	INBOX address         the next lines, after "| ", are the newest letter
//	EMPTY address         the inbox has no letter
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no dialogues", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			if filepath.Base(file) == "inbound.txt" {
				testkit.EachDB(t, func(t *testing.T, url string) { playFile(t, file, url) })
				return
			}
			playFile(t, file, "")
		})
	}
}

func playFile(t *testing.T, file, url string) {
	text, err := os.ReadFile(file)
	check(t, err)
	conf := Config{MaxMessage: 20000, MaxRecipients: 5, MaxErrors: 12, MaxReceived: 5}
	o := newOffice(t, url, conf, mail.Config{MaxMessage: 20000, Outbound: mail.Outbound{Routes: map[string]string{"out.example": "127.0.0.1:1"}}})
	if filepath.Base(file) == "held.txt" {
		o.hold(t, "tender")
	}
	p := &player{t: t, o: o, name: filepath.Base(file)}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	for p.line < len(lines) {
		p.step(lines)
	}
}

// hold makes a rule by which letters with a word wait for bob's review.
func (o *office) hold(t *testing.T, word string) {
	t.Helper()
	desk, err := approval.New(t.Context(), o.db, o.dir, nil, nil, o.clock, testkit.Log(t))
	check(t, err)
	t.Cleanup(desk.Wait)
	o.room.UseApprovals(desk)
	var rule mail.FlowRule
	check(t, json.Unmarshal([]byte(`{"name":"Tenders","when":{"words":["`+word+`"]},"then":{"hold":{"steps":[{"reviewers":["bob@city.example"]}]}}}`), &rule.Rule))
	_, _, err = o.room.ChangeRule(t.Context(), policy.System(1), 0, &rule.Rule, "")
	check(t, err)
}

// player is at one line of a dialogue.
type player struct {
	t    *testing.T
	o    *office
	name string
	line int
	conn net.Conn
	br   *bufio.Reader
}

func (p *player) fatal(format string, args ...any) {
	p.t.Helper()
	p.t.Fatalf("%s:%d: %s", p.name, p.line+1, fmt.Sprintf(format, args...))
}

func (p *player) step(lines []string) {
	word, rest, _ := strings.Cut(lines[p.line], " ")
	switch word {
	case "", "#":
	case "door":
		kind := map[string]Kind{"mx": MX, "submission": Submission, "submissions": SubmissionTLS}[rest]
		p.conn, p.br = p.o.dial(p.t, kind)
	case "C:", "C!":
		p.send(lines)
		return
	case "S:":
		got, err := p.br.ReadString('\n')
		if err != nil || !strings.HasSuffix(got, "\r\n") {
			p.fatal("got %q %v, want %q", got, err, rest)
		}
		if got = strings.TrimSuffix(got, "\r\n"); !matches(rest, got) {
			p.fatal("\n got %s\nwant %s", got, rest)
		}
	case "FILL":
		n, _ := strconv.Atoi(rest)
		if _, err := p.conn.Write(bytes.Repeat([]byte("x"), n)); err != nil {
			p.fatal("%v", err)
		}
	case "TLS":
		c := tls.Client(p.conn, &tls.Config{InsecureSkipVerify: true})
		if err := c.Handshake(); err != nil {
			p.fatal("TLS: %v", err)
		}
		p.conn, p.br = c, bufio.NewReader(c)
	case "CLOSED":
		if got, err := p.br.ReadString('\n'); err == nil || got != "" {
			p.fatal("still open: %q", got)
		}
	case "EMPTY":
		if all := p.o.inbox(p.t, rest); len(all) != 0 {
			p.fatal("%d letters: %s", len(all), all[0])
		}
	case "INBOX":
		p.inbox(lines, rest)
		return
	default:
		p.fatal("what is %q?", word)
	}
	p.line++
}

// send writes all client lines that follow each other at once.
func (p *player) send(lines []string) {
	var b strings.Builder
	for ; p.line < len(lines); p.line++ {
		if text, ok := strings.CutPrefix(lines[p.line], "C!"); ok {
			raw, err := strconv.Unquote(strings.TrimSpace(text))
			if err != nil {
				p.fatal("%v", err)
			}
			b.WriteString(raw)
		} else if text, ok := strings.CutPrefix(lines[p.line], "C:"); ok {
			b.WriteString(strings.TrimPrefix(text, " ") + "\r\n")
		} else {
			break
		}
	}
	if _, err := p.conn.Write([]byte(b.String())); err != nil {
		p.fatal("%v", err)
	}
}

// inbox compares the newest letter with the lines that follow.
func (p *player) inbox(lines []string, address string) {
	all := p.o.inbox(p.t, address)
	if len(all) == 0 {
		p.fatal("no letter")
	}
	got := strings.Split(strings.TrimSuffix(all[len(all)-1], "\r\n"), "\r\n")
	var want []string
	for p.line++; p.line < len(lines) && strings.HasPrefix(lines[p.line], "|"); p.line++ {
		want = append(want, strings.TrimPrefix(strings.TrimPrefix(lines[p.line], "|"), " "))
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !matches(want[i], strings.ReplaceAll(got[i], "\t", "  ")) {
			p.fatal("the letter differs in line %d:\n%s", i+1, strings.Join(got, "\n"))
		}
	}
}

// matches compares with a pattern in which * stands for anything.
func matches(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(s)
}
