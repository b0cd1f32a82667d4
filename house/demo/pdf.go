package demo

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"

	"chancery/kit/errs"
)

// pdfFace says how a language is set in a PDF without embedding a font: Han
// and Hangul through the predefined character collections (ISO 32000-1
// section 9.7.5.2), for which every viewer brings or borrows a font.
type pdfFace struct{ base, cmap, ordering string }

var pdfFaces = map[string]pdfFace{
	"zh-TW": {"MSung-Light", "UniCNS-UTF16-H", "CNS1"},
	"zh-CN": {"STSong-Light", "UniGB-UTF16-H", "GB1"},
	"ko":    {"HYSMyeongJo-Medium", "UniKS-UTF16-H", "Korea1"},
}

const (
	pdfLinesPerPage = 38
	pdfColumns      = 78
)

// makePDF sets text on A4 pages; "= " starts a heading.
func makePDF(lang, text string) ([]byte, error) {
	face, wide := pdfFaces[lang]
	codes := simpleCodes(text)
	if !wide && len(codes) > 128 {
		return nil, errs.E(errs.Invalid, "%d different letters beyond ASCII are too many for one font", len(codes))
	}
	show := func(line string) string {
		if wide {
			return hexUTF16(line)
		}
		return hexSimple(line, codes)
	}
	pages := pdfPages(text, show)
	d := &pdfFile{}
	d.add("<< /Type /Catalog /Pages 2 0 R >>")
	var kids []string
	for i := range pages {
		kids = append(kids, fmt.Sprintf("%d 0 R", 4+2*i))
	}
	d.add(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(pages)))
	fontAt := 4 + 2*len(pages)
	d.add("<< /Producer (Chancery demonstration) >>")
	for i, page := range pages {
		d.add(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 %d 0 R >> >> >>", 5+2*i, fontAt))
		d.stream(page)
	}
	if wide {
		d.wideFont(face, fontAt)
	} else {
		d.simpleFont(codes, fontAt)
	}
	return d.finish(), nil
}

// pdfPages breaks the text into lines and pages and writes their content streams.
func pdfPages(text string, show func(string) string) []string {
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		lines = append(lines, wrap(line, pdfColumns)...)
	}
	var pages []string
	for len(lines) > 0 {
		n := min(len(lines), pdfLinesPerPage)
		var b strings.Builder
		b.WriteString("BT 56 780 Td 19 TL\n")
		for _, line := range lines[:n] {
			size := 12
			if title, ok := strings.CutPrefix(line, "= "); ok {
				line, size = title, 17
			}
			fmt.Fprintf(&b, "/F1 %d Tf <%s> Tj T*\n", size, show(line))
		}
		b.WriteString("ET")
		pages = append(pages, b.String())
		lines = lines[n:]
	}
	return pages
}

// wrap breaks a line at columns, at spaces where there are any.
func wrap(line string, columns int) []string {
	var out []string
	for width(line) > columns {
		cut, lastSpace, n := 0, 0, 0
		for i, r := range line {
			n += width(string(r))
			if n > columns {
				cut = i
				break
			}
			if r == ' ' {
				lastSpace = i
			}
		}
		if lastSpace > cut/2 {
			cut = lastSpace
		}
		out = append(out, line[:cut])
		line = strings.TrimLeft(line[cut:], " ")
	}
	return append(out, line)
}

func hexUTF16(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}

// simpleCodes numbers the letters beyond ASCII from 128 on.
func simpleCodes(text string) map[rune]byte {
	codes := map[rune]byte{}
	for _, r := range text {
		if _, ok := codes[r]; r >= 0x80 && !ok && len(codes) < 129 {
			codes[r] = byte(128 + len(codes))
		}
	}
	return codes
}

func hexSimple(s string, codes map[rune]byte) string {
	var b strings.Builder
	for _, r := range s {
		c := byte(r)
		if r >= 0x80 {
			c = codes[r]
		}
		fmt.Fprintf(&b, "%02X", c)
	}
	return b.String()
}

// pdfFile collects numbered objects and their places.
type pdfFile struct {
	body  bytes.Buffer
	marks []int
}

func (d *pdfFile) add(object string) {
	if len(d.marks) == 0 {
		d.body.WriteString("%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
	}
	d.marks = append(d.marks, d.body.Len())
	fmt.Fprintf(&d.body, "%d 0 obj\n%s\nendobj\n", len(d.marks), object)
}

func (d *pdfFile) stream(text string) {
	d.add(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text))
}

// wideFont adds a composite font of a predefined collection.
func (d *pdfFile) wideFont(f pdfFace, at int) {
	d.add(fmt.Sprintf("<< /Type /Font /Subtype /Type0 /BaseFont /%s-%s /Encoding /%s /DescendantFonts [%d 0 R] >>", f.base, f.cmap, f.cmap, at+1))
	d.add(fmt.Sprintf("<< /Type /Font /Subtype /CIDFontType0 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) /Ordering (%s) /Supplement 2 >> /DW 1000 /W [1 [%s]] /FontDescriptor %d 0 R >>",
		f.base, f.ordering, strings.TrimSpace(strings.Repeat("500 ", 95)), at+2))
	d.add(fmt.Sprintf("<< /Type /FontDescriptor /FontName /%s /Flags 6 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 700 /StemV 80 >>", f.base))
}

// simpleFont adds a one-byte font that names its letters beyond ASCII by code
// point and says for searching what they mean (ISO 32000-1 section 9.10.3).
func (d *pdfFile) simpleFont(codes map[rune]byte, at int) {
	byCode := make([]rune, len(codes))
	for r, c := range codes {
		byCode[c-128] = r
	}
	var names, means strings.Builder
	for i, r := range byCode {
		fmt.Fprintf(&names, " /uni%04X", r)
		fmt.Fprintf(&means, "<%02X> <%s>\n", 128+i, hexUTF16(string(r)))
	}
	differences := ""
	if len(byCode) > 0 {
		differences = " /Differences [128" + names.String() + "]"
	}
	d.add(fmt.Sprintf("<< /Type /Font /Subtype /TrueType /BaseFont /TimesNewRomanPSMT /FirstChar 32 /LastChar 255 /Widths [%s] /FontDescriptor %d 0 R /Encoding << /Type /Encoding /BaseEncoding /WinAnsiEncoding%s >> /ToUnicode %d 0 R >>",
		widths(), at+1, differences, at+2))
	d.add("<< /Type /FontDescriptor /FontName /TimesNewRomanPSMT /Flags 32 /FontBBox [-568 -307 2000 1007] /ItalicAngle 0 /Ascent 891 /Descent -216 /CapHeight 662 /StemV 80 >>")
	head := "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Letters def /CMapType 2 def\n1 begincodespacerange <00> <FF> endcodespacerange\n1 beginbfrange <20> <7E> <0020> endbfrange\n"
	if len(byCode) > 0 {
		// At most 100 entries a block (Adobe Technical Note 5014).
		for entries := strings.SplitAfter(strings.TrimSuffix(means.String(), "\n"), "\n"); len(entries) > 0; {
			n := min(100, len(entries))
			head += fmt.Sprintf("%d beginbfchar\n%s endbfchar\n", n, strings.Join(entries[:n], ""))
			entries = entries[n:]
		}
	}
	d.stream(head + "endcmap CMapName currentdict /CMap defineresource pop end end")
}

// widths are those of the Times family for ASCII, and of its vowels beyond.
func widths() string {
	const ascii = "250 333 408 500 500 833 778 180 333 333 500 564 250 333 250 278 " +
		"500 500 500 500 500 500 500 500 500 500 278 278 564 564 564 444 " +
		"921 722 667 667 722 611 556 722 722 333 389 722 611 889 722 722 " +
		"556 722 667 556 611 722 722 944 722 722 611 333 278 333 469 500 " +
		"333 444 500 444 500 444 333 500 500 278 278 500 278 778 500 500 " +
		"500 500 333 389 278 500 500 722 500 500 444 480 200 480 541 0 "
	return ascii + strings.TrimSpace(strings.Repeat("480 ", 128))
}

// finish adds the cross-reference table.
func (d *pdfFile) finish() []byte {
	start := d.body.Len()
	fmt.Fprintf(&d.body, "xref\n0 %d\n0000000000 65535 f \n", len(d.marks)+1)
	for _, at := range d.marks {
		fmt.Fprintf(&d.body, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&d.body, "trailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(d.marks)+1, start)
	return d.body.Bytes()
}
