package imap

import (
	"context"
	"errors"
	"flag"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"chancery/directory"
	"chancery/policy"
)

var update = flag.Bool("update", false, "write the dialogues in testdata anew")

// TestDialogues replays every testdata/*.txt against a fresh office with the
// people ann, bob and the shared mailbox desk.
//
//	C: a command of the first client; following C: lines belong to it
//	S: what the server answered
//	2C:, 2S: the same for another client
//	W: 2 waits until that client is told something unasked
//	!: grant desk ann read
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no dialogues", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := replay(t, string(raw))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			compareLines(t, file, string(raw), got)
		})
	}
}

func compareLines(t *testing.T, file, want, got string) {
	t.Helper()
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		if i >= len(w) || i >= len(g) || w[i] != g[i] {
			t.Fatalf("%s:%d\nwant %s\ngot  %s", file, i+1, lineAt(w, i), lineAt(g, i))
		}
	}
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(end)"
}

// talk is the state of one replay.
type talk struct {
	t       *testing.T
	o       *office
	clients map[string]*client
	out     strings.Builder

	validity string // the last UIDVALIDITY told, for $VALIDITY in a command
}

func replay(t *testing.T, script string) string {
	t.Helper()
	k := &talk{t: t, o: newOffice(t, Config{}, "ann", "bob", "desk"), clients: map[string]*client{}}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the dialogue so far:\n%s", k.out.String())
		}
	})
	lines := strings.Split(strings.TrimSuffix(script, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		who, rest, isClient := strings.Cut(line, "C: ")
		switch {
		case isClient && len(who) <= 1:
			last := i+1 == len(lines) || !strings.HasPrefix(lines[i+1], who+"C: ")
			k.out.WriteString(line + "\n")
			k.command(who, rest, last)
		case strings.HasPrefix(line, "S: "), len(line) > 3 && line[1:4] == "S: ":
		case strings.HasPrefix(line, "W: "):
			k.out.WriteString(line + "\n")
			k.quiet(strings.TrimPrefix(strings.TrimPrefix(line, "W: "), "1"))
		case strings.HasPrefix(line, "!: "):
			k.out.WriteString(line + "\n")
			k.directive(line[3:])
		default:
			k.out.WriteString(line + "\n")
		}
	}
	return k.out.String()
}

func (k *talk) client(who string) *client {
	c, ok := k.clients[who]
	if !ok {
		conn, err := net.Dial("tcp", k.o.addr)
		if err != nil {
			k.t.Fatal(err)
		}
		k.t.Cleanup(func() { conn.Close() })
		c = newClient(k.t, conn)
		k.clients[who] = c
		k.hear(who, c.line())
	}
	return c
}

// command sends a line; after the last line of a command it listens for the
// answer.
func (k *talk) command(who, line string, last bool) {
	c := k.client(who)
	if !c.inCommand && line != "DONE" && line != "AQ==" && line != "*" { // these go on with a command
		c.tag, _, _ = strings.Cut(line, " ")
	}
	c.inCommand = !last
	line = strings.ReplaceAll(line, "$VALIDITY", k.validity)
	c.send(strings.ReplaceAll(line, `\x00`, "\x00") + "\r\n")
	if !last && !syncLiteral.MatchString(line) {
		return
	}
	for {
		got := c.line()
		k.hear(who, got)
		if strings.HasPrefix(got, c.tag+" ") || strings.HasPrefix(got, "+ ") || strings.HasPrefix(got, "* BAD") || got == "+" {
			return
		}
		if strings.HasPrefix(got, "* BYE") && !strings.Contains(strings.ToUpper(line), "LOGOUT") {
			return
		}
	}
}

var (
	syncLiteral = regexp.MustCompile(`\{\d+\}$`)
	validity    = regexp.MustCompile(`\b1[789]\d{8}\b`)
	now         = regexp.MustCompile(`INTERNALDATE "[ \d]\d-\w\w\w-20(2[6-9]|[3-9]\d) [^"]*"`)
)

// hear notes a line of the server, with what differs from run to run masked.
func (k *talk) hear(who, line string) {
	if v := validity.FindString(line); v != "" {
		k.validity = v
	}
	line = validity.ReplaceAllString(line, "<validity>")
	line = now.ReplaceAllString(line, `INTERNALDATE "<now>"`)
	k.out.WriteString(who + "S: " + strings.ReplaceAll(line, "\x00", `\x00`) + "\n")
}

// quiet notes what a client is told until it has been silent for a while.
func (k *talk) quiet(who string) {
	c := k.client(who)
	wait := 5 * time.Second
	for {
		c.conn.SetReadDeadline(time.Now().Add(wait))
		line, err := c.r.ReadString('\n')
		if errors.Is(err, os.ErrDeadlineExceeded) && line == "" {
			return
		}
		if errors.Is(err, io.EOF) {
			k.hear(who, "(closed)")
			return
		}
		if err != nil {
			k.t.Fatal(err)
		}
		k.hear(who, strings.TrimRight(line, "\r\n"))
		wait = 300 * time.Millisecond
	}
}

func (k *talk) directive(text string) {
	f := strings.Fields(text)
	if len(f) != 4 || f[0] != "grant" {
		k.t.Fatalf("unknown directive %q", text)
	}
	rights := map[string]policy.Rights{"read": policy.Read, "work": policy.Read | policy.Mark | policy.Organise | policy.Insert}
	owner, to := k.o.people[f[1]], k.o.people[f[2]]
	if err := k.o.dir.Grant(context.Background(), directory.DefaultOrg, owner.ID, to.ID, rights[f[3]]); err != nil {
		k.t.Fatal(err)
	}
}
