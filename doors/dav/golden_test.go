package dav

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"chancery/kit/id"
)

var update = flag.Bool("update", false, "write the dialogues in testdata anew")

// TestDialogues replays testdata/*.txt: what programs send, as they send it, and
// what the door answers. A request begins with ">" and the name of who sends
// it, then the line of the request, headers, an empty line and the body up to
// a line "<"; what follows is the answer, up to the next request. $wang and so
// on stand for ids of people, $desk for that of the shared mailbox, $token for the last
// token of a state that was told.
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no dialogues", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			must(t, err)
			got := replay(t, string(raw))
			if *update {
				must(t, os.WriteFile(file, []byte(got), 0o600))
				return
			}
			want := strings.Split(string(raw), "\n")
			for i, line := range strings.Split(got, "\n") {
				if i >= len(want) || want[i] != line {
					t.Fatalf("%s:%d\nwant %s\ngot  %s", file, i+1, want[min(i, len(want)-1)], line)
				}
			}
		})
	}
}

var (
	tokens = regexp.MustCompile(tokenPrefix + `[^<]+`)
	ctags  = regexp.MustCompile(`<cs:getctag>[^<]+`)
	marks  = regexp.MustCompile(`(&#34;|")[0-9a-z]+(-[0-9a-z]+)?(&#34;|")`)
	ids    = regexp.MustCompile(`\b[kc][0-9a-z]{12}\b`)
)

// talk is the state of one replay.
type talk struct {
	o     *office
	names map[string]string // what stands for an id, and the id
	token string
	marks []string // in the order in which they were told: "1", "2"
	out   strings.Builder
}

func replay(t *testing.T, script string) string {
	k := &talk{o: newOffice(t, "", Config{}), names: map[string]string{}}
	for name, p := range k.o.people {
		k.names["$"+name] = id.Text(accountID, p.Account)
		k.names["$"+name+".p"] = id.Text(personID, p.ID)
	}
	k.names["$desk"], k.names["$desk.l"] = id.Text(accountID, k.o.desk.ID), id.Text(boxID, k.o.desk.ID)
	lines := strings.Split(strings.TrimSuffix(script, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		if !strings.HasPrefix(lines[i], "> ") {
			if i == 0 || strings.HasPrefix(lines[i], "#") {
				k.out.WriteString(lines[i] + "\n")
			}
			continue
		}
		end := i + slices.Index(lines[i:], "<")
		if end < i {
			t.Fatalf("line %d: a request without an end", i+1)
		}
		k.send(lines[i : end+1])
		i = end
	}
	return k.out.String()
}

// named puts ids in the place of what stands for them, and masked the other
// way round, the longest first.
func (k *talk) swap(text string, back bool) string {
	keys := []string{}
	for name := range k.names {
		keys = append(keys, name)
	}
	slices.SortFunc(keys, func(a, b string) int { return len(b) - len(a) })
	for _, name := range keys {
		if back {
			text = strings.ReplaceAll(text, k.names[name], name)
		} else {
			text = strings.ReplaceAll(text, name, k.names[name])
		}
	}
	return text
}

func (k *talk) send(lines []string) {
	who := strings.TrimPrefix(lines[0], "> ")
	for _, l := range lines {
		k.out.WriteString(l + "\n")
	}
	method, path, _ := strings.Cut(lines[1], " ")
	blank := slices.Index(lines, "")
	if blank < 0 {
		blank = len(lines) - 1
	}
	body := strings.Join(lines[min(blank+1, len(lines)-1):len(lines)-1], "\r\n")
	if body != "" {
		body += "\r\n"
	}
	fill := func(s string) string {
		s = strings.ReplaceAll(k.swap(s, false), "$token", k.token)
		for n, m := range k.marks {
			s = strings.ReplaceAll(s, fmt.Sprintf(`"mark %d"`, n+1), m)
		}
		return s
	}
	var headers []string
	for _, h := range lines[2:blank] {
		headers = append(headers, fill(h))
	}
	res, text := k.o.do(who, method, fill(path), fill(body), headers...)
	k.out.WriteString(res.Status + "\n")
	for _, h := range []string{"Content-Type", "DAV", "ETag", "Allow", "WWW-Authenticate", "Location"} {
		for _, v := range res.Header.Values(h) {
			if h != "DAV" || method == "OPTIONS" {
				k.out.WriteString(h + ": " + k.mask(v) + "\n")
			}
		}
	}
	if text != "" {
		k.out.WriteString("\n" + k.mask(text))
	}
	k.out.WriteString("\n")
}

// mask puts a word in the place of what differs from run to run, and breaks the
// answer into lines.
func (k *talk) mask(text string) string {
	if list := tokens.FindAllString(text, -1); list != nil {
		k.token = list[len(list)-1]
	}
	text = tokens.ReplaceAllString(text, "(token)")
	text = ctags.ReplaceAllString(text, "<cs:getctag>(state)")
	text = k.swap(text, true)
	text = marks.ReplaceAllStringFunc(text, func(m string) string {
		m = strings.ReplaceAll(m, "&#34;", `"`)
		n := slices.Index(k.marks, m)
		if n < 0 {
			n, k.marks = len(k.marks), append(k.marks, m)
		}
		return fmt.Sprintf(`"mark %d"`, n+1)
	})
	text = ids.ReplaceAllStringFunc(text, func(m string) string {
		for n := 1; ; n++ {
			name := fmt.Sprintf("$%s%d", m[:1], n)
			if have, ok := k.names[name]; !ok || have == m {
				k.names[name] = m
				return name
			}
		}
	})
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for _, tag := range []string{"<d:propstat>", "</d:response>", "<d:status>", "<d:href>/dav/a", "<d:getetag>", "<card:address-data>"} {
		text = strings.ReplaceAll(text, tag, "\n "+tag)
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, "&#xD;&#xA;", "\n"), "&#xA;", "\n")
}
