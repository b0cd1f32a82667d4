package smtp

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"chancery/mail"
)

// TestStanding ends the connection of somebody whose sign-in is over before
// their next message, and leaves other servers alone.
func TestStanding(t *testing.T) {
	o := newOffice(t, "", Config{PlaintextAuth: true}, mail.Config{})
	talk := func(kind Kind) func(line, want string) {
		c, err := net.Dial("tcp", o.addr[kind])
		check(t, err)
		t.Cleanup(func() { c.Close() })
		r := bufio.NewReader(c)
		return func(line, want string) {
			t.Helper()
			check(t, c.SetDeadline(time.Now().Add(10*time.Second)))
			if line != "" {
				fmt.Fprint(c, line+"\r\n")
			}
			for {
				text, err := r.ReadString('\n')
				if err != nil || len(text) > 3 && text[3] == ' ' {
					if !strings.HasPrefix(text, want) || want == "" && err == nil {
						t.Errorf("%q: %q, want %q", line, text, want)
					}
					return
				}
			}
		}
	}
	say, other := talk(Submission), talk(MX)
	say("", "220 ")
	say("EHLO here.example", "250 ")
	say("AUTH PLAIN "+base64.StdEncoding.EncodeToString([]byte("\x00ann@city.example\x00secret")), "235 ")
	say("MAIL FROM:<ann@city.example>", "250 ")
	say("RSET", "250 ")
	o.users.ended.Store(true)
	say("MAIL FROM:<ann@city.example>", "421 4.7.0 The sign-in has ended")
	say("NOOP", "") // closed
	other("", "220 ")
	other("EHLO here.example", "250 ")
	other("MAIL FROM:<x@else.example>", "250 ")
}
