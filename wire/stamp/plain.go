package stamp

import (
	"bytes"
	"strings"
)

// writer puts the texts into the content of a part. encode gives a text the
// part's charset; false = it cannot hold it. Content is given with the line
// ends named by end.
type writer interface {
	// has says of the readable text, LF line ends, where the texts stand already.
	has(text string) (top, bottom bool)
	// put writes the content with the texts that are wanted.
	put(content []byte, end string, top, bottom bool, encode func(string) ([]byte, bool)) ([]byte, bool)
}

// plain is the writer of text/plain.
type plain struct {
	top, bottom string
}

// newPlain prepares the texts. In flowed text, lines that begin as quotes or
// with a space are stuffed (RFC 3676 section 4.4); none ends in a space, which
// would join it with the next.
func newPlain(top, bottom string, isFlowed bool) plain {
	if isFlowed {
		top, bottom = stuff(top), stuff(bottom)
	}
	return plain{top, bottom}
}

func stuff(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, " ") || strings.HasPrefix(l, ">") || strings.HasPrefix(l, "From ") {
			lines[i] = " " + l
		}
	}
	return strings.Join(lines, "\n")
}

func (p plain) has(text string) (top, bottom bool) {
	text = strings.TrimRight(text, " \t\n")
	top = text == p.top || strings.HasPrefix(text, p.top+"\n")
	bottom = text == p.bottom || strings.HasSuffix(text, "\n"+p.bottom)
	return top, bottom
}

var byteOrderMark = []byte("\xEF\xBB\xBF")

func (p plain) put(content []byte, end string, top, bottom bool, encode func(string) ([]byte, bool)) ([]byte, bool) {
	above, ok := encode(strings.ReplaceAll(p.top, "\n", end))
	below, fits := encode(strings.ReplaceAll(p.bottom, "\n", end))
	if !ok && top || !fits && bottom {
		return nil, false
	}
	var out bytes.Buffer
	if rest, found := bytes.CutPrefix(content, byteOrderMark); found {
		out.Write(byteOrderMark)
		content = rest
	}
	if top {
		out.Write(above)
		out.WriteString(end)
		if len(content) > 0 || bottom {
			out.WriteString(end)
		}
	}
	out.Write(content)
	if bottom {
		if len(content) > 0 {
			if !bytes.HasSuffix(content, []byte("\n")) {
				out.WriteString(end)
			}
			out.WriteString(end)
		}
		out.Write(below)
		out.WriteString(end)
	}
	return out.Bytes(), true
}
