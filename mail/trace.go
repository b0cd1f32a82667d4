package mail

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/store"
	wire "chancery/wire/smtp"
)

// Trace says how a letter came, for its Return-Path and Received lines.
type Trace struct {
	From     string     // envelope sender
	Helo     string     // what the client called itself; "" when it was no SMTP client
	Addr     netip.Addr // where it connected from
	Protocol string     // ESMTPSA, HTTP, ...
	TLS      string     // "TLS 1.3 TLS_AES_128_GCM_SHA256", "" for none
	For      string     // the one recipient, "" for several
	ID       string
	Results  string // Authentication-Results field, "" for none
}

// dateForm is the date-time of RFC 5322 section 3.3.
const dateForm = "Mon, 02 Jan 2006 15:04:05 -0700"

// lines writes the trace fields (RFC 5321 section 4.4; the TLS comment as RFC
// 8314 section 4.3 recommends). Every word in them was checked by the door.
func (t Trace) lines(hostname string, now time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Return-Path: <%s>\r\n%sReceived: ", t.From, t.Results)
	if t.Helo != "" {
		fmt.Fprintf(&b, "from %s (%s)\r\n\t", t.Helo, literal(t.Addr))
	}
	fmt.Fprintf(&b, "by %s with %s id %s", hostname, t.Protocol, t.ID)
	if t.TLS != "" {
		fmt.Fprintf(&b, "\r\n\t(%s)", t.TLS)
	}
	if t.For != "" {
		fmt.Fprintf(&b, "\r\n\tfor <%s>", t.For)
	}
	fmt.Fprintf(&b, ";\r\n\t%s\r\n", now.Format(dateForm))
	return b.String()
}

// literal writes an address as RFC 5321 section 4.1.3 does.
func literal(a netip.Addr) string {
	if a.Is4() {
		return "[" + a.String() + "]"
	}
	if a.IsValid() {
		return "[IPv6:" + a.String() + "]"
	}
	return "[unknown]"
}

// SpoolTraced is Spool for a letter that another server hands over: its trace
// lines come first.
func (r *Room) SpoolTraced(ctx context.Context, org int64, t Trace, src io.Reader) (*Letter, error) {
	trace := strings.NewReader(t.lines(r.conf.Hostname, r.clock.Now()))
	return r.spoolUpTo(ctx, store.Scope{Org: org}, io.MultiReader(trace, src), r.conf.MaxMessage+traceRoom)
}

// traceRoom is what the lines that we add may take beyond the size that was
// announced, so that a message of just that size is not refused for them.
const traceRoom = 8 << 10

// Hops returns how many servers the letter has been through.
func (l *Letter) Hops() int { return len(l.Content.Message.Header.All("Received")) }

// maxHeader bounds the header that a mail program may submit, since it is
// rewritten in memory.
const maxHeader = 512 << 10

// isASCII says whether no field holds anything beyond ASCII, so that the
// letter can go to a server without SMTPUTF8.
func (h *header) isASCII() bool {
	for _, f := range h.fields {
		if !wire.IsASCII(f.text) {
			return false
		}
	}
	return true
}

// header is the fields of a message about to be sent, as written.
type header struct {
	fields []headerField
}

type headerField struct {
	name string // lower case
	text string // whole, with its line ends
}

// readHeader takes the header off a message: what is left in br is the blank
// line and the body.
func readHeader(br *bufio.Reader) (h header, err error) {
	size := 0
	var text strings.Builder // of the last field: a header of very many folds must not be copied for each
	defer func() {
		if n := len(h.fields); n > 0 {
			h.fields[n-1].text = text.String()
		}
	}()
	for {
		next, err := br.Peek(1)
		if errors.Is(err, io.EOF) {
			return h, nil
		}
		if err != nil {
			return h, err
		}
		if next[0] == '\r' || next[0] == '\n' {
			return h, nil
		}
		line, err := readWholeLine(br, maxHeader-size)
		if err != nil {
			return h, err
		}
		size += len(line)
		if n := len(h.fields); n > 0 && (line[0] == ' ' || line[0] == '\t') {
			text.WriteString(line)
			continue
		}
		name, _, found := strings.Cut(line, ":")
		if !found {
			// No field and no fold: the body has begun without a blank line.
			// RFC 6409 section 8 lets the server refuse what is not a message.
			return h, errs.E(errs.Invalid, "The message has no blank line after its header.")
		}
		if n := len(h.fields); n > 0 {
			h.fields[n-1].text = text.String()
			text.Reset()
		}
		text.WriteString(line)
		h.fields = append(h.fields, headerField{name: strings.ToLower(strings.TrimRight(name, " \t"))})
	}
}

func readWholeLine(br *bufio.Reader, max int) (string, error) {
	var b bytes.Buffer
	for {
		part, err := br.ReadSlice('\n')
		if b.Len()+len(part) > max {
			return "", errs.E(errs.TooLarge, "The header of the message is larger than %d bytes.", maxHeader)
		}
		b.Write(part)
		switch {
		case err == nil:
			return b.String(), nil
		case errors.Is(err, io.EOF):
			return b.String() + "\r\n", nil // a header without an end
		case !errors.Is(err, bufio.ErrBufferFull):
			return "", err
		}
	}
}

// get returns the value of the first field of a name and how many there are.
func (h *header) get(name string) (value string, n int) {
	for _, f := range h.fields {
		if f.name == name {
			if n++; n == 1 {
				_, value, _ = strings.Cut(f.text, ":")
			}
		}
	}
	return value, n
}

// complete adds what a message must have and takes out what it must not show
// (RFC 6409 section 8, RFC 5322 section 3.6).
func (h *header) complete(r *Room, now time.Time) {
	kept := h.fields[:0]
	for _, f := range h.fields {
		// A Return-Path is for the last server to write (RFC 5321 section 4.4),
		// and what was proved is not for the sender to say (RFC 8601 section 5).
		if f.name != "bcc" && f.name != "resent-bcc" && f.name != "return-path" && f.name != "authentication-results" {
			kept = append(kept, f)
		}
	}
	h.fields = kept
	if _, n := h.get("date"); n == 0 {
		h.add("Date", now.Format(dateForm))
	}
	if _, n := h.get("message-id"); n == 0 {
		h.add("Message-ID", "<"+id.Token(16)+"@"+r.conf.Hostname+">")
	}
}

func (h *header) add(name, value string) {
	h.fields = append(h.fields, headerField{strings.ToLower(name), name + ": " + value + "\r\n"})
}

func (h *header) reader() io.Reader {
	readers := make([]io.Reader, len(h.fields))
	for i, f := range h.fields {
		readers[i] = strings.NewReader(f.text)
	}
	return io.MultiReader(readers...)
}
