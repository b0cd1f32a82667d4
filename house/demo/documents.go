package demo

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"strconv"
	"strings"

	"chancery/kit/errs"
)

// packed is one file of a ZIP container.
type packed struct {
	name   string
	data   []byte
	stored bool // not compressed
}

// pack writes a ZIP with no times in it, so that the bytes never vary.
func pack(files []packed) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		method := zip.Deflate
		if f.stored {
			method = zip.Store
		}
		part, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: method})
		if err != nil {
			return nil, errs.Wrap(errs.Internal, err, "zip")
		}
		if _, err := part.Write(f.data); err != nil {
			return nil, errs.Wrap(errs.Internal, err, "zip")
		}
	}
	if err := z.Close(); err != nil {
		return nil, errs.Wrap(errs.Internal, err, "zip")
	}
	return b.Bytes(), nil
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// relations is the package relationship part of Office Open XML that points
// at the main part.
func relations(target string) packed {
	return packed{name: "_rels/.rels", data: []byte(xmlHead +
		`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="` + target + `"/></Relationships>`)}
}

func contentTypes(overrides ...[2]string) packed {
	var b strings.Builder
	b.WriteString(xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>`)
	for _, o := range overrides {
		fmt.Fprintf(&b, `<Override PartName="%s" ContentType="application/vnd.openxmlformats-officedocument.%s+xml"/>`, o[0], o[1])
	}
	b.WriteString(`</Types>`)
	return packed{name: "[Content_Types].xml", data: []byte(b.String())}
}

// makeDOCX writes a minimal WordprocessingML document; "= " starts a heading.
func makeDOCX(text string) ([]byte, error) {
	var b strings.Builder
	b.WriteString(xmlHead + `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`)
	for _, line := range strings.Split(text, "\n") {
		style := `<w:rPr><w:sz w:val="24"/></w:rPr>`
		if title, ok := strings.CutPrefix(line, "= "); ok {
			line, style = title, `<w:rPr><w:b/><w:sz w:val="36"/></w:rPr>`
		}
		fmt.Fprintf(&b, `<w:p><w:r>%s<w:t xml:space="preserve">%s</w:t></w:r></w:p>`, style, html.EscapeString(line))
	}
	b.WriteString(`<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="708" w:footer="708" w:gutter="0"/></w:sectPr></w:body></w:document>`)
	return pack([]packed{
		contentTypes([2]string{"/word/document.xml", "wordprocessingml.document.main"}),
		relations("word/document.xml"),
		{name: "word/document.xml", data: []byte(b.String())},
	})
}

// makeXLSX writes one sheet; a field that is a number becomes a number cell.
func makeXLSX(rows [][]string) ([]byte, error) {
	var b strings.Builder
	b.WriteString(xmlHead + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
		`<cols><col min="1" max="12" width="18" customWidth="1"/></cols><sheetData>`)
	for i, row := range rows {
		fmt.Fprintf(&b, `<row r="%d">`, i+1)
		for j, cell := range row {
			ref := string(rune('A'+j%26)) + strconv.Itoa(i+1)
			if n, err := strconv.ParseFloat(strings.ReplaceAll(cell, ",", ""), 64); err == nil {
				fmt.Fprintf(&b, `<c r="%s"><v>%s</v></c>`, ref, strconv.FormatFloat(n, 'f', -1, 64))
			} else {
				fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, ref, html.EscapeString(cell))
			}
		}
		b.WriteString(`</row>`)
	}
	b.WriteString(`</sheetData></worksheet>`)
	book := xmlHead + `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">` +
		`<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`
	rels := xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`
	return pack([]packed{
		contentTypes([2]string{"/xl/workbook.xml", "spreadsheetml.sheet.main"}, [2]string{"/xl/worksheets/sheet1.xml", "spreadsheetml.worksheet"}),
		relations("xl/workbook.xml"),
		{name: "xl/workbook.xml", data: []byte(book)},
		{name: "xl/_rels/workbook.xml.rels", data: []byte(rels)},
		{name: "xl/worksheets/sheet1.xml", data: []byte(b.String())},
	})
}

// makeODT writes a minimal OpenDocument text. The media type is the first
// entry and not compressed (OpenDocument 1.3 part 2, section 3.3).
func makeODT(text string) ([]byte, error) {
	const mediaType = "application/vnd.oasis.opendocument.text"
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3"><office:body><office:text>`)
	for _, line := range strings.Split(text, "\n") {
		if title, ok := strings.CutPrefix(line, "= "); ok {
			fmt.Fprintf(&b, `<text:h text:outline-level="1">%s</text:h>`, html.EscapeString(title))
		} else {
			fmt.Fprintf(&b, `<text:p>%s</text:p>`, html.EscapeString(line))
		}
	}
	b.WriteString(`</office:text></office:body></office:document-content>`)
	manifest := `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">` +
		`<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="` + mediaType + `"/>` +
		`<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>`
	return pack([]packed{
		{name: "mimetype", data: []byte(mediaType), stored: true},
		{name: "META-INF/manifest.xml", data: []byte(manifest)},
		{name: "content.xml", data: []byte(b.String())},
	})
}
