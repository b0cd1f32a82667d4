package jmap

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestCheckIJSON(t *testing.T) {
	for _, c := range []struct {
		in   string
		good bool
	}{
		{`{}`, true},
		{` [1, -2.5e3, "x", null, true, {"a":{"b":[]}}] `, true},
		{`"\ud83d\ude00"`, true},
		{`{"a":1,"a":2}`, false},
		{`{"a":1,"\u0061":2}`, false},
		{`{"a":1,"b":{"c":1,"d":2,"c":3}}`, false},
		{`{"1":0,"2":0,"3":0,"4":0,"5":0,"6":0,"7":0,"8":0,"9":0,"10":0,"9":1}`, false},
		{`"\ud83d"`, false},
		{`"\ude00\ud83d"`, false},
		{`"\ud83d\u0041"`, false},
		{"\"\xff\"", false},
		{`{"a":}`, false},
		{``, false},
		{`{} {}`, false},
		{strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth), true},
		{strings.Repeat("[", maxDepth+2) + strings.Repeat("]", maxDepth+2), false},
	} {
		if err := CheckIJSON([]byte(c.in)); (err == nil) != c.good {
			t.Errorf("CheckIJSON(%.60q) = %v, want good=%v", c.in, err, c.good)
		}
	}
}

func TestParseRequest(t *testing.T) {
	lim := DefaultLimits()
	lim.MaxCallsInRequest = 2
	for _, c := range []struct{ in, want string }{
		{`{"using":[],"methodCalls":[]}`, ""},
		{`{"using":["a"],"methodCalls":[["X/get",{},"c"]],"createdIds":{"a":"b"},"other":1}`, ""},
		{`nonsense`, NotJSON},
		{`{"using":[],"using":[],"methodCalls":[]}`, NotJSON},
		{`{"foo":"bar"}`, NotRequest},
		{`[]`, NotRequest},
		{`{"using":"x","methodCalls":[]}`, NotRequest},
		{`{"using":[],"methodCalls":"x"}`, NotRequest},
		{`{"using":[],"methodCalls":[["X",{}]]}`, NotRequest},
		{`{"using":[],"methodCalls":[["X",[],"c"]]}`, NotRequest},
		{`{"using":[],"methodCalls":[[1,{},"c"]]}`, NotRequest},
		{`{"using":[],"methodCalls":[["X",{},null]]}`, NotRequest},
		{`{"using":[],"methodCalls":[null]}`, NotRequest},
		{`{"using":[],"methodCalls":[["X",{},"1"],["X",{},"2"],["X",{},"3"]]}`, LimitExceeded},
	} {
		_, err := ParseRequest([]byte(c.in), lim)
		got := ""
		if err != nil {
			got = err.Type
		}
		if got != c.want {
			t.Errorf("ParseRequest(%s) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestReferences(t *testing.T) {
	earlier := []*Answer{
		{Name: "Email/query", ID: "q", Args: json.RawMessage(`{"ids":["a","b"],"total":9007199254740991}`)},
		{Name: "Email/get", ID: "g", Args: json.RawMessage(`{"list":[{"threadId":"t1","e/f":{"~x":1},"l":[1,2]},{"threadId":"t2","e/f":{"~x":2},"l":[3]}],"none":[]}`)},
		{Name: "error", ID: "e", Args: json.RawMessage(`{"type":"serverFail"}`)},
	}
	for _, c := range []struct{ in, want, fails string }{
		{`{"ids":["x"]}`, `{"ids":["x"]}`, ""},
		{`{"a":"#b"}`, `{"a":"#b"}`, ""},
		{`{"x":1,"#ids":{"resultOf":"q","name":"Email/query","path":"/ids"}}`, `{"x":1,"ids":["a","b"]}`, ""},
		{`{"#n":{"resultOf":"q","name":"Email/query","path":"/total"}}`, `{"n":9007199254740991}`, ""},
		{`{"#n":{"resultOf":"g","name":"Email/get","path":"/list/*/threadId"}}`, `{"n":["t1","t2"]}`, ""},
		{`{"#n":{"resultOf":"g","name":"Email/get","path":"/list/*/l"}}`, `{"n":[1,2,3]}`, ""},
		{`{"#n":{"resultOf":"g","name":"Email/get","path":"/list/1/e~1f/~0x"}}`, `{"n":2}`, ""},
		{`{"#n":{"resultOf":"g","name":"Email/get","path":"/none/*/l"}}`, `{"n":[]}`, ""},
		{`{"\u0023n":{"resultOf":"q","name":"Email/query","path":"/ids/0"}}`, `{"n":"a"}`, ""},
		{`{"n":1,"#n":{"resultOf":"q","name":"Email/query","path":"/ids"}}`, "", InvalidArguments},
		{`{"#n":{"resultOf":"q","name":"Email/get","path":"/ids"}}`, "", InvalidResultReference},
		{`{"#n":{"resultOf":"z","name":"Email/query","path":"/ids"}}`, "", InvalidResultReference},
		{`{"#n":{"resultOf":"q","name":"Email/query","path":"ids"}}`, "", InvalidResultReference},
		{`{"#n":{"resultOf":"q","name":"Email/query","path":"/ids/2"}}`, "", InvalidResultReference},
		{`{"#n":{"resultOf":"q","name":"Email/query","path":"/ids/01"}}`, "", InvalidResultReference},
		{`{"#n":{"resultOf":"q","name":"Email/query","path":"/ids/-1"}}`, "", InvalidResultReference},
		{`{"#n":{"resultOf":"e","name":"Email/query","path":"/ids"}}`, "", InvalidResultReference},
		{`{"#n":"q"}`, "", InvalidResultReference},
	} {
		got, err := ResolveReferences(json.RawMessage(c.in), earlier)
		if c.fails != "" {
			if err == nil || MethodErrorOf(err).Type != c.fails {
				t.Errorf("%s: got %s, %v; want %s", c.in, got, err, c.fails)
			}
			continue
		}
		if err != nil || string(got) != c.want {
			t.Errorf("%s: got %s, %v; want %s", c.in, got, err, c.want)
		}
	}
}

// TestReferenceBomb checks that many references to a large answer are refused.
func TestReferenceBomb(t *testing.T) {
	earlier := []*Answer{{Name: "E", ID: "e", Args: json.RawMessage(`{"x":"` + strings.Repeat("y", maxResolved/4) + `"}`)}}
	args := []byte{'{'}
	for i := range 5 {
		args = fmt.Appendf(args, `"#a%d":{"resultOf":"e","name":"E","path":"/x"},`, i)
	}
	args[len(args)-1] = '}'
	if _, err := ResolveReferences(args, earlier); err == nil || MethodErrorOf(err).Type != InvalidResultReference {
		t.Errorf("five quarters of the limit: %v", err)
	}
}

type thing struct {
	ID    string          `json:"id"`
	Name  string          `json:"name"`
	Keys  map[string]bool `json:"keys"`
	Order int             `json:"order"`
}

func TestPatched(t *testing.T) {
	have := thing{"1", "n", map[string]bool{"a": true, "b": true}, 5}
	for _, c := range []struct{ patch, want, fails string }{
		{`{"name":"x"}`, `{"id":"1","name":"x","keys":{"a":true,"b":true},"order":5}`, ""},
		{`{"keys/a":null,"keys/c~1d":true}`, `{"id":"1","name":"n","keys":{"b":true,"c/d":true},"order":5}`, ""},
		{`{"order":null,"keys":null}`, `{"id":"1","name":"n","keys":null,"order":0}`, ""},
		{`{"keys/x":null}`, `{"id":"1","name":"n","keys":{"a":true,"b":true},"order":5}`, ""},
		{`{"keys":{"z":true},"keys/a":null}`, "", InvalidPatch},
		{`{"none/a":1}`, "", InvalidPatch},
		{`{"keys/a/b":1}`, "", InvalidPatch},
		{`{"none":1}`, "", InvalidProperties},
		{`{"order":"five"}`, "", InvalidProperties},
	} {
		var p Patch
		if err := json.Unmarshal([]byte(c.patch), &p); err != nil {
			t.Fatal(err)
		}
		got, err := Patched(have, thing{}, p)
		if c.fails != "" {
			if err == nil || SetErrorOf(err).Type != c.fails {
				t.Errorf("%s: got %+v, %v; want %s", c.patch, got, err, c.fails)
			}
			continue
		}
		b, _ := json.Marshal(got)
		if err != nil || string(b) != c.want {
			t.Errorf("%s: got %s, %v; want %s", c.patch, b, err, c.want)
		}
	}
	if len(have.Keys) != 2 {
		t.Error("the patched object was changed in place")
	}
}

func TestWindow(t *testing.T) {
	n := func(v int64) *int64 { return &v }
	s := func(v string) *string { return &v }
	find := func(id ID) int { return strings.Index("abcdefghij", id) }
	for _, c := range []struct {
		args     QueryArgs[struct{}]
		pos      int64
		from, to int
		fails    string
	}{
		{QueryArgs[struct{}]{}, 0, 0, 10, ""},
		{QueryArgs[struct{}]{Position: 3, Limit: n(4)}, 3, 3, 7, ""},
		{QueryArgs[struct{}]{Position: 30, Limit: n(4)}, 30, 10, 10, ""},
		{QueryArgs[struct{}]{Position: -2}, 8, 8, 10, ""},
		{QueryArgs[struct{}]{Position: -20, Limit: n(1)}, 0, 0, 1, ""},
		{QueryArgs[struct{}]{Anchor: s("c"), AnchorOffset: 1, Limit: n(2)}, 3, 3, 5, ""},
		{QueryArgs[struct{}]{Anchor: s("c"), AnchorOffset: -9, Limit: n(2)}, 0, 0, 2, ""},
		{QueryArgs[struct{}]{Anchor: s("c"), AnchorOffset: -9223372036854775808, Position: 7}, 0, 0, 10, ""},
		{QueryArgs[struct{}]{Limit: n(0)}, 0, 0, 0, ""},
		{QueryArgs[struct{}]{Position: 9223372036854775807, Limit: n(9223372036854775807)}, 9223372036854775807, 10, 10, ""},
		{QueryArgs[struct{}]{Anchor: s("z")}, 0, 0, 0, AnchorNotFound},
		{QueryArgs[struct{}]{Limit: n(-1)}, 0, 0, 0, InvalidArguments},
	} {
		pos, from, to, _, err := c.args.Window(10, find)
		if c.fails != "" {
			if err == nil || MethodErrorOf(err).Type != c.fails {
				t.Errorf("%+v: %v, want %s", c.args, err, c.fails)
			}
			continue
		}
		if err != nil || pos != c.pos || from != c.from || to != c.to {
			t.Errorf("%+v: got %d [%d:%d] %v, want %d [%d:%d]", c.args, pos, from, to, err, c.pos, c.from, c.to)
		}
	}
}

type cond struct {
	Has *string `json:"has"`
}

func TestFilter(t *testing.T) {
	for _, c := range []struct {
		in    string
		match bool
		fails string
	}{
		{`{}`, true, ""},
		{`{"has":"a"}`, true, ""},
		{`{"operator":"AND","conditions":[{"has":"a"},{"has":"z"}]}`, false, ""},
		{`{"operator":"OR","conditions":[{"has":"a"},{"has":"z"}]}`, true, ""},
		{`{"operator":"NOT","conditions":[{"has":"y"},{"has":"z"}]}`, true, ""},
		{`{"operator":"NOT","conditions":[{"operator":"OR","conditions":[{"has":"a"}]}]}`, false, ""},
		{`{"operator":"AND","conditions":[]}`, true, ""},
		{`{"operator":"XOR","conditions":[]}`, false, UnsupportedFilter},
		{`{"operator":"AND"}`, false, InvalidArguments},
		{`{"what":1}`, false, UnsupportedFilter},
		{`{"has":1}`, false, InvalidArguments},
		{`7`, false, InvalidArguments},
		{strings.Repeat(`{"operator":"AND","conditions":[`, 20) + strings.Repeat(`]}`, 20), false, UnsupportedFilter},
	} {
		var f Filter[cond]
		err := f.UnmarshalJSON([]byte(c.in))
		if c.fails != "" {
			if err == nil || MethodErrorOf(err).Type != c.fails {
				t.Errorf("%.80s: %v, want %s", c.in, err, c.fails)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		got := f.Match(func(x *cond) bool { return x.Has == nil || strings.Contains("abc", *x.Has) })
		if got != c.match {
			t.Errorf("%s matches = %v, want %v", c.in, got, c.match)
		}
	}
}

func TestDates(t *testing.T) {
	for in, want := range map[string]string{
		`"2014-10-30T06:12:00Z"`:      `"2014-10-30T06:12:00Z"`,
		`"2014-10-30T06:12:00.500Z"`:  `"2014-10-30T06:12:00.5Z"`,
		`"2014-10-30T14:12:00+08:00"`: "",
		`"2014-10-30"`:                "",
		`"2014-10-30T06:12:00,5Z"`:    "",
		`17`:                          "",
	} {
		var d UTCDate
		err := json.Unmarshal([]byte(in), &d)
		got := ""
		if err == nil {
			b, _ := json.Marshal(d)
			got = string(b)
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
	b, err := json.Marshal(Date{time.Date(2014, 10, 30, 14, 12, 0, 0, time.FixedZone("", 8*3600))})
	if err != nil || string(b) != `"2014-10-30T14:12:00+08:00"` {
		t.Errorf("Date = %s, %v", b, err)
	}
}

func TestAppendString(t *testing.T) {
	for _, s := range []string{"", "plain", "a\"b\\c\n\r\t\x01\x7f", "公文系統 đặng 한국", "bad\xffend", "\xf0\x9f\x98\x80", "\u2028"} {
		var back string
		if err := json.Unmarshal(AppendString(nil, s), &back); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if want := strings.ToValidUTF8(s, "\uFFFD"); back != want {
			t.Errorf("%q came back as %q", s, back)
		}
	}
}

func TestQueryChanges(t *testing.T) {
	var a QueryChangesAnswer
	upTo := "d"
	if err := a.Fill([]ID{"b", "x", "e"}, []ID{"z"}, Added([]ID{"a", "b", "c", "d", "e"}, []ID{"b", "x", "e"}, &upTo), nil); err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(a)
	want := `{"accountId":"","oldQueryState":"","newQueryState":"","removed":["b","x","e","z"],"added":[{"id":"b","index":1}]}`
	if string(b) != want {
		t.Errorf("got %s, want %s", b, want)
	}
	limit := int64(2)
	if err := a.Fill([]ID{"b"}, []ID{"z"}, []AddedItem{{"b", 0}}, &limit); err == nil || MethodErrorOf(err).Type != TooManyChanges {
		t.Errorf("too many changes gave %v", err)
	}
}
