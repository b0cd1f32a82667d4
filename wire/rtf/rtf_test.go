package rtf

import (
	"testing"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	for rtf, want := range map[string]string{
		`{\rtf1\ansi\ansicpg950{\fonttbl{\f0 Arial;}}\'a4\'bd\'a4\'e5\par next}`:              "公文\nnext",
		`{\rtf1 \u20844?\u25991?\uc0\u33?x}`:                                                  "公文!?x",
		`{\rtf1\fromhtml1{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Hello\htmlrtf\par}\htmlrtf0 }`: "Hello",
		`{\rtf1 a\tab b\{c\}\\}`:    "a\tb{c}\\",
		`{\rtf1 \u-10179?\u-8704?}`: "😀",
		`{\rtf1\ansi{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset136 Ming;}{\f2\fcharset129 Batang;}}\f1\'a4\'bd{\f2\'b0\'a1}\'a4\'e5\plain\'e9}`: "公가文é",
		`{\rtf1 a{\*\shpinst{\sp x}{\shptxt in a shape}}{\*\unknown no}}`:                                                                        "ain a shape",
		`{{{{\rtf1 unclosed`: "unclosed",
	} {
		if got, isWhole := Text([]byte(rtf)); got != want || !isWhole {
			t.Errorf("%s: %q, want %q", rtf, got, want)
		}
	}
}

func TestObject(t *testing.T) {
	if text, isWhole := Text([]byte(`{\rtf1 a{\object{\*\objdata 0105}}}`)); text != "a" || isWhole {
		t.Errorf("%q, whole %v", text, isWhole)
	}
}

// FuzzText checks that nothing makes the reader panic or write what is no text.
func FuzzText(f *testing.F) {
	f.Add([]byte(`{\rtf1\ansi\ansicpg950{\fonttbl{\f0\fcharset136 x;}}\f0\'a4\'bd\u20844?\par}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if text, _ := Text(b); !utf8.ValidString(text) || len(text) > 4*len(b)+16 {
			t.Fatalf("%q", text)
		}
	})
}
