package imap

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestCommands parses every "C:" block of testdata/commands.txt and compares
// with the lines below it: "=" and the struct as JSON, or "!" and the error.
func TestCommands(t *testing.T) {
	const file = "testdata/commands.txt"
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	var input []string
	utf8Mode := false
	flush := func() {
		if len(input) > 0 {
			out.WriteString(describe(strings.Join(input, "\r\n")+"\r\n", utf8Mode))
			input = nil
		}
	}
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "C: "):
			input = append(input, line[3:])
			out.WriteString(line + "\n")
		case strings.HasPrefix(line, "= "), strings.HasPrefix(line, "! "), strings.HasPrefix(line, "+ "):
		default:
			flush()
			if line == "# utf8 on" {
				utf8Mode = true
			}
			out.WriteString(line + "\n")
		}
	}
	flush()
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, got := strings.Split(string(raw), "\n"), strings.Split(out.String(), "\n")
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) || want[i] != got[i] {
			t.Fatalf("%s line %d:\nwant %s\ngot  %s", file, i+1, at(want, i), at(got, i))
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(end)"
}

// describe parses all commands of an input.
func describe(input string, utf8Mode bool) string {
	var out strings.Builder
	r := NewReader(strings.NewReader(input), Limits{Literal: 100, Append: 1000, Depth: 5, Keys: 20, SetParts: 6}, func() error {
		out.WriteString("+ go ahead\n")
		return nil
	})
	r.SetUTF8(utf8Mode)
	for {
		req, err := r.Next()
		var syntax *SyntaxError
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return out.String()
		case errors.As(err, &syntax):
			fmt.Fprintf(&out, "! %s %v [%s] %s\n", syntax.Tag, syntax.No, syntax.Code, syntax.Text)
			continue
		case err != nil:
			fmt.Fprintf(&out, "! %v\n", err)
			return out.String()
		}
		fmt.Fprintf(&out, "= %s %s %s\n", req.Tag, req.Name, short(req.Cmd))
		if a, is := req.Cmd.(*Append); is {
			describeAppend(&out, a)
		}
	}
}

func describeAppend(out *strings.Builder, a *Append) {
	for {
		m, err := a.Next()
		if errors.Is(err, io.EOF) {
			out.WriteString("= end of APPEND\n")
			return
		}
		if err != nil {
			fmt.Fprintf(out, "! %v\n", err)
			return
		}
		body, err := m.Open()
		if err != nil {
			fmt.Fprintf(out, "! %v\n", err)
			return
		}
		data, err := io.ReadAll(body)
		fmt.Fprintf(out, "= %s %q %v\n", short(m), data, err)
	}
}

// short is v as JSON without its empty fields, ranges as text.
func short(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return err.Error()
	}
	raw, err = json.Marshal(prune(tree))
	if err != nil {
		return err.Error()
	}
	text := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `"`, "").Replace(string(raw))
	return text
}

func prune(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if from, is := v["From"].(float64); is {
			return fmt.Sprintf("%v:%v", uint32(from), v["To"])
		}
		for k, sub := range v {
			sub = prune(sub)
			v[k] = sub
			if m, is := sub.(map[string]any); is && len(m) == 0 || sub == nil || sub == false || sub == 0.0 || sub == "" || sub == "0001-01-01T00:00:00Z" {
				delete(v, k)
			}
		}
		return v
	case []any:
		for i := range v {
			v[i] = prune(v[i])
		}
		return v
	}
	return v
}
