package stamp

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"regexp"
	"slices"
	"strings"

	"chancery/kit/errs"
	"chancery/wire/mime"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// armour begins what PGP signed or encrypted within a text, on a line of its own.
const armour = "-----BEGIN PGP "

// stamp writes a part anew. The edit is nil when the texts stand there already
// or cannot be put in without harm.
func (t target) stamp(src io.ReaderAt, size int64, end, top, bottom string) (e *edit, isSealed bool, err error) {
	p := t.part
	header := make([]byte, p.Body-p.Header)
	if _, err := io.ReadFull(io.NewSectionReader(src, p.Header, int64(len(header))), header); err != nil {
		return nil, false, errs.Wrap(errs.Unavailable, err, "The letter cannot be read.")
	}
	content, err := io.ReadAll(io.LimitReader(p.Open(src), MaxPart+1))
	if err != nil {
		return nil, false, errs.Wrap(errs.Unavailable, err, "The letter cannot be read.")
	}
	kind, hasKind := mime.ParseHeader(string(header)).Get("Content-Type")
	if len(content) > MaxPart || hasKind && p.Implicit && strings.Contains(strings.ToLower(kind), "multipart") {
		return nil, false, nil
	}
	text, _, _ := p.Text(src, 0)
	if strings.HasPrefix(text, armour) || strings.Contains(text, "\n"+armour) {
		return nil, true, nil
	}
	w := t.writer(top, bottom)
	hasTop, hasBottom := w.has(text)
	j := job{target: t, header: header, content: content, text: text, end: end, writer: w,
		top: top != "" && !hasTop, bottom: bottom != "" && !hasBottom}
	if !j.top && !j.bottom {
		return nil, false, nil
	}
	by, ok := j.write()
	if !ok {
		return nil, false, nil
	}
	var next [2]byte
	if n, _ := src.ReadAt(next[:], p.End); p.End < size && n > 0 && next[0] != '\n' && string(next[:n]) != "\r\n" {
		by = append(by, end...)
	}
	return &edit{p.Header, p.End, by}, false, nil
}

func (t target) writer(top, bottom string) writer {
	if t.part.Type == "text/html" {
		return newPage(top, bottom)
	}
	return newPlain(top, bottom, strings.EqualFold(t.part.Params.Get("format"), "flowed"))
}

// job is the writing of one part.
type job struct {
	target
	header, content []byte
	text            string // the content as it is read
	end             string // of the letter's lines
	writer          writer
	top, bottom     bool
}

// write tries the ways to write the part, those first that change least, and
// takes the first that reads as it should.
func (j *job) write() ([]byte, bool) {
	wanted, ok := j.writer.put([]byte(j.text), "\n", j.top, j.bottom, asUTF8)
	if !ok {
		return nil, false
	}
	label := j.part.Params.Get("charset")
	if content, ok := j.writer.put(j.content, j.contentEnd(), j.top, j.bottom, func(s string) ([]byte, bool) { return encode(label, s) }); ok {
		if by, ok := j.transfer(content, "", string(wanted)); ok {
			return by, true
		}
	}
	if strings.Contains(j.text, "\uFFFD") {
		return nil, false // something of it would be lost for good
	}
	content := strings.ReplaceAll(string(wanted), "\n", j.end)
	return j.transfer([]byte(content), "utf-8", string(wanted))
}

// contentEnd is how the lines of the content end.
func (j *job) contentEnd() string {
	switch i := bytes.IndexByte(j.content, '\n'); {
	case i < 0:
		return j.end
	case i > 0 && j.content[i-1] == '\r':
		return "\r\n"
	}
	return "\n"
}

// transfer writes header and content in the transfer encoding that the part
// has, or else in one that holds it, with a new charset when one is given.
func (j *job) transfer(content []byte, label, wanted string) ([]byte, bool) {
	old := j.oldEncoding()
	ways := []string{old, "quoted-printable", "base64"}
	high := 0
	for _, c := range content {
		if c >= 0x80 {
			high++
		}
	}
	if high*6 > len(content) {
		ways[1], ways[2] = ways[2], ways[1]
	}
	for i, way := range ways {
		if i > 0 && way == old || way == "" && !j.fits(content, label != "") {
			continue
		}
		body, ok := encoded(content, way, j.end)
		if !ok || j.meetsBoundary(body) {
			continue
		}
		newWay := way
		if way == old {
			newWay = "" // the field stays as it is
		}
		by := append(j.newHeader(label, newWay), body...)
		if j.reads(by, wanted) {
			return by, true
		}
	}
	return nil, false
}

// oldEncoding is the part's transfer encoding: "" where the content stands as it is.
func (j *job) oldEncoding() string {
	switch c := strings.ToLower(strings.TrimSpace(j.part.CTE)); c {
	case "base64", "quoted-printable":
		return c
	case "", "7bit", "8bit", "binary":
		return ""
	}
	return "other"
}

// lineMax is the longest line of a letter (RFC 5322 section 2.1.1).
const lineMax = 998

// fits says whether content can stand as it is where the old one did: with
// 8-bit characters only if the field says so, or if the old one had them and
// keeps its charset; with long lines only if that had them, too.
func (j *job) fits(content []byte, isNewCharset bool) bool {
	high, long := traits(content)
	oldHigh, oldLong := traits(j.content)
	return (!high || oldHigh && !isNewCharset || j.part.CTE == "8bit" || j.part.CTE == "binary") && (!long || oldLong)
}

func traits(content []byte) (high, long bool) {
	n := 0
	for _, c := range content {
		n++
		if c == '\n' {
			n = 0
		}
		high = high || c >= 0x80
		long = long || n > lineMax
	}
	return high, long
}

// encoded gives content a transfer encoding.
func encoded(content []byte, way, end string) ([]byte, bool) {
	var out bytes.Buffer
	switch way {
	case "":
		return content, true
	case "quoted-printable":
		w := quotedprintable.NewWriter(&out)
		if _, err := w.Write(content); err != nil || w.Close() != nil {
			return nil, false
		}
		return bytes.ReplaceAll(out.Bytes(), []byte("\r\n"), []byte(end)), true
	case "base64":
		const line = 57 // bytes that make 76 characters
		for rest := content; len(rest) > 0; {
			n := min(line, len(rest))
			out.WriteString(base64.StdEncoding.EncodeToString(rest[:n]))
			out.WriteString(end)
			rest = rest[n:]
		}
		return out.Bytes(), true
	}
	return nil, false
}

// meetsBoundary says whether a line of the body would end the part.
func (j *job) meetsBoundary(body []byte) bool {
	for _, b := range j.boundaries {
		mark := []byte("--" + b)
		if bytes.HasPrefix(body, mark) || bytes.Contains(body, append([]byte("\n"), mark...)) {
			return true
		}
	}
	return false
}

// reads says whether the part, as it is written now, is read as wanted.
func (j *job) reads(by []byte, wanted string) bool {
	m, err := mime.Parse(bytes.NewReader(by), mime.Limits{})
	if err != nil || m.Root.IsMultipart() || m.Root.Type != j.part.Type {
		return false
	}
	got, _, _ := m.Root.Text(bytes.NewReader(by), 0)
	return strings.TrimRight(got, "\n") == strings.TrimRight(wanted, "\n")
}

var charsetParam = regexp.MustCompile(`(?i)(;\s*)charset\s*=\s*("[^"]*"|[^\s;"]*)`)

// newHeader is the part's header with its blank line, with a charset and a
// transfer encoding where they are given.
func (j *job) newHeader(label, way string) []byte {
	h := splitHeader(j.header)
	if label != "" {
		kind, found := h.get("content-type")
		switch {
		case !found || j.part.Implicit:
			kind = " " + j.part.Type + "; charset=" + label
		case charsetParam.MatchString(kind):
			isDone := false
			kind = charsetParam.ReplaceAllStringFunc(kind, func(s string) string {
				if isDone {
					return s
				}
				isDone = true
				return charsetParam.FindStringSubmatch(s)[1] + "charset=" + label
			})
		default:
			kind = strings.TrimRight(kind, " \t\r\n;") + "; charset=" + label
		}
		h.set("Content-Type", strings.TrimRight(kind, "\r\n"), j.end)
	}
	if way != "" {
		h.set("Content-Transfer-Encoding", " "+way, j.end)
	}
	if _, found := h.get("mime-version"); !found && j.isRoot && (label != "" || way != "") {
		h.set("MIME-Version", " 1.0", j.end)
	}
	h.drop("content-md5")
	return h.bytes(j.end)
}

// encode gives a text a charset; false = it cannot hold it. Whether it is read
// right again is seen when the part is read.
func encode(label, s string) ([]byte, bool) {
	label = strings.ToLower(strings.TrimSpace(label))
	if isASCII(s) || label == "utf-8" || label == "utf8" {
		return []byte(s), true
	}
	if label == "iso-8859-1" {
		b, err := charmap.ISO8859_1.NewEncoder().Bytes([]byte(s))
		return b, err == nil
	}
	e, err := htmlindex.Get(label)
	if err != nil {
		return nil, false
	}
	name, err := htmlindex.Name(e)
	if err != nil || name == "replacement" || name == "x-user-defined" || strings.HasPrefix(name, "utf-16") {
		return nil, false
	}
	b, err := e.NewEncoder().Bytes([]byte(s))
	if err != nil {
		return nil, false
	}
	// The web reads some ISO sets as those of Windows, which have more; mail
	// programs need not (0x80 to 0x9F are controls there).
	if strings.HasPrefix(name, "windows-") && !strings.HasPrefix(label, "windows-") && hasC1(b) {
		return nil, false
	}
	return b, true
}

func asUTF8(s string) ([]byte, bool) { return []byte(s), true }

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// hasC1 finds bytes 0x80 to 0x9F.
func hasC1(b []byte) bool {
	return slices.ContainsFunc(b, func(c byte) bool { return 0x80 <= c && c <= 0x9F })
}
