package demo

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"mime/quotedprintable"
	"strings"

	"chancery/kit/errs"
)

// entity is one node of a MIME tree: either content or parts.
type entity struct {
	typ         string   // media type with its parameters, already in header form
	fields      []string // further header fields, whole lines without CRLF
	encoding    string   // base64, quoted-printable, 7bit or 8bit
	content     []byte
	parts       []*entity
	multi       string // multipart subtype when parts are there
	multiParams string
}

// write renders the entity with its own header fields.
func (e *entity) write(b *bytes.Buffer, rng *rand.Rand) error {
	if len(e.parts) > 0 {
		return e.writeParts(b, rng)
	}
	fmt.Fprintf(b, "Content-Type: %s\r\n", e.typ)
	for _, f := range e.fields {
		b.WriteString(f + "\r\n")
	}
	fmt.Fprintf(b, "Content-Transfer-Encoding: %s\r\n\r\n", e.encoding)
	switch e.encoding {
	case "base64":
		writeBase64(b, e.content)
	case "quoted-printable":
		qp := quotedprintable.NewWriter(b)
		if _, err := qp.Write(e.content); err != nil {
			return errs.Wrap(errs.Internal, err, "quoted-printable")
		}
		if err := qp.Close(); err != nil {
			return errs.Wrap(errs.Internal, err, "quoted-printable")
		}
	default:
		b.Write(e.content)
	}
	return nil
}

func (e *entity) writeParts(b *bytes.Buffer, rng *rand.Rand) error {
	// "=_" can appear in neither base64 nor quoted-printable (RFC 2045 section 6.7).
	boundary := fmt.Sprintf("=_%016x", rng.Uint64())
	fmt.Fprintf(b, "Content-Type: multipart/%s;%s\r\n boundary=\"%s\"\r\n\r\n", e.multi, e.multiParams, boundary)
	for _, p := range e.parts {
		fmt.Fprintf(b, "--%s\r\n", boundary)
		if err := p.write(b, rng); err != nil {
			return err
		}
		b.WriteString("\r\n")
	}
	fmt.Fprintf(b, "--%s--\r\n", boundary)
	return nil
}

// writeBase64 writes lines of 76 characters (RFC 2045 section 6.8).
func writeBase64(b *bytes.Buffer, data []byte) {
	const chunk = 57
	b.Grow(len(data)/chunk*78 + 80)
	line := make([]byte, 76)
	for len(data) > 0 {
		n := min(chunk, len(data))
		size := base64.StdEncoding.EncodedLen(n)
		base64.StdEncoding.Encode(line[:size], data[:n])
		b.Write(line[:size])
		b.WriteString("\r\n")
		data = data[n:]
	}
}

// textEntity makes a text part in a charset. An empty encoding means the one
// that suits the text.
func textEntity(subtype, charset, encoding, text string) (*entity, error) {
	text = strings.ReplaceAll(text, "\n", "\r\n")
	raw, err := encodeIn(charset, text)
	if err != nil {
		return nil, err
	}
	label := charset
	if label == "" {
		label = "UTF-8"
	}
	if encoding == "" {
		encoding = encodingFor(raw)
	}
	return &entity{typ: "text/" + subtype + "; charset=" + label, encoding: encoding, content: raw}, nil
}

// encodingFor picks 7bit, quoted-printable or base64 by what the bytes are.
func encodingFor(raw []byte) string {
	high, longest, run := 0, 0, 0
	for _, c := range raw {
		if c >= 0x80 || c < 0x20 && c != '\r' && c != '\n' && c != '\t' {
			high++
		}
		run++
		if c == '\n' {
			longest, run = max(longest, run), 0
		}
	}
	switch {
	case high == 0 && max(longest, run) <= 900:
		return "7bit"
	case high*3 < len(raw):
		return "quoted-printable"
	}
	return "base64"
}

// filename writes a file name both ways that mail programs look for: RFC 2231
// in the disposition, RFC 2047 words in the type as older ones do.
func filename(charset, name string) (typeParam, disposition string, err error) {
	if isASCII(name) {
		return fmt.Sprintf(";\r\n name=%q", name), fmt.Sprintf(";\r\n filename=%q", name), nil
	}
	old, err := word(charset, name)
	if err != nil {
		return "", "", err
	}
	raw, err := encodeIn(charset, name)
	if err != nil {
		return "", "", err
	}
	if charset == "" {
		charset = "UTF-8"
	}
	return ";\r\n name=\"" + old + "\"", extended("filename", charset, raw), nil
}

// extended writes an RFC 2231 parameter, in sections (section 3) when it is
// too long for a line.
func extended(param, charset string, raw []byte) string {
	var pieces []string
	line := charset + "''"
	for _, c := range raw {
		if len(line) > 58 {
			pieces = append(pieces, line)
			line = ""
		}
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '.' || c == '-' || c == '_' {
			line += string(rune(c))
		} else {
			line += fmt.Sprintf("%%%02X", c)
		}
	}
	pieces = append(pieces, line)
	if len(pieces) == 1 {
		return fmt.Sprintf(";\r\n %s*=%s", param, line)
	}
	out := ""
	for i, piece := range pieces {
		out += fmt.Sprintf(";\r\n %s*%d*=%s", param, i, piece)
	}
	return out
}

// attachment makes an attached or, with a content id, an inline part.
func attachment(charset, typ, name, cid string, data []byte) (*entity, error) {
	typeParam, disposition, err := filename(charset, name)
	if err != nil {
		return nil, err
	}
	e := &entity{typ: typ + typeParam, encoding: "base64", content: data}
	kind := "attachment"
	if cid != "" {
		kind = "inline"
		e.fields = append(e.fields, "Content-ID: <"+cid+">")
	}
	e.fields = append(e.fields, "Content-Disposition: "+kind+disposition)
	return e, nil
}

// addressList writes mailboxes for a header field, one a line.
func addressList(charset string, boxes []mailbox) (string, error) {
	var out []string
	for _, m := range boxes {
		if m.name == "" {
			out = append(out, m.addr)
			continue
		}
		name, err := word(charset, m.name)
		if err != nil {
			return "", err
		}
		if strings.ContainsAny(name, `()<>[]:;@\,."&–`) && !strings.HasPrefix(name, "=?") {
			name = fmt.Sprintf("%q", name)
		}
		out = append(out, name+" <"+m.addr+">")
	}
	return strings.Join(out, ",\r\n "), nil
}
