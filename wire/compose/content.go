package compose

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"strings"
	"unicode/utf8"

	"chancery/kit/errs"
)

// maxDepth bounds the nesting of a tree, which a client may have sent.
const maxDepth = 60

// kindOf is the media type of a node with its defaults.
func (n *Node) kindOf() string {
	kind := strings.ToLower(n.Type)
	switch {
	case kind == "" && len(n.Parts) > 0:
		return "multipart/mixed"
	case kind == "":
		return "text/plain"
	}
	return kind
}

// plan checks the tree and chooses the encoding of every node before anything
// is written: a multipart has to say 8bit when anything in it is (RFC 2045
// section 6.4).
func (w *writer) plan(n *Node, depth int) (string, error) {
	kind := n.kindOf()
	isMultipart := strings.HasPrefix(kind, "multipart/")
	switch {
	case depth > maxDepth:
		return "", errs.E(errs.TooLarge, "the message is nested deeper than %d levels", maxDepth)
	case isMultipart && len(n.Parts) == 0:
		return "", errs.E(errs.Invalid, "a part of type %s needs at least one part", kind)
	case !isMultipart && len(n.Parts) > 0:
		return "", errs.E(errs.Invalid, "a part of type %s cannot have parts", kind)
	case isMultipart && has(n.Header, "Content-Type"):
		return "", errs.E(errs.Invalid, "the Content-Type of a multipart is made with its boundary and cannot be given")
	case has(n.Header, "Content-Transfer-Encoding"):
		return "", errs.E(errs.Invalid, "the Content-Transfer-Encoding is chosen by the server and cannot be given")
	}
	encoding := "7bit"
	if isMultipart {
		for _, k := range n.Parts {
			if k == nil {
				return "", errs.E(errs.Invalid, "a part of type %s has a part that is missing", kind)
			}
			inner, err := w.plan(k, depth+1)
			if err != nil {
				return "", err
			}
			if inner == "binary" || inner == "8bit" && encoding == "7bit" {
				encoding = inner
			}
		}
	} else if strings.HasPrefix(kind, "text/") || isMessage(kind) {
		s, err := scan(n.content())
		if err != nil {
			return "", err
		}
		encoding = s.encoding(kind, n.Open == nil)
	} else {
		encoding = "base64"
	}
	w.encodings[n] = encoding
	return encoding, nil
}

// content opens the node's content, whichever way it is given.
func (n *Node) content() func() (io.ReadCloser, error) {
	if n.Open != nil {
		return n.Open
	}
	text := crlf(n.Text)
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
}

// node writes a part: its fields, a blank line and its body.
func (w *writer) node(n *Node) {
	if w.err != nil {
		return
	}
	kind := n.kindOf()
	if strings.HasPrefix(kind, "multipart/") {
		w.multipart(n, kind)
		return
	}
	w.leaf(n, kind)
}

// multipart writes the children between boundaries (RFC 2046 section 5.1).
func (w *writer) multipart(n *Node, kind string) {
	boundary := w.boundary()
	w.fields(n, kind, append(n.Params[:len(n.Params):len(n.Params)], "boundary", boundary))
	for _, k := range n.Parts {
		w.text("\r\n--" + boundary + "\r\n")
		w.node(k)
	}
	w.text("\r\n--" + boundary + "--\r\n")
}

// fields writes the Content-* fields and the blank line.
func (w *writer) fields(n *Node, kind string, params []string) {
	put := func(f Field) {
		if !has(n.Header, f.Name) {
			w.field(f)
		}
	}
	put(Params("Content-Type", kind, params, w.style))
	if encoding := w.encodings[n]; encoding != "7bit" {
		put(Token("Content-Transfer-Encoding", encoding))
	}
	if n.Disposition != "" || n.Name != "" {
		disposition := n.Disposition
		if disposition == "" {
			disposition = "attachment"
		}
		put(Params("Content-Disposition", disposition, []string{"filename", n.Name}, w.style))
	}
	if n.ContentID != "" {
		put(MessageIDs("Content-ID", []string{n.ContentID}))
	}
	if n.Description != "" {
		put(Text("Content-Description", n.Description, w.style))
	}
	if len(n.Language) > 0 {
		put(Token("Content-Language", strings.Join(n.Language, ", ")))
	}
	if n.Location != "" {
		put(Token("Content-Location", n.Location))
	}
	for _, f := range n.Header {
		w.field(f)
	}
	w.text("\r\n")
}

// leaf writes content in the encoding that suits it.
func (w *writer) leaf(n *Node, kind string) {
	params := n.Params
	if strings.HasPrefix(kind, "text/") {
		charset := n.Charset
		if charset == "" && n.Open == nil {
			charset = "utf-8"
		}
		if charset != "" {
			params = append([]string{"charset", charset}, params...)
		}
	}
	w.fields(n, kind, params)
	r, err := n.content()()
	if err != nil {
		w.fail(err)
		return
	}
	defer r.Close()
	w.encode(r, w.encodings[n])
}

func isMessage(kind string) bool { return strings.HasPrefix(kind, "message/") }

func (w *writer) fail(err error) {
	if w.err == nil {
		w.err = errs.Wrap(errs.Unavailable, err, "a part of the message could not be read")
	}
}

// encode copies content in an encoding.
func (w *writer) encode(r io.Reader, encoding string) {
	var err error
	switch encoding {
	case "base64":
		lines := &lineWriter{w: w}
		e := base64.NewEncoder(base64.StdEncoding, lines)
		if _, err = io.Copy(e, r); err == nil {
			err = e.Close()
		}
		if err == nil && lines.used > 0 {
			w.text("\r\n")
		}
	case "quoted-printable":
		q := quotedprintable.NewWriter(w)
		if _, err = io.Copy(q, r); err == nil {
			err = q.Close()
		}
	case "binary":
		_, err = io.Copy(w, r)
	default:
		_, err = io.Copy(&crlfWriter{w: w}, r)
	}
	if err != nil {
		w.fail(err)
	}
}

// lineWriter breaks base64 into lines of 76 characters (RFC 2045 section 6.8).
type lineWriter struct {
	w    io.Writer
	used int
}

// Write writes b in lines.
func (l *lineWriter) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		k := min(len(b), lineAim-l.used)
		if _, err := l.w.Write(b[:k]); err != nil {
			return 0, err
		}
		b = b[k:]
		if l.used += k; l.used == lineAim {
			l.used = 0
			if _, err := io.WriteString(l.w, "\r\n"); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

// crlfWriter gives a nested message stored with LF the line ends of mail.
type crlfWriter struct {
	w    io.Writer
	last byte
}

// Write writes b with CRLF for each LF.
func (c *crlfWriter) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			c.last = b[len(b)-1]
			_, err := c.w.Write(b)
			return n, err
		}
		if i > 0 {
			c.last = b[i-1]
		}
		end := b[:i+1]
		if c.last != '\r' {
			if _, err := c.w.Write(b[:i]); err != nil {
				return 0, err
			}
			end = []byte("\r\n")
		}
		if _, err := c.w.Write(end); err != nil {
			return 0, err
		}
		c.last = '\n'
		b = b[i+1:]
	}
	return n, nil
}

// traits is what decides the encoding of a content.
type traits struct {
	bytes, high      int64
	longest          int
	hasNUL, hasBreak bool // hasBreak: a CR or LF that is not a CRLF
	hasFrom          bool // a line that starts with "From "
}

// scan reads a content once.
func scan(open func() (io.ReadCloser, error)) (traits, error) {
	var t traits
	r, err := open()
	if err != nil {
		return t, errs.Wrap(errs.Unavailable, err, "a part of the message could not be read")
	}
	defer r.Close()
	in := bufio.NewReaderSize(r, 32<<10)
	length := 0
	prev := byte(0)
	from := 0 // how much of "From " the line has matched
	for {
		c, err := in.ReadByte()
		if err == io.EOF {
			break
		}
		if err != nil {
			return t, errs.Wrap(errs.Unavailable, err, "a part of the message could not be read")
		}
		t.bytes++
		switch {
		case c == '\n':
			t.hasBreak = t.hasBreak || prev != '\r'
			length = 0
		case prev == '\r':
			t.hasBreak = true
		case c == 0:
			t.hasNUL = true
		case c >= utf8.RuneSelf:
			t.high++
		}
		if c != '\n' && c != '\r' {
			if length == from && from < 5 && c == "From "[from] {
				if from++; from == 5 {
					t.hasFrom = true
				}
			}
			length++
			t.longest = max(t.longest, length)
		} else {
			from = 0
		}
		prev = c
	}
	t.hasBreak = t.hasBreak || prev == '\r'
	return t, nil
}

// encoding chooses: as it is where that is safe everywhere, the shorter of
// quoted-printable and base64 for text, base64 for what must stay exact.
func (t *traits) encoding(kind string, isOwnText bool) string {
	isShort := t.high == 0 && !t.hasNUL && t.longest <= lineMax
	isPlain := isShort && !t.hasBreak
	switch {
	case isMessage(kind):
		// Messages may not be encoded (RFC 2046 section 5.2.1); message/global
		// may, but 8bit is what its readers have (RFC 6532 section 3.7).
		if isShort {
			return "7bit"
		}
		if t.hasNUL || t.longest > lineMax {
			return "binary"
		}
		return "8bit"
	case isPlain && !(t.hasFrom && isOwnText):
		return "7bit"
	case !isOwnText || t.hasNUL || t.high*6 > t.bytes:
		return "base64"
	}
	return "quoted-printable"
}

// crlf gives every line end the form CRLF, and text its last line end.
func crlf(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	return strings.ReplaceAll(s, "\n", "\r\n")
}
