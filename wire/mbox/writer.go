package mbox

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"time"
)

// unknownSender stands in a separator where the sender is not known, as mail
// programs write it.
const unknownSender = "MAILER-DAEMON"

// Writer writes letters one after the other.
type Writer struct {
	out *bufio.Writer
}

// NewWriter writes a file from its first byte.
func NewWriter(w io.Writer) *Writer { return &Writer{out: bufio.NewWriterSize(w, 64<<10)} }

// Write adds a letter with the time it came and its keywords. An error of
// either side leaves the file broken off.
func (w *Writer) Write(sender string, at time.Time, keywords []string, letter io.Reader) error {
	if sender = strings.Join(strings.Fields(sender), ""); sender == "" || len(sender) > 320 {
		sender = unknownSender
	}
	// RFC 4155 appendix A: the time is in UTC, in the form of asctime.
	if _, err := w.out.WriteString("From " + sender + " " + at.UTC().Format("Mon Jan _2 15:04:05 2006") + "\n"); err != nil {
		return err
	}
	src := bufio.NewReaderSize(letter, 64<<10)
	p := &piece{w: w.out, head: true, start: true, state: stateFields(keywords)}
	for {
		line, err := src.ReadSlice('\n')
		if len(line) > 0 {
			if err := p.write(line); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
	return p.end()
}

// Flush writes what is buffered.
func (w *Writer) Flush() error { return w.out.Flush() }

// piece is a letter being written.
type piece struct {
	w     *bufio.Writer
	state string // the state fields, until they are written
	head  bool   // within the header
	start bool   // a line begins
	skip  bool   // within a state field of the letter's own, which ours replace
	cr    bool   // a CR was held back at a cut
}

func (p *piece) write(line []byte) error {
	if p.cr {
		p.cr = false
		line = append([]byte{'\r'}, line...)
	}
	isStart := p.start
	p.start = line[len(line)-1] == '\n'
	if !p.start && line[len(line)-1] == '\r' {
		p.cr, line = true, line[:len(line)-1]
	}
	if p.start { // CRLF becomes LF
		line = append(bytes.TrimSuffix(line[:len(line)-1:len(line)-1], []byte{'\r'}), '\n')
	}
	if p.head && isStart {
		if isBlank(line) {
			if err := p.endHead(); err != nil {
				return err
			}
		} else if line[0] != ' ' && line[0] != '\t' {
			name, _, isField := strings.Cut(string(line), ":")
			p.skip = isField && isStateField(strings.TrimSpace(name))
		}
	}
	if p.skip {
		return nil
	}
	if isStart && quoted(line) {
		if err := p.w.WriteByte('>'); err != nil {
			return err
		}
	}
	_, err := p.w.Write(line)
	return err
}

func (p *piece) endHead() error {
	p.head, p.skip = false, false
	_, err := p.w.WriteString(p.state)
	return err
}

// end closes the letter: a line end where it has none, and a blank line.
func (p *piece) end() error {
	if p.cr {
		if err := p.w.WriteByte('\r'); err != nil {
			return err
		}
	}
	if !p.start {
		if err := p.w.WriteByte('\n'); err != nil {
			return err
		}
	}
	if p.head {
		if err := p.endHead(); err != nil {
			return err
		}
		if err := p.w.WriteByte('\n'); err != nil {
			return err
		}
	}
	return p.w.WriteByte('\n')
}
