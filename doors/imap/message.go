package imap

import (
	"bytes"
	"io"
	"strconv"

	"chancery/kit/errs"
	"chancery/mail"
	"chancery/store"
	wire "chancery/wire/imap"
	"chancery/wire/mime"
)

// message writes the items of one message of a FETCH.
type message struct {
	*fetching
	row     row
	content *mail.Content
	blob    *store.Blob // open when an item needs the bytes
}

// prepare opens the message if its bytes are needed, so that one that is gone
// shows before anything is written.
func (m *message) prepare() (err error) {
	for _, it := range m.items {
		switch it.Kind {
		case wire.FetchSection, wire.FetchBinary, wire.FetchRFC822, wire.FetchRFC822Header, wire.FetchRFC822Text:
			m.blob, _, err = m.sel.account.OpenMessage(m.ctx(), m.row.ID)
			return err
		}
	}
	return nil
}

func (m *message) close() {
	if m.blob != nil {
		m.blob.Close()
	}
}

// item writes one data item.
func (m *message) item(it wire.FetchItem) error {
	b := m.out.bytes()
	r := m.row
	switch it.Kind {
	case wire.FetchUID:
		b = strconv.AppendUint(append(b, "UID "...), uint64(r.UID), 10)
	case wire.FetchFlags:
		b = m.sel.appendFlags(b, r.Entry)
	case wire.FetchInternalDate:
		b = wire.AppendDateTime(append(b, "INTERNALDATE "...), r.Received())
	case wire.FetchSize:
		b = strconv.AppendInt(append(b, "RFC822.SIZE "...), r.Size, 10)
	case wire.FetchModSeq:
		b = appendModSeq(b, r.Modseq)
	case wire.FetchEmailID:
		b = append(append(append(b, "EMAILID ("...), emailID(r.ID)...), ')')
	case wire.FetchThreadID:
		b = append(append(append(b, "THREADID ("...), threadID(r.Thread)...), ')')
	case wire.FetchSaveDate:
		b = append(b, "SAVEDATE NIL"...) // RFC 8514 section 4.2: not kept
	case wire.FetchPreview:
		b = wire.AppendString(append(b, "PREVIEW "...), m.content.Preview, m.utf8)
	case wire.FetchEnvelope, wire.FetchBody, wire.FetchBodyStructure:
		b = m.rendered(b, it.Kind)
	default:
		m.out.set(b)
		return m.text(it)
	}
	m.out.set(b)
	return nil
}

// rendered writes an answer that depends on the content alone and is kept
// with it.
func (m *message) rendered(b []byte, kind wire.FetchKind) []byte {
	name, key := "ENVELOPE ", "imap.e"
	switch kind {
	case wire.FetchBody:
		name, key = "BODY ", "imap.b"
	case wire.FetchBodyStructure:
		name, key = "BODYSTRUCTURE ", "imap.s"
	}
	if m.utf8 {
		key += "8"
	}
	b = append(b, name...)
	return append(b, m.content.Extra(key, func() []byte {
		if kind == wire.FetchEnvelope {
			return wire.AppendEnvelope(nil, &m.content.Message.Envelope, m.utf8)
		}
		return wire.AppendStructure(nil, m.content.Message.Root, kind == wire.FetchBodyStructure, m.utf8)
	})...)
}

// text writes an item that holds bytes of the message.
func (m *message) text(it wire.FetchItem) error {
	name := "BODY["
	switch it.Kind {
	case wire.FetchRFC822:
		name, it.Section = "RFC822", wire.Section{}
	case wire.FetchRFC822Header:
		name, it.Section = "RFC822.HEADER", wire.Section{Text: wire.SectionHeader}
	case wire.FetchRFC822Text:
		name, it.Section = "RFC822.TEXT", wire.Section{Text: wire.SectionBody}
	case wire.FetchBinary, wire.FetchBinarySize:
		return m.binary(it)
	}
	b := append(m.out.bytes(), name...)
	if it.Kind == wire.FetchSection {
		b = append(wire.AppendSection(b, it.Section), ']')
		b = appendOffset(b, it)
	}
	m.out.set(append(b, ' '))
	if it.Section.Text == wire.SectionFields || it.Section.Text == wire.SectionFieldsNot {
		return m.fields(it)
	}
	start, end, ok := m.extent(it.Section)
	if !ok {
		m.out.set(append(m.out.bytes(), "NIL"...))
		return nil
	}
	start, end = cut(start, end, it)
	m.out.literal("", io.NewSectionReader(m.blob, start, end-start), end-start)
	return m.out.err
}

// appendOffset writes the "<0>" of a partial answer.
func appendOffset(b []byte, it wire.FetchItem) []byte {
	if !it.HasPartial {
		return b
	}
	b = append(b, '<')
	b = strconv.AppendInt(b, it.Offset, 10)
	return append(b, '>')
}

// cut applies a partial range to an extent.
func cut(start, end int64, it wire.FetchItem) (int64, int64) {
	if !it.HasPartial {
		return start, end
	}
	size := end - start
	from := min(it.Offset, size)
	return start + from, start + from + min(it.Count, size-from)
}

// extent finds the bytes of a section (RFC 9051 section 6.4.5.1).
func (m *message) extent(s wire.Section) (start, end int64, ok bool) {
	part, ok := m.part(s)
	if !ok {
		return 0, 0, false
	}
	if len(s.Part) == 0 {
		switch s.Text {
		case wire.SectionAll:
			return 0, m.blob.Size(), true
		case wire.SectionBody:
			return part.Body, m.blob.Size(), true // with the epilogue
		}
		return 0, part.Body, true
	}
	switch s.Text {
	case wire.SectionAll:
		return part.Body, part.End, true
	case wire.SectionMIME:
		return part.Header, part.Body, true
	}
	if part.Nested == nil { // HEADER and TEXT belong to messages only
		return 0, 0, false
	}
	inner := part.Nested.Root
	if s.Text == wire.SectionBody {
		return inner.Body, part.End, true
	}
	return inner.Header, inner.Body, true
}

// part finds the part that a section names.
func (m *message) part(s wire.Section) (*mime.Part, bool) {
	var number []byte
	for i, n := range s.Part {
		if i > 0 {
			number = append(number, '.')
		}
		number = strconv.AppendUint(number, uint64(n), 10)
	}
	return m.content.Message.Find(string(number))
}

// maxHeader is how much of a header is searched for fields.
const maxHeader = 256 << 10

// fields writes HEADER.FIELDS and HEADER.FIELDS.NOT.
func (m *message) fields(it wire.FetchItem) error {
	whole := it.Section
	whole.Text = wire.SectionHeader
	start, end, ok := m.extent(whole)
	if !ok {
		m.out.set(append(m.out.bytes(), "NIL"...))
		return nil
	}
	raw := make([]byte, min(end-start, maxHeader))
	if _, err := io.ReadFull(io.NewSectionReader(m.blob, start, end-start), raw); err != nil {
		return err
	}
	kept := pickFields(raw, it.Section)
	from, to := cut(0, int64(len(kept)), it)
	m.out.literal("", bytes.NewReader(kept[from:to]), to-from)
	return m.out.err
}

// pickFields keeps the named fields of a header, or the others, and the blank
// line at the end.
func pickFields(raw []byte, s wire.Section) []byte {
	out := make([]byte, 0, len(raw)+2)
	keep := false
	for line := range bytes.Lines(raw) {
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			break
		}
		if line[0] != ' ' && line[0] != '\t' { // not a folded continuation
			name, _, isField := bytes.Cut(line, []byte{':'})
			name = bytes.TrimRight(name, " \t")
			named := false
			for _, want := range s.Fields {
				named = named || bytes.EqualFold(name, []byte(want))
			}
			keep = isField && named == (s.Text == wire.SectionFields)
		}
		if keep {
			out = append(out, line...)
		}
	}
	return append(out, "\r\n"...)
}

// knownEncodings are the transfer encodings that can be undone.
var knownEncodings = map[string]bool{
	"": true, "7bit": true, "8bit": true, "binary": true, "base64": true, "quoted-printable": true,
	"x-uuencode": true, "uuencode": true, "x-uue": true,
}

// binary writes BINARY and BINARY.SIZE (RFC 3516).
func (m *message) binary(it wire.FetchItem) error {
	b := append(m.out.bytes(), "BINARY["...)
	if it.Kind == wire.FetchBinarySize {
		b = append(m.out.bytes(), "BINARY.SIZE["...)
	}
	b = append(wire.AppendSection(b, it.Section), ']')
	part, ok := m.part(it.Section)
	if ok && !knownEncodings[part.CTE] {
		m.unknownCTE, ok = true, false
	}
	size := m.row.Size
	if ok && len(it.Section.Part) > 0 {
		size = part.ContentSize()
	}
	if it.Kind == wire.FetchBinarySize {
		if !ok {
			size = 0
		}
		b = strconv.AppendInt(append(b, ' '), size, 10)
		m.out.set(b)
		return nil
	}
	b = append(appendOffset(b, it), ' ')
	if !ok {
		m.out.set(append(b, "NIL"...))
		return nil
	}
	m.out.set(b)
	return m.binaryText(it, part, size)
}

// binaryText streams decoded content; as it may hold NUL it is a literal8.
func (m *message) binaryText(it wire.FetchItem, part *mime.Part, size int64) error {
	from, to := cut(0, size, it)
	var src io.Reader = io.NewSectionReader(m.blob, from, to-from)
	if len(it.Section.Part) > 0 {
		src = part.Open(m.blob)
		if _, err := io.CopyN(io.Discard, src, from); err != nil {
			return errs.Wrap(errs.Internal, err, "The part could not be decoded.")
		}
	}
	m.out.literal("~", src, to-from)
	return m.out.err
}
