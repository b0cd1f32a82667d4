package filetext

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/ascii85"
	"io"
	"slices"

	"chancery/wire/charset"
)

// document is a PDF whose objects were gathered.
type document struct {
	r       *Reader
	objects map[int]any
	streams map[int]stream
	order   []int // numbers of objects, as they came
	fonts   map[int]*font
	left    int  // how many things it may still be made of
	isBad   bool // something of it cannot be read
}

// maxThings is of how many names, numbers and strings the objects of a document
// may be made: an ordinary one of 1,000 pages has some 100,000.
const maxThings = 2 << 20

// stream is a dictionary with bytes (ISO 32000-2 section 7.3.8).
type stream struct {
	dict pdfDict
	raw  []byte
}

// pdf reads the text of all pages, of forms and remarks, and attached files. It
// does not follow the table of places (section 7.5.4), which may be damaged and is of use to
// who wants one page: it looks at every object once, the last of a number counts.
func (r *Reader) pdf(b []byte, depth int) {
	d := &document{r: r, objects: map[int]any{}, streams: map[int]stream{}, fonts: map[int]*font{}, left: maxThings}
	if !d.gather(b) {
		r.close()
		return
	}
	isSeen := false
	for _, n := range d.order {
		if s, ok := d.streams[n]; ok {
			switch {
			case s.dict["Subtype"] == pdfName("Form"):
				d.show(d.decode(s), d.dict(s.dict["Resources"]))
			case s.dict["Type"] == pdfName("EmbeddedFile"):
				r.within(d.decode(s), depth-1)
			}
			continue
		}
		o, _ := d.objects[n].(pdfDict)
		if o["Type"] == pdfName("Page") {
			isSeen = true
			d.page(o)
		}
		d.notes(o)
	}
	if d.isBad || !isSeen {
		r.close()
	}
}

// gather finds all objects; false = they are encrypted, or there are none.
func (d *document) gather(b []byte) bool {
	noEnd := false
	for at := 0; at < len(b); {
		i := bytes.Index(b[at:], []byte("obj"))
		t := bytes.Index(b[at:min(len(b), at+max(i, 0))], []byte("trailer"))
		if t >= 0 {
			l := lexer{b: b, at: at + t + len("trailer")}
			if v, _ := l.next(0); isEncrypted(v) {
				return false
			}
		}
		if i < 0 {
			break
		}
		at += i + len("obj")
		number, ok := numberBefore(b[:at-len("obj")])
		if !ok {
			continue
		}
		l := lexer{b: b, at: at, left: &d.left}
		v, ok := l.next(0)
		if !ok {
			break
		}
		at = max(at, l.at)
		dict, isDict := v.(pdfDict)
		if l.space(); isDict && bytes.HasPrefix(b[l.at:], []byte("stream")) && !noEnd {
			raw, end := streamBytes(b, l.at+len("stream"), dict)
			if noEnd = end < 0; noEnd {
				d.isBad = true
				end = l.at
			}
			if !d.stream(number, stream{dict, raw}) {
				return false
			}
			at = end
			continue
		}
		d.put(number, v)
	}
	d.isBad = d.isBad || d.left < 0
	return len(d.objects)+len(d.streams) > 0 && !d.lastEncrypted(b)
}

func isEncrypted(v any) bool {
	dict, _ := v.(pdfDict)
	return dict["Encrypt"] != nil
}

// lastEncrypted looks at the trailer behind the last object.
func (d *document) lastEncrypted(b []byte) bool {
	i := bytes.LastIndex(b, []byte("trailer"))
	if i < 0 {
		return false
	}
	l := lexer{b: b, at: i + len("trailer")}
	v, _ := l.next(0)
	return isEncrypted(v)
}

// numberBefore reads the number of an object off the end of what stands before
// the word obj.
func numberBefore(b []byte) (n int, ok bool) {
	i := len(b)
	back := func(is func(byte) bool, most int) int {
		from := i
		for i > 0 && from-i < most && is(b[i-1]) {
			i--
		}
		return from - i
	}
	isDigit := func(c byte) bool { return c >= '0' && c <= '9' }
	back(isPDFSpace, 8)
	if back(isDigit, 6) == 0 || back(isPDFSpace, 8) == 0 {
		return 0, false
	}
	end := i
	if back(isDigit, 9) == 0 {
		return 0, false
	}
	for _, c := range b[i:end] {
		n = n*10 + int(c-'0')
	}
	return n, n > 0
}

// streamBytes are the bytes behind the word stream, and where they end; -1 = they
// do not.
func streamBytes(b []byte, at int, dict pdfDict) ([]byte, int) {
	if at < len(b) && b[at] == '\r' {
		at++
	}
	if at < len(b) && b[at] == '\n' {
		at++
	}
	if n, ok := dict["Length"].(float64); ok && n >= 0 && n <= float64(len(b)-at) {
		end := at + int(n)
		if bytes.HasPrefix(bytes.TrimLeft(b[end:min(len(b), end+20)], "\r\n \t"), []byte("endstream")) {
			return b[at:end], end
		}
	}
	n := bytes.Index(b[at:], []byte("endstream"))
	if n < 0 {
		return b[at:], -1
	}
	return b[at : at+n], at + n
}

func (d *document) put(number int, v any) {
	if _, known := d.objects[number]; !known {
		if _, known := d.streams[number]; !known {
			d.order = append(d.order, number)
		}
	}
	delete(d.streams, number)
	d.objects[number] = v
}

// stream keeps a stream, and reads the objects in one that holds some (section
// 7.5.7); false = the document is encrypted.
func (d *document) stream(number int, s stream) bool {
	switch s.dict["Type"] {
	case pdfName("XRef"):
		return !isEncrypted(s.dict)
	case pdfName("ObjStm"):
		data := d.decode(s)
		first, _ := s.dict["First"].(float64)
		if first < 0 || int(first) > len(data) {
			d.isBad = true
			return true
		}
		heads := lexer{b: data[:int(first)]}
		for {
			n, ok1 := heads.next(0)
			place, ok2 := heads.next(0)
			id, isID := n.(float64)
			offset, isOffset := place.(float64)
			if !ok1 || !ok2 || !isID || !isOffset || offset < 0 || int(first+offset) > len(data) || id < 1 {
				return true
			}
			l := lexer{b: data, at: int(first + offset), left: &d.left}
			from := l.at
			v, ok := l.next(0)
			if !ok || !d.r.spend(l.at-from) {
				return true
			}
			d.put(int(id), v)
		}
	}
	d.put(number, s.dict)
	d.streams[number] = s
	return true
}

// value follows a reference; what is not there is nil.
func (d *document) value(v any) any {
	for range 8 {
		ref, ok := v.(pdfRef)
		if !ok {
			return v
		}
		v = d.objects[int(ref)]
	}
	return nil
}

func (d *document) dict(v any) pdfDict {
	dict, _ := d.value(v).(pdfDict)
	return dict
}

// streamOf is the stream that a reference leads to.
func (d *document) streamOf(v any) (stream, bool) {
	ref, ok := v.(pdfRef)
	if !ok {
		return stream{}, false
	}
	s, ok := d.streams[int(ref)]
	return s, ok
}

// decode undoes the filters of a stream (section 7.4).
func (d *document) decode(s stream) []byte {
	data := s.raw
	filters, parms := d.listOf(s.dict["Filter"]), d.listOf(s.dict["DecodeParms"])
	if len(filters) == 0 && !d.r.spend(len(data)) {
		return nil
	}
	if len(filters) > 4 {
		filters = filters[:4]
		d.isBad = true
	}
	for i, f := range filters {
		switch d.value(f) {
		case pdfName("FlateDecode"), pdfName("Fl"):
			data = d.inflate(data)
		case pdfName("ASCIIHexDecode"), pdfName("AHx"):
			l := lexer{b: append([]byte("<"), data...)}
			data = []byte(l.hex())
		case pdfName("ASCII85Decode"), pdfName("A85"):
			text, _, _ := bytes.Cut(data, []byte("~>"))
			data = d.r.unpack(ascii85.NewDecoder(bytes.NewReader(bytes.TrimPrefix(bytes.TrimSpace(text), []byte("<~")))))
		default:
			d.isBad = true
			return nil
		}
		if i < len(parms) {
			data = d.unpredict(data, d.dict(parms[i]))
		}
	}
	return data
}

func (d *document) listOf(v any) []any {
	switch x := d.value(v).(type) {
	case nil:
		return nil
	case []any:
		return x
	default:
		return []any{x}
	}
}

func (d *document) inflate(data []byte) []byte {
	var src io.ReadCloser
	src, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		src = flate.NewReader(bytes.NewReader(data[min(2, len(data)):]))
	}
	defer src.Close()
	return d.r.unpack(src)
}

// unpredict undoes the filters of PNG (section 7.4.4.4).
func (d *document) unpredict(data []byte, parms pdfDict) []byte {
	number := func(name pdfName, or float64) int {
		if n, ok := d.value(parms[name]).(float64); ok && n >= 1 && n < 1<<16 {
			return int(n)
		}
		return int(or)
	}
	if number("Predictor", 1) < 10 {
		return data
	}
	width := (number("Columns", 1)*number("Colors", 1)*number("BitsPerComponent", 8) + 7) / 8
	step := max(1, number("Colors", 1)*number("BitsPerComponent", 8)/8)
	var out []byte
	prior := make([]byte, width)
	for row := range slices.Chunk(data, width+1) {
		now := make([]byte, width)
		copy(now, row[1:])
		for i := range now {
			var left, up, corner byte
			up = prior[i]
			if i >= step {
				left, corner = now[i-step], prior[i-step]
			}
			switch row[0] {
			case 1:
				now[i] += left
			case 2:
				now[i] += up
			case 3:
				now[i] += byte((int(left) + int(up)) / 2)
			case 4:
				now[i] += paeth(left, up, corner)
			}
		}
		out = append(out, now...)
		prior = now
	}
	return out
}

func paeth(a, b, c byte) byte {
	p := int(a) + int(b) - int(c)
	distance := func(x byte) int { return max(p-int(x), int(x)-p) }
	switch {
	case distance(a) <= distance(b) && distance(a) <= distance(c):
		return a
	case distance(b) <= distance(c):
		return b
	}
	return c
}

// notes reads what is not on the page: titles, remarks and what was filled in.
func (d *document) notes(o pdfDict) {
	for _, name := range []pdfName{"Title", "Subject", "Keywords", "Author", "Contents", "V", "TU", "ActualText", "Alt", "UF", "F"} {
		if s, ok := o[name].(pdfString); ok && len(s) > 0 {
			d.r.put(textString(string(s)) + "\n")
		}
	}
}

// textString reads a string for people (section 7.9.2.2).
func textString(s string) string {
	label := ""
	if len(s) > 1 && (s[:2] == "\xFE\xFF" || s[:2] == "\xFF\xFE") {
		label = "utf-16"
	}
	text, _ := charset.Decode(label, []byte(s))
	return text
}
