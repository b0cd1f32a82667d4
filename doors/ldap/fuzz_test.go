package ldap

import (
	"bufio"
	"bytes"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"chancery/directory"
)

// FuzzRequest reads messages of strangers: nothing breaks, and nothing is
// believed that is longer than it may be.
func FuzzRequest(f *testing.F) {
	f.Add([]byte("\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00"))
	f.Add([]byte("\x30\x25\x02\x01\x02\x63\x20\x04\x00\x0a\x01\x00\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00\x87\x0bobjectClass\x30\x00"))
	f.Add([]byte("\x30\x84\x00\x00\x00\x05\x02\x01\x01\x42\x00"))
	f.Add([]byte("\x30\x80\x00\x00"))
	e := person(&directory.Person{ID: 1, Name: "王小明", Address: "wang@city.example"}, &directory.Book{}, "dc=city,dc=example", "")
	f.Fuzz(func(t *testing.T, raw []byte) {
		q, err := readRequest(bufio.NewReader(bytes.NewReader(raw)), 4096)
		if err != nil {
			return
		}
		_ = critical(q.controls)
		_, _, _, _ = readPage(q.controls)
		if s, err := readQuery(q.op); err == nil {
			_ = s.filter.holds(e)
			_, _ = within(&ldap.DN{}, s)
			_ = found(q.id, e, s.want).Bytes()
		}
		if len(q.op.Children) > 1 {
			_ = addressOf(text(q.op.Children[1]))
		}
	})
}
