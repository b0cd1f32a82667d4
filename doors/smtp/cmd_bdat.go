package smtp

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"chancery/kit/errs"
	wire "chancery/wire/smtp"
)

// chunkReader is the message that chunks make up, for a reader in another
// goroutine.
type chunkReader struct {
	*io.PipeReader
	w     *io.PipeWriter
	total int64
}

// cmdBdat takes a chunk (RFC 3030 section 2). The chunk follows the command
// without waiting, so it is read even where it is refused.
func (x *session) cmdBdat(arg string) {
	size, last, err := parseBdat(arg)
	if err != nil {
		// Where the chunk ends is not known, so nothing after it can be read.
		x.reply(501, "5.5.4", "The form is BDAT size [LAST].")
		x.quit = true
		return
	}
	if x.deadline.IsZero() {
		x.deadline = time.Now().Add(x.srv.conf.MessageTime)
	}
	if int64(x.br.Buffered()) < size {
		// The client may want to hear about the envelope before it goes on.
		if x.bw.Flush() != nil {
			x.quit = true
			return
		}
	}
	chunk := &io.LimitedReader{R: x.br, N: size}
	if x.tx.chunks == nil && !x.ready() {
		x.skip(chunk)
		x.deadline = time.Time{}
		return
	}
	if x.tx.chunks == nil {
		x.begin()
	}
	c := x.tx.chunks
	if c.total += size; c.total > x.maxMessage() {
		c.w.CloseWithError(errs.E(errs.TooLarge, "A message can have %d bytes here.", x.maxMessage()))
	}
	_, err = io.Copy(c.w, chunk)
	if !x.skip(chunk) {
		return
	}
	if err == nil && !last {
		x.reply(250, "2.0.0", strconv.FormatInt(size, 10)+" bytes taken.")
		return
	}
	if err == nil {
		c.w.Close()
	}
	result := <-x.tx.result
	x.tx.chunks = nil
	x.finish(result.held, result.err)
}

func parseBdat(arg string) (size int64, last bool, err error) {
	words := strings.Fields(arg)
	if len(words) == 2 && strings.EqualFold(words[1], "LAST") {
		last = true
	} else if len(words) != 1 {
		return 0, false, errors.New("form")
	}
	n, err := strconv.ParseUint(words[0], 10, 62)
	return int64(n), last, err
}

// taken is what became of a message.
type taken struct {
	held bool // it waits for its review
	err  error
}

// begin starts taking the message.
func (x *session) begin() {
	r, w := io.Pipe()
	x.tx.chunks = &chunkReader{PipeReader: r, w: w}
	x.tx.result = make(chan taken, 1)
	go func(result chan<- taken) {
		held, err := x.take(wire.NewLineChecker(r))
		if err == nil {
			err = errTaken
		}
		r.CloseWithError(err)
		if errors.Is(err, errTaken) {
			err = nil
		}
		result <- taken{held, err}
	}(x.tx.result)
}

// errTaken is what a write after the end of the message gets.
var errTaken = errors.New("the message is complete")

// skip reads the rest of a chunk that nobody takes.
func (x *session) skip(chunk *io.LimitedReader) bool {
	if _, err := io.Copy(io.Discard, chunk); err != nil || chunk.N > 0 {
		if err == nil {
			err = io.ErrUnexpectedEOF
		}
		x.dropChunks()
		x.hangUp(err)
		x.quit = true
		return false
	}
	return true
}

// dropChunks gives up a message of which not all chunks came.
func (x *session) dropChunks() {
	if c := x.tx.chunks; c != nil {
		c.w.CloseWithError(io.ErrUnexpectedEOF)
		<-x.tx.result
		x.tx.chunks = nil
	}
}
