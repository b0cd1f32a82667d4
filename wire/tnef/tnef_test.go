package tnef

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

// maker writes TNEF as Outlook does.
type maker struct{ bytes.Buffer }

func newMaker() *maker {
	m := &maker{}
	m.le(uint32(signature))
	m.le(uint16(1))
	return m
}

func (m *maker) le(v any) { _ = binary.Write(&m.Buffer, binary.LittleEndian, v) }

func (m *maker) attr(level byte, id uint32, data []byte) *maker {
	m.WriteByte(level)
	m.le(id)
	m.le(uint32(len(data)))
	m.Write(data)
	sum := uint16(0)
	for _, c := range data {
		sum += uint16(c)
	}
	m.le(sum)
	return m
}

type prop struct {
	kind, id uint16
	value    []byte
}

func props(list ...prop) []byte {
	m := &maker{}
	m.le(uint32(len(list)))
	for _, p := range list {
		m.le(p.kind)
		m.le(p.id)
		if p.id >= namedFrom {
			m.Write(make([]byte, 16))
			m.le(uint32(1))
			m.le(uint32(6))
			m.Write([]byte("abcdef\x00\x00"))
		}
		if w := widths[p.kind&^manyValues]; w == 0 {
			m.le(uint32(1))
			m.le(uint32(len(p.value)))
		}
		m.Write(p.value)
		m.Write(make([]byte, -len(p.value)&3))
	}
	return m.Bytes()
}

func wide(s string) []byte {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.LittleEndian, utf16.Encode([]rune(s+"\x00")))
	return b.Bytes()
}

func sample() []byte {
	inner := newMaker().attr(1, attSubject, []byte("Inner\x00")).attr(1, attBody, []byte("inner text\x00")).
		attr(2, attAttachRend, nil).attr(2, attAttachTitle, []byte("deep.txt\x00")).attr(2, attAttachData, []byte("deep"))
	m := newMaker()
	m.attr(1, attCodepage, []byte{0xB6, 0x03, 0, 0, 0, 0, 0, 0}) // 950: Big5
	m.attr(1, attSubject, []byte("\xA4\xBD\xA4\xE5\x00"))        // 公文
	m.attr(1, attMsgProps, props(
		prop{0x0003, 0x8001, []byte{1, 0, 0, 0}},
		prop{0x000B, 0x0E1B, []byte{1, 0, 0, 0}},
		prop{typeUnicode, propBody, wide("各位好\r\n請見附件。")},
	))
	m.attr(2, attAttachRend, make([]byte, 14))
	m.attr(2, attAttachTitle, []byte("REPORT~1.PDF\x00"))
	m.attr(2, attAttachData, []byte("%PDF-1.4 data"))
	m.attr(2, attAttachProps, props(prop{typeUnicode, propLongName, wide("年度報告.pdf")}, prop{typeString, propMime, []byte("Application/PDF\x00")}))
	m.attr(2, attAttachRend, make([]byte, 14))
	m.attr(2, attAttachTitle, []byte("Inner\x00"))
	m.attr(2, attAttachProps, props(prop{typeObject, propData, append(make([]byte, 16), inner.Bytes()...)}))
	return m.Bytes()
}

func TestParse(t *testing.T) {
	m, err := Parse(sample(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if m.Subject != "公文" || m.Text != "各位好\n請見附件。" || m.IsCut || len(m.Files) != 2 {
		t.Fatalf("%+v", m)
	}
	if f := m.Files[0]; f.Name != "年度報告.pdf" || f.Type != "application/pdf" || string(f.Data) != "%PDF-1.4 data" {
		t.Errorf("first file: %+v", f)
	}
	in := m.Files[1].Message
	if in == nil || in.Subject != "Inner" || in.Text != "inner text" || len(in.Files) != 1 || string(in.Files[0].Data) != "deep" {
		t.Errorf("inner message: %+v", in)
	}
}

// TestDamaged checks that what comes before the damage is kept, at each
// length of the data.
func TestDamaged(t *testing.T) {
	whole := sample()
	for n := range whole {
		m, err := Parse(whole[:n], Limits{})
		if (err != nil) != (n < 6) {
			t.Fatalf("%d bytes: %v", n, err)
		}
		if m != nil && n > 400 && m.Subject == "" {
			t.Errorf("%d bytes: the subject was lost", n)
		}
	}
	cut, err := Parse(whole[:len(whole)-20], Limits{})
	if err != nil || !cut.IsCut || len(cut.Files) != 2 {
		t.Errorf("%+v, %v", cut, err)
	}
}

func TestLimits(t *testing.T) {
	m, err := Parse(sample(), Limits{Files: 1, Depth: 1, Text: 6})
	if err != nil || !m.IsCut || len(m.Files) != 1 || m.Text != "各位" {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestUnpackRTF has the two examples of MS-OXRTFCP section 4.
func TestUnpackRTF(t *testing.T) {
	for name, c := range map[string]struct{ packed, want string }{
		"simple":  {"\x2d\x00\x00\x00\x2b\x00\x00\x00LZFu\xf1\xc5\xc7\xa7\x03\x00\x0a\x00rcpg125\x42\x32\x0a\xf3 hel\x09\x00 bw\x05\xb0ld}\x0a\x80\x0f\xa0", "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"},
		"crossed": {"\x1a\x00\x00\x00\x1c\x00\x00\x00LZFu\xe2\xd4\x4b\x51\x41\x00\x04\x20WXYZ\x0d\x6e\x7d\x01\x0e\xb0", "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"},
	} {
		got, ok := unpackRTF([]byte(c.packed), 1<<20)
		if string(got) != c.want || !ok {
			t.Errorf("%s: %q, %v, want %q", name, got, ok, c.want)
		}
	}
}

// FuzzParse checks that nothing makes the parser panic, hold much or hand out
// bytes that it was not given.
func FuzzParse(f *testing.F) {
	f.Add(sample())
	f.Add(newMaker().attr(1, attMsgProps, props(prop{typeBinary, propRTF, []byte("\x1a\x00\x00\x00\x1c\x00\x00\x00LZFu\xe2\xd4\x4b\x51\x41\x00\x04\x20WXYZ\x0d\x6e\x7d\x01\x0e\xb0")})).Bytes())
	f.Add(newMaker().attr(2, attAttachTitle, []byte(strings.Repeat("a", 300))).Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse(b, Limits{Text: 1 << 16})
		if err != nil {
			return
		}
		if len(m.Text) > 4<<16 || len(m.HTML) > 1<<16 {
			t.Fatalf("text of %d bytes", len(m.Text))
		}
		total := 0
		for _, x := range m.Files {
			total += len(x.Data)
		}
		if total > len(b) {
			t.Fatalf("%d bytes of files from %d", total, len(b))
		}
	})
}
