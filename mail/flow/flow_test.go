package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"

	"chancery/kit/errs"
	"chancery/policy"
)

// TestCheck holds each refusal to its sentence.
func TestCheck(t *testing.T) {
	ok := func(change func(r *Rule)) Rule {
		r := Rule{Name: "rule", Then: Then{Journal: true}}
		change(&r)
		return r
	}
	many := func(n int, s string) (list []string) {
		for range n {
			list = append(list, s)
		}
		return list
	}
	review := func(s Step) func(r *Rule) {
		return func(r *Rule) { r.Then.Hold = &Review{Steps: []Step{s}} }
	}
	for name, c := range map[string]struct {
		rule Rule
		want string // part of the sentence; "" = accepted
	}{
		"smallest":            {ok(func(*Rule) {}), ""},
		"no name":             {ok(func(r *Rule) { r.Name = " " }), "Give the rule a name"},
		"long name":           {ok(func(r *Rule) { r.Name = strings.Repeat("n", MaxName+1) }), "name is longer"},
		"name with a control": {ok(func(r *Rule) { r.Name = "a\nb" }), "control character"},
		"name no UTF-8":       {ok(func(r *Rule) { r.Name = "a\xff" }), "is not text"},
		"does nothing":        {ok(func(r *Rule) { r.Then = Then{} }), "Say what the rule does"},
		"direction":           {ok(func(r *Rule) { r.When.Direction = "up" }), "direction"},
		"level":               {ok(func(r *Rule) { r.When.Level = 9 }), "level of secrecy"},
		"persons":             {ok(func(r *Rule) { r.When.Persons = -1 }), "numbers of persons"},
		"unit":                {ok(func(r *Rule) { r.When.SenderUnits = []int64{0} }), "no unit 0"},
		"exception's unit":    {ok(func(r *Rule) { r.Unless.RecipientUnits = []int64{-4} }), "no unit -4"},
		"units":               {ok(func(r *Rule) { r.When.RecipientUnits = make([]int64, MaxList+1) }), "at most 200"},
		"address":             {ok(func(r *Rule) { r.When.Senders = []string{"ann"} }), "is no address"},
		"address with space":  {ok(func(r *Rule) { r.When.Senders = []string{"a b@c"} }), "is no address"},
		"two addresses":       {ok(func(r *Rule) { r.When.Senders = []string{"a@b,c@d"} }), "is no address"},
		"domain":              {ok(func(r *Rule) { r.When.Recipients = []string{"@a..b"} }), "is no address"},
		"good addresses":      {ok(func(r *Rule) { r.When.Recipients = []string{"@a.b", "@.a.b", "ann@城市.tw"} }), ""},
		"exception":           {ok(func(r *Rule) { r.Unless.Senders = []string{"@"} }), "is no address"},
		"words":               {ok(func(r *Rule) { r.When.Words = many(MaxWords+1, "w") }), "at most 200 words"},
		"empty word":          {ok(func(r *Rule) { r.When.Words = []string{"\u200b *"} }), "word is empty"},
		"star within":         {ok(func(r *Rule) { r.When.Words = []string{"a*b"} }), "does not stand at the end"},
		"star at the end":     {ok(func(r *Rule) { r.When.Words = []string{"ab＊"} }), ""},
		"long word":           {ok(func(r *Rule) { r.When.Words = []string{strings.Repeat("計", 67)} }), "longer than 200"},
		"files":               {ok(func(r *Rule) { r.When.Attachments = &Files{} }), "which files"},
		"size":                {ok(func(r *Rule) { r.When.Attachments = &Files{Larger: -1} }), "below zero"},
		"types":               {ok(func(r *Rule) { r.When.Attachments = &Files{Types: []string{".tar.gz", "image/*", "a/b"}} }), ""},
		"type without dot":    {ok(func(r *Rule) { r.When.Attachments = &Files{Types: []string{"zip"}} }), "no type of files"},
		"type of everything":  {ok(func(r *Rule) { r.When.Attachments = &Files{Types: []string{"*/*"}} }), "no type of files"},
		"type empty":          {ok(func(r *Rule) { r.When.Attachments = &Files{Types: []string{""}} }), "no type of files"},
		"too many types":      {ok(func(r *Rule) { r.When.Attachments = &Files{Types: many(MaxTypes+1, ".a")} }), "at most 50 types"},
		"monitor":             {ok(func(r *Rule) { r.Then.Monitor = "@city.tw" }), "not the address of a mailbox"},
		"require":             {ok(func(r *Rule) { r.Then.Require = "stamp" }), "A rule can require"},
		"refuse and hold":     {ok(func(r *Rule) { r.Then.Refuse = "no"; r.Then.Require = Both }), "can neither hold"},
		"long reason":         {ok(func(r *Rule) { r.Then.Refuse = strings.Repeat("x", MaxReason+1) }), "reason is longer"},
		"reason of two lines": {ok(func(r *Rule) { r.Then.Refuse = "不可\nno" }), ""},
		"warning":             {ok(func(r *Rule) { r.Then.Warn = "\x00" }), "control character"},
		"warn strangers":      {ok(func(r *Rule) { r.Then.Warn = "x"; r.When.Direction = In }), "Nobody can be warned"},
		"empty text":          {ok(func(r *Rule) { r.Then.Disclaimer = &Text{Text: "\n"} }), "is empty"},
		"long text":           {ok(func(r *Rule) { r.Then.Disclaimer = &Text{Text: strings.Repeat("x", MaxStamp+1)} }), "longer"},
		"no steps":            {ok(func(r *Rule) { r.Then.Hold = &Review{} }), "from 1 to 5 steps"},
		"nobody":              {ok(review(Step{})), "nobody who decides"},
		"reviewer":            {ok(review(Step{Reviewers: []string{"bob"}})), "not the address of a person"},
		"reviewers":           {ok(review(Step{Reviewers: many(MaxPeople+1, "a@b")})), "at most 20"},
		"late without hours":  {ok(review(Step{Reviewers: []string{"a@b"}, Late: LateRefuse})), "after how many hours"},
		"up to nobody":        {ok(review(Step{Reviewers: []string{"a@b"}, Hours: 1, Late: LateEscalate})), "not to whom"},
		"late":                {ok(review(Step{Reviewers: []string{"a@b"}, Hours: 1, Late: "burn"})), "A late review can"},
		"hours":               {ok(review(Step{Reviewers: []string{"a@b"}, Hours: MaxHours + 1})), "hours of a review"},
		"good step":           {ok(review(Step{Reviewers: []string{"a@b"}, Hours: 4, Late: LateRelease})), ""},
		"appeal":              {ok(func(r *Rule) { r.Then.Hold = &Review{[]Step{{Reviewers: []string{"a@b"}}}, []string{"x"}} }), "not the address of a person"},
	} {
		err := c.rule.Check()
		if c.want == "" && err != nil || c.want != "" && (!errs.Is(err, errs.Invalid) || !strings.Contains(errs.Text(err), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if _, encErr := c.rule.Encode(); (encErr == nil) != (err == nil) {
			t.Errorf("%s: Encode says %v", name, encErr)
		}
	}
}

// TestParse reads what is not quite a rule.
func TestParse(t *testing.T) {
	for _, s := range []string{
		``, `null x`, `[]`, `{"name":"a","then":{"journal":true}} {}`, `{"name":"a","then":{"journal":true},"x":1}`,
		`{"name":"a","when":{"x":1},"then":{"journal":true}}`, `{"name":"a","when":{"attachments":{"any":true,"x":1}},"then":{"journal":true}}`,
		`{"name":"a","then":{"hold":{"steps":[{"reviewers":["a@b"],"x":1}]}}}`, `{"name":"a","when":{"level":"cosmic"},"then":{"journal":true}}`,
		`{"name":"a","when":{"Level":3},"then":{"journal":true}}`, `{"ID":3,"name":"a","then":{"journal":true}}`,
		`{"name":"a","when":{"persons":1.5},"then":{"journal":true}}`,
	} {
		if r, err := Parse([]byte(s)); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %+v %v", s, r, err)
		}
	}
	if _, err := Parse(make([]byte, MaxRule+1)); !errs.Is(err, errs.TooLarge) {
		t.Error(err)
	}
	for _, s := range []string{`{"name":"a","then":{"journal":true}}`, `{"name":"a","when":{},"then":{"journal":true}}`, `{"name":"a","when":{"level":"public"},"then":{"journal":true}}`} {
		r, err := Parse([]byte(s))
		if err != nil || r.When.Level != policy.Unlabelled || !r.When.IsZero() {
			t.Errorf("%s: %+v %v", s, r, err)
		}
		if v := NewSet([]Rule{r}).Judge(&Facts{Level: policy.Unlabelled}); len(v.Hits) != 1 {
			t.Errorf("%s: a rule without a level passes over a letter without one", s)
		}
	}
	// The zero value in Go means any level, too.
	if v := NewSet([]Rule{{Then: Then{Journal: true}}}).Judge(&Facts{Level: policy.Unlabelled}); !v.Journal {
		t.Error("the zero rule does not hold")
	}
}

// TestTextIsRead counts how often the text is asked for.
func TestTextIsRead(t *testing.T) {
	outside := Rule{Name: "a", When: When{Outside: true, Words: []string{"x"}}, Then: Then{Journal: true}}
	persons := Rule{Name: "b", When: When{Persons: 1}, Then: Then{Journal: true}}
	plain := Rule{Name: "c", When: When{Direction: Out}, Then: Then{Journal: true}}
	off := Rule{Name: "d", Off: true, When: When{Words: []string{"x"}}, Then: Then{Journal: true}}
	for i, c := range []struct {
		rules   []Rule
		outside bool
		needs   bool
		reads   int
	}{
		{nil, true, false, 0},
		{[]Rule{plain, off}, true, false, 0},
		{[]Rule{outside}, false, true, 0},
		{[]Rule{outside, outside, persons}, true, true, 1},
		{[]Rule{persons}, false, true, 1},
	} {
		reads := 0
		s := NewSet(c.rules)
		s.Judge(&Facts{Recipients: []Recipient{{"a@b", nil, c.outside}}, Text: func() string { reads++; return "" }})
		if reads != c.reads || s.NeedsText() != c.needs {
			t.Errorf("%d: read %d times, needs %v", i, reads, s.NeedsText())
		}
	}
}

// TestLimits: what is behind the limit is not looked at, and it is said; a
// number that a piece of the text would cut is found; marks are bounded.
func TestLimits(t *testing.T) {
	set := NewSet([]Rule{{When: When{Words: []string{"plan"}}, Then: Then{Journal: true}}})
	long := strings.Repeat("x ", MaxText/2)
	for text, want := range map[string][2]bool{long + "plan": {false, true}, long[:MaxText-4] + "plan": {true, false}, long: {false, false}} {
		v := set.Judge(&Facts{Text: func() string { return text }})
		if got := [2]bool{v.Journal, v.Cut}; got != want {
			t.Errorf("%d bytes: %v, want %v", len(text), got, want)
		}
	}
	persons := NewSet([]Rule{{When: When{Persons: 3}, Then: Then{Journal: true}}})
	for shift := 0; shift < 12; shift += 5 {
		text := strings.Repeat("字", (512<<10)/3-4) + strings.Repeat("y", shift) + "\nA123456789\n" + strings.Repeat("z ", 130<<10) + " A223456781 " + "\n4111111111111111"
		if v := persons.Judge(&Facts{Text: func() string { return text }}); !v.Journal {
			t.Errorf("shifted by %d a number is lost", shift)
		}
	}
	var f Facts
	for i := range 3 * MaxMarks {
		f.Files = append(f.Files, File{Name: fmt.Sprint(i)})
	}
	v := NewSet([]Rule{{When: When{Attachments: &Files{Any: true}}, Then: Then{Journal: true}}}).Judge(&f)
	if n := len(v.Hits[0].Found); n != MaxMarks {
		t.Errorf("%d marks", n)
	}
	// Words that Check refuses harm nothing.
	NewSet([]Rule{{When: When{Words: []string{"", "*", strings.Repeat("字", 500)}, Attachments: &Files{Types: []string{""}}}}}).
		Judge(&Facts{Text: func() string { return strings.Repeat("字", 1000) }, Files: []File{{}}})
}

// TestTogether: a set serves many at a time.
func TestTogether(t *testing.T) {
	set, text := benchSet(20, 200), benchText(4<<10)
	want := set.Judge(&Facts{Text: func() string { return text }})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 20 {
				if got := set.Judge(&Facts{Text: func() string { return text }}); !reflect.DeepEqual(got, want) {
					t.Error("verdicts differ")
				}
			}
		})
	}
	group.Wait()
}

// FuzzParse: what is read is written and read the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"name":"a","when":{"level":"secret","words":["x","計畫*"],"attachments":{"types":[".zip"]}},"unless":{"senders":["@.a.b"]},"then":{"hold":{"steps":[{"reviewers":["a@b"],"hours":2,"late":"refuse"}]}}}`))
	f.Add([]byte(`{"name":"a","when":{"level":"public"},"then":{"disclaimer":{"text":"x","top":true}}}`))
	f.Add([]byte(`{"name":"a","when":{},"then":{"refuse":"x"}} `))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Parse(data)
		if err != nil {
			return
		}
		first, err := r.Encode()
		if err != nil {
			if errs.Is(err, errs.TooLarge) {
				return // escapes can be longer than what was read
			}
			t.Fatalf("%+v was read and cannot be written: %v", r, err)
		}
		again, err := Parse(first)
		if err != nil {
			t.Fatalf("%s: %v", first, err)
		}
		second, err := again.Encode()
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("%s\n%s\n%v", first, second, err)
		}
		NewSet([]Rule{r}).Judge(&Facts{Sender: r.Name, Subject: r.Name, Recipients: []Recipient{{Address: r.Then.Monitor}}, Text: func() string { return string(data) }, Files: []File{{Name: r.Name, Type: r.Name, Size: 1}}})
	})
}

// slowly finds words one by one, at every place: what the automaton must find.
func slowly(patterns []pattern, text string) map[int32]bool {
	found := map[int32]bool{}
	for id, p := range patterns {
		for from := range len(text) {
			to := from
			for n := 0; n < len(p.text) && to < len(text); to++ {
				if p.isDense && text[to] == ' ' && n > 0 {
					continue
				}
				if text[to] != p.text[n] {
					break
				}
				if n++; n == len(p.text) && p.stands(text, from, to+1) {
					found[int32(id)] = true
				}
			}
		}
	}
	return found
}

// FuzzWords compares the one pass with a search for each word at each place.
func FuzzWords(f *testing.F) {
	f.Add("plan,plan*,pl,an,anpl", "plan explain pla\u200bn ＰＬＡＮ")
	f.Add("鳳凰計畫,凰計,A計畫,기밀", "> 鳳凰\n> 計 畫 A 計畫 xa計畫 여기 밀 기밀이다")
	f.Add("aa,aaa,aaaa*,b a,a b a", "aaa aaaa a b a b a\na")
	f.Add("ß,ss,ﬁ*,ⅳ", "STRASSE Straße fine IV")
	f.Fuzz(func(t *testing.T, words, text string) {
		x := &lexicon{ids: map[pattern]int32{}}
		for i, w := range strings.Split(words, ",") {
			if i > 50 {
				break
			}
			if p := newPattern(w); p.text != "" && len(p.text) <= MaxWord {
				x.add(w)
			}
		}
		x.build()
		raw := text[:min(len(text), 1000)]
		text = compared(raw)
		found := map[int32]bool{}
		x.scan(text, func(id int32) { found[id] = true })
		if want := slowly(x.patterns, text); !reflect.DeepEqual(found, want) {
			t.Fatalf("%+v in %q: found %v, want %v", x.patterns, text, found, want)
		}
		if len(found) > 0 && x.isAbsent(raw) {
			t.Fatalf("%+v in %q: found %v, and seen as absent", x.patterns, raw, found)
		}
	})
}

// TestWords does the same as FuzzWords with words that share much.
func TestWords(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, letters := range []string{"ab 計畫밀기*", "aAb B\x00>+\n*", "sSſßﬁ fi\u0301\u00adＡa計K가\u1100\n>*"} {
		wordsOf(t, random, []rune(letters))
	}
}

func wordsOf(t *testing.T, random *rand.Rand, letters []rune) {
	draw := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteRune(letters[random.IntN(len(letters))])
		}
		return b.String()
	}
	hits := 0
	for range 2000 {
		x := &lexicon{ids: map[pattern]int32{}}
		for range 8 {
			if w := draw(1 + random.IntN(4)); newPattern(w).text != "" {
				x.add(w)
			}
		}
		x.build()
		raw := draw(40)
		text := compared(raw)
		found := map[int32]bool{}
		x.scan(text, func(id int32) { found[id] = true })
		if want := slowly(x.patterns, text); !reflect.DeepEqual(found, want) {
			t.Fatalf("%+v in %q: found %v, want %v", x.patterns, text, found, want)
		}
		if len(found) > 0 && x.isAbsent(raw) {
			t.Fatalf("%+v in %q: found %v, and seen as absent", x.patterns, raw, found)
		}
		hits += len(found)
	}
	if hits < 1000 {
		t.Errorf("only %d words found: the test says little", hits)
	}
}

// benchSet makes rules with so many words of their own in all, half of them
// Chinese.
func benchSet(rules, words int) *Set {
	random := rand.New(rand.NewPCG(3, 4))
	list := make([]Rule, rules)
	for i := range words {
		r := &list[i%rules]
		w := fmt.Sprintf("%s%s", latin[random.IntN(len(latin))], latin[random.IntN(len(latin))])
		if i%2 == 0 {
			w = string([]rune{rune(0x4E00 + random.IntN(3000)), rune(0x4E00 + random.IntN(3000)), rune(0x4E00 + i)})
		}
		r.When.Words = append(r.When.Words, w)
		r.Name, r.Then.Journal = fmt.Sprint("rule ", i%rules), true
	}
	return NewSet(list)
}

var latin = strings.Fields("plan budget secret city mayor water road police fire letter number office agency report draft final phoenix review person health")

// benchText is prose of latin and Chinese words.
func benchText(size int) string {
	random := rand.New(rand.NewPCG(5, 6))
	var b strings.Builder
	for b.Len() < size {
		if random.IntN(2) == 0 {
			b.WriteString(latin[random.IntN(len(latin))] + " ")
		} else {
			for range 6 {
				b.WriteRune(rune(0x4E00 + random.IntN(3000)))
			}
		}
		if random.IntN(12) == 0 {
			b.WriteString("\r\n")
		}
	}
	return b.String()
}

// BenchmarkJudge: 200 rules with 2,000 words over 100 KB of text.
func BenchmarkJudge(b *testing.B) {
	set := benchSet(200, 2000)
	withPersons := benchSet(200, 2000)
	withPersons.rules = append(slices.Clone(withPersons.rules), compiled{rule: Rule{When: When{Persons: 1}, Then: Then{Journal: true}}})
	mixed, english := benchText(100<<10), strings.Repeat("The mayor reads a letter of the office.\r\n", 2500)
	for _, c := range []struct {
		name string
		set  *Set
		text string
	}{{"mixed", set, mixed}, {"english", set, english}, {"persons", withPersons, mixed}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				c.set.Judge(&Facts{Text: func() string { return c.text }})
			}
		})
	}
}

// BenchmarkNewSet: the same set is made.
func BenchmarkNewSet(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		benchSet(200, 2000)
	}
}

// TestNames holds the stored names, which never change.
func TestNames(t *testing.T) {
	r := Rule{Name: "n", Off: true,
		When:   When{"out", []int64{1}, []string{"a@b"}, []int64{2}, []string{"c@d"}, true, policy.Secret, []string{"w"}, 3, &Files{true, []string{".zip"}, 4, true}},
		Unless: Unless{[]int64{5}, []string{"e@f"}, []int64{6}, []string{"g@h"}, true},
		Then:   Then{&Review{[]Step{{[]string{"i@j"}, true, true, 7, LateEscalate, []string{"k@l"}}}, []string{"m@n"}}, "o@p", true, "", Both, &Text{"t", true}, "w"}}
	got, err := r.Encode()
	want := `{"name":"n","off":true,"when":{"direction":"out","senderUnits":[1],"senders":["a@b"],"recipientUnits":[2],"recipients":["c@d"],"outside":true,"words":["w"],"persons":3,"attachments":{"any":true,"types":[".zip"],"larger":4,"unreadable":true},"level":"secret"},"unless":{"senderUnits":[5],"senders":["e@f"],"recipientUnits":[6],"recipients":["g@h"],"encrypted":true},"then":{"hold":{"steps":[{"reviewers":["i@j"],"head":true,"all":true,"hours":7,"late":"escalate","escalate":["k@l"]}],"appeal":["m@n"]},"monitor":"o@p","journal":true,"require":"both","disclaimer":{"text":"t","top":true},"warn":"w"}}`
	if err != nil || string(got) != want {
		t.Errorf("%s\n%v", got, err)
	}
	if again, err := Parse(got); err != nil || !reflect.DeepEqual(again, r) {
		t.Errorf("%+v %v", again, err)
	}
	if !json.Valid(got) {
		t.Error("no JSON")
	}
}

// TestSenders holds a rule to every address that a letter is from, and gives an
// exception only to one that is from nobody else.
func TestSenders(t *testing.T) {
	rule := Rule{When: When{Level: policy.Unlabelled, Senders: []string{"ann@city.example"}}, Then: Then{Journal: true}}
	spared := Rule{When: When{Level: policy.Unlabelled}, Unless: Unless{Senders: []string{"ann@city.example"}}, Then: Then{Journal: true}}
	for _, c := range []struct {
		sender      string
		authors     []string
		hits, spare bool
	}{
		{"ann@city.example", nil, true, true},
		{"ann@city.example", []string{"ANN@city.example"}, true, true},
		{"box@city.example", []string{"box@city.example", "ann@city.example"}, true, false}, // through a shared mailbox
		{"ann@city.example", []string{"bob@city.example"}, true, false},                     // an envelope that anybody can fill in
		{"", []string{"ann@city.example"}, true, true},
		{"bob@city.example", nil, false, false},
		{"", nil, false, false},
	} {
		f := Facts{Sender: c.sender, Authors: c.authors}
		if got := len(NewSet([]Rule{rule}).Judge(&f).Hits) == 1; got != c.hits {
			t.Errorf("%q %v: hit %v", c.sender, c.authors, got)
		}
		if got := len(NewSet([]Rule{spared}).Judge(&f).Hits) == 0; got != c.spare {
			t.Errorf("%q %v: spared %v", c.sender, c.authors, got)
		}
	}
}

// BenchmarkLetter: 50 rules of an organisation, none of which holds, over a letter
// of 4 KB, as it is sent most of the time.
func BenchmarkLetter(b *testing.B) {
	var list []Rule
	for i := range 50 {
		list = append(list, Rule{Name: fmt.Sprint("rule ", i), When: When{Direction: Out, Words: []string{fmt.Sprint("codeword", i), fmt.Sprint("機密計畫", i)}, Persons: 3}, Then: Then{Refuse: "no"}})
	}
	set := NewSet(list)
	for _, c := range []struct{ name, text string }{
		{"english", strings.Repeat("The committee agreed to the plan and asks for comments by Friday.\r\n", 60)},
		{"chinese", strings.Repeat("委員會同意本計畫，請於星期五前提供意見。\r\n", 65)},
		{"vietnamese", strings.Repeat("Ủy ban đồng ý với kế hoạch và mong nhận ý kiến trước thứ Sáu.\r\n", 50)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				set.Judge(&Facts{Direction: Out, Sender: "ann@city.example", Subject: "Minutes", Recipients: []Recipient{{Address: "bob@city.example"}}, Text: func() string { return c.text }})
			}
		})
	}
}

// slowlyCompared is compared as the words of its documentation have it, one step
// after the other over the whole text.
func slowlyCompared(s string) string {
	var b strings.Builder
	isSpace, isLineStart := false, true
	for _, r := range cases.Fold().String(slowlyVisible(s)) {
		if unicode.IsSpace(r) || r == '>' && isLineStart {
			isSpace, isLineStart = b.Len() > 0, isLineStart || r == '\n'
			continue
		}
		if isSpace {
			b.WriteByte(' ')
		}
		isSpace, isLineStart = false, false
		b.WriteRune(r)
	}
	return b.String()
}

// TestPlain holds the short ways through texts to the long one, for every
// character alone and among others.
func TestPlain(t *testing.T) {
	one := func(s string) {
		if got, want := visible(s), slowlyVisible(s); got != want {
			t.Fatalf("%q is visible as %q, not %q", s, got, want)
		}
		if got, want := compared(s), slowlyCompared(s); got != want {
			t.Fatalf("%q is compared as %q, not %q", s, got, want)
		}
	}
	for r := range rune(0x20000) {
		if utf8.ValidRune(r) {
			one(string([]rune{'a', r, ' ', r, 'B'}))
			one(string([]rune{'Ế', r, '計', r, '가', '\n', '>', r}))
		}
	}
	random := rand.New(rand.NewPCG(7, 8))
	draw := []rune("aZ \n\r\t>＞-9計畫（、가각ᄀ\u1161\u11a8がか\u3099ậẬ\u0323\u0302\u0301ßŉİﬁ½…’\u00a0\u3000\u200b\u00ad\u202e\x00\u2028é\u0345")
	for range 200_000 {
		var s []rune
		for range random.IntN(12) {
			s = append(s, draw[random.IntN(len(draw))])
		}
		one(string(s))
	}
}
