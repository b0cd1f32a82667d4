package sieve

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"chancery/wire/mime"
)

// within fails a test whose work takes longer than any honest machine needs.
func within(t *testing.T, most time.Duration, work func()) {
	t.Helper()
	start := time.Now()
	work()
	if took := time.Since(start); took > most {
		t.Errorf("it took %s", took)
	}
}

// TestOneLongLine reads a script of one line: the place of a token must not be
// counted from the line's beginning each time.
func TestOneLongLine(t *testing.T) {
	list := "[" + strings.TrimSuffix(strings.Repeat(`"a",`, 1000), ",") + "]"
	line := strings.Repeat("if header "+list+" "+list+" {} ", 25)
	within(t, 2*time.Second, func() {
		if _, err := Parse(line, Limits{}); err != nil {
			t.Error(err)
		}
	})
	_, err := Parse(strings.Repeat("keep;", 20)+"odd;\n", Limits{})
	if list, ok := err.(Errors); !ok || list[0].Pos != (Pos{1, 101}) {
		t.Errorf("the place of an error: %v", err)
	}
}

// TestCostlyTests runs scripts that ask for dear things again and again: a
// letter must not keep its delivery waiting.
func TestCostlyTests(t *testing.T) {
	var text strings.Builder
	text.WriteString("From: x@out.example\r\nContent-Type: text/html\r\n")
	for i := range 4000 {
		fmt.Fprintf(&text, "X-%d: v\r\n", i)
	}
	text.WriteString("\r\n" + strings.Repeat("<p><b></b></p>", 300_000))
	src := strings.NewReader(text.String())
	m, err := mime.Parse(src, mime.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for name, script := range map[string]string{
		"body":    `require "body"; ` + strings.Repeat(`if body :text :contains "no such text" { stop; }`+"\n", 3000),
		"content": `require "body"; ` + strings.Repeat(`if body :content "text" :contains "no such text" { stop; }`+"\n", 3000),
		"exists":  strings.Repeat(`if exists ["from"`+strings.Repeat(`,"from"`, 500)+`] {} `+"\n", 60),
		"header":  strings.Repeat(`if header ["a"`+strings.Repeat(`,"a"`, 900)+`] "" {} `+"\n", 60),
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Parse(script, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			within(t, 3*time.Second, func() { s.Run(Env{Letter: NewLetter(m, src, src.Size())}) })
		})
	}
}
