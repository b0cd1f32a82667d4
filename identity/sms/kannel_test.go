package sms

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chancery/kit/clock"
	"chancery/kit/testkit"
)

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// kannelConf is a Kannel with one user and one message centre.
const kannelConf = `group = core
admin-port = %d
admin-interface = 127.0.0.1
admin-password = nobody
smsbox-port = %d
smsbox-interface = 127.0.0.1
log-level = 1
dlr-storage = internal

group = smsc
smsc = smpp
smsc-id = simulator
host = %s
port = %s
smsc-username = %s
smsc-password = %s
system-type = ""
transceiver-mode = true
reconnect-delay = 1
enquire-link-interval = 1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = %d
sendsms-interface = 127.0.0.1
global-sender = Chancery
log-level = 1

group = sendsms-user
username = office
password = "s&cr=t+"
concatenation = true
max-messages = 5
`

// kannel starts Debian's Kannel in a scratch directory, bound to a message
// centre as any client of it, and returns where its sendsms is.
func kannel(t *testing.T, s *testkit.SMSC) string {
	t.Helper()
	bearerbox, err := exec.LookPath("/usr/sbin/bearerbox")
	if err != nil {
		t.Skip("Kannel is not installed (Debian: kannel)")
	}
	dir := t.TempDir()
	host, port, _ := net.SplitHostPort(s.Addr)
	admin, boxes, sendsms := freePort(t), freePort(t), freePort(t)
	conf := fmt.Sprintf(kannelConf, admin, boxes, host, port, s.SystemID, s.Secret, sendsms)
	file := filepath.Join(dir, "kannel.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	start := func(program string) {
		log, err := os.Create(filepath.Join(dir, filepath.Base(program)+".log"))
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(program, "-v", "1", file)
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			cmd.Process.Kill()
			cmd.Wait()
			log.Close()
			if text, err := os.ReadFile(log.Name()); t.Failed() && err == nil {
				t.Logf("%s:\n%.4000s", program, text)
			}
		})
	}
	waitFor := func(what string, done func() bool) {
		t.Helper()
		for end := time.Now().Add(30 * time.Second); !done(); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("not within 30 seconds: " + what)
			}
		}
	}
	listens := func(port int) func() bool {
		return func() bool {
			c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err == nil {
				c.Close()
			}
			return err == nil
		}
	}
	start(bearerbox)
	waitFor("the bearerbox", listens(boxes))
	waitFor("its bind to the message centre", func() bool { return s.Binds() > 0 })
	start(strings.Replace(bearerbox, "bearerbox", "smsbox", 1))
	waitFor("the smsbox", listens(sendsms))
	return fmt.Sprintf("http://127.0.0.1:%d", sendsms)
}

// TestKannel sends through Kannel: our form to its sendsms, Kannel's own SMPP
// to the simulator. So an independent client says that the simulator speaks
// SMPP, which our client is tested against; and Kannel that our form is right.
func TestKannel(t *testing.T) {
	s := testkit.NewSMSC(t)
	base := kannel(t, s)
	g, err := NewHTTP(HTTPConfig{URL: base + kannelForm, User: "office", Password: "s&cr=t+", Success: "^0: Accepted"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCourier(g, Config{Country: "886", Limits: Limits{Gap: time.Nanosecond}}, book(t, ""), clock.System{}, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for n, text := range []string{code, "Mã 123456 & có hiệu lực trong 5 phút.", "인증번호 123456\n@mail.city.example #123456", strings.Repeat("長訊", 60)} {
		if late, err := c.Send(t.Context(), Message{To: ann, Text: text, Until: time.Now().Add(5 * time.Minute)}, Asker{}); late || err != nil {
			t.Fatal(late, err)
		}
		for end := time.Now().Add(20 * time.Second); len(s.Taken()) <= n; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("Kannel did not bring %q", text)
			}
		}
		got := s.Taken()[n]
		if got.Text != text || got.To != "886912345678" || got.From != "Chancery" || got.Coding != 8 || (got.Parts > 1) != (n == 3) {
			t.Errorf("%+v", got)
		}
	}
	if s.Enquiries() == 0 {
		time.Sleep(1500 * time.Millisecond)
	}
	if s.Enquiries() == 0 {
		t.Error("Kannel did not try the line")
	}
	// A wrong password is a fault of the gateway: it is tried again, and says nothing of the message.
	wrong, err := NewHTTP(HTTPConfig{URL: base + kannelForm, User: "office", Password: "wrong", Success: "^0: Accepted"})
	if err != nil {
		t.Fatal(err)
	}
	if err := wrong.Send(t.Context(), Message{To: ann, Text: code}); err == nil || len(s.Taken()) != 4 {
		t.Errorf("%v, %d messages", err, len(s.Taken()))
	}
}
