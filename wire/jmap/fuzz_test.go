package jmap

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

func FuzzParseRequest(f *testing.F) {
	for _, s := range []string{
		`{"using":["urn:ietf:params:jmap:core"],"methodCalls":[["Core/echo",{"a":[1,"\ud83d\ude00"]},"c1"]],"createdIds":{"k":"v"}}`,
		`{"using":[],"methodCalls":[["X/get",{"#ids":{"resultOf":"c","name":"X/query","path":"/ids/*"}},"d"]]}`,
		`{"a":1,"a":1}`, `[[[[`, `{"\ud800":1}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		req, err := ParseRequest(b, DefaultLimits())
		if err != nil {
			return
		}
		if !utf8.Valid(b) || !json.Valid(b) {
			t.Fatal("accepted what is not JSON")
		}
		resp := &Response{}
		for _, in := range req.MethodCalls {
			args, err := ResolveReferences(in.Args, resp.Answers)
			if err != nil {
				continue
			}
			resp.Answers = append(resp.Answers, &Answer{Name: in.Name, Args: args, ID: in.ID})
		}
		out, rerr := resp.AppendJSON(nil)
		if rerr != nil || CheckIJSON(out) != nil {
			t.Fatalf("the answer is not I-JSON: %v %s", rerr, out)
		}
	})
}

func FuzzPointer(f *testing.F) {
	f.Add([]byte(`{"a":[{"b":[1,2]},{"b":[3]}]}`), "/a/*/b")
	f.Add([]byte(`[[["x"]]]`), "/*/0/*")
	f.Add([]byte(`{"~/":{"":1}}`), "/~0~1/")
	f.Fuzz(func(t *testing.T, doc []byte, path string) {
		var v any
		if json.Unmarshal(doc, &v) != nil {
			return
		}
		got, err := EvalPointer(v, path)
		if err != nil {
			if MethodErrorOf(err).Type != InvalidResultReference {
				t.Fatalf("error of the wrong type: %v", err)
			}
			return
		}
		if _, err := json.Marshal(got); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzPatch(f *testing.F) {
	f.Add([]byte(`{"id":"1","keys":{"a":true}}`), []byte(`{"keys/a":null,"name":"x"}`))
	f.Add([]byte(`{"keys":{"a/b":true}}`), []byte(`{"keys/a~1b":false,"order":null}`))
	f.Fuzz(func(t *testing.T, object, patch []byte) {
		var have thing
		var p Patch
		if json.Unmarshal(object, &have) != nil || CheckIJSON(patch) != nil || json.Unmarshal(patch, &p) != nil {
			return
		}
		before, _ := json.Marshal(have)
		got, err := Patched(have, thing{}, p)
		if after, _ := json.Marshal(have); string(after) != string(before) {
			t.Fatal("the object was changed in place")
		}
		if err != nil {
			return
		}
		// A patch that was applied changes nothing when applied again.
		again, err := Patched(got, thing{}, p)
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(again)
		if err != nil || string(a) != string(b) {
			t.Fatalf("twice: %v\n%s\n%s", err, a, b)
		}
	})
}

func FuzzFilter(f *testing.F) {
	f.Add([]byte(`{"accountId":"a","filter":{"operator":"NOT","conditions":[{"has":"x"},{}]},"position":-3,"limit":2}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var q QueryArgs[cond]
		if DecodeStrict(b, &q) != nil {
			return
		}
		n := 0
		q.Filter.Each(func(*cond) { n++ })
		if n > maxFilterNodes {
			t.Fatalf("%d conditions", n)
		}
		if _, from, to, _, err := q.Window(5, func(ID) int { return 2 }); err == nil && (from < 0 || to < from || to > 5) {
			t.Fatalf("window [%d:%d]", from, to)
		}
	})
}
