package mime

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"chancery/kit/errs"
)

// Message is a parsed message: the whole one or one nested in a part.
type Message struct {
	Envelope Envelope `json:"v"`
	Root     *Part    `json:"r"`
	// Header is the fields of the message; it is there after Parse only, is
	// not stored, and nested messages have none.
	Header Header `json:"-"`
}

// Part is a node of the tree. Offsets count bytes from the start of the whole
// message, in nested messages too, so that a section is one read of the blob.
type Part struct {
	Header int64 `json:"h,omitempty"` // first byte of the part's header
	Body   int64 `json:"b,omitempty"` // first byte after the header and its blank line
	End    int64 `json:"e,omitempty"` // after the last byte; the line end before a boundary is the boundary's
	Lines  int64 `json:"l,omitempty"` // lines of the body as stored; a last line without end counts
	// Size is the length of the content after transfer decoding (RFC 8621
	// "size"); 0 in the JSON where it is End-Body. Use ContentSize.
	Size int64 `json:"s,omitempty"`

	Type       string   `json:"t"`            // "text/plain", lower case, never empty
	Params     Params   `json:"p,omitempty"`  // of Content-Type
	CTE        string   `json:"c,omitempty"`  // Content-Transfer-Encoding in lower case, empty for 7bit
	ID         string   `json:"i,omitempty"`  // Content-ID without brackets
	Desc       string   `json:"x,omitempty"`  // Content-Description, decoded
	Disp       string   `json:"d,omitempty"`  // disposition type in lower case
	DispParams Params   `json:"q,omitempty"`  // of Content-Disposition
	Lang       []string `json:"g,omitempty"`  // Content-Language
	Loc        string   `json:"u,omitempty"`  // Content-Location
	MD5        string   `json:"m,omitempty"`  // Content-MD5
	Implicit   bool     `json:"im,omitempty"` // there was no usable Content-Type, Type is the default

	Parts []*Part `json:"k,omitempty"` // children of a multipart, at least one
	// Nested is the message in a message/rfc822 or message/global part. One
	// sent in base64 has none: to BODYSTRUCTURE, whose grammar wants the inner
	// envelope, it is an application/octet-stream.
	Nested *Message `json:"n,omitempty"`

	// Number is the IMAP section number ("1.2") from the message that holds
	// the part; empty for the root of a multipart message. It serves as the
	// partId of JMAP. It is not stored; Decode restores it.
	Number string `json:"-"`
}

// Envelope is the decoded main fields of a message.
type Envelope struct {
	Date string    `json:"d,omitempty"` // as written
	Sent time.Time `json:"t,omitzero"`  // Date parsed, zero where it could not be
	// Subject is decoded for people; RawSubject is as written, unfolded,
	// there only when it differs and is ASCII.
	Subject    string    `json:"s,omitempty"`
	RawSubject string    `json:"r,omitempty"`
	From       []Address `json:"f,omitempty"`
	Sender     []Address `json:"sn,omitempty"`
	ReplyTo    []Address `json:"rt,omitempty"`
	To         []Address `json:"to,omitempty"`
	Cc         []Address `json:"cc,omitempty"`
	Bcc        []Address `json:"bc,omitempty"`
	InReplyTo  []string  `json:"ir,omitempty"` // ids without brackets
	MessageID  string    `json:"id,omitempty"` // without brackets
	References []string  `json:"rf,omitempty"` // without brackets; not kept for nested messages
}

// IMAPSubject returns the subject as the envelope of IMAP wants it: undecoded.
func (e *Envelope) IMAPSubject() string {
	if e.RawSubject != "" {
		return e.RawSubject
	}
	return e.Subject
}

// SenderOrFrom is Sender with the default of RFC 9051 section 7.5.2.
func (e *Envelope) SenderOrFrom() []Address {
	if len(e.Sender) > 0 {
		return e.Sender
	}
	return e.From
}

// ReplyToOrFrom is ReplyTo with the default of RFC 9051 section 7.5.2.
func (e *Envelope) ReplyToOrFrom() []Address {
	if len(e.ReplyTo) > 0 {
		return e.ReplyTo
	}
	return e.From
}

// Media returns the two halves of the type: "text", "plain".
func (p *Part) Media() (main, sub string) {
	main, sub, _ = strings.Cut(p.Type, "/")
	return main, sub
}

// IsMultipart says whether the part has children.
func (p *Part) IsMultipart() bool { return len(p.Parts) > 0 }

// IsText says whether the part is of a text type.
func (p *Part) IsText() bool { return strings.HasPrefix(p.Type, "text/") }

// ContentSize is the number of bytes that Open will give.
func (p *Part) ContentSize() int64 {
	if p.Size > 0 {
		return p.Size
	}
	if t, _ := newTransfer(p.CTE); t != nil && !p.IsMultipart() {
		return 0 // encoded, and nothing in it
	}
	return p.End - p.Body
}

// Name is the file name: of the disposition, else the name of the type (RFC
// 8621 section 4.1.4). It is empty where there is none, and may hold anything
// a stranger wrote, path separators included.
func (p *Part) Name() string {
	if s := p.DispParams.Get("filename"); s != "" {
		return s
	}
	return p.Params.Get("name")
}

// Charset is the charset parameter, empty where there is none.
func (p *Part) Charset() string { return strings.ToLower(p.Params.Get("charset")) }

// Find returns the part with an IMAP section number as in Part.Number, "" for
// the root.
func (m *Message) Find(number string) (*Part, bool) {
	if number == "" {
		return m.Root, true
	}
	p, isTop := m.Root, true
	for digits := range strings.SplitSeq(number, ".") {
		n, err := strconv.Atoi(digits)
		if err != nil || n < 1 {
			return nil, false
		}
		if p.Nested != nil && !isTop {
			p, isTop = p.Nested.Root, true
		}
		switch {
		case n <= len(p.Parts):
			p = p.Parts[n-1]
		case isTop && n == 1 && len(p.Parts) == 0:
			// A message that is no multipart has its body as part 1.
		default:
			return nil, false
		}
		isTop = false
	}
	return p, true
}

// Walk visits every part depth first, the parts of nested messages too when
// isDeep is set; it stops when visit returns false.
func (m *Message) Walk(isDeep bool, visit func(p *Part) bool) bool {
	return m.Root.walk(isDeep, visit)
}

func (p *Part) walk(isDeep bool, visit func(p *Part) bool) bool {
	if !visit(p) {
		return false
	}
	for _, k := range p.Parts {
		if !k.walk(isDeep, visit) {
			return false
		}
	}
	return !isDeep || p.Nested == nil || p.Nested.Root.walk(true, visit)
}

// Encode returns the stored form: about 1 KB of JSON for an ordinary message.
func (m *Message) Encode() ([]byte, error) { return json.Marshal(m) }

// Decode reads what Encode wrote.
func Decode(b []byte) (*Message, error) {
	m := &Message{}
	if err := json.Unmarshal(b, m); err != nil {
		return nil, errs.Wrap(errs.Internal, err, "the stored structure of the message cannot be read")
	}
	if !m.isWhole(0) {
		return nil, errs.E(errs.Internal, "the stored structure of the message is not complete")
	}
	m.number("")
	return m, nil
}

// maxStoredDepth bounds the nesting of a stored tree, far over Limits.Depth.
const maxStoredDepth = 1000

// isWhole checks that no pointer the code relies on is missing.
func (m *Message) isWhole(depth int) bool {
	return m.Root != nil && m.Root.isWhole(depth+1)
}

func (p *Part) isWhole(depth int) bool {
	if depth > maxStoredDepth || p.Type == "" {
		return false
	}
	for _, k := range p.Parts {
		if k == nil || !k.isWhole(depth+1) {
			return false
		}
	}
	return p.Nested == nil || p.Nested.isWhole(depth+1)
}

// number gives every part its section number (RFC 9051 section 6.4.5.1).
func (m *Message) number(prefix string) {
	if len(m.Root.Parts) > 0 {
		m.Root.Number = strings.TrimSuffix(prefix, ".")
		m.Root.numberParts(prefix)
		return
	}
	m.Root.Number = prefix + "1"
	m.Root.numberNested()
}

func (p *Part) numberParts(prefix string) {
	for i, k := range p.Parts {
		k.Number = prefix + strconv.Itoa(i+1)
		k.numberParts(k.Number + ".")
		k.numberNested()
	}
}

func (p *Part) numberNested() {
	if p.Nested != nil {
		p.Nested.number(p.Number + ".")
	}
}
