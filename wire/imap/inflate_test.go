package imap

import (
	"bytes"
	"compress/flate"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// TestInflatePartialFlush reads commands that zlib ended with Z_PARTIAL_FLUSH
// (testdata/partial_flush.txt: the command, a tab, what was sent): each must
// come out before more is sent.
func TestInflatePartialFlush(t *testing.T) {
	raw, err := os.ReadFile("testdata/partial_flush.txt")
	if err != nil {
		t.Fatal(err)
	}
	pr, pw := io.Pipe()
	r := Inflate(pr)
	for line := range strings.Lines(string(raw)) {
		text, packed, _ := strings.Cut(strings.TrimSpace(line), "\t")
		data, err := hex.DecodeString(packed)
		if err != nil {
			t.Fatal(err)
		}
		go pw.Write(data)
		got := make([]byte, len(text)+2)
		if _, err := io.ReadFull(r, got); err != nil || string(got) != text+"\r\n" {
			t.Fatalf("%q, %v, want %q", got, err, text)
		}
	}
}

// TestInflateAgrees packs anything and reads it back in pieces of any size.
func TestInflateAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var packed, plain bytes.Buffer
		w, err := flate.NewWriter(&packed, rapid.IntRange(-2, 9).Draw(t, "level"))
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 5).Draw(t, "writes") {
			piece := bytes.Repeat(rapid.SliceOf(rapid.Byte()).Draw(t, "piece"), rapid.IntRange(1, 3000).Draw(t, "times"))
			w.Write(piece)
			plain.Write(piece)
			w.Flush()
		}
		w.Close()
		src := io.Reader(&packed)
		if rapid.Bool().Draw(t, "slow") {
			src = iotest.HalfReader(src)
		}
		got, err := io.ReadAll(Inflate(src))
		if err != nil || !bytes.Equal(got, plain.Bytes()) {
			t.Fatalf("%d octets, %v, want %d", len(got), err, plain.Len())
		}
	})
}

func FuzzInflate(f *testing.F) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, 9)
	if err != nil {
		f.Fatal(err)
	}
	w.Write([]byte(strings.Repeat("a1 NOOP\r\na2 UID FETCH 1:* (FLAGS)\r\n", 20)))
	w.Close()
	f.Add(packed.Bytes())
	f.Add([]byte{0x4a, 0x52, 0xf0, 0xf3, 0xf7, 0x0f, 0xe0, 0xe5, 0x02, 0x08})
	f.Add([]byte{0, 2, 0, 0xfd, 0xff, 'h', 'i', 3, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		const most = 1 << 20
		want, wantErr := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(data)), most))
		got, err := io.ReadAll(io.LimitReader(Inflate(bytes.NewReader(data)), most))
		// The standard library also refuses codes with gaps before they are used.
		if wantErr == nil && (err != nil || !bytes.Equal(got, want)) {
			t.Fatalf("%d octets, %v; the standard library reads %d", len(got), err, len(want))
		}
		if err != nil && !errors.Is(err, errCorrupt) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatal(err)
		}
	})
}

func BenchmarkInflate(b *testing.B) {
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, 6)
	plain := strings.Repeat("A line of a letter, as letters have them, and then some.\r\n", 1000)
	for i := range plain {
		w.Write([]byte{plain[i] + byte(i*i>>9&3)})
	}
	w.Close()
	b.SetBytes(int64(len(plain)))
	for b.Loop() {
		io.Copy(io.Discard, Inflate(bytes.NewReader(packed.Bytes())))
	}
}
