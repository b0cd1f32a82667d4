package smpp

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// Address is a number with its type (sections 5.2.5 and 5.2.6).
type Address struct {
	TON, NPI byte
	Number   string
}

// Types of numbers.
const (
	tonInternational = 1
	tonAlphanumeric  = 5
	npiISDN          = 1
)

// International is a number in E.164 without its plus sign.
func International(number string) Address {
	return Address{tonInternational, npiISDN, strings.TrimPrefix(number, "+")}
}

// Sender is who a message comes from: a number with +, a short number, or a name.
func Sender(name string) Address {
	switch {
	case strings.HasPrefix(name, "+"):
		return International(name)
	case strings.Trim(name, "0123456789") == "":
		return Address{0, npiISDN, name}
	}
	return Address{tonAlphanumeric, 0, name}
}

// Bind is the body of a bind request (section 4.1).
type Bind struct {
	SystemID, Password, SystemType string
}

// version is SMPP 3.4 (section 5.2.4).
const version = 0x34

// encode writes the body; sizes are those of section 4.1.1 without the NUL.
func (b Bind) encode() ([]byte, error) {
	var w writer
	w.text("system_id", b.SystemID, 15)
	w.text("password", b.Password, 8)
	w.text("system_type", b.SystemType, 12)
	w.b = append(w.b, version, 0, 0, 0) // version, address type and range: none
	return w.b, w.err
}

// Message is the body of submit_sm and deliver_sm (sections 4.4.1 and 4.6.1).
type Message struct {
	Source, Dest Address
	ESMClass     byte   // 0x40: the text begins with a user data header; 0x04: it is a receipt
	Validity     string // after what time the message centre throws it away; "" = as it likes
	Registered   byte   // 1: a receipt is wanted
	Coding       Coding
	Text         []byte
	Options      map[uint16][]byte
}

// Options that are read (section 5.3.2).
const (
	optReceiptedID = 0x001e
	optPayload     = 0x0424
	optState       = 0x0427
)

// encode writes the body.
func (m Message) encode() ([]byte, error) {
	var w writer
	w.b = append(w.b, 0) // service_type: the default one
	w.address("source_addr", m.Source)
	w.address("destination_addr", m.Dest)
	w.b = append(w.b, m.ESMClass, 0, 0, 0) // protocol_id, priority_flag, schedule_delivery_time: at once
	w.text("validity_period", m.Validity, 16)
	w.b = append(w.b, m.Registered, 0, byte(m.Coding), 0) // replace_if_present_flag, data_coding, sm_default_msg_id
	if len(m.Text) > 254 && w.err == nil {
		w.err = fmt.Errorf("a part of %d bytes is too long", len(m.Text))
	}
	w.b = append(append(w.b, byte(len(m.Text))), m.Text...)
	return w.b, w.err
}

// ParseMessage reads the body of a submit_sm or deliver_sm.
func ParseMessage(body []byte) (m Message, err error) {
	r := reader{b: body}
	r.text(6)
	m.Source = r.address()
	m.Dest = r.address()
	m.ESMClass = r.byte()
	r.byte() // protocol_id
	r.byte() // priority_flag
	r.text(17)
	m.Validity = r.text(17)
	m.Registered = r.byte()
	r.byte() // replace_if_present_flag
	m.Coding = Coding(r.byte())
	r.byte() // sm_default_msg_id
	m.Text = r.bytes(int(r.byte()))
	m.Options = r.options()
	if long, ok := m.Options[optPayload]; ok && len(m.Text) == 0 {
		m.Text = long
	}
	return m, r.err
}

// parseID reads the message_id of an answer to submit_sm; an answer that
// refuses has none.
func parseID(body []byte) (string, error) {
	r := reader{b: body}
	id := r.text(65)
	return id, r.err
}

type writer struct {
	b   []byte
	err error
}

// text writes a C-Octet String (section 3.1). A NUL would end the field early
// and let what follows it be another field.
func (w *writer) text(name, s string, most int) {
	if (len(s) > most || strings.ContainsRune(s, 0)) && w.err == nil {
		w.err = fmt.Errorf("%s is longer than %d bytes or holds a NUL", name, most)
		return
	}
	w.b = append(append(w.b, s...), 0)
}

func (w *writer) address(name string, a Address) {
	w.b = append(w.b, a.TON, a.NPI)
	w.text(name, a.Number, 20)
}

// reader reads fields; after the first that is not there it returns nothing
// more, and err says so.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s", errMalformed, what)
	}
	r.b = nil
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.fail("it ends within a field")
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.b) {
		r.fail("it ends within a field")
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) text(most int) string {
	n := bytes.IndexByte(r.b[:min(len(r.b), most)], 0)
	if n < 0 {
		r.fail("a text has no end")
		return ""
	}
	out := string(r.b[:n])
	r.b = r.b[n+1:]
	return out
}

func (r *reader) address() Address { return Address{r.byte(), r.byte(), r.text(21)} }

// options reads what follows the fixed fields (section 3.2.4).
func (r *reader) options() map[uint16][]byte {
	out := map[uint16][]byte{}
	for len(r.b) > 0 {
		head := r.bytes(4)
		if len(head) < 4 {
			return out
		}
		value := r.bytes(int(binary.BigEndian.Uint16(head[2:])))
		if r.err == nil {
			out[binary.BigEndian.Uint16(head)] = value
		}
	}
	return out
}
