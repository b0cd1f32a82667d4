package imap

import (
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// benchClients is how many sessions each benchmark runs at once.
const benchClients = 8

// parallel runs do on benchClients sessions that have INBOX open, and reports
// commands a second.
func parallel(b *testing.B, o *office, sharedAccount bool, do func(c *client, n int)) {
	b.Helper()
	var next atomic.Int64
	b.SetParallelism(max(1, benchClients/runtime.GOMAXPROCS(0)))
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		user := fmt.Sprintf("u%d", next.Add(1)%benchClients)
		if sharedAccount {
			user = "u0"
		}
		c := o.signedIn(b, user)
		c.do("SELECT INBOX")
		for n := 0; pb.Next(); n++ {
			do(c, n)
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commands/s")
}

// benchOffice has people with messages of about 4 KB.
func benchOffice(b *testing.B, messages int) *office {
	people := make([]string, benchClients)
	for i := range people {
		people[i] = fmt.Sprintf("u%d", i)
	}
	o := newOffice(b, Config{}, people...)
	for i, p := range people {
		if messages > 0 {
			fill(o.signedIn(b, p), messages, i)
		}
	}
	return o
}

// fill appends many messages with few commands.
func fill(c *client, messages, salt int) {
	for done := 0; done < messages; {
		var cmd strings.Builder
		cmd.WriteString("APPEND INBOX")
		for n := min(500, messages-done); n > 0; n-- {
			text := benchText(salt*1_000_000 + done)
			fmt.Fprintf(&cmd, " {%d+}\r\n%s", len(text), text)
			done++
		}
		c.do(cmd.String())
	}
}

func benchText(n int) string {
	return strings.Replace(letterText(n), "Body", strings.Repeat("A line of a message, as long as lines are wont to be in letters.\r\n", 58)+"Body", 1)
}

func BenchmarkLogin(b *testing.B) {
	o := benchOffice(b, 0)
	var next atomic.Int64
	b.SetParallelism(4)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		user := fmt.Sprintf("u%d", next.Add(1)%benchClients)
		for pb.Next() {
			c := o.dial(b)
			c.do("LOGIN " + user + " secret")
			c.conn.Close()
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commands/s")
}

func BenchmarkAppend(b *testing.B) {
	var n atomic.Int64
	parallel(b, benchOffice(b, 0), false, func(c *client, _ int) { c.append("INBOX", "", benchText(int(n.Add(1)))) })
}

func BenchmarkList50(b *testing.B) {
	parallel(b, benchOffice(b, 200), false, func(c *client, n int) {
		c.do(fmt.Sprintf("FETCH %d:%d (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)", n%150+1, n%150+50))
	})
}

func BenchmarkBody(b *testing.B) {
	parallel(b, benchOffice(b, 200), false, func(c *client, n int) { c.do(fmt.Sprintf("FETCH %d BODY.PEEK[]", n%200+1)) })
}

func BenchmarkStore(b *testing.B) {
	parallel(b, benchOffice(b, 200), false, func(c *client, n int) {
		c.do(fmt.Sprintf("STORE %d %cFLAGS.SILENT (\\Flagged)", n%200+1, "+-"[n/200%2]))
	})
}

func BenchmarkMove(b *testing.B) {
	parallel(b, benchOffice(b, 0), false, func(c *client, n int) {
		if n%500 == 0 {
			b.StopTimer()
			fill(c, 500, n)
			b.StartTimer()
		}
		c.do("MOVE 1 Archive")
	})
}

func BenchmarkSelect100000(b *testing.B) {
	o := newOffice(b, Config{}, "u0")
	fill(o.signedIn(b, "u0"), 100_000, 0)
	c := o.signedIn(b, "u0")
	c.do("SELECT INBOX")
	for b.Loop() {
		c.do("SELECT INBOX")
	}
}

// BenchmarkIdle opens 1,000 sessions in IDLE, reports what each costs, and
// measures how long it takes until all are told of one message each.
func BenchmarkIdle(b *testing.B) {
	const sessions = 1000
	o := newOffice(b, Config{}, "u0", "u1")
	c := o.signedIn(b, "u1")
	conns := make([]*client, sessions)
	before := inUse()
	for i := range conns {
		conn, err := net.Dial("tcp", o.addr)
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close()
		k := &client{t: b, conn: conn}
		fmt.Fprintf(conn, "a LOGIN u1 secret\r\nb SELECT INBOX\r\nc IDLE\r\n")
		k.until("+ idling")
		conns[i] = k
	}
	time.Sleep(100 * time.Millisecond)
	each := float64(inUse()-before) / sessions / 1024
	for b.Loop() {
		c.append("INBOX", "", benchText(b.N))
		for _, k := range conns {
			k.until("EXISTS")
		}
	}
	b.ReportMetric(each, "KiB/session")
}

// until reads without a buffer of its own until a text has come.
func (c *client) until(text string) {
	c.t.Helper()
	var seen []byte
	buf := make([]byte, 512)
	for !strings.Contains(string(seen), text) {
		c.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		n, err := c.conn.Read(buf)
		if err != nil {
			c.t.Fatalf("waiting for %q: %v (%q)", text, err, seen)
		}
		seen = append(seen, buf[:n]...)
	}
}

// inUse is the memory of heap and stacks, both ends of the connections
// included.
func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
