package pop

import (
	"fmt"

	"chancery/kit/id"
)

// count returns how many letters there are, and their size.
func (x *session) count() (n int, size int64) {
	for _, l := range x.drop {
		if !l.deleted {
			n, size = n+1, size+l.size
		}
	}
	return n, size
}

// stat is STAT (RFC 1939 section 5).
func (x *session) stat() {
	n, size := x.count()
	x.ok("%d %d", n, size)
}

// list is LIST (RFC 1939 section 5).
func (x *session) list(number string) {
	x.each(number, "The sizes:", func(l letter) string { return fmt.Sprint(l.size) })
}

// uidl is UIDL (RFC 1939 section 7): the id that the letter has at every door,
// which no other letter of the account ever gets.
func (x *session) uidl(number string) {
	x.each(number, "The ids:", func(l letter) string { return id.Text('e', l.id) })
}

// each answers for one letter, or without a number for all.
func (x *session) each(number, head string, tell func(letter) string) {
	if number != "" {
		if l, ok := x.letter(number); ok {
			x.ok("%s %s", number, tell(*l))
		}
		return
	}
	x.ok("%s", head)
	for n, l := range x.drop {
		if !l.deleted {
			fmt.Fprintf(x.w, "%d %s\r\n", n+1, tell(l))
		}
	}
	x.w.WriteString(".\r\n")
}
