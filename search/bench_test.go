package search

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"chancery/kit/testkit"
)

// letterMaker makes believable letters of about 2 KB, half Chinese and half
// English, from words whose frequencies fall off as they do in language.
type letterMaker struct {
	r         *rand.Rand
	zipf      *rand.Zipf
	han, word []string
}

func newLetterMaker() *letterMaker {
	r := rand.New(rand.NewPCG(1, 2))
	m := &letterMaker{r: r, zipf: rand.NewZipf(r, 1.1, 3, 19_999)}
	for i := range 20_000 {
		w := make([]rune, 1+r.IntN(3))
		for j := range w {
			w[j] = 0x4e00 + rune(min(r.IntN(3000), r.IntN(3000)))
		}
		m.han = append(m.han, string(w))
		v := []byte(strconv.Itoa(i))
		for j := range v {
			v[j] = "etaoinshrd"[v[j]-'0']
		}
		m.word = append(m.word, string(v)+"ing")
	}
	return m
}

func (m *letterMaker) text(i int) *Text {
	t := &Text{}
	t.Add(From, fmt.Sprintf("Person %d <person%d@unit%d.city.example>", i%500, i%500, i%20))
	t.Add(To, "Ann Lee <ann@city.example>")
	var b strings.Builder
	for b.Len() < 2000 {
		if i%2 == 0 {
			b.WriteString(m.han[m.zipf.Uint64()])
			if m.r.IntN(6) == 0 {
				b.WriteString("，")
			}
		} else {
			b.WriteString(m.word[m.zipf.Uint64()] + " ")
		}
	}
	t.Add(Subject, fmt.Sprintf("公文 letter %d", i))
	t.Add(Body, b.String())
	return t
}

// BenchmarkTokens measures text to tokens alone, per letter of 2 KB.
func BenchmarkTokens(b *testing.B) {
	m := newLetterMaker()
	b.ReportAllocs()
	before, n := cpuTime(), 0
	for b.Loop() {
		m.text(n)
		n++
	}
	b.ReportMetric(float64((cpuTime()-before).Microseconds())/float64(n), "cpu-us/doc")
}

// BenchmarkApply measures indexing, per letter of 2 KB in batches of 200.
func BenchmarkApply(b *testing.B) {
	x := newIndex(b, "")
	m := newLetterMaker()
	doc := int64(0)
	before := cpuTime()
	b.ResetTimer()
	for b.Loop() {
		doc++
		batch := []Document{{doc, m.text(int(doc))}}
		for range 199 {
			doc++
			batch = append(batch, Document{doc, m.text(int(doc))})
		}
		put(b, x, 1, batch...)
	}
	b.ReportMetric(float64(doc)/b.Elapsed().Seconds(), "docs/s")
	b.ReportMetric(float64((cpuTime()-before).Microseconds())/float64(doc), "cpu-us/doc")
}

// cpuTime is what the process has used; on a busy machine it says more than
// the time of the clock.
func cpuTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestSpeed fills an account with many letters and asks for rare and common
// words. It is for `make bench`: CHANCERY_BENCH=100000 sets the number.
func TestSpeed(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("CHANCERY_BENCH"))
	if n == 0 {
		t.Skip("set CHANCERY_BENCH to the number of letters")
	}
	testkit.EachDB(t, func(t *testing.T, url string) {
		x := newIndex(t, url)
		m := newLetterMaker()
		var batch []Document
		began := time.Now()
		for i := range n {
			batch = append(batch, Document{int64(i + 1), m.text(i)})
			if len(batch) == 200 || i == n-1 {
				put(t, x, 1, batch...)
				batch = nil
			}
		}
		t.Logf("indexed %d: %.0f a second", n, float64(n)/time.Since(began).Seconds())
		han, word := m.han, m.word
		for _, q := range []struct {
			f     Field
			query string
		}{
			{Any, "公文"}, {Any, "文"}, {Any, "city"}, {Any, "ann@city.example"}, {Subject, "公文"}, {Subject, "文"}, {From, "person7"},
			{Any, han[0]}, {Any, han[1]}, {Any, han[2]}, {Any, han[50]}, {Any, han[1000]}, {Any, string([]rune(han[0])[:1])}, {Any, han[3] + han[4]},
			{Any, word[0]}, {Body, word[1]}, {Any, word[5000]}, {Any, word[0] + " " + word[1]}, {Any, `"` + word[0] + " " + word[1] + `"`}, {Any, "tao*"}, {Any, "nothing"},
		} {
			var best, worst time.Duration
			var found int
			for i := range 5 {
				began := time.Now()
				found = len(find(t, x, 1, q.f, q.query, Options{}))
				took := time.Since(began)
				if worst = max(worst, took); i == 0 || took < best {
					best = took
				}
			}
			t.Logf("field %3d %-24q %6d found, best %8v worst %8v", q.f, q.query, found, best.Round(10*time.Microsecond), worst.Round(10*time.Microsecond))
		}
	})
}
