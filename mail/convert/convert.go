package convert

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"chancery/kit/errs"
)

// Config are the settings. A zero field stands for its default.
type Config struct {
	Program   string        // default "soffice" as found in PATH, and the usual places
	Time      time.Duration // of one conversion, default 60 s
	Memory    int64         // bytes of address space, default 4 GiB
	MaxInput  int64         // bytes of a document, default 30 MiB
	MaxOutput int64         // bytes of a PDF, default 60 MiB
	Waiting   int           // conversions that may wait for their turn, default 8
	Log       *slog.Logger
}

// Converter converts documents, one at a time.
type Converter struct {
	conf    Config
	program string
	turn    chan struct{}
	waiting atomic.Int32
	shut    sync.Once
	noNet   []string // the command that takes the network away, empty where it is not allowed
}

// places are where LibreOffice is when it is not in PATH.
var places = []string{"/usr/lib/libreoffice/program/soffice", "/opt/libreoffice/program/soffice"}

// New looks for LibreOffice. The converter is there in any case; Available
// says whether it can do anything.
func New(conf Config) *Converter {
	for _, f := range []struct{ field, value *int64 }{{&conf.Memory, ptr(4 << 30)}, {&conf.MaxInput, ptr(30 << 20)}, {&conf.MaxOutput, ptr(60 << 20)}} {
		if *f.field <= 0 {
			*f.field = *f.value
		}
	}
	if conf.Time <= 0 {
		conf.Time = time.Minute
	}
	if conf.Waiting <= 0 {
		conf.Waiting = 8
	}
	if conf.Log == nil {
		conf.Log = slog.New(slog.DiscardHandler)
	}
	sweep()
	c := &Converter{conf: conf, turn: make(chan struct{}, 1)}
	names := append([]string{"soffice", "libreoffice"}, places...)
	if conf.Program != "" {
		names = []string{conf.Program}
	}
	for _, name := range names {
		if p, err := exec.LookPath(name); err == nil {
			c.program = p
			break
		}
	}
	return c
}

func ptr(n int64) *int64 { return &n }

// Available says whether documents can be converted here.
func (c *Converter) Available() bool { return c.program != "" }

// endings are the names that LibreOffice is given by media type and by ending,
// and all that it is given: a type that it would fetch things for, such as
// HTML, is not among them.
var endings = map[string]string{
	"application/msword":            "doc",
	"application/vnd.ms-excel":      "xls",
	"application/vnd.ms-powerpoint": "ppt",
	"application/rtf":               "rtf",
	"text/rtf":                      "rtf",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   "docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         "xlsx",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
	"application/vnd.oasis.opendocument.text":                                   "odt",
	"application/vnd.oasis.opendocument.spreadsheet":                            "ods",
	"application/vnd.oasis.opendocument.presentation":                           "odp",
}

// Kind returns the ending of a document that can be converted, "" for others.
// The name decides where the type says nothing.
func Kind(mediaType, name string) string {
	base, _, _ := strings.Cut(strings.ToLower(mediaType), ";")
	if k, ok := endings[strings.TrimSpace(base)]; ok {
		return k
	}
	ending := strings.TrimPrefix(strings.ToLower(filepath.Ext(name)), ".")
	for _, k := range endings {
		if k == ending {
			return k
		}
	}
	return ""
}

// PDF converts a document of a Kind. Unsupported where LibreOffice is not
// installed, TooLarge over a limit, RateLimited when too many wait, Invalid
// when the document cannot be converted.
func (c *Converter) PDF(ctx context.Context, kind string, r io.Reader) ([]byte, error) {
	if !c.Available() {
		return nil, errs.E(errs.Unsupported, "Documents cannot be converted on this server: LibreOffice is not installed.")
	}
	if int(c.waiting.Add(1)) > c.conf.Waiting {
		c.waiting.Add(-1)
		return nil, errs.E(errs.RateLimited, "Other documents are being converted. Please try again in a minute.")
	}
	defer c.waiting.Add(-1)
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	d, err := open()
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "There is no room for converting a document.")
	}
	defer d.close()
	dir := d.path
	in := filepath.Join(dir, "document."+kind)
	if kind == "rtf" {
		all, err := io.ReadAll(io.LimitReader(r, c.conf.MaxInput+1))
		if err != nil {
			return nil, err
		}
		r = bytes.NewReader(withoutLinks(all))
	}
	if err := c.fill(in, r); err != nil {
		return nil, err
	}
	if err := c.run(ctx, dir, in); err != nil {
		return nil, err
	}
	return c.take(filepath.Join(dir, "out", "document.pdf"))
}

func (c *Converter) fill(name string, r io.Reader) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, io.LimitReader(r, c.conf.MaxInput+1))
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil && n > c.conf.MaxInput {
		err = errs.E(errs.TooLarge, "The document has more than %d bytes.", c.conf.MaxInput)
	}
	return err
}

// shell sets the limits that Go cannot set for a child: memory, the size of
// any file it writes, and no core. It leaves a watch that ends the whole group
// when the server ends, even by kill -9.
const shell = `ulimit -v %d; ulimit -f %d; ulimit -c 0
exec 3<&0 </dev/null
(cat <&3; kill -9 0) >/dev/null 2>&1 &
exec 3<&-
exec "$@"`

func (c *Converter) run(ctx context.Context, dir, in string) error {
	ctx, cancel := context.WithTimeout(ctx, c.conf.Time)
	defer cancel()
	args := append([]string{"-c", fmt.Sprintf(shell, c.conf.Memory>>10, c.conf.MaxOutput>>9+1024), "sh"}, c.isolation()...)
	args = append(args, c.program, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--norestore", "--nolockcheck",
		"--nodefault", "--nologo", "--convert-to", "pdf", "--outdir", filepath.Join(dir, "out"), in)
	cmd := exec.CommandContext(ctx, "/bin/sh", args...)
	cmd.Dir = dir
	// Nothing of the server's environment: it may hold keys.
	cmd.Env = []string{"HOME=" + dir, "TMPDIR=" + dir, "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "SAL_USE_VCLPLUGIN=svp"}
	// A group of its own, so that ending it ends what it started.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 2 * time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &limited{w: &said, left: 4096}, &limited{w: &said, left: 4096}
	// Never written to: its end is how the shell knows that this server has ended.
	alive, err := cmd.StdinPipe()
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "There is no room for converting a document.")
	}
	defer alive.Close()
	err = cmd.Run()
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what it left behind
	}
	if ctx.Err() != nil {
		return errs.E(errs.Invalid, "The document takes too long to convert.")
	}
	if err != nil {
		c.conf.Log.Warn("document not converted", "error", err, "said", said.String())
		return errs.Wrap(errs.Invalid, err, "The document could not be converted.")
	}
	return nil
}

// isolation is the command that runs another without network: a user and a
// network namespace of its own, where the machine allows them.
func (c *Converter) isolation() []string {
	c.shut.Do(func() {
		try := []string{"unshare", "--user", "--map-current-user", "--net", "--"}
		if exec.Command(try[0], append(try[1:], "true")...).Run() == nil {
			c.noNet = try
			return
		}
		c.conf.Log.Warn("documents are converted without a network namespace: the machine does not allow one")
	})
	return c.noNet
}

func (c *Converter) take(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "The document could not be converted.")
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, c.conf.MaxOutput+1))
	if err == nil && int64(len(b)) > c.conf.MaxOutput {
		err = errs.E(errs.TooLarge, "The document has too many pages to be shown.")
	}
	return b, err
}

// limited keeps the first bytes of what a process says.
type limited struct {
	w    io.Writer
	left int
}

// Write takes everything and keeps what fits.
func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	_, _ = l.w.Write(p[:n])
	return len(p), nil
}
