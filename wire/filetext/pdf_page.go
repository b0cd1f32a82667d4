package filetext

import (
	"bytes"
	"math"
)

// page reads the text of a page with the resources that it has or inherits
// (ISO 32000-2 section 7.7.3.4).
func (d *document) page(o pdfDict) {
	var content []byte
	parts := d.listOf(o["Contents"])
	if s, ok := d.streamOf(o["Contents"]); ok {
		content = d.decode(s)
	} else {
		for _, ref := range parts {
			if s, ok := d.streamOf(ref); ok {
				content = append(append(content, d.decode(s)...), '\n')
			}
		}
	}
	resources := d.dict(o["Resources"])
	for up, n := d.dict(o["Parent"]), 0; resources == nil && up != nil && n < maxNesting; n++ {
		resources, up = d.dict(up["Resources"]), d.dict(up["Parent"])
	}
	d.show(content, resources)
	d.r.put("\n")
}

// matrix is a transformation (section 8.3.3).
type matrix struct{ a, b, c, d, e, f float64 }

var unit = matrix{a: 1, d: 1}

// times does m first, then n.
func (m matrix) times(n matrix) matrix {
	return matrix{m.a*n.a + m.b*n.c, m.a*n.b + m.b*n.d, m.c*n.a + m.d*n.c, m.c*n.b + m.d*n.d, m.e*n.a + m.f*n.c + n.e, m.e*n.b + m.f*n.d + n.f}
}

// state is what operators of text change (section 9.3).
type state struct {
	ctm            matrix
	font           *font
	size           float64
	char, word     float64
	scale, leading float64
}

// painter goes through the operators of a page.
type painter struct {
	d         *document
	fonts     pdfDict
	state     state
	stack     []state
	text      matrix // of text, and of its line
	line      matrix
	endX      float64 // where the last string ended, on the page
	endY      float64
	hasText   bool
	isFull    bool
	args      []any
	hasBlinds bool
}

// show reads the text that a page's or a form's operators draw.
func (d *document) show(content []byte, resources pdfDict) {
	if !d.r.spend(len(content)) {
		return
	}
	p := &painter{d: d, fonts: d.dict(resources["Font"]), state: state{ctm: unit, scale: 1}, text: unit, line: unit}
	l := lexer{b: content}
	for !p.isFull {
		v, ok := l.next(0)
		if !ok {
			break
		}
		op, isOp := v.(pdfOp)
		if !isOp {
			if len(p.args) < 64 {
				p.args = append(p.args, v)
			}
			continue
		}
		if op == "ID" { // a picture in its midst (section 8.9.7)
			l.passImage()
		}
		p.do(op)
		p.args = p.args[:0]
	}
	if p.hasBlinds {
		d.isBad = true
	}
	d.r.put("\n")
}

// passImage goes on behind a picture.
func (l *lexer) passImage() {
	for {
		i := bytes.Index(l.b[l.at:], []byte("EI"))
		if i < 0 {
			l.at = len(l.b)
			return
		}
		l.at += i + len("EI")
		if isPDFSpace(l.b[l.at-3]) && (l.at >= len(l.b) || isPDFSpace(l.b[l.at])) {
			return
		}
	}
}

func (p *painter) number(i int) float64 {
	if i >= len(p.args) {
		return 0
	}
	n, _ := p.args[i].(float64)
	return n
}

func (p *painter) matrix() matrix {
	return matrix{p.number(0), p.number(1), p.number(2), p.number(3), p.number(4), p.number(5)}
}

const maxStates = 200 // that are kept to come back to

// do does one operator.
func (p *painter) do(op pdfOp) {
	s := &p.state
	switch op {
	case "q":
		if len(p.stack) < maxStates {
			p.stack = append(p.stack, *s)
		}
	case "Q":
		if n := len(p.stack); n > 0 {
			*s, p.stack = p.stack[n-1], p.stack[:n-1]
		}
	case "cm":
		s.ctm = p.matrix().times(s.ctm)
	case "BT":
		p.text, p.line = unit, unit
	case "Tm":
		p.text = p.matrix()
		p.line = p.text
	case "Td":
		p.move(p.number(0), p.number(1))
	case "TD":
		s.leading = -p.number(1)
		p.move(p.number(0), p.number(1))
	case "T*":
		p.move(0, -s.leading)
	case "TL":
		s.leading = p.number(0)
	case "Tc":
		s.char = p.number(0)
	case "Tw":
		s.word = p.number(0)
	case "Tz":
		s.scale = p.number(0) / 100
	case "Tf":
		if len(p.args) >= 2 {
			if name, ok := p.args[0].(pdfName); ok {
				s.font = p.d.fontOf(p.fonts[name])
			}
			s.size = p.number(1)
		}
	case "Tj", "'", "\"", "TJ":
		p.strings(op)
	}
}

func (p *painter) move(x, y float64) {
	p.line = matrix{1, 0, 0, 1, x, y}.times(p.line)
	p.text = p.line
}

// strings draws what an operator of section 9.4.3 has.
func (p *painter) strings(op pdfOp) {
	if op == "\"" {
		p.state.word, p.state.char = p.number(0), p.number(1)
	}
	if op != "Tj" && op != "TJ" {
		p.move(0, -p.state.leading)
	}
	if len(p.args) == 0 {
		return
	}
	list, isList := p.args[len(p.args)-1].([]any)
	if !isList {
		list = p.args[len(p.args)-1:]
	}
	for _, v := range list {
		switch x := v.(type) {
		case pdfString:
			p.draw(x)
		case float64:
			p.advance(-x / 1000 * p.state.size * p.state.scale)
		}
	}
}

func (p *painter) advance(by float64) {
	p.text = matrix{1, 0, 0, 1, by, 0}.times(p.text)
}

// draw reads one string. Whether a space or a line end is before it says the way
// from the end of the last one: PDF itself knows only places.
func (p *painter) draw(s pdfString) {
	f := p.state.font
	if f == nil {
		f = &font{label: "windows-1252", chars: map[int]string{}, width: 500}
		p.state.font = f
	}
	p.hasBlinds = p.hasBlinds || f.isBlind && len(s) > 0
	text, width, codes, spaces := f.read(s)
	at := p.text.times(p.state.ctm)
	if p.hasText && text != "" {
		p.isFull = !p.d.r.put(p.gap(at))
	}
	p.isFull = p.isFull || !p.d.r.put(text)
	p.advance((width*p.state.size + float64(codes)*p.state.char + float64(spaces)*p.state.word) * p.state.scale)
	end := p.text.times(p.state.ctm)
	p.endX, p.endY, p.hasText = end.e, end.f, true
}

// gap is what stands between the last string and one that begins here.
func (p *painter) gap(at matrix) string {
	long := math.Hypot(at.a, at.b)
	em := long * math.Abs(p.state.size)
	if em == 0 {
		return ""
	}
	dx, dy := at.e-p.endX, at.f-p.endY
	along := (dx*at.a + dy*at.b) / long / em
	across := math.Abs(dx*at.b-dy*at.a) / long / em
	switch {
	case across > 0.5, along < -1:
		return "\n"
	case along > 0.18:
		return " "
	}
	return ""
}
