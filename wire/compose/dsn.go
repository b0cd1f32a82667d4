package compose

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/wire/mime"
)

// DSN is a delivery status notification: RFC 3464, RFC 6533 for UTF-8.
type DSN struct {
	From      mime.Address // the postmaster
	To        string       // the return path of the message reported on
	Subject   string
	Text      string // the explanation for people
	MessageID string
	Date      time.Time
	// Header is further fields, e.g. the threading ones.
	Header []Field

	ReportingMTA string // host name
	ReceivedFrom string // host name of the client it came from; may be empty
	EnvelopeID   string // ENVID of RFC 3461; may be empty
	Arrival      time.Time
	Recipients   []Recipient

	// Original opens the message reported on; HeadersOnly returns only its
	// header (RET=HDRS).
	Original    func() (io.ReadCloser, error)
	HeadersOnly bool
	Style       Style // UTF8 where the receiver takes SMTPUTF8 (RFC 6533)
}

// Action is what became of a recipient (RFC 3464 section 2.3.3).
type Action string

// The five actions.
const (
	Failed    Action = "failed"
	Delayed   Action = "delayed"
	Delivered Action = "delivered"
	Relayed   Action = "relayed"
	Expanded  Action = "expanded"
)

// Recipient is the report on one address.
type Recipient struct {
	Final       string // address
	Original    string // ORCPT value decoded, "type;address"; may be empty
	Action      Action
	Status      string // enhanced status code, "5.1.1"
	RemoteMTA   string // host that said so; may be empty
	Diagnostic  string // its SMTP reply; may be empty
	LastAttempt time.Time
	RetryUntil  time.Time
}

// Message makes the report. Its envelope sender is the empty one (RFC 3461
// section 5.2).
func (d *DSN) Message() (*Message, error) {
	if len(d.Recipients) == 0 || d.To == "" || d.ReportingMTA == "" {
		return nil, errs.E(errs.Invalid, "a delivery report needs a receiver, a reporting host and at least one recipient")
	}
	local, host := d.To, ""
	if i := strings.LastIndexByte(d.To, '@'); i >= 0 {
		local, host = d.To[:i], d.To[i+1:]
	}
	env := &mime.Envelope{
		Sent: d.Date, From: []mime.Address{d.From}, To: []mime.Address{{Local: strings.Trim(local, `"`), Host: host}},
		Subject: d.Subject, MessageID: d.MessageID,
	}
	m := &Message{Style: d.Style, Header: Envelope(env, d.Style)}
	m.Header = append(m.Header, Token("Auto-Submitted", "auto-replied")) // RFC 3834 section 5
	m.Header = append(m.Header, d.Header...)
	status, original := "message/delivery-status", "message/rfc822"
	if d.HeadersOnly {
		original = "text/rfc822-headers"
	}
	if d.Style == UTF8 { // RFC 6533 section 4
		status, original = "message/global-delivery-status", "message/global"
		if d.HeadersOnly {
			original = "message/global-headers"
		}
	}
	m.Body = &Node{
		Type: "multipart/report", Params: []string{"report-type", "delivery-status"},
		Parts: []*Node{{Type: "text/plain", Text: d.Text}, {Type: status, Text: d.status()}},
	}
	if d.Original != nil {
		open := d.Original
		if d.HeadersOnly {
			open = func() (io.ReadCloser, error) { return headerOf(d.Original) }
		}
		m.Body.Parts = append(m.Body.Parts, &Node{Type: original, Open: open})
	}
	return m, nil
}

// status writes the fields for machines (RFC 3464 sections 2.2 and 2.3).
func (d *DSN) status() string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			f := folder{used: len(name) + 1, style: UTF8}
			f.plain(oneLine(value))
			b.WriteString(name + ":" + f.String() + "\r\n")
		}
	}
	if d.EnvelopeID != "" {
		line("Original-Envelope-Id", d.EnvelopeID)
	}
	line("Reporting-MTA", "dns; "+d.ReportingMTA)
	if d.ReceivedFrom != "" {
		line("Received-From-MTA", "dns; "+d.ReceivedFrom)
	}
	line("Arrival-Date", stamp(d.Arrival))
	for i := range d.Recipients {
		r := &d.Recipients[i]
		b.WriteString("\r\n")
		if kind, addr, ok := strings.Cut(r.Original, ";"); ok {
			line("Original-Recipient", d.address(strings.TrimSpace(kind), strings.TrimSpace(addr)))
		}
		line("Final-Recipient", d.address("rfc822", r.Final))
		line("Action", string(r.Action))
		line("Status", r.Status)
		if r.RemoteMTA != "" {
			line("Remote-MTA", "dns; "+r.RemoteMTA)
		}
		if r.Diagnostic != "" {
			line("Diagnostic-Code", "smtp; "+d.shown(r.Diagnostic))
		}
		line("Last-Attempt-Date", stamp(r.LastAttempt))
		if r.Action == Delayed {
			line("Will-Retry-Until", stamp(r.RetryUntil))
		}
	}
	return b.String()
}

// address writes an address with its type: utf-8 where it is not ASCII (RFC
// 6533 section 3).
func (d *DSN) address(kind, addr string) string {
	if !isASCII(addr) {
		kind = "utf-8"
	}
	if strings.EqualFold(kind, "utf-8") && d.Style != UTF8 {
		addr = xtext(addr)
	}
	return kind + "; " + addr
}

// shown makes a diagnostic fit a 7-bit report.
func (d *DSN) shown(s string) string {
	if d.Style == UTF8 || isASCII(s) {
		return s
	}
	return xtext(s)
}

// xtext is utf-8-addr-xtext without the outer xtext (RFC 6533 section 3):
// "\x{5B57}" for each character beyond ASCII, and for the backslash itself.
func xtext(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x80 && r != '\\' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "\\x{%02X}", r)
		}
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("Mon, 2 Jan 2006 15:04:05 -0700")
}

// maxReturnedHeader bounds the header sent back.
const maxReturnedHeader = 256 << 10

// headerOf reads the header of a message, its blank line left out.
func headerOf(open func() (io.ReadCloser, error)) (io.ReadCloser, error) {
	r, err := open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	in := bufio.NewReader(io.LimitReader(r, maxReturnedHeader))
	var b strings.Builder
	for {
		line, err := in.ReadString('\n')
		if strings.TrimRight(line, "\r\n") == "" {
			break
		}
		b.WriteString(strings.TrimRight(line, "\r\n") + "\r\n")
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	return io.NopCloser(strings.NewReader(b.String())), nil
}
