package smtp

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chancery/mail"
)

// BenchmarkAccept sends 4 KB letters over 1, 16 and 64 connections, spread
// over 100 mailboxes, and reports letters per second. Sync calls a letter are
// seen from outside:
//
//	go test -run - -bench Accept/16 -benchtime 20000x ./doors/smtp
//	go test -c -o /tmp/b ./doors/smtp && strace --seccomp-bpf -f -c -e fsync,fdatasync /tmp/b -test.run - -test.bench Accept/16 -test.benchtime 20000x
func BenchmarkAccept(b *testing.B) {
	for _, connections := range []int{1, 16, 64} {
		b.Run(strconv.Itoa(connections), func(b *testing.B) { accept(b, connections) })
	}
}

func accept(b *testing.B, connections int) {
	o := newOffice(b, os.Getenv("CHANCERY_BENCH_DB"), Config{}, mail.Config{})
	o.people(b, 100)
	body := strings.Repeat("A line of text that is about as long as lines are in letters.\r\n", 62)
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	start := time.Now()
	for range connections {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c, err := net.Dial("tcp", o.addr[MX])
			if err != nil {
				b.Error(err)
				return
			}
			defer c.Close()
			br := bufio.NewReader(c)
			expect(b, br, "220")
			fmt.Fprintf(c, "EHLO load.example\r\n")
			expect(b, br, "250")
			for {
				n := next.Add(1)
				if n > int64(b.N) || b.Failed() {
					return
				}
				fmt.Fprintf(c, "MAIL FROM:<x@load.example>\r\nRCPT TO:<p%d@city.example>\r\nDATA\r\n", n%100)
				expect(b, br, "250")
				expect(b, br, "250")
				expect(b, br, "354")
				fmt.Fprintf(c, "From: x@load.example\r\nTo: p%d@city.example\r\nSubject: Letter %d\r\nMessage-ID: <%d.%d@load.example>\r\n\r\n%s.\r\n", n%100, n, n, start.UnixNano(), body)
				expect(b, br, "250")
			}
		}()
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "letters/s")
}

// expect reads one reply and checks its code.
func expect(t testing.TB, br *bufio.Reader, code string) {
	for {
		line, err := br.ReadString('\n')
		if err != nil || !strings.HasPrefix(line, code) {
			t.Errorf("got %q %v, want %s", line, err, code)
			return
		}
		if len(line) > 3 && line[3] == ' ' {
			return
		}
	}
}

func (o *office) people(t testing.TB, n int) {
	for i := range n {
		_, err := o.dir.AddAccount(t.Context(), account("p"+strconv.Itoa(i)+"@city.example"))
		check(t, err)
	}
}
