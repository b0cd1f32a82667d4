package outside

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Password is the password of every account that AddAccounts makes.
const Password = "correct-horse-7"

// Server is a `chancery serve` in a process of its own, on loopback ports
// that stay the same over restarts.
type Server struct {
	Bin string // the program
	Dir string // its data directory
	Env []string
	// Serve are further arguments of serve.
	Serve []string

	HTTP, SMTP, Submission, IMAP string // addresses of the doors

	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan error
	log  *tail
}

// New prepares a server in dir: ports are taken and the configuration is
// written. extra is more TOML, in dotted keys such as storage.database.
func New(bin, dir, extra string) (*Server, error) {
	ports, err := FreePorts(4)
	if err != nil {
		return nil, err
	}
	s := &Server{Bin: bin, Dir: dir, HTTP: ports[0], SMTP: ports[1], Submission: ports[2], IMAP: ports[3], log: &tail{}}
	text := fmt.Sprintf(`hostname = "mail.city.example"
log.level = "warn"
http.listen = %q
http.listen_tls = ""
smtp.listen = %q
smtp.submission = %q
smtp.submission_tls = ""
smtp.plain_loopback = true
imap.listen = %q
imap.listen_tls = ""
imap.plain_loopback = true
%s
`, s.HTTP, s.SMTP, s.Submission, s.IMAP, extra)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return s, writeSynced(s.config(), text)
}

// writeSynced writes a file that a test of power cuts finds again.
func writeSynced(path, text string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

func (s *Server) config() string { return filepath.Join(s.Dir, "test.toml") }

// FreePorts finds ports that nobody listens on, all at once so that they
// differ. They are below those that the kernel gives to connections, one of
// which could take it before the server does.
func FreePorts(n int) (out []string, err error) {
	for tries := 0; len(out) < n; tries++ {
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(20_000+rand.IntN(12_000)))
		if err != nil && tries < 100 {
			continue
		} else if err != nil {
			return nil, err
		}
		defer l.Close()
		out = append(out, l.Addr().String())
	}
	return out, nil
}

// Command is a subcommand of the program on the server's data, ready to run.
func (s *Server) Command(ctx context.Context, args ...string) *exec.Cmd {
	args = append(args, "--data", s.Dir, "--config", s.config())
	c := exec.CommandContext(ctx, s.Bin, args...)
	c.Env = append(os.Environ(), s.Env...)
	return c
}

// Run runs a subcommand to its end and returns what it printed.
func (s *Server) Run(ctx context.Context, args ...string) (string, error) {
	out, err := s.Command(ctx, args...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("chancery %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return string(out), err
}

// AddAccounts imports accounts, all with [Password].
func (s *Server) AddAccounts(ctx context.Context, addresses ...string) error {
	var csv bytes.Buffer
	csv.WriteString("address,password,name,unit\n")
	for _, a := range addresses {
		fmt.Fprintf(&csv, "%s,%s,%s,Test\n", a, Password, strings.SplitN(a, "@", 2)[0])
	}
	file := filepath.Join(s.Dir, "accounts.csv")
	if err := os.WriteFile(file, csv.Bytes(), 0o600); err != nil {
		return err
	}
	_, err := s.Run(ctx, "account", "import", "--final", file)
	return err
}

// Start starts the server and waits until every door answers.
func (s *Server) Start(ctx context.Context) error {
	cmd := s.Command(context.WithoutCancel(ctx), append([]string{"serve"}, s.Serve...)...)
	cmd.Stdout, cmd.Stderr = s.log, s.log
	// A test that is itself killed must not leave its server behind.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	s.mu.Lock()
	s.cmd, s.done = cmd, done
	s.mu.Unlock()
	for _, addr := range []string{s.SMTP, s.Submission, s.IMAP, s.HTTP} {
		if err := s.answer(ctx, addr, done); err != nil {
			return err
		}
	}
	return nil
}

// answer waits until a door takes connections.
func (s *Server) answer(ctx context.Context, addr string, done chan error) error {
	for {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			return c.Close()
		}
		select {
		case err := <-done:
			done <- err
			return fmt.Errorf("the server ended before its doors answered: %v", err)
		case <-ctx.Done():
			return fmt.Errorf("no answer at %s: %w", addr, ctx.Err())
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// Pid returns the process id, 0 when the server was never started.
func (s *Server) Pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return 0
	}
	return s.cmd.Process.Pid
}

// Kill ends the server at once, as a power cut would, and waits for its end.
func (s *Server) Kill() {
	s.mu.Lock()
	cmd, done := s.cmd, s.done
	s.mu.Unlock()
	if cmd == nil {
		return
	}
	cmd.Process.Kill()
	err := <-done
	done <- err
}

// Stop asks the server to end and waits up to limit.
func (s *Server) Stop(limit time.Duration) error {
	s.mu.Lock()
	cmd, done := s.cmd, s.done
	s.mu.Unlock()
	if cmd == nil {
		return nil
	}
	cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-done:
		done <- err
		if err != nil {
			return fmt.Errorf("the server ended badly: %w", err)
		}
		return nil
	case <-time.After(limit):
		s.Kill()
		return fmt.Errorf("the server did not end within %v of SIGTERM", limit)
	}
}

// Log returns the end of what the server wrote to its log.
func (s *Server) Log() string { return s.log.String() }

// Usage is what the process used so far, from /proc.
type Usage struct {
	RSS, Peak int64 // bytes; Peak since the start or the last ResetPeak
	CPU       time.Duration
}

// Usage reads the server's memory and processor time.
func (s *Server) Usage() (Usage, error) { return ReadUsage(s.Pid()) }

// ReadUsage reads a process' memory and processor time (Linux).
func ReadUsage(pid int) (u Usage, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, err
	}
	for _, line := range strings.Split(string(status), "\n") {
		name, value, _ := strings.Cut(line, ":")
		kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		switch name {
		case "VmRSS":
			u.RSS = kb << 10
		case "VmHWM":
			u.Peak = kb << 10
		}
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return u, err
	}
	// The name in parentheses may hold spaces; utime and stime are fields 14
	// and 15 of proc(5), in ticks of 10 ms.
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(f) < 13 {
		return u, errors.New("/proc/PID/stat is cut short")
	}
	user, _ := strconv.ParseInt(f[11], 10, 64)
	sys, _ := strconv.ParseInt(f[12], 10, 64)
	u.CPU = time.Duration(user+sys) * 10 * time.Millisecond
	return u, nil
}

// ResetPeak makes Usage.Peak start anew at the present size.
func (s *Server) ResetPeak() error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", s.Pid()), []byte("5"), 0)
}

// tail keeps the last part of a log.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

const tailSize = 64 << 10

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if over := len(t.buf) - tailSize; over > 0 {
		t.buf = append(t.buf[:0], t.buf[over:]...)
	}
	return len(p), nil
}

// String returns what is kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}
