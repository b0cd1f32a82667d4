package mime

import (
	"bytes"
	"io"
	"strings"

	"chancery/kit/errs"
)

// Parse reads a message once and returns its tree. Content never makes it
// fail; an error is the reader's. It holds one line buffer, one header and the
// tree, whatever the length of the message.
func Parse(r io.Reader, lim Limits) (*Message, error) {
	buf := bufferPool.Get().(*[]byte)
	defer bufferPool.Put(buf)
	p := parser{lines: lineReader{r: r, buf: *buf}, lim: lim.withDefaults()}
	p.budget = p.lim.TreeBytes
	m := &Message{Root: &Part{}}
	p.message(m, 0)
	if err := p.lines.err; err != nil && err != io.EOF {
		return nil, errs.Wrap(errs.Unavailable, err, "the message could not be read")
	}
	m.number("")
	return m, nil
}

// parser is the state of one pass.
type parser struct {
	lines  lineReader
	lim    Limits
	parts  int
	budget int      // bytes of text the tree may still keep
	open   []string // boundaries of the open multiparts, "--" included, outermost first
	header []byte   // the header being read
	out    []byte   // scratch of the transfer decoders

	newlines int64 // line ends read so far
	lastEnd  int   // length of the last line's end: 0, 1 or 2
	lastLen  int   // its length without that
	held     []byte
	isHeld   bool // held is a line that was read too far
	heldMid  bool
}

// stop says what ended a part: a boundary line, by its place in open, or the
// end of the message.
type stop struct {
	index  int // -1 at the end of the message
	closes bool
	at     int64 // offset of the boundary line, or of the end
	length int   // of the boundary line
	ending int   // of its line end
}

// boundaryStop makes the stop of a boundary line.
func boundaryStop(index int, closes bool, at int64, line []byte) stop {
	s := stop{index: index, closes: closes, at: at, length: len(line)}
	s.ending = len(line) - len(bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")))
	return s
}

// consume counts a boundary line, once its multipart has taken it: until then
// the counts are those before it, which every part that it ends needs.
func (p *parser) consume(s stop) {
	p.lastEnd, p.lastLen = s.ending, s.length-s.ending
	if s.ending > 0 {
		p.newlines++
	}
}

// next reads a line and keeps the counts.
func (p *parser) next() (line []byte, atStart bool) {
	if p.isHeld {
		p.isHeld = false
		line, atStart = p.held, !p.heldMid
	} else {
		line, atStart = p.lines.next()
	}
	return line, atStart
}

// hold gives a line back, to be read again before the buffer moves on.
func (p *parser) hold(line []byte, atStart bool) {
	p.held, p.isHeld, p.heldMid = line, true, !atStart
}

// count notes a line as read.
func (p *parser) count(line []byte, atStart bool) {
	if atStart {
		p.lastLen = 0
	}
	n := len(line)
	switch {
	case n > 1 && line[n-2] == '\r' && line[n-1] == '\n':
		p.lastEnd = 2
		p.newlines++
	case n > 0 && line[n-1] == '\n':
		p.lastEnd = 1
		p.newlines++
	default:
		p.lastEnd = 0
	}
	p.lastLen += n - p.lastEnd
}

// offset is where the next line starts.
func (p *parser) offset() int64 {
	if p.isHeld {
		return p.lines.off - int64(len(p.held))
	}
	return p.lines.off
}

// boundary matches a line against the open multiparts, innermost first. What
// follows the boundary must be white space, with whatever a sloppy program
// wrote behind it; RFC 2046 section 5.1.1 would have any line that begins with
// the boundary, but then one boundary could not begin with another's text, as
// those of several programs do.
func (p *parser) boundary(line []byte) (index int, closes, ok bool) {
	if len(line) < 3 || line[0] != '-' || line[1] != '-' || len(p.open) == 0 {
		return 0, false, false
	}
	for i := len(p.open) - 1; i >= 0; i-- {
		b := p.open[i]
		if len(line) < len(b) || string(line[:len(b)]) != b {
			continue
		}
		rest := line[len(b):]
		if after, found := bytes.CutPrefix(rest, []byte("--")); found && endsWord(after) {
			return i, true, true
		}
		if endsWord(rest) {
			return i, false, true
		}
	}
	return 0, false, false
}

// endsWord says whether nothing, a line end or white space comes first.
func endsWord(b []byte) bool {
	return len(b) == 0 || b[0] == ' ' || b[0] == '\t' || b[0] == '\r' || b[0] == '\n'
}

// message reads a message into m.Root, at the place the reader stands.
func (p *parser) message(m *Message, depth int) stop {
	return p.part(m.Root, m, depth, "text/plain")
}

// part reads a part with its header. m is the message whose root the part is,
// nil for others.
func (p *parser) part(part *Part, m *Message, depth int, implied string) stop {
	p.parts++
	part.Header = p.offset()
	at, ended := p.readHeader(part)
	part.Type, part.Implicit = implied, true
	p.fields(part, m, depth)
	if ended {
		part.End = at.at
		if at.index >= 0 && at.at > part.Header {
			part.End -= int64(p.lastEnd)
		}
		part.Body = part.End
		p.emptyKinds(part, depth)
		return at
	}
	switch {
	case strings.HasPrefix(part.Type, "multipart/"):
		return p.multipart(part, depth)
	case isMessageType(part.Type) && isIdentity(part.CTE):
		return p.nested(part, depth)
	}
	return p.leaf(part)
}

func isMessageType(t string) bool { return t == "message/rfc822" || t == "message/global" }

func isIdentity(cte string) bool {
	t, known := newTransfer(cte)
	return known && t == nil
}

// emptyKinds keeps the rules of the types for a part without a body: no
// multipart without children, no message without a message in it.
func (p *parser) emptyKinds(part *Part, depth int) {
	switch {
	case strings.HasPrefix(part.Type, "multipart/"):
		part.Type, part.Implicit = "text/plain", true
	case isMessageType(part.Type) && depth < p.lim.Depth && isIdentity(part.CTE):
		part.Nested = &Message{Root: &Part{Header: part.End, Body: part.End, End: part.End, Type: "text/plain", Implicit: true}}
	}
}

// readHeader collects the header and stops after its blank line, before a line
// that is no field, or at a boundary.
func (p *parser) readHeader(part *Part) (at stop, ended bool) {
	p.header = p.header[:0]
	isFirst := true
	for {
		start := p.offset()
		line, atStart := p.next()
		if len(line) == 0 {
			return stop{index: -1, at: start}, true
		}
		if atStart {
			if i, closes, ok := p.boundary(line); ok {
				return boundaryStop(i, closes, start, line), true
			}
			if isBlank(string(line[:min(len(line), 3)])) {
				p.count(line, atStart)
				part.Body = p.offset()
				return stop{}, false
			}
			if !isFieldLine(line, isFirst) {
				p.hold(line, atStart)
				part.Body = start
				return stop{}, false
			}
		}
		p.count(line, atStart)
		isFirst = false
		if room := p.lim.HeaderBytes - len(p.header); len(line) > room {
			line = line[:room]
		}
		p.header = append(p.header, line...)
	}
}

// isFieldLine says whether a line can stand in a header: a field, a
// continuation, or at the start the separator line of an mbox file.
func isFieldLine(line []byte, isFirst bool) bool {
	if line[0] == ' ' || line[0] == '\t' {
		return !isFirst
	}
	if isFirst && (bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))) {
		return true
	}
	for i, c := range line {
		switch {
		case c == ':':
			return i > 0
		case c == ' ' || c == '\t':
			// Only white space may follow before the colon.
			rest := bytes.TrimLeft(line[i:], " \t")
			return i > 0 && len(rest) > 0 && rest[0] == ':'
		case c < ' ' || c == 0x7F:
			return false
		}
	}
	return false
}

// body reads to the next boundary or the end. It sets End and Lines, and Size
// for content that is encoded.
func (p *parser) body(part *Part, t transfer, from int64, newlines int64) stop {
	var size int64
	var tail [2]byte // a line end not yet given to the decoder
	nTail := 0
	at := stop{index: -1}
	for {
		start := p.offset()
		line, atStart := p.next()
		if len(line) == 0 {
			at.at = start
			break
		}
		if atStart {
			if i, closes, ok := p.boundary(line); ok {
				at = boundaryStop(i, closes, start, line)
				break
			}
		}
		p.count(line, atStart)
		if t != nil {
			p.out = t.decode(p.out[:0], tail[:nTail])
			size += int64(len(p.out))
			p.out = t.decode(p.out[:0], line[:len(line)-p.lastEnd])
			size += int64(len(p.out))
			nTail = copy(tail[:], line[len(line)-p.lastEnd:])
		}
	}
	p.finish(part, at, from, newlines)
	if t != nil {
		p.out = p.out[:0]
		if at.index < 0 {
			p.out = t.decode(p.out, tail[:nTail])
		}
		part.Size = size + int64(len(t.finish(p.out)))
	}
	return at
}

// finish sets End and Lines of a part whose body began at offset from. The
// line end before a boundary belongs to the boundary (RFC 2046 section 5.1.1).
func (p *parser) finish(part *Part, at stop, from, newlines int64) {
	part.End = at.at
	part.Lines = p.newlines - newlines
	if at.at == from {
		return
	}
	if at.index >= 0 {
		part.End -= int64(p.lastEnd)
		if p.lastEnd > 0 {
			part.Lines--
		}
		if p.lastLen > 0 {
			part.Lines++
		}
	} else if p.lastEnd == 0 {
		part.Lines++
	}
	part.End = max(part.End, from)
}

// cover widens a part to the end of its last child. A child whose blank line
// stands right before the boundary has an empty body after that line, while
// the line end is the boundary's in the eyes of the parts around it.
func (p *parser) cover(part *Part, end int64) {
	if end > part.End {
		part.End = end
		part.Lines++
	}
}

// leaf reads a part without structure.
func (p *parser) leaf(part *Part) stop {
	t, _ := newTransfer(part.CTE)
	return p.body(part, t, part.Body, p.newlines)
}

// nested reads a message within a part. The message's header is the start of
// the part's body.
func (p *parser) nested(part *Part, depth int) stop {
	if depth+1 >= p.lim.Depth || p.parts >= p.lim.Parts {
		part.Type = beyondLimit
		return p.leaf(part)
	}
	newlines := p.newlines
	part.Nested = &Message{Root: &Part{}}
	at := p.message(part.Nested, depth+1)
	p.finish(part, at, part.Body, newlines)
	p.cover(part, part.Nested.Root.End)
	return at
}

// multipart reads the preamble, the children and the epilogue.
func (p *parser) multipart(part *Part, depth int) stop {
	if !isIdentity(part.CTE) {
		part.CTE = "" // forbidden on multiparts (RFC 2045 section 6.4); nobody means it
	}
	boundary := strings.TrimRight(part.Params.Get("boundary"), " \t")
	if boundary == "" {
		part.Type, part.Implicit = "text/plain", true // RFC 2045 section 5.2
		return p.leaf(part)
	}
	if len(boundary) > p.lim.Boundary || depth+1 >= p.lim.Depth || p.parts >= p.lim.Parts {
		part.Type = beyondLimit
		return p.leaf(part)
	}
	newlines := p.newlines
	mine := len(p.open)
	p.open = append(p.open, "--"+boundary)
	at := p.body(part, nil, part.Body, newlines)
	if at.index != mine || at.closes {
		// No part ever starts: what is there is shown as text.
		p.open = p.open[:mine]
		part.Type, part.Implicit = "text/plain", true
		if at.index == mine {
			p.consume(at)
			at = p.body(part, nil, part.Body, newlines)
		}
		return at
	}
	at = p.children(part, at, mine, depth)
	p.open = p.open[:mine]
	if at.index == mine {
		p.consume(at)
		at = p.body(part, nil, part.Body, newlines) // the epilogue
	} else {
		p.finish(part, at, part.Body, newlines)
	}
	p.cover(part, part.Parts[len(part.Parts)-1].End)
	return at
}

// atEnd looks whether the message is over.
func (p *parser) atEnd() bool {
	line, atStart := p.next()
	if len(line) == 0 {
		return true
	}
	p.hold(line, atStart)
	return false
}

// beyondLimit is the type of what the limits do not let the parser look into.
const beyondLimit = "application/octet-stream"

// children reads the parts of a multipart up to its last boundary.
func (p *parser) children(part *Part, at stop, mine, depth int) stop {
	implied := "text/plain"
	if part.Type == "multipart/digest" {
		implied = "message/rfc822" // RFC 2046 section 5.1.5
	}
	for at.index == mine && !at.closes {
		p.consume(at)
		if len(part.Parts) > 0 && p.atEnd() {
			// A last boundary that forgot its "--" starts no part.
			return stop{index: -1, at: p.offset()}
		}
		child := &Part{}
		part.Parts = append(part.Parts, child)
		if p.parts+1 < p.lim.Parts {
			at = p.part(child, nil, depth+1, implied)
			continue
		}
		// The last part that may be takes the rest, boundaries included.
		p.open = p.open[:mine]
		child.Header, child.Body, child.Type = p.offset(), p.offset(), beyondLimit
		return p.leaf(child)
	}
	return at
}
