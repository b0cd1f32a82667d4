package smpp

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

// TestText splits text at what fits, never within a character, and reads it back.
func TestText(t *testing.T) {
	for _, x := range []struct {
		name, text string
		coding     Coding
		parts      int
	}{
		{"empty", "", GSM7, 1},
		{"160 of the GSM alphabet", strings.Repeat("a", 160), GSM7, 1},
		{"161 of them", strings.Repeat("a", 161), GSM7, 2},
		{"80 of the extension", strings.Repeat("€", 80), GSM7, 1},
		{"an escape at the seam", strings.Repeat("a", 152) + "€" + strings.Repeat("b", 152), GSM7, 3},
		{"signs and accents", "@£$é ÄÖ^{}\\[~]|€ Ω\n", GSM7, 1},
		{"70 of UCS-2", strings.Repeat("碼", 70), UCS2, 1},
		{"71 of UCS-2", strings.Repeat("碼", 71), UCS2, 2},
		{"a surrogate pair at the seam", strings.Repeat("碼", 66) + "😀" + strings.Repeat("한", 66), UCS2, 3},
		{"Vietnamese", "Mã xác nhận của bạn", UCS2, 1},
	} {
		parts, err := Split(x.text, 9)
		if err != nil || len(parts) != x.parts || Parts(x.text) != x.parts {
			t.Errorf("%s: %d parts, %v", x.name, len(parts), err)
			continue
		}
		var b strings.Builder
		for n, p := range parts {
			data := p.Data
			if p.Header != (x.parts > 1) || p.Coding != x.coding || p.Coding == UCS2 && len(data) > 140 || len(data) > 160 {
				t.Errorf("%s: part %d is %+v", x.name, n, p)
			}
			if p.Header {
				if !bytes.Equal(data[:6], []byte{5, 0, 3, 9, byte(x.parts), byte(n + 1)}) {
					t.Errorf("%s: header %x", x.name, data[:6])
				}
				data = data[6:]
			}
			b.WriteString(Decode(p.Coding, data))
		}
		if b.String() != x.text {
			t.Errorf("%s: %q", x.name, b.String())
		}
	}
	if _, err := Split("\xff", 0); err == nil || Parts(strings.Repeat("碼", 671)) != 0 {
		t.Error("what is no text, or too long, is taken")
	}
}

// TestValidity writes times from now on as section 7.1.1.2 has them.
func TestValidity(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "", 5 * time.Minute: "000000000500000R", 90 * time.Second: "000000000130000R", 27 * time.Hour: "000001030000000R", 500 * time.Hour: "000004030000000R"} {
		if got := relative(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
}

// TestReceipt reads receipts in the forms that operators send.
func TestReceipt(t *testing.T) {
	for _, x := range []struct {
		text    string
		class   byte
		options map[uint16][]byte
		want    Receipt
		ok      bool
	}{
		{"id:0a1b sub:001 dlvrd:001 submit date:2611221100 done date:2611221101 stat:DELIVRD err:000 text:Your", 4, nil, Receipt{"0a1b", "DELIVRD"}, true},
		{"id:7 stat:UNDELIV err:045", 4, nil, Receipt{"7", "UNDELIV"}, true},
		{"ID:7 Stat:EXPIRED", 4, nil, Receipt{"7", "EXPIRED"}, true},
		{"", 4, map[uint16][]byte{optReceiptedID: []byte("zz\x00"), optState: {2}}, Receipt{"zz", "DELIVRD"}, true},
		{"id:7 stat:UNDELIV", 4, map[uint16][]byte{optState: {2}}, Receipt{"7", "DELIVRD"}, true},
		{"id:7 stat:DELIVRD", 0, nil, Receipt{}, false}, // what a person wrote
		{"no receipt", 4, nil, Receipt{}, false},
	} {
		if r, ok := ReceiptOf(Message{ESMClass: x.class, Text: []byte(x.text), Options: x.options}); ok != x.ok || ok && r != x.want {
			t.Errorf("%q: %+v, %v", x.text, r, ok)
		}
	}
}

// TestReadPDU refuses lengths that cannot be, and PDUs that end early.
func TestReadPDU(t *testing.T) {
	for name, in := range map[string]string{"short": "0000000f", "huge": "7fffffff", "ends": "00000014000000150000000000000001aa", "nothing": ""} {
		b, _ := hex.DecodeString(in)
		b = append(b, make([]byte, max(0, min(16-len(b), 16))*min(len(b), 1))...)
		if _, err := ReadPDU(bytes.NewReader(b)); err == nil {
			t.Errorf("%s: taken", name)
		} else if name == "ends" && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzPDU reads anything a message centre may send: it never panics, and what
// is written again is the same.
func FuzzPDU(f *testing.F) {
	m := Message{Source: Sender("Chancery"), Dest: International("+886912345678"), ESMClass: 4, Text: []byte("id:1 stat:DELIVRD")}
	body, _ := m.encode()
	f.Add(PDU{Command: DeliverSM, Sequence: 1, Body: append(body, 0, 0x1e, 0, 2, 'a', 0, 4, 0x27, 0, 1, 2)}.Append(nil))
	f.Fuzz(func(t *testing.T, in []byte) {
		p, err := ReadPDU(bytes.NewReader(in))
		if err != nil {
			return
		}
		if out := p.Append(nil); !bytes.Equal(out, in[:len(out)]) {
			t.Fatalf("%x is written as %x", in, out)
		}
		parseID(p.Body)
		m, err := ParseMessage(p.Body)
		if err != nil {
			return
		}
		ReceiptOf(m)
		Decode(m.Coding, m.Text)
	})
}

// FuzzText splits any text and reads the same text back.
func FuzzText(f *testing.F) {
	f.Add("Your code is 123456.")
	f.Add("驗證碼😀 € ~ Ω")
	f.Fuzz(func(t *testing.T, text string) {
		parts, err := Split(text, 1)
		if err != nil {
			return
		}
		var b strings.Builder
		for _, p := range parts {
			data := p.Data
			if p.Header {
				data = data[6:]
			}
			b.WriteString(Decode(p.Coding, data))
		}
		if b.String() != text {
			t.Fatalf("%q came back as %q", text, b.String())
		}
	})
}
