package smtp

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/testkit"
	"chancery/mail"
	"chancery/policy"
	"chancery/store"
)

// The environment of TestCrash: how often the server is killed, and, for the
// child, where its data is.
const (
	crashRounds = "CHANCERY_CRASH_ROUNDS" // default 20
	crashDir    = "CHANCERY_CRASH_DIR"
	crashURL    = "CHANCERY_CRASH_URL"
)

// TestCrash kills a server with SIGKILL at random moments under load. Every
// letter that it answered 250 to must be there once, in the mailbox or, for
// the ones submitted to somebody elsewhere, in the queue; no other twice.
func TestCrash(t *testing.T) {
	if dir := os.Getenv(crashDir); dir != "" {
		crashChild(t, dir, os.Getenv(crashURL))
		return
	}
	if testing.Short() {
		t.Skip("killing servers takes seconds")
	}
	testkit.EachDB(t, func(t *testing.T, url string) {
		dir := t.TempDir()
		rounds, err := strconv.Atoi(os.Getenv(crashRounds))
		if err != nil {
			rounds = 20
		}
		acknowledged := map[string]bool{}
		for round := range rounds {
			crashRound(t, dir, url, round, acknowledged)
		}
		if len(acknowledged) == 0 {
			t.Fatal("no letter was ever acknowledged")
		}
		checkCrash(t, dir, url, acknowledged)
		t.Logf("%d letters acknowledged in %d lives", len(acknowledged), rounds)
	})
}

// crashOpen opens the office in a directory that other lives have used.
func crashOpen(t *testing.T, dir, url string) (*store.Store, *directory.Directory, *mail.Room) {
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{Dir: dir, URL: url, Log: testkit.Log(t)})
	check(t, err)
	d, err := directory.New(ctx, db, clock.System{})
	check(t, err)
	room, err := mail.New(ctx, db, d, mail.Config{Hostname: "mail.city.example"}, clock.System{}, testkit.Log(t))
	check(t, err)
	return db, d, room
}

// crashChild is the server's life: it says where it listens and runs until
// it is killed.
func crashChild(t *testing.T, dir, url string) {
	_, d, room := crashOpen(t, dir, url)
	for i := range 4 {
		address := fmt.Sprintf("p%d@city.example", i)
		if _, _, err := d.Resolve(context.Background(), address); err != nil {
			_, err = d.AddAccount(context.Background(), account(address))
			check(t, err)
		}
	}
	auth := users{dir: d, passwords: map[string]string{"p0@city.example": "secret"}}
	srv := New(Config{Hostname: "mail.city.example", PlaintextAuth: true}, room, auth, nil, clock.System{}, testkit.Log(t))
	for _, kind := range []Kind{MX, Submission} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		check(t, err)
		fmt.Printf("LISTEN %s\n", l.Addr())
		go srv.Serve(l, kind)
	}
	io.Copy(io.Discard, os.Stdin) // the parent's death is the end too
}

func crashRound(t *testing.T, dir, url string, round int, acknowledged map[string]bool) {
	cmd := exec.Command(os.Args[0], "-test.run", "^TestCrash$")
	cmd.Env = append(os.Environ(), crashDir+"="+dir, crashURL+"="+url)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	check(t, err)
	in, err := cmd.StdinPipe()
	check(t, err)
	defer in.Close()
	check(t, cmd.Start())
	var addrs []string
	for sc := bufio.NewScanner(out); len(addrs) < 2 && sc.Scan(); {
		if addr, ok := strings.CutPrefix(sc.Text(), "LISTEN "); ok {
			addrs = append(addrs, addr)
		} else {
			t.Log(sc.Text())
		}
	}
	if len(addrs) < 2 {
		cmd.Process.Kill()
		t.Fatalf("life %d did not begin: %v", round, cmd.Wait())
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for c := range 6 {
		wg.Go(func() {
			crashClient(addrs, c, fmt.Sprintf("r%dc%d", round, c), func(id string) {
				mu.Lock()
				defer mu.Unlock()
				acknowledged[id] = true
			})
		})
	}
	time.Sleep(time.Duration(50+rand.IntN(400)) * time.Millisecond)
	cmd.Process.Kill() // SIGKILL
	cmd.Wait()
	wg.Wait()
}

// crashClient sends letters until the server is gone. Two of the six clients
// submit, to one person here and one elsewhere.
func crashClient(addrs []string, c int, name string, acknowledged func(id string)) {
	submit := c < 2
	addr := addrs[0]
	if submit {
		addr = addrs[1]
	}
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer conn.Close()
	br := bufio.NewReader(conn)
	say := func(text, code string) bool {
		if _, err := io.WriteString(conn, text); err != nil {
			return false
		}
		for {
			line, err := br.ReadString('\n')
			if err != nil || !strings.HasPrefix(line, code) {
				return false
			}
			if line[3] == ' ' {
				return true
			}
		}
	}
	ok := say("", "220") && say("EHLO x\r\n", "250")
	from, rcpt := "x@load.example", "RCPT TO:<p%d@city.example>\r\n"
	if submit {
		ok = ok && say("AUTH PLAIN AHAwQGNpdHkuZXhhbXBsZQBzZWNyZXQ=\r\n", "235")
		from = "p0@city.example"
	}
	for n := 0; ok; n++ {
		id := name + "n" + strconv.Itoa(n)
		ok = say("MAIL FROM:<"+from+">\r\n", "250") && say(fmt.Sprintf(rcpt, n%4), "250")
		if submit {
			ok = ok && say("RCPT TO:<"+id+"@out.example>\r\n", "250")
		}
		ok = ok && say("DATA\r\n", "354") && say("From: "+from+"\r\nSubject: ID="+id+"=\r\n\r\n"+strings.Repeat("text\r\n", 300)+".\r\n", "250")
		if ok {
			acknowledged(id)
		}
	}
}

var idForm = regexp.MustCompile(`Subject: ID=(\w+)=`)

// checkCrash counts every letter in the mailboxes and the queue.
func checkCrash(t *testing.T, dir, url string, acknowledged map[string]bool) {
	ctx := context.Background()
	db, d, room := crashOpen(t, dir, url)
	defer db.Close()
	found := map[string]int{}
	for i := range 4 {
		a, _, err := d.Resolve(ctx, fmt.Sprintf("p%d@city.example", i))
		check(t, err)
		acc, err := room.Account(ctx, policy.Subject{Org: a.Org, Account: a.ID, Clearance: policy.Secret, Zone: policy.Inner}, a.ID)
		check(t, err)
		snap, err := acc.Snapshot(ctx)
		check(t, err)
		snap.Each(func(m *mail.Message) bool {
			b, _, err := acc.OpenMessage(ctx, m.ID)
			check(t, err)
			defer b.Close()
			text, err := io.ReadAll(b.Reader())
			check(t, err)
			match := idForm.FindSubmatch(text)
			if match == nil || strings.Count(string(text), "text\r\n") != 300 {
				t.Fatalf("a letter that nobody sent: %.200q", text)
			}
			found[string(match[1])]++
			return true
		})
	}
	submitted := 0
	for id := range found {
		if strings.Contains(id, "c0n") || strings.Contains(id, "c1n") {
			submitted++
		}
	}
	if n, err := room.QueueLength(ctx); err != nil || n != int64(submitted) {
		t.Errorf("%d letters in the queue, %d were submitted: %v", n, submitted, err)
	}
	for id := range acknowledged {
		if found[id] == 0 {
			t.Errorf("%s was acknowledged and is lost", id)
		}
	}
	for id, n := range found {
		if n > 1 {
			t.Errorf("%s is there %d times", id, n)
		}
	}
}
