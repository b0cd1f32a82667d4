package personal

import (
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	for text, want := range map[string]string{
		"身分證A123456789號":                      "tw-id",
		"a123456789":                          "tw-id",
		"A123456788":                          "", // wrong check digit
		"居留證 A800000014":                      "tw-id",
		"XA123456789":                         "", // part of a word
		"A1234567890":                         "", // part of a longer number
		"身份证11010519491231002X。":              "cn-id",
		"11010519491331002X":                  "", // no such month
		"110105194912310021":                  "",
		"주민등록번호 900101-1234568":               "kr-id",
		"900101-1234567":                      "",
		"201105-3123456":                      "kr-id", // after October 2020
		"Số CCCD: 001099012345":               "vn-id",
		"003099012345":                        "", // no such province
		"card 4111 1111 1111 1111, thank you": "card",
		"4111-1111-1111-1112":                 "",
		"378282246310005":                     "card",
		"Case 2026-11-22 No. 1234567890123":   "",
		"tel. +886 2 2345 6789":               "",
		"A123456789 and 4111111111111111":     "tw-id card",
		"A123456789 4111111111111111":         "tw-id card", // the one does not hide the other
		"":                                    "",
	} {
		var got []string
		for _, f := range Find(text) {
			got = append(got, string(f.Kind))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %q, want %q", text, s, want)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("身分證A123456789號 11010519491231002X 900101-1234568 4111 1111 1111 1111")
	f.Add("٣4111111111111111\xff")
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, x := range Find(text) {
			if x.From < end || x.To <= x.From || x.To > len(text) {
				t.Fatalf("%q: %+v", text, x)
			}
			end = x.To
		}
	})
}

func BenchmarkFind(b *testing.B) {
	text := strings.Repeat("The council met on 2026-11-22 and heard of case 4711, 身分證A123456789號. ", 1000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Find(text)
	}
}
