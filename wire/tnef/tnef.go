package tnef

import (
	"encoding/binary"
	"strings"

	"chancery/kit/errs"
	"chancery/wire/charset"
	"chancery/wire/rtf"
)

// Limits bounds what a stranger can make the parser hold. A zero field stands
// for its default.
type Limits struct {
	Files int // attachments in all, nested ones too; default 1,000
	Depth int // messages within messages; default 4
	Text  int // bytes of one text, and of RTF when unpacked; default 4 MiB
	Props int // MAPI properties of one object; default 4,096
}

func (l Limits) withDefaults() Limits {
	for _, f := range []struct {
		field *int
		value int
	}{{&l.Files, 1000}, {&l.Depth, 4}, {&l.Text, 4 << 20}, {&l.Props, 4096}} {
		if *f.field <= 0 {
			*f.field = f.value
		}
	}
	return l
}

// Message is what was found.
type Message struct {
	Subject string
	Text    string // plain text, "" where there is HTML only
	HTML    string
	Files   []File
	// IsCut says that the data were damaged or over a limit: something is missing.
	IsCut bool
}

// File is an attachment, or a message within the message.
type File struct {
	Name      string // as a stranger wrote it: may hold separators of paths
	Type      string // "" where none is said
	ContentID string
	Data      []byte   // a part of what was parsed
	Message   *Message // of an embedded message, which has no Data
}

// signature begins every TNEF stream (MS-OXTNEF section 2.1.3.1).
const signature = 0x223E9F78

// The attributes that are looked at (MS-OXTNEF section 2.1.3.3): the level is
// apart, these are type and name.
const (
	attSubject      = 0x00018004
	attBody         = 0x0002800C
	attAttachTitle  = 0x00018010
	attAttachData   = 0x0006800F
	attAttachRend   = 0x00069002
	attMsgProps     = 0x00069003
	attAttachProps  = 0x00069005
	attCodepage     = 0x00069007
	levelAttachment = 2
)

type parser struct {
	lim   Limits
	files int
}

// Is says whether bytes begin as TNEF does.
func Is(b []byte) bool { return len(b) >= 6 && binary.LittleEndian.Uint32(b) == signature }

// Parse reads a TNEF stream. Invalid when it is none.
func Parse(b []byte, lim Limits) (*Message, error) {
	if !Is(b) {
		return nil, errs.E(errs.Invalid, "This is not a winmail.dat file.")
	}
	p := &parser{lim: lim.withDefaults()}
	return p.message(b, 0), nil
}

// object collects the properties of a message or an attachment.
type object struct {
	label string // charset of its 8-bit strings
	props map[uint16][]byte
	wide  map[uint16]bool // the property is UTF-16
}

func (p *parser) message(b []byte, depth int) *Message {
	m := &Message{}
	var subject, body []byte
	own := &object{props: map[uint16][]byte{}, wide: map[uint16]bool{}}
	r := &reader{b: b[6:]}
	var f *fileParts
	finish := func() {
		if f != nil {
			p.finish(m, f, own.label, depth)
		}
		f = nil
	}
	for len(r.b) > 0 && !r.bad {
		level, id := r.byte(), r.u32()
		data := r.bytes(int(r.u32()))
		r.u16() // the checksum: a wrong one is no reason to hide the rest
		if r.bad {
			break
		}
		switch {
		case id == attAttachRend:
			finish()
			f = &fileParts{props: &object{props: map[uint16][]byte{}, wide: map[uint16]bool{}}}
		case f == nil && (level == levelAttachment || id == attAttachTitle || id == attAttachData || id == attAttachProps):
			f = &fileParts{props: &object{props: map[uint16][]byte{}, wide: map[uint16]bool{}}}
		}
		switch id {
		case attCodepage:
			if len(data) >= 4 {
				own.label = charset.Codepage(binary.LittleEndian.Uint32(data))
			}
		case attSubject:
			subject = data
		case attBody:
			body = data
		case attMsgProps:
			m.IsCut = !p.properties(own, data) || m.IsCut
		case attAttachTitle:
			f.title = data
		case attAttachData:
			f.data, f.hasData = data, true
		case attAttachProps:
			m.IsCut = !p.properties(f.props, data) || m.IsCut
		}
	}
	finish()
	m.IsCut = m.IsCut || r.bad
	p.texts(m, own, subject, body)
	return m
}

// texts finds subject and text of a message.
func (p *parser) texts(m *Message, o *object, subject, body []byte) {
	if m.Subject = o.text(propSubject); m.Subject == "" {
		m.Subject = decode(o.label, subject)
	}
	m.HTML = cut(htmlText(o), p.lim.Text, &m.IsCut)
	if m.Text = cut(o.text(propBody), p.lim.Text, &m.IsCut); m.Text == "" {
		m.Text = cut(decode(o.label, body), p.lim.Text, &m.IsCut)
	}
	if m.Text != "" || m.HTML != "" {
		return
	}
	if packed, ok := o.props[propRTF]; ok {
		plain, whole := unpackRTF(packed, p.lim.Text)
		m.IsCut = m.IsCut || !whole
		m.Text, _ = rtf.Text(plain)
	}
}

// fileParts is an attachment being read.
type fileParts struct {
	title, data []byte
	hasData     bool
	props       *object
}

func (p *parser) finish(m *Message, f *fileParts, label string, depth int) {
	if p.files++; p.files > p.lim.Files {
		m.IsCut = true
		return
	}
	f.props.label = label
	out := File{Type: strings.ToLower(f.props.text(propMime)), ContentID: f.props.text(propContentID), Data: f.data}
	for _, id := range []uint16{propLongName, propDisplayName, propShortName} {
		if out.Name == "" {
			out.Name = f.props.text(id)
		}
	}
	if out.Name == "" {
		out.Name = decode(label, f.title)
	}
	if data, ok := f.props.props[propData]; ok && !f.hasData {
		// An object begins with the identifier of its interface; that of an
		// embedded message is followed by a stream like this one.
		if len(data) > 16 && Is(data[16:]) {
			if depth+1 >= p.lim.Depth {
				m.IsCut = true
				return
			}
			out.Message = p.message(data[16:], depth+1)
		} else {
			out.Data = data
		}
	}
	if len(out.Data) == 0 && out.Message == nil && out.Name == "" {
		return
	}
	m.Files = append(m.Files, out)
}

func cut(s string, max int, isCut *bool) string {
	if len(s) <= max {
		return s
	}
	*isCut = true
	return strings.ToValidUTF8(s[:max], "")
}

// decode reads an 8-bit string that may end in NUL.
func decode(label string, b []byte) string {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	s, _ := charset.Decode(label, b)
	return strings.ReplaceAll(s, "\r\n", "\n")
}
