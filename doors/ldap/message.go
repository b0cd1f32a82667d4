package ldap

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// request is an LDAPMessage of a client (RFC 4511 section 4.1.1).
type request struct {
	id       int64
	op       *ber.Packet
	controls []*ber.Packet
}

// maxParts bounds the elements of a request, maxDepth how deep they stand.
const (
	maxParts = 2000
	maxDepth = 40
)

var errMessage = errors.New("ldap: no message of LDAP")

// readRequest reads one message. Its length is looked at before anything else
// is kept; lengths that are not definite are not LDAP (RFC 4511 section 5.1).
func readRequest(r *bufio.Reader, most int) (q request, err error) {
	head, err := r.Peek(2)
	if err != nil {
		return q, err
	}
	if head[0] != 0x30 || head[1] == 0x80 {
		return q, errMessage
	}
	size, length := 2, int(head[1])
	if more := int(head[1] & 0x7f); head[1] >= 0x80 {
		if more > 4 {
			return q, errMessage
		}
		if head, err = r.Peek(2 + more); err != nil {
			return q, err
		}
		var n [4]byte
		copy(n[4-more:], head[2:])
		size, length = 2+more, int(binary.BigEndian.Uint32(n[:]))
	}
	if length < 0 || length > most {
		return q, errMessage
	}
	raw := make([]byte, size+length)
	if _, err := io.ReadFull(r, raw); err != nil {
		return q, err
	}
	return parseRequest(raw)
}

// parseRequest takes a message apart.
func parseRequest(raw []byte) (q request, err error) {
	if !plain(raw, maxDepth, new(int)) {
		return q, errMessage
	}
	p, err := ber.DecodePacketErr(raw)
	if err != nil || len(p.Children) < 2 || len(p.Children) > 3 {
		return q, errMessage
	}
	id, ok := p.Children[0].Value.(int64)
	q.id, q.op = id, p.Children[1]
	if !ok || id < 0 || id > 1<<31-1 || q.op.ClassType != ber.ClassApplication {
		return q, errMessage
	}
	if len(p.Children) == 3 {
		q.controls = p.Children[2].Children
	}
	return q, nil
}

// plain looks through the elements before they are taken apart, so that a
// small message makes no large tree: definite lengths, not too deep or many.
func plain(raw []byte, depth int, parts *int) bool {
	for len(raw) > 0 {
		if *parts++; *parts > maxParts || depth == 0 || len(raw) < 2 || raw[0]&0x1f == 0x1f {
			return false
		}
		size, length := 2, int(raw[1])
		if raw[1] >= 0x80 {
			more := int(raw[1] & 0x7f)
			if more == 0 || more > 4 || len(raw) < 2+more {
				return false
			}
			length = 0
			for _, b := range raw[2 : 2+more] {
				length = length<<8 | int(b)
			}
			size += more
		}
		if length > len(raw)-size {
			return false
		}
		if raw[0]&0x20 != 0 && !plain(raw[size:size+length], depth-1, parts) {
			return false
		}
		raw = raw[size+length:]
	}
	return true
}

// text returns the bytes of an element that holds a string.
func text(p *ber.Packet) string {
	if p == nil || len(p.Children) > 0 {
		return ""
	}
	if p.ClassType != ber.ClassUniversal {
		return p.Data.String()
	}
	return string(p.ByteValue)
}

// number returns an integer element.
func number(p *ber.Packet) (int64, bool) { n, ok := p.Value.(int64); return n, ok }

// respond makes a message with a result (RFC 4511 section 4.1.9).
func respond(id int64, tag ber.Tag, code uint16, words string) *ber.Packet {
	m := envelope(id)
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(code), ""))
	op.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
	op.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, words, ""))
	m.AppendChild(op)
	return m
}

func envelope(id int64) *ber.Packet {
	m := ber.NewSequence("")
	m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	return m
}

// found makes the message of an entry (RFC 4511 section 4.5.2).
func found(id int64, e entry, want wanted) *ber.Packet {
	m := envelope(id)
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultEntry, nil, "")
	op.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, e.dn, ""))
	list := ber.NewSequence("")
	for _, a := range e.attributes {
		if !want.has(a.name) || len(a.values) == 0 {
			continue
		}
		one := ber.NewSequence("")
		one.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, a.name, ""))
		values := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
		if !want.typesOnly {
			for _, v := range a.values {
				values.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, v, ""))
			}
		}
		one.AppendChild(values)
		list.AppendChild(one)
	}
	op.AppendChild(list)
	m.AppendChild(op)
	return m
}
