package smpp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Command says what a PDU is (section 5.1.2.1). Answers have the highest bit.
type Command uint32

// The commands of a client that submits.
const (
	GenericNack     Command = 0x80000000
	BindTransmitter Command = 0x00000002
	SubmitSM        Command = 0x00000004
	DeliverSM       Command = 0x00000005
	UnbindLink      Command = 0x00000006
	BindTransceiver Command = 0x00000009
	EnquireLink     Command = 0x00000015

	answer Command = 0x80000000
)

// PDU is one message of the protocol (section 3.2).
type PDU struct {
	Command  Command
	Status   Status
	Sequence uint32
	Body     []byte
}

// Sizes of a PDU: the header, and the largest that is taken. A message centre
// has nothing longer to say to a client that only submits.
const (
	headerSize = 16
	maxPDU     = 64 << 10
)

// errMalformed is the cause where the other end does not keep to the protocol.
var errMalformed = errors.New("malformed PDU")

// ReadPDU reads one PDU, of at most 64 KiB.
func ReadPDU(r io.Reader) (p PDU, err error) {
	var h [headerSize]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return p, err
	}
	size := binary.BigEndian.Uint32(h[:])
	if size < headerSize || size > maxPDU {
		return p, fmt.Errorf("%w: its length is %d", errMalformed, size)
	}
	p = PDU{Command(binary.BigEndian.Uint32(h[4:])), Status(binary.BigEndian.Uint32(h[8:])), binary.BigEndian.Uint32(h[12:]), make([]byte, size-headerSize)}
	if _, err = io.ReadFull(r, p.Body); errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return p, err
}

// Append writes the PDU behind b.
func (p PDU) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(headerSize+len(p.Body)))
	b = binary.BigEndian.AppendUint32(b, uint32(p.Command))
	b = binary.BigEndian.AppendUint32(b, uint32(p.Status))
	b = binary.BigEndian.AppendUint32(b, p.Sequence)
	return append(b, p.Body...)
}

// Status is the command_status of an answer (section 5.1.3); 0 is success.
type Status uint32

// Statuses that are told apart here.
const (
	statusInvalidCommand Status = 0x03
	statusInvalidBind    Status = 0x04
	statusSystem         Status = 0x08
	statusQueueFull      Status = 0x14
	statusThrottled      Status = 0x58
	statusTemporary      Status = 0x64
)

// statusNames are those that an operator meets.
var statusNames = map[Status]string{
	0x01: "message length is invalid", 0x02: "command length is invalid", statusInvalidCommand: "command is invalid", statusInvalidBind: "wrong bind state",
	0x05: "already bound", statusSystem: "system error", 0x0a: "source address is invalid", 0x0b: "destination address is invalid", 0x0d: "bind failed", 0x0e: "password is wrong",
	0x0f: "system id is wrong", statusQueueFull: "queue is full", 0x15: "service type is invalid", 0x43: "esm_class is invalid", 0x45: "submit failed",
	0x48: "source address type is invalid", 0x50: "destination address type is invalid", statusThrottled: "too many messages", statusTemporary: "temporary error of the receiver", 0x65: "permanent error of the receiver",
	0xff: "unknown error",
}

// Error returns the status in words.
func (s Status) Error() string {
	name, ok := statusNames[s]
	if !ok {
		name = "an error of the operator's own"
	}
	return fmt.Sprintf("SMPP status 0x%08x: %s", uint32(s), name)
}

// Temporary says whether the same message may be taken later.
func (s Status) Temporary() bool {
	return s == statusSystem || s == statusQueueFull || s == statusThrottled || s == statusTemporary || s == statusInvalidBind
}
