package testkit

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"time"
	"unicode/utf16"
)

// Texted is a short message that a simulator took, put together from its parts.
type Texted struct {
	From, To, Text string
	Coding         byte
	Parts          int
	Validity       string
}

// SMSC stands in for the message centre of a telephone company. It speaks
// SMPP 3.4 by itself, without the client's code, so that it judges what it
// speaks to; Debian's Kannel, bound to it, judges the simulator.
type SMSC struct {
	Addr             string
	SystemID, Secret string

	mu      sync.Mutex
	taken   []Texted
	half    map[string][][]byte
	status  uint32 // of answers to submit_sm
	silent  bool
	binds   int
	enquiry int
	conns   []net.Conn
	listen  net.Listener
}

// Commands of SMPP 3.4 (section 5.1.2.1).
const (
	smppBindReceiver = 0x1
	smppBindSend     = 0x2
	smppSubmit       = 0x4
	smppDeliver      = 0x5
	smppUnbind       = 0x6
	smppBindBoth     = 0x9
	smppEnquire      = 0x15
	smppAnswer       = 0x80000000
)

// NewSMSC opens one on loopback until the test ends.
func NewSMSC(t testing.TB) *SMSC {
	t.Helper()
	s := &SMSC{SystemID: "chancery", Secret: "secret", half: map[string][][]byte{}}
	s.Open(t, "127.0.0.1:0")
	t.Cleanup(s.Close)
	return s
}

// Open opens it at an address, also after it was closed.
func (s *SMSC) Open(t testing.TB, addr string) {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	s.listen, s.Addr = l, l.Addr().String()
	s.mu.Unlock()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns = append(s.conns, c)
			s.mu.Unlock()
			go s.serve(c)
		}
	}()
}

// Close closes it and all its connections.
func (s *SMSC) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listen.Close()
	for _, c := range s.conns {
		c.Close()
	}
	s.conns = nil
}

// Answer sets the status of the answers to messages from now on.
func (s *SMSC) Answer(status uint32) { s.mu.Lock(); s.status = status; s.mu.Unlock() }

// Silence lets it take everything and answer nothing.
func (s *SMSC) Silence(on bool) { s.mu.Lock(); s.silent = on; s.mu.Unlock() }

// Taken returns the messages that are there whole.
func (s *SMSC) Taken() []Texted { s.mu.Lock(); defer s.mu.Unlock(); return slices.Clone(s.taken) }

// Binds returns how often somebody bound, Enquiries how often they tried the line.
func (s *SMSC) Binds() int { s.mu.Lock(); defer s.mu.Unlock(); return s.binds }

// Enquiries returns how often a client tried the line.
func (s *SMSC) Enquiries() int { s.mu.Lock(); defer s.mu.Unlock(); return s.enquiry }

// Send sends any PDU to all who are bound.
func (s *SMSC) Send(command, sequence uint32, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.Write(smppPDU(command, 0, sequence, body))
	}
}

func smppPDU(command, status, sequence uint32, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(16+len(body)))
	for _, n := range []uint32{command, status, sequence} {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return append(b, body...)
}

func (s *SMSC) serve(c net.Conn) {
	defer c.Close()
	bound := false
	for {
		var h [16]byte
		if _, err := io.ReadFull(c, h[:]); err != nil {
			return
		}
		size, command, sequence := binary.BigEndian.Uint32(h[:]), binary.BigEndian.Uint32(h[4:]), binary.BigEndian.Uint32(h[12:])
		if size < 16 || size > 1<<16 {
			return
		}
		body := make([]byte, size-16)
		if _, err := io.ReadFull(c, body); err != nil {
			return
		}
		s.mu.Lock()
		out := s.hear(command, sequence, body, &bound)
		if s.silent {
			out = nil
		}
		s.mu.Unlock()
		for _, b := range out {
			if _, err := c.Write(b); err != nil {
				return
			}
		}
		if command == smppUnbind {
			return
		}
	}
}

// hear answers one PDU; the caller holds the lock.
func (s *SMSC) hear(command, sequence uint32, body []byte, bound *bool) [][]byte {
	fields := bytes.SplitN(body, []byte{0}, 3)
	switch {
	case command&smppAnswer != 0:
		return nil
	case command == smppBindSend || command == smppBindBoth || command == smppBindReceiver:
		if len(fields) < 3 || string(fields[0]) != s.SystemID || string(fields[1]) != s.Secret {
			return [][]byte{smppPDU(command|smppAnswer, 0x0e, sequence, nil)} // ESME_RINVPASWD
		}
		*bound = true
		s.binds++
		return [][]byte{smppPDU(command|smppAnswer, 0, sequence, []byte("simulator\x00"))}
	case command == smppEnquire:
		s.enquiry++
		return [][]byte{smppPDU(command|smppAnswer, 0, sequence, nil)}
	case command == smppUnbind:
		return [][]byte{smppPDU(command|smppAnswer, 0, sequence, nil)}
	case !*bound:
		return [][]byte{smppPDU(command|smppAnswer, 4, sequence, nil)} // ESME_RINVBNDSTS
	case command == smppSubmit:
		return s.submit(sequence, body)
	}
	return [][]byte{smppPDU(smppAnswer, 3, sequence, nil)} // generic_nack, ESME_RINVCMDID
}

// submit takes a submit_sm (section 4.4.1).
func (s *SMSC) submit(sequence uint32, body []byte) [][]byte {
	refuse := func(status uint32) [][]byte { return [][]byte{smppPDU(smppSubmit|smppAnswer, status, sequence, nil)} }
	if s.status != 0 {
		return refuse(s.status)
	}
	rest := body
	text := func() string {
		out, after, _ := bytes.Cut(rest, []byte{0})
		rest = after
		return string(out)
	}
	take := func(n int) []byte {
		if n > len(rest) {
			n = len(rest)
		}
		out := rest[:n]
		rest = rest[n:]
		return out
	}
	var m Texted
	text()
	take(2)
	m.From = text()
	kind := take(2)
	m.To = text()
	class := take(3)
	text()
	m.Validity = text()
	flags := take(4) // registered, replace, coding, canned message
	length := take(1)
	if len(length) == 0 || len(rest) < int(length[0]) || len(kind) < 2 || len(class) < 3 {
		return refuse(2) // ESME_RINVCMDLEN
	}
	if kind[0] != 1 || m.To == "" || len(bytes.Trim([]byte(m.To), "0123456789")) > 0 {
		return refuse(0x0b) // ESME_RINVDSTADR
	}
	data := take(int(length[0]))
	m.Coding = flags[2]
	id := fmt.Sprintf("%08x", sequence)
	out := [][]byte{smppPDU(smppSubmit|smppAnswer, 0, sequence, append([]byte(id), 0))}
	if flags[0]&3 == 1 {
		out = append(out, s.receipt(id, m))
	}
	if data, m.Parts = s.join(m.To, class[0], data); m.Parts > 0 {
		m.Text = smsText(m.Coding, data)
		s.taken = append(s.taken, m)
	}
	return out
}

// join puts a long message together; 0 parts while some are missing.
func (s *SMSC) join(to string, class byte, data []byte) ([]byte, int) {
	if class&0x40 == 0 {
		return data, 1
	}
	if len(data) < 6 || data[0] != 5 || data[1] != 0 || data[2] != 3 || data[5] == 0 || data[5] > data[4] {
		return data, 1
	}
	key := fmt.Sprint(to, data[3], data[4])
	if s.half[key] == nil {
		s.half[key] = make([][]byte, data[4])
	}
	s.half[key][data[5]-1] = data[6:]
	if slices.ContainsFunc(s.half[key], func(b []byte) bool { return b == nil }) {
		return nil, 0
	}
	whole := bytes.Join(s.half[key], nil)
	delete(s.half, key)
	return whole, int(data[4])
}

// receipt is a deliver_sm in the form of appendix B.
func (s *SMSC) receipt(id string, m Texted) []byte {
	now := time.Now().Format("0601021504")
	text := fmt.Sprintf("id:%s sub:001 dlvrd:001 submit date:%s done date:%s stat:DELIVRD err:000 text:", id, now, now)
	b := []byte{0, 1, 1}
	b = append(append(b, m.To...), 0, 1, 1)
	b = append(append(b, m.From...), 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, byte(len(text)))
	return smppPDU(smppDeliver, 0, 1, append(b, text...))
}

// smsText reads UCS-2, and of the GSM alphabet what is as in ASCII.
func smsText(coding byte, data []byte) string {
	if coding != 8 {
		return string(data)
	}
	var list []uint16
	for n := 0; n+1 < len(data); n += 2 {
		list = append(list, binary.BigEndian.Uint16(data[n:]))
	}
	return string(utf16.Decode(list))
}
