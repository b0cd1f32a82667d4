package demo

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"image/png"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
)

// anyCharset decodes with an outside table, so that the encoders here are
// checked by something else than themselves.
func anyCharset(charset string, r io.Reader) (io.Reader, error) {
	if strings.EqualFold(charset, "viscii") { // not in the table; TestCharsets checks it
		data, err := io.ReadAll(r)
		out := make([]rune, len(data))
		for i, c := range data {
			out[i] = rune(c)
			if c >= 0x80 {
				out[i] = visciiHigh[c-0x80]
			}
		}
		return strings.NewReader(string(out)), err
	}
	enc, err := htmlindex.Get(charset)
	if err != nil {
		return nil, err
	}
	return enc.NewDecoder().Reader(r), nil
}

// leaf is one decoded part of a message.
type leaf struct {
	typ, charset, name, encoding, method string
	data                                 []byte
}

// leaves takes a message apart with the standard library.
func leaves(t *testing.T, header map[string][]string, body io.Reader) []leaf {
	t.Helper()
	get := func(k string) string { return mail.Header(header).Get(k) }
	typ, params, err := mime.ParseMediaType(get("Content-Type"))
	if err != nil {
		t.Fatalf("%q: %v", get("Content-Type"), err)
	}
	if strings.HasPrefix(typ, "multipart/") {
		var out []leaf
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				if len(out) < 2 && typ != "multipart/mixed" {
					t.Errorf("%s with %d parts", typ, len(out))
				}
				return out
			}
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, leaves(t, p.Header, p)...)
		}
	}
	l := leaf{typ: typ, charset: strings.ToLower(params["charset"]), encoding: get("Content-Transfer-Encoding"), method: params["method"]}
	if d := get("Content-Disposition"); d != "" {
		_, params, err := mime.ParseMediaType(d)
		if err != nil {
			t.Fatalf("%q: %v", d, err)
		}
		l.name = params["filename"]
	}
	switch l.encoding {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	if l.data, err = io.ReadAll(body); err != nil {
		t.Fatalf("%s: %v", typ, err)
	}
	return []leaf{l}
}

// TestParts opens every part of every message and every attachment.
func TestParts(t *testing.T) {
	o := mustOffice(t, 1, monday, "")
	found := map[string]int{}
	for _, m := range o.Messages {
		b := mustBytes(t, m)
		msg, err := mail.ReadMessage(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range leaves(t, msg.Header, msg.Body) {
			found[l.typ]++
			found[l.charset]++
			found[l.encoding]++
			if ext := path.Ext(l.name); ext != "" {
				found[ext]++
				openFile(t, m.Thread+"/"+l.name, ext, l.data)
			}
			if strings.HasPrefix(l.typ, "text/") && l.name == "" {
				checkText(t, m.Thread, l)
			}
		}
	}
	for what, least := range map[string]int{
		".pdf": 12, ".docx": 8, ".xlsx": 12, ".odt": 4, ".png": 10, ".csv": 4, ".txt": 2, ".zip": 1,
		"text/html": 60, "text/calendar": 4, "big5": 5, "gb2312": 3, "gb18030": 2, "euc-kr": 4, "iso-2022-kr": 1,
		"iso-2022-jp": 1, "windows-1258": 3, "viscii": 1, "windows-1252": 2, "quoted-printable": 20, "base64": 100, "8bit": 1,
	} {
		if found[what] < least {
			t.Errorf("%d parts of %s, want %d", found[what], what, least)
		}
	}
}

func checkText(t *testing.T, where string, l leaf) {
	t.Helper()
	text := l.data
	if l.charset != "utf-8" && l.charset != "iso-2022-kr" {
		r, err := anyCharset(l.charset, bytes.NewReader(l.data))
		if err != nil {
			t.Errorf("%s: %v", where, err)
			return
		}
		text, _ = io.ReadAll(r)
	}
	if !utf8.Valid(text) || bytes.ContainsRune(text, utf8.RuneError) {
		t.Errorf("%s: the text is not %s", where, l.charset)
	}
	if m := placeholder.Find(text); m != nil && l.typ != "text/html" {
		t.Errorf("%s: %s was not filled", where, m)
	}
	if l.typ == "text/calendar" {
		checkCalendar(t, where, l)
	}
}

// checkCalendar looks at the rules that calendar programs insist on.
func checkCalendar(t *testing.T, where string, l leaf) {
	t.Helper()
	text := string(l.data)
	for _, want := range []string{"BEGIN:VCALENDAR\r\n", "\r\nMETHOD:" + l.method + "\r\n", "\r\nUID:", "\r\nDTSTAMP:", "\r\nDTSTART:", "\r\nORGANIZER", "\r\nATTENDEE", "\r\nEND:VCALENDAR\r\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s: no %q in the invitation", where, want)
		}
	}
	for line := range strings.SplitSeq(text, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) {
			t.Errorf("%s: line %q", where, line)
		}
	}
}

// openFile checks that an attachment is what its name says.
func openFile(t *testing.T, name, ext string, data []byte) {
	t.Helper()
	switch ext {
	case ".pdf":
		checkPDF(t, name, data)
	case ".png":
		if _, err := png.Decode(bytes.NewReader(data)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	case ".csv":
		if _, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))).ReadAll(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	case ".txt":
		if !utf8.Valid(data) || len(data) < 10 {
			t.Errorf("%s: %q", name, data)
		}
	case ".docx", ".xlsx", ".odt", ".zip":
		checkZIP(t, name, ext, data)
	default:
		t.Errorf("%s: unknown kind", name)
	}
}

func checkZIP(t *testing.T, name, ext string, data []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		r, err := f.Open()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		inner, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("%s: %s: %v", name, f.Name, err)
		}
		if strings.HasSuffix(f.Name, ".xml") || strings.HasSuffix(f.Name, ".rels") {
			for d := xml.NewDecoder(bytes.NewReader(inner)); ; {
				if _, err := d.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Fatalf("%s: %s: %v", name, f.Name, err)
				}
			}
		}
	}
	main := map[string]string{".docx": "word/document.xml", ".xlsx": "xl/workbook.xml", ".odt": "content.xml"}[ext]
	if main != "" && !slices.Contains(names, main) {
		t.Errorf("%s has no %s: %v", name, main, names)
	}
	if ext == ".odt" && (names[0] != "mimetype" || z.File[0].Method != zip.Store) {
		t.Errorf("%s: the media type is not first and plain", name)
	}
}

var xrefEntry = regexp.MustCompile(`(?m)^(\d{10}) 00000 n `)

// checkPDF follows the cross-reference table to every object.
func checkPDF(t *testing.T, name string, data []byte) {
	t.Helper()
	tail := data[bytes.LastIndex(data, []byte("startxref\n"))+len("startxref\n"):]
	var at int
	if _, err := fmt.Sscan(string(tail), &at); err != nil || !bytes.HasPrefix(data[at:], []byte("xref\n")) {
		t.Fatalf("%s: startxref %d, %v", name, at, err)
	}
	for i, m := range xrefEntry.FindAllSubmatch(data[at:], -1) {
		off, _ := strconv.Atoi(string(m[1]))
		if !bytes.HasPrefix(data[off:], fmt.Appendf(nil, "%d 0 obj\n", i+1)) {
			t.Errorf("%s: object %d is not at %d", name, i+1, off)
		}
	}
	if !bytes.HasPrefix(data, []byte("%PDF-")) || !bytes.HasSuffix(data, []byte("%%EOF\n")) {
		t.Errorf("%s has no head or tail", name)
	}
}

func TestPhishingShows(t *testing.T) {
	o := mustOffice(t, 1, monday, "")
	for _, m := range o.Messages {
		if m.Thread != "phishing" || !strings.Contains(m.ID, lookalike(o.Domain)) {
			continue
		}
		b, _ := m.Bytes()
		msg, _ := mail.ReadMessage(bytes.NewReader(b))
		results := msg.Header.Get("Authentication-Results")
		if !strings.Contains(results, "spf=fail") || !strings.Contains(results, "dmarc=fail") {
			t.Errorf("Authentication-Results: %s", results)
		}
		page := string(leaves(t, msg.Header, msg.Body)[0].data)
		link := regexp.MustCompile(`<a href="https://([^/"]+)[^>]*>https://([^/<]+)`).FindStringSubmatch(page)
		if link == nil || link[1] == link[2] {
			t.Errorf("the link does not deceive: %v", link)
		}
		return
	}
	t.Error("no phishing attempt")
}
