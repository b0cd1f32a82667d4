package mime

import (
	"bytes"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"chancery/wire/charset"
)

// Raw reads the part's body as it stands in the stored message.
func (p *Part) Raw(src io.ReaderAt) io.Reader {
	return io.NewSectionReader(src, p.Body, p.End-p.Body)
}

// Open reads the part's content with the transfer encoding undone. Of a
// multipart it is the raw body.
func (p *Part) Open(src io.ReaderAt) io.Reader {
	t, _ := newTransfer(p.CTE)
	if t == nil || p.IsMultipart() {
		return p.Raw(src)
	}
	return newTransferReader(p.Raw(src), t)
}

// Text reads the part's content as UTF-8 with LF line ends, at most max bytes
// of it (0 for no limit), cut between characters (in HTML, not within a tag). hadProblem
// says that the charset or the encoding was unknown or malformed (RFC 8621
// isEncodingProblem). An error of src shows as a problem, too.
func (p *Part) Text(src io.ReaderAt, max int) (text string, isTruncated, hadProblem bool) {
	if max <= 0 || max > math.MaxInt/8 {
		max = math.MaxInt / 8
	}
	t, known := newTransfer(p.CTE)
	var r io.Reader = p.Raw(src)
	if t != nil && !p.IsMultipart() {
		r = newTransferReader(r, t)
	}
	label := p.Params.Get("charset")
	// One more than can be used, to see whether there is more.
	limit := int64(max)*bytesPerOutput(label) + 1
	raw, err := readAll(r, limit, p.ContentSize())
	hadProblem = err != nil || !known || t != nil && t.isBad()
	if int64(len(raw)) == limit {
		isTruncated = true
		raw = raw[:limit-1]
	}
	if label == "" && p.Type == "text/html" {
		label = metaCharset(raw)
	}
	hasLines := bytesPerOutput(label) == 1 // CR and LF are themselves, whatever else the bytes are
	if hasLines {
		raw = lineFeeds(raw)
	}
	text, clean := charset.Decode(label, raw)
	if isTruncated && !clean {
		// A character cut in half at the end is no fault of the message.
		if s := strings.TrimRight(text, "\uFFFD"); len(text)-len(s) <= 9 && !strings.Contains(s, "\uFFFD") {
			text, clean = s, charset.Known(label)
		}
	}
	if !hasLines {
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	if len(text) > max {
		isTruncated = true
		text = trimPartialRune(text[:max])
	}
	if isTruncated && p.Type == "text/html" {
		if i := strings.LastIndexByte(text, '<'); i >= 0 && strings.IndexByte(text[i:], '>') < 0 {
			text = text[:i]
		}
	}
	return text, isTruncated, hadProblem || !clean
}

// lineFeeds makes each CR LF a line feed, in place.
func lineFeeds(b []byte) []byte {
	out := b[:0]
	for {
		i := bytes.IndexByte(b, '\r')
		if i < 0 {
			return append(out, b...)
		}
		if i+1 < len(b) && b[i+1] == '\n' {
			out = append(append(out, b[:i]...), '\n')
			b = b[i+2:]
		} else {
			out = append(out, b[:i+1]...)
			b = b[i+1:]
		}
	}
}

// trimPartialRune takes an incomplete character off the end.
func trimPartialRune(s string) string {
	for i := 1; i <= utf8.UTFMax && i <= len(s); i++ {
		if c := s[len(s)-i]; utf8.RuneStart(c) {
			if !utf8.FullRuneInString(s[len(s)-i:]) {
				return s[:len(s)-i]
			}
			return s
		}
	}
	return s
}

// bytesPerOutput is how many source bytes a byte of UTF-8 can need.
func bytesPerOutput(label string) int64 {
	label = strings.ToLower(label)
	switch {
	case strings.Contains(label, "32") || strings.Contains(label, "ucs-4"):
		return 4
	case strings.Contains(label, "16") || strings.Contains(label, "ucs-2") || strings.Contains(label, "7"):
		return 2
	}
	return 1
}

// readAll reads up to limit bytes; hint is the expected length.
func readAll(r io.Reader, limit, hint int64) ([]byte, error) {
	buf := make([]byte, 0, min(limit, hint+1, 1<<20)+512)
	for {
		if int64(len(buf)) >= limit {
			return buf[:limit], nil
		}
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			if int64(len(buf)) > limit {
				buf = buf[:limit]
			}
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
}

// metaWindow is how far into a page its charset declaration is sought.
const metaWindow = 2048

// metaCharset finds the charset an HTML page declares in itself, which is all
// there is when the part's header names none.
func metaCharset(page []byte) string {
	head := strings.ToLower(string(page[:min(len(page), metaWindow)]))
	for {
		i := strings.Index(head, "<meta")
		if i < 0 {
			return ""
		}
		head = head[i+5:]
		tag, _, _ := strings.Cut(head, ">")
		if _, after, found := strings.Cut(tag, "charset="); found {
			after = strings.TrimLeft(after, "\"' ")
			if j := strings.IndexAny(after, "\"' ;/>"); j >= 0 {
				after = after[:j]
			}
			// A page decoded as bytes is not UTF-16, whatever it says (HTML 13.2.3.2).
			if strings.HasPrefix(after, "utf-16") {
				return "utf-8"
			}
			return after
		}
	}
}
